"""Read the paragraphs of an index on a cluster, all of them or those of some documents."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import groupby
from operator import itemgetter
from typing import Any

from timviet.index.columnfile import DamagedFileError
from timviet.index.errors import IndexPlaceError, NotAnIndexError
from timviet.index.opensearch.bodies import FIRST_PARAGRAPHS, Body, every_paragraph_with
from timviet.index.opensearch.connection import Connection
from timviet.index.preparing import PreparedDocument, require_paragraph, restore

_AT_ONCE = 1_000
_KEPT_FOR = "5m"  # from one page to the next

WHOLE = {"allow_partial_search_results": "false"}
"""What a search says that is to fail where a shard does not answer, and not to return what the others have."""

Stored = dict[str, Any]
"""What is kept of a paragraph, by name."""


def scan(
    connection: Connection, fields: Sequence[str], order: str, first_only: bool = False
) -> Iterator[tuple[Stored, Any]]:
    """Yield what is kept of the paragraphs of an index, all as of now, with what they are sorted by.

    Args:
        connection: where the index is.
        fields: which of the fields to read.
        order: "order", or "id": then the paragraphs of a document come together, in order.
        first_only: whether to yield the first paragraph of each document only.

    Raises:
        IndexNotFoundError: the index is not there.
        ClusterError: the cluster does not answer.
    """
    body: Body = {
        "query": every_paragraph_with(*([FIRST_PARAGRAPHS] if first_only else [])),
        "_source": fields,
        "sort": [order] if order == "order" else [order, "paragraph"],
        "size": _AT_ONCE,
        "track_total_hits": False,
    }
    with point_in_time(connection, "read") as then:
        while True:
            with connection.telling("read"):
                hits = connection.client.search(body=body | then, params=WHOLE)["hits"]["hits"]
            for hit in hits:
                yield hit["_source"]["stored"], hit["sort"][0]
            if len(hits) < _AT_ONCE:
                return
            body["search_after"] = hits[-1]["sort"]


@contextmanager
def point_in_time(connection: Connection, operation: str) -> Iterator[dict[str, Any]]:
    """Meanwhile, keep an index as it is, for searches that take what this yields into their bodies.

    Args:
        connection: where the index is.
        operation: what is done, as "search".

    Raises:
        IndexNotFoundError: the index is not there.
        ClusterError: the cluster does not answer.
    """
    with connection.telling(operation):
        asked = {"keep_alive": _KEPT_FOR, "allow_partial_pit_creation": "false"}
        own = connection.client.create_pit(index=connection.name, params=asked)["pit_id"]
    try:
        yield {"pit": {"id": own, "keep_alive": _KEPT_FOR}}
    finally:
        with suppress(IndexPlaceError), connection.telling(operation):  # it ends by itself, too
            connection.client.delete_pit(body={"pit_id": [own]})


def prepared_documents(connection: Connection) -> Iterator[PreparedDocument]:
    """Yield all documents of an index as a writer takes them."""
    found = (stored for stored, _ in scan(connection, ["stored"], "id"))
    for _, paragraphs in groupby(found, itemgetter("id")):
        yield _restored(list(paragraphs), connection.location)


def document_of(connection: Connection, document_id: str) -> PreparedDocument:
    """Return a document as a writer takes it, by its id, which is there."""
    body: dict[str, Any] = {
        "query": every_paragraph_with({"term": {"id": document_id}}),
        "_source": ["stored"],
        "sort": ["paragraph"],
        "size": _AT_ONCE,
    }
    paragraphs: list[Stored] = []
    while True:
        with connection.telling("read"):
            hits = connection.client.search(index=connection.name, body=body, params=WHOLE)["hits"]["hits"]
        paragraphs += [hit["_source"]["stored"] for hit in hits]
        if len(hits) < _AT_ONCE:
            return _restored(paragraphs, connection.location)
        body["search_after"] = hits[-1]["sort"]


def _restored(paragraphs: Sequence[Mapping[str, Any]], location: str) -> PreparedDocument:
    try:
        return restore([require_paragraph(dict(own)) for own in paragraphs])
    except DamagedFileError as error:
        raise foreign(error, location) from error


def foreign(error: DamagedFileError, location: str) -> NotAnIndexError:
    """Return what to raise where what is kept of a paragraph is not what is kept of one."""
    return NotAnIndexError(f"the index {location} holds what timviet did not write ({error})", location)
