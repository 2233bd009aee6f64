"""Files of a stranger's whose checksums fit: whatever is in their columns, what is asked ends, and takes little memory.

By default some 60 of them are tried; of as many as TIMVIET_TRIALS says, one in 32.
"""

import os
from shutil import copytree

import numpy as np
import pytest
import zstandard

from limited import limited
from timviet.index import open_index
from timviet.index.columnfile import SIGNATURE
from timviet.index.errors import IndexVersionError

TRIALS = int(os.environ.get("TIMVIET_TRIALS", "2000")) // 32
MEGABYTES = 100  # an index of these few paragraphs takes some 10
# Where the ids' columns are other ones, they do not have what results have.
CLEAN = {None, "NotAnIndexError", "UnknownParagraphError"}
_HUGE = 2**32 - 1


@pytest.fixture(scope="module")
def processes():
    """What does tasks in processes of their own."""
    with limited() as own:
        yield own


def assert_bounded(processes, crafted, what=None):
    """Asking, verifying and repairing end, and take little; asking gives answers or clean errors."""
    crafted.write()
    for task in ("ask", "verify", "repair"):
        outcome = processes.run(task, crafted.folder)
        assert outcome.error in CLEAN, (task, what, outcome)
        assert outcome.signal == 0, (task, what, outcome)
        assert outcome.megabytes < MEGABYTES, (task, what, outcome)


@pytest.mark.parametrize("seed", range(TRIALS))
def test_anything(processes, crafted, seed):
    """Columns that are lost, exchanged, of other types or lengths, or with other numbers do no harm."""
    crafted.chance.seed(seed)
    done = crafted.change(crafted.chance.choice([1, 1, 1, 2, 4]))
    assert_bounded(processes, crafted, done)


def text_columns(crafted):
    """The columns of the text, by their names."""
    _, columns, facts = crafted.largest(".terms")
    prefix = facts["fields"]["text"]
    return {name.removeprefix(f"{prefix}."): (columns, name) for name in columns if name.startswith(f"{prefix}.")}


def put(name, column, dtype=None):
    """Replace a column of the text; by a function of it, or by a number throughout."""

    def change(crafted):
        columns, full = text_columns(crafted)[name]
        own = column(columns[full]) if callable(column) else np.full(len(columns[full]), column)
        columns[full] = np.asarray(own).astype(dtype or columns[full].dtype)

    return change


def large(name, number, places=None):
    """Let all numbers of a packed column of the text be large ones."""

    def change(crafted):
        columns, full = text_columns(crafted)[name]
        count = len(columns[full])
        columns[full] = np.full(count, np.iinfo(columns[full].dtype).max, columns[full].dtype)
        columns[f"{full}.large_places"] = np.arange(count, dtype=np.uint32) if places is None else places
        columns[f"{full}.large_numbers"] = np.full(count, number, np.uint32)

    return change


def fact(file, name, value):
    """Let a fact be another one."""

    def change(crafted):
        facts = crafted.largest(file)[2]
        facts[name] = value(facts[name]) if callable(value) else value

    return change


def block(content, size=None, count=None):
    """Let one block be all that is stored; of its header, the size may be another one."""

    def change(crafted):
        _, columns, _ = crafted.largest(".documents")
        stored = zstandard.ZstdCompressor(write_content_size=size is None).compress(content)
        if size is not None:
            stored = zstandard.FRAME_HEADER + bytes([0b1110_0000]) + size.to_bytes(8, "little") + stored[6:]
        paragraphs = len(columns["stored_record_ends"])
        columns["stored"] = np.frombuffer(stored, np.uint8)
        columns["stored_block_ends"] = np.array([len(stored)], np.uint32)
        columns["stored_block_documents"] = np.array([paragraphs], np.uint32)
        columns["stored_block_dictionaries"] = np.zeros(1, np.uint8)
        columns["stored_record_ends"] = np.full(paragraphs, min(size or len(content), 2**63 - 1), np.int64)

    return change


def stored(name, column):
    """Replace a column of what is stored."""

    def change(crafted):
        columns = crafted.largest(".documents")[1]
        columns[name] = np.asarray(column(columns[name]))

    return change


