"""No query takes time or memory without end: it is answered, cut short with a word about it, refused, or stopped."""

import json
import math
from collections.abc import Callable
from itertools import count
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from whoosh.query import Every, FuzzyTerm, Or, Prefix, Regex, Term, Wildcard

from helpers import add_segment, make_index, make_searcher
from timviet.index import Document, open_index
from timviet.index.errors import QueryLimitError, QueryTimeoutError, TimvietError, UnknownParagraphError
from timviet.search import Limits, Searcher, Truncation
from timviet.search.limits import MOST_DEPTH

WORDS = [f"{first}{second}" for first in "abcdehiknopqrstuy" for second in "abcdehiknopqrstuy"]
TEXTS = ["Đảng uỷ Công an tỉnh họp bàn phòng, chống ma tuý.", " ".join(WORDS), "an ao ap", "an ao", "dang uy xa"]
FEW = Limits(expansions=3)


def titled_index():
    """An index of the texts with titles, paths and metadata, in two segments."""
    index = open_index(":memory:", create=True)
    for place in (0, 3):
        documents = [
            Document(
                str(number), text, title=f"Nghị quyết {text[:20]}", path=f"a/{number}.txt", metadata={"Năm": number}
            )
            for number, text in enumerate(TEXTS[place : place + 3], place)
        ]
        add_segment(index, *documents)
    return index


@pytest.fixture(scope="module")
def searcher():
    """A searcher with the limits that are the default, but for time: machines that run tests are busy."""
    with Searcher(titled_index(), Limits(seconds=math.inf)) as searcher:
        yield searcher


@pytest.fixture(scope="module")
def limited():
    """A searcher with limits that are soon reached."""
    with Searcher(titled_index(), Limits(characters=80, clauses=6, depth=3, expansions=2)) as searcher:
        yield searcher


LONG, MANY, DEEP = "characters, the limit is 10,000", "words and other clauses, the limit is 1,024", "the limit is 20"


