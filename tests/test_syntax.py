"""The strict parser tells what the lenient one takes for plain text; what it accepts, both read alike."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from whoosh.query import NullQuery

from helpers import tree
from timviet.index.errors import QueryLimitError, QuerySyntaxError, TimvietError
from timviet.search.parser import parse, query_fields

FIELDS = query_fields(["meta.year"])

signs = [*'"“”„()+-=~^*?:[]{}', " AND ", " OR ", " NOT ", "title:", "year:[1 TO 2]", '"a b"~2', "^2 ", "~ "]
pieces = st.sampled_from(signs) | st.sampled_from([*"ađếỹ 9.,/_%🎉\ud83d", "ma túy", "u\u0309y"])
queries = st.lists(pieces, max_size=40).map("".join)


def parse_both(text: str) -> str | QuerySyntaxError:
    """The strict parser's complaint, or the tree that both parsers give; they have to give the same one."""
    lenient = parse(text, FIELDS)
    try:
        strict = parse(text, FIELDS, strict=True)
    except QuerySyntaxError as error:
        return error
    assert tree(strict) == tree(lenient)
    return tree(strict)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Đảng ủy, xã", id="words"),
        pytest.param("công an là gì?", id="a question"),
        pytest.param("a - b", id="a dash"),
        pytest.param("05-CT/TW 31,77% 24/5/1932 M519 TP.HCM", id="codes"),
        pytest.param('"công an"~3^2 “xã”', id="phrases"),
        pytest.param('+xã -"công an" =túy -(a b) +title:a', id="prefix operators"),
        pytest.param("a AND b OR NOT (c d)", id="operators"),
        pytest.param("title:a year:5 text:b path:c TITLE:d", id="fields"),
        pytest.param("year:[2020 TO 2024] year:{1 TO} year:[TO 5}", id="ranges"),
        pytest.param("dang* đ?ng t*g th??ng", id="patterns"),
        pytest.param("dang~ dang~2 (dang~)", id="fuzzy words"),
        pytest.param("a^2 (a b)^.5 dang*^2", id="boosts"),
        pytest.param("vợ/chồng (ông, bà) & “con”!", id="punctuation"),
    ],
)
def test_what_is_well_formed_is_accepted(text):
    """A query that is as the query language has it is accepted, and read as the lenient parser reads it."""
    assert isinstance(parse_both(text), str)


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        # Brackets
        pytest.param("(a b", 0, "an opening bracket without its partner", id="an open bracket"),
        pytest.param("(a (b) c", 0, "an opening bracket without its partner", id="an open outer bracket"),
        pytest.param("a (b (c", 5, "an opening bracket without its partner", id="the inner of two open brackets"),
        pytest.param("a) b", 1, "a closing bracket without its partner", id="a closing bracket"),
        pytest.param("(a)) (b", 3, "a closing bracket without its partner", id="the first of two faults"),
        pytest.param("a ()", 3, "brackets with nothing in them", id="empty brackets"),
        # Quotation marks
        pytest.param('xã "công an', 3, "a quotation mark without its partner", id="an open quotation mark"),
        pytest.param('"công an" "', 10, "a quotation mark without its partner", id="a third quotation mark"),
        pytest.param("“công an", 0, "a quotation mark without its partner", id="an open typographic one"),
        pytest.param("công an” xã", 7, "a quotation mark without its partner", id="a closing typographic one"),
        # Fields
        pytest.param("foo:bar", 0, "there is no field 'foo' (there are path, text, title, year)", id="no such field"),
        pytest.param("Đảng năm:2024", 5, "there is no field 'năm' (there are", id="no such field, with marks"),
        pytest.param("12:30", 2, "a colon that does not follow a field's name", id="a time of day"),
        pytest.param("title: a", 5, "a colon that does not follow a field's name", id="a space after the colon"),
        pytest.param("(title:)", 1, "title: with nothing after it", id="a field with nothing after it"),
        # Ranges
        pytest.param("a year:[2024 TO 2020]", 7, "a range whose lowest value is above", id="the wrong way round"),
        pytest.param("title:{b TO A}", 6, "a range whose lowest value is above", id="text, the wrong way round"),
        pytest.param("[1 TO 2]", 0, "a range that is not FIELD:[LOW TO HIGH]", id="a range without a field"),
        pytest.param("year:[1 2]", 5, "a range that is not FIELD:[LOW TO HIGH]", id="a range without TO"),
        pytest.param("year:{1 TO 2", 5, "a range that is not FIELD:{LOW TO HIGH}", id="a range without an end"),
        pytest.param("a]", 1, "a range that is not FIELD:[LOW TO HIGH]", id="a square bracket"),
        # Operators
        pytest.param("a AND ", 2, "AND with nothing after it", id="nothing after AND"),
        pytest.param("a AND", 2, "AND with nothing after it", id="nothing after AND, not even a space"),
        pytest.param(" OR a", 1, "OR with nothing before it", id="nothing before OR"),
        pytest.param("OR a", 0, "OR with nothing before it", id="nothing before OR, not even a space"),
        pytest.param("(a OR ) b", 3, "OR with nothing after it", id="a bracket after OR"),
        pytest.param("( OR a)", 2, "OR with nothing before it", id="a bracket before OR"),
        pytest.param("a AND OR b", 2, "AND with nothing after it", id="two operators"),
        pytest.param("a NOT ", 2, "NOT with nothing after it", id="nothing after NOT"),
        pytest.param("a NOT AND b", 2, "NOT with nothing after it", id="an operator after NOT"),
        pytest.param("a = b", 2, "an equals sign that does not stand before a clause", id="an equals sign apart"),
        pytest.param("a=b", 1, "an equals sign that does not stand before a clause", id="an equals sign in a word"),
        pytest.param("C++", 1, "a plus that does not stand before a clause", id="a plus after a word"),
        pytest.param("+ a", 0, "a plus that does not stand before a clause", id="a plus apart"),
        # Patterns, fuzzy words, boosts
        pytest.param("*ng", 0, "an asterisk that does not follow a letter or digit", id="a wildcard at the start"),
        pytest.param("a **", 2, "an asterisk that does not follow a letter or digit", id="asterisks alone"),
        pytest.param("dang~3", 4, "a tilde that does not end a word or a phrase", id="three slips"),
        pytest.param("da~ng", 2, "a tilde that does not end a word or a phrase", id="a tilde in a word"),
        pytest.param('"a b"~', 5, "a tilde that does not end a word or a phrase", id="no number of steps"),
        pytest.param('"a b"~0', 5, "a tilde that does not end a word or a phrase", id="no step"),
        pytest.param('"a b"~100', 5, "a tilde that does not end a word or a phrase", id="too many steps"),
        pytest.param("a^x", 1, "a boost that is not a number at the end of a clause", id="a boost of letters"),
        pytest.param("a^-1", 1, "a boost that is not a number at the end of a clause", id="a negative boost"),
        pytest.param("a^2b", 1, "a boost that is not a number at the end of a clause", id="a boost in a word"),
        # Nothing
        pytest.param("", 0, "nothing to search for", id="empty"),
        pytest.param(" \u3000\n", 0, "nothing to search for", id="space"),
        pytest.param("…", 0, "nothing to search for", id="punctuation alone"),
        pytest.param('""', 0, "nothing to search for", id="a phrase of nothing"),
        # Places are counted in code points
        pytest.param("🎉 u\u0309y (a", 6, "an opening bracket without its partner", id="after an emoji and marks"),
    ],
)
def test_faults(text, position, reason):
    """The first fault is told with its place and what is wrong; the lenient parser takes the query all the same."""
    error = parse_both(text)
    assert isinstance(error, QuerySyntaxError)
    assert (error.query, error.position) == (text, position)
    assert error.reason.startswith(reason)


