"""Which segments are merged: so few stay that searching them is fast, and paragraphs are seldom written again."""

from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh.filedb.filestore import FileStorage

from helpers import commit, no_merging, segments_of
from timviet.index import open_index
from timviet.index.codec import ColumnSegment
from timviet.index.columnfile import ColumnFile
from timviet.index.merging import is_whole, segments_to_merge


def damage(path, ending):
    """Turn the bits of the first byte of the first column in a file whose name ends so."""
    content = bytearray(path.read_bytes())
    columns = ColumnFile(bytes(content))._columns
    content[next(place for name, (_, place, *_) in columns.items() if name.endswith(ending))] ^= 0xFF
    path.write_bytes(content)


def sizes(*pairs):
    """Segments of so many paragraphs of a hundred tokens, of which so many are deleted."""
    segments = []
    for count, deleted in pairs:
        segment = ColumnSegment("MAIN")
        segment.set_doc_count(count)
        for number in range(deleted):
            segment.delete_document(number)
        segments.append(segment)
    return segments


def whole(*counts):
    """Segments of so many paragraphs, none of which is deleted."""
    return [(count, 0) for count in counts]


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        pytest.param([], [], id="none"),
        pytest.param(whole(1), [], id="one"),
        pytest.param(whole(1, 1), [0, 1], id="two of one size"),
        pytest.param(whole(*[7] * 20), range(20), id="all of one size at once"),
        pytest.param(whole(10**9, 10**9), [0, 1], id="however large they are"),
        pytest.param(whole(2, 1), [0, 1], id="one half as large"),
        pytest.param(whole(3, 1), [], id="one less than half as large"),
        pytest.param(whole(4, 1, 1), [0, 1, 2], id="two together half as large"),
        pytest.param(whole(5, 1, 1), [1, 2], id="two together less than half as large"),
        pytest.param(whole(26, 9, 3, 1), range(4), id="all smaller ones together half as large"),
        pytest.param(whole(27, 9, 3, 1), [], id="each more than twice as large as all smaller ones together"),
        pytest.param(whole(3, 100, 1, 100), range(4), id="smaller ones along with large ones"),
        pytest.param(whole(100, 1, 50, 1), [0, 1, 2, 3], id="half as large only with what is merged, too"),
        pytest.param(whole(1, 1000, 1, 5, 1), [0, 2, 3, 4], id="in their order, others between them"),
        pytest.param([(10, 5)], [], id="half deleted"),
        pytest.param([(10, 6)], [0], id="mostly deleted"),
        pytest.param([(10, 6), (1000, 0)], [0], id="mostly deleted beside a large one"),
        pytest.param([(100, 60), (1000, 999), (10, 0)], [1], id="two mostly deleted, the one with the least left"),
        pytest.param([(1000, 900), *whole(50)], [0, 1], id="half as large as what is left"),
        pytest.param([(100, 50), *whole(20)], [], id="half as large as what is deleted counts for nothing"),
        pytest.param([(100, 60), *whole(1, 1)], [1, 2], id="ones alike before mostly deleted ones"),
    ],
)
def test_segments_to_merge(segments, expected):
    """A segment is merged with all smaller ones if these have half as much together; else one with mostly deleted."""
    segments = sizes(*segments)
    assert segments_to_merge(segments) == [segments[place] for place in expected]


@given(st.lists(st.integers(1, 100), min_size=1, max_size=150))
@settings(max_examples=30)
def test_few_segments_stay(counts):
    """However many segments are committed, few stay; what is written again is in one half as large again at least."""
    segments, written = [], 0
    for count in counts:
        segments += sizes((count, 0))
        while alike := segments_to_merge(segments):
            (one,) = sizes((sum(segment.doc_count() for segment in alike), 0))
            assert all(2 * one.doc_count() >= 3 * segment.doc_count() for segment in alike)
            segments = [segment for segment in segments if segment not in alike] + [one]
            written += one.doc_count()
    total = sum(counts)
    assert sum(segment.doc_count() for segment in segments) == total
    assert 3 ** (len(segments) - 1) <= total
    assert written <= total * log(total, 1.5)


