"""Terms are written as the texts and titles of an index write them."""

import pytest

from helpers import add_segment, lexicon_of, make_index
from timviet.index import Document
from timviet.index.analysis import forms
from timviet.index.columnfile import DamagedFileError
from timviet.index.errors import QueryTimeoutError
from timviet.search.deadline import TimeLimit


def surfaces_of(*texts):
    """How an index of some texts writes its terms."""
    return lexicon_of(make_index(texts)).surfaces


@pytest.mark.parametrize(
    ("texts", "word", "before", "written"),
    [
        pytest.param(["Công an", "một công"], "công", None, "công", id="in lower case"),
        pytest.param(["bác sĩ", "sỹ quan"], "sĩ", "bác", "sĩ", id="with i after the word before"),
        pytest.param(["bác sĩ", "hạ sỹ quan"], "sĩ", "hạ", "sỹ", id="with y after another one"),
        pytest.param(["Thanh Hoá"], "hóa", "không", "hoá", id="never after that word: as anywhere"),
        pytest.param(["Thanh Hoá", *["Thanh Hóa"] * 9], "hóa", "thanh", "hóa", id="as most write it"),
        pytest.param([*["Thanh Hoá"] * 9, "Thanh Hóa"], "hóa", "thanh", "hoá", id="as most write it, the other way"),
        pytest.param(["THANH HO\u0301A", "Thanh Hóa", "thanh hoá"], "hóa", None, "hóa", id="in whatever Unicode form"),
    ],
)
def test_how_a_term_is_written(texts, word, before, written):
    """A term is written as most of the texts write it, most of all after the word before."""
    assert surfaces_of(*texts).of(forms(word).keyed, before and forms(before).keyed) == written


def test_samples_are_spread_over_all_that_have_a_term():
    """What the first paragraphs write otherwise than the others does not decide."""
    assert surfaces_of(*["bác sỹ"] * 20, *["bác sĩ"] * 80).of(forms("sĩ").keyed, forms("bác").keyed) == "sĩ"


def test_a_term_of_titles_alone():
    """What stands in titles only is written as there."""
    index = make_index()
    add_segment(index, Document(id="1", title="Thanh Hóa", text="một tỉnh"))
    assert lexicon_of(index).surfaces.of(forms("hóa").keyed, None) == "hóa"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param(["thuế VAT", "VAT 10%", "vat"], True, id="in most"),
        pytest.param(["thuế VAT", "vat", "Vat"], False, id="in one of three"),
        pytest.param([], False, id="nowhere at all"),
    ],
)
def test_capitals(texts, expected):
    """A term is an abbreviation where most texts write it in capitals."""
    assert surfaces_of(*texts).are_capitals(forms("vat").keyed) is expected


def test_a_term_that_no_text_has():
    """Where the index knows a term that none of its texts has, it is damaged."""
    with pytest.raises(DamagedFileError, match="no paragraph has 'sai'"):
        surfaces_of("đúng").of("sai", None)


def test_a_deadline_holds_within_a_paragraph():
    """However long a paragraph is, reading it ends in time."""
    surfaces = surfaces_of("dài " * 5000 + "hết")
    with TimeLimit(seconds=0), pytest.raises(QueryTimeoutError):
        surfaces.of(forms("hết").keyed, None)


def test_no_more_is_read_than_is_needed(monkeypatch):
    """A paragraph is read up to where it has the term first, not to its end."""
    surfaces = surfaces_of("ngắn thôi " + "dài " * 5000)
    read = []
    monkeypatch.setattr("timviet.search.surfaces.forms", lambda surface: read.append(surface) or forms(surface))
    assert surfaces.of(forms("thôi").keyed, None) == "thôi"
    assert read == ["ngắn", "thôi"]