@pytest.mark.parametrize(
    ("query", "outcome"),
    [
        # How long, how many, how deep: the largest that are taken, and the next
        pytest.param("ma " * 3333 + "m", MANY, id="10,000 characters of words"),
        pytest.param("ma" * 5000, 0, id="10,000 characters of one word"),
        pytest.param("m" * 10_001, LONG, id="10,001 characters"),
        pytest.param("đảng uỷ " * (1 << 17), LONG, id="a million characters"),
        pytest.param("ma " * 1024, 1, id="1,024 words"),
        pytest.param("ma " * 1025, MANY, id="1,025 words"),
        pytest.param('"' + "ma " * 1025 + '"', MANY, id="1,025 words in a phrase"),
        pytest.param("a" + "-a" * 1024, MANY, id="1,025 parts of a code"),
        pytest.param(" OR ".join(["ma"] * 1024), 1, id="1,024 alternatives"),
        pytest.param(" OR ".join(["ma"] * 1025), MANY, id="1,025 alternatives"),
        pytest.param(" ".join(f"-x{number}" for number in range(1024)), 5, id="1,024 words left out"),
        pytest.param("(ma)" * 1025, MANY, id="1,025 groups"),
        pytest.param("nam:[0 TO 9] " * 714, 5, id="as many ranges as there is room for"),
        pytest.param("(" * 20 + "ma" + ")" * 20, 1, id="20 brackets"),
        pytest.param("(" * 21 + "ma" + ")" * 21, DEEP, id="21 brackets"),
        pytest.param("-(" * 20 + "ma" + ")" * 20, 1, id="what is left out of what is left out"),
        pytest.param("NOT (" * 19 + "ma" + ")" * 19, 4, id="an odd number of NOT"),
        pytest.param("(ma OR (tuý AND " * 10 + "ma" + "))" * 10, 1, id="operators in brackets"),
        # Signs without end
        pytest.param("(" * 10_000, 0, id="opening brackets"),
        pytest.param(")" * 10_000, 0, id="closing brackets"),
        pytest.param("()" * 5000, 0, id="empty brackets"),
        pytest.param('"' * 10_000, 0, id="quotation marks"),
        pytest.param("-" * 9998 + "ma", 4, id="minuses"),
        pytest.param("+=-" * 3332 + "ma", 4, id="signs before a clause"),
        pytest.param("NOT " * 2499 + "ma", 4, id="NOT"),
        pytest.param("ma" + "~" * 9998, 3, id="tildes"),
        pytest.param("ma" + "^1" * 4999, MANY, id="boosts"),
        pytest.param("title:" * 1000 + "ma", 0, id="names of fields"),
        pytest.param("nam:[" * 1000, 0, id="opening ranges"),
        pytest.param("nam:[" + "TO " * 1000 + "]", 0, id="ends of a range"),
        # Wildcards
        pytest.param("*", 0, id="an asterisk"),
        pytest.param("?*" * 5000, 0, id="wildcards alone"),
        pytest.param("*a*a*a*a*b", 0, id="a pattern that starts with an asterisk"),
        pytest.param("a*a*a*a*a*a*b", 0, id="asterisks without a match"),
        pytest.param("c*n*", 2, id="asterisks with a match"),
        pytest.param("a" + "*?" * 4999, 0, id="more letters than a word has"),
        pytest.param("a" + "*" * 9999, 4, id="asterisks side by side"),
        pytest.param(" ".join(f"{word}*" for word in WORDS), 5, id="many prefixes"),
        pytest.param('"a* b* c*"', 0, id="a phrase of prefixes"),
        pytest.param('"a* b* c*"~50', 2, id="a loose phrase of prefixes"),
        pytest.param('"d* u* c* a* t*"~99', 1, id="a looser one of more of them"),
        pytest.param('"ma tuý"~99999999999', 1, id="more slop than there is: two clauses"),
        # Slips
        pytest.param("nghieng" * 30 + "~2", 0, id="slips in a long word"),
        pytest.param("m" * 9998 + "~2", 0, id="slips in a very long word"),
        pytest.param("m~2", 5, id="slips in a letter"),
        pytest.param(" ".join(f"{word}~2" for word in WORDS[::10]), 5, id="slips in many words"),
        # Boosts and ranges
        pytest.param("ma^999 ma^999.999 ma^0.001", 1, id="large and small boosts"),
        pytest.param("(" * 10 + "ma" + "^999)" * 10, 1, id="boosts of boosts"),
        pytest.param("ma^0 tuý^0", 1, id="boosts of nothing"),
        pytest.param("text:[a TO z]", 5, id="all words"),
        pytest.param("nam:[-99999999999999999999 TO 1e999]", 0, id="ends that are no numbers"),
        pytest.param(f"nam:{'9' * 400}", 0, id="a large number"),
        # Characters
        pytest.param("ma\0tuý \0", 1, id="NUL"),
        pytest.param("\ud800 ma\udfff \ud800~2 \ud800*", 1, id="half of a surrogate pair"),
        pytest.param("text:[\ud800 TO \udfff]", 0, id="a range from half of a surrogate pair"),
        pytest.param("m" + "\u0301" * 9999, 0, id="combining marks"),
        pytest.param("\u200d" * 10_000, 0, id="invisible characters"),
        pytest.param("\u202e" * 9998 + "ma", 1, id="marks for writing backwards"),
        pytest.param("🎉" * 10_000, 0, id="emoji"),
        pytest.param("ﷺ" * 10_000, 0, id="a letter that is a sentence"),
    ],
)
def test_hostile_queries(searcher, query, outcome):
    """What is beyond a limit is refused, with the limit; all else has an answer: so many paragraphs."""
    try:
        found = searcher.search(query).total
    except QueryLimitError as error:
        found = str(error)
        assert error.actual > error.limit
    assert found == outcome if isinstance(outcome, int) else outcome in str(found)


MEGABYTE = "đảng uỷ " * (1 << 17)


@pytest.mark.parametrize(
    ("call", "outcome"),
    [
        pytest.param(lambda searcher: searcher.correct(MEGABYTE), QueryLimitError, id="correct"),
        pytest.param(lambda searcher: searcher.explain(MEGABYTE, "0"), QueryLimitError, id="explain"),
        pytest.param(lambda searcher: searcher.explain("ma", MEGABYTE), None, id="explain an id"),
        pytest.param(lambda searcher: searcher.similar(MEGABYTE), UnknownParagraphError, id="similar"),
        pytest.param(lambda searcher: searcher.suggest(MEGABYTE), [], id="suggest"),
        pytest.param(lambda searcher: [*searcher.lookup(MEGABYTE)], [], id="lookup"),
        pytest.param(
            lambda searcher: searcher.search("ma", filters={"Năm": MEGABYTE[:10_000]}).total, 0, id="a filter"
        ),
        pytest.param(lambda searcher: searcher.search("ma", filters={"Năm": [9] * 9999}).total, 0, id="many values"),
        pytest.param(lambda searcher: searcher.search("ma", filters={"Năm": "\ud800"}).total, 0, id="a surrogate"),
        pytest.param(lambda searcher: len(searcher.search("a*", limit=10**9)), 4, id="a large limit"),
        pytest.param(lambda searcher: len(searcher.search("a*", limit=10**30)), 4, id="a limit of many digits"),
        pytest.param(lambda searcher: len(searcher.search("a*", offset=10**30)), 0, id="an offset of many digits"),
        pytest.param(lambda searcher: searcher.search("a*", offset=-1), ValueError, id="an offset below 0"),
        pytest.param(lambda searcher: searcher.search("a*", limit=0), ValueError, id="a limit of 0"),
        pytest.param(lambda searcher: len(searcher.similar("0", limit=10**30)), 3, id="similar, a large limit"),
        pytest.param(lambda searcher: len(searcher.suggest("cong ", 10**30)), 1, id="suggest, a large limit"),
        pytest.param(lambda searcher: len(searcher.lookup("ng", limit=10**30)), 5, id="lookup, a large limit"),
        pytest.param(
            lambda searcher: searcher.search("kk", snippet_length=10**30)[0].snippet.text, TEXTS[1], id="a long snippet"
        ),
    ],
)
def test_hostile_arguments(searcher, call, outcome):
    """Texts of a megabyte, and numbers of any size, have an answer or are refused."""
    if isinstance(outcome, type):
        with pytest.raises(outcome):
            call(searcher)
    else:
        assert call(searcher) == outcome


