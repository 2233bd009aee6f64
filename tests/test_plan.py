"""Leaves of a query become terms of an index with weights, and groups say what is required."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from whoosh.query import And, ConstantScoreQuery, Every, Or, Prefix, Term

from helpers import found, lexicon_of, make_index, make_searcher
from timviet.index import Document, open_index
from timviet.index.analysis import forms
from timviet.index.schema import folded_field
from timviet.search import Searcher
from timviet.search.expand import level_weights
from timviet.search.limits import DEFAULT_LIMITS
from timviet.search.marks import Level
from timviet.search.nodes import Leaf, TermGroup, TermSequence, WhooshQuery, scored_leaves
from timviet.search.parser import parse, query_fields
from timviet.search.plan import make_plan
from timviet.search.query import Pair
from timviet.search.rank import LEVEL_WEIGHTS, PAIR_WEIGHT, inverse_document_frequency
from timviet.search.rank import SLIP_WEIGHT as SLIP

SAME, COMPLETES, BARE, CONTRADICTS = Level
MORE, NONE = LEVEL_WEIGHTS[COMPLETES], LEVEL_WEIGHTS[BARE]

READINGS = "dang đang đảng đăng dáng dâng uy ủy kỹ kim duong đường"


@pytest.fixture(scope="module")
def lexicon():
    """What is known of an index of many readings."""
    return lexicon_of(make_index([READINGS, "x"]))


@pytest.fixture(scope="module")
def records():
    """A searcher of paragraphs of letters, with titles, paths and years."""
    index = open_index(":memory:", create=True)
    with index.writer() as writer:
        for year, text in enumerate(["a b c", "a b", "a c", "b c", "a", "b", "c", "d"], 2020):
            title = "Quyết định" if year % 2 else "Chỉ thị"
            writer.add(Document(id=text, text=text, title=title, path=f"van-ban/{year}", metadata={"Năm": year}))
    return Searcher(index)


def leaves(query, lexicon, kind=Leaf, **options):
    """The scored leaves of a kind in a query's plan."""
    plan = make_plan(parse(query, query_fields([])), lexicon, **options)
    return [leaf for leaf in scored_leaves(plan) if isinstance(leaf, kind)]


def existing(group, lexicon):
    """The weights of those of a group's terms that stand in the index."""
    return {term: own for term, own in group.weights.items() if lexicon.document_frequency(group.field, term)}


@pytest.mark.parametrize(
    ("marks", "marked", "contradicting", "expected"),
    [
        pytest.param("auto", True, False, {SAME: 1, COMPLETES: MORE, BARE: NONE}, id="marks typed"),
        pytest.param("auto", False, False, {SAME: 1, COMPLETES: 1, BARE: NONE}, id="no marks typed: all readings"),
        pytest.param("strict", True, True, {SAME: 1}, id="strict"),
        pytest.param("ignore", True, False, dict.fromkeys(Level, 1), id="ignore"),
    ],
)
def test_weights_of_levels(marks, marked, contradicting, expected):
    """Marks that were typed count; without any, readings with marks count in full."""
    assert level_weights(marks, marked=marked, contradicting=contradicting) == expected


def test_other_readings_make_a_word_less_rare():
    """How rare a word is depends on how many paragraphs have its letters with other marks, too, at three tenths."""
    with make_searcher("ma túy", *["tùy lúc"] * 4, *["chợ hoa"] * 5) as searcher:
        (part,) = searcher.explain("túy", "0").parts
        assert part.inverse_document_frequency == pytest.approx(inverse_document_frequency(1 + 0.3 * 4, 10))


def test_contradicting_readings_count_least():
    """Where other marks than typed match too, they count less than any other level."""
    weights = level_weights("auto", marked=True, contradicting=True)
    assert 0 < weights[CONTRADICTS] < min(MORE, NONE) <= max(MORE, NONE) < weights[SAME] == 1


