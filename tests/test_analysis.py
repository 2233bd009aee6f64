"""A token's forms, the fingerprint of the rules, and the analyzer in plain Whoosh."""

import os
import pickle
import re
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from whoosh.fields import TEXT, Schema
from whoosh.filedb.filestore import RamStorage
from whoosh.qparser import QueryParser

from timviet.index import analysis, spelling, tokens
from timviet.index.analysis import (
    MAX_TERM_LENGTH,
    VietnameseAnalyzer,
    analyze,
    forms,
    indexed_forms,
    rules_fingerprint,
)

FORMS = ("canonical", "folded", "keyed")
TEXTS = ["Đảng uỷ xã Hoà Bình, số 05-CT/TW", "dang dở 05 năm", "Xe màu đỏ", "To be or not to be: an ủy thác"]
any_text = st.text(st.characters(exclude_categories=()))
words = st.text(st.sampled_from("aáạăắâêếioôơuưýyđdghnt1"), min_size=1)


@pytest.fixture
def fresh_rules():
    """Forms and fingerprints are computed anew in the test, and again after it."""
    caches = (analysis._remembered_forms, rules_fingerprint)
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


def search(form, query):
    """The numbers of the texts that plain Whoosh finds by its own parser, with our analyzer on its field."""
    schema = Schema(text=TEXT(analyzer=VietnameseAnalyzer(form), phrase=True, chars=True, stored=True))
    index = RamStorage().create_index(schema)
    with index.writer() as writer:
        for text in TEXTS:
            writer.add_document(text=text)
    with index.searcher() as searcher:
        return sorted(hit.docnum for hit in searcher.search(QueryParser("text", schema).parse(query)))


@given(any_text)
@example("ﷺ \u3164 ½ ɢ")
def test_analyze_keeps_places_and_forms(text):
    """Analysed tokens are the text's own, with the forms of their surfaces; only fillers are left out."""
    expected = [(*token, forms(token.surface)) for token in tokens.tokenize(text) if spelling.canonical(token.surface)]
    assert analyze(text) == expected
    assert indexed_forms(text) == [token.forms for token in analyze(text)]


pieces = st.sampled_from(["Đảng", "uy\u0309", "\u0301", "\u200b", "a" * 50, "TP.HCM,", "\u3164", "½", "x"])
spaces = st.sampled_from([" ", "\n", "\t", "\xa0", "\u3000", "\u2028", "\x1c", "\x85", "  "])


@given(st.lists(pieces | spaces | any_text).map("".join))
@example("a \u0301b")
@example("một\u3000hai\x1cba")
def test_pieces_between_spaces(text):
    """A text has the tokens of its pieces between spaces, one piece after the other."""
    assert [form for piece in text.split() for form in indexed_forms(piece)] == indexed_forms(text)


def test_a_filler_is_no_token():
    """A letter that Unicode says is to be ignored alone is no token, and takes no position."""
    assert [token.surface for token in analyze("một \u3164 hai")] == ["một", "hai"]


@given(words | any_text)
def test_forms_are_the_spellings_forms(surface):
    """A token's forms are its canonical and folded form."""
    assert forms(surface) == (spelling.canonical(surface)[:MAX_TERM_LENGTH], spelling.fold(surface)[:MAX_TERM_LENGTH])


@pytest.mark.parametrize("letter", ["a", "ạ", "đ", "1", "ß", "越", "😀"])
def test_long_forms_are_cut(letter):
    """A form is at most 255 code points, so that two longer tokens are one term if they start alike."""
    long, longer = forms(letter * 300), forms(letter * 300 + "b")
    assert (len(long.canonical), len(long.folded)) == (255, 255)
    assert long == longer
    assert forms("a" * 255) != forms("a" * 254)


@given(st.lists(words, min_size=1))
def test_keyed_forms_sort_readings_together(surfaces):
    """In a sorted dictionary of keyed forms all readings of a folded form stand together, the unmarked one first."""
    readings = {form.keyed: form for form in map(forms, surfaces)}
    in_order = [readings[key] for key in sorted(readings)]
    assert [form.folded for form in in_order] == sorted(form.folded for form in in_order)
    assert in_order == sorted(in_order, key=lambda form: (form.folded, form.canonical != form.folded, form.canonical))


@given(st.lists(words | any_text))
@example(["ma", "má", "mã", "Mà", "mà"])
def test_keyed_forms_lose_nothing(surfaces):
    """There are as many keyed forms of tokens as canonical ones, and the folded form can be cut off each."""
    found = [forms(token) for surface in surfaces for token in tokens.surfaces(surface)]
    assert len({form.keyed for form in found}) == len({form.canonical for form in found})
    assert all(form.keyed.split(analysis.KEY_SEPARATOR)[0] == form.folded for form in found)
    assert all(form.keyed.split(analysis.KEY_SEPARATOR)[-1] == form.canonical for form in found)


