"""The keys of the metadata of an index on a cluster."""

import json
from functools import cached_property

from timviet.index.opensearch.bodies import Body
from timviet.index.opensearch.layout import UNIT_SEPARATOR
from timviet.index.schema import metadata_key
from timviet.search.metadata_keys import MetadataKeys
from timviet.search.opensearch.requests import Requests


class ClusterKeys(MetadataKeys):
    """The keys of the metadata.

    Args:
        requests: what asks the cluster.
    """

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    @cached_property
    def names(self) -> list[str]:
        """The keys that can be searched by, sorted."""
        return self._requests.metadata_keys()

    def written(self, most_values: int | None = None) -> list[str]:
        """Return the keys as documents write them; see `MetadataKeys.written`."""
        if not self.names:
            return []
        responses = self._requests.search_many([_having(key, most_values) for key in self.names])
        return [
            _written(key, response["hits"]["hits"])
            for key, response in zip(self.names, responses, strict=True)
            if most_values is None or len(response["aggregations"]["values"]["buckets"]) <= most_values
        ]


def having_key(key: str) -> Body:
    """Return the cluster's query for paragraphs that have any value of a key."""
    return {"prefix": {"value": f"{key}{UNIT_SEPARATOR}"}}


def values_of(key: str, size: int) -> Body:
    """Return an aggregation of so many of the most frequent values of a key."""
    return {"terms": {"field": "facet", "include": f"{key}{UNIT_SEPARATOR}.*", "size": size}}


def _having(key: str, most_values: int | None) -> Body:
    body: Body = {"query": having_key(key), "size": 1, "_source": ["stored.metadata"], "track_total_hits": False}
    return body if most_values is None else body | {"aggs": {"values": values_of(key, most_values + 1)}}


def _written(key: str, hits: list[Body]) -> str:
    """Return a key as the first document writes it, or as it is where none is left that has it."""
    metadata = json.loads(hits[0]["_source"]["stored"]["metadata"]) if hits else {}
    return next((name for name in metadata if metadata_key(name) == key), key)
