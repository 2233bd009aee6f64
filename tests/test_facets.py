"""Facets count what counting by hand does, and a filter by a value keeps as many."""

from collections import Counter

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from refining import EVERY, documents_with, found_of, identity, make_collection, order, picks, segments, values_of
from timviet.index import Document
from timviet.search.nodes import All
from timviet.search.refine.facets import Facet, FacetValue, count_values
from timviet.search.refine.filters import plan_filters
from timviet.search.refine.found import find_all

LISTS = [([Document("0", "a", metadata={"loại": ["Luật", "luat", "LUẬT", 5]}), Document("1", "a")], set())]


@given(segments, picks, st.sampled_from(["loại", "năm", "title"]), st.integers(1, 4))
@example(LISTS, EVERY, "loại", 1)
@example(LISTS, EVERY, "loại", 9)
def test_counts(changes, picks, name, limit):
    """Each value is counted once for each paragraph that has it, in any spelling; what is left out is told."""
    collection = make_collection(changes)
    found = found_of(collection, picks).numbers
    key = {"loại": "loai", "năm": "nam"}.get(name, name)
    if key not in collection.keys.names:
        return
    of_paragraphs = [{identity(text) for text in values_of(collection.paragraphs[own], key)} for own in found.tolist()]
    counts = Counter(value for own in of_paragraphs for value in own)
    facet = count_values(collection.columns, key, found, limit)
    in_order = [(-own.count, order(own.value)) for own in facet]
    shown = {identity(own.value): own.count for own in facet}
    assert shown.items() <= counts.items()
    assert in_order == sorted(in_order)
    assert sorted(shown.values()) == sorted(counts.values())[-limit:]
    assert (facet.more_values, len(facet)) == (len(counts) - len(shown), min(limit, len(counts)))
    assert facet.more == sum(bool(own - shown.keys()) for own in of_paragraphs)
    assert facet.missing == sum(not own for own in of_paragraphs)
    written = {text for stored in collection.paragraphs.values() for text in values_of(stored, key)}
    assert {own.value for own in facet} <= written


def test_equally_frequent_values_come_in_order():
    """Of equally frequent values come numbers first, as numbers, then text as in a dictionary, also at the limit."""
    collection = documents_with("đa", 10, "ă", "a", 9, "da", "â", "da", None)
    facet = count_values(collection.columns, "loai", np.arange(9), 5)
    assert [own.value for own in facet] == ["da", "9", "10", "a", "ă"]
    assert (facet[0], facet.more_values, facet.more, facet.missing) == (FacetValue("da", 2), 2, 2, 1)


def test_a_value_is_shown_as_the_first_has_it():
    """Of several spellings the one is shown that comes first in the index, and in a list."""
    collection = documents_with(["luật", "LUẬT"], "Luật", "LUẬT", 5.0, 5)
    assert count_values(collection.columns, "loai", np.arange(5))[:] == (FacetValue("luật", 3), FacetValue("5.0", 2))


def test_truth_is_shown_as_json_has_it():
    """Yes and no are values as the metadata's JSON has them, however they are asked for."""
    collection = documents_with(*[True, False, [True], "True"])
    assert count_values(collection.columns, "loai", np.arange(3))[:] == (FacetValue("true", 2), FacetValue("false", 1))
    for wanted in (True, "true", "True"):
        plan = All(plan_filters({"loai": wanted}, collection.keys, collection.lexicon))
        assert find_all(collection.matchers, plan).numbers.tolist() == [0, 2, 3]


def test_a_facet_is_a_sequence():
    """A facet is the sequence of its values."""
    values = (FacetValue("Luật", 2), FacetValue("Lệnh", 1))
    facet = Facet(values, 0, 0, 0)
    assert (*facet,) == facet[:] == values
    assert (len(facet), facet[1]) == (2, values[1])


def test_nothing_found():
    """Of nothing there are no values."""
    collection = documents_with("Luật")
    assert count_values(collection.columns, "loai", np.empty(0, np.int64)) == Facet((), 0, 0, 0)
