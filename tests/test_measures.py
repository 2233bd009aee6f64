"""Measures are what their definitions say, and intervals are as wide as statistics has them."""

import sys
from math import log2

import numpy as np
import pytest

from timviet.index.errors import MissingExtraError
from timviet.search.evaluation.measures import MEASURES, Estimate, estimates, measure


def found(*places, of=150):
    """Documents called after their places: `r1` for the first where that is one of those given, otherwise `x1`."""
    return [f"r{place}" if place in places else f"x{place}" for place in range(1, of + 1)]


@pytest.mark.parametrize(
    ("documents", "relevant", "expected"),
    [
        pytest.param(found(1), {"r1": 1}, (1, 1, 1, 1, 1), id="first"),
        pytest.param(found(3), {"r3": 1}, (1 / 3, 1 / log2(4), 0, 1, 1), id="third"),
        pytest.param(found(10), {"r10": 1}, (1 / 10, 1 / log2(11), 0, 1, 1), id="the last that counts"),
        pytest.param(found(11), {"r11": 1}, (0, 0, 0, 0, 1), id="beyond ten"),
        pytest.param(found(101), {"r101": 1}, (0, 0, 0, 0, 0), id="beyond a hundred"),
        pytest.param([], {"r1": 1}, (0, 0, 0, 0, 0), id="nothing found"),
        pytest.param(found(1), {"r1": 1, "r2": 1}, (1, 1 / (1 + 1 / log2(3)), 0.5, 0.5, 0.5), id="one of two"),
        pytest.param(
            ["r2", "r1"], {"r1": 3, "r2": 1}, (1, (1 + 3 / log2(3)) / (3 + 1 / log2(3)), 0.5, 1, 1), id="degrees"
        ),
    ],
)
def test_measures(documents, relevant, expected):
    """Each measure follows its definition: only the places of relevant documents count, and their degrees in nDCG."""
    measured = measure({"q": relevant}, {"q": documents})["q"]
    assert measured == pytest.approx(dict(zip(MEASURES, expected, strict=True)))


def test_ids_are_any_text():
    """Ids with white space, null characters and lone surrogates are told apart."""
    relevant = {"q\ud800": {"a\0b": 1}, "q 2": {"\ud801": 1}}
    measured = measure(relevant, {"q\ud800": ["a\0c", "a\0b"], "q 2": ["\ud800", "\ud801"]})
    assert [values["MRR@10"] for values in measured.values()] == [0.5, 0.5]


def test_queries_without_an_answer_count():
    """A query for which nothing was found counts as 0, and one that is not judged does not count."""
    measured = measure({"a": {"d": 1}, "b": {"d": 1}}, {"b": ["d"], "c": ["d"]})
    assert {query: values["MRR@10"] for query, values in measured.items()} == {"a": 0.0, "b": 1.0}


def values_of(numbers):
    """The numbers as a measure of as many queries."""
    return {str(place): {"m": float(number)} for place, number in enumerate(numbers)}


def test_intervals_are_as_wide_as_the_standard_error_has_them():
    """Over many queries, the interval is the mean ± 1.96 standard errors."""
    numbers = np.random.default_rng(1).random(900)
    estimate = estimates(values_of(numbers))["m"]
    half = 1.96 * numbers.std() / 30
    assert estimate.mean == pytest.approx(numbers.mean())
    assert (estimate.low, estimate.high) == pytest.approx((estimate.mean - half, estimate.mean + half), abs=half / 10)


def test_the_same_again():
    """Chance has a fixed seed: the same measures have the same interval each time."""
    values = values_of(range(9))
    assert estimates(values) == estimates(values)


def test_differences_are_of_pairs():
    """Where every query gains alike, nothing is unsure about the difference, however much queries differ."""
    before, now = values_of(range(50)), values_of(range(1, 51))
    assert estimates(now, dict(reversed(before.items()))) == {"m": Estimate(1.0, 1.0, 1.0)}


def test_the_package_is_missing(monkeypatch):
    """Without ir_measures the error says what to install."""
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'timviet\[evaluate\]'"):
        measure({}, {})
