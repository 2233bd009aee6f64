"""A phrase is taken for what an abbreviation stands for where enough tells so, and not where it may be chance."""

import pytest

from timviet.index.analysis import forms
from timviet.search.abbreviations.evidence import Candidate, Subject

LONG = Subject(forms("ANTT"), frequency=100, paragraph_count=100)
SHORT = Subject(forms("HTX"), frequency=100, paragraph_count=100)
PARAGRAPHS = 100_000


def phrase(**told):
    """A phrase of which nothing is told but what is given."""
    return Candidate(words=(), ends=(), **{"paragraph_count": 100, "together": 0} | told)


@pytest.mark.parametrize(
    ("own", "told", "expected"),
    [
        pytest.param(LONG, {"definitions": 2}, True, id="two definitions"),
        pytest.param(LONG, {"definitions": 1}, True, id="one, of a phrase that is used"),
        pytest.param(LONG, {"definitions": 1, "paragraph_count": 4}, False, id="one, of a phrase that is rare"),
        pytest.param(LONG, {"definitions": 0}, False, id="none"),
    ],
)
def test_what_is_defined(own, told, expected):
    """Two definitions are believed, one only where the phrase is used."""
    assert phrase(**told).is_defined(own) == expected


@pytest.mark.parametrize(
    ("own", "told", "expected"),
    [
        pytest.param(LONG, {"before": 0.6, "after": 0.6}, True, id="well on both sides"),
        pytest.param(LONG, {"before": 0.4, "after": 0.4}, False, id="not well enough"),
        pytest.param(LONG, {"before": 3.0, "after": -0.7}, True, id="on one side somewhat worse than anything"),
        pytest.param(LONG, {"before": 3.0, "after": -0.8}, False, id="on one side much worse"),
        pytest.param(LONG, {"before": 3.0, "after": -0.8, "together": 5}, True, id="that, in the same paragraphs"),
        pytest.param(LONG, {"before": 3.0, "after": -0.8, "together": 4}, False, id="that, in too few of them"),
        pytest.param(SHORT, {"before": 0.6, "after": 0.6}, False, id="three letters, never in the same paragraphs"),
        pytest.param(SHORT, {"before": 0.6, "after": 0.6, "together": 1}, True, id="three letters, in one of them"),
    ],
)
def test_what_fits(own, told, expected):
    """A phrase fits on both sides together, and on neither much worse than anything does."""
    assert phrase(**told).fits(own) == expected


def test_what_fits_a_rare_abbreviation():
    """What stands beside an abbreviation that occurs once tells less."""
    once = Subject(forms("ANTT"), frequency=1, paragraph_count=1)
    assert [phrase(before=fit, after=0.0).fits(once) for fit in (3.3, 3.5)] == [False, True]


@pytest.mark.parametrize(
    ("own", "told", "dominance", "expected"),
    [
        pytest.param(LONG, {"together": 20}, 1.0, True, id="often, and hardly elsewhere"),
        pytest.param(LONG, {"together": 20}, 0.6, True, id="most of the phrases of these initials"),
        pytest.param(LONG, {"together": 20}, 0.59, False, id="one of several phrases of these initials"),
        pytest.param(LONG, {"together": 9}, 1.0, False, id="in too few of the abbreviation's paragraphs"),
        pytest.param(LONG, {"together": 20, "paragraph_count": 2_000}, 1.0, False, id="as often elsewhere"),
        pytest.param(SHORT, {"together": 20, "paragraph_count": 900}, 1.0, True, id="three letters: often enough"),
    ],
)
def test_what_belongs(own, told, dominance, expected):
    """A phrase belongs to an abbreviation where it is in the same paragraphs, and few others are."""
    assert phrase(**told).belongs(own, dominance, PARAGRAPHS) == expected


@pytest.mark.parametrize(("letters", "expected"), [("ANTT", True), ("HTX", False)])
def test_what_belongs_to_a_rare_abbreviation(letters, expected):
    """Of more than three letters, two paragraphs do where a phrase is hardly anywhere else."""
    own = Subject(forms(letters), frequency=5, paragraph_count=5)
    assert phrase(together=2, paragraph_count=10).belongs(own, 1.0, PARAGRAPHS) == expected
