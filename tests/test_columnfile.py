"""A file of columns gives back what was written, where it lies, and tells when it is damaged."""

import json
import mmap
import struct
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from whoosh.filedb.filestore import FileStorage, RamStorage
from whoosh.filedb.structfile import StructFile

from timviet.index.columnfile import SIGNATURE, ColumnFile, DamagedFileError, ForeignFileError, smallest_unsigned
from timviet.index.columnwriter import ColumnWriter, create_column_file

FULL = Path("/dev/full")
FACTS = {"fields": {"tên": "0", "": "\ud800"}, "số": [1, 2.5, None]}
COLUMNS = {
    "trống": np.empty(0, np.uint32),
    "một byte": np.array([7], np.uint8),
    "số": np.arange(5, dtype=np.int64),
    "điểm": np.array([0.5, -2.0], np.float32),
}

dtypes = st.one_of(hnp.integer_dtypes(endianness="?"), hnp.floating_dtypes(endianness="?"))
columns = st.dictionaries(st.text(max_size=5), hnp.arrays(dtypes, st.integers(0, 20)), max_size=4)


def content_of(columns, facts=FACTS):
    """The bytes of a file of columns."""
    storage = RamStorage()
    with create_column_file(storage, "cột", dict(facts)) as writer:
        for name, column in columns.items():
            writer.add(name, column)
    return storage.files["cột"]


WHOLE = content_of(COLUMNS)
DIRECTORY = WHOLE.index(b'{"columns"')


def flipped(content, place, mask):
    """The content with some bits of a byte turned."""
    return content[:place] + bytes([content[place] ^ mask]) + content[place + 1 :]


@given(columns)
def test_what_is_written_is_read(columns):
    """Columns of any type and length come back by their names, in their order, with the facts, and pass the check."""
    read = ColumnFile(content_of(columns))
    assert (list(read), len(read), read.facts) == (list(columns), len(columns), FACTS)
    for name, column in columns.items():
        assert read[name].dtype == column.dtype.newbyteorder("<")
        np.testing.assert_array_equal(read[name], column)
    read.verify()


@pytest.mark.parametrize(
    ("given", "read"),
    [
        pytest.param(b"", np.empty(0, np.uint8), id="no bytes"),
        pytest.param("Đê".encode(), np.array([0xC4, 0x90, 0xC3, 0xAA], np.uint8), id="bytes"),
        pytest.param(np.arange(6, dtype=np.uint16)[::2], np.array([0, 2, 4], np.uint16), id="every second one"),
        pytest.param(np.arange(3, dtype=np.uint32)[::-1], np.array([2, 1, 0], np.uint32), id="backwards"),
        pytest.param(np.array([1, 258], ">u4"), np.array([1, 258], "<u4"), id="big-endian"),
    ],
)
def test_any_array(given, read):
    """Bytes, and arrays however they lie in memory, are written as their values."""
    column = ColumnFile(content_of({"a": given}))["a"]
    assert (column.dtype, column.tolist()) == (read.dtype, read.tolist())


@given(st.lists(hnp.arrays(np.uint16, st.integers(0, 5)), max_size=5))
def test_pieces(pieces):
    """A column that comes in pieces is the same as one that comes whole."""
    storage = RamStorage()
    with create_column_file(storage, "cột", FACTS) as writer:
        writer.add_pieces("a", np.uint16, iter(pieces))
    assert storage.files["cột"] == content_of({"a": np.concatenate([np.empty(0, np.uint16), *pieces])})


def test_a_name_that_is_not_there():
    """A file of columns is a mapping: what is not there is a KeyError, None by `get`."""
    read = ColumnFile(WHOLE)
    assert ("số" in read, "năm" in read, read.get("năm")) == (True, False, None)
    with pytest.raises(KeyError):
        read["năm"]


def test_below():
    """Columns are taken by the part of their names before a full stop, and named by the rest."""
    read = ColumnFile(content_of({"1.a": b"a", "1.b.c": b"b", "10.a": b"c", "1": b"d", "a.1.a": b"e"}))
    assert {name: column.tobytes() for name, column in read.below("1").items()} == {"a": b"a", "b.c": b"b"}


