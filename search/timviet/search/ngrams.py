"""How often terms stand next to each other in an index.

In our segments the occurrences of a term are runs by the term that follows, so pairs are counted without reading them.
Paragraphs that were deleted count until they are merged away.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np

from timviet.index.columnfile import Column
from timviet.index.snapshot import Snapshot
from timviet.index.terms import FieldTerms, Terms
from timviet.search.deadline import check_time
from timviet.search.leaf_postings import common
from timviet.search.sequences import occurrence_keys


class Ngrams(Protocol):
    """Counts single terms, pairs and triples of fields, by their keyed terms."""

    def single(self, field: str, term: str) -> int:
        """Return how often a term occurs."""

    def pairs(self, field: str, befores: Sequence[str], afters: Sequence[str]) -> Column:
        """Return how often each of some terms is followed by each of others.

        Returns:
            A row for each of `befores`, and in it a count for each of `afters`.
        """

    def triple(self, field: str, *three: str) -> int:
        """Return how often three terms follow one another; on a cluster, in how many paragraphs they do."""


class NgramCounts(Ngrams):
    """Counts single terms, pairs and triples of a snapshot's fields, by their keyed terms.

    Args:
        snapshot: the snapshot.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def single(self, field: str, term: str) -> int:
        """Return how often a term occurs."""
        found = ((terms, terms.find(term.encode())) for terms in self._terms(field))
        return sum(_occurrence_count(terms, number) for terms, number in found if number is not None)

    def pairs(self, field: str, befores: Sequence[str], afters: Sequence[str]) -> Column:
        """Return how often each of some terms is followed by each of others.

        Returns:
            A row for each of `befores`, and in it a count for each of `afters`.
        """
        counts = np.zeros((len(befores), len(afters)), np.int64)
        for terms in self._terms(field):
            rows, columns = _find(terms, befores), _find(terms, afters)
            if isinstance(terms, FieldTerms) and terms.keyed is not None:
                _count_runs(terms, rows, columns, counts)
            else:
                for row, before in rows:
                    for column, after in columns:
                        counts[row, column] += len(_pair_keys(terms, before, after))
        return counts

    def triple(self, field: str, *three: str) -> int:
        """Return how often three terms follow one another."""
        total = 0
        for terms in self._terms(field):
            numbers = [number for _, number in _find(terms, three)]
            if len(numbers) == len(three):
                first, second = (_pair_keys(terms, *pair) for pair in pairwise(numbers))
                total += len(common(first + 1, second)[0])
        return total

    def _terms(self, field: str) -> list[Terms]:
        every = (segment.terms(field) for segment in self._snapshot.segments)
        return [terms for terms in every if terms is not None]


def _find(terms: Terms, wanted: Sequence[str]) -> list[tuple[int, int]]:
    """Return the place and the number of each of some terms that there is."""
    found = ((place, terms.find(term.encode())) for place, term in enumerate(wanted))
    return [(place, number) for place, number in found if number is not None]


def _occurrence_count(terms: Terms, number: int) -> int:
    if isinstance(terms, FieldTerms) and terms.keyed is not None:
        return terms.occurrence_count(number)
    return int(terms.postings(number)[1].sum())


def _count_runs(
    terms: FieldTerms, rows: Sequence[tuple[int, int]], columns: Sequence[tuple[int, int]], counts: Column
) -> None:
    """Add to a table of counts how many occurrences the runs of pairs have."""
    if columns:
        numbers, places = np.array(sorted((number, column) for column, number in columns)).T
        for row, before in rows:
            check_time()
            runs, found = terms.followed_by(before, numbers)
            counts[row, places[found]] += terms.run_lengths(runs)


def _pair_keys(terms: Terms, before: int, after: int) -> Column:
    """Return the keys of the places where one term is followed by another, ascending; see `occurrence_keys`."""
    if isinstance(terms, FieldTerms) and terms.keyed is not None:
        runs, _ = terms.followed_by(before, np.array([after]))
        return occurrence_keys(terms.run_documents(runs).numbers, terms.run_positions(runs))
    first, second = _keys(terms, before), _keys(terms, after)
    return first[common(first + 1, second)[0]]


def _keys(terms: Terms, number: int) -> Column:
    return occurrence_keys(*terms.occurrences(number))
