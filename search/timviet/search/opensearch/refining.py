"""Sort, group and count what a plan finds on a cluster."""

from collections.abc import Mapping
from itertools import accumulate, groupby, pairwise
from typing import NamedTuple

import numpy as np

from timviet.index.opensearch.bodies import Body, count_body
from timviet.index.opensearch.layout import MOST_RESULTS, UNIT_SEPARATOR
from timviet.index.schema import value_order
from timviet.search.collection import Arrangement, Ranking
from timviet.search.deadline import check_time
from timviet.search.nodes import Node
from timviet.search.opensearch.best import BY_BOUND, Hit, Scored, find_best, pages, scores_of
from timviet.search.opensearch.keys import having_key, values_of
from timviet.search.opensearch.requests import Requests
from timviet.search.opensearch.translation import MARGIN
from timviet.search.refine.facets import DEFAULT_VALUES, Facet, FacetValue
from timviet.search.refine.sorting import STORED, Sort

# So many different values of a key are counted.
_MOST_VALUES = 10_000
# Of each document so many paragraphs are scored to find its best one.
_PARAGRAPHS_EACH = 20
# Up to about so many documents are counted exactly.
_EXACT_DOCUMENTS = 40_000
_LEAST_DOCUMENTS, _MOST_DOCUMENTS = 20, 500
# For each paragraph that is wanted so many are sorted, and no fewer than these: of equal values the best are wanted.
_SORTED, _LEAST_SORTED = 4, 100
_DOCUMENTS: Body = {"cardinality": {"field": "id", "precision_threshold": _EXACT_DOCUMENTS}}
# There may be one of these for each value that is counted, which takes memory.
_DOCUMENTS_EACH: Body = {"cardinality": {"field": "id", "precision_threshold": 1_000}}


def arrange(
    requests: Requests, plan: Node, query: Body, limit: int, arrangement: Arrangement, names: Mapping[str, str]
) -> Ranking:
    """Return the first of what a plan finds, as was asked.

    Args:
        requests: what asks the cluster.
        plan: the plan.
        query: the cluster's query for it.
        limit: how many to return at most.
        arrangement: how to sort, group and count.
        names: the keys of its facets, by the names that were given.
    """
    facets = {name: _facet(requests, query, key, arrangement.group_by_document) for name, key in names.items()} or None
    if arrangement.group_by_document:
        return _grouped(requests, plan, query, limit, arrangement.sort)._replace(facets=facets)
    if arrangement.sort is None:
        scored = find_best(requests, plan, query, limit)
        return scored.ranking(scored.in_order()[:limit])._replace(facets=facets)
    scored = _sorted(requests, plan, query, limit, arrangement.sort)
    return scored.ranking(_by_value(scored)[:limit])._replace(facets=facets)


def count(requests: Requests, query: Body, of_documents: bool = False) -> int:
    """Return how many paragraphs a query finds, or how many documents."""
    body = count_body(query)
    if not of_documents:
        return int(requests.search(body)["hits"]["total"]["value"])
    return int(requests.search(body | {"aggs": {"documents": _DOCUMENTS}})["aggregations"]["documents"]["value"])


def _order(sort: Sort) -> list[Body]:
    name = f"sort_{sort.name}" if sort.name in STORED else f"sort.{sort.name}"
    mode = {"order": "desc", "mode": "max"} if sort.descending else {"order": "asc", "mode": "min"}
    return [{name: {**mode, "missing": "_last", "unmapped_type": "keyword"}}, *BY_BOUND]


def _sorted(requests: Requests, plan: Node, query: Body, limit: int, sort: Sort) -> Scored:
    """Return the first paragraphs, and some more."""
    size = min(max(_SORTED * limit, _LEAST_SORTED), MOST_RESULTS)
    hits: list[Hit] = []
    total = 0
    for found, counted in pages(requests, {"query": query, "sort": _order(sort)}, size, max(size, limit)):
        hits += found
        total = counted
    return Scored(hits, scores_of(plan, hits), total)


