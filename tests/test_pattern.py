"""Shapes of tokens are compared without marks first, and then mark by mark."""

from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from timviet.index.spelling import canonical, fold
from timviet.search.marks import Level, level
from timviet.search.pattern import Shape

SAME, COMPLETES, BARE, CONTRADICTS = Level

# Syllables that share letters, so that patterns made of them fit often.
SYLLABLES = ["dang", "đang", "đàng", "đảng", "dâng", "đăng", "đắng", "đẳng", "kỹ", "ky", "đ", "ăng"]
syllables = st.sampled_from(SYLLABLES)


@cache
def fits(pattern: str, token: str) -> bool:
    """Whether a token has the shape of a pattern of plain letters, letter by letter."""
    if not pattern:
        return not token
    if pattern[0] == "*":
        return fits(pattern[1:], token) or (bool(token) and fits(pattern, token[1:]))
    return bool(token) and pattern[0] in ("?", token[0]) and fits(pattern[1:], token[1:])


@pytest.mark.parametrize(
    ("pattern", "fitting", "others"),
    [
        pytest.param("dang*", ["dang", "đảng", "Đăng", "dangs"], ["dan", "ndang", "uy"], id="a prefix"),
        pytest.param("đả*", ["dang", "đảng", "đá", "da"], ["uy", "d"], id="a prefix with marks, marks aside"),
        pytest.param("d?ng", ["dang", "đông", "DŨNG"], ["dng", "duong", "dangs"], id="one letter"),
        pytest.param("d??ng", ["đường", "dương"], ["đông", "dang"], id="two letters"),
        pytest.param("d*g", ["dg", "dang", "đường"], ["dan", "gd"], id="any letters, also none"),
        pytest.param("d*n?*", ["dang", "dong", "dnn"], ["dan", "dn"], id="wildcards together"),
        pytest.param("kỹ*", ["kỹ", "kĩ", "kylin"], ["kim", "ka"], id="y where i would do"),
        pytest.param("k?", ["kỹ", "kĩ", "ke"], ["kim", "k"], id="one letter for i and y"),
        pytest.param("ki*", ["kĩ", "kỹ", "kim"], ["ka"], id="i where y would do"),
        pytest.param("05*", ["05", "0512"], ["5", "105"], id="digits"),
        pytest.param("a.b*", ["a.b", "a.bc"], ["axb"], id="what stands for more in regular expressions"),
        pytest.param("stra*e", ["straße", "strasse"], ["strass"], id="foreign letters"),
    ],
)
def test_fitting(pattern, fitting, others):
    """A token fits by its letters alone, in either spelling of i and y."""
    assert [token for token in [*fitting, *others] if Shape(pattern).fits(fold(token))] == fitting


@pytest.mark.parametrize(
    ("pattern", "token", "expected"),
    [
        # Prefixes
        pytest.param("dan*", "dang", SAME, id="no mark typed or written"),
        pytest.param("dan*", "dàng", SAME, id="no mark typed, the tone may still come"),
        pytest.param("dan*", "đàng", COMPLETES, id="the stroke not typed"),
        pytest.param("đa*", "đang", SAME, id="the stroke"),
        pytest.param("đa*", "đảng", SAME, id="the tone may still come"),
        pytest.param("đả*", "đảng", SAME, id="the tone typed"),
        pytest.param("đả*", "đang", CONTRADICTS, id="the tone typed, another or none written"),
        pytest.param("đả*", "đáng", CONTRADICTS, id="another tone written"),
        pytest.param("da*", "đâng", COMPLETES, id="stroke and circumflex not typed"),
        pytest.param("đa*", "dang", BARE, id="a text without marks"),
        pytest.param("đa*", "dâng", CONTRADICTS, id="another mark than the one typed"),
        pytest.param("đươ*", "đường", SAME, id="all marks of the letters typed"),
        pytest.param("đươ*", "đuổng", CONTRADICTS, id="a horn missing"),
        pytest.param("d*", "dường", SAME, id="marks of letters that are not typed"),
        pytest.param("đ*", "dường", CONTRADICTS, id="the stroke typed, other marks written"),
        # Wildcards within
        pytest.param("đ?ng", "đảng", SAME, id="any vowel, with any tone"),
        pytest.param("đ?ng", "đăng", SAME, id="any vowel, with any mark"),
        pytest.param("d?ng", "đăng", COMPLETES, id="the stroke not typed"),
        pytest.param("đ*ờng", "đường", SAME, id="the tone typed after the wildcard"),
        pytest.param("đ*ờng", "đưởng", CONTRADICTS, id="another tone than typed after the wildcard"),
        pytest.param("d*ơng", "đường", COMPLETES, id="the tone typed nowhere"),
        # Spellings
        pytest.param("KỸ*", "kĩ", SAME, id="i for y, the tone typed"),
        pytest.param("hoà*", "hòa", SAME, id="the tone in its new and its old place"),
        pytest.param("ÐA*", "đang", SAME, id="eth for the stroke, capitals"),
    ],
)
def test_levels(pattern, token, expected):
    """The marks typed on letters have to be written there; a tone that was not typed may still come."""
    assert Shape(pattern).level(fold(token), canonical(token)) is expected


def test_tokens_of_another_shape_have_no_level():
    """A token that does not fit is no answer at any level."""
    with pytest.raises(ValueError, match="'uy' does not have this shape"):
        Shape("đả*").level("uy", "uy")


@pytest.mark.parametrize(
    ("pattern", "prefix", "has_marks"),
    [
        pytest.param("dang*", "dang", False, id="a prefix"),
        pytest.param("ĐẢ*", "da", True, id="a prefix with marks"),
        pytest.param("d*ờng", "d", True, id="marks after the wildcard"),
    ],
)
def test_what_is_typed(pattern, prefix, has_marks):
    """The prefix is what stands before the first wildcard, folded; marks count wherever they are typed."""
    shape = Shape(pattern)
    assert (set(shape.prefixes), shape.has_marks) == ({prefix, fold(prefix)}, has_marks)


@given(st.text("ab*?", min_size=1, max_size=8), st.text("ab", max_size=8))
def test_wildcards_stand_for_letters(pattern, token):
    """An asterisk stands for any letters, a question mark for one, everything else for itself."""
    assert Shape(pattern).fits(token) == fits(pattern, token)


@given(syllables, st.data())
def test_a_prefix_of_a_token_fits(token, data):
    """A token is found, without contradiction, by each of its own prefixes and with any letter left open."""
    length = data.draw(st.integers(1, len(token)))
    shapes = [Shape(f"{token[:length]}*"), Shape(f"{token[: length - 1]}?{token[length:]}")]
    for shape in shapes:
        assert shape.fits(fold(token))
        assert shape.level(fold(token), canonical(token)) is not CONTRADICTS


@given(syllables, syllables)
def test_patterns_without_open_letters_are_words(typed, written):
    """A prefix that is the whole token answers at the word's own level, but that a tone may still come."""
    shape = Shape(f"{typed}*")
    if fold(typed) == fold(written):
        own = shape.level(fold(written), canonical(written))
        assert own <= level(canonical(typed), canonical(written))


@given(st.text("aăâbdđek*?", min_size=1, max_size=6), syllables)
@example("kỹ*", "kỹ")
def test_the_prefixes_are_those_of_all_that_fit(pattern, token):
    """The folded form of every token that fits starts with one of the prefixes."""
    shape = Shape(pattern)
    if shape.fits(fold(token)):
        assert fold(token).startswith(shape.prefixes)
