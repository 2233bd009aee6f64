"""The best of what a plan finds, exactly, without working out every score in full."""

from collections.abc import Sequence

import numpy as np

from timviet.index.columnfile import Column
from timviet.search.match import Matches, SegmentMatcher
from timviet.search.nodes import AnyOf, Maybe, Node, TermSequence
from timviet.search.query import Pair

# So many times as many as are asked for are scored in full first, to know how good the last of the best is at least.
_FIRST_SHARE = 4
# Sums of the same numbers in another order differ by less.
_ROUNDING = 1e-9


class Best:
    """The best paragraphs that a plan finds.

    Args:
        matchers: what finds the plan's nodes in each segment.
        plan: the plan.
        limit: how many to find at most; None for all.

    Attributes:
        total: how many paragraphs the plan finds; exact.
        places: of each of the best, the place of its segment and its number there, best first.
        scores: their scores. Of equal ones, those come first that do so in the index.
    """

    def __init__(self, matchers: Sequence[SegmentMatcher], plan: Node, limit: int | None) -> None:
        self._matchers = matchers
        node, self._pairs = _without_pairs(plan)
        self._found = [matcher.matches(node) for matcher in matchers]
        self._starts = np.cumsum([0, *(len(own.documents) for own in self._found)])
        self.total = int(self._starts[-1])
        limit = self.total if limit is None else min(limit, self.total)
        numbers = self._candidates(limit)
        scores = self._scores(numbers)
        best = np.lexsort((numbers, -scores))[:limit]
        self.scores: list[float] = scores[best].tolist()
        self.places = [self._place(number) for number in numbers[best].tolist()]

    def _candidates(self, limit: int) -> Column:
        """Return numbers, ascending, in the list of all that was found; the best are among them."""
        if limit == self.total:
            return np.arange(self.total)
        scores = np.concatenate([own.scores for own in self._found])
        if not self._pairs:
            return np.flatnonzero(scores >= _nth_best(scores, limit))
        first = _best_of(scores, min(_FIRST_SHARE * limit, self.total))
        enough = _nth_best(self._scores(first), limit) - _ROUNDING
        most = sum(_most(pair) for pair in self._pairs)
        able = np.flatnonzero(scores >= enough - most)
        able = able[scores[able] + self._bounds(able) >= enough]
        return np.union1d(first, able)

    def _scores(self, numbers: Column) -> Column:
        """Return the scores in full of some of what was found."""
        pieces = []
        for own, matcher, places in self._by_segment(numbers):
            scores = own.scores[places]
            pieces.append(scores + matcher.pair_scores(self._pairs, own.documents[places]) if self._pairs else scores)
        return np.concatenate(pieces) if pieces else np.empty(0)

    def _bounds(self, numbers: Column) -> Column:
        """Return how much pairs add to each score at most: nothing where a paragraph has not both of the words."""
        pieces = []
        for own, matcher, places in self._by_segment(numbers):
            documents = own.documents[places]
            bounds = np.zeros(len(documents))
            for pair in self._pairs:
                has_both = np.logical_and.reduce([matcher.groups.having(group)[documents] for group in pair.groups])
                bounds += _most(pair) * has_both
            pieces.append(bounds)
        return np.concatenate(pieces)

    def _by_segment(self, numbers: Column) -> list[tuple[Matches, SegmentMatcher, Column]]:
        """Return, for each segment, what was found there, its matcher, and the places in it of ascending numbers."""
        ends = np.searchsorted(numbers, self._starts)
        return [
            (own, matcher, numbers[first:last] - start)
            for own, matcher, start, first, last in zip(
                self._found, self._matchers, self._starts[:-1], ends[:-1], ends[1:], strict=True
            )
        ]

    def _place(self, number: int) -> tuple[int, int]:
        segment = int(np.searchsorted(self._starts, number, side="right")) - 1
        return segment, int(self._found[segment].documents[number - self._starts[segment]])


def _without_pairs(plan: Node) -> tuple[Node, Sequence[TermSequence]]:
    """Return what decides which paragraphs a plan finds, and the pairs that only add to their scores."""
    if isinstance(plan, Maybe) and isinstance(plan.optional, AnyOf):
        pairs = [
            clause
            for clause in plan.optional.clauses
            if isinstance(clause, TermSequence) and isinstance(clause.asked, Pair)
        ]
        if len(pairs) == len(plan.optional.clauses):
            return plan.wanted, pairs
    return plan, []


def _most(pair: TermSequence) -> float:
    return pair.asked.boost * pair.statistics.highest_score


def _nth_best(scores: Column, number: int) -> float:
    return float(np.partition(scores, len(scores) - number)[len(scores) - number])


def _best_of(scores: Column, number: int) -> Column:
    """Return the places of the best scores, ascending."""
    return np.sort(np.argpartition(scores, len(scores) - number)[len(scores) - number :])
