"""Parts of what a cluster is asked, as its query language has them."""

from typing import Any

from timviet.index.opensearch.layout import PARAGRAPH

Body = dict[str, Any]
"""What is sent, or a part of it; becomes JSON."""

EVERY_PARAGRAPH: Body = {"term": {"kind": PARAGRAPH}}
"""The query that finds all paragraphs, and no other document of the cluster's."""

FIRST_PARAGRAPHS: Body = {"term": {"paragraph": 0}}
"""The query that finds the first paragraph of each document."""


def count_body(query: Body) -> Body:
    """Return the search that counts what a query finds, and returns none of it."""
    return {"query": query, "size": 0, "track_total_hits": True}


def every_paragraph_with(*conditions: Body) -> Body:
    """Return the query that finds the paragraphs which meet all of some conditions."""
    return {"bool": {"filter": [EVERY_PARAGRAPH, *conditions]}}


def with_score(query: Body, score: float) -> Body:
    """Return a query that scores all alike that it finds."""
    return {"constant_score": {"filter": query, "boost": score}}
