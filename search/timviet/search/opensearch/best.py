"""The best of what a plan finds on a cluster, exactly: it tells what each paragraph scores at most.

Paragraphs are fetched from the highest bound downwards and scored here, until none that is left can be among the best;
or, where bounds are too far from scores for that, until a good many have been.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from timviet.index.opensearch.bodies import Body
from timviet.index.opensearch.layout import MOST_RESULTS
from timviet.search.collection import Ranking
from timviet.search.deadline import check_time
from timviet.search.nodes import Node
from timviet.search.opensearch.drawing import draw
from timviet.search.opensearch.requests import Requests
from timviet.search.opensearch.translation import MARGIN

# For each paragraph that is wanted so many are fetched first, and no fewer than these; then five times as many.
_FIRST, _LEAST = 4, 100
_MORE = 5
# When so many paragraphs have been fetched for nothing, those that they left out would hardly be seen.
_MOST = 1_000
BY_BOUND = [{"_score": "desc"}, {"order": "asc"}]

Hit = dict[str, Any]
Scores = NDArray[np.float64]


class Scored(NamedTuple):
    """Paragraphs of a cluster and what they score.

    Attributes:
        hits: the paragraphs, as the cluster returned them: sorted by their place in the index, after anything else.
        scores: the score of each.
        total: how many paragraphs the cluster has in all.
    """

    hits: Sequence[Hit]
    scores: Scores
    total: int

    def in_order(self, places: Sequence[int] | None = None) -> list[int]:
        """Return places, or all, in the order of their scores; of equal ones the first in the index first."""
        every = range(len(self.hits)) if places is None else places
        return sorted(every, key=lambda place: (-self.scores[place], self.hits[place]["sort"][-1]))

    def ranking(self, places: Sequence[int]) -> Ranking:
        """Return the paragraphs at some places as a search's."""
        drawn = draw([stored_of(self.hits[place]) for place in places])
        ranked = [(number, float(self.scores[place])) for number, place in zip(drawn.numbers, places, strict=True)]
        return Ranking(drawn.snapshot, ranked, self.total)


def find_best(requests: Requests, plan: Node, query: Body, limit: int) -> Scored:
    """Return the best paragraphs that a plan finds, and some more.

    Args:
        requests: what asks the cluster.
        plan: the plan.
        query: the cluster's query for it; see `timviet.search.opensearch.translation`.
        limit: how many are wanted.
    """

    def is_enough(scores: Scores, next_bound: float) -> bool:
        return len(scores) >= limit and float(np.partition(scores, -limit)[-limit]) >= next_bound

    first = min(max(_FIRST * limit, _LEAST), MOST_RESULTS)
    return fetch(requests, plan, query, first, is_enough, max(_MOST, 2 * first, limit))


def fetch(
    requests: Requests, plan: Node, query: Body, size: int, is_enough: Callable[[Scores, float], bool], most: int
) -> Scored:
    """Return paragraphs that a plan finds, those with the highest bounds, until these are enough.

    Args:
        requests: what asks the cluster.
        plan: the plan.
        query: the cluster's query for it.
        size: how many to fetch first.
        is_enough: tells by the scores, and by what those score at most that were not fetched.
        most: how many to fetch at most.
    """
    hits: list[Hit] = []
    scores = np.empty(0)
    total = 0
    body: Body = {"query": query, "sort": BY_BOUND}
    for found, counted in pages(requests, body, size, most):
        hits += found
        scores = np.append(scores, scores_of(plan, found))
        total = counted
        if is_enough(scores, hits[-1]["_score"] * MARGIN if found else 0.0):
            break
    return Scored(hits, scores, total)


def scores_of(plan: Node, hits: Sequence[Hit]) -> Scores:
    """Return what paragraphs score that a plan finds.

    Args:
        plan: the plan.
        hits: the paragraphs, as the cluster returned them.
    """
    drawn = draw([stored_of(hit) for hit in hits])
    scores = np.zeros(len(hits))
    for matcher in drawn.matchers:
        matches = matcher.matches(plan)
        scores[matches.documents] = matches.scores
    return scores[drawn.numbers]


def stored_of(hit: Hit) -> dict[str, Any]:
    """Return what is kept of a paragraph that the cluster returned."""
    return dict(hit["_source"]["stored"])


def pages(requests: Requests, body: Body, size: int, most: int) -> Iterator[tuple[list[Hit], int]]:
    """Yield what a query finds, page by page; with each how many paragraphs there are in all.

    Args:
        requests: what asks the cluster.
        body: the query, and by what its paragraphs are sorted.
        size: how many paragraphs the first page has.
        most: how many all pages have at most.
    """
    body = {**body, "_source": ["stored"], "track_scores": True}
    if most <= MOST_RESULTS:
        yield from _pages_of(requests, body, size, most)
        return
    with requests.point_in_time() as then:  # so many pages take their time, in which others may commit
        yield from _pages_of(requests, body | then, size, most)


def _pages_of(requests: Requests, body: Body, size: int, most: int) -> Iterator[tuple[list[Hit], int]]:
    found = requests.search(body | {"size": size, "track_total_hits": True})["hits"]
    total = int(found["total"]["value"])
    count = len(found["hits"])
    yield found["hits"], total
    while count < min(total, most) and found["hits"]:
        check_time()
        size = min(size * _MORE, most - count, MOST_RESULTS)
        after = {"search_after": found["hits"][-1]["sort"], "size": size, "track_total_hits": False}
        found = requests.search(body | after)["hits"]
        count += len(found["hits"])
        yield found["hits"], total
