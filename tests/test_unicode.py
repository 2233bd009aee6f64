"""ICU's answers are Unicode's, and offsets are code points."""

import re
import sys
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from timviet.index.unicode import (
    collation_key,
    combining_marks,
    latin_ascii,
    nfc,
    nfd,
    nfkc_casefold,
    sentence_boundaries,
)

VIETNAMESE = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ"
any_text = st.text(st.characters(exclude_categories=()))


@given(st.text(st.sampled_from(VIETNAMESE + VIETNAMESE.upper() + "\u0300\u0301\u0303\u0309\u0323\u031b\u0302\u0306")))
def test_normal_forms_are_unicodes(text):
    """The composed and decomposed forms are those of Python's own table."""
    assert nfc(text) == unicodedata.normalize("NFC", text)
    assert nfd(text) == unicodedata.normalize("NFD", text)


@given(any_text)
@example("\ud83d")
@example("\udc00\ud800")
@example("\0")
def test_every_string_is_taken(text):
    """No string is refused, not even lone halves of surrogate pairs, and a normal form of a normal form is itself."""
    for normalize in (nfc, nfd, nfkc_casefold):
        assert normalize(normalize(text)) == normalize(text)
    assert latin_ascii(latin_ascii(text)) == latin_ascii(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＴÌＭ", "tìm"),  # full-width letters and case
        ("ĐẢNG", "đảng"),
        ("ti\u00adếng vi\u200bệt\ufeff", "tiếng việt"),  # invisible characters
        ("Tie\u0302\u0301ng", "tiếng"),  # decomposed
        ("ﬁ ½ m² Ⅻ", "fi 1⁄2 m2 xii"),  # ligature, fraction, superscript, Roman number
        ("Straße", "strasse"),
        ("M519 05-CT/TW", "m519 05-ct/tw"),
        ("越南 كتاب", "越南 كتاب"),
        ("🇻🇳", "🇻🇳"),
    ],
)
def test_nfkc_casefold(text, expected):
    """Case, width, composition and invisible characters go; everything else stays."""
    assert nfkc_casefold(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (VIETNAMESE, "a" * 18 + "e" * 12 + "i" * 6 + "o" * 18 + "u" * 12 + "y" * 6 + "d"),
        ("đường", "duong"),
        ("łøæß", "loaess"),
        ("ue\u0302\u0301", "ue"),  # decomposed
        ("越南", "越南"),
        ("год", "год"),
        ("", ""),
    ],
)
def test_latin_ascii(text, expected):
    """Latin letters become plain ones, one for one where Vietnamese; other scripts stay."""
    assert latin_ascii(text) == expected


def test_combining_marks_are_all_and_only_marks():
    """The class matches every mark and no letter, digit, space or symbol, wherever Unicode never changed its mind."""
    is_mark = re.compile(f"[{combining_marks()}]").fullmatch
    marks = 0
    for character in map(chr, range(sys.maxunicode + 1)):
        category = unicodedata.category(character)[0]
        if category == unicodedata.ucd_3_2_0.category(character)[0] and category != "C":
            marks += category == "M"
            assert bool(is_mark(character)) == (category == "M"), ascii(character)
    assert marks > 500


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        # In the wild
        pytest.param("Một. Hai.", ["Một. ", "Hai."], id="two"),
        pytest.param("Ai? Tôi! Đi…", ["Ai? ", "Tôi! ", "Đi…"], id="other ends"),
        pytest.param("Tăng 31,77% ngày 24.5.1932 ở TP.HCM.", ["Tăng 31,77% ngày 24.5.1932 ở TP.HCM."], id="numbers"),
        pytest.param("Vui 😀. Buồn 😢.", ["Vui 😀. ", "Buồn 😢."], id="emoji are one code point"),
        pytest.param("Dòng một\nDòng hai", ["Dòng một\n", "Dòng hai"], id="lines"),
        pytest.param(
            "Ha\u0300 No\u0323\u0302i. Hue\u0302\u0301.", ["Ha\u0300 No\u0323\u0302i. ", "Hue\u0302\u0301."], id="NFD"
        ),
        # Negative
        pytest.param("không có dấu chấm", ["không có dấu chấm"], id="no end"),
        pytest.param("", [], id="empty"),
        # Known failures
        pytest.param(
            "ThS. Văn học",
            ["ThS. Văn học"],
            id="title",
            marks=pytest.mark.xfail(reason="ICU has no list of titles"),
        ),
    ],
)
def test_sentence_boundaries(text, sentences):
    """A sentence ends after its mark of punctuation and the space after it."""
    boundaries = sentence_boundaries(text)
    assert [text[start:end] for start, end in pairwise([0, *boundaries])] == sentences


@given(any_text)
@example("😀😀. B. C")
@example("\ud83d\ude00. B. 😀 C.")
@example("\ud83d😀. B")
def test_sentence_boundaries_ascend_to_the_end(text):
    """Boundaries ascend, and the last one is the text's end, in code points."""
    boundaries = sentence_boundaries(text)
    assert boundaries == sorted(set(boundaries))
    assert all(boundary > 0 for boundary in boundaries)
    assert boundaries[-1:] == ([len(text)] if text else [])


@given(st.text(st.sampled_from("Ab 😀☺.!?\n1ế")))
def test_sentence_boundaries_count_code_points(text):
    """A symbol beyond the Basic Multilingual Plane counts for one, as one within does."""
    assert sentence_boundaries(text) == sentence_boundaries(text.replace("😀", "☺"))


@pytest.mark.parametrize(
    "in_order",
    [
        pytest.param("a ă â b c d đ e ê g h i k l m n o ô ơ p q r s t u ư v x y", id="letters"),
        pytest.param("ma mà mả mã má mạ mă", id="tones, after letters"),
        pytest.param("an An ăn Ăn", id="case, after tones"),
        pytest.param("da dạ đá em", id="words"),
    ],
)
def test_the_order_of_dictionaries(in_order):
    """Keys sort as Vietnamese dictionaries do: by letters, then tones, then case."""
    words = in_order.split()
    assert sorted(set(words), key=collation_key) == words


@given(any_text)
@example("\ud83d")
def test_spellings_are_sorted_as_one(text):
    """Any text has a key, which is that of its other normal form, too."""
    assert collation_key(nfd(text)) == collation_key(nfc(text))
