"""Terms next to each other are counted as by hand."""

from collections import Counter
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import lexicon_of, make_index
from test_groups import SYLLABLES, numbered, segments, words
from timviet.index.analysis import forms

KEYED = [forms(own).keyed for own in SYLLABLES]


@settings(max_examples=40)
@given(segments=segments, three=st.tuples(words, words, words))
def test_counts(segments, three):
    """Single terms, pairs and triples are counted across segments, each place where they stand."""
    ngrams = lexicon_of(make_index(*segments)).ngrams
    texts = [[forms(token).keyed for token in tokens] for tokens in numbered(segments).values()]
    pairs = Counter(pair for text in texts for pair in pairwise(text))
    assert ngrams.pairs("text", KEYED, KEYED).tolist() == [[pairs[one, other] for other in KEYED] for one in KEYED]
    assert [ngrams.single("text", term) for term in KEYED] == [
        sum(text.count(term) for text in texts) for term in KEYED
    ]
    wanted = [forms(own).keyed for own in three]
    in_a_row = sum(text[at : at + 3] == wanted for text in texts for at in range(len(text)))
    assert ngrams.triple("text", *wanted) == in_a_row


def test_terms_that_there_are_not():
    """What no paragraph has is counted as never."""
    ngrams = lexicon_of(make_index(["Đảng ủy"])).ngrams
    assert (ngrams.single("text", "no"), ngrams.triple("text", "no", "a", "b"), ngrams.single("title", "no")) == (
        0,
        0,
        0,
    )
    assert ngrams.pairs("text", ["no"], ["uy", "no"]).tolist() == [[0, 0]]
    assert ngrams.pairs("title", ["no"], []).shape == (1, 0)
