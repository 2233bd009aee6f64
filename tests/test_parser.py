"""The lenient parser takes any text; what is no operator where it stands is plain text."""

import re
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from whoosh.query import NullQuery, Query

from helpers import tree
from timviet.index.errors import QueryLimitError
from timviet.index.tokens import surfaces
from timviet.search import parser
from timviet.search.limits import DEFAULT_LIMITS
from timviet.search.parser import has_leaves, parse, query_fields, unknown_fields
from timviet.search.query import Phrase, Range

FIELDS = query_fields(["meta.year", "meta.ngay_ban_hanh"])

signs = [*'"“”„()+-=~^*?:[]{}', " AND ", " OR ", " NOT ", " TO ", "title:", "year:[1 TO ", "~2", "^3"]
letters = st.sampled_from([*"ađếệữỹẶ 9.,/_%'<>&\\|!", "u\u0309y", "\u200b", "\ud83d", "\u3164", "🎉", "越", "ma túy"])
pieces = st.sampled_from(signs) | letters | st.characters(exclude_categories=())
queries = st.lists(pieces, max_size=300).map("".join).map(lambda text: text[:300])


def parsed(text: str) -> str:
    """The tree of a query on an index with the metadata fields `year` and `ngay_ban_hanh`."""
    return tree(parse(text, FIELDS))


