"""A snippet is a part of the paragraph as written, cut between words, with what matched in it."""

import re
import unicodedata
from html import escape, unescape
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from timviet.search.highlight import Match, merge_spans
from timviet.search.snippet import DEFAULT_LENGTH, ELLIPSIS, Snippet, make_snippet, printable

LONG = (
    "Buổi sáng, tổ dân phố họp ở nhà văn hóa. Công an phường phổ biến cách phòng cháy. "
    "Buổi chiều, bà con ra dọn vườn hoa trước cổng chợ. Tối đến, đội văn nghệ tập hát bên bờ hồ."
)
any_text = st.text(st.characters(exclude_categories=()))


def matches_of(text, *found):
    """Matches of words where they first stand in a text: each word is a leaf, the first of them the rarest."""
    places = [(text.index(word), len(word), leaf, 10.0 - leaf) for leaf, word in enumerate(found)]
    return sorted(Match(start, start + length, leaf, rarity) for start, length, leaf, rarity in places)


@st.composite
def paragraphs(draw):
    """A text whose words are all different, so that a piece of it is at one place only, and matches of its words."""
    ends = st.sampled_from([" ", "  ", "\u3000", ", ", ". ", "! ", "-", "\n", " (", "; ", " 🎉 "])
    letters = draw(st.lists(st.sampled_from(["a", "đường", "khu\u031bơng", "x" * 12]), max_size=25))
    lead = draw(st.sampled_from(["", " ", "\u3000\u3000", "- "]))
    text = lead + "".join(f"{word}{number:02}{draw(ends)}" for number, word in enumerate(letters))
    tokens = [found.span() for found in re.finditer(r"\w[\w\u031b]*", text)]
    chosen = draw(st.lists(st.sampled_from(tokens), unique=True, max_size=6)) if tokens else []
    matches = [
        Match(start, end, draw(st.integers(0, 3)), draw(st.sampled_from([0.5, 1.0, 3.0]))) for start, end in chosen
    ]
    return text, sorted(matches)


def pieces_of(snippet):
    """What a snippet shows between its ellipses; the paragraph has none of its own."""
    return [piece for piece in re.split(f"^{ELLIPSIS} | {ELLIPSIS} | {ELLIPSIS}$", snippet.text) if piece]


@pytest.mark.parametrize(
    ("found", "length", "expected"),
    [
        pytest.param([], 240, LONG, id="a paragraph that fits is shown whole"),
        pytest.param([], 45, "Buổi sáng, tổ dân phố họp ở nhà văn hóa. …", id="nothing matched: its first sentence"),
        pytest.param([], 20, "Buổi sáng, tổ dân …", id="nothing matched: its first words"),
        pytest.param(["phường"], 45, "… Công an [phường] phổ biến cách phòng cháy. …", id="the match's sentence"),
        pytest.param(["bờ hồ"], 42, "… Tối đến, đội văn nghệ tập hát bên [bờ hồ].", id="the last sentence"),
        pytest.param(["vườn"], 20, "… ra dọn [vườn] hoa …", id="words around the match"),
        pytest.param(
            ["dân phố", "bờ hồ"],
            90,
            "Buổi sáng, tổ [dân phố] họp ở nhà văn hóa. … Tối đến, đội văn nghệ tập hát bên [bờ hồ].",
            id="two windows for what is far apart",
        ),
        pytest.param(
            ["Công an", "cháy"],
            60,
            "… [Công an] phường phổ biến cách phòng [cháy]. …",
            id="one window for what is near",
        ),
        pytest.param(["tổ dân phố họp ở nhà văn hóa"], 15, "… [tổ dân phố họp] …", id="a match that is too long"),
        pytest.param(["phường"], 4, "Buổi …", id="a word that is too long"),
    ],
)
def test_windows(found, length, expected):
    """A snippet shows the sentences of the matches where they fit, otherwise the words around them."""
    snippet = make_snippet(LONG, matches_of(LONG, *found), length)
    assert snippet.to_html().replace("<mark>", "[").replace("</mark>", "]") == expected


def test_the_rarest_words_are_shown():
    """Where not all matches fit, the window with the most and rarest leaves is taken."""
    text = "ma túy " + "và " * 40 + "ma " * 5 + "và " * 40 + "cai nghiện"
    places = [(found.start(), found.end()) for found in re.finditer("ma|túy|cai", text)]
    rarity = {"ma": 1.0, "túy": 5.0, "cai": 3.0}
    matches = [Match(start, end, len(text[start:end]), rarity[text[start:end]]) for start, end in places]
    assert make_snippet(text, matches, 7).to_html() == "<mark>ma túy</mark> …"


def test_words_that_matched_side_by_side_stay_together():
    """A window does not start in the middle of what is marked as one, for one more match at its end."""
    text = "Hôm qua " + "và " * 20 + "Đảng ủy xã " + "và " * 10 + "xã Đảng xã xã " + "và " * 20
    places = [(found.start(), found.end()) for found in re.finditer("Đảng|ủy|xã", text)]
    matches = [Match(start, end, len(text[start:end]), 1.0) for start, end in places]
    length = text.rindex("xã") + 2 - text.index("ủy")
    assert "<mark>ủy" not in make_snippet(text, matches, length).to_html()


