"""What the paragraphs of a snapshot have in common: their documents, and the values of their metadata.

A column holds a number for each paragraph. It is made from whole columns of postings when it is first asked for, and
remembered. What is stored is read once for each value, not for each paragraph.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from timviet.index.columnfile import Column
from timviet.index.preparing import NO_METADATA, read_metadata, searched_values
from timviet.index.schema import metadata_field, value_field, value_identity
from timviet.index.snapshot import SegmentView, Snapshot
from timviet.index.terms import FieldTerms

# Bytes that are remembered of each kind of column, those used last; and classes whose values are, key by key.
_REMEMBERED_BYTES = 1 << 28
_REMEMBERED_CLASSES = 1 << 19
# Keys whose values are remembered of a segment, for later commits, too.
_REMEMBERED_KEYS = 32


class Classes(NamedTuple):
    """Paragraphs by something that some of them have in common.

    Attributes:
        of_paragraphs: for each paragraph of the snapshot, the number of its class; -1 for none, or a deleted one.
        firsts: the first paragraph of each class, ascending.
    """

    of_paragraphs: NDArray[np.int32]
    firsts: Column


class Value(NamedTuple):
    """A value of a key of the metadata.

    Attributes:
        identity: what all values share that count as the same: the term of a number, otherwise the canonical forms.
        text: the value as written.
    """

    identity: str
    text: str


class Columns:
    """What the paragraphs of one snapshot have in common.

    Args:
        snapshot: the snapshot.

    Attributes:
        ranks: in which order classes come, by what they were sorted by before; see `timviet.search.refine.sorting`.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._classes: LRUCache[str, Classes] = LRUCache(
            _REMEMBERED_BYTES, lambda own: own.of_paragraphs.nbytes + own.firsts.nbytes
        )
        self._values: LRUCache[str, dict[int, tuple[Value, ...]]] = LRUCache(_REMEMBERED_CLASSES, len)
        self.ranks: LRUCache[str, Column] = LRUCache(_REMEMBERED_BYTES, lambda own: own.nbytes)

    @cached_property
    def documents(self) -> Classes:
        """The paragraphs by their documents; those of a document are all in one segment."""
        return self._joined([segment.remembered(_documents) for segment in self._snapshot.segments])

    def values(self, key: str) -> Classes:
        """Return the paragraphs by the values that they have of a key of the metadata."""
        classes = self._classes.get(key)
        if classes is None:
            field = metadata_field(key)
            classes = self._joined([_values(segment, field) for segment in self._snapshot.segments])
            if self._classes.getsizeof(classes) <= _REMEMBERED_BYTES:
                self._classes[key] = classes
        return classes

    def values_of(self, key: str, classes: Column) -> list[tuple[Value, ...]]:
        """Return the different values of a key in some classes; remembered.

        Args:
            key: the key.
            classes: the classes' numbers, which ascend.
        """
        known = self._values.pop(key, {})
        unknown = np.array([number for number in classes.tolist() if number not in known], np.int64)
        for number, texts in zip(unknown.tolist(), self.written_values(key, unknown), strict=True):
            known[number] = _different(texts)
        if len(known) <= self._values.maxsize:
            self._values[key] = known
        return [known[number] for number in classes.tolist()]

    def written_values(self, key: str, classes: Column) -> list[list[str]]:
        """Return the values of a key in some classes, as they are written in the first paragraph's metadata."""
        return [
            [str(value) for name, value in searched_values(read_metadata(metadata or NO_METADATA)) if name == key]
            for metadata in self._snapshot.stored_texts("metadata", self.values(key).firsts[classes])
        ]

    def stored_texts(self, name: str, documents: Column) -> list[str | None]:
        """Return what is stored under a name of some documents, whose numbers ascend."""
        return self._snapshot.stored_texts(name, self.documents.firsts[documents])

    def _joined(self, classes: Sequence[Classes]) -> Classes:
        """Return the classes of all segments, by those of each with its deleted paragraphs."""
        of_paragraphs = [np.empty(0, np.int32)]
        firsts = [np.empty(0, np.int64)]
        count = 0
        for segment, every in zip(self._snapshot.segments, classes, strict=True):
            own = every if segment.kept is None else _kept(every, segment.kept)
            of_paragraphs.append(np.where(own.of_paragraphs >= 0, own.of_paragraphs + np.int32(count), np.int32(-1)))
            firsts.append(segment.first + own.firsts)
            count += len(own.firsts)
        return Classes(np.concatenate(of_paragraphs), np.concatenate(firsts))


def _different(texts: Sequence[str]) -> tuple[Value, ...]:
    """Return the different ones of some values, each as it is written first."""
    values: dict[str, Value] = {}
    for text in texts:
        identity = value_identity(text)
        values.setdefault(identity, Value(identity, text))
    return tuple(values.values())