def test_layout():
    """The file begins and ends with the signature, and each column starts at a multiple of 64."""
    assert WHOLE.startswith(SIGNATURE)
    assert WHOLE.endswith(SIGNATURE)
    base = np.frombuffer(WHOLE, np.uint8).ctypes.data
    assert [(column.ctypes.data - base) % 64 for column in ColumnFile(WHOLE).values() if len(column)] == [0, 0, 0]


def test_mapped(tmp_path):
    """A real file is mapped: columns are aligned views of it, which cannot be written to and outlive the reader."""
    (tmp_path / "cột").write_bytes(WHOLE)
    read = ColumnFile.open(FileStorage(str(tmp_path)), "cột")
    for column in read.values():
        assert column.flags.aligned
        assert not column.flags.owndata
        assert not column.flags.writeable
        assert isinstance(column.base.obj if isinstance(column.base, memoryview) else column.base, mmap.mmap)
    assert np.shares_memory(read["số"], read["số"])
    column = read["số"]
    del read
    (tmp_path / "cột").unlink()
    assert column.tolist() == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="read-only"):
        column[0] = 1


def test_in_memory():
    """A file in memory is read, too, and neither can it be written to."""
    storage = RamStorage()
    storage.files["cột"] = WHOLE
    column = ColumnFile.open(storage, "cột")["số"]
    assert (column.tolist(), column.flags.writeable) == ([0, 1, 2, 3, 4], False)


@given(st.integers(0, len(WHOLE) - 1))
def test_cut_short(length):
    """A file that was cut short, wherever, is damaged."""
    with pytest.raises(DamagedFileError):
        ColumnFile(WHOLE[:length])


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, len(WHOLE)))
def test_a_part_is_missing(start, length):
    """A file that lacks some bytes, wherever, is damaged."""
    with pytest.raises(DamagedFileError):
        ColumnFile(WHOLE[:start] + WHOLE[start + length :]).verify()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param("Đây là ghi chú, không phải tệp cột. ".encode() * 9, id="text"),
        pytest.param(bytes(500), id="zeros"),
        pytest.param(SIGNATURE, id="signature alone"),
        pytest.param(SIGNATURE + bytes(20) + SIGNATURE, id="zeros between signatures"),
        pytest.param(SIGNATURE + b"\xff" * 20 + SIGNATURE, id="ones between signatures"),
        pytest.param(WHOLE + b"\0", id="a byte more"),
    ],
)
def test_no_file_of_columns(content):
    """What is no file of columns is refused."""
    with pytest.raises(DamagedFileError, match=r"no file of columns|cut short"):
        ColumnFile(content)


def with_directory(change):
    """The file with another directory, whose checksum fits."""
    directory = json.loads(WHOLE[DIRECTORY:-28])
    changed = json.dumps(change(directory) or directory).encode()
    return WHOLE[:DIRECTORY] + changed + struct.pack("<QQI8s", DIRECTORY, len(changed), crc32(changed), SIGNATURE)


