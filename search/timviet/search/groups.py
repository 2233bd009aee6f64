"""Groups of terms in one segment: in which paragraphs they are, how much they count there, and where they occur."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from timviet.index.columnfile import Column
from timviet.index.postings import runs
from timviet.index.snapshot import SegmentView
from timviet.index.terms import FieldTerms
from timviet.search.nodes import TermGroup
from timviet.search.sequences import Occurrences, occurrence_keys

# A few paragraphs are searched for one by one among many others; more of them are looked up in a table of all.
_FEWER = 1 / 32
# More occurrences of a term than these in a paragraph make no difference where they do not count in full.
_COUNTED_OCCURRENCES = 256


class WeightedPostings(NamedTuple):
    """The paragraphs that a leaf finds in a segment.

    Attributes:
        documents: their numbers in the segment, ascending.
        frequencies: how much the leaf's occurrences in them count. Those of weight 1 count each. The others, of weights
            w, count 1 - Π (1 - w) together: a weight is how likely it is that the word meant is there, and they count
            as likely as it is that any of them is it. So they never count as much as one of weight 1, however many.
    """

    documents: Column
    frequencies: Column


class _Term(NamedTuple):
    terms: FieldTerms
    number: int
    weight: float
    bare: bool


class GroupReader:
    """Reads groups of terms from one segment, and remembers what it has read.

    Args:
        segment: the segment.
    """

    def __init__(self, segment: SegmentView) -> None:
        self._segment = segment
        self._count = segment.paragraph_count
        self._known_terms: dict[TermGroup, list[_Term]] = {}
        self._known_postings: dict[TermGroup, WeightedPostings] = {}
        self._known_having: dict[TermGroup, Column] = {}
        self._known_occurring: dict[_Term, tuple[WeightedPostings, Column]] = {}
        self._last_candidates: Column | None = None
        self._last_occurrences: dict[TermGroup, Occurrences] = {}

    def postings(self, group: TermGroup) -> WeightedPostings:
        """Return in which paragraphs a group's terms are, and how much they count there."""
        if group not in self._known_postings:
            self._known_postings[group] = self._read(group)
        return self._known_postings[group]

    def having(self, group: TermGroup) -> Column:
        """Return for each paragraph of the segment whether it has any of a group's terms."""
        if group not in self._known_having:
            having = np.zeros(self._count, bool)
            having[self.postings(group).documents] = True
            self._known_having[group] = having
        return self._known_having[group]

    def frequency(self, field: str, term: str, number: int) -> int:
        """Return how often a paragraph has a term, by its number in the segment."""
        terms = self._segment.terms(field)
        found = terms.find(term.encode()) if terms is not None else None
        if terms is None or found is None:
            return 0
        documents = terms.documents(found)
        place = int(np.searchsorted(documents, number))
        is_there = place < len(documents) and documents[place] == number
        return int(terms.frequencies(found)[place]) if is_there else 0

    def is_unmarked(self, number: int) -> bool:
        """Tell whether a paragraph was typed without marks, by its number in the segment."""
        return bool(self._segment.unmarked[number])

    def occurrences(self, group: TermGroup, candidates: Column) -> Occurrences:
        """Return where a group's terms occur in candidates, ascending; those in the last candidates are remembered."""
        if self._last_candidates is not candidates:
            self._last_candidates, self._last_occurrences = candidates, {}
        if group not in self._last_occurrences:
            self._last_occurrences[group] = self._find_occurrences(group, candidates)
        return self._last_occurrences[group]

    def _read(self, group: TermGroup) -> WeightedPostings:
        terms = self._terms(group)
        if len(terms) == 1 and terms[0].weight == 1 and not terms[0].bare:
            return self._kept(self._term_postings(terms[0]))
        in_full = self._full_frequencies([own for own in terms if own.weight == 1])
        missing = np.ones(self._count)  # how likely it is that no other occurrence is of what was meant
        for own in terms:
            if own.weight < 1:
                documents, frequencies = self._term_postings(own)
                likelihoods = (1 - own.weight) ** np.arange(_COUNTED_OCCURRENCES)
                missing[documents] *= likelihoods[np.minimum(frequencies, _COUNTED_OCCURRENCES - 1)]
        documents = np.flatnonzero((in_full > 0) | (missing < 1))
        return self._kept(WeightedPostings(documents, in_full[documents] + 1 - missing[documents]))

    def _full_frequencies(self, terms: Sequence[_Term]) -> Column:
        """Return for each paragraph of the segment how often it has any of several terms."""
        found = [self._term_postings(own) for own in terms]
        if len(found) == 1:
            frequencies = np.zeros(self._count)
            frequencies[found[0].documents] = found[0].frequencies
            return frequencies
        every = np.concatenate([np.empty(0, np.int64), *(own.documents for own in found)])
        return np.bincount(every, np.concatenate([np.empty(0), *(own.frequencies for own in found)]), self._count)

    def _terms(self, group: TermGroup) -> list[_Term]:
        if group not in self._known_terms:
            self._known_terms[group] = self._find_terms(group)
        return self._known_terms[group]

    def _find_terms(self, group: TermGroup) -> list[_Term]:
        terms = self._segment.terms(group.field)
        if terms is None:
            return []
        numbers = ((term, weight, terms.find(term.encode())) for term, weight in group.weights.items())
        return [
            _Term(terms, number, weight, term in group.bare) for term, weight, number in numbers if number is not None
        ]

    def _term_postings(self, own: _Term) -> WeightedPostings:
        # In the index numbers are as small as they can be: calculated with, they would run over.
        documents = own.terms.documents(own.number).astype(np.int64)
        postings = WeightedPostings(documents, own.terms.frequencies(own.number))
        if own.bare:
            counts = self._segment.unmarked[postings.documents]
            return WeightedPostings(postings.documents[counts], postings.frequencies[counts])
        return postings

    def _kept(self, postings: WeightedPostings) -> WeightedPostings:
        """Return the postings of paragraphs that are not deleted."""
        if self._segment.kept is None:
            return postings
        kept = self._segment.kept[postings.documents]
        return WeightedPostings(postings.documents[kept], postings.frequencies[kept])

    def _find_occurrences(self, group: TermGroup, candidates: Column) -> Occurrences:
        keys, weights = [], []
        for own in self._terms(group):
            postings, starts = self._occurring(own)
            places, numbers = common(postings.documents, candidates, self._count)
            frequencies = postings.frequencies[places].astype(np.int64)
            positions = own.terms.positions(own.number)[runs(starts[places], frequencies)]
            keys.append(occurrence_keys(np.repeat(numbers, frequencies), positions))
            weights.append(np.full(len(positions), own.weight))
        if len(keys) == 1:
            return Occurrences(keys[0], weights[0])
        every = np.concatenate([np.empty(0, np.int64), *keys])
        order = np.argsort(every, kind="stable")
        return Occurrences(every[order], np.concatenate([np.empty(0), *weights])[order])

    def _occurring(self, own: _Term) -> tuple[WeightedPostings, Column]:
        """Return a term's postings, and where each one's positions start."""
        if own not in self._known_occurring:
            documents, frequencies = own.terms.documents(own.number), own.terms.frequencies(own.number)
            starts = np.cumsum(frequencies, dtype=np.int64) - frequencies
            if own.bare:
                counts = self._segment.unmarked[documents]
                documents, frequencies, starts = documents[counts], frequencies[counts], starts[counts]
            self._known_occurring[own] = WeightedPostings(documents, frequencies), starts
        return self._known_occurring[own]


def common(documents: Column, others: Column, count: int) -> tuple[Column, Column]:
    """Return the places in either of what is in both of two ascending lists of documents.

    Args:
        documents: the one list.
        others: the other one.
        count: how many documents there are in all.
    """
    if len(documents) < _FEWER * len(others):
        return _few_among(others, documents)
    if len(others) < _FEWER * len(documents):
        return _few_among(documents, others)[::-1]
    table = np.full(count, -1)
    table[others] = np.arange(len(others))
    places = table[documents]
    found = np.flatnonzero(places >= 0)
    return found, places[found]


def _few_among(documents: Column, few: Column) -> tuple[Column, Column]:
    """Return where a few documents are found, first among the few and then among all."""
    places = np.searchsorted(documents, few)
    places[places == len(documents)] = 0
    found = np.flatnonzero(documents[places] == few) if len(documents) else places[:0]
    return found, places[found]
