"""A text's tokens are all its letters and digits, in order, at their places."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from timviet.index.spelling import canonical
from timviet.index.tokens import Token, surfaces, tokenize

any_text = st.text(st.characters(exclude_categories=()))
# Letters of all sorts, everything they are decomposed into, what is invisible, and what separates.
latin_text = st.text(
    st.characters(max_codepoint=0x36F) | st.sampled_from("ếệữỹẶđ ,.-_/\n\u00ad\u200b\u200d\u2060\ufeff")
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # In the wild: codes, dates, numbers
        ("M519", ["M519"]),
        ("31,77", ["31", "77"]),
        ("31,77%", ["31", "77"]),
        ("30-4", ["30", "4"]),
        ("24/5/1932", ["24", "5", "1932"]),
        ("05-CT/TW", ["05", "CT", "TW"]),
        ("Covid-19", ["Covid", "19"]),
        ("TP.HCM", ["TP", "HCM"]),
        ("100/2019/NĐ-CP", ["100", "2019", "NĐ", "CP"]),
        ("1.250.000đ", ["1", "250", "000đ"]),
        ("10km² H₂O", ["10km²", "H₂O"]),
        ("so_dien_thoai@tim.vn", ["so", "dien", "thoai", "tim", "vn"]),
        # In the wild: running text
        ("Đảng ủy, công an xã.", ["Đảng", "ủy", "công", "an", "xã"]),
        ("“Ô!”, y ở đó: ý à?", ["Ô", "y", "ở", "đó", "ý", "à"]),  # one-letter syllables are words
        ("the to an of 1 a", ["the", "to", "an", "of", "1", "a"]),  # there is no stop list
        ("ông/bà (cô)", ["ông", "bà", "cô"]),
        ("Chúc mừng🎉🎉năm mới", ["Chúc", "mừng", "năm", "mới"]),
        ("don't", ["don", "t"]),
        ("tie\u0302\u0301ng Vie\u0323\u0302t", ["tie\u0302\u0301ng", "Vie\u0323\u0302t"]),  # decomposed
        ("tiê\u0301ng Việt", ["tiê\u0301ng", "Việt"]),  # half-composed
        ("越南 năm 2024", ["越南", "năm", "2024"]),
        ("हिन्दी كتابٌ", ["हिन्दी", "كتابٌ"]),  # marks that Python takes for no word character
        # In the wild: invisible characters
        ("ti\u00adếng", ["ti\u00adếng"]),  # soft hyphen
        ("vi\u200eệ\u200ft", ["vi\u200eệ\u200ft"]),  # direction marks
        ("cô\u200bng\u200d an", ["cô\u200bng", "an"]),  # zero-width characters, within and after
        ("\ufeffViệt\u2060 Nam\u200e", ["Việt", "Nam"]),  # marks of order and direction around tokens
        ("u\u200b\u0309y", ["u\u200b\u0309y"]),  # between a letter and its mark
        # Negative: nothing to find
        ("", []),
        (" \t\n\r\v\u00a0\u3000", []),
        ("… — “” % + _ __ 🇻🇳 😀", []),
        ("\u0301\u200b\u00ad", []),  # marks without a letter
        # Synthetic
        (" \u0301a", ["a"]),
        ("a_b", ["a", "b"]),
        ("\ud83da\udc00", ["a"]),
        ("a\0b", ["a", "b"]),
    ],
)
def test_surfaces(text, expected):
    """A token is a run of letters, digits and marks; whatever else is written separates tokens."""
    assert surfaces(text) == expected


def test_tokens_are_found_at_their_places():
    """A token has the span of its surface, counted in code points."""
    assert list(tokenize("😀 Đảng ủy")) == [Token("Đảng", 2, 6), Token("ủy", 7, 9)]


@given(any_text | latin_text)
@example("a\u200b\u0301b\u200b")
@example("\ud83da\udc00")
def test_spans_slice_back(text):
    """Each span cuts its token out of the text; spans ascend without overlap, and no token is empty."""
    end = 0
    for token in tokenize(text):
        assert text[token.start : token.end] == token.surface
        assert end <= token.start < token.end
        end = token.end
    assert end <= len(text)


@given(any_text | latin_text)
def test_nothing_is_dropped(text):
    """What lies between, before and after tokens has no letter and no digit."""
    rest = list(text)
    for token in tokenize(text):
        rest[token.start : token.end] = [""] * (token.end - token.start)
    assert not any(character.isalnum() for character in rest)


@given(any_text | latin_text)
def test_both_ways_agree(text):
    """The surfaces alone are those of the tokens."""
    assert surfaces(text) == [token.surface for token in tokenize(text)]


@given(any_text | latin_text, st.sampled_from(" \n,.-_/%😀"), any_text | latin_text)
def test_separators_separate(before, separator, after):
    """The tokens of two texts with a separator between them are those of the one and those of the other."""
    assert surfaces(before + separator + after) == surfaces(before) + surfaces(after)


@given(latin_text)
def test_composed_and_decomposed_text_have_the_same_tokens(text):
    """Tokens of a text composed and decomposed have the same canonical forms, at the same positions."""
    composed, decomposed = (surfaces(unicodedata.normalize(form, text)) for form in ("NFC", "NFD"))
    assert list(map(canonical, composed)) == list(map(canonical, decomposed))


@pytest.mark.xfail(reason="ICU folds the iota below before it orders the marks; no Vietnamese letter has one")
def test_composed_and_decomposed_polytonic_greek_have_the_same_tokens():
    """Three marks and an iota below on a Greek letter are the same composed and decomposed."""
    text = "\u1f82\u0301"
    composed, decomposed = (surfaces(unicodedata.normalize(form, text)) for form in ("NFC", "NFD"))
    assert list(map(canonical, composed)) == list(map(canonical, decomposed))


@pytest.mark.parametrize(
    ("text", "count", "longest"),
    [
        pytest.param("a" * 100_000, 1, 100_000, id="letters"),
        pytest.param("e\u0302\u0301" * 50_000, 1, 150_000, id="letters with marks"),
        pytest.param("a" + "\u0301" * 100_000, 1, 100_001, id="marks on one letter"),
        pytest.param("\u0301" * 100_000 + "!", 0, 0, id="marks alone"),
        pytest.param("a" + "\u200b" * 100_000 + "!", 1, 1, id="a tail of invisible characters"),
        pytest.param(
            "a" + "\u200b\u0301" * 50_000 + "\u200b!", 1, 100_001, id="marks and invisible characters in turn"
        ),
        pytest.param("a\u200b" * 50_000 + "!", 1, 99_999, id="letters and invisible characters in turn"),
        pytest.param("a " * 50_000, 50_000, 1, id="one-letter tokens"),
    ],
)
def test_long_runs_are_cut_too(text, count, longest):
    """However long a run is, it is one token, and what only looks like its continuation is not in it."""
    assert len(surfaces(text)) == count
    assert max(map(len, surfaces(text)), default=0) == longest
