"""What is written as a Vietnamese syllable can be is told from what is not, by the rules of orthography alone."""

import gzip
import json
import unicodedata
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoders import LETTERS
from timviet.index.encodings.syllables import is_syllable
from timviet.index.tokens import surfaces

SYLLABLES = """
    a ở ý ạ yêu yểng iêng oái uyên uỵch ngoằn ngoèo khuỷu thuở quốc quýnh quạu quăng
    gì giếng gịa già giường giữ ghế nghiêng ngược kỹ kỳ của cà xoong rơ moóc phở đảng Đảng ĐẢNG
    hoà hòa uỷ ủy vịêt qúy Ðảng nam khoan
"""


@pytest.mark.parametrize("word", SYLLABLES.split())
def test_syllables(word):
    """Syllables are told, with their tone on any letter, in small letters, capitals, or with a capital at the start."""
    assert is_syllable(word)
    assert is_syllable(unicodedata.normalize("NFD", word))


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("keo", "is one, for the contrast with the next"),
        ("ceo", "c before a front vowel"),
        ("ka", "k before a back vowel"),
        ("ngế", "ng before a front vowel"),
        ("gha", "gh before a back vowel"),
        ("hoc", "a stop at the end without a tone"),
        ("họcs", "a letter after the rhyme"),
        ("hồc", "a stop at the end with a tone that it cannot have"),
        ("ắ", "no rhyme by itself"),
        ("flan", "an initial of other languages"),
        ("été", "two tones"),
        ("über", "a letter of other languages"),
        ("hÒa", "capitals within"),
        ("HòA", "small letters within"),
        ("Việt2", "a digit"),
        ("thương-mại", "a hyphen"),
    ],
)
def test_no_syllables(word, why):
    """What breaks one of the rules is no syllable."""
    assert is_syllable(word) == why.startswith("is one")


@given(st.text() | st.text(st.sampled_from([*LETTERS, *"cghnptu"]), max_size=8))
def test_case_does_not_matter_and_anything_is_taken(word):
    """Any string is taken, and capitals are syllables where small letters are."""
    if word.lower().upper() == word.upper() and len(word) == len(word.upper()) and word.isalpha():
        assert is_syllable(word.lower()) == is_syllable(word.upper())
    else:
        is_syllable(word)


@pytest.mark.parametrize(("name", "least"), [("phapdien", 0.995), ("viwiki", 0.99)])
def test_real_texts(shared, name, least):
    """Nearly all words with marks in real texts are syllables, in those that have foreign names, too."""
    with gzip.open(shared / "corpus" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in islice(lines, 0, 40_000, 40)]
    words = [
        word for text in texts for word in surfaces(text) if word.isalpha() and not word.isascii() and len(word) > 1
    ]
    assert len(words) > 10_000
    assert sum(map(is_syllable, words)) / len(words) > least
