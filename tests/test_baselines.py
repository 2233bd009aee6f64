"""The baselines are plain BM25, no more and no less: as worked out here from the texts alone."""

from collections import Counter
from contextlib import closing
from math import log

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helpers import make_index
from timviet.index.analysis import indexed_forms
from timviet.search.backend import open_collection
from timviet.search.evaluation.baselines import PlainSearcher
from timviet.search.limits import DEFAULT_LIMITS

K1, B, LEVELS = 1.2, 0.75, 255
SYLLABLES = ["đảng", "đang", "dang", "Đặng", "uỷ", "ủy", "uy", "họp", "bàn", "31,77"]

queries = st.lists(st.sampled_from(SYLLABLES), max_size=12).map(" ".join)
texts = st.lists(st.sampled_from(SYLLABLES), max_size=5).map(" ".join)  # the index rounds lengths above ten tokens
segments = st.lists(st.lists(texts, min_size=1, max_size=8), min_size=1, max_size=2)
either_form = pytest.mark.parametrize("form", ["keyed", "folded"])


def bm25(texts, query, form):
    """Of each text that has any syllable of the query, its score and by how much rounding may change that."""
    analyzed = [[getattr(token, form) for token in indexed_forms(text)] for text in texts]
    average = sum(map(len, analyzed)) / max(sum(map(bool, analyzed)), 1)
    scores = {}
    for place, tokens in enumerate(analyzed):
        for syllable, times in Counter(getattr(token, form) for token in indexed_forms(query)).items():
            frequency, holding = tokens.count(syllable), sum(syllable in own for own in analyzed)
            if frequency:
                most = times * log(1 + (len(texts) - holding + 0.5) / (holding + 0.5)) * (K1 + 1)
                score = most * frequency / (frequency + K1 * (1 - B + B * len(tokens) / average))
                before, slack = scores.get(str(place), (0, 0))
                scores[str(place)] = before + score, slack + 0.5 * most / LEVELS
    return scores


def searched(segments, query, form, limit):
    """The ids and scores that the baseline finds."""
    with closing(open_collection(make_index(*segments), DEFAULT_LIMITS)) as collection:
        return PlainSearcher(collection, form).search(query, limit)


@either_form
@given(segments=segments, query=queries)
@example(segments=[["đảng ủy họp", "dang uy hop", "đang ủy"], ["Đảng uỷ đảng uỷ"]], query="Đảng ủy, đảng!")
@example(segments=[[" ".join(SYLLABLES[:-1])] * 8], query=" ".join(SYLLABLES))
def test_scores(form, segments, query):
    """Scores are BM25's with k1 1.2 and b 0.75 over the texts' syllables, but for the rounding of saturations."""
    expected = bm25([text for segment in segments for text in segment], query, form)
    hits = searched(segments, query, form, limit=100)
    assert {hit.document_id for hit in hits} == expected.keys()
    for hit in hits:
        score, slack = expected[hit.document_id]
        assert abs(hit.score - score) <= slack * 1.001
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        pytest.param("keyed", ["0", "1"], id="keeps all marks"),  # in one spelling or the other
        pytest.param("folded", ["0", "1", "2", "3"], id="drops all marks"),  # whatever marks they have
    ],
)
def test_what_marks_do(form, expected):
    """One baseline finds what has the marks as typed, in any spelling, and nothing else; the other one all of it."""
    hits = searched([["Đảng uỷ", "đảng ủy", "đang úy", "dang uy"]], "đảng ủy", form, limit=100)
    assert sorted(hit.document_id for hit in hits) == expected


def test_a_syllable_typed_twice_counts_twice():
    """Repeated syllables of a query weigh as much as they were typed."""
    (once,), (twice,) = (searched([["đảng ủy", "họp"]], query, "keyed", 9) for query in ("đảng", "đảng Đảng"))
    assert twice.score == pytest.approx(2 * once.score)


@either_form
def test_nothing_to_search_for(form):
    """A query without any syllable, or with none that there is, finds nothing."""
    assert searched([["đảng ủy"]], "?! xyz", form, 9) == []
    assert searched([["đảng ủy"]], "?!", form, 9) == []


@either_form
def test_the_limit(form):
    """The first come alone where fewer are asked for."""
    segments = [["đảng", "đảng ủy", "đảng ủy họp bàn"], ["đảng đảng"]]
    every = searched(segments, "đảng", form, 9)
    assert searched(segments, "đảng", form, 2) == every[:2]
