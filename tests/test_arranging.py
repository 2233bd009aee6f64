"""What was found is arranged as was asked for: whole or in part, by score or sorted, grouped or not."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from refining import EVERY, found_of, make_collection, picks, segments
from test_top import queries, ways
from timviet.search.parser import parse, query_fields
from timviet.search.plan import make_plan
from timviet.search.refine.arranging import arrange
from timviet.search.refine.found import find_all
from timviet.search.refine.grouping import group_by_document
from timviet.search.refine.sorting import Sort
from timviet.search.top import find_best

sorts = st.none() | st.builds(Sort, st.sampled_from(["title", "loai"]), st.booleans())


@given(changes=segments, picks=picks, sort=sorts, group=st.booleans(), limit=st.integers(1, 6))
@example(changes=[([], set())], picks=EVERY, sort=None, group=True, limit=1)
def test_a_page_is_a_part_of_the_whole(changes, picks, sort, group, limit):
    """With a limit come the first of all, and the same total; grouped, one paragraph of each document counts."""
    collection = make_collection(changes)
    found = found_of(collection, picks)
    whole = arrange(collection.columns, found, None, sort, group)
    page = arrange(collection.columns, found, limit, sort, group)
    assert page.ranked == whole.ranked[:limit]
    assert page.others == (whole.others[:limit] if group else None)
    assert page.total == whole.total == len(whole.ranked)
    best, others = group_by_document(collection.columns, found) if group else (found, None)
    assert page.counted.tolist() == best.numbers.tolist()
    assert dict(whole.ranked) == dict(zip(best.numbers.tolist(), best.scores.tolist(), strict=True))
    if group:
        by_number = dict(zip(best.numbers.tolist(), others.tolist(), strict=True))
        assert whole.others == [by_number[number] for number, _ in whole.ranked]


@pytest.mark.parametrize("share", [pytest.param(0, id="bounded"), pytest.param(1000, id="not")])
@given(changes=segments, query=queries, match=st.sampled_from(["all", "any"]), limit=st.integers(1, 6))
def test_by_score_comes_what_is_best(share, changes, query, match, limit):
    """By score come the same paragraphs, in the same order, as where only the best are looked for."""
    collection = make_collection(changes)
    matchers = collection.matchers
    plan = make_plan(parse(query, query_fields([])), collection.lexicon, match=match)
    with ways(share, 64):
        best = find_best(matchers, plan, limit)
        found = find_all(matchers, plan)
    arranged = arrange(collection.columns, found, limit)
    assert [number for number, _ in arranged.ranked] == best.numbers
    assert [score for _, score in arranged.ranked] == pytest.approx(best.scores)
    assert arranged.total == best.total
