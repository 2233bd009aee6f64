"""The best paragraphs are exactly those that scoring every paragraph in full puts first."""

from contextlib import contextmanager
from itertools import permutations
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helpers import add_segment, make_index
from test_match import unit_of
from timviet.index.snapshot import Snapshot
from timviet.search import leaf_postings, match, top
from timviet.search.match import SegmentMatcher
from timviet.search.parser import parse, query_fields
from timviet.search.plan import make_plan
from timviet.search.snapshot_lexicon import SnapshotLexicon
from timviet.search.top import find_best

words = st.sampled_from(["a", "á", "b", "bà", "c", "d"])
texts = st.lists(st.lists(words, max_size=8).map(" ".join), min_size=1, max_size=20)
segments = st.lists(texts, min_size=1, max_size=3)
clauses = st.one_of(
    words,
    st.tuples(words, words).map('"{0[0]} {0[1]}"'.format),
    st.tuples(st.sampled_from("+-"), words).map("".join),
    st.sampled_from(["(a OR b)", "(a -b)", '-"a b"', "text:[b TO c]", "b*", "a^3"]),
)
queries = st.one_of(st.lists(words, min_size=1, max_size=5), st.lists(clauses, min_size=1, max_size=4)).map(" ".join)
matches = st.sampled_from(["all", "any"])

# Shares of the paragraphs above which scores are bounded before they are worked out.
ALWAYS, NEVER = 0, 1000
either_way = pytest.mark.parametrize("share", [pytest.param(ALWAYS, id="bounded"), pytest.param(NEVER, id="not")])


@contextmanager
def ways(share, stripes):
    """Scores that are bounded first above a share of the paragraphs, and cut into so many stripes."""
    with (
        patch.object(match, "DENSE_SHARE", share),
        patch.object(leaf_postings, "DENSE_SHARE", share),
        patch.object(top, "_STRIPES", stripes),
    ):
        yield


def best(index, query, match, limit):
    """The best paragraphs' numbers and scores, and the total."""
    whoosh = index.whoosh.searcher()  # its parts do not keep it
    snapshot = Snapshot(whoosh)
    matchers = [SegmentMatcher(segment) for segment in snapshot.segments]
    plan = make_plan(parse(query, query_fields([])), SnapshotLexicon(snapshot, matchers), match=match)
    return find_best(matchers, plan, limit)


@either_way
@pytest.mark.parametrize("stripes", [1, 64])
@given(
    segments=segments,
    query=queries,
    match=matches,
    limit=st.integers(1, 9),
    removed=st.sets(st.integers(0, 59), max_size=9),
)
@example(segments=[["b a"] * 6 + ["a b c d"]], query="a b", match="any", limit=1, removed=set())
@example(segments=[["b a a a a", "a b", "c", "a", "b", "d a b"]], query="a b", match="any", limit=1, removed=set())
@example(segments=[["a x b", "a b"], ["a b a b"]], query='a -d "a b"', match="any", limit=1, removed=set())
@example(segments=[["a"] * 5, ["a b"] * 5], query="a b", match="any", limit=9, removed={0, 9})
def test_the_best_are_exact(share, stripes, segments, query, match, limit, removed):
    """With a limit come the first of all that are found, each worked out in full: same numbers, scores and total."""
    index = make_index(*segments)
    add_segment(index, remove=map(str, removed))
    with ways(share, stripes):
        numbers, scores, total = best(index, query, match, limit)
    with ways(share, stripes):
        every_number, every_score, every_total = best(index, query, match, None)
    assert total == every_total == len(every_number)
    assert scores == every_score[:limit]
    assert numbers == every_number[:limit]


@given(segments, st.lists(words, min_size=1, max_size=3).map(" ".join), matches, st.integers(1, 9), st.integers(0, 99))
@example([["a b c"] * 12], "a b c", "any", 3, 0)
def test_bounds_may_be_off(segments, query, match, limit, seed):
    """The best are exact as long as bounds are too high by less than their slack."""
    index = make_index(*segments)
    random = np.random.default_rng(seed)
    bounds_of = SegmentMatcher.bounds

    def bounds_within_slack(self, node):
        bounds = bounds_of(self, node)
        if bounds is None:
            return None
        documents, scores = self.matches(node)
        units = np.zeros_like(bounds.units)
        units[documents] = np.ceil(scores / unit_of(node)) + random.integers(
            0, max(1, bounds.slack - 1), len(documents)
        )
        return bounds._replace(units=units)

    with ways(ALWAYS, 1), patch.object(SegmentMatcher, "bounds", bounds_within_slack):
        found = best(index, query, match, limit)
    with ways(ALWAYS, 1):
        numbers, scores, total = best(index, query, match, None)
    assert found == (numbers[:limit], scores[:limit], total)


@given(segments, queries, matches)
def test_scores_descend_and_numbers_ascend(segments, query, match):
    """Paragraphs come by their scores; of equal ones, those that were indexed first."""
    numbers, scores, _ = best(make_index(*segments), query, match, None)
    ranked = [(-score, number) for score, number in zip(scores, numbers, strict=True)]
    assert ranked == sorted(ranked)


@either_way
@pytest.mark.parametrize("stripes", [1, 64])
@pytest.mark.parametrize("limit", [1, 7, 50, None])
@pytest.mark.parametrize("match", ["all", "any"])
@pytest.mark.parametrize("query", ["công an", '"công an"', "+công an", "-xã", "text:[a TO z]"])
def test_equal_paragraphs_come_as_in_the_index(share, stripes, limit, match, query):
    """Of many paragraphs that score the same, those come that were indexed first, segment by segment."""
    index = make_index(["công an"] * 20, ["công an"], ["công an"] * 20)
    add_segment(index, remove=["0", "5", "30"])
    left = [number for number in range(41) if number not in [0, 5, 30]]
    with ways(share, stripes):
        numbers, scores, total = best(index, query, match, limit)
    assert (numbers, total) == (left[:limit], len(left))
    assert len(set(scores)) == 1


def test_equal_paragraphs_score_the_same_in_any_segment():
    """Equal paragraphs score the same to the last digit where a word is frequent in one segment and rare in another."""
    text = "công an xã hội tỉnh"
    index = make_index([text, "xóm công an", *["xóm"] * 99], [text])
    for query in map(" ".join, permutations(text.split(), 3)):
        numbers, scores, _ = best(index, query, "all", None)
        assert (numbers, len(set(scores))) == ([0, 101], 1)


def test_an_empty_index():
    """Nothing is found where nothing is."""
    assert best(make_index(), "công an", "any", 10) == ([], [], 0)
