"""What a search asks of a cluster, request by request, each within the time that is left."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from math import isinf
from typing import Any

from timviet.index.errors import ClusterError
from timviet.index.opensearch.index import ClusterIndex
from timviet.index.opensearch.reading import WHOLE, point_in_time
from timviet.search.deadline import check_time, remaining_seconds

Body = dict[str, Any]

# All shards' frequencies together make the scores of one shard; and none of them may be left out.
_WHOLE = {"search_type": "dfs_query_then_fetch", **WHOLE}
_EACH: Body = {"allow_partial_search_results": False}
# A request that is given less time than this is not worth sending.
_LEAST_SECONDS = 0.01


class Requests:
    """Asks a cluster.

    Args:
        index: the index there.
        before: what asked it before, if anything: where it has the same shards, the ways to them are known.
    """

    def __init__(self, index: ClusterIndex, before: "Requests | None" = None) -> None:
        self._connection = index.connection
        self._client = index.connection.client
        self._name = index.connection.name
        with self.telling():
            found = self._client.search_shards(index=self._name)
            self._shards = (*found["indices"], len(found["shards"]))
            if before is not None and before._shards == self._shards:
                self._routes: list[str] = before._routes
            else:
                self._routes = self._find_routes(len(found["shards"]))

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Meanwhile, tell the cluster's faults as errors of ours.

        Raises:
            ClusterError: the cluster does not answer, or refuses.
            IndexNotFoundError: the index is not there any more.
            QueryTimeoutError: it did not answer in the time that the search may take.
        """
        try:
            with self._connection.telling("search"):
                yield
        except ClusterError:
            check_time()  # that the time is over is told as such
            raise

    def search(self, body: Body) -> dict[str, Any]:
        """Return the response to a search; one that names a point in time is of the index as it was then."""
        name = None if "pit" in body else self._name
        with self.telling():
            return dict(self._client.search(index=name, body=body, params=_WHOLE | _timeout()))

    def point_in_time(self) -> AbstractContextManager[Body]:
        """Return a context in which the index is kept as it is, for searches that take what it yields into them."""
        return point_in_time(self._connection, "search")

    def search_many(self, bodies: Sequence[Body]) -> list[dict[str, Any]]:
        """Return the responses to several searches.

        Raises:
            ClusterError: one of them failed.
        """
        lines = [line for body in bodies for line in (_EACH, body)]
        with self.telling():
            found = self._client.msearch(index=self._name, body=lines, params=_timeout())
            responses: list[dict[str, Any]] = found["responses"]
            for response in responses:
                self._connection.require_answer(response, "search")
        return responses

    def term_vectors(self, document: Body, fields: Sequence[str]) -> list[dict[str, Any]]:
        """Return what each shard has of the terms of a document that is made for it, by their fields.

        Args:
            document: the document.
            fields: the fields.
        """
        own = {"fields": fields, "positions": False, "offsets": False, "payloads": False, "term_statistics": True}
        asked = [{**own, "_index": self._name, "doc": document, "routing": route} for route in self._routes]
        with self.telling():
            found = self._client.mtermvectors(body={"docs": asked}, params=_timeout())["docs"]
            for response in found:
                self._connection.require_answer(response, "search")
        return [own.get("term_vectors", {}) for own in found]

    def metadata_keys(self) -> list[str]:
        """Return the keys of the metadata that any document has, sorted."""
        with self.telling():
            mappings = self._client.indices.get_mapping(index=self._name)
        sorts = (own["mappings"]["properties"]["sort"] for own in mappings.values())
        return sorted({key for own in sorts for key in own.get("properties", {})})

    def _find_routes(self, shards: int) -> list[str]:
        """Return for each of so many shards a routing value that leads there."""
        routes: dict[int, str] = {}
        number = 0
        while len(routes) < shards:
            check_time()
            (found,) = self._client.search_shards(index=self._name, params={"routing": str(number)})["shards"]
            routes.setdefault(found[0]["shard"], str(number))
            number += 1
        return [*routes.values()]


def _timeout() -> dict[str, Any]:
    """Return how long a request may take: as long as the search that it is for has left, where that has an end."""
    check_time()
    seconds = remaining_seconds()
    return {} if isinf(seconds) else {"request_timeout": max(seconds, _LEAST_SECONDS)}
