"""What times amount to: medians, percentiles, ratios."""

import math
from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple

from agreement import Agreement
from processes import Built
from queries import Query

# What takes less counts as this many milliseconds on both sides, but where times are compared as they are.
FLOOR = 0.25

# By the query's number in the set, its median in milliseconds.
Times = dict[int, float]


class Measured(NamedTuple):
    """All that was measured at one size.

    Attributes:
        paragraphs: how many there were.
        text_size: their bytes.
        built: by engine, also "timviet, 1 job" where it was built so, too.
        times: by engine.
        rounds: by engine, how often the whole set of queries was asked.
        adding: by engine, the median of adding a paragraph with commit, in milliseconds.
        cold: the median of a cold process of `timviet search`, in seconds.
        agreements: by engine other than timviet.
    """

    paragraphs: int
    text_size: int
    built: dict[str, Built]
    times: dict[str, Times]
    rounds: dict[str, int]
    adding: dict[str, float]
    cold: float | None
    agreements: dict[str, Agreement]


def percentile(values: Sequence[float], share: float) -> float:
    """Return the least value that this share of them does not exceed."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def select(times: Times, queries: Sequence[Query], **wanted: str) -> Times:
    """Return the times of queries with the attributes wanted, as in `kind="all"`."""
    return {
        number: spent
        for number, spent in times.items()
        if all(getattr(queries[number], name) == value for name, value in wanted.items())
    }


def select_rare_words(times: Times, queries: Sequence[Query]) -> Times:
    """Return the times of queries for one rare word."""
    rare = select(times, queries, kind="all", stratum="rare")
    return {number: spent for number, spent in rare.items() if len(queries[number].words) == 1}


def ratio(own: Times, other: Times, floor: float = FLOOR) -> float:
    """Return the geometric mean of the ratios own / other, over the queries that both were asked."""
    logarithms = [math.log(max(own[number], floor) / max(other[number], floor)) for number in own.keys() & other.keys()]
    return math.exp(sum(logarithms) / len(logarithms))


def total_ratio(own: Times, other: Times) -> float:
    """Return the ratio of the times that all queries together take, of those that both were asked."""
    common = own.keys() & other.keys()
    return sum(own[number] for number in common) / sum(other[number] for number in common)


def worst_ratio(own: Times, other: Times) -> float:
    """Return the ratio of the means of either's slowest hundredth, of the queries that both were asked."""
    common = own.keys() & other.keys()
    return _worst([own[number] for number in common]) / _worst([other[number] for number in common])


def growth(smallest: Times, largest: Times) -> float:
    """Return how many times the median has grown."""
    return median(largest.values()) / median(smallest.values())


def medians(rounds: Sequence[Mapping[int, float]]) -> Times:
    """Return the median of each query's times."""
    return {number: median(times[number] for times in rounds) for number in sorted(rounds[0])}


def _worst(values: Sequence[float]) -> float:
    slowest = sorted(values)[-math.ceil(len(values) / 100) :]
    return max(sum(slowest) / len(slowest), FLOOR)
