"""Filters keep what has a value, a range or any of several, as the query language compares them, and score nothing."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from refining import VALUES, documents_with, make_collection, number_of, segments, values_of
from timviet.index.analysis import indexed_forms
from timviet.index.errors import FilterError, UnknownKeyError
from timviet.search.marks import Level, level
from timviet.search.nodes import All
from timviet.search.parser import parse, query_fields
from timviet.search.plan import make_plan
from timviet.search.refine.facets import count_values
from timviet.search.refine.filters import plan_filters
from timviet.search.refine.found import find_all

all_marks = st.sampled_from(["auto", "strict", "ignore"])
bounds = st.none() | st.sampled_from([*VALUES, "", 0, 3, "h", "Lz"])
wanted = st.none() | st.sampled_from(VALUES) | st.tuples(bounds, bounds)


def kept(collection, filters, marks="auto"):
    """The numbers of the paragraphs that filters keep."""
    plan = All(plan_filters(filters, collection.keys, collection.lexicon, marks))
    found = find_all(collection.matchers, plan)
    assert not found.scores.any()
    return found.numbers.tolist()


def ids(collection, filters, marks="auto"):
    """The ids of the documents of one paragraph that filters keep."""
    return "".join(collection.paragraphs[number]["id"] for number in kept(collection, filters, marks))


def is_wanted(wanted, texts, marks):
    """Whether some values, as written, are what is wanted of them."""
    if wanted is None:
        return not texts
    if isinstance(wanted, tuple):
        low, high = (None if end is None else str(end) for end in wanted)
        return any(is_between(text, low, high) or is_in_years(text, low, high) for text in texts)
    number = number_of(str(wanted))
    if number is not None:
        return number in map(number_of, texts)
    return any(answers(str(wanted), text, marks) for text in texts)


def is_reversed(low, high):
    """Whether the first of two ends is above the second, as numbers where both are."""
    if low in (None, "") or high in (None, ""):
        return False
    numbers = [number_of(str(end)) for end in (low, high)]
    if None not in numbers:
        return numbers[0] > numbers[1]
    return folded(str(low)) > folded(str(high)) and not folded(str(low)).startswith(f"{folded(str(high))} ")


def is_between(text, low, high):
    """Whether a value lies between others, as a number where these are numbers; none is no bound, nor is nothing."""
    numbers = [number_of(end) for end in (low, high) if end]
    if numbers and None not in numbers:
        own = number_of(text)
        return own is not None and (not low or number_of(low) <= own) and (not high or own <= number_of(high))
    return is_between_texts(text, low, high)


def is_between_texts(text, low, high):
    """Whether a value lies between others by its letters; what begins with the highest one's tokens does, too."""
    own = folded(text)
    return (not low or folded(low) <= own) and (not high or own <= folded(high) or own.startswith(f"{folded(high)} "))


def is_in_years(text, low, high):
    """Whether a value begins with a year that is between the ends, if these are years."""
    ends = [end for end in (low, high) if end]
    if not ends or not all(re.fullmatch(r"[12]\d{3}", end) for end in ends):
        return False
    year = folded(text).partition(" ")[0]
    return bool(re.fullmatch(r"\d{4}", year)) and (low or "1800") <= year <= (high or "2100")


def folded(text):
    """The letters of a text's tokens."""
    return " ".join(form.folded for form in indexed_forms(text))


def answers(typed, written, marks):
    """Whether a value is what was typed: the same tokens, each with marks that answer the typed ones."""
    if folded(typed) != folded(written):
        return False
    taken = {"strict": {Level.SAME}, "ignore": set(Level), "auto": {Level.SAME, Level.COMPLETES}}[marks]
    pairs = zip(indexed_forms(typed), indexed_forms(written), strict=True)
    return all(level(one.canonical, other.canonical) in taken for one, other in pairs)


