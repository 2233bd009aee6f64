"""Find what a plan asks for in one segment, by whole columns: paragraphs and their scores."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from timviet.index.columnfile import Column
from timviet.index.lengths import LENGTHS
from timviet.index.postings import runs
from timviet.index.snapshot import SegmentView
from timviet.index.terms import FieldTerms
from timviet.search.nodes import (
    All,
    AnyOf,
    Everything,
    Filter,
    Leaf,
    Maybe,
    Node,
    TermGroup,
    TermSequence,
    WhooshQuery,
    Without,
)
from timviet.search.sequences import TAGS, Counted, Occurrences, counted, follow, occurrence_keys, tagged

# A few paragraphs are searched for one by one among many others; more of them are looked up in a table of all.
_FEWER = 1 / 32
# More occurrences of a term than these in a paragraph make no difference where they do not count in full.
_COUNTED_OCCURRENCES = 256


class Matches(NamedTuple):
    """The paragraphs that a node finds in a segment.

    Attributes:
        documents: their numbers in the segment, ascending.
        scores: their scores.
    """

    documents: Column
    scores: NDArray[np.float64]


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


class SegmentMatcher:
    """Finds what the nodes of a plan ask for in one segment; what it has found of a group of terms, it remembers.

    Args:
        segment: the segment.
    """

    def __init__(self, segment: SegmentView) -> None:
        self._segment = segment
        self._count = segment.paragraph_count
        self._known_terms: dict[TermGroup, list[_Term]] = {}
        self._known_postings: dict[TermGroup, WeightedPostings] = {}
        self._last_candidates: Column | None = None
        self._last_occurrences: dict[TermGroup, Occurrences] = {}
        self._known_having: dict[TermGroup, Column] = {}
        self._known_occurring: dict[_Term, tuple[WeightedPostings, Column]] = {}

    def matches(self, node: Node, within: Column | None = None) -> Matches:
        """Return what a node finds.

        Args:
            node: what to find.
            within: the only paragraphs to consider, ascending; None for all.
        """
        match node:
            case TermGroup() | TermSequence():
                postings = self.postings(node, within)
                return Matches(postings.documents, self.scores(node, postings))
            case All():
                return self._all(node, within)
            case AnyOf():
                return self._any(node, within)
            case Maybe():
                found = self.matches(node.wanted, within)
                return _add(found, self.matches(node.optional, found.documents))
            case Without():
                found = self.matches(node.wanted, within)
                excluded = self.matches(node.excluded, found.documents).documents
                left = np.ones(len(found.documents), bool)
                left[np.searchsorted(found.documents, excluded)] = False
                return Matches(found.documents[left], found.scores[left])
            case Filter():
                return _unscored(self.matches(node.clause, within).documents)
            case Everything():
                return _unscored(self._restrict(np.arange(self._count), within))
            case WhooshQuery():
                return self._by_whoosh(node, within)

    def scores(self, leaf: Leaf, postings: WeightedPostings) -> NDArray[np.float64]:
        """Return the scores of what a leaf finds."""
        return leaf.asked.boost * leaf.statistics.scores(postings.frequencies, self.lengths(leaf, postings))

    def lengths(self, leaf: Leaf, postings: WeightedPostings) -> Column:
        """Return the lengths in tokens of what a leaf finds, as the index keeps them: rounded above 20 or so."""
        return np.maximum(LENGTHS[self._segment.lengths(leaf.field)[postings.documents]], 1)

    def postings(self, leaf: Leaf, within: Column | None = None) -> WeightedPostings:
        """Return what a leaf finds, with how much its occurrences count.

        Args:
            leaf: what to find.
            within: the only paragraphs to consider, ascending; None for all.
        """
        if isinstance(leaf, TermSequence):
            return self._sequence(leaf, within)
        if leaf not in self._known_postings:
            self._known_postings[leaf] = self._group(leaf)
        documents, frequencies = self._known_postings[leaf]
        if within is not None:
            places, _ = self._common(documents, within)
            return WeightedPostings(documents[places], frequencies[places])
        return WeightedPostings(documents, frequencies)

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

    def pair_scores(self, pairs: Sequence[TermSequence], documents: Column) -> NDArray[np.float64]:
        """Return what pairs of neighbouring words add to the scores of paragraphs, all pairs at once.

        Args:
            pairs: sequences of two groups, with steps of one, in one field.
            documents: the paragraphs, ascending.
        """
        if not pairs:
            return np.zeros(len(documents))
        found = self.pairs(pairs, documents)
        postings = WeightedPostings(documents[found.places], found.frequencies)
        weights = np.array([pair.asked.boost * pair.statistics.inverse_document_frequency for pair in pairs])
        unweighted = replace(pairs[0].statistics, inverse_document_frequency=1.0)
        scores = weights[found.tags] * unweighted.scores(postings.frequencies, self.lengths(pairs[0], postings))
        total: NDArray[np.float64] = np.bincount(found.places, scores, len(documents))  # type: ignore[assignment]
        return total

    def pairs(self, pairs: Sequence[TermSequence], documents: Column) -> Counted:
        """Return in which paragraphs pairs of neighbouring words are found, tagged with their places.

        Args:
            pairs: sequences of two groups, with steps of one.
            documents: the paragraphs to consider, ascending.
        """
        pieces = []
        for first in range(0, len(pairs), TAGS):
            before, after = (
                tagged([self._occurrences(pair.groups[place], documents) for pair in pairs[first : first + TAGS]])
                for place in (0, 1)
            )
            found = counted(follow([before, after], 1))
            pieces.append(found._replace(tags=found.tags + first))
        return Counted(*(np.concatenate(columns) for columns in zip(*pieces, strict=True)))

    def having(self, group: TermGroup) -> Column:
        """Return for each paragraph of the segment whether it has any of a group's terms."""
        if group not in self._known_having:
            having = np.zeros(self._count, bool)
            having[self.postings(group).documents] = True
            self._known_having[group] = having
        return self._known_having[group]

    def _all(self, node: All, within: Column | None) -> Matches:
        if not node.clauses:
            return _unscored(np.empty(0, np.int64))
        first, *others = sorted(node.clauses, key=_size)
        found = self.matches(first, within)
        for clause in others:
            other = self.matches(clause, found.documents)
            before = found.scores[np.searchsorted(found.documents, other.documents)]
            found = Matches(other.documents, before + other.scores)
        return Matches(found.documents, node.boost * found.scores)

    def _any(self, node: AnyOf, within: Column | None) -> Matches:
        parts = [self.matches(clause, within) for clause in node.clauses]
        if len(parts) == 1:
            return parts[0]._replace(scores=node.boost * parts[0].scores)
        if not parts:
            return _unscored(np.empty(0, np.int64))
        documents = np.concatenate([part.documents for part in parts])
        found = np.zeros(self._count, bool)
        found[documents] = True
        every_score = np.concatenate([part.scores for part in parts])
        scores: NDArray[np.float64] = np.bincount(documents, every_score, self._count)  # type: ignore[assignment]
        union = np.flatnonzero(found)
        return Matches(union, node.boost * scores[union])

    def _by_whoosh(self, node: WhooshQuery, within: Column | None) -> Matches:
        whoosh = self._segment.searcher
        matcher = node.query.matcher(whoosh, whoosh.context(weighting=whoosh.weighting))
        documents, scores = [], []
        while matcher.is_active():
            documents.append(matcher.id())
            scores.append(matcher.score())
            matcher.next()
        found = Matches(np.array(documents, np.int64), np.array(scores, np.float64))
        if within is None:
            return found
        places, _ = self._common(found.documents, within)
        return Matches(found.documents[places], found.scores[places])

    def _group(self, group: TermGroup) -> WeightedPostings:
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

    def _sequence(self, sequence: TermSequence, within: Column | None) -> WeightedPostings:
        if within is not None and len(within) <= sequence.document_frequency:
            candidates = within
        else:
            candidates = self._having_all(sequence.groups, within)
        occurrences = [self._occurrences(group, candidates) for group in sequence.groups]
        _, places, frequencies = counted(follow(occurrences, sequence.asked.slop))
        return WeightedPostings(candidates[places], frequencies)

    def _having_all(self, groups: Sequence[TermGroup], within: Column | None) -> Column:
        rarest, *others = sorted(groups, key=_size)
        documents = self.postings(rarest, within).documents
        for group in others:
            documents = self.postings(group, documents).documents
        return documents

    def _occurrences(self, group: TermGroup, candidates: Column) -> Occurrences:
        """Return where a group's terms occur in candidates, ascending; those in the last candidates are remembered."""
        if self._last_candidates is not candidates:
            self._last_candidates, self._last_occurrences = candidates, {}
        if group not in self._last_occurrences:
            self._last_occurrences[group] = self._find_occurrences(group, candidates)
        return self._last_occurrences[group]

    def _find_occurrences(self, group: TermGroup, candidates: Column) -> Occurrences:
        keys, weights = [], []
        for own in self._terms(group):
            postings, starts = self._occurring(own)
            places, numbers = self._common(postings.documents, candidates)
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

    def _restrict(self, documents: Column, within: Column | None) -> Column:
        if self._segment.kept is not None:
            documents = documents[self._segment.kept[documents]]
        return documents if within is None else documents[self._common(documents, within)[0]]

    def _common(self, documents: Column, others: Column) -> tuple[Column, Column]:
        """Return the places in either of what is in both of two ascending lists of documents."""
        if len(documents) < _FEWER * len(others):
            return _common(others, documents)
        if len(others) < _FEWER * len(documents):
            return _common(documents, others)[::-1]
        table = np.full(self._count, -1)
        table[others] = np.arange(len(others))
        places = table[documents]
        found = np.flatnonzero(places >= 0)
        return found, places[found]


def _common(documents: Column, few: Column) -> tuple[Column, Column]:
    """Return where a few documents are found, first among the few and then among all."""
    places = np.searchsorted(documents, few)
    places[places == len(documents)] = 0
    found = np.flatnonzero(documents[places] == few) if len(documents) else places[:0]
    return found, places[found]


def _size(node: Node) -> int:
    """Return about how many paragraphs a node finds at most."""
    match node:
        case TermGroup() | TermSequence():
            return node.document_frequency
        case All():
            return min(map(_size, node.clauses), default=0)
        case AnyOf():
            return sum(map(_size, node.clauses))
        case Maybe() | Without():
            return _size(node.wanted)
        case Filter():
            return _size(node.clause)
        case _:
            return 1 << 62


def _unscored(documents: Column) -> Matches:
    return Matches(documents, np.zeros(len(documents)))


def _add(found: Matches, more: Matches) -> Matches:
    """Return what was found, with further scores for some of it added."""
    scores = found.scores.copy()
    scores[np.searchsorted(found.documents, more.documents)] += more.scores
    return Matches(found.documents, scores)
