"""A snapshot shows the paragraphs and terms of all segments together."""

import pytest

from helpers import add_segment
from timviet.index import Document, open_index
from timviet.index.snapshot import Snapshot


def snapshot_of(index):
    """What is seen of an index as it is now."""
    return Snapshot(index.whoosh.searcher())


def test_deleted_paragraphs_are_counted():
    """How many paragraphs hold a term is told with deleted ones, as how many there are."""
    with open_index(":memory:", create=True) as index:
        add_segment(index, *(Document(id=str(number), text="Đảng ủy xã") for number in range(3)))
        add_segment(index, remove=["0"])
        snapshot = snapshot_of(index)
        assert (snapshot.document_frequency("text.folded", "dang"), snapshot.paragraph_count) == (3, 3)


def test_removals():
    """Documents are replaced and removed in any segment; the numbers of others stay."""
    with open_index(":memory:", create=True) as index:
        add_segment(index, *(Document(id=f"a{number}", text="Đảng ủy xã") for number in range(3)))
        add_segment(index, *(Document(id=f"b{number}", text="Đảng ủy phường") for number in range(3)))
        add_segment(index, Document(id="a1", text="Đê điều"), remove=["a0", "b2"])
        snapshot = snapshot_of(index)
        assert [segment.first for segment in snapshot.segments] == [0, 3, 6]
        kept = [[False, False, True], [True, True, False], None]
        assert [own.kept if own.kept is None else own.kept.tolist() for own in snapshot.segments] == kept
        assert snapshot.having("text.folded", "dang") == {2, 3, 4}


def test_an_empty_index():
    """A snapshot of an empty index has no segments, paragraphs or terms."""
    with open_index(":memory:", create=True) as index:
        snapshot = snapshot_of(index)
        assert (snapshot.segments, snapshot.paragraph_count) == ([], 0)
        assert (snapshot.document_frequency("text", "dang"), snapshot.prefixed("text", "")) == (0, [])


@pytest.mark.parametrize(
    ("room", "remembered"),
    [
        pytest.param(1 << 20, {0, 1, 2}, id="room for all"),
        pytest.param(1_000, {2}, id="room for the last one"),
        pytest.param(1, set(), id="room for none"),
    ],
)
def test_remembered_paragraphs(monkeypatch, room, remembered):
    """What is kept of paragraphs is the same, however much of it is remembered; no more is than there is room for."""
    monkeypatch.setattr("timviet.index.snapshot._REMEMBERED_BYTES", room)
    with open_index(":memory:", create=True) as index:
        add_segment(index, *(Document(id=str(number), text="Đảng ủy xã") for number in range(3)))
        snapshot = snapshot_of(index)
        (segment,) = snapshot.segments
        for _ in range(2):
            assert [snapshot.stored(number)["id"] for number in range(3)] == ["0", "1", "2"]
        assert set(segment._shown) == remembered
