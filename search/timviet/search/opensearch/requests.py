"""What a search asks of a cluster, request by request, each within the time that is left."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from http import HTTPStatus
from math import isinf
from typing import Any, TypeVar

from timviet.index.columnfile import DamagedFileError
from timviet.index.errors import ClusterError
from timviet.index.opensearch.bodies import Body
from timviet.index.opensearch.index import ClusterIndex
from timviet.index.opensearch.patience import PASSING, pauses
from timviet.index.opensearch.reading import WHOLE, foreign, point_in_time
from timviet.search.deadline import check_time, remaining_seconds

_Answer = TypeVar("_Answer")

# All shards' frequencies together make the scores of one shard; and none of them may be left out.
_WHOLE = {"search_type": "dfs_query_then_fetch", **WHOLE}
_EACH: Body = {"allow_partial_search_results": False}
# A request that is given less time than this is not worth sending.
_LEAST_SECONDS = 0.01
_AWAY = HTTPStatus.SERVICE_UNAVAILABLE
# While another node takes the place of one that went away, shards are missing for a moment.
_RETRIES = 4


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
        self._shards = self._patiently(self._find_shards)
        if before is not None and before._shards == self._shards:
            self._routes: list[str] = before._routes
        else:
            self._routes = self._patiently(self._find_routes)

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Meanwhile, tell the cluster's faults as errors of ours.

        Raises:
            ClusterError: the cluster does not answer, or refuses.
            IndexNotFoundError: the index is not there any more.
            NotAnIndexError: what it has is not what timviet writes.
            QueryTimeoutError: it did not answer in the time that the search may take.
        """
        try:
            with self._connection.telling("search"):
                yield
        except ClusterError:
            check_time()  # that the time is over is told as such
            raise
        except DamagedFileError as error:
            raise foreign(error, self._connection.location) from error

    def search(self, body: Body) -> dict[str, Any]:
        """Return the response to a search; one that names a point in time is of the index as it was then."""
        name = None if "pit" in body else self._name
        search = self._client.search
        return dict(self._patiently(lambda: search(index=name, body=body, params=_WHOLE | self._timeout())))

    def point_in_time(self) -> AbstractContextManager[Body]:
        """Return a context in which the index is kept as it is, for searches that take what it yields into them."""
        return point_in_time(self._connection, "search")

    def search_many(self, bodies: Sequence[Body]) -> list[dict[str, Any]]:
        """Return the responses to several searches.

        Raises:
            ClusterError: one of them failed.
        """
        lines = [line for body in bodies for line in (_EACH, body)]
        msearch = self._client.msearch
        return self._each(lambda: msearch(index=self._name, body=lines, params=self._timeout())["responses"])

    def term_vectors(self, document: Body, fields: Sequence[str]) -> list[dict[str, Any]]:
        """Return what each shard has of the terms of a document that is made for it, by their fields.

        Args:
            document: the document.
            fields: the fields.
        """
        found = self._term_vectors(document, fields)
        if any(own["_index"] != self._shards[0] for own in found):
            # A copy has taken the place of the index, which may have other shards.
            self._shards = self._patiently(self._find_shards)
            self._routes = self._patiently(self._find_routes)
            found = self._term_vectors(document, fields)
        return [own.get("term_vectors", {}) for own in found]

    def _term_vectors(self, document: Body, fields: Sequence[str]) -> list[Body]:
        own = {"fields": fields, "positions": False, "offsets": False, "payloads": False, "term_statistics": True}
        asked = [{**own, "_index": self._name, "doc": document, "routing": route} for route in self._routes]
        vectors = self._client.mtermvectors
        return self._each(lambda: vectors(body={"docs": asked}, params=self._timeout())["docs"])

    def metadata_keys(self) -> list[str]:
        """Return the keys of the metadata that any document has, sorted."""
        get = self._client.indices.get_mapping
        mappings = self._patiently(lambda: get(index=self._name, params=self._timeout()))
        sorts = (own["mappings"]["properties"]["sort"] for own in mappings.values())
        return sorted({key for own in sorts for key in own.get("properties", {})})

    def _each(self, ask: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
        """Return the answers to several questions that are asked together, when all have one."""

        def answers() -> list[dict[str, Any]]:
            found = ask()
            for own in found:
                self._connection.require_answer(own, "search")
            return found

        return self._patiently(answers)

    def _patiently(self, ask: Callable[[], _Answer]) -> _Answer:
        """Return an answer, which is asked for again where the cluster is busy, or a shard is missing for a moment."""
        for pause in pauses(_RETRIES):
            try:
                with self.telling():
                    return ask()
            except ClusterError as error:
                if error.status not in PASSING:
                    raise
            time.sleep(min(pause, max(remaining_seconds(), 0.0)))
        with self.telling():
            return ask()

    def _timeout(self) -> dict[str, Any]:
        """Return how long a request may take: as long as its search has left, where that has an end."""
        check_time()
        seconds = remaining_seconds()
        return {} if isinf(seconds) else {"request_timeout": self._connection.within(max(seconds, _LEAST_SECONDS))}

    def _find_shards(self) -> tuple[str, int]:
        """Return the name of the index that is asked, and how many shards it has."""
        found = self._client.search_shards(index=self._name)
        (name,) = found["indices"]
        return name, len(found["shards"])

    def _find_routes(self) -> list[str]:
        """Return for each shard a routing value that leads there."""
        _, count = self._shards
        routes: dict[int, str] = {}
        number = 0
        while len(routes) < count:
            check_time()
            (found,) = self._client.search_shards(index=self._name, params={"routing": str(number)})["shards"]
            if not found:
                reason = "it is closed, or no node that is there has one of its shards"
                raise ClusterError("search", self._connection.location, reason, "open it, or start them", _AWAY)
            routes.setdefault(found[0]["shard"], str(number))
            number += 1
        return [*routes.values()]