@pytest.mark.parametrize(
    ("query", "options", "folded", "expected"),
    [
        # Words
        pytest.param("dang", {}, True, {"dang": 1}, id="no marks typed: by folded form"),
        pytest.param("đảng", {"marks": "ignore"}, True, {"dang": 1}, id="marks ignored: by folded form"),
        pytest.param("đang", {}, False, {"dang": NONE, "đang": 1, "đảng": MORE, "đăng": MORE}, id="the stroke typed"),
        pytest.param("ĐẢNG", {}, False, {"dang": NONE, "đảng": 1}, id="stroke and tone typed"),
        pytest.param("đẵng", {}, False, {"dang": NONE}, id="a reading that does not occur"),
        pytest.param("đẵng", {"marks": "strict"}, False, {}, id="strictly, a reading that does not occur"),
        pytest.param("đang", {"marks": "strict"}, False, {"đang": 1}, id="strictly, the same marks"),
        pytest.param("=dang", {}, False, {"dang": 1}, id="an exact word"),
        pytest.param("=dang uy", {}, True, {"uy": 1}, id="a word beside an exact one"),
        pytest.param("dâng uy", {}, False, {"uy": 1, "ủy": MORE}, id="a word without marks beside one with marks"),
        pytest.param("xyz", {}, True, {}, id="a word that does not occur"),
        # Other marks than typed
        pytest.param(
            "đáng",
            {"contradicting": True},
            False,
            {"dang": NONE, "đang": 0.2, "đảng": 0.2, "đăng": 0.2, "dáng": 0.2, "dâng": 0.2},
            id="contradicting readings",
        ),
        pytest.param("dang", {"contradicting": True}, True, {"dang": 1}, id="nothing contradicts letters"),
        # Patterns
        pytest.param("d*", {}, True, {"dang": 1, "duong": 1}, id="a prefix"),
        pytest.param("đư*", {}, False, {"duong": NONE, "đường": 1}, id="a prefix with marks"),
        pytest.param("đ?ng", {}, False, {"dang": NONE, "đang": 1, "đảng": 1, "đăng": 1}, id="a letter left open"),
        pytest.param("k*", {}, True, {"ki": 1, "kim": 1}, id="a prefix before i or y"),
        pytest.param("kỹ*", {}, False, {"kỹ": 1}, id="a prefix that is a syllable with y"),
        # Slips
        pytest.param("dung~", {}, True, {"dang": SLIP, "duong": SLIP}, id="one slip"),
        pytest.param("ủa~", {}, False, {"uy": SLIP * NONE, "ủy": SLIP}, id="a slip, and levels of marks"),
        pytest.param("dnag~", {}, True, {"dang": SLIP}, id="two letters in the other order"),
        pytest.param("kem~2", {}, True, {"kim": SLIP, "ki": SLIP}, id="two slips"),
    ],
)
def test_terms_of_a_leaf(lexicon, query, options, folded, expected):
    """A word stands for the readings that answer it, a pattern for the tokens that fit it, each by its weight."""
    *_, group = leaves(query, lexicon, TermGroup, **options)
    assert group.field == (folded_field("text") if folded else "text")
    assert existing(group, lexicon) == pytest.approx({forms(word).keyed: own for word, own in expected.items()})


@pytest.mark.parametrize(
    ("query", "options", "bare"),
    [
        pytest.param("đang", {}, {"dang"}, id="a word"),
        pytest.param("ủa~", {}, {"uy"}, id="a slip"),
        pytest.param("dang", {}, set(), id="no marks typed"),
        pytest.param("=đang", {}, set(), id="an exact word"),
        pytest.param("đang", {"marks": "ignore"}, set(), id="marks ignored"),
        pytest.param("đáng", {"contradicting": True}, set(), id="where other marks match, too"),
    ],
)
def test_bare_terms(lexicon, query, options, bare):
    """Readings without marks answer a word with marks only where the whole paragraph was typed without marks."""
    (group,) = leaves(query, lexicon, TermGroup, **options)
    assert group.bare & {*group.weights} == bare


