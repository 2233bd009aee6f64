"""A refreshed searcher sees the last commit, and works out again only what that changed."""

import gc
import shutil
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest
from whoosh.reading import SegmentReader
from whoosh.searching import Searcher as WhooshSearcher

from asking import CALLS, SYLLABLES, answer, fill
from helpers import add_segment, found, make_index, segments_of
from timviet.index import Document, open_index
from timviet.index.codec import DOCUMENTS, TERMS, ColumnSegment
from timviet.index.errors import NotAnIndexError
from timviet.index.snapshot import Snapshot
from timviet.search import Searcher, groups
from timviet.search.names import lookup
from timviet.search.rank import rounded_length
from timviet.search.refine import columns
from timviet.search.suggestions import words


@pytest.fixture
def index(tmp_path):
    """An index in a folder, of segments kept apart."""
    with open_index(tmp_path / "chỉ mục", create=True) as index:
        fill(index)
        yield index


@contextmanager
def noted(owner, name):
    """The first arguments that a function is called with meanwhile."""
    calls, function = [], getattr(owner, name)

    def call(first, *arguments, **options):
        calls.append(first)
        return function(first, *arguments, **options)

    with patch.object(owner, name, call):
        yield calls


def files_of(index):
    """The names of the files of the last commit's segments."""
    return {segment.make_filename(ending) for segment in segments_of(index) for ending in (TERMS, DOCUMENTS)}


def mapped_files(index):
    """The names of the segments' files that this process has mapped into memory, deleted ones, too."""
    lines = Path("/proc/self/maps").read_text().splitlines()
    return {Path(line.removesuffix(" (deleted)")).name for line in lines if f"{index.location}/" in line}


@pytest.mark.parametrize("removed", [[], ["7", "8"]], ids=["nothing removed", "some removed"])
def test_only_new_files_are_opened(index, removed):
    """Of segments that a searcher has open, no file is opened again, be it that others of their paragraphs are gone."""
    with Searcher(index) as searcher:
        before = files_of(index)
        add_segment(index, Document("mới", text="Lụt"), remove=removed)
        with noted(ColumnSegment, "open_columns") as segments:
            assert searcher.refresh()
        assert {segment.make_filename(TERMS) for segment in segments} == {
            name for name in files_of(index) - before if name.endswith(TERMS)
        }
        assert found(searcher, "lụt") == ["mới"]


@pytest.mark.parametrize(
    ("owner", "function", "call"),
    [
        pytest.param(groups, "saturation_levels", CALLS[0], id="postings"),
        pytest.param(groups, "saturation_levels", ("search", "k*", {}), id="postings of words of which others are new"),
        pytest.param(lookup, "read_names", ("lookup", "hoa", {}), id="names"),
        pytest.param(words, "_KnownWords", ("suggest", "ma t", {}), id="words"),
        pytest.param(columns, "_value_labels", ("search", "hoa", {"facets": ["năm"]}), id="values"),
    ],
)
@pytest.mark.parametrize("removed", [[], ["7", "8"]], ids=["nothing removed", "some removed"])
def test_only_new_segments_are_worked_out(index, owner, function, call, removed):
    """What was found in a segment need not be found again for a later commit, be it that others of it are gone."""
    text = " ".join([*SYLLABLES, "kể"])  # about as long as others
    with Searcher(index) as searcher, noted(owner, function) as calls:
        answer(searcher, call)
        worked_out = len(calls)
        add_segment(index, Document("mới", text=text, title="Hòa ma tuý", metadata={"năm": 2001}), remove=removed)
        assert searcher.refresh()
        given = answer(searcher, call)
        assert 3 * (len(calls) - worked_out) == worked_out > 0
        with Searcher(index) as new:
            assert given == answer(new, call)


def test_what_is_deleted_is_not_found(index):
    """What was found of a segment before some of it was deleted is not answered from any more; all else is."""
    everything = {"limit": 200, "facets": ["năm"], "match": "any"}
    with Searcher(index) as searcher:
        before = searcher.search("hoa thuy", **everything)
        named = searcher.lookup("hoa", limit=200)
        gone = {before[0].document_id, named[0].document_id}
        add_segment(index, remove=gone)
        assert searcher.refresh()
        after = searcher.search("hoa thuy", **everything)
        assert sorted((hit.document_id, hit.paragraph) for hit in after) == sorted(
            (hit.document_id, hit.paragraph) for hit in before if hit.document_id not in gone
        )
        assert after.total == len(after) == sum(own.count for own in after.facets["năm"])
        assert [hit.document_id for hit in searcher.lookup("hoa", limit=200)] == [
            hit.document_id for hit in named if hit.document_id not in gone
        ]


