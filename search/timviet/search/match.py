"""Find what a plan asks for in one segment, by whole columns: paragraphs and their scores."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from timviet.index.columnfile import Column
from timviet.index.lengths import LENGTHS
from timviet.index.postings import FieldTerms, runs
from timviet.index.snapshot import SegmentView
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

# Where paragraphs are looked up among others, a table of all is quicker than searching from this share of them on.
_DENSE_SHARE = 1 / 64
_POSITION_BITS = 32


class Matches(NamedTuple):
    """The paragraphs that a node finds in a segment.

    Attributes:
        documents: their numbers in the segment, ascending.
        scores: their scores.
    """

    documents: Column
    scores: NDArray[np.float64]


class Postings(NamedTuple):
    """The paragraphs that a leaf finds in a segment.

    Attributes:
        documents: their numbers in the segment, ascending.
        frequencies: how much the leaf's occurrences in them count. Those of weight 1 count each, and all others
            together as the best one of them: so a paragraph that has what was typed once outranks one of the same
            length that has other readings of it many times.
    """

    documents: Column
    frequencies: Column


class _Term(NamedTuple):
    terms: FieldTerms
    number: int
    weight: float
    bare: bool


class Occurrences(NamedTuple):
    """Where terms occur.

    Attributes:
        keys: the paragraph's place among candidates and the position there, in one number, ascending.
        weights: how much each occurrence counts.
    """

    keys: Column
    weights: NDArray[np.float64]


class SegmentMatcher:
    """Finds what the nodes of a plan ask for in one segment.

    Args:
        segment: the segment.
    """

    def __init__(self, segment: SegmentView) -> None:
        self._segment = segment
        self._count = segment.paragraph_count

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
                left = self._places(found.documents, excluded) < 0
                return Matches(found.documents[left], found.scores[left])
            case Filter():
                return _unscored(self.matches(node.clause, within).documents)
            case Everything():
                return _unscored(self._restrict(np.arange(self._count), within))
            case WhooshQuery():
                return self._by_whoosh(node, within)

    def scores(self, leaf: Leaf, postings: Postings) -> NDArray[np.float64]:
        """Return the scores of what a leaf finds."""
        return leaf.asked.boost * leaf.statistics.scores(postings.frequencies, self.lengths(leaf, postings))

    def lengths(self, leaf: Leaf, postings: Postings) -> Column:
        """Return the lengths in tokens of what a leaf finds, as the index keeps them: rounded above 20 or so."""
        return np.maximum(LENGTHS[self._segment.lengths(leaf.field)[postings.documents]], 1)

    def postings(self, leaf: Leaf, within: Column | None = None) -> Postings:
        """Return what a leaf finds, with how much its occurrences count.

        Args:
            leaf: what to find.
            within: the only paragraphs to consider, ascending; None for all.
        """
        if isinstance(leaf, TermSequence):
            return self._sequence(leaf, within)
        documents, frequencies = self._group(leaf)
        if within is not None:
            places = self._places(documents, within)
            found = places >= 0
            return Postings(documents[found], frequencies[found])
        return Postings(documents, frequencies)

    def _all(self, node: All, within: Column | None) -> Matches:
        first, *others = sorted(node.clauses, key=_size)
        found = self.matches(first, within)
        for clause in others:
            other = self.matches(clause, found.documents)
            places = self._places(other.documents, found.documents)
            found = Matches(other.documents, found.scores[places] + other.scores)
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
        found = np.array(documents, np.int64)
        kept = slice(None) if within is None else self._places(found, within) >= 0
        return Matches(found[kept], np.array(scores, np.float64)[kept])

    def _group(self, group: TermGroup) -> Postings:
        terms = self._terms(group)
        if len(terms) == 1 and terms[0].weight == 1 and not terms[0].bare:
            own = terms[0]
            return self._kept(Postings(own.terms.documents(own.number), own.terms.frequencies(own.number)))
        counted = np.zeros(self._count)
        for weight in sorted({own.weight for own in terms}):
            alike = [self._term_postings(own) for own in terms if own.weight == weight]
            documents = np.concatenate([own.documents for own in alike])
            if weight < 1:
                counted[documents] = weight
            else:
                counted += np.bincount(documents, np.concatenate([own.frequencies for own in alike]), self._count)
        documents = np.flatnonzero(counted > 0)
        return self._kept(Postings(documents, counted[documents]))

    def _terms(self, group: TermGroup) -> list[_Term]:
        terms = self._segment.terms(group.field)
        if terms is None:
            return []
        numbers = ((term, weight, terms.find(term.encode())) for term, weight in group.weights.items())
        return [
            _Term(terms, number, weight, term in group.bare) for term, weight, number in numbers if number is not None
        ]

    def _term_postings(self, own: _Term) -> Postings:
        postings = Postings(own.terms.documents(own.number), own.terms.frequencies(own.number))
        if own.bare:
            counts = self._segment.unmarked[postings.documents]
            return Postings(postings.documents[counts], postings.frequencies[counts])
        return postings

    def _kept(self, postings: Postings) -> Postings:
        """Return the postings of paragraphs that are not deleted."""
        if self._segment.kept is None:
            return postings
        kept = self._segment.kept[postings.documents]
        return Postings(postings.documents[kept], postings.frequencies[kept])

    def _sequence(self, sequence: TermSequence, within: Column | None) -> Postings:
        rarest, *others = sorted(sequence.groups, key=_size)
        candidates = self.postings(rarest, within).documents
        for group in others:
            candidates = self.postings(group, candidates).documents
        table = np.full(self._count, -1)
        table[candidates] = np.arange(len(candidates))
        occurrences = [self._occurrences(group, table) for group in sequence.groups]
        ends = follow(occurrences, sequence.asked.slop)
        return _count_occurrences(candidates, ends)

    def _occurrences(self, group: TermGroup, table: Column) -> Occurrences:
        """Return where a group's terms occur in those paragraphs whose place among candidates a table has."""
        keys, weights = [], []
        for own in self._terms(group):
            documents = own.terms.documents(own.number)
            places = table[documents]
            wanted = places >= 0
            if own.bare:
                wanted &= self._segment.unmarked[documents]
            frequencies = own.terms.frequencies(own.number).astype(np.int64)
            starts = np.cumsum(frequencies) - frequencies
            positions = own.terms.positions(own.number)[runs(starts[wanted], frequencies[wanted])]
            keys.append((np.repeat(places[wanted], frequencies[wanted]) << _POSITION_BITS) + positions)
            weights.append(np.full(len(positions), own.weight))
        if not keys:
            return Occurrences(np.empty(0, np.int64), np.empty(0))
        every, every_weight = np.concatenate(keys), np.concatenate(weights)
        order = np.argsort(every, kind="stable") if len(keys) > 1 else slice(None)
        return Occurrences(every[order], every_weight[order])

    def _restrict(self, documents: Column, within: Column | None) -> Column:
        if self._segment.kept is not None:
            documents = documents[self._segment.kept[documents]]
        return documents if within is None else documents[self._places(documents, within) >= 0]

    def _places(self, documents: Column, among: Column) -> Column:
        """Return the place of each document among others, -1 where it is not; both are ascending."""
        if len(documents) > self._count * _DENSE_SHARE:
            table = np.full(self._count, -1)
            table[among] = np.arange(len(among))
            return table[documents]
        if not len(among):
            return np.full(len(documents), -1)
        places = np.minimum(np.searchsorted(among, documents), len(among) - 1)
        return np.where(among[places] == documents, places, -1)


