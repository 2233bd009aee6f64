"""A few paragraphs of a cluster as a small index here, so that all that works on an index here works on them."""

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any, NamedTuple

from whoosh.reading import SegmentReader
from whoosh.searching import Searcher as WhooshSearcher

from timviet.index.builder import SegmentBuilder
from timviet.index.codec import ColumnSegment
from timviet.index.preparing import require_paragraph, restore
from timviet.index.schema import ParagraphSchema
from timviet.index.snapshot import Snapshot
from timviet.index.storage import MemoryStorage
from timviet.index.vocabulary import Vocabulary
from timviet.search.match import SegmentMatcher

_NAME = "drawn"
_SCHEMA = ParagraphSchema()


class Drawn(NamedTuple):
    """Paragraphs of a cluster.

    Attributes:
        whoosh: Whoosh's searcher of them.
        snapshot: the same as a snapshot.
        matchers: what finds a plan's nodes among them.
        numbers: the number in the snapshot of each paragraph, in the order in which they were given.
    """

    whoosh: WhooshSearcher
    snapshot: Snapshot
    matchers: list[SegmentMatcher]
    numbers: list[int]


def draw(stored: Sequence[dict[str, Any]]) -> Drawn:
    """Return paragraphs as an index here has them.

    Args:
        stored: what is kept of each, by name; no paragraph twice.

    Raises:
        DamagedFileError: it is not what is kept of one.
    """
    documents: dict[str, list[int]] = {}
    for place, own in enumerate(stored):
        documents.setdefault(require_paragraph(own)["id"], []).append(place)
    for places in documents.values():
        places.sort(key=lambda place: stored[place]["paragraph"])
    storage, segment = MemoryStorage(), ColumnSegment(_NAME)
    segment.set_doc_count(len(stored))
    _build([[stored[place] for place in places] for places in documents.values()], storage, segment)
    in_order = [place for places in documents.values() for place in places]
    numbers = [number for _, number in sorted(zip(in_order, range(len(stored)), strict=True))]
    whoosh = WhooshSearcher(SegmentReader(storage, _SCHEMA, segment))
    snapshot = Snapshot(whoosh)
    return Drawn(whoosh, snapshot, [SegmentMatcher(own) for own in snapshot.segments], numbers)


_vocabulary = Vocabulary()
"""The pieces of text that were drawn before, which need not be analysed again."""
_drawing = Lock()


def _build(documents: Sequence[Sequence[Mapping[str, Any]]], storage: MemoryStorage, segment: ColumnSegment) -> None:
    global _vocabulary
    with _drawing:
        if _vocabulary.is_full:
            _vocabulary = Vocabulary()
        builder = SegmentBuilder(_vocabulary)
        for paragraphs in documents:
            builder.add(restore(paragraphs))
        builder.write(storage, segment)
