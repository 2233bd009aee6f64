"""Find what a plan asks for in one segment, by whole columns: paragraphs and their scores."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from timviet.index.columnfile import Column
from timviet.index.lengths import LENGTHS
from timviet.index.snapshot import SegmentView
from timviet.search.groups import GroupReader, WeightedPostings, common
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
from timviet.search.sequences import TAGS, Counted, counted, follow, tagged


class Matches(NamedTuple):
    """The paragraphs that a node finds in a segment.

    Attributes:
        documents: their numbers in the segment, ascending.
        scores: their scores.
    """

    documents: Column
    scores: NDArray[np.float64]


class SegmentMatcher:
    """Finds what the nodes of a plan ask for in one segment.

    Args:
        segment: the segment.

    Attributes:
        groups: what reads groups of terms there.
    """

    def __init__(self, segment: SegmentView) -> None:
        self._segment = segment
        self._count = segment.paragraph_count
        self.groups = GroupReader(segment)

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
        documents, frequencies = self.groups.postings(leaf)
        if within is not None:
            places, _ = common(documents, within, self._count)
            return WeightedPostings(documents[places], frequencies[places])
        return WeightedPostings(documents, frequencies)

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
                tagged([self.groups.occurrences(pair.groups[place], documents) for pair in pairs[first : first + TAGS]])
                for place in (0, 1)
            )
            found = counted(follow([before, after], 1))
            pieces.append(found._replace(tags=found.tags + first))
        return Counted(*(np.concatenate(columns) for columns in zip(*pieces, strict=True)))

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
        places, _ = common(found.documents, within, self._count)
        return Matches(found.documents[places], found.scores[places])

    def _sequence(self, sequence: TermSequence, within: Column | None) -> WeightedPostings:
        if within is not None and len(within) <= sequence.document_frequency:
            candidates = within
        else:
            candidates = self._having_all(sequence.groups, within)
        occurrences = [self.groups.occurrences(group, candidates) for group in sequence.groups]
        _, places, frequencies = counted(follow(occurrences, sequence.asked.slop))
        return WeightedPostings(candidates[places], frequencies)

    def _having_all(self, groups: Sequence[TermGroup], within: Column | None) -> Column:
        rarest, *others = sorted(groups, key=_size)
        documents = self.postings(rarest, within).documents
        for group in others:
            documents = self.postings(group, documents).documents
        return documents

    def _restrict(self, documents: Column, within: Column | None) -> Column:
        if self._segment.kept is not None:
            documents = documents[self._segment.kept[documents]]
        return documents if within is None else documents[common(documents, within, self._count)[0]]


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