@pytest.mark.parametrize(
    ("query", "limit", "actual", "message"),
    [
        pytest.param("a" * 81, 80, 81, "the query has 81 characters, the limit is 80: search for a part", id="length"),
        pytest.param("a b c d e f g", 6, 7, "the query has 7 words and other clauses, the limit is 6", id="words"),
        pytest.param('a "b c d" nam:[1 TO] e* f~', 6, 7, "the query has 7 words and other", id="all kinds of clauses"),
        pytest.param("((((a))))", 3, 4, "the query nests 4 brackets, the limit is 3: take some away", id="brackets"),
    ],
)
@pytest.mark.parametrize("strict", [False, True])
def test_refused(limited, query, limit, actual, message, strict):
    """The error tells the limit, the query's own value, and what to do."""
    with pytest.raises(QueryLimitError, match=message) as caught:
        limited.search(query, strict=strict)
    assert (caught.value.limit, caught.value.actual) == (limit, actual)


@pytest.mark.parametrize("query", ["a" * 80, "a b c d e f", 'a "b c" d* e~ nam:1', "(((a)))"])
def test_taken(limited, query):
    """What is as long, has as many clauses and is as deep as the limits say is searched for."""
    limited.search(query, strict=True)


@pytest.mark.parametrize(
    "deepest",
    [
        ("(ma OR ", "b", ")"),
        ("-(ma ", "b", ")"),
        ("(ma AND NOT ", "b", ")"),
        ("title:(", "ma", ")"),
        ("=(", "ma", ")^2"),
    ],
    ids=str,
)
def test_the_deepest_limit_is_within_the_parsers_reach(deepest):
    """A query as deep as any limit allows is searched and shown, however it is made."""
    opening, clause, closing = deepest
    with make_searcher("ma b") as searcher, Searcher(searcher._index, Limits(depth=MOST_DEPTH)) as deep:
        found = deep.search(opening * MOST_DEPTH + clause + closing * MOST_DEPTH)
        assert [hit.snippet.text for hit in found] == ["ma b"] * found.total


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"clauses": 0}, "the limit of clauses must be above 0, not 0"),
        ({"seconds": -1}, "the limit of seconds must be above 0, not -1"),
        ({"seconds": math.nan}, "the limit of seconds must be above 0, not nan"),
        ({"depth": 101}, "the limit of depth must be 100 at most, not 101"),
    ],
)
def test_limits_within_which_there_are_no_queries(options, message):
    """Limits that cannot be kept are refused."""
    with pytest.raises(ValueError, match=message):
        Limits(**options)


# --- Expansions


@pytest.fixture(scope="module")
def few():
    """A searcher by no more than three terms of each pattern."""
    texts = ["an ao ap", "an ao", "an at ax", "ay", "ân b", "bn bo bp", "bn bo", "bn bt", "ma tuý"]
    with Searcher(make_index(texts), FEW) as searcher:
        yield searcher