def _by_value(scored: Scored) -> list[int]:
    """Return the places of sorted paragraphs, those of equal values by their scores."""
    runs = groupby(range(len(scored.hits)), key=lambda place: scored.hits[place]["sort"][0])
    return [place for _, run in runs for place in scored.in_order([*run])]


def _grouped(requests: Requests, plan: Node, query: Body, limit: int, sort: Sort | None) -> Ranking:
    """Return the best paragraph of each of the first documents, and how many others were found."""
    size = min(max(2 * limit, _LEAST_DOCUMENTS), MOST_RESULTS)
    while True:
        check_time()
        documents, total = _documents(requests, query, size, _order(sort) if sort else BY_BOUND)
        hits = [hit for own in documents for hit in own.hits]
        scored = Scored(hits, scores_of(plan, hits), total)
        ends = [*accumulate((len(own.hits) for own in documents), initial=0)]
        best = [scored.in_order(range(*span))[0] for span in pairwise(ends)]
        is_last = sort is not None or len(documents) < size or size >= _MOST_DOCUMENTS
        if is_last or np.sort(scored.scores[best])[-limit] >= documents[-1].bound * MARGIN:
            break
        size = min(size * 5, _MOST_DOCUMENTS)
    order = range(len(best)) if sort else [best.index(place) for place in scored.in_order(best)]
    shown = [*order][:limit]
    others = [documents[place].found - 1 for place in shown]
    return scored.ranking([best[place] for place in shown])._replace(others=others)


class _Document(NamedTuple):
    """A document with some of its paragraphs that were found.

    Attributes:
        hits: the paragraphs, those with the highest bounds.
        found: how many were found.
        bound: what they score at most.
    """

    hits: list[Hit]
    found: int
    bound: float


def _documents(requests: Requests, query: Body, size: int, order: list[Body]) -> tuple[list[_Document], int]:
    """Return the first documents, and how many there are in all."""
    inner = {"name": "paragraphs", "size": _PARAGRAPHS_EACH, "sort": BY_BOUND, "_source": ["stored"]}
    body: Body = {"query": query, "size": size, "sort": order, "_source": False, "track_scores": True}
    collapsed = {"collapse": {"field": "id", "inner_hits": inner}, "aggs": {"documents": _DOCUMENTS}}
    response = requests.search(body | collapsed)
    found = ((hit["inner_hits"]["paragraphs"]["hits"], hit["_score"]) for hit in response["hits"]["hits"])
    documents = [_Document(own["hits"], int(own["total"]["value"]), bound) for own, bound in found]
    return documents, int(response["aggregations"]["documents"]["value"])


def _facet(requests: Requests, query: Body, key: str, of_documents: bool) -> Facet:
    """Return the most frequent values of a key."""
    values = values_of(key, _MOST_VALUES)
    if of_documents:
        values["aggs"] = {"documents": _DOCUMENTS_EACH}
    lacking = {"bool": {"filter": [query], "must_not": [having_key(key)]}}
    counted = requests.search({"query": query, "size": 0, "aggs": {"values": values}})["aggregations"]["values"]
    texts: dict[str, str] = {}
    totals: dict[str, int] = {}
    written: dict[str, list[str]] = {}
    for bucket in counted["buckets"]:
        _, identity, text = bucket["key"].split(UNIT_SEPARATOR, 2)
        texts.setdefault(identity, text)
        written.setdefault(identity, []).append(bucket["key"])
        found = bucket["documents"]["value"] if of_documents else bucket["doc_count"]
        totals[identity] = totals.get(identity, 0) + int(found)
    in_order = sorted(totals, key=lambda own: (-totals[own], value_order(texts[own])))
    shown, others = in_order[:DEFAULT_VALUES], in_order[DEFAULT_VALUES:]
    having_others = {"terms": {"facet": [text for own in others for text in written[own]]}}
    return Facet(
        values=tuple(FacetValue(texts[own], totals[own]) for own in shown),
        more_values=len(others),
        more=count(requests, {"bool": {"filter": [query, having_others]}}, of_documents) if others else 0,
        missing=count(requests, lacking, of_documents),
    )
