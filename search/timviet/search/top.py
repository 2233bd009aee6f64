"""The best of what a plan finds, exactly, without working out every score in full."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from timviet.index.columnfile import Column
from timviet.search.match import SegmentMatcher
from timviet.search.matches import Matches
from timviet.search.nodes import Node

# Scores are cut into as many stripes as this for each one that is asked for: the best of each are soon found.
_STRIPES = 64


class Best(NamedTuple):
    """The best paragraphs that a plan finds.

    Attributes:
        numbers: their numbers in the snapshot, best first.
        scores: their scores. Of equal ones, those come first that do so in the index.
        total: how many paragraphs the plan finds; exact.
    """

    numbers: list[int]
    scores: list[float]
    total: int


def find_best(matchers: Sequence[SegmentMatcher], plan: Node, limit: int | None) -> Best:
    """Return the best paragraphs that a plan finds.

    Args:
        matchers: what finds the plan's nodes in each segment.
        plan: the plan.
        limit: how many to find at most; None for all.
    """
    found = [_best_of_segment(matcher, plan, limit) for matcher in matchers]
    numbers = [matcher.first + own.matches.documents for matcher, own in zip(matchers, found, strict=True)]
    every_number = np.concatenate([np.empty(0, np.int64), *numbers])
    every_score = np.concatenate([np.empty(0), *[own.matches.scores for own in found]])
    best = (-every_score).argsort(kind="stable")[:limit]
    return Best(every_number[best].tolist(), every_score[best].tolist(), sum([own.total for own in found]))


class _Found(NamedTuple):
    """What a segment has: the best of it, and maybe more, and how much in all."""

    matches: Matches
    total: int


def _best_of_segment(matcher: SegmentMatcher, plan: Node, limit: int | None) -> _Found:
    bounds = matcher.bounds(plan) if limit else None
    if limit and bounds:
        is_found = bounds.units > 0
        enough = _reached_by(bounds.units, limit) - bounds.slack
        candidates = np.flatnonzero(bounds.units >= enough if enough > 0 else is_found)
        return _Found(Matches(candidates, matcher.among(plan, candidates).scores), int(np.count_nonzero(is_found)))
    found = matcher.matches(plan)
    total = len(found.documents)
    if limit and total > limit:
        places = np.flatnonzero(found.scores >= _reached_by(found.scores, limit))
        found = Matches(found.documents[places], found.scores[places])
    return _Found(found, total)


def _reached_by(scores: Column, number: int) -> float:
    """Return a score that at least so many reach, near to the best such one; 0 where there are not as many scores."""
    width = len(scores) // (_STRIPES * number)
    if width > 1:
        scores = scores[: len(scores) // width * width].reshape(width, -1).max(axis=0)
    place = len(scores) - number
    return float(np.partition(scores, place)[place]) if place >= 0 else 0.0
