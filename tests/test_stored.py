"""Stored records come back exactly, whatever is in them and wherever the blocks end."""

import json
import threading

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from whoosh.filedb.filestore import RamStorage

from timviet.index.columnfile import ColumnFile, create_column_file
from timviet.index.stored import StoredReader, StoredWriter

BLOCK = 1 << 13
EMPTY_FIELDS = len(json.dumps({"câu": ""}, ensure_ascii=False, separators=(",", ":")).encode())

any_text = st.text(st.characters(exclude_categories=()))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=6,
)
records = st.dictionaries(any_text, values, max_size=4)
# Sizes about a block's, so that records end before, at and after its end.
sizes = st.sampled_from([0, 1, 100, BLOCK // 2, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK])


def stored(writer):
    """What a writer has collected, written and read again."""
    storage = RamStorage()
    with create_column_file(storage, "cột", {}) as columns:
        writer.write(columns)
    return StoredReader(ColumnFile.open(storage, "cột"))


def reader_of(records):
    """A reader of records that were written."""
    writer = StoredWriter()
    for record in records:
        writer.add(record)
    return stored(writer)


def sized(size, letter="a"):
    """Fields whose record takes so many bytes, or as few as it can."""
    return {"câu": letter * max(0, size - EMPTY_FIELDS)}


@given(st.lists(records, max_size=6))
@example([{"câu": "\ud800"}, {"\udfff": ["Đảng \ud83d ủy", "\0\x7f\u2028"]}])
@example([{}, {"số": [2**70, -0.0, 1e300, True, None]}, {}])
def test_any_fields(records):
    """Fields of whatever JSON has come back, also text with lone surrogates."""
    reader = reader_of(records)
    assert [reader.fields(number) for number in range(len(records))] == records


@given(st.lists(sizes, max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_across_blocks(sizes, chance):
    """Records come back across the borders of blocks, in any order."""
    records = [sized(size, "abcdefghijkl"[number]) for number, size in enumerate(sizes)]
    reader = reader_of(records)
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
    writer = StoredWriter()
    for size in sizes:
        writer.add(sized(size))
    storage = RamStorage()
    with create_column_file(storage, "cột", {}) as columns:
        writer.write(columns)
    assert ColumnFile.open(storage, "cột")["stored_block_documents"].tolist() == blocks


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
    writer = StoredWriter()
    for _ in range(100):
        writer.add({"câu": "Đảng ủy xã họp bàn công tác phòng chống lụt bão"})
    storage = RamStorage()
    with create_column_file(storage, "cột", {}) as columns:
        writer.write(columns)
    assert len(storage.files["cột"]) < 1500


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


def test_threads():
    """Several threads read records of different blocks from one reader, each what it asks for."""
    records = [sized(BLOCK, letter) for letter in "abcd"]
    reader, wrong = reader_of(records), []

    def read(number):
        wrong.extend(turn for turn in range(100) if reader.fields(number) != records[number])

    threads = [threading.Thread(target=read, args=(number,)) for number in range(len(records))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