@pytest.mark.parametrize(
    ("query", "truncated", "found"),
    [
        pytest.param("a*", [("a*", 6, 3)], "0 1 2 4", id="a prefix: an, ao and one more"),
        pytest.param("A*", [("A*", 6, 3)], "0 1 2 4", id="a prefix, as typed"),
        pytest.param("an~", [("an~", 7, 3)], "0 1 2 4 5 6 7", id="a word: itself, and bn of those a slip away"),
        pytest.param("b*", [("b*", 5, 3)], "4 5 6 7", id="another prefix"),
        pytest.param("a* b*", [("a*", 6, 3), ("b*", 5, 3)], "4", id="two, the one with more terms first"),
        pytest.param('"a* b*"', [("a*", 6, 3), ("b*", 5, 3)], "4", id="in a phrase"),
        pytest.param("-a*", [("a*", 6, 3)], "3 5 6 7 8", id="left out: what has a rarer term stays"),
        pytest.param("a* a*", [("a*", 6, 3)], "0 1 2 4", id="twice the same"),
        pytest.param("m*", [], "8", id="few enough"),
        pytest.param("an", [], "0 1 2 4", id="a word"),
        pytest.param("an ao ap", [], "0", id="words"),
    ],
)
def test_the_most_frequent_terms_are_searched(few, query, truncated, found):
    """A pattern or a fuzzy word of more terms than the limit is searched by the most frequent, and it is told so."""
    results = few.search(query, match="all", limit=99)
    assert [(own.pattern, own.terms, own.used) for own in results.truncated or ()] == truncated
    assert sorted(hit.document_id for hit in results) == found.split()


def test_how_it_is_told(few):
    """The sentence has both numbers, and so has JSON; where nothing was left out, there is nothing to tell."""
    results = few.search("a*")
    assert results.truncated == (Truncation("a*", terms=6, used=3),)
    assert results.truncated[0].message == "`a*` stands for 6 terms; the first 3 by frequency were used"
    assert json.loads(json.dumps(results.to_dict()))["truncated"] == [{"pattern": "a*", "terms": 6, "used": 3}]
    assert few.search("an").truncated is None
    assert few.search("an").to_dict()["truncated"] is None


def test_readings_of_a_word_are_no_expansions():
    """Of a word all readings are searched, however low the limit."""
    readings = ["đang", "đảng", "đàng", "đáng", "đãng", "dâng", "dạng", "dáng"]
    with Searcher(make_index(readings), Limits(expansions=1)) as searcher:
        results = searcher.search("dang")
        assert (results.total, results.truncated) == (len(readings), None)


def test_text_and_titles_tell_once():
    """Of a pattern in text and titles the larger number is told."""
    index = open_index(":memory:", create=True)
    add_segment(index, Document("1", "a b", title=" ".join(f"a{number}" for number in range(9))))
    with Searcher(index, FEW) as searcher:
        assert searcher.search("a*").truncated == (Truncation("a*", 9, 3),)


def test_groups_that_are_too_large_to_remember_are_searched():
    """A limit as high as there are terms is no fault."""
    with make_searcher(" ".join(WORDS)) as searcher, Searcher(searcher._index, Limits(expansions=10**9)) as unlimited:
        with patch("timviet.search.lexicon._REMEMBERED_BYTES", 1000):
            results = unlimited.search("a*")
        assert (results.total, results.truncated) == (1, None)


# --- Time


def clock(leaps: int) -> Callable[[], float]:
    """A clock by which all the time of the default limit passes at a reading, after so many."""
    readings = count()
    return lambda: 0.0 if next(readings) < leaps else 11.0


CALLS = {
    "words": lambda searcher: searcher.search("dang uy cong an"),
    "relaxing": lambda searcher: searcher.search("đảng xyz ma", match="auto"),
    "many words": lambda searcher: searcher.search(" ".join(WORDS[::10]), match="any"),
    "a prefix": lambda searcher: searcher.search("a* đ*"),
    "a pattern": lambda searcher: searcher.search("?n a?"),
    "slips": lambda searcher: searcher.search("an~2"),
    "a phrase": lambda searcher: searcher.search('"cong an tinh"'),
    "a loose phrase of patterns": lambda searcher: searcher.search('"d* c* t*"~9'),
    "a range": lambda searcher: searcher.search("text:[a TO z] nam:[0 TO 9]"),
    "what is left out": lambda searcher: searcher.search("-(an -(ao -(ap -(at))))"),
    "filters": lambda searcher: searcher.search("an", filters={"Năm": [(1, 2), 3]}),
    "arranging": lambda searcher: searcher.search("an", facets=["nam"], sort="-title", group_by_document=True),
    "a prefix of Whoosh's": lambda searcher: searcher.search(Prefix("text", "")),
    "a pattern of Whoosh's": lambda searcher: searcher.search(Wildcard("text", "*a*")),
    "a regular expression": lambda searcher: searcher.search(Regex("text", "a.")),
    "slips of Whoosh's": lambda searcher: searcher.search(FuzzyTerm("text.folded", "an")),
    "any of Whoosh's": lambda searcher: searcher.search(Or([Term("text", "an"), Every("text")])),
    "many results": lambda searcher: searcher.search(Every(), limit=1000),
    "explain": lambda searcher: searcher.explain("an ao", "2"),
    "correct": lambda searcher: searcher.correct("dang uyr cong an xã ma tùy"),
    "similar": lambda searcher: searcher.similar("2"),
    "suggest": lambda searcher: searcher.suggest("cong "),
    "lookup": lambda searcher: searcher.lookup("nghi q", ("title", "path")),
    "snippets": lambda searcher: [hit.snippet for hit in searcher.search("an a* text:[a TO z]")],
}


