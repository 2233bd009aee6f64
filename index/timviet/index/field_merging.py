"""Merge one field of several segments: terms into one dictionary, and runs of postings and occurrences in turn."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import NamedTuple

import numpy as np

from timviet.index.columnfile import Column
from timviet.index.postings import Occurrences, Postings, Runs, fold_ends, runs
from timviet.index.terms import FieldTerms

# So many numbers are put together at a time, or those of one folded form.
_PIECE = 1 << 21

# Returns the numbers of the runs from one to before another.
_Read = Callable[[int, int], Column]


class FieldPart(NamedTuple):
    """A field in one of the segments.

    Attributes:
        terms: its terms.
        kept: for each paragraph, whether it is not deleted; None where none is.
        numbers: for each paragraph, its number in the new segment, where it is kept.
    """

    terms: FieldTerms
    kept: Column | None
    numbers: Column


def merge_field(parts: Sequence[FieldPart]) -> tuple[list[bytes], Postings]:
    """Return the terms that a field has in any of several segments, sorted, and their postings.

    Args:
        parts: the field in each segment, in the order of their paragraphs.
    """
    dictionaries = [list(part.terms) for part in parts]
    # To sort what is made of sorted parts takes half the time that it takes to sort a set.
    dictionary = list(dict.fromkeys(sorted(chain.from_iterable(dictionaries))))
    places = dict(zip(dictionary, range(len(dictionary)), strict=True))
    numbers = [np.array([places[term] for term in own], np.int64) for own in dictionaries]
    postings = _RunMerge([_posting_runs(part, own) for part, own in zip(parts, numbers, strict=True)])
    terms = [dictionary[place] for place in postings.keys.tolist()]
    renumbered = np.searchsorted(postings.keys, np.arange(len(dictionary)))
    numbers = [renumbered[own] for own in numbers]
    is_keyed = all(part.terms.keyed is not None for part in parts)
    return terms, Postings(
        posting_ends=np.cumsum(postings.lengths),
        documents=postings.documents(fold_ends(terms) if is_keyed else None),
        frequencies=postings.others([part.terms.frequencies_between for part in parts]),
        occurrences=_merge_occurrences(parts, numbers, len(terms)) if is_keyed else None,
    )


def _merge_occurrences(parts: Sequence[FieldPart], numbers: Sequence[Column], term_count: int) -> Occurrences:
    merged = _RunMerge([_occurrence_runs(part, own) for part, own in zip(parts, numbers, strict=True)])
    terms = merged.keys >> 32
    return Occurrences(
        run_ends=np.cumsum(merged.lengths),
        documents=merged.documents(None),
        positions=merged.others([part.terms.run_positions_between for part in parts]),
        follower_ends=np.cumsum(np.bincount(terms, minlength=term_count)),
        followers=merged.keys & 0xFFFFFFFF,
    )


def _posting_runs(part: FieldPart, numbers: Column) -> "_Runs":
    return _Runs(part, numbers, part.terms.columns["posting_ends"], part.terms.documents_between)


def _occurrence_runs(part: FieldPart, numbers: Column) -> "_Runs":
    columns = part.terms.columns
    terms = np.repeat(numbers, np.diff(columns["follower_ends"], prepend=0))
    followers = np.append(0, numbers + 1)[columns["followers"]]
    return _Runs(part, (terms << 32) + followers, columns["run_ends"], part.terms.run_documents_between)


class _Runs:
    """Runs of one segment, by keys that are those of all segments.

    Args:
        part: the segment's field.
        keys: the key of each run, ascending.
        ends: where each run ends.
        documents: reads the paragraphs.

    Attributes:
        keys: the keys of the runs of which anything is left.
        lengths: how much is left of each.
    """

    def __init__(self, part: FieldPart, keys: Column, ends: Column, documents: _Read) -> None:
        self._part = part
        self._documents = documents
        lengths = np.diff(ends.astype(np.int64), prepend=0)
        if part.kept is not None:
            lengths = self._kept_lengths(part.kept, lengths)
        self._places = np.flatnonzero(lengths)
        self.keys = keys[self._places]
        self.lengths: Column = lengths[self._places]

    def documents(self, first: int, last: int) -> Column:
        """Return the new numbers of the paragraphs that are left in the runs from one to before another."""
        return self._part.numbers[self.read(self._documents, first, last)]

    def read(self, read: _Read, first: int, last: int) -> Column:
        """Return what is left of another column's numbers in the runs from one to before another."""
        if first == last:
            return np.empty(0, np.int64)
        start, end = int(self._places[first]), int(self._places[last - 1]) + 1
        numbers = read(start, end)
        return numbers if self._part.kept is None else numbers[self._part.kept[self._documents(start, end)]]

    def _kept_lengths(self, kept: Column, lengths: Column) -> Column:
        pieces = [np.empty(0, np.int64)]
        for first, last in _pieces(lengths, np.arange(1, len(lengths) + 1)):
            runs_of_documents = np.repeat(np.arange(last - first), lengths[first:last])
            is_kept = kept[self._documents(first, last)]
            pieces.append(np.bincount(runs_of_documents[is_kept], minlength=last - first))
        return np.concatenate(pieces)


