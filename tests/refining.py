"""Small collections of documents with metadata, several paragraphs each, and what there is to be found of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np
from hypothesis import strategies as st

from helpers import add_segment, make_index, stripped
from timviet.index import Document, Index, canonical, tokenize
from timviet.index.snapshot import Snapshot
from timviet.index.unicode import collation_key
from timviet.search.match import SegmentMatcher
from timviet.search.metadata_keys import SnapshotKeys
from timviet.search.refine.columns import Columns
from timviet.search.refine.found import Found
from timviet.search.snapshot_lexicon import SnapshotLexicon

# Written in several ways, or with other marks, or alike but for a minus; numbers as such and as text; without letters.
VALUES = [
    5,
    -5,
    "5",
    2.5,
    2024,
    "2024",
    "Luật",
    "LUẬT",
    "luat",
    "Luất",
    "Luật Đất",
    "Hòa Bình",
    "hoà bình",
    "Hoa Bình",
    True,
    "—",
]

one_value = st.sampled_from(VALUES)
any_value = one_value | st.lists(one_value, max_size=4) | st.none() | st.just({"5": 5})
metadata = st.dictionaries(st.sampled_from(["loại", "năm", "Loại", "title"]), any_value, max_size=3)
titles = st.none() | st.sampled_from(["Đà Lạt", "dạ lan", "Da Lát", "đà lạt", "", '"\\Đ"', "âm", "am", "ăm"])
documents = st.builds(
    Document,
    id=st.sampled_from("0123456789"),
    paragraphs=st.lists(st.sampled_from(["a", "b", "a b", "a a", "á", ""]), max_size=4),
    title=titles,
    path=titles,
    metadata=metadata,
)
# Documents that replace those with the same id in segments before, and ids of those that go.
changes = st.tuples(st.lists(documents, max_size=6), st.sets(st.sampled_from("0123456789"), max_size=3))
segments = st.lists(changes, min_size=1, max_size=3)
# Whether paragraphs are found, and with which scores, some of them equal.
picks = st.lists(
    st.tuples(st.sampled_from([True, True, False]), st.sampled_from([0.0, 0.5, 1.0, 2.5])), min_size=1, max_size=20
)
EVERY = [(True, 1.0)]


@dataclass(frozen=True)
class Collection:
    """An index, what a search sees of it, and its paragraphs by their numbers, those left out that are deleted."""

    index: Index
    whoosh: Any
    snapshot: Snapshot
    columns: Columns
    paragraphs: Mapping[int, Mapping[str, Any]]

    @property
    def matchers(self):
        """What finds a plan's nodes in each segment."""
        return [SegmentMatcher(segment) for segment in self.snapshot.segments]

    @property
    def keys(self):
        """The keys of the metadata."""
        return SnapshotKeys(self.snapshot.segments)

    @property
    def lexicon(self):
        """The terms."""
        return SnapshotLexicon(self.snapshot, self.matchers)


def collection_of(index):
    """What a search sees of an index as it is now."""
    whoosh = index.whoosh.searcher()
    snapshot = Snapshot(whoosh)
    kept = {
        segment.first + number
        for segment in snapshot.segments
        for number in range(segment.paragraph_count)
        if segment.kept is None or segment.kept[number]
    }
    paragraphs = {number: snapshot.stored(number) for number in sorted(kept)}
    return Collection(index, whoosh, snapshot, Columns(snapshot), paragraphs)


def make_collection(changes):
    """What a search sees of documents that were committed segment by segment."""
    index = make_index()
    for documents, removed in changes:
        add_segment(index, *documents, remove=removed - {document.id for document in documents})
    return collection_of(index)


def documents_with(*values, key="loại"):
    """A collection of documents of one paragraph that have these values of a key; None for no metadata."""
    every = [Document(str(at), "a", metadata=None if own is None else {key: own}) for at, own in enumerate(values)]
    return make_collection([(every, set())])


def values_of(stored, key):
    """The values of a key in stored fields, as they are written; keys are told apart by their letters."""
    every = [value for name, value in json.loads(stored["metadata"]).items() if stripped(name).lower() == key]
    items = [item for value in every for item in (value if isinstance(value, list) else [value])]
    return [
        str(item).lower() if isinstance(item, bool) else str(item)
        for item in items
        if isinstance(item, str | int | float)
    ]


def number_of(text):
    """The number that a value is, or None."""
    try:
        return float(text)
    except ValueError:
        return None


def identity(text):
    """What is the same of values that count as one: the number, or the canonical forms."""
    number = number_of(text)
    return tuple(canonical(token.surface) for token in tokenize(text)) if number is None else number


def order(text):
    """What sorts as values do: numbers before text."""
    number = number_of(text)
    return (1, 0, collation_key(text)) if number is None else (0, number, b"")


def found_of(collection, picks):
    """Those of a collection's paragraphs that are picked, in turn: for each whether it is, and its score."""
    every = zip(collection.paragraphs, cycle(picks), strict=False)
    picked = [(number, score) for number, (is_picked, score) in every if is_picked]
    numbers, scores = zip(*picked, strict=True) if picked else ((), ())
    return Found(np.array(numbers, np.int64), np.array(scores, np.float64))
