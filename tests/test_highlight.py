"""What made a paragraph match is found in it again, exactly as written, and nothing else."""

import unicodedata
from itertools import pairwise, product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from whoosh.query import And, AndMaybe, AndNot, DisjunctionMax, Every, FuzzyTerm, Not, Or, Phrase, Prefix, Term

from helpers import lexicon_of, make_index
from timviet.index import analyze, canonical, fold
from timviet.search import Snippet
from timviet.search.highlight import Highlighter, Match, merge_spans
from timviet.search.marks import Level, level
from timviet.search.parser import parse
from timviet.search.plan import make_plan

words = st.sampled_from(["a", "á", "ạ", "ba", "bà", "bả"])
texts = st.lists(words, max_size=10)
spaced = st.text(st.sampled_from("ab \u3000\n,."), max_size=30)


def spans(query, text, **options):
    """What a query matches in a paragraph, whether the query finds it or not."""
    parsed = parse(query, {"title": "title"}) if isinstance(query, str) else query
    return merge_spans(text, highlighter(make_index([text]), parsed, **options).matches(text))


def highlighter(index, query, **options):
    """The highlighter of a query on an index."""
    return Highlighter(make_plan(query, lexicon_of(index), **options), index.whoosh.reader())


def highlighted(query, text, **options):
    """The paragraph with what a query matches in brackets."""
    html = Snippet(text, tuple(spans(query, text, **options))).to_html()
    return html.replace("<mark>", "[").replace("</mark>", "]")


def answers(typed, written, paragraph):
    """Whether a syllable of a paragraph has the letters of a typed one, and marks that do not contradict it.

    A syllable without marks answers one with marks only in a paragraph that was typed without marks.
    """
    own = level(canonical(typed), canonical(written))
    marked = [token for token in paragraph if fold(token) != canonical(token)]
    allowed = {Level.SAME, Level.COMPLETES} | ({Level.BARE} if 10 * len(marked) <= len(paragraph) else set())
    return fold(typed) == fold(written) and own in allowed


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        # Words
        pytest.param("dang uy", "Đảng ủy Công an", "[Đảng ủy] Công an", id="neighbours in one mark"),
        pytest.param("dang uy", "ĐẢNG UỶ, công an", "[ĐẢNG UỶ], công an", id="another spelling"),
        pytest.param("uy dang", "Đảng\u00a0\n ủy", "[Đảng\u00a0\n ủy]", id="spaces of all sorts between them"),
        pytest.param("dang uy", "Đảng, ủy", "[Đảng], [ủy]", id="punctuation between words stays apart"),
        pytest.param("dang", "Đảng đang đăng, DANG", "[Đảng đang đăng], [DANG]", id="all readings without marks"),
        pytest.param(
            "đảng", "Đảng đang đăng, dang", "[Đảng] đang đăng, dang", id="only readings that answer the marks"
        ),
        pytest.param("ma túy", "ma tuý mà ma tùy tuy", "[ma tuý mà ma] tùy tuy", id="another tone, or none, is not"),
        pytest.param("ma túy", "chong ma tuy", "chong [ma tuy]", id="no marks where all was typed without"),
        pytest.param("ủy", f"uy{' xa' * 8} á", f"[uy]{' xa' * 8} á", id="no marks where one word in ten has any"),
        pytest.param("ủy", f"uy{' xa' * 7} á", f"uy{' xa' * 7} á", id="no marks where one word in nine has any"),
        pytest.param("an", "An toàn, ban an ninh", "[An] toàn, ban [an] ninh", id="whole tokens only"),
        pytest.param("M519", "xe M519-2, m519", "xe [M519]-2, [m519]", id="a code"),
        # As written
        pytest.param("dang", "Đa\u0309ng u\u0309y", "[Đa\u0309ng] u\u0309y", id="decomposed"),
        pytest.param("đảng", "Đ\u00ada\u0309ng,", "[Đ\u00ada\u0309ng],", id="a soft hyphen within"),
        pytest.param("đảng", "🎉 Đảng 🎉", "🎉 [Đảng] 🎉", id="after an emoji"),
        pytest.param("tim", "ＴÌＭ", "[ＴÌＭ]", id="full width"),
        # Phrases
        pytest.param('"05-CT/TW"', "Chỉ thị 05-CT/TW.", "Chỉ thị [05-CT/TW].", id="a code in one mark"),
        pytest.param('"cong an"', "Công, an! công tác an", "[Công, an]! công tác an", id="only where it is whole"),
        pytest.param('"a b a"', "a b a b a", "[a b a b a]", id="phrases that overlap"),
        pytest.param('"công an"~2', "công tác an ninh", "[công] tác [an] ninh", id="the word between is not marked"),
        pytest.param('"a b c"~3', "a x b c x x", "[a] x [b c] x x", id="a loose phrase in two marks"),
        pytest.param('"công an" an ninh', "công an ninh", "[công an ninh]", id="a phrase and words"),
        pytest.param('"cong a*"', "công an, công ty, anh", "[công an], công ty, anh", id="a prefix in a phrase"),
        # Patterns and slips
        pytest.param("đả*", "Đảng, đá, dang", "[Đảng], đá, dang", id="a prefix with marks"),
        pytest.param("đả*", "dang, duong", "[dang], duong", id="a prefix with marks, where all was typed without"),
        pytest.param(
            '"công a*"', "cong an, ty", "[cong an], ty", id="a phrase with marks, where all was typed without"
        ),
        pytest.param("d?ng", "dang dong duong", "[dang dong] duong", id="one letter open"),
        pytest.param("dang~", "dan đảng duong", "[dan đảng] duong", id="a slip"),
        pytest.param("dnag~", "đảng dông", "[đảng] dông", id="two letters in the other order"),
        # What does not count
        pytest.param("a -b", "a c b", "[a] c b", id="what is left out"),
        pytest.param("a OR (NOT b)", "a c b", "[a] c b", id="what is left out of an alternative"),
        pytest.param("title:a b", "a b", "a [b]", id="what was looked for in the title"),
        pytest.param("xyz", "a b", "a b", id="nothing"),
        # Whoosh's own queries
        pytest.param(Term("text.folded", "dang"), "Đảng dang", "[Đảng dang]", id="a folded term"),
        pytest.param(Term("text", "dang"), "Đảng dang", "Đảng [dang]", id="a term without marks"),
        pytest.param(Prefix("text.folded", "da"), "Đảng đá, uy", "[Đảng đá], uy", id="a prefix of Whoosh's"),
        pytest.param(FuzzyTerm("text.folded", "dong"), "Đảng uy", "[Đảng] uy", id="a slip of Whoosh's"),
        pytest.param(Phrase("text.folded", ["a", "b"]), "a b", "[a b]", id="a phrase of Whoosh's"),
        pytest.param(Or([Term("text", "a"), Not(Term("text", "b"))]), "a b", "[a] b", id="a term that is left out"),
        pytest.param(AndNot(Term("text", "a"), Term("text", "b")), "a b", "[a] b", id="a term that is taken away"),
        pytest.param(AndMaybe(Term("text", "a"), Term("text", "b")), "a b c", "[a b] c", id="a term that may be there"),
        pytest.param(
            DisjunctionMax([AndNot(Term("text", "a"), Term("text", "b")), Not(Term("text", "c"))]),
            "a b c",
            "[a] b c",
            id="terms that are left out of what only Whoosh finds",
        ),
        pytest.param(And([Every(), Term("title", "a")]), "a b", "a b", id="terms of other fields"),
    ],
)
def test_marks(query, text, expected):
    """What is marked is the surface text of what matched: as far as it goes, and no further."""
    assert highlighted(query, text) == expected