def test_a_pattern_stands_for_its_most_frequent_terms():
    """A prefix of more terms than can be searched is searched by those that most paragraphs have."""
    words = [f"x{number}" for number in range(DEFAULT_LIMITS.expansions + 100)]
    (group,) = leaves("x*", lexicon_of(make_index([" ".join(words), " ".join(words[:100])])))
    assert (len(group.weights), group.left_out) == (DEFAULT_LIMITS.expansions, 100)
    assert set(words[:100]) <= set(group.weights)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param('"dang uy"', 2, id="without marks"),
        pytest.param('"đảng ủy"', 1, id="with marks"),
        pytest.param('"dang uy"~3', 3, id="a loose one"),
        pytest.param('"uy dang"', 0, id="one that does not occur"),
    ],
)
def test_a_phrase_is_as_rare_as_it_is(query, found):
    """A phrase has a group of terms at each position; its rarity is that of the paragraphs that hold it."""
    (sequence,) = leaves(query, lexicon_of(make_index(["đảng ủy", "đang ủy", "đảng bộ ủy", "x"])))
    assert len(sequence.groups) == 2
    assert sequence.statistics.inverse_document_frequency == pytest.approx(inverse_document_frequency(found, 4))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("a b c", {"a b": 1, "b c": 1}, id="words side by side"),
        pytest.param("a b a b", {"a b": 2, "b a": 1}, id="a pair that comes twice counts twice"),
        pytest.param("a^3 b^2", {"a b": 2}, id="a pair counts as often as the word that counts less"),
        pytest.param("(a b) c", {"a b": 1, "b c": 1}, id="words in brackets are words side by side"),
        pytest.param('a "b c" d', {}, id="words beside a phrase"),
        pytest.param("a title:b c*", {}, id="words beside a field or a pattern"),
        pytest.param("a -b c", {}, id="words beside one that is left out"),
        pytest.param("a AND b", {}, id="operands"),
    ],
)
def test_pairs(lexicon, query, expected):
    """Two words side by side count for more, as a pair, where they are neighbours in a paragraph."""
    pairs = leaves(query, lexicon, TermSequence)
    boosts = {leaf.asked.text: leaf.asked.boost / PAIR_WEIGHT for leaf in pairs if isinstance(leaf.asked, Pair)}
    assert boosts == pytest.approx(expected)


@pytest.mark.parametrize(
    ("query", "match", "expected"),
    [
        # Words side by side
        pytest.param("a b", "all", "a b c, a b", id="all words"),
        pytest.param("a b", "any", "a b c, a b, a c, a, b c, b", id="any word"),
        pytest.param("a (b c)", "all", "a b c", id="words in brackets are words side by side"),
        pytest.param("+a b", "any", "a b c, a b, a c, a", id="one word required"),
        pytest.param("a -b", "all", "a c, a", id="a word left out"),
        pytest.param("+a c -b", "any", "a c, a", id="one required, one left out"),
        pytest.param('"a b" c', "any", "a b c, a b, b c, a c, c", id="a phrase or a word"),
        pytest.param("nam:[2021 TO 2023] -a", "all", "b c", id="a word left out of the first that are found"),
        # Brackets, quotation marks and operators with nothing in them
        pytest.param("a OR ()", "all", "a b c, a b, a c, a", id="an alternative of nothing"),
        pytest.param('a AND ("" -)', "all", "a b c, a b, a c, a", id="nothing required"),
        pytest.param("a -()", "all", "a b c, a b, a c, a", id="nothing left out"),
        pytest.param("- AND - a", "all", "a b c, a b, a c, a", id="operators between nothing"),
        # Only what is left out
        pytest.param("-a -b", "any", "c, d", id="two words left out"),
        pytest.param("-(a b)", "all", "a c, b c, a, b, c, d", id="all of a group left out"),
        pytest.param("NOT (a OR b OR c)", "all", "d", id="each of several left out"),
        # Fields are required whatever the match
        pytest.param("a nam:2020", "any", "a b c", id="metadata"),
        pytest.param("b title:chi", "any", "a b c, a c, a, c", id="the title, which counts as a word"),
        pytest.param("a b path:2021", "any", "a b", id="the path, of what holds a word"),
        pytest.param("a nam:[2021 TO 2023]", "any", "a b, a c", id="a range of metadata"),
        pytest.param("a text:[b TO c]", "all", "a b c, a b, a c", id="a range of the text"),
        pytest.param("title:(quyet OR chi) d", "all", "d", id="alternatives in a field"),
    ],
)
def test_what_is_required(records, query, match, expected):
    """Words are required by `match`, by `+` and by naming a field; what is left out is in no result."""
    assert sorted(found(records, query, match=match)) == sorted(expected.split(", "))


