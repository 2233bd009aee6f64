"""Stored records come back exactly, whatever is in them, wherever the blocks end, by whichever dictionary."""

import json
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from whoosh.filedb.filestore import RamStorage
from zstandard import ZstdDecompressor

from timviet.index.columnfile import ColumnFile, DamagedFileError
from timviet.index.columnwriter import create_column_file
from timviet.index.stored import StoredReader, StoredWriter

BLOCK = 1 << 11
EMPTY_FIELDS = len(json.dumps({"câu": ""}, ensure_ascii=False, separators=(",", ":")).encode())


def sized(size, letter="a"):
    """Fields whose record takes so many bytes, or as few as it can."""
    return {"câu": letter * max(0, size - EMPTY_FIELDS)}


any_text = st.text(st.characters(exclude_categories=()))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=6,
)
records = st.dictionaries(any_text, values, max_size=4)
# Records as ours are, without others in them; their texts look like records.
NAMES = ["title", "câu", "path"]
pieces = st.sampled_from(['"', "\\", ",", "{", ":", "title", "câu", '"title":"', "\n", "\ud800"])
flat_records = st.dictionaries(
    st.sampled_from(NAMES), st.none() | st.integers() | any_text | st.lists(pieces).map("".join), max_size=3
)
# Sizes about a block's, so that records end before, at and after its end.
sizes = st.sampled_from([0, 1, 100, BLOCK // 2, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK])
# Of how many bytes a dictionary is made: of a record or a few, or of more than there are.
trainings = st.sampled_from([1, 300, 2000, 1 << 20])
# A training, so many sentences, and records.
segments = st.lists(
    st.tuples(trainings, st.integers(0, 40), st.lists(records | sizes.map(sized), max_size=3)), max_size=4
)


def file_of(writer):
    """The columns of what a writer has collected."""
    storage = RamStorage()
    with create_column_file(storage, "cột", {}) as columns:
        writer.write(columns)
    return ColumnFile.open(storage, "cột")


def stored(writer):
    """What a writer has collected, written and read again."""
    return StoredReader(file_of(writer))


def training(size):
    """Meanwhile, a dictionary is made of so many bytes."""
    return patch("timviet.index.stored._TRAINING_SIZE", size)


def writer_of(records, size=1 << 20):
    """A writer of records, which makes a dictionary of so many bytes."""
    writer = StoredWriter()
    with training(size):
        for record in records:
            writer.add(record)
    return writer


def reader_of(records, size=1 << 20):
    """A reader of records that were written, with a dictionary made of so many bytes."""
    return stored(writer_of(records, size))


def sentences(count, topic="công tác phòng chống lụt bão"):
    """Records that are alike, as those of one newspaper are."""
    return [{"id": str(number), "câu": f"Đảng ủy xã {number} họp bàn {topic}"} for number in range(count)]


def all_fields(reader):
    """What comes back of each paragraph."""
    return [reader.fields(number) for number in range(len(reader.record_ends))]


@given(st.lists(records, max_size=6), trainings)
@example([{"câu": "\ud800"}, {"\udfff": ["Đảng \ud83d ủy", "\0\x7f\u2028"]}], 1 << 20)
@example([{}, {"số": [2**70, -0.0, 1e300, True, None]}, {}], 1 << 20)
@example([{"câu": "Đảng"}] * 20, 100)
def test_any_fields(records, size):
    """Fields of whatever JSON has come back, also text with lone surrogates, with a dictionary or without."""
    assert all_fields(reader_of(records, size)) == records


@given(st.lists(flat_records, max_size=6), st.sampled_from(NAMES), trainings)
@example([{"câu": '"title":"x","'}, {"câu": "x,", "title": "\\"}, {}, {"title": None}], "title", 1 << 20)
@example([{"title": "\ud800\n\\n"}], "title", 1 << 20)
def test_texts(records, name, size):
    """What is kept under one name comes back alone, where it is text; what stands in other texts is none of it."""
    expected = [record.get(name) if isinstance(record.get(name), str) else None for record in records]
    assert list(reader_of(records, size).texts(name, range(len(records)))) == expected


@given(st.lists(sizes, max_size=12), trainings, st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_across_blocks(sizes, size, chance):
    """Records come back across the borders of blocks, in any order."""
    records = [sized(size, "abcdefghijkl"[number]) for number, size in enumerate(sizes)]
    reader = reader_of(records, size)
    for number in chance.sample(range(len(records)), len(records)):
        assert reader.fields(number) == records[number]


@pytest.mark.parametrize(
    ("sizes", "blocks"),
    [
        pytest.param([], [], id="no records"),
        pytest.param([100] * 3, [3], id="one block"),
        pytest.param([BLOCK - 1], [1], id="a byte short of a block"),
        pytest.param([BLOCK], [1], id="a block exactly"),
        pytest.param([BLOCK, 100], [1, 2], id="one after a block's end"),
        pytest.param([BLOCK // 2, BLOCK // 2, 100], [2, 3], id="a block of two"),
        pytest.param([100, 5 * BLOCK, 100], [2, 3], id="larger than a block"),
        pytest.param([2 * BLOCK] * 3, [1, 2, 3], id="a block each"),
    ],
)
def test_blocks(sizes, blocks):
    """A block is closed by the record that fills it, and none is split."""
    file = file_of(writer_of(map(sized, sizes)))
    assert file["stored_block_documents"].tolist() == blocks


@pytest.mark.parametrize(
    ("records", "size", "expected"),
    [
        pytest.param(sentences(40), 1 << 20, {0}, id="fewer than a dictionary is made of"),
        pytest.param(sentences(40), 1000, {1}, id="all by the dictionary, also those it is made of"),
        pytest.param([sized(5000)], 100, {0}, id="one record is too few"),
        pytest.param([sized(5000), *sentences(40)], 100, {0}, id="tried only once"),
        pytest.param([], 1, set(), id="no records"),
    ],
)
def test_dictionaries(records, size, expected):
    """Where there is enough to make a dictionary of, all blocks are compressed by it; otherwise none is."""
    reader = reader_of(records, size)
    assert set(reader.block_dictionaries.tolist()) == expected
    assert len(reader.dictionaries) == max(expected, default=0)


@given(st.lists(records | sizes.map(sized), max_size=6))
@settings(max_examples=50)
def test_records_are_copied(records):
    """Records as they are written, added to another writer, are the same there."""
    first, writer = reader_of(records), StoredWriter()
    for number in reversed(range(len(records))):
        writer.add_record(first.record(number))
    second = stored(writer)
    assert [second.fields(number) for number in range(len(records))] == records[::-1]
    assert [second.record(number) for number in range(len(records))] == [
        first.record(number) for number in reversed(range(len(records)))
    ]


def test_records_are_readable():
    """A record is JSON as it is written, letters as themselves."""
    assert reader_of([{"câu": "Đảng ủy", "số": [1, None]}]).record(0) == '{"câu":"Đảng ủy","số":[1,null]}'.encode()


def test_they_are_compressed():
    """Text that repeats itself takes less room than it has bytes."""
    file = file_of(writer_of([{"câu": "Đảng ủy xã họp bàn công tác phòng chống lụt bão"}] * 100))
    assert len(file["stored"]) < 500


@pytest.mark.parametrize("value", [b"a", {1, 2}, object(), 1j], ids=["bytes", "set", "object", "complex"])
def test_no_json(value):
    """A value that JSON has not is refused, and the records before and after it are kept."""
    writer = StoredWriter()
    writer.add({"câu": "một"})
    with pytest.raises(TypeError):
        writer.add({"câu": value})
    writer.add({"câu": "hai"})
    reader = stored(writer)
    assert [reader.fields(number) for number in (0, 1)] == [{"câu": "một"}, {"câu": "hai"}]


class SlowDecompressor:
    """One that lets other threads go on before it is done, and that only one of them may use at a time."""

    def __init__(self, dictionary):
        self._own = ZstdDecompressor(dictionary)
        self._is_busy = False

    def decompress(self, block):
        """Decompress a block, slowly."""
        assert not self._is_busy
        self._is_busy = True
        sleep(0.0001)
        content = self._own.decompress(block)
        self._is_busy = False
        return content


@pytest.mark.parametrize("size", [1 << 20, 3 * BLOCK], ids=["no dictionary", "dictionary"])
def test_threads(monkeypatch, size):
    """Several threads read records of different blocks from one reader, each what it asks for, one at a time."""
    monkeypatch.setattr("zstandard.ZstdDecompressor", SlowDecompressor)
    records = [sized(BLOCK, letter) for letter in "abcd"]
    reader = reader_of(records, size)

    def read(first):
        numbers = [(first + turn) % len(records) for turn in range(50)]
        return [number for number in numbers if reader.fields(number) != records[number]]

    with ThreadPoolExecutor(len(records)) as threads:
        assert list(threads.map(read, range(len(records)))) == [[]] * len(records)


@given(segments, trainings)
@example([(300, 40, []), (300, 40, []), (1 << 20, 40, []), (300, 40, [])], 300)
@example([(1 << 20, 5, []), (300, 40, []), (1 << 20, 5, [])], 1 << 20)
@settings(max_examples=50, deadline=None)
def test_blocks_are_copied(segments, size):
    """Whatever segments become one, and that one with itself, with and without dictionaries: all records come back."""
    writer, expected = StoredWriter(), []
    with training(size):
        for own_size, count, records in segments:
            own = sentences(count) + records
            writer.add_blocks(reader_of(own, own_size))
            writer.add({"giữa": len(expected)})
            expected += [*own, {"giữa": len(expected)}]
        once = stored(writer)
        again = StoredWriter()
        for _ in range(2):
            again.add_blocks(once)
    assert all_fields(once) == expected
    assert all_fields(stored(again)) == expected * 2


def test_dictionaries_after_several_merges():
    """Each block keeps the dictionary of the segment it came from, as often as segments are merged."""
    topics = ["lụt bão", "công an", "Đê điều", "xã hội"]
    first, second, third, fourth = (reader_of(sentences(60, topic), 1000) for topic in topics)
    merged = StoredWriter()
    for reader in (first, second):
        merged.add_blocks(reader)
    again = StoredWriter()
    for reader in (third, stored(merged), fourth):
        again.add_blocks(reader)
    reader = stored(again)
    order = [third, first, second, fourth]
    assert reader.dictionaries == [own.dictionaries[0] for own in order]
    blocks = [len(own.block_dictionaries) for own in order]
    assert reader.block_dictionaries.tolist() == np.repeat([1, 2, 3, 4], blocks).tolist()
    assert all_fields(reader) == [fields for own in order for fields in all_fields(own)]


def test_blocks_with_a_dictionary_stay_as_they_are():
    """The blocks of a segment with a dictionary are not compressed again."""
    own = file_of(writer_of(sentences(60), 1000))
    merged = writer_of([{"câu": "trước"}])
    merged.add_blocks(StoredReader(own))
    merged.add({"câu": "sau"})
    file = file_of(merged)
    assert own["stored"].tobytes() in file["stored"].tobytes()
    assert file["stored_block_dictionaries"].tolist() == [0, *own["stored_block_dictionaries"], 0]
    again = StoredWriter()
    for columns in (own, file):
        again.add_blocks(StoredReader(columns))
    ones = own["stored_block_dictionaries"]
    assert file_of(again)["stored_block_dictionaries"].tolist() == [*ones, 0, *(ones + 1), 0]


def test_small_segments_get_a_dictionary():
    """Segments that were too small for a dictionary get one when they have become large enough together."""
    merged = StoredWriter()
    with training(5000):
        for _ in range(3):
            merged.add_blocks(reader_of(sentences(30)))
    reader = stored(merged)
    assert len(reader.dictionaries) == 1
    assert set(reader.block_dictionaries.tolist()) == {1}
    assert all_fields(reader) == sentences(30) * 3


def test_a_dictionary_after_others():
    """What comes after blocks with a dictionary gets one of its own where it is enough."""
    merged = StoredWriter()
    with training(5000):
        merged.add_blocks(reader_of(sentences(60), 1000))
        for fields in sentences(200, "thi đua yêu nước"):
            merged.add(fields)
    reader = stored(merged)
    assert len(reader.dictionaries) == 2
    assert sorted(set(reader.block_dictionaries.tolist())) == [1, 2]
    assert all_fields(reader) == sentences(60) + sentences(200, "thi đua yêu nước")


def test_one_dictionary_of_its_own():
    """Once a dictionary has been made, all records that come get it, also after blocks with others."""
    merged = writer_of(sentences(60), 1000)
    with training(1000):
        merged.add_blocks(reader_of(sentences(60, "công an"), 1000))
        for fields in sentences(60, "xã hội"):
            merged.add(fields)
    reader = stored(merged)
    assert len(reader.dictionaries) == 2
    assert [reader.block_dictionaries[block] for block in (0, -1)] == [1, 1]
    assert all_fields(reader) == [*sentences(60), *sentences(60, "công an"), *sentences(60, "xã hội")]


@pytest.mark.parametrize("size", [1 << 20, 1000], ids=["no dictionary", "dictionary"])
def test_a_damaged_block(size):
    """A block that cannot be decompressed is told as damage; the others come back."""
    records = sentences(60)
    storage = RamStorage()
    with create_column_file(storage, "cột", {}) as columns:
        writer_of(records, size).write(columns)
    whole = ColumnFile.open(storage, "cột")
    first = whole["stored"][: int(whole["stored_block_ends"][0])].tobytes()
    reader = StoredReader(ColumnFile(storage.files["cột"].replace(first, bytes(len(first)))))
    with pytest.raises(DamagedFileError, match="is damaged: block 0 of what is stored"):
        reader.fields(0)
    assert reader.fields(59) == records[59]


def test_damage_is_told():
    """A block in which any bit has changed is not read: each carries a checksum."""
    writer = StoredWriter()
    for number in range(40):
        writer.add({"câu": f"Đảng ủy xã {number}"})
    storage = RamStorage()
    with create_column_file(storage, "cột", {}) as columns:
        writer.write(columns)
    whole = ColumnFile.open(storage, "cột")
    content = bytearray(storage.files["cột"])
    start = bytes(content).index(whole["stored"].tobytes())
    for bit in range(0, 8 * len(whole["stored"]), 37):
        damaged = bytearray(content)
        damaged[start + bit // 8] ^= 1 << bit % 8
        reader = StoredReader(ColumnFile(bytes(damaged)))
        with pytest.raises(DamagedFileError):
            [reader.fields(number) for number in range(40)]