@given(paragraphs(), st.integers(1, 120))
@example(("  đường1 " + "x " * 30, [Match(2, 8, 0, 1.0)]), 40)
def test_a_snippet_is_cut_out_of_the_paragraph(paragraph, length):
    """Pieces are parts of the paragraph, in order, together no longer than the limit, cut between words."""
    text, matches = paragraph
    pieces = pieces_of(make_snippet(text, matches, length))
    starts = [text.find(piece) for piece in pieces]
    assert -1 not in starts
    places = [(start, start + len(piece)) for start, piece in zip(starts, pieces, strict=True)]
    assert all(end <= start for (_, end), (start, _) in pairwise(places))
    assert sum(map(len, pieces)) <= length
    for cuts in places:
        for place in cuts:
            assert not (text[place - 1 : place].isalnum() and text[place : place + 1].isalnum())
            assert not unicodedata.combining(text[place : place + 1] or " ")


@given(paragraphs(), st.integers(1, 120))
@example(("\u3000Đường1 " + "x " * 30, [Match(1, 7, 0, 1.0)]), 40)
def test_ellipses_stand_where_something_was_cut(paragraph, length):
    """There is an ellipsis between pieces, and before and after them where more than space was left out."""
    text, matches = paragraph
    snippet = make_snippet(text, matches, length)
    rest, shown = text, []
    for piece in pieces_of(snippet):
        before, _, rest = rest.partition(piece)
        shown += [bool(before if shown else before.strip()), piece]
    if shown:
        expected = "".join(part if isinstance(part, str) else f" {ELLIPSIS} " if part else "" for part in shown)
        assert snippet.text.strip() == f"{expected}{f' {ELLIPSIS}' if rest.strip() else ''}".strip()


@given(paragraphs(), st.integers(1, 120))
def test_what_matched_is_marked(paragraph, length):
    """Spans are in order and apart, each on what matched there; if any match fits, one is shown."""
    text, matches = paragraph
    snippet = make_snippet(text, matches, length)
    whole = [text[start:end] for start, end in merge_spans(text, matches)]
    spans = snippet.spans
    assert all(end < start for (_, end), (start, _) in pairwise(spans))
    assert all(0 <= start < end <= len(snippet.text) for start, end in spans)
    assert all(any(snippet.text[start:end] in own for own in whole) for start, end in spans)
    if any(match.end - match.start <= length for match in matches):
        assert spans


@given(any_text, st.integers(1, 50), st.data())
def test_any_text_has_a_snippet(text, length, data):
    """No text is refused, whatever its characters, and wherever it matched."""
    starts = data.draw(st.lists(st.integers(0, max(len(text) - 1, 0)), max_size=4))
    matches = sorted(Match(start, min(start + 2, len(text)), 0, 1.0) for start in starts if text)
    snippet = make_snippet(text, matches, length)
    without_marks = snippet.to_html().replace("<mark>", "").replace("</mark>", "")
    assert without_marks == escape(snippet.text)
    assert unescape(without_marks) == snippet.text or "\r" in text or max(text, default="") >= "\x80"
    visible = snippet.to_ansi().replace("\x1b[1;31m", "").replace("\x1b[0m", "")
    assert visible == printable(snippet.text)
    assert not [letter for letter in visible if unicodedata.category(letter) == "Cc" and letter not in "\t\n"]


@pytest.mark.parametrize(
    ("text", "spans", "html", "ansi"),
    [
        pytest.param("Đảng ủy xã", ((0, 7),), "<mark>Đảng ủy</mark> xã", "\x1b[1;31mĐảng ủy\x1b[0m xã", id="a match"),
        pytest.param("xã", (), "xã", "xã", id="no match"),
        pytest.param("", (), "", "", id="nothing"),
        pytest.param(
            "<b>ủy</b> & 'xã'",
            ((3, 5),),
            "&lt;b&gt;<mark>ủy</mark>&lt;/b&gt; &amp; &#x27;xã&#x27;",
            "<b>\x1b[1;31mủy\x1b[0m</b> & 'xã'",
            id="markup in the text",
        ),
        pytest.param(
            "<mark>a</mark>",
            ((6, 7),),
            "&lt;mark&gt;<mark>a</mark>&lt;/mark&gt;",
            "<mark>\x1b[1;31ma\x1b[0m</mark>",
            id="marks in the text",
        ),
        pytest.param(
            "a\x1b[2Jb\r\x07\x9bc\td\n",
            ((0, 1),),
            "<mark>a</mark>\x1b[2Jb\r\x07\x9bc\td\n",
            "\x1b[1;31ma\x1b[0m\ufffd[2Jb\ufffd\ufffd\ufffdc\td\n",
            id="what a terminal would obey",
        ),
        pytest.param("🎉 u\u0309y", ((2, 5),), "🎉 <mark>u\u0309y</mark>", "🎉 \x1b[1;31mu\u0309y\x1b[0m", id="places"),
    ],
)
def test_renderings(text, spans, html, ansi):
    """In HTML everything is escaped but the marks; on a terminal only the marks' own control characters are left."""
    assert (Snippet(text, spans).to_html(), Snippet(text, spans).to_ansi()) == (html, ansi)


def test_a_snippet_has_240_characters():
    """Without a length given, a snippet has up to 240 code points of the paragraph."""
    text = "đường " * 100
    assert DEFAULT_LENGTH == 240
    assert make_snippet(text, []).text == f"{text[:239]} {ELLIPSIS}"