@st.composite
def boolean(draw, depth=3):
    """A Boolean query in full brackets, and the sets of words that it holds of."""
    kind = draw(st.sampled_from(["word"] if depth == 0 else ["word", "not", "minus", "AND", "OR", " "]))
    if kind == "word":
        word = draw(st.sampled_from("abc"))
        return word, lambda words: word in words
    one, holds = draw(boolean(depth - 1))
    if kind in ("not", "minus"):
        return f"({'NOT ' if kind == 'not' else '-'}({one}))", lambda words: not holds(words)
    other, also_holds = draw(boolean(depth - 1))
    if kind == "OR":
        return f"(({one}) OR ({other}))", lambda words: holds(words) or also_holds(words)
    return f"(({one}) {kind} ({other}))", lambda words: holds(words) and also_holds(words)


@given(boolean())
@example(("a OR -b", lambda words: "a" in words or "b" not in words))
@example(("-a OR -b", lambda words: "a" not in words or "b" not in words))
@example(("-a AND -b", lambda words: "a" not in words and "b" not in words))
@example(("-a (a AND (-b))", lambda words: False))
def test_operators_are_boolean(records, query_and_meaning):
    """AND, OR, NOT and brackets find what their logic says, where all words are required."""
    query, holds = query_and_meaning
    texts = ["a b c", "a b", "a c", "b c", "a", "b", "c", "d"]
    assert sorted(found(records, query, match="all")) == sorted(text for text in texts if holds(text.split()))


@pytest.mark.parametrize("clause", ["nam:[2020 TO 2030]", "path:van", "nam:2020", "text:[a TO c]", "-d", "-nam:2021"])
def test_filters_add_no_score(records, clause):
    """Paths, metadata, ranges and what is left out decide whether a paragraph is found, not how well."""
    plain, filtered = (records.search(query, match="all") for query in ("a b c", f"a b c {clause}"))
    assert [hit.score for hit in filtered] == pytest.approx([hit.score for hit in plain])


def test_titles_add_to_the_score(records):
    """A word in the title counts as one in the text does."""
    plain, with_title = (records.search(query, match="all")[0].score for query in ("d", "d title:quyet"))
    assert with_title > plain


@pytest.mark.parametrize(("repeated", "boosted"), [("a a b", "a^2 b"), ("uy ỦY UỶ", "uy ủy^2"), ("a^3 a", "a^4")])
def test_a_repeated_word_counts_as_often(repeated, boosted):
    """A word typed twice, in any spelling, is one word that counts twice."""
    searcher = make_searcher("a b", "a b b", "ủy uy", "uy")
    scores = [[(hit.document_id, hit.score) for hit in searcher.search(query)] for query in (repeated, boosted)]
    assert scores[0] == scores[1] != []


@pytest.mark.parametrize(
    "query", [Term("text", "dang"), Prefix("text.folded", "da"), Every("text"), ConstantScoreQuery(Term("id", "5"))]
)
def test_ready_queries_stay_as_they_are(lexicon, query):
    """Whoosh itself answers its own queries; only its And, Or and Not are taken apart."""
    for plan in (make_plan(query, lexicon), make_plan(And([query]), lexicon).clauses[0]):
        assert isinstance(plan, WhooshQuery)
        assert plan.query is query


def test_boosts_of_ready_groups_multiply():
    """A boost of Whoosh's And or Or multiplies the scores of what is in it."""
    index = make_index(["đảng ủy", "dang"])
    for group in (And, Or):
        plain, boosted = (
            [hit.score for hit in Searcher(index).search(group([Term("text.folded", "dang")], boost=boost))]
            for boost in (1.0, 2.0)
        )
        assert boosted == pytest.approx([2 * score for score in plain])
        assert plain


def test_a_phrase_of_common_words_is_counted_by_a_part():
    """Where thousands of paragraphs hold a phrase's words, some are counted, and the others taken to be like them."""
    texts = ["công an" if number % 4 else "an công" for number in range(3000)]
    (sequence,) = leaves('"công an"', lexicon_of(make_index(texts[:1000], texts[1000:])))
    expected = inverse_document_frequency(2250, 3000)
    assert sequence.statistics.inverse_document_frequency == pytest.approx(expected, rel=0.01)
