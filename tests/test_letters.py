"""Texts are found by letters within them and by slips as comparing them one by one finds them."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from timviet.search.names.letters import Letters, one_slip_away

letters = st.text("abc", max_size=5)
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
texts = st.lists(letters | any_text, max_size=8)


def edits(text: str, alphabet: str) -> set[str]:
    """All texts that one slip makes of a text."""
    cuts = [(text[:place], text[place:]) for place in range(len(text) + 1)]
    return {
        edited
        for before, after in cuts
        for edited in (
            before + after[1:],
            before + after[1::-1] + after[2:],
            *(before + letter + after for letter in alphabet),
            *(before + letter + after[1:] for letter in alphabet),
        )
    } - {text}


@pytest.mark.parametrize(
    ("text", "other", "is_one"),
    [
        ("tho", "thon", True),  # a letter too few
        ("thon", "ton", True),  # too many
        ("tho", "thu", True),  # another one
        ("tho", "hto", True),  # two in the other order
        ("aab", "aba", True),
        ("a", "", True),
        ("tho", "tho", False),  # none
        ("tho", "oht", False),  # two that are no neighbours
        ("abcd", "badc", False),  # twice
        ("tho", "thien", False),
        ("", "", False),
    ],
)
def test_what_one_slip_is(text, other, is_one):
    """One slip is a letter too many, too few, another one, or two neighbours in the other order; either way round."""
    assert one_slip_away(text, other) is one_slip_away(other, text) is is_one


@given(letters | any_text, letters | any_text)
def test_slips_are_edits(text, other):
    """What is one slip away is what one edit makes."""
    assert one_slip_away(text, other) == (other in edits(text, other))


@given(texts, letters.filter(bool) | any_text.filter(bool))
@example(["ab", "ab"], "ba")  # from the end of one text into the next
@example(["aa", "aaa", "", "a"], "aa")
@example(["𨻻an", "an𨻻"], "an")  # beyond the letters that have room in two bytes
@example([], "a")
def test_texts_that_contain_another(texts, part):
    """The texts that contain another one are those that Python finds it in."""
    expected = [number for number, text in enumerate(texts) if part in text]
    assert Letters.of(texts).containing(part).tolist() == expected


@given(texts, letters.filter(bool) | any_text.filter(bool))
@example(["ab", "ba", "abc", "b", "", "aab"], "ab")
@example(["", "a", "b", "aa"], "a")
@example(["越南", "越"], "南越")
def test_texts_one_slip_away(texts, typed):
    """The texts that are one slip away from another one are found as if each were compared with it."""
    expected = [number for number, text in enumerate(texts) if text and one_slip_away(typed, text)]
    assert Letters.of(texts).one_slip_away(typed).tolist() == expected


@given(st.lists(letters.filter(bool), min_size=1, max_size=5), st.lists(st.lists(st.integers(0, 4), min_size=1)))
def test_texts_of_texts(words, names):
    """Texts that are made of others have the letters of these, one after the other."""
    names = [[number % len(words) for number in name] for name in names]
    numbers, counts = [number for name in names for number in name], [len(name) for name in names]
    joined = Letters.of(words).joined(np.array(numbers, np.int64), np.array(counts, np.int64))
    expected = ["".join(words[number] for number in name) for name in names]
    assert joined.lengths.tolist() == [*map(len, expected)]
    assert joined.containing("ab").tolist() == [number for number, text in enumerate(expected) if "ab" in text]