@pytest.mark.parametrize(
    ("commits", "expected"),
    [
        pytest.param(1, [1], id="one"),
        pytest.param(2, [2], id="one like the first"),
        pytest.param(3, [3], id="half as large"),
        pytest.param(4, [3, 1], id="less than half as large"),
        pytest.param(7, [5, 2], id="small ones among themselves"),
        pytest.param(8, [8], id="small ones with a large one"),
        pytest.param(16, [12, 3, 1], id="three that are too different"),
    ],
)
def test_commits_merge(tmp_path, commits, expected):
    """Commits of one paragraph merge segments of like sizes, and the folder holds only what is in use."""
    with open_index(tmp_path, create=True) as index:
        for number in range(commits):
            commit(index, [(str(number), {"text": f"Lượt {number}"})])
        assert [segment.doc_count_all() for segment in segments_of(index)] == expected
        assert sorted(document.id for document in index.documents()) == sorted(map(str, range(commits)))
    names = {name.partition(".")[0] for name in FileStorage(str(tmp_path)).list() if name.startswith("MAIN_")}
    assert len(names - {"MAIN_WRITELOCK"}) == len(expected)


def test_removals_merge():
    """A commit that leaves a segment mostly deleted writes it again without what is deleted."""
    with open_index(":memory:", create=True) as index:
        commit(index, [(str(number), {"text": f"Lượt {number}"}) for number in range(5)])
        commit(index, [("0", None), ("1", None)])
        assert [(segment.doc_count_all(), segment.deleted_count()) for segment in segments_of(index)] == [(5, 2)]
        commit(index, [("2", None)])
        assert [(segment.doc_count_all(), segment.deleted_count()) for segment in segments_of(index)] == [(2, 0)]
        commit(index, [("3", None), ("4", None)])
        assert segments_of(index) == []


@pytest.mark.parametrize(
    ("ending", "column"),
    [
        pytest.param(".documents", "stored", id="stored"),
        pytest.param(".documents", "lengths.text", id="lengths"),
        pytest.param(".terms", ".terms", id="terms"),
        pytest.param(".terms", ".documents", id="postings"),
        pytest.param(".terms", ".run_documents", id="paragraphs of runs"),
        pytest.param(".terms", ".followers", id="followers"),
        pytest.param(".terms", ".positions", id="positions"),
    ],
)
@pytest.mark.parametrize("place", [0, 3], ids=["first", "among others"])
def test_damaged_segments_stay_apart(tmp_path, ending, column, place):
    """A damaged segment is left as it is, and never hinders a commit; the others are merged, with all they hold."""
    with open_index(tmp_path, create=True) as index:
        with no_merging():
            for number in range(7):
                commit(index, [(str(number), {"text": f"Lượt {number}"})])
        damaged = segments_of(index)[place]
        names = [damaged.make_filename(ending) for ending in (".terms", ".documents")]
        damage(tmp_path / damaged.make_filename(ending), column)
        before = [(tmp_path / name).read_bytes() for name in names]
        assert [is_whole(index.whoosh.storage, own) for own in segments_of(index)].count(False) == 1
        for number in range(7, 17):
            commit(index, [(str(number), {"text": f"Lượt {number}"})])
        assert [(tmp_path / name).read_bytes() for name in names] == before
        left = {own.segment_id(): own for own in segments_of(index)}
        assert left.pop(damaged.segment_id()).doc_count() == 1
        storage = index.whoosh.storage
        readers = [own.codec().per_document_reader(storage, own) for own in left.values()]
        found = [int(reader.stored_fields(number)["id"]) for reader in readers for number in reader.all_doc_ids()]
        assert sorted(found) == [*range(place), *range(place + 1, 17)]
        assert 1 <= len(left) <= 3


def test_a_missing_file(tmp_path):
    """A segment that lacks a file is told from whole ones."""
    with open_index(tmp_path, create=True) as index:
        commit(index, [("a", {"text": "Đê điều"}), ("b", {"text": "Công an"})])
        (segment,) = segments_of(index)
        assert is_whole(index.whoosh.storage, segment)
        (tmp_path / segment.make_filename(".documents")).unlink()
        assert not is_whole(index.whoosh.storage, segment)
