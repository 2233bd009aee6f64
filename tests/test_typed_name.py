"""How a written name answers a typed one: of which kind, by which words, with which marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timviet.index import analyze
from timviet.search.names.typed_name import (
    KINDS,
    MAX_NAME_LENGTH,
    MAX_NAME_WORDS,
    MAX_SLIP_LETTERS,
    MAX_SPREAD_WORDS,
    TypedName,
)

any_text = st.text(st.characters(exclude_categories=()), max_size=12)


def kind(typed: str, written: str) -> str | None:
    """The best kind of which a written name answers a typed one."""
    name, tokens = TypedName(typed), analyze(written)
    return next((kind for kind in KINDS if name.fit(kind, tokens) is not None), None)


def words(typed: str, written: str) -> list[str]:
    """The words of a written name that answer a typed one as its kind asks."""
    tokens = analyze(written)
    fit = TypedName(typed).fit(kind(typed, written), tokens)
    return [tokens[place].surface for place in fit.places]


@pytest.mark.parametrize(
    ("typed", "written", "expected"),
    [
        ("nguyen van tho", "Nguyễn Văn Thọ", "exact"),
        ("NGUYỄN VĂN THỌ", "Nguyen Van Tho", "exact"),  # marks do not decide, nor case
        ("Nguyễn Văn Thơ", "Nguyễn Văn Thọ", "exact"),
        ("ky hoa", "Kĩ, hoà", "exact"),  # i for y, the tone elsewhere, signs between
        ("05 ct tw", "05-CT/TW", "exact"),
        ("nguyen van th", "Nguyễn Văn Thọ", "prefix"),
        ("nguyen van", "Nguyễn Văn Thọ", "prefix"),
        ("n", "Nguyễn Văn Thọ", "prefix"),
        ("ky", "Kyoto", "prefix"),
        ("ly q", "Lý Quốc Sư", "prefix"),
        ("ng v tho", "Nguyễn Văn Thọ", "word prefix"),
        ("van tho", "Nguyễn Văn Thọ", "word prefix"),
        ("nguyen tho", "Nguyễn Văn Thọ", "word prefix"),  # not next to each other
        ("guyenvantho", "Nguyễn Văn Thọ", "substring"),
        ("uyen van", "Nguyễn Văn Thọ", "substring"),
        ("nguyenvan tho", "Nguyễn Văn Thọ", "substring"),
        ("lynn", "Flynn", "substring"),  # an y within a word is no i
        ("trung ky", "Miền Trungkỳ", "substring"),
        ("m519", "Mẫu M-519", "substring"),
        ("nguyne van tho", "Nguyễn Văn Thọ", "one slip"),  # two letters in the other order
        ("nguyenn van tho", "Nguyễn Văn Thọ", "one slip"),  # one too many
        ("nguyn van tho", "Nguyễn Văn Thọ", "one slip"),  # one too few
        ("nguyem van tho", "Nguyễn Văn Thọ", "one slip"),  # another one
        ("vam tho", "Nguyễn Văn Thọ", "one slip"),  # and the others as beginnings of words
        ("nguyenvanto", "Nguyễn Văn Thọ", "one slip"),  # in the whole name without spaces
        ("le am", "Lê An", "one slip"),  # likewise: a word of two letters is too short by itself
        ("thovan", "Nguyễn Văn Thọ", None),  # in another order
        ("tho van", "Nguyễn Văn Thọ", None),
        ("nguyem vam tho", "Nguyễn Văn Thọ", None),  # two slips
        ("nguyem van th", "Nguyễn Văn Thọ", "one slip"),
        ("le", "Lý", None),  # a slip would make anything of two letters
        ("le hoang", "Lý Quốc Hoàng", None),
        ("nguyen van tho nam", "Nguyễn Văn Thọ", None),  # more than there is
        ("", "Nguyễn Văn Thọ", None),
        ("—", "Nguyễn Văn Thọ", None),
        ("an", "", None),
    ],
)
def test_kinds(typed, written, expected):
    """A written name answers by its letters alone, of the first kind that fits."""
    assert kind(typed, written) == expected


@pytest.mark.parametrize(
    ("typed", "written", "expected"),
    [
        ("nguyen van", "Nguyễn Văn Thọ", ["Nguyễn", "Văn"]),
        ("ng tho", "Nguyễn Văn Thọ", ["Nguyễn", "Thọ"]),
        ("uyen v", "Nguyễn Văn Thọ", ["Nguyễn", "Văn"]),  # words that hold a part of the letters
        ("uyenva", "Văn Nguyễn Văn", ["Nguyễn", "Văn"]),
        ("vam tho", "Nguyễn Văn Thọ", ["Văn", "Thọ"]),
        ("nguyenvanto", "Nguyễn Văn Thọ", ["Nguyễn", "Văn", "Thọ"]),
        ("tho", "Chuyện Thọ và Thơ", ["Thọ"]),  # of words that answer alike the first
        ("thơ", "Chuyện Thọ và Thơ", ["Thơ"]),  # and before that the one with the marks typed
        ("ba thơ", "Bà Ba Thọ Bà Thơ", ["Bà", "Thơ"]),
        ("ọh", "Thoh thọh", ["thọh"]),
    ],
)
def test_words_that_answer(typed, written, expected):
    """Of several ways to answer, that one counts whose marks are nearest to those typed, and of such the first."""
    assert words(typed, written) == expected


@pytest.mark.parametrize(
    ("typed", "in_order"),
    [
        ("thơ", [["Thơ", "THƠ"], ["Thờ"], ["Tho"], ["Thọ", "Thô"]]),  # same, completes, bare, contradicts
        ("tho", [["Tho", "Thơ", "Thọ"]]),  # no mark was typed
        ("lê thơ", [["Lê Thơ"], ["Lễ Thơ", "Lê Thờ"], ["Lễ Thờ"], ["Le Thơ"], ["Le Tho"], ["Lé Thơ"], ["Lé Thọ"]]),
        ("văn th", [["Văn Thọ", "Văn Tho"], ["Vắn Thọ"], ["Van Thọ"], ["Vân Tho"]]),
        ("uyễn v", [["Nguyễn Vy"], ["Nguyễn Vỷ"], ["Nguyen Vy"], ["Nguyện Vy"]]),  # letters within
        ("nguyễm", [["Nguyễn"], ["Nguyen"], ["Nguyện"]]),  # a slip
        ("nguyễnvănto", [["Nguyễn Văn Tho"], ["Nguyễn Văn Thọ"], ["Nguyen Van Tho"], ["Nguyên Văn Tho"]]),
    ],
)
def test_costs_of_marks(typed, in_order):
    """What marks cost tells apart, and puts in order, the same ones, more of them, none, and others."""
    name = TypedName(typed)
    costs = [{name.fit(kind(typed, written), analyze(written)).cost for written in own} for own in in_order]
    assert [len(own) for own in costs] == [1] * len(in_order)
    ascending = [cost for own in costs for cost in own]
    assert ascending == sorted(set(ascending))


@pytest.mark.parametrize(
    ("typed", "written", "expected"),
    [
        ("a" * MAX_NAME_LENGTH, "a" * MAX_NAME_LENGTH, "exact"),
        ("a" * (MAX_NAME_LENGTH + 1), "a" * (MAX_NAME_LENGTH + 1), None),
        ("a " * MAX_NAME_WORDS, "a " * MAX_NAME_WORDS, "exact"),
        ("a " * (MAX_NAME_WORDS + 1), "a " * (MAX_NAME_WORDS + 1), None),
        ("a", "a " * (MAX_NAME_WORDS + 1), None),
        ("a " * MAX_SPREAD_WORDS, "b " + "a " * MAX_SPREAD_WORDS, "word prefix"),
        ("a " * (MAX_SPREAD_WORDS + 1), "b " + "a " * (MAX_SPREAD_WORDS + 1), "substring"),
        ("abc " + "a " * MAX_SPREAD_WORDS, "abd " + "a " * MAX_SPREAD_WORDS, None),
        ("a" * MAX_SLIP_LETTERS, "a" * (MAX_SLIP_LETTERS - 1), "one slip"),
        ("a" * (MAX_SLIP_LETTERS + 1), "a" * MAX_SLIP_LETTERS, None),
    ],
)
def test_limits(typed, written, expected):
    """Beyond the limits there are no names, and no slips."""
    assert kind(typed, written) == expected


@given(any_text)
def test_every_text_answers_itself(text):
    """Any text with a letter or digit in it is an exact name of itself; other texts are none."""
    assert kind(text, text) == ("exact" if analyze(text) else None)


@given(any_text, any_text)
def test_better_kinds_are_worse_ones_too(typed, written):
    """Whoever answers exactly answers as a prefix, too, and by beginnings of words; none of which is a slip's fault."""
    name, tokens = TypedName(typed), analyze(written)
    fits = [name.fit(own, tokens) is not None for own in KINDS[:3]]
    assert fits == sorted(fits)