def entry(**changes):
    """Change what is told of a column: its dtype, place, length or checksum."""

    def change(directory):
        own = dict(zip(("dtype", "place", "length", "checksum"), directory["columns"]["số"], strict=True))
        directory["columns"]["số"] = list((own | changes).values())

    return change


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda directory: directory["columns"].update(
                {f"khác {number}": directory["columns"]["số"] for number in range(20)}
            ),
            id="more columns than there is room for",
        ),
        pytest.param(entry(place=DIRECTORY - 8), id="into the directory"),
        pytest.param(entry(place=1 << 62), id="beyond the end"),
        pytest.param(entry(place=-64), id="before the beginning"),
        pytest.param(entry(length=-8), id="fewer bytes than none"),
        pytest.param(entry(length=7), id="half a number"),
        pytest.param(entry(place=64.0), id="a place that is no whole number"),
        pytest.param(entry(place=True), id="a place that is true"),
        pytest.param(entry(place="64"), id="a place that is text"),
        pytest.param(entry(checksum=None), id="no checksum"),
        pytest.param(entry(dtype="|b1"), id="booleans, of which some may be neither"),
        pytest.param(entry(dtype="|O"), id="objects"),
        pytest.param(entry(dtype="|V8"), id="anything"),
        pytest.param(entry(dtype="<M8[s]"), id="times"),
        pytest.param(entry(dtype="<i8\n"), id="a line end"),
        pytest.param(entry(dtype=["<i8"]), id="a type in a list"),
        pytest.param(lambda directory: directory["columns"].update(số=[]), id="nothing of a column"),
        pytest.param(lambda directory: directory.pop("facts"), id="no facts"),
        pytest.param(lambda directory: directory.update(facts=[]), id="facts in a list"),
        pytest.param(lambda directory: directory.update(columns=[]), id="columns in a list"),
        pytest.param(lambda directory: [directory], id="a list"),
        pytest.param(lambda directory: 7, id="a number"),
    ],
)
def test_a_crafted_directory(change):
    """A directory that tells what cannot be is refused, though its checksum fits."""
    with pytest.raises(DamagedFileError, match="damaged directory"):
        ColumnFile(with_directory(change))


def test_a_directory_made_by_hand():
    """The directories that the test above makes are like those that are written."""
    assert with_directory(lambda _: None) == WHOLE
    ColumnFile(with_directory(entry(length=8, checksum=0)))


@pytest.mark.parametrize("version", [0, 1, SIGNATURE[-1] + 1, 255])
def test_another_version(version):
    """A file of another version is told as such; not one of which a single signature says so."""
    other = SIGNATURE[:-1] + bytes([version])
    with pytest.raises(ForeignFileError, match=f"is of format {version}, this version's is {SIGNATURE[-1]}") as caught:
        ColumnFile(WHOLE.replace(SIGNATURE, other))
    assert caught.value.is_ours
    for damaged in (other + WHOLE[len(other) :], WHOLE[: -len(other)] + other):
        with pytest.raises(DamagedFileError, match="cut short"):
            ColumnFile(damaged)


@given(st.integers(DIRECTORY, len(WHOLE) - 1) | st.integers(0, len(SIGNATURE) - 1), st.integers(1, 255))
def test_flipped_in_the_directory(place, mask):
    """A byte of the signature, the directory or the end that is another one is found when the file is opened."""
    with pytest.raises(DamagedFileError):
        ColumnFile(flipped(WHOLE, place, mask))


@given(st.data(), st.integers(1, 255))
def test_flipped_in_a_column(data, mask):
    """A byte of a column that is another one is found by the check, which names the column."""
    name = data.draw(st.sampled_from([name for name, column in COLUMNS.items() if len(column)]))
    byte = data.draw(st.integers(0, COLUMNS[name].nbytes - 1))
    place = WHOLE.index(COLUMNS[name].tobytes(), len(SIGNATURE)) + byte
    with pytest.raises(DamagedFileError, match=f"is damaged: column {name}"):
        ColumnFile(flipped(WHOLE, place, mask)).verify()


@pytest.mark.parametrize("cut", [0, 1, 36, len(WHOLE) - 1], ids=["empty", "a byte", "half", "all but a byte"])
@pytest.mark.parametrize("real", [True, False], ids=["real", "in memory"])
def test_open_a_damaged_file(tmp_path, cut, real):
    """Opening a file that was cut short leaves nothing open, and says so."""
    storage = FileStorage(str(tmp_path)) if real else RamStorage()
    with storage.create_file("cột") as file:
        file.write(WHOLE[:cut])
    with pytest.raises(DamagedFileError):
        ColumnFile.open(storage, "cột")


class Interrupted(BaseException):
    """An exception that is no error."""