@given(changes=segments, wanted=st.lists(wanted, min_size=1, max_size=3), as_list=st.booleans(), marks=all_marks)
@example(changes=[([], set())], wanted=[None], as_list=False, marks="auto")
def test_filters(changes, wanted, as_list, marks):
    """What is kept has one of the values, or lies in one of the ranges, or has no value where that is asked for."""
    collection = make_collection(changes)
    if "loai" not in collection.keys.names:
        return
    every = wanted if as_list else wanted[:1]
    if any(isinstance(own, tuple) and is_reversed(*own) for own in every):
        with pytest.raises(FilterError):
            kept(collection, {"Loại": every}, marks)
        return
    expected = [
        number
        for number, stored in collection.paragraphs.items()
        if any(is_wanted(own, values_of(stored, "loai"), marks) for own in every)
    ]
    assert kept(collection, {"Loại": wanted if as_list else wanted[0]}, marks) == expected


@given(segments, st.sampled_from(["loai", "nam"]))
def test_a_filter_keeps_what_a_facet_counts(changes, key):
    """With the marks as typed, a filter by a value that a facet shows keeps as many as the facet says."""
    collection = make_collection(changes)
    if key in collection.keys.names:
        numbers = [*collection.paragraphs]
        facet = count_values(collection.columns, key, numbers, 100)
        for own in facet:
            assert len(kept(collection, {key: own.value}, "strict")) == own.count
        assert len(kept(collection, {key: None})) == facet.missing


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param("luật", "014", id="with its marks, in any case"),
        pytest.param("luat", "01234", id="without marks, any reading"),
        pytest.param("luât", "0134", id="with some of its marks, those that have more"),
        pytest.param("luất", "34", id="with other marks"),
        pytest.param("luật đất", "5", id="the whole value only"),
        pytest.param("đất", "", id="not a part of a value"),
        pytest.param(["Luật", "Luật Đất"], "0145", id="any of several"),
        pytest.param({"Luật Đất"}, "5", id="of a set"),
        pytest.param([("luat a", "luat e")], "5", id="a range, in a list"),
        pytest.param(None, "6", id="no value"),
        pytest.param((None, None), "012345", id="any value"),
    ],
)
def test_text(wanted, expected):
    """Text is kept by its tokens, with the marks that were typed and maybe more."""
    collection = documents_with("Luật", "LUẬT", "luat", "Luất", ["Luất", "Luật."], "Luật Đất", None)
    assert ids(collection, {"loai": wanted}) == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param(2024, "012", id="a number, in any form"),
        pytest.param("2024", "012", id="the same as text"),
        pytest.param(-5, "3", id="below zero"),
        pytest.param((2000, 2030), "012456", id="a range of years, and texts that begin with one"),
        pytest.param((1999.5, 2030), "0124", id="a range of no years"),
        pytest.param((2000, None), "012456", id="from"),
        pytest.param((None, 2019.5), "34", id="to"),
        pytest.param(("2020", "2024"), "012456", id="a range as text"),
        pytest.param(("2024-05-01", "2024-05-31"), "5", id="days"),
    ],
)
def test_numbers(wanted, expected):
    """Numbers are compared as numbers; days as text, which sorts as they do where the year comes first."""
    collection = documents_with(2024, "2024", 2024.0, -5, [2020, 1999], "2024-05-24", "№ 2024")
    assert ids(collection, {"loai": wanted}) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param("[2023 TO 2024]", "1238", id="years, with all of their days"),
        pytest.param("[2024 TO]", "23458", id="from a year on"),
        pytest.param("[TO 2023]", "0168", id="to the end of a year, and numbers up to there"),
        pytest.param("[2024-05 TO 2024-05]", "28", id="a month"),
        pytest.param("[2024-05 TO 2024]", "238", id="from a month to the end of its year"),
        pytest.param("{2022 TO 2024}", "1", id="without the days of either year"),
        pytest.param("{2024-05-24 TO 2024-12}", "", id="without a day and a month"),
        pytest.param("[2000 TO 2999]", "12348", id="no numbers that sort between years"),
        pytest.param("[1999 TO 2003]", "0", id="no other texts that do: days before years, streets"),
    ],
)
def test_dates(asked, expected):
    """A year or a month in a range stands for all of its days; numbers are no dates, whatever they begin with."""
    dates = [
        "1999-12-31",
        "2023-01-01",
        "2024-05-24",
        "2024-12-31T08:00",
        "2025-02-03",
        20235,
        3,
        "hai",
        [20, "2024-05"],
    ]
    collection = documents_with(*dates)
    plan = make_plan(parse(f"loai:{asked}", query_fields(["meta.loai"])), collection.lexicon)
    found = find_all(collection.matchers, plan).numbers.tolist()
    assert "".join(collection.paragraphs[number]["id"] for number in found) == expected


