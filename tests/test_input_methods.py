"""Keys of input methods make the words that they are typed for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timviet.index import canonical
from timviet.search.input_methods import decoded_texts, decodings


def decoded(typed):
    """The canonical forms of what keys may mean."""
    return [canonical(word) for word in decodings(typed)]


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        pytest.param("ddarng", "đảng", id="Telex: a stroke, and a tone in the middle"),
        pytest.param("dangdr", "đảng", id="Telex: both at the end"),
        pytest.param("uyr", "ủy", id="Telex: a tone"),
        pytest.param("quyeets", "quyết", id="Telex: a circumflex by a letter twice"),
        pytest.param("nguwowif", "người", id="Telex: both horns"),
        pytest.param("nguoiwf", "người", id="Telex: both horns by one key at the end"),
        pytest.param("thuowr", "thuở", id="Telex: one horn where nothing follows"),
        pytest.param("awn", "ăn", id="Telex: a breve"),
        pytest.param("hoawcj", "hoặc", id="Telex: a breve after o"),
        pytest.param("hoacwj", "hoặc", id="Telex: the same at the end"),
        pytest.param("quawngj", "quặng", id="Telex: a breve after qu"),
        pytest.param("khoawn", "khoăn", id="Telex: a breve and no tone"),
        pytest.param("xoawns", "xoắn", id="Telex: a breve and a tone at the end"),
        pytest.param("muaw", "mưa", id="Telex: a horn, not a breve"),
        pytest.param("quowr", "quở", id="Telex: a horn after qu"),
        pytest.param("tw", "tư", id="Telex: a horned u by its key alone"),
        pytest.param("nhwngx", "những", id="Telex: the same before other letters"),
        pytest.param("nwowcs", "nước", id="Telex: the same before another horn"),
        pytest.param("VIEEJT", "việt", id="Telex: capitals"),
        pytest.param("d9ang3", "đảng", id="VNI: a stroke and a tone"),
        pytest.param("uy3", "ủy", id="VNI: a tone"),
        pytest.param("nguoi72", "người", id="VNI: both horns by one key"),
        pytest.param("a8n", "ăn", id="VNI: a breve"),
        pytest.param("dda?ng", "đảng", id="VIQR: a stroke and a tone"),
        pytest.param("ddu+o+`ng", "đường", id="VIQR: both horns and a tone"),
        pytest.param("Vie^.t", "việt", id="VIQR: a circumflex and a tone"),
        pytest.param("a(n", "ăn", id="VIQR: a breve"),
    ],
)
def test_keys_make_words(typed, word):
    """Each input method's keys make the word, wherever in it they are typed."""
    assert canonical(word) in decoded(typed)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("cong", "it has no key of its own: each is a letter"),
        ("2024", "there is no letter to carry a mark"),
        ("m519", "there is no vowel to carry a tone"),
        ("uy33", "a syllable has one tone"),
        ("", "nothing was typed"),
        ("đảng", "it has its marks"),
    ],
)
def test_no_keys_are_no_words(typed, why):
    """What has no keys for marks, or keys that mean nothing, makes no word."""
    assert decoded(typed) == [], why


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Nguyeenx  Vawn Tho", ["nguyễn văn tho"]),
        ("nguye6n4 van8 thoj", ["nguye6n4 van8 thọ", "nguyễn văn thoj"]),
        ("hoaif tias tieens toans quys gif giaf ruowuj khuyar", ["hoài tía tiến toán quý gì già rượu khuỷa"]),
        ("tha'i b?", ["thái b?"]),
        ("nguyen van tho", []),
    ],
)
def test_keys_of_texts(typed, expected):
    """For each input method, words of a text that are keys of it are decoded, as people write them; others stay."""
    assert list(decoded_texts(typed)) == expected


@given(st.text())
def test_anything_may_be_typed(typed):
    """Whatever was typed, what it makes is something else."""
    assert typed.lower() not in list(decodings(typed))
