"""What a word may have been meant for is known with how likely each slip is."""

from itertools import product

import pytest

from helpers import lexicon_of, make_index
from timviet.index import canonical
from timviet.index.analysis import forms
from timviet.search.candidates import find_candidates
from timviet.search.readings import in_a_row
from timviet.search.slips import sounding_alike
from timviet.search.typed_words import Piece


def candidates(lexicon, typed, is_marked=True):
    """The words that the index has for a typed one, likeliest first, by their forms."""
    (found,) = find_candidates(Piece(0, typed), is_marked, lexicon)
    return sorted(found.meant, key=lambda term: -found.meant[term])


def keyed(*words):
    """The keyed terms of words."""
    return [forms(word).keyed for word in words]


@pytest.mark.parametrize(
    ("typed", "likeliest_first", "why"),
    [
        ("bão", ["bão", "bảo", "bào"], "a hook for a tilde is the likeliest slip of all, then come other tones"),
        ("bắc", ["bắc", "bác", "bấc"], "marks of vowels come after tones"),
        ("tấp", ["tấp", "tập", "tắp"], "whichever they are"),
        ("sàn", ["sàn", "xàn", "sẫn"], "what sounds alike comes before both"),
        ("xyzan", ["xyzan", "xyan"], "a letter that slipped comes last"),
    ],
)
def test_order(typed, likeliest_first, why):
    """Slips that people make more often are likelier."""
    lexicon = lexicon_of(make_index([" ".join(word for word in likeliest_first if word != "xyzan")] * 9))
    assert candidates(lexicon, typed) == keyed(*likeliest_first), why


@pytest.mark.parametrize(
    ("folded", "others"),
    [
        ("xung", {"sung", "xun"}),
        ("trong", {"chong", "tron"}),
        ("giam", {"dam", "ram", "vam"}),
        ("nghanh", {"nganh", "nghan"}),
        ("ghe", {"ge"}),
        ("ke", {"ce", "qe"}),
        ("lam", {"nam"}),
        ("mat", {"mac", "mach"}),
        ("hai", {"hay"}),
        ("fu", {"phu", "fo"}),
        ("ann", {"anng", "annh", "an"}),
        ("gi", {"ghi", "gy"}),
        ("an", {"ang", "anh"}),
    ],
)
def test_what_sounds_alike(folded, others):
    """One sound is taken for another one at either end, or a letter is typed twice."""
    assert set(sounding_alike(folded)) == others


def test_what_sounds_alike_has_the_same_marks():
    """In a query with marks, what sounds alike has those that were typed; in one without, any."""
    lexicon = lexicon_of(make_index(["xung xùng sung súng sùng"] * 9))
    assert set(candidates(lexicon, "xung")) == set(keyed("xung", "xùng", "sung"))
    assert set(candidates(lexicon, "xùng")) == set(keyed("xung", "xùng", "sùng"))
    assert set(candidates(lexicon, "xung", is_marked=False)) == set(keyed("xung", "xùng"))
    (found,) = find_candidates(Piece(0, "xung"), is_marked=False, lexicon=lexicon)
    assert set(found.with_sounds(lexicon.words).meant) == set(keyed("xung", "xùng", "sung", "súng", "sùng"))


def test_so_many_are_compared():
    """Of very many readings, the most frequent ones are compared, and what was typed."""
    tones = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
    readings = [f"{d}{a}{tone}ng" for d, a, tone in product("dđ", "aăâ", tones)]
    rare, *others = readings
    found = candidates(lexicon_of(make_index([rare, *[" ".join(others[:31])] * 2, " ".join(others)])), "dang")
    assert set(found) == set(keyed(rare, *others[:31]))
    assert len(set(map(canonical, readings))) == 36


@pytest.mark.parametrize(
    ("typed", "row"),
    [
        ("abcdefghijabcdefghijk", ["abcdefghij", "abcdefghijk"]),
        ("abcdefghijkabcdefghijk", None),
    ],
)
def test_the_longest_word_that_is_parted(typed, row):
    """A word of 21 letters may be several without spaces; the ways to part a longer one are too many."""
    lexicon = lexicon_of(make_index(["abcdefghij abcdefghijk", "abcdefghijk abcdefghijk"] * 5000))
    assert (in_a_row(*keyed(*row)) if row else None) == next(iter(set(candidates(lexicon, typed)) - {typed}), None)


def test_abbreviations():
    """What was typed in capitals is one of the words that the index has in capitals."""
    lexicon = lexicon_of(make_index(["số 5/NĐ, số 6/ND, thuế VAT, đồ vật, nợ"] * 9))
    assert set(candidates(lexicon, "ND")) == set(keyed("ND", "NĐ"))
    assert candidates(lexicon, "VAT") == keyed("VAT")
    assert set(candidates(lexicon, "vat", is_marked=False)) == set(keyed("vat", "vật"))