def test_the_complaint_can_be_read():
    """A complaint is one of timviet's errors, and its message names what failed, why and where."""
    with pytest.raises(TimvietError) as caught:
        parse("(a", FIELDS, strict=True)
    expected = "cannot parse the query: an opening bracket without its partner at position 0: '(a'"
    assert str(caught.value) == expected


@given(queries)
@example("-=a")
@example("NOT NOT a")
@example("title:-a")
@example("a^2^3")
def test_both_parsers_agree(text):
    """Whatever the query, the strict parser gives the lenient one's tree, or a fault that lies in the query."""
    try:
        outcome = parse_both(text)
    except QueryLimitError:
        return
    if isinstance(outcome, QuerySyntaxError):
        assert 0 <= outcome.position <= len(text)
        assert outcome.reason


@given(st.lists(st.sampled_from(['"', "-", "…", "a", "()", "🎉", "_", "?", " "])).map("".join))
def test_strictly_there_is_something_to_search_for(text):
    """What the strict parser accepts has a word to search for."""
    try:
        query = parse(text, FIELDS, strict=True)
    except QuerySyntaxError:
        return
    assert query is not NullQuery


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("-=túy ma", id="before an exact word"),
        pytest.param("ma title:-túy", id="after a field's name"),
    ],
)
def test_a_minus_is_not_lost(text):
    """A word that was to be left out is left out or refused; it is not searched for."""
    outcome = parse_both(text)
    assert isinstance(outcome, QuerySyntaxError) or "NOT(" in outcome
