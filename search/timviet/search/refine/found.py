"""All that a plan finds, for answers that take more than the best of it: groups, facets, other orders."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from timviet.index.columnfile import Column
from timviet.search.match import SegmentMatcher
from timviet.search.nodes import Node


class Found(NamedTuple):
    """Paragraphs of a snapshot that were found.

    Attributes:
        numbers: their numbers in the snapshot, ascending.
        scores: their scores.
    """

    numbers: Column
    scores: NDArray[np.float64]

    def at(self, places: Column) -> "Found":
        """Return those at some places."""
        return Found(self.numbers[places], self.scores[places])


def find_all(matchers: Sequence[SegmentMatcher], plan: Node) -> Found:
    """Return all that a plan finds.

    Args:
        matchers: what finds the plan's nodes in each segment.
        plan: the plan.
    """
    matches = [matcher.matches(plan) for matcher in matchers]
    numbers = [matcher.first + own.documents for matcher, own in zip(matchers, matches, strict=True)]
    return Found(
        np.concatenate([np.empty(0, np.int64), *numbers]),
        np.concatenate([np.empty(0), *(own.scores for own in matches)]),
    )
