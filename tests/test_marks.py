"""Marks that were typed count: what a text's syllable answers to a query's of the same letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timviet.index.spelling import BREVE, CIRCUMFLEX, HORN, TONES, canonical, fold
from timviet.search.marks import Level, compare, level

SAME, COMPLETES, BARE, CONTRADICTS = Level

_LETTER_MARKS = {"a": ("", CIRCUMFLEX, BREVE), "e": ("", CIRCUMFLEX), "o": ("", CIRCUMFLEX, HORN), "u": ("", HORN)}
_RHYMES = ["a", "an", "oan", "uong", "uoc", "ien", "uy", "oa", "uoi", "e", "y", "i", "ung"]
_PLAIN = [initial + rhyme for initial in ("", "d", "t", "ngh", "qu", "m") for rhyme in _RHYMES]


class Marked:
    """Plain letters and the marks on them, from which the syllable is spelled: a tone is at place -1."""

    def __init__(self, plain, marks, tone_at):
        self.plain = plain
        self.marks = frozenset(marks.items())
        self._tone_at = tone_at

    def __repr__(self):
        return f"{self.spelled()!r}"

    def spelled(self):
        """The syllable as written, decomposed."""
        marks = dict(self.marks)
        letters = ["đ" if marks.get(place) == "đ" else letter for place, letter in enumerate(self.plain)]
        for place, mark in marks.items():
            letters[self._tone_at if place == -1 else place] += "" if mark == "đ" else mark
        return "".join(letters)

    def with_some_of_its_marks(self, draw):
        """The same letters with any of the marks."""
        return Marked(self.plain, dict(draw(st.sets(st.sampled_from(sorted(self.marks))))) if self.marks else {}, 0)


@st.composite
def marked(draw, plain):
    """A syllable of these letters with any marks that they can have."""
    marks = {}
    for place, letter in enumerate(plain):
        marks[place] = draw(st.sampled_from(("", "đ") if letter == "d" else _LETTER_MARKS.get(letter, ("",))))
    marks[-1] = draw(st.sampled_from(("", *TONES)))
    return Marked(plain, {place: mark for place, mark in marks.items() if mark}, draw(st.integers(0, len(plain) - 1)))


def several(count):
    """Syllables of the same letters."""
    return st.sampled_from(_PLAIN).flatmap(lambda plain: st.tuples(*[marked(plain)] * count))


def between(typed, written):
    """The level at which the written syllable answers the typed one."""
    return level(canonical(typed.spelled()), canonical(written.spelled()))


@pytest.mark.parametrize(
    ("typed", "written", "expected"),
    [
        # The examples of the design
        pytest.param("ủy", "uỷ", SAME, id="the tone in its old and its new place"),
        pytest.param("dang", "dang", SAME, id="no marks in either"),
        pytest.param("dang", "Đảng", COMPLETES, id="no mark typed"),
        pytest.param("đang", "Đảng", COMPLETES, id="the stroke typed, the tone not"),
        pytest.param("uy", "ủy", COMPLETES, id="the tone not typed"),
        pytest.param("Đảng", "Dang", BARE, id="a text typed without marks"),
        pytest.param("túy", "tùy", CONTRADICTS, id="another tone"),
        pytest.param("đường", "dương", CONTRADICTS, id="horns in both, stroke and tone in one"),
        # Each sort of mark alone
        pytest.param("đường", "đương", CONTRADICTS, id="the tone not written, other marks are"),
        pytest.param("dương", "đường", COMPLETES, id="the horns typed, stroke and tone not"),
        pytest.param("an", "ăn", COMPLETES, id="a breve not typed"),
        pytest.param("ăn", "an", BARE, id="a breve not written"),
        pytest.param("ăn", "ân", CONTRADICTS, id="another mark on the same letter"),
        pytest.param("án", "ăn", CONTRADICTS, id="a tone typed, a vowel mark written"),
        pytest.param("đa", "dá", CONTRADICTS, id="a stroke typed, a tone written"),
        pytest.param("thuở", "thưở", COMPLETES, id="one horn of two typed"),
        # Spellings
        pytest.param("KỸ", "kĩ", SAME, id="i for y"),
        pytest.param("Ðảng", "ĐA\u0309NG", SAME, id="eth for the stroke, decomposed"),
        pytest.param("vịêt", "việt", SAME, id="a slip in the tone's place"),
        # What is no Vietnamese syllable
        pytest.param("M519", "m519", SAME, id="a code"),
        pytest.param("2024", "2024", SAME, id="a number"),
        pytest.param("resume", "résumé", COMPLETES, id="foreign marks not typed"),
        pytest.param("résumé", "resume", BARE, id="foreign marks not written"),
        pytest.param("résumé", "resumé", CONTRADICTS, id="some foreign marks not written"),
    ],
)
def test_levels(typed, written, expected):
    """A text may have all marks typed and more, or none at all; any others contradict."""
    assert level(canonical(typed), canonical(written)) is expected


@given(several(2))
def test_levels_are_relations_of_sets(pair):
    """The level follows from the sets of marks alone, wherever the tone is written."""
    typed, written = pair
    if typed.marks == written.marks:
        expected = SAME
    elif typed.marks < written.marks:
        expected = COMPLETES
    else:
        expected = CONTRADICTS if written.marks else BARE
    assert between(typed, written) is expected
    assert compare(typed.marks, written.marks) is expected


@given(several(2))
def test_same_is_an_equivalence(pair):
    """Every syllable is the same as itself; two are the same in both directions, when their canonical forms are."""
    one, other = pair
    assert between(one, one) is SAME
    equal = canonical(one.spelled()) == canonical(other.spelled())
    assert (between(one, other) is SAME) == (between(other, one) is SAME) == equal


@given(several(1))
def test_without_its_marks_a_text_contradicts_nothing(syllables):
    """A text typed without marks is bare to a query with marks, and the same to one without."""
    (typed,) = syllables
    plain = fold(typed.spelled())
    assert level(canonical(typed.spelled()), plain) is (BARE if typed.marks else SAME)


@given(several(1))
def test_a_query_without_marks_is_contradicted_by_nothing(syllables):
    """Letters typed without marks are the same as themselves, and completed by every reading."""
    (written,) = syllables
    plain = fold(written.spelled())
    assert level(plain, canonical(written.spelled())) is (COMPLETES if written.marks else SAME)


@given(several(1), st.data())
def test_completing_is_an_order(syllables, data):
    """Whatever marks are left out, all of them complete what is left, and some of them complete it no better."""
    (most,) = syllables
    some = most.with_some_of_its_marks(data.draw)
    few = some.with_some_of_its_marks(data.draw)
    assert between(some, most) is (SAME if some.marks == most.marks else COMPLETES)
    if few.marks != some.marks:
        assert between(few, some) is between(few, most) is COMPLETES
        assert between(some, few) is (CONTRADICTS if few.marks else BARE)


def test_levels_are_ordered():
    """The better the answer, the lower its level's number."""
    assert [*Level] == [0, 1, 2, 3]
    assert [own.name for own in Level] == ["SAME", "COMPLETES", "BARE", "CONTRADICTS"]