def typed(query: Query) -> list[str]:
    """The words, patterns and ends of ranges in a query, in order, as typed."""
    if isinstance(query, Range):
        return [end for end in (query.low, query.high) if end]
    if query.is_leaf() and not isinstance(query, Phrase):
        return [] if query is NullQuery else [query.text]
    children = query.parts if isinstance(query, Phrase) else query.children()
    return [text for child in children for text in typed(child)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Words
        pytest.param("Đảng ủy xã", "[Đảng ủy xã]", id="words"),
        pytest.param("a\tb\nc\u3000d", "[a b c d]", id="spaces of all sorts"),
        pytest.param("Đảng, ủy; xã!", "[Đảng ủy xã]", id="punctuation after words"),
        pytest.param("ma tuý là gì?", "[ma tuý là gì]", id="a question"),
        pytest.param("vì sao??? (thế à?)", "[vì sao [thế à]]", id="a question with more marks and brackets"),
        pytest.param("a - b – c", "[a b c]", id="dashes between spaces"),
        pytest.param("a = b", "[a b]", id="an equals sign between spaces"),
        pytest.param("+ a", "[a]", id="a plus before a space"),
        pytest.param("#a $b @c !d \\e", "[a b c d e]", id="other signs"),
        pytest.param("\ud83d a 🎉", "[a]", id="what is no letter or digit"),
        pytest.param("Đảng \u3164 ủy", "[Đảng ủy]", id="a filler, which is no letter of its own"),
        # Codes are phrases of their tokens
        pytest.param("05-CT/TW", '["05 CT TW"]', id="the number of a directive"),
        pytest.param("31,77%", '["31 77"]', id="a percentage"),
        pytest.param("24/5/1932", '["24 5 1932"]', id="a date"),
        pytest.param("M519", "[M519]", id="a code of one token"),
        pytest.param("TP.HCM", '["TP HCM"]', id="an abbreviation"),
        pytest.param("153/153 = 100%", '["153 153" 100]', id="a sum"),
        pytest.param("6h30 - 12:30", '[6h30 "12 30"]', id="times"),
        pytest.param("-05-CT/TW", '[NOT("05 CT TW")]', id="a code left out"),
        pytest.param("05-CT/TW^2", '["05 CT TW"^2]', id="a code that counts twice"),
        pytest.param("a_b c+d e&f", '["a b" "c d" "e f"]', id="signs within words"),
        # Phrases
        pytest.param('"công an" xã', '["công an" xã]', id="straight quotation marks"),
        pytest.param("“công an” xã", '["công an" xã]', id="typographic quotation marks"),
        pytest.param("„công an“ xã", '["công an" xã]', id="low and high quotation marks"),
        pytest.param('"công an"~3', '["công an"~3]', id="a loose phrase"),
        pytest.param('"công an"~99^2', '["công an"~99^2]', id="a loose phrase that counts twice"),
        pytest.param('"công an"~', '["công an"]', id="a tilde without a number of steps"),
        pytest.param('"công an"~100', '["công an" 100]', id="more steps than a phrase can have"),
        pytest.param('"xã"', "[xã]", id="a phrase of one word"),
        pytest.param('"chỉ thị 05-CT/TW!"', '["chỉ thị 05 CT TW"]', id="punctuation in a phrase"),
        pytest.param('"công a* ?"', '["công pattern a*"]', id="a prefix in a phrase"),
        pytest.param('a "b c', "[a b c]", id="a quotation mark without its partner"),
        pytest.param('"" "." a', "[a]", id="phrases of nothing"),
        # Prefix operators
        pytest.param("+xã huyện", "[MUST(xã) huyện]", id="a required word"),
        pytest.param("-xã huyện", "[NOT(xã) huyện]", id="a word left out"),
        pytest.param("=ma túy", "[=ma túy]", id="an exact word"),
        pytest.param('="ma túy"', '["=ma =túy"]', id="an exact phrase"),
        pytest.param("=(ma OR túy)", "[[OR(=ma, =túy)]]", id="an exact group"),
        pytest.param('+"công an" -(xã huyện)', '[MUST("công an") NOT([xã huyện])]', id="before phrases and groups"),
        pytest.param("+title:a -year:5 =path:b", "[MUST(title:a) NOT(meta.year:5) path:=b]", id="before fields"),
        pytest.param("-=túy +=ma", "[NOT(=túy) MUST(=ma)]", id="before exact words"),
        pytest.param("a-b a+b a=b", '["a b" "a b" "a b"]', id="within words they are none"),
        # Operators
        pytest.param("a AND b", "[AND(a, b)]", id="and"),
        pytest.param("a OR b c", "[OR(a, b) c]", id="or binds more than a space"),
        pytest.param("a AND b OR c AND d", "[OR(AND(a, b), AND(c, d))]", id="and binds more than or"),
        pytest.param("a AND (b OR c)", "[AND(a, [OR(b, c)])]", id="brackets bind most"),
        pytest.param("a NOT b", "[a NOT(b)]", id="not"),
        pytest.param("a AND NOT (b c)", "[AND(a, NOT([b c]))]", id="and not"),
        pytest.param("a or b and c not d", "[a or b and c not d]", id="in small letters they are words"),
        pytest.param("ANDy aORb", "[ANDy aORb]", id="within words they are letters"),
        # Brackets
        pytest.param("(a b) c", "[[a b] c]", id="a group"),
        pytest.param("a (b (c))", "[a [b [c]]]", id="groups in groups"),
        pytest.param("(a (b", "[a b]", id="closing brackets missing"),
        pytest.param("a) b)", "[a b]", id="opening brackets missing"),
        # Fields
        pytest.param("title:xã", "[title:xã]", id="a word in a field"),
        pytest.param('title:"công an"', '[title:"công an"]', id="a phrase in a field"),
        pytest.param("title:(công an) xã", "[[title:công title:an] xã]", id="a group in a field"),
        pytest.param("title:05-CT", '[title:"05 CT"]', id="a code in a field"),
        pytest.param("Title:xã TEXT:xã", "[title:xã xã]", id="the name in any case"),
        pytest.param("year:2024", "[meta.year:2024]", id="a metadata field"),
        pytest.param("Ngày_ban_hành:a", "[meta.ngay_ban_hanh:a]", id="a metadata field's name with marks"),
        pytest.param("NGA\u0300Y_ban_hành:a", "[meta.ngay_ban_hanh:a]", id="in capitals, decomposed"),
        pytest.param("foo:bar", '["foo bar"]', id="no such field"),
        pytest.param("http://a.vn", '["http a vn"]', id="an address"),
        pytest.param("title: a", "[title a]", id="a space after the colon"),
        # Ranges
        pytest.param("year:[2020 TO 2024]", "[meta.year:[2020 TO 2024]]", id="a range"),
        pytest.param("year:{2020 to 2024]", "[meta.year:{2020 TO 2024]]", id="a range without its low end"),
        pytest.param("year:[2020 TO]", "[meta.year:[2020 TO ]]", id="a range without an upper bound"),
        pytest.param("year:[TO 2024}", "[meta.year:[ TO 2024}]", id="a range without a lower bound"),
        pytest.param("title:['a b' TO c]", "[title:[a b TO c]]", id="a range from several words"),
        pytest.param("[2020 TO 2024]", "[2020 TO 2024]", id="no range without a field"),
        # Patterns
        pytest.param("dang*", "[pattern dang*]", id="a prefix"),
        pytest.param("đ?ng t*g d*n?m*", "[pattern đ?ng pattern t*g pattern d*n?m*]", id="wildcards within words"),
        pytest.param("th??ng", "[pattern th??ng]", id="two letters left open"),
        pytest.param("TP.HCM*", '["TP pattern HCM*"]', id="a prefix at the end of a code"),
        pytest.param("title:d?ng*^2", "[title:pattern d?ng*^2]", id="a pattern in a field that counts twice"),
        pytest.param("*ng ?ng * ?", "[ng ng]", id="no wildcards at the start of words"),
        pytest.param('viet*"công an"', '[pattern viet* "công an"]', id="a prefix before a phrase"),
        pytest.param("a*(a", "[pattern a* a]", id="a prefix before a bracket that is dropped"),
        # Fuzzy words
        pytest.param("dang~ uy~2", "[fuzzy1 dang fuzzy2 uy]", id="one slip and two"),
        pytest.param("(title:dang~1^2)", "[title:fuzzy1 dang^2]", id="a slip in a field that counts twice"),
        pytest.param("dang~3 ~2", '["dang 3" 2]', id="not three slips, nor any in nothing"),
        # Boosts
        pytest.param('a^2 "b c"^.5', '[a^2 "b c"^0.5]', id="of words and phrases"),
        pytest.param("(a b^3)^2 c", "[[a^2 b^6] c]", id="of groups, multiplied"),
        pytest.param("(a OR b)^2 c", "[[OR(a^2, b^2)] c]", id="of groups of alternatives"),
        pytest.param("a^ b^x ^2", '[a "b x" 2]', id="what is no number boosts nothing"),
        # Nothing to search for
        pytest.param("", "nothing", id="empty"),
        pytest.param(' \u3000 "" () -+= *? … 🎉 \ud83d', "nothing", id="signs alone"),
    ],
)
def test_trees(text, expected):
    """A query is parsed into the words, phrases and groups that stand in it."""
    assert parsed(text) == expected