def _kept(classes: Classes, kept: NDArray[np.bool]) -> Classes:
    """Return the classes of the paragraphs that are kept, by whether each is."""
    numbers = np.flatnonzero((classes.of_paragraphs >= 0) & kept)
    own = classes.of_paragraphs[numbers]
    firsts = np.full(len(classes.firsts), len(kept))
    firsts[own[::-1]] = numbers[::-1]  # where several are assigned, the last one stays
    return _classes(len(kept), numbers, own, firsts)


def _classes(paragraph_count: int, numbers: Column, classes: Column, firsts: Column) -> Classes:
    """Return classes in the order of their first paragraphs.

    Args:
        paragraph_count: how many paragraphs there are.
        numbers: the numbers of those that have a class.
        classes: the class of each of these, in any order of classes.
        firsts: the first paragraph of each class; where there is none, the number of paragraphs.
    """
    in_order = np.argsort(firsts, kind="stable")
    ranks = np.empty_like(in_order)
    ranks[in_order] = np.arange(len(in_order))
    of_paragraphs = np.full(paragraph_count, -1, np.int32)
    of_paragraphs[numbers] = ranks[classes]
    return Classes(of_paragraphs, firsts[in_order][: np.count_nonzero(firsts < paragraph_count)])


class _Labels(NamedTuple):
    """For each paragraph of a segment, whether it has a label, and which."""

    are_there: NDArray[np.bool]
    labels: NDArray[np.uint64]


def _documents(segment: SegmentView) -> Classes:
    """Return the paragraphs of a segment by their documents, with those that are deleted."""
    return _by_label(_document_labels(segment))


def _values(segment: SegmentView, field: str) -> Classes:
    """Return the paragraphs of a segment by their metadata in a field, with those that are deleted; remembered."""
    known = segment.remembered(_no_values)
    if field not in known:
        known[field] = _by_label(_value_labels(segment, field))
    return known[field]


def _no_values(_: SegmentView) -> LRUCache[str, Classes]:
    return LRUCache(_REMEMBERED_KEYS)


def _by_label(labels: _Labels) -> Classes:
    numbers = np.flatnonzero(labels.are_there)
    _, first_places, classes = np.unique(labels.labels[numbers], return_index=True, return_inverse=True)
    return _classes(len(labels.are_there), numbers, classes, numbers[first_places])


def _document_labels(segment: SegmentView) -> _Labels:
    """Return for each paragraph of a segment the number of its document's id."""
    are_there, labels = np.zeros(segment.paragraph_count, bool), np.zeros(segment.paragraph_count, np.uint64)
    ids = segment.terms("id")
    if isinstance(ids, FieldTerms):
        documents = ids.documents_between(0, len(ids))
        are_there[documents] = True
        labels[documents] = np.repeat(np.arange(len(ids)), _counts(ids.columns["posting_ends"]))
    return _Labels(are_there, labels)


def _value_labels(segment: SegmentView, field: str) -> _Labels:
    """Return for each paragraph of a segment a number that it shares with those that have the same metadata in a field.

    It is a sum of hashes of 64 bits: of the terms for the whole values, which are without marks but keep numbers and
    the ends of values apart, and of the canonical forms, each with its position.
    """
    are_there, labels = np.zeros(segment.paragraph_count, bool), np.zeros(segment.paragraph_count, np.uint64)
    values, tokens = segment.terms(value_field(field)), segment.terms(field)
    if isinstance(values, FieldTerms):
        documents = values.documents_between(0, len(values))
        are_there[documents] = True
        terms = np.repeat(np.arange(len(values)), _counts(values.columns["posting_ends"]))
        np.add.at(labels, documents, _hashes(terms, np.zeros_like(terms)))
    if isinstance(tokens, FieldTerms) and tokens.has_positions:
        documents, positions = tokens.occurrences_between(0, len(tokens))
        terms = np.repeat(np.arange(len(tokens)), tokens.occurrence_counts(0, len(tokens)))
        np.add.at(labels, documents, _hashes(terms, positions + 1))
    return _Labels(are_there, labels)


def _counts(ends: Column) -> Column:
    """Return how long parts are, by where they end."""
    return np.diff(ends.astype(np.int64), prepend=0)


def _hashes(terms: Column, places: Column) -> NDArray[np.uint64]:
    """Return a hash of each term with its place.

    That is SplitMix64, from G. Steele, D. Lea and C. Flood, "Fast Splittable Pseudorandom Number Generators" (2014).
    """
    bits = (terms.astype(np.uint64) << np.uint64(32)) + places.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    hashes: NDArray[np.uint64] = bits ^ (bits >> np.uint64(31))
    return hashes
