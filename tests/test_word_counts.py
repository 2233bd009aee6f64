"""Words are counted in texts and titles together."""

import pytest

from helpers import add_segment, lexicon_of, make_index
from timviet.index import Document
from timviet.index.analysis import forms

THO, XUAN, OTHER = (forms(word).keyed for word in ("thọ", "xuân", "thợ"))


@pytest.fixture(scope="module")
def counts():
    """Those of two segments, one of which has no titles."""
    index = make_index(["thợ xuân", "thọ"])
    titled = Document(id="tx", title="Huyện Thọ Xuân", text="Thọ Xuân họp; Thọ Xuân mít tinh")
    add_segment(index, titled, Document(id="lx", title="Thọ", text="thợ"))
    return lexicon_of(index).words


def test_single_words_pairs_and_triples(counts):
    """Each occurrence counts, wherever it is."""
    assert [counts.single(term) for term in (THO, XUAN, OTHER, "no")] == [5, 4, 2, 0]
    assert counts.pairs([THO, "no"], [XUAN, OTHER]).tolist() == [[3, 0], [0, 0]]
    assert counts.pair(OTHER, XUAN) == 1
    assert counts.triple(forms("huyện").keyed, THO, XUAN) == 1
    assert counts.token_count == 15


def test_forms(counts):
    """Readings and folded forms of titles are known as those of texts are."""
    assert counts.readings("tho") == sorted([OTHER, THO])
    assert counts.readings("huyen") == [forms("huyện").keyed]
    assert counts.folded_forms("h") == ["hop", "huyen"]
    assert (counts.paragraphs(forms("huyện").keyed), counts.folded_paragraphs("huyen")) == (1, 1)
    assert (counts.paragraphs("no"), counts.folded_paragraphs("no")) == (0, 0)


def test_nothing_indexed():
    """An empty index has nothing of anything."""
    counts = lexicon_of(make_index()).words
    assert (counts.token_count, counts.single(THO), counts.readings("tho"), counts.folded_forms("t")) == (0, 0, [], [])
    assert counts.pairs([THO], [XUAN]).tolist() == [[0]]