def test_contradicting_readings_are_marked_where_they_were_asked_for():
    """Where other marks than typed are taken, they are what made the paragraph match, and are marked."""
    assert highlighted("đáng", "Đảng dâng", contradicting=True) == "[Đảng dâng]"
    assert highlighted("đáng", "Đảng dâng", marks="ignore") == "[Đảng dâng]"
    assert highlighted("đáng", "Đảng dâng") == "Đảng dâng"


def test_a_pair_is_marked_as_its_words():
    """Two neighbouring words are two matches, one of each: that they count for more as a pair is no match more."""
    matches = highlighter(make_index(["a b"]), parse("a b", {})).matches("a b")
    assert [(match.start, match.end) for match in matches] == [(0, 1), (2, 3)]
    assert len({match.leaf for match in matches}) == 2


@given(texts, st.lists(words, min_size=1, max_size=3), st.sampled_from(["NFC", "NFD"]))
def test_tokens_that_answer_a_word_are_marked(tokens, query, form):
    """A token is marked if and only if it answers one of the words."""
    text = unicodedata.normalize(form, ", ".join(tokens))
    marked = [token for token in analyze(text) if any(answers(word, token.surface, tokens) for word in query)]
    assert spans(" ".join(query), text) == [(token.start, token.end) for token in marked]


@given(texts, st.lists(words, min_size=2, max_size=4), st.integers(1, 3))
@example(["a", "ba", "a", "a", "ba"], ["a", "a", "ba"], 2)
def test_tokens_that_take_part_in_a_phrase_are_marked(tokens, phrase, slop):
    """A token is marked if and only if the phrase can be found by way of it: every way is tried."""
    places = ([place for place, token in enumerate(tokens) if answers(word, token, tokens)] for word in phrase)
    near = [way for way in product(*places) if all(1 <= after - before <= slop for before, after in pairwise(way))]
    text = ", ".join(tokens)
    marked = spans(f'"{" ".join(phrase)}"~{slop}', text)
    inside = [any(start <= token.start and token.end <= end for start, end in marked) for token in analyze(text)]
    assert {place for place, own in enumerate(inside) if own} == {place for way in near for place in way}


def test_loose_phrases_of_common_words_end():
    """A phrase that could go on in more ways than could ever be tried, and in the end does not, is not found."""
    text = "của " * 70
    loose = highlighter(make_index([text, "hết"]), parse('"của của của của hết"~99', {}))
    assert loose.matches(text) == []


@given(spaced, st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5)), max_size=8))
def test_spans_are_in_order_and_apart(text, places):
    """Spans lie within the text, in order, with more than space between them; each match is within one."""
    matches = sorted(
        Match(start, min(start + length, len(text)), 0, 1.0) for start, length in places if start < len(text)
    )
    spans = merge_spans(text, matches)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(text[end:start].strip() for (_, end), (start, _) in pairwise(spans))
    assert all(any(start <= match.start and match.end <= end for start, end in spans) for match in matches)
    ends = {place for match in matches for place in (match.start, match.end)}
    assert {place for span in spans for place in span} <= ends