@given(queries)
@example("a" + "-a" * 149)
@example("NOT " * 75)
@example('"' * 300)
@example("year:[" * 50)
@example('""”~2*"a"')
@example("a*(a")
def test_any_text_is_parsed(text):
    """No text of up to 300 characters is refused, deep nesting aside; what is found in it was typed."""
    try:
        query = parse(text, FIELDS)
    except QueryLimitError as error:
        assert (error.limit, text.count("(") > DEFAULT_LIMITS.depth) == (DEFAULT_LIMITS.depth, True)
        return
    assert (query is NullQuery) == (not has_leaves(query))
    assert all(part in text for part in typed(query))


@given(st.lists(st.sampled_from(["ma", "05-CT/TW", "31,77%", "gì?", "Đảng,", "a;", "x / y", "-", "!", "u\u0309y"])))
def test_plain_text_is_searched_in_full(chunks):
    """The words of a text without operators are its tokens, all of them and in order."""
    text = " ".join(chunks)
    assert typed(parse(text, FIELDS)) == surfaces(text)


words = st.text(st.characters(categories=["L", "N"]) | st.sampled_from('đảngủy_ \t\n\u3000"*'))
operators = st.sampled_from([" AND ", " OR ", " NOT ", " TO ", " and ", "ANDNOT"])


@given(st.lists(words | operators).map("".join))
@example("a AND")
@example("AND\tb")
@example("\u3164 _")
@example('"đảng ủy" "" xã* _* "a"')
@example('"a AND b" "AND" AND*')
@example('"\u3164" c"d" "e"f')
def test_simple_queries_without_the_parser(text):
    """A query of words, their beginnings and phrases has the tree that the whole parser gives it."""
    with patch.object(parser, "_SIMPLE", re.compile(r"(?!)")):
        expected = parsed(text)
    assert parsed(text) == expected


@given(queries.filter(lambda text: text.count("(") <= DEFAULT_LIMITS.depth), st.sampled_from([" ", "\n", "\u3000\t"]))
@example("AND a", " ")
@example("a AND", " ")
def test_space_around_a_query_means_nothing(text, space):
    """A query has the same tree with space before and after it."""
    assert parsed(space + text + space) == parsed(text)


def test_names_of_fields():
    """Text fields and metadata fields have the names that people type; text fields keep theirs."""
    fields = query_fields(["meta.year", "meta.title"])
    assert fields == {"year": "meta.year", "text": "text", "title": "title", "path": "path"}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        pytest.param("thuế yaer:2024", ["yaer"], id="a slip in a name"),
        pytest.param("nosuch:[1 TO 2] mã:(a b)", ["nosuch", "mã"], id="before a range and a group"),
        pytest.param('tựa:"luật đất đai"', ["tựa"], id="before a phrase"),
        pytest.param("title:luật text:a", [], id="fields that there are"),
        pytest.param("10:30, 1:0", [], id="numbers"),
        pytest.param("http://a.vn", [], id="an address"),
        pytest.param("Chú ý: xã", [], id="a colon at a word's end"),
    ],
)
def test_names_of_no_field(query, names):
    """A name directly before something, with a colon between, is told where it is no field's."""
    assert unknown_fields(query, query_fields([])) == names


def test_a_range_of_no_field_is_words():
    """The bounds of a range after a name that is no field's are words, as the name is."""
    assert texts(parse("nosuch:[đất TO nhà]", {})) == ["nosuch", "đất", "nhà"]


def texts(query):
    """The texts of a query's leaves."""
    return [query.text] if query.is_leaf() else [text for child in query.children() for text in texts(child)]