def follow(occurrences: Sequence[Occurrences], slop: int) -> Occurrences:
    """Return where sequences end: an occurrence of each in turn, with steps of 1 to `slop` positions.

    An end's weight is that of the best way to get there, the product of its occurrences' weights.

    Args:
        occurrences: what is to follow one another.
        slop: the largest step.
    """
    ends = occurrences[0]
    for following in occurrences[1:]:
        best = np.zeros(len(following.keys))
        if len(ends.keys):
            for step in range(1, slop + 1):
                before = following.keys - step
                places = np.minimum(np.searchsorted(ends.keys, before), len(ends.keys) - 1)
                np.maximum(best, np.where(ends.keys[places] == before, ends.weights[places], 0.0), out=best)
        reached = best > 0
        ends = Occurrences(following.keys[reached], (best * following.weights)[reached])
    return ends


def _count_occurrences(candidates: Column, occurrences: Occurrences) -> Postings:
    places = occurrences.keys >> _POSITION_BITS
    starts = np.flatnonzero(np.diff(places, prepend=-1))
    if not len(starts):
        return Postings(np.empty(0, np.int64), np.empty(0))
    full = occurrences.weights == 1
    in_full = np.add.reduceat(full.astype(np.float64), starts)
    best_other = np.maximum.reduceat(np.where(full, 0.0, occurrences.weights), starts)
    return Postings(candidates[places[starts]], in_full + best_other)


def _size(node: Node) -> int:
    """Return about how many paragraphs a node finds at most."""
    match node:
        case TermGroup() | TermSequence():
            return node.document_frequency
        case All():
            return min(map(_size, node.clauses))
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