@pytest.mark.parametrize(
    ("wanted", "marks", "expected"),
    [
        pytest.param("luật", "auto", "1", id="not where that word is part of another value"),
        pytest.param("luất", "auto", "0", id="with the marks of that very value"),
        pytest.param("trần hưng", "auto", "2", id="not where its words are of two values"),
        pytest.param("tran hung", "auto", "23", id="any of them, without marks"),
        pytest.param("trân hung", "auto", "23", id="any of them, with some of the marks"),
        pytest.param("trần hưng", "strict", "2", id="with exactly these marks"),
        pytest.param("trần hưng", "ignore", "23", id="whatever the marks"),
    ],
)
def test_each_of_several_values_is_compared_by_itself(wanted, marks, expected):
    """Of a paragraph with several values, one is what was asked for, with its marks; words of others do not count."""
    lists = ["Luất", "Luật Đất"], ["Luất đất", "Luật"], ["Trần Hưng", "Trần Hùng"], ["Trần Hùng", "Lê Trần Hưng"]
    collection = documents_with(*lists)
    for _ in range(2):
        assert ids(collection, {"loai": wanted}, marks) == expected


def test_all_filters_are_required():
    """Of filters on several keys, each keeps its part."""
    collection = documents_with(1, 2)
    assert ids(collection, {"loai": [1, 2], "Loại": 2}) == "1"


def test_filters_and_queries():
    """A filter takes away of what a query finds, and leaves its scores and its order as they are."""
    collection = documents_with("x", "y", "x", "y")
    plan = make_plan(parse("a", query_fields([])), collection.lexicon)
    whole = find_all(collection.matchers, plan)
    filtered = All([plan, *plan_filters({"loai": "y"}, collection.keys, collection.lexicon)])
    found = find_all(collection.matchers, filtered)
    assert found.numbers.tolist() == [1, 3]
    assert found.scores.tolist() == whole.scores[found.numbers].tolist()


@pytest.mark.parametrize(
    "wanted",
    [pytest.param((None, "x"), id="a range"), pytest.param("Đỏ", id="a word"), pytest.param("Hà Nội", id="two")],
)
def test_a_filter_is_remembered(wanted):
    """The same filter is an equal part of a plan, by which what it finds is remembered."""
    collection = documents_with("Đỏ", "Hà Nội")
    lexicon = collection.lexicon
    one, other = (plan_filters({"loai": wanted}, collection.keys, lexicon)[0].clause for _ in range(2))
    assert one == other or all(own == same for own, same in zip(one.clauses, other.clauses, strict=True))


@pytest.mark.parametrize(
    ("filters", "error", "message"),
    [
        pytest.param({"year": 1}, UnknownKeyError, "no key 'year': there are 'loại'", id="unknown key"),
        pytest.param({"loai": (1, 2, 3)}, FilterError, r"no range: \(1, 2, 3\); give its lowest", id="three ends"),
        pytest.param({"loai": ([1], 2)}, FilterError, "no range", id="an end that is a list"),
        pytest.param({"loai": []}, FilterError, "keeps nothing", id="none of several"),
        pytest.param({"loai": (10, 9)}, FilterError, "10 is above 9; give the lowest value first", id="reversed"),
        pytest.param({"loai": [1, ("b", "a")]}, FilterError, "b is above a", id="text, reversed, in a list"),
        pytest.param({"loai": [["x"]]}, TypeError, "cannot filter 'loai' by", id="a list in a list"),
        pytest.param({"loai": b"x"}, TypeError, "cannot filter 'loai' by", id="bytes"),
    ],
)
def test_faults(filters, error, message):
    """What cannot be filtered by is refused, with what could be."""
    collection = documents_with("x")
    with pytest.raises(error, match=message):
        plan_filters(filters, collection.keys, collection.lexicon)