def answer(call, searcher):
    """What a call returns, but for how long it took."""
    found = call(searcher)
    return {**found.to_dict(), "took_ms": 0} if hasattr(found, "total") and hasattr(found, "took_ms") else found


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_stopped(name):
    """Whenever it is that the time has passed, a call that sees it is stopped, and does no harm to the next ones."""
    call = CALLS[name]
    index = titled_index()
    expected = answer(call, Searcher(index))
    stopped = 0
    for leaps in (2, 3, 4, 5, 7, 10, 15, 25, 45, 90, 180):
        with Searcher(index) as searcher:
            with patch("timviet.search.deadline.monotonic", clock(leaps)):
                try:
                    answer(call, searcher)
                except QueryTimeoutError as error:
                    stopped += 1
                    assert error.seconds == Limits().seconds
            assert answer(call, searcher) == expected
    assert stopped


def test_what_to_do_about_it():
    """The message of a call that is stopped tells how long it took and what to do."""
    with (
        Searcher(titled_index()) as searcher,
        patch("timviet.search.deadline.monotonic", clock(3)),
        pytest.raises(
            QueryTimeoutError, match=r"^the search was stopped after 10 s: ask for less \(.*\), or allow more"
        ),
    ):
        searcher.search('"d* c* t*"~9')


def test_no_limit_of_time():
    """With infinite seconds nothing is stopped."""
    with (
        Searcher(titled_index(), Limits(seconds=math.inf)) as searcher,
        patch("timviet.search.deadline.monotonic", clock(0)),
    ):
        assert searcher.search("an").total == 4


def test_a_turn_is_not_waited_for_longer():
    """Who searches while another thread does is told when the time has passed, too; to refresh has no limit."""
    with Searcher(titled_index(), Limits(seconds=0.01)) as searcher:
        with searcher._one_at_a_time, pytest.raises(QueryTimeoutError):
            searcher.search("an")
        assert searcher._one_at_a_time.acquire(blocking=False)
        searcher._one_at_a_time.release()
        with patch("timviet.search.deadline.monotonic", clock(1)):
            assert not searcher.refresh()


def test_a_snippet_has_its_own_time():
    """Time that has passed since the search does not count for a snippet; that which it takes itself does."""
    hits = Searcher(titled_index()).search("an")
    with patch("timviet.search.deadline.monotonic", clock(1)), pytest.raises(QueryTimeoutError):
        _ = hits[0].snippet
    with patch("timviet.search.deadline.monotonic", lambda: 1e9):
        assert hits[0].snippet.spans


signs = st.sampled_from(
    [*'"“”()+-=~^*?:[]{} ', " AND ", " OR ", " NOT ", " TO ", "~2", "~99", "^9", "title:", "nam:[", "\0"]
)
letters = st.sampled_from(["a", "an", "đ", "đảng", "uỷ", "cong", "31,77", "\ud83d", "\u3164", "越", "\u0301"])
limits = st.builds(
    Limits,
    st.integers(1, 200),
    st.integers(1, 20),
    st.integers(1, 9),
    st.integers(1, 9),
    st.sampled_from([10.0, math.inf]),
)


@given(st.lists(signs | letters | st.characters(), max_size=80).map("".join), limits, st.integers(1, 60))
@example('"a* đ*"~99 -an~2', Limits(expansions=1), 60)
@example("text:[\ud83d TO a]", Limits(), 60)
@example("(((", Limits(depth=1), 60)
def test_any_query_has_an_answer_or_an_error_of_ours(searcher, query, own_limits, leaps):
    """Whatever is typed, with whichever limits, there is an answer or an error that says what to do."""
    with Searcher(searcher._index, own_limits) as own:
        for call in (own.search, own.correct, own.suggest, own.lookup, lambda typed: own.explain(typed, "2")):
            with patch("timviet.search.deadline.monotonic", clock(leaps)):
                try:
                    call(query)
                except TimvietError as error:
                    assert isinstance(error, QueryLimitError | QueryTimeoutError)