CRAFTED = {
    "ends that go back": put("posting_ends", lambda own: own[::-1]),
    "ends beyond the column": put("run_ends", lambda own: own.astype(np.int64) + 2**40, "<i8"),
    "ends below 0": put("follower_ends", lambda own: own.astype(np.int64) - 2**40, "<i8"),
    "ends that are all the last one": put("posting_ends", lambda own: np.full(len(own), own[-1])),
    "ends that are 0": put("run_ends", 0),
    "gaps beyond the paragraphs": large("documents", _HUGE),
    "gaps of occurrences beyond the paragraphs": large("run_documents", _HUGE),
    "gaps of 0": put("documents", 0),
    "frequencies without bound": large("frequencies", _HUGE),
    "frequencies of 0": put("frequencies", 0),
    "positions without bound": large("positions", _HUGE),
    "positions that are all 0": put("positions", 0),
    "large numbers at no places": large("positions", 5, np.empty(0, np.uint32)),
    "large numbers at other places": large("documents", 0, np.zeros(10_000, np.uint32)),
    "followers that are no words": put("followers", 255, "<u4"),
    "followers without bound": put("followers", _HUGE, "<u4"),
    "followers below 0": put("followers", -5, "<i8"),
    "followers that descend": put("followers", lambda own: own[::-1]),
    "letters of no word": put("fold_ends", lambda own: own[:1]),
    "letters that are all the same": put("fold_ends", lambda own: own[-1:]),
    "letters in more paragraphs than there are": put("fold_frequencies", _HUGE, "<u4"),
    "letters in fewer paragraphs than none": put("fold_frequencies", -1, "<i8"),
    "terms of no text": put("terms", 0xFF),
    "terms of nothing": put("terms", 0),
    "terms that end in the midst of letters": put("term_ends", lambda own: np.minimum(own + 1, own[-1])),
    "weights that are no numbers": put("frequencies", float("nan"), "<f4"),
    "booleans that are neither": put("frequencies", 7, "|i1"),
    "more words than there can be": fact(".documents", "lengths", lambda own: dict.fromkeys(own, 10**300)),
    "fewer words than none": fact(".documents", "lengths", lambda own: dict.fromkeys(own, -1)),
    "words without a number": fact(".documents", "lengths", lambda own: dict.fromkeys(own, "một")),
    "fields of no columns": fact(".terms", "fields", lambda own: dict.fromkeys(own, "99")),
    "fields of the same columns": fact(".terms", "fields", lambda own: dict.fromkeys(own, own["text"])),
    "fields that are no text": fact(".terms", "fields", [["text", "0"]]),
    "names of fields": fact(".terms", "fields", lambda own: {f"meta.{n}": "0" for n in range(500)} | own),
    "no facts": fact(".terms", "fields", None),
    "a block that is said to hold 2 GB": block(b"{}", 1 << 31),
    "a block that is said to hold all there is": block(b"{}", (1 << 64) - 2),
    "a record of many digits": block(b'{"id": ' + b"9" * 100_000 + b"}"),
    "a record of nothing": block(b"null"),
    "a record of something else": block(b'{"id": {}, "text": [], "paragraph": "0", "start": null, "metadata": 7}'),
    "blocks that end nowhere": stored("stored_block_ends", lambda own: own + np.uint32(7)),
    "blocks of no paragraphs": stored("stored_block_documents", lambda own: own * 0),
    "blocks by a dictionary that is not there": stored("stored_block_dictionaries", lambda own: own * 0 + 255),
    "records that end before they start": stored("stored_record_ends", lambda own: own[::-1].copy()),
    "records without end": stored("stored_record_ends", lambda own: np.full(len(own), 2**62)),
    "records that end below 0": stored("stored_record_ends", lambda own: np.full(len(own), -1)),
    "records that end at halves": stored("stored_record_ends", lambda own: own / np.float32(2)),
}


@pytest.mark.parametrize("change", CRAFTED.values(), ids=CRAFTED.keys())
def test_crafted(processes, crafted, change):
    """What is crafted to be hard to bear ends in an answer or a clean error, in little time and memory."""
    change(crafted)
    assert_bounded(processes, crafted)


RECORD = b'{"id":"1","metadata":"{}","paragraph":0,"start":0,"text":"%b"}'


@pytest.mark.parametrize(
    ("content", "times"),
    [
        pytest.param(RECORD % (b" " * (40 << 20)), 8, id="40 MB of spaces"),
        pytest.param(b"[" * (40 << 20), 8, id="40 MB of brackets"),
        pytest.param(b"[" + b"[]," * (3 << 20) + b"[]]", 30, id="10 MB of lists"),
        pytest.param(b'{"a":"%b"}' % (b"\\n" * (5 << 20)), 25, id="10 MB of line ends"),
        pytest.param(RECORD % (b" " * (65 << 20)), 0.4, id="65 MB of spaces"),
    ],
)
def test_a_large_block(processes, crafted, content, times):
    """A block that was compressed to next to nothing takes some times what it holds; none above the limit is read."""
    block(content)(crafted)
    crafted.write()
    outcome = processes.run("ask", crafted.folder, megabytes=1024)
    assert (outcome.error, outcome.signal) == ("NotAnIndexError", 0), outcome
    assert outcome.megabytes < times * len(content) / 1e6, outcome


@pytest.mark.parametrize("version", [1, 3])
def test_another_version(sample_folder, tmp_path, version):
    """A segment's file of another version says that the index has to be made again."""
    copytree(sample_folder, tmp_path / "chỉ mục")
    for path in (tmp_path / "chỉ mục").glob("*.documents"):
        path.write_bytes(path.read_bytes().replace(SIGNATURE, SIGNATURE[:-1] + bytes([version])))
    with open_index(tmp_path / "chỉ mục") as index:
        for opened in (index.reader, index.writer):
            with pytest.raises(IndexVersionError, match=rf"is of format {version}.*index again$"):
                opened()