@pytest.mark.parametrize("error", [ValueError, OSError, KeyboardInterrupt, Interrupted])
@pytest.mark.parametrize("real", [True, False], ids=["real", "in memory"])
def test_half_written(tmp_path, error, real):
    """A file that an exception leaves half written is deleted, the others stay, and the exception goes on."""
    storage = FileStorage(str(tmp_path)) if real else RamStorage()
    with create_column_file(storage, "trước", {}) as writer:
        writer.add("a", b"a")
    with pytest.raises(error), create_column_file(storage, "cột", {}) as writer:
        writer.add("a", np.arange(100_000))
        raise error
    assert list(storage.list()) == ["trước"]


def test_interrupted_when_closed(tmp_path, monkeypatch):
    """A file that an exception leaves closed is deleted, too: nobody was told that it is whole."""

    def finish(writer, facts):
        whole(writer, facts)
        raise KeyboardInterrupt

    whole = ColumnWriter.finish
    monkeypatch.setattr(ColumnWriter, "finish", finish)
    with pytest.raises(KeyboardInterrupt), create_column_file(FileStorage(str(tmp_path)), "cột", {}):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("facts", [{"a": {1}}, {("a",): 1}], ids=["set", "tuple as key"])
def test_facts_that_are_no_json(tmp_path, facts):
    """Facts that cannot be kept are an error, and the file is deleted."""
    with pytest.raises(TypeError), create_column_file(FileStorage(str(tmp_path)), "cột", facts) as writer:
        writer.add("a", b"a")
    assert list(tmp_path.iterdir()) == []


def test_facts_are_filled_until_the_end():
    """What is put into the facts while columns are written is kept."""
    storage = RamStorage()
    facts = {}
    with create_column_file(storage, "cột", facts):
        facts["năm"] = 2024
    assert ColumnFile.open(storage, "cột").facts == {"năm": 2024}


class FullStorage(FileStorage):
    """A folder on a full disk: nothing that is written arrives."""

    def create_file(self, name, **_):
        """Make a file, and return the device that takes nothing instead of it."""
        super().create_file(name).close()
        return StructFile(FULL.open("wb"), name)


@pytest.mark.skipif(not FULL.exists(), reason=f"needs {FULL}")
@pytest.mark.parametrize("size", [1, 100_000], ids=["when closed", "while written"])
def test_full_disk(tmp_path, size):
    """A file for which there turns out to be no room, sooner or later, is deleted."""
    with (
        pytest.raises(OSError, match="No space left"),
        create_column_file(FullStorage(str(tmp_path)), "cột", {}) as writer,
    ):
        writer.add("a", bytes(size))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not FULL.exists(), reason=f"needs {FULL}")
def test_a_half_written_file_that_cannot_be_deleted(tmp_path, monkeypatch):
    """What is told is what went wrong first."""
    monkeypatch.setattr(FullStorage, "delete_file", lambda *_: Path("không có").unlink())
    with (
        pytest.raises(OSError, match="No space left"),
        create_column_file(FullStorage(str(tmp_path)), "cột", {}) as writer,
    ):
        writer.add("a", bytes(100_000))


@contextmanager
def closing():
    """A buffer as Whoosh's file that keeps what was written when closed."""
    kept = []
    yield StructFile(BytesIO(), onclose=lambda file: kept.append(file.file.getvalue())), kept


def test_finish_closes_the_file():
    """Finishing writes the directory and closes the file."""
    with closing() as (file, kept):
        writer = ColumnWriter(file)
        writer.add("a", b"a")
        writer.finish({"b": 1})
        assert file.is_closed
        assert ColumnFile(kept[0])["a"].tolist() == [ord("a")]


@pytest.mark.parametrize(
    ("largest", "dtype"),
    [
        (0, np.uint8),
        (255, np.uint8),
        (256, np.uint16),
        (65_535, np.uint16),
        (65_536, np.uint32),
        (2**32 - 1, np.uint32),
        (2**32, np.int64),
    ],
)
def test_smallest_unsigned(largest, dtype):
    """Numbers are kept in as few bytes as the largest one needs."""
    assert smallest_unsigned(largest) == dtype