@pytest.mark.parametrize(
    ("module", "rule", "changed"),
    [
        pytest.param(spelling, "_LOOK_ALIKES", {}, id="look-alikes"),
        pytest.param(spelling, "_LOOK_ALIKES", str.maketrans("ð", "đ"), id="one look-alike"),
        *(
            pytest.param(
                spelling, "_I_FOR_Y", {y: i for y, i in spelling._I_FOR_Y.items() if y != gone}, id=f"no {gone}"
            )
            for gone in spelling._I_FOR_Y
        ),
        pytest.param(spelling, "_I_FOR_Y", {**spelling._I_FOR_Y, "thy": "thi"}, id="one more i for y"),
        *(
            pytest.param(spelling, "_VOWEL_MARKS", {**spelling._VOWEL_MARKS, vowel: set()}, id=f"marks of {vowel}")
            for vowel in spelling._VOWEL_MARKS
        ),
        *(
            pytest.param(spelling, "TONES", spelling.TONES.replace(t, ""), id=f"no U+{ord(t):04X}")
            for t in spelling.TONES
        ),
        pytest.param(spelling, "_PLAIN_LETTERS", spelling._PLAIN_LETTERS - {"f"}, id="one letter less"),
        pytest.param(spelling, "nfkc_casefold", str.casefold, id="case and width"),
        pytest.param(spelling, "latin_ascii", str, id="letters without marks"),
        pytest.param(tokens, "TOKEN", re.compile(r"\w+"), id="tokens with underscores"),
        pytest.param(tokens, "TOKEN", re.compile(r"[^\W_]+(?:[-/.,][^\W_]+)*"), id="tokens with punctuation"),
        pytest.param(tokens, "TOKEN", re.compile(tokens.TOKEN.pattern.replace("\u200b", "\u200c")), id="zero width"),
        pytest.param(analysis, "MAX_TERM_LENGTH", 100, id="length of terms"),
        pytest.param(analysis, "KEY_SEPARATOR", " ", id="separator of keyed forms"),
    ],
)
@pytest.mark.usefixtures("fresh_rules")
def test_fingerprint_changes_with_the_rules(monkeypatch, module, rule, changed):
    """A rule of analysis that makes other terms of a text makes another fingerprint."""
    before = rules_fingerprint()
    analysis._remembered_forms.cache_clear()
    rules_fingerprint.cache_clear()
    monkeypatch.setattr(module, rule, changed)
    assert rules_fingerprint() != before


@pytest.mark.usefixtures("fresh_rules")
def test_fingerprint_is_stable():
    """The same rules have the same fingerprint, computed again and in processes of any hash seed."""
    program = "from timviet.index.analysis import rules_fingerprint; print(rules_fingerprint())"
    elsewhere = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    analyze("Đảng ủy")
    assert elsewhere == {rules_fingerprint()}
    assert re.fullmatch("[0-9a-f]{16}", rules_fingerprint())


@pytest.mark.parametrize(
    ("form", "query", "expected"),
    [
        ("canonical", "ủy", [0, 3]),  # either place of the tone
        ("canonical", "dang", [1]),  # marks count
        ("canonical", '"hòa bình"', [0]),
        ("canonical", '"bình hòa"', []),  # positions ascend
        ("folded", "uy", [0, 3]),
        ("folded", "dang", [0, 1]),  # marks do not count, in the query as in the text
        ("folded", "đáng", [0, 1]),
        ("folded", '"dang uy xa"', [0]),
        ("folded", "mau AND do", [2]),
        ("keyed", "ỦY", [0, 3]),
        ("keyed", "dang", [1]),
        *((form, '"05-CT/TW"', [0]) for form in FORMS),  # a code is a phrase of its parts
        *((form, '"to be or not to be an"', [3]) for form in FORMS),  # there is no stop list
        *((form, "văn", []) for form in FORMS),
    ],
)
def test_plain_whoosh_searches_with_it(form, query, expected):
    """In a Whoosh schema of its own, with Whoosh's own parser, the analyzer finds words and phrases by their form."""
    assert search(form, query) == expected


@pytest.mark.parametrize("form", FORMS)
def test_whoosh_tokens(form):
    """A Whoosh token has its form as text, and position, characters and surface where they are asked for."""
    text = "Số 05-CT: Đảng uỷ"
    found = list(VietnameseAnalyzer(form)(text, positions=True, chars=True, keeporiginal=True, mode="index"))
    assert [token.text for token in found] == [getattr(token.forms, form) for token in analyze(text)]
    assert [token.pos for token in found] == [0, 1, 2, 3, 4]
    assert [text[token.startchar : token.endchar] for token in found] == ["Số", "05", "CT", "Đảng", "uỷ"]
    assert [token.original for token in found] == ["Số", "05", "CT", "Đảng", "uỷ"]
    assert {token.mode for token in found} == {"index"}


def test_whoosh_tokens_count_on():
    """Positions and characters are counted from where Whoosh says, so that the values of one field are one text."""
    (token,) = VietnameseAnalyzer("folded")(" ủy", positions=True, chars=True, start_pos=7, start_char=100)
    assert (token.text, token.pos, token.startchar, token.endchar) == ("uy", 7, 101, 103)


def test_whoosh_tokens_without_places():
    """A token has no position and no characters where Whoosh does not ask for them."""
    (token,) = VietnameseAnalyzer("folded")("ủy")
    assert not {"pos", "startchar", "endchar", "original"} & vars(token).keys()


@pytest.mark.parametrize("form", FORMS)
def test_analyzers_pickle_and_compare(form):
    """An analyzer pickles, as Whoosh pickles schemas, into one that is equal; those of other forms are not."""
    analyzer = VietnameseAnalyzer(form)
    restored = pickle.loads(pickle.dumps(analyzer))  # noqa: S301
    assert restored == analyzer
    assert [token.text for token in restored("Đảng uỷ")] == [token.text for token in analyzer("Đảng uỷ")]
    assert [other for other in FORMS if VietnameseAnalyzer(other) == analyzer] == [form]
