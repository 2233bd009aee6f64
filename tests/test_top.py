"""The best paragraphs are exactly those that scoring every paragraph in full puts first."""

from unittest.mock import patch

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from helpers import add_segment, make_index
from timviet.index.snapshot import Snapshot
from timviet.search import top
from timviet.search.lexicon import Lexicon
from timviet.search.match import SegmentMatcher
from timviet.search.parser import parse
from timviet.search.plan import make_plan
from timviet.search.top import Best

words = st.sampled_from(["a", "á", "b", "bà", "c", "d"])
texts = st.lists(st.lists(words, max_size=8).map(" ".join), min_size=1, max_size=12)
segments = st.lists(texts, min_size=1, max_size=3)
queries = st.lists(words, min_size=1, max_size=5).map(" ".join)


def best(index, query, match, limit):
    """The best paragraphs' places and scores, and the total."""
    snapshot = Snapshot(index.whoosh.searcher())
    matchers = [SegmentMatcher(segment) for segment in snapshot.segments]
    plan = make_plan(parse(query, {}), Lexicon(snapshot, matchers), match=match)
    found = Best(matchers, plan, limit)
    return found.places, found.scores, found.total


@given(segments, queries, st.sampled_from(["all", "any"]), st.integers(1, 9), st.sets(st.integers(0, 35), max_size=6))
@example([["b a"] * 6 + ["a b c d"]], "a b", "any", 1, set())
@example([["b a a a a", "a b", "c", "a", "b", "d a b"]], "a b", "any", 1, set())
@example([["a x b", "a b"], ["a b a b"]], 'a -d "a b"', "any", 1, set())
def test_the_best_are_exact(segments, query, match, limit, removed):
    """The first of all, worked out in full, are those found with a limit, with the same scores and the same total."""
    index = make_index(*segments)
    add_segment(index, remove=[str(number) for number in removed])
    with patch.object(top, "_FIRST_SHARE", 1):
        places, scores, total = best(index, query, match, limit)
    every_place, every_score, every_total = best(index, query, match, None)
    assert total == every_total == len(every_place)
    np.testing.assert_allclose(scores, every_score[:limit])
    assert places == every_place[:limit]


@given(segments, queries)
def test_scores_descend_and_places_ascend(segments, query):
    """Paragraphs come by their scores; of equal ones, those that were indexed first."""
    places, scores, _ = best(make_index(*segments), query, "any", None)
    assert sorted(zip((-score for score in scores), places, strict=True)) == list(
        zip((-score for score in scores), places, strict=True)
    )