def test_what_is_remembered():
    """What is made of a segment is made once for each function and its arguments, until readers begin anew."""
    index, made = make_index(["Đảng ủy xã"], ["Công an"]), []

    def make(segment, name):
        made.append((segment.first, name))
        return len(made)

    def remembered(reader):
        snapshot = Snapshot(WhooshSearcher(reader))
        return [[segment.remembered(make, name) for name in "aba"] for segment in snapshot.segments]

    with index.reader() as first:
        assert remembered(first) == [[1, 2, 1], [3, 4, 3]]
        with index.reader(reuse=first) as second:
            assert remembered(second) == remembered(first) == [[1, 2, 1], [3, 4, 3]]
        with index.reader() as anew:
            assert remembered(anew) == [[5, 6, 5], [7, 8, 7]]
    assert made[:4] == [(0, "a"), (0, "b"), (1, "a"), (1, "b")]


def test_other_searchers_keep_their_snapshots(index):
    """Refreshing one searcher, and closing it, leaves alone what others see."""
    with Searcher(index) as standing, Searcher(index) as other:
        expected = [answer(standing, call) for call in CALLS]
        for number in range(3):
            add_segment(index, Document(f"mới {number}", text="hòa thủy việt ma"), remove=[str(number)])
            assert other.refresh()
        other.close()
        assert [answer(standing, call) for call in CALLS] == expected


def test_a_refresh_that_fails(index):
    """Where the last commit cannot be read, the searcher goes on with the one before, and can be refreshed later."""
    with Searcher(index) as searcher:
        expected = [answer(searcher, call) for call in CALLS]
        before = files_of(index)
        add_segment(index, Document("mới", text="Lụt"), remove=["7"])
        paths = [Path(index.location) / name for name in files_of(index) - before]
        contents = [path.read_bytes() for path in paths]
        for path in paths:
            path.write_bytes(b"")
        with pytest.raises(NotAnIndexError):
            searcher.refresh()
        assert [answer(searcher, call) for call in CALLS] == expected
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content)
        assert searcher.refresh()
        assert found(searcher, "lụt") == ["mới"]


def test_files_are_let_go(index):
    """Right after a refresh, only files of the last commit are held open; after closing, none, whatever was found."""
    gc.disable()
    try:
        searcher = Searcher(index)
        kept = [answer(searcher, call) for call in CALLS]
        assert mapped_files(index) == files_of(index)
        for number in range(20):
            with index.writer() as writer:
                for document in range(3 * number, 3 * number + 3):
                    writer.add(Document(str(document), text="hòa thủy việt ma đảng ủy", title="Hòa"))
            assert searcher.refresh()
            assert mapped_files(index) == files_of(index)
            kept += [answer(searcher, call) for call in CALLS]
        searcher.close()
        assert mapped_files(index) == set()
        assert kept
    finally:
        gc.enable()


def test_readers_are_let_go(index):
    """Of commits that a searcher has gone over from, no reader is held, and no list of what was deleted."""

    def readers():
        return sum(isinstance(held, SegmentReader) for held in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        with Searcher(index) as searcher:
            first = readers()
            for number in range(7, 12):
                answers = [answer(searcher, call) for call in CALLS]
                add_segment(index, remove=[str(number)])
                assert searcher.refresh()
                assert readers() == first
                assert answers
    finally:
        gc.enable()


def test_an_empty_index():
    """Where nothing is indexed, nothing is newer, until something is."""
    with open_index(":memory:", create=True) as index, Searcher(index) as searcher:
        assert not searcher.refresh()
        add_segment(index, Document("a", text="Đảng"))
        assert searcher.refresh()
        add_segment(index, remove=["a"])
        assert searcher.refresh()
        assert not searcher.refresh()


@pytest.mark.parametrize(
    ("length", "expected"), [(45.6789, 45.7), (1.0, 1.0), (5 / 3, 1.67), (999.6, 1000.0), (123456.0, 123000.0)]
)
def test_rounded_length(length, expected):
    """Three digits are kept of a mean length."""
    assert rounded_length(length) == expected


def test_an_index_that_was_made_anew(tmp_path):
    """An index that was deleted and made anew is another one, though its commits have the same numbers."""
    folder = tmp_path / "chỉ mục"
    with open_index(folder, create=True) as index:
        add_segment(index, Document("x", text="Một"))
        with Searcher(index) as searcher:
            shutil.rmtree(folder)
            with open_index(folder, create=True) as anew:
                add_segment(anew, Document("x", text="Hai"))
            assert searcher.refresh()
            assert (searcher.search("một").total, searcher.search("hai").total) == (0, 1)
            assert not searcher.refresh()