class _RunMerge:
    """Runs of several segments, those of one key put together in the order of the segments.

    Args:
        parts: the runs of each.

    Attributes:
        keys: the keys, ascending.
        lengths: how many numbers each has.
    """

    def __init__(self, parts: Sequence[_Runs]) -> None:
        self._parts = parts
        self.keys = _distinct(np.concatenate([part.keys for part in parts]))
        self._targets = [np.searchsorted(self.keys, part.keys) for part in parts]
        self.lengths = np.zeros(len(self.keys), np.int64)
        for part, targets in zip(parts, self._targets, strict=True):
            self.lengths[targets] += part.lengths

    def documents(self, boundaries: Column | None) -> Iterator[Runs]:
        """Yield the paragraphs in pieces, which end at boundaries only, if there are any."""
        return self._merge([part.documents for part in self._parts], boundaries)

    def others(self, reads: Sequence[_Read]) -> Iterator[Column]:
        """Yield another column in pieces."""
        own = [partial(part.read, read) for part, read in zip(self._parts, reads, strict=True)]
        return (piece.numbers for piece in self._merge(own, None))

    def _merge(self, reads: Sequence[_Read], boundaries: Column | None) -> Iterator[Runs]:
        if boundaries is None:
            boundaries = np.arange(1, len(self.keys) + 1)
        for first, last in _pieces(self.lengths, boundaries):
            lengths = self.lengths[first:last]
            free = np.cumsum(lengths) - lengths
            merged = np.empty(int(lengths.sum()), np.int64)
            for part, targets, read in zip(self._parts, self._targets, reads, strict=True):
                start, end = np.searchsorted(targets, (first, last)).tolist()
                own = targets[start:end] - first
                merged[runs(free[own], part.lengths[start:end])] = read(start, end)
                free[own] += part.lengths[start:end]
            yield Runs(lengths, merged)


def _distinct(numbers: Column) -> Column:
    """Return the different numbers, ascending; several times as fast as numpy's `unique`."""
    numbers.sort()
    return numbers[np.diff(numbers, prepend=-1) > 0]


def _pieces(lengths: Column, boundaries: Column) -> Iterator[tuple[int, int]]:
    """Yield the first and the last run of pieces, which end at boundaries only."""
    ends = np.append(0, np.cumsum(lengths))[boundaries]
    first, place = 0, 0
    while place < len(boundaries):
        done = int(ends[place - 1]) if place else 0
        place = max(int(np.searchsorted(ends, done + _PIECE, side="right")), place + 1)
        last = int(boundaries[place - 1])
        yield first, last
        first = last
