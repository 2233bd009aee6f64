"""What to raise where a cluster does not answer, or refuses: what is wrong, and what can be done."""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from timviet.index.errors import ClusterError, IndexNotFoundError, QueryLimitError, TimvietError, quoted

if TYPE_CHECKING:
    from opensearchpy.exceptions import TransportError

_BUSY = "it has too much to do"
_LATER = "try again later, or give it more nodes"
_BY_STATUS = {
    HTTPStatus.UNAUTHORIZED: (
        "the cluster does not know this user and password",
        "give others, as in $TIMVIET_OPENSEARCH_USER and $TIMVIET_OPENSEARCH_PASSWORD",
    ),
    HTTPStatus.FORBIDDEN: ("the user may not do that", "have the right to it given, or use another user"),
    HTTPStatus.TOO_MANY_REQUESTS: (_BUSY, _LATER),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "the cluster has no manager, or a shard of the index is on no node that is there",
        "look at its health (GET /_cluster/health), and try again when it is not red",
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        "a request was too long for it, or for a proxy before it",
        "allow longer ones (http.max_content_length)",
    ),
}
_NOT_OPENSEARCH = "what answers is not OpenSearch, or a proxy stands before it that does not let this through"
_NAME_ANOTHER = "name the cluster's own address"
# The words that say that a cluster takes nothing, because a disk is full or somebody has said so.
_BLOCKED = "cluster_block_exception"
_FULL = "watermark"
_TOO_MANY = {"too_many_clauses", "too_many_nested_clauses"}
_NUMBER = re.compile(r"\d+")
# These come without a status of their own where several things were asked at once, or with one that blames the cluster.
_AWAY = {
    "already_closed_exception",
    "connect_transport_exception",
    "illegal_index_shard_state_exception",
    "no_shard_available_action_exception",
    "node_closed_exception",
    "node_disconnected_exception",
    "node_not_connected_exception",
    "send_request_transport_exception",
}


def failure(error: Exception, operation: str, location: str) -> TimvietError:
    """Return what to raise for an error of the client.

    Args:
        error: the error.
        operation: what was to be done, as "search".
        location: where the index is.
    """
    from opensearchpy.exceptions import ConnectionError as NoConnectionError
    from opensearchpy.exceptions import ConnectionTimeout, SerializationError, SSLError, TransportError

    match error:
        case SSLError():
            reason = f"TLS with the cluster failed ({_innermost(error)})"
            advice = "name the certificates it is signed by in $TIMVIET_OPENSEARCH_CA_CERTS, or see whether it has TLS"
        case ConnectionTimeout():
            reason, advice = (
                "the cluster has not answered in time",
                "try again, or allow more ($TIMVIET_OPENSEARCH_TIMEOUT)",
            )
        case NoConnectionError():
            # There may be nodes that said before that they cannot answer, as where the others have shards.
            reason = f"no node of the cluster can answer that ({_innermost(error)})"
            advice = "see whether all of them run, and whether the hosts and ports are right"
        case SerializationError():
            reason, advice = _NOT_OPENSEARCH, _NAME_ANOTHER
        case TransportError() if isinstance(error.status_code, int):
            return refusal(error.status_code, told_by(error), operation, location)
        case _:
            reason, advice = str(error), "put that right"
    return ClusterError(operation, location, reason, advice)


def refusal(status: int, info: Any, operation: str, location: str) -> TimvietError:  # noqa: ANN401  # any JSON
    """Return what to raise for an answer that says that something was refused.

    Args:
        status: the HTTP status.
        info: what the answer says: its `error`, or text.
        operation: what was to be done, as "search".
        location: where the index is.
    """
    kind, told = _cause(info)
    status = status_told(status, info)
    if kind == "index_not_found_exception":
        message = f"there is no index at {location}: make one with `timviet index`, or name another place"
        return IndexNotFoundError(message, location)
    if _TOO_MANY.intersection(_kinds(info)):
        limit = _NUMBER.search(told)
        message = (
            f"cannot {operation} the index {location}: the cluster takes fewer terms at once ({told}); ask for fewer "
            "words, or longer beginnings of words, or raise indices.query.bool.max_clause_count in its settings"
        )
        return QueryLimitError(message, int(limit[0]) if limit else 0)
    if kind == _BLOCKED:
        is_full = _FULL in str(info)
        reason = f"the cluster lets nothing be written{' because a disk is nearly full' if is_full else ''} ({told})"
        advice = "make room on its disks" if is_full else "lift the block (index.blocks, cluster.blocks)"
    elif not isinstance(info, Mapping):
        reason, advice = f"{_NOT_OPENSEARCH} (HTTP status {status})", _NAME_ANOTHER
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_ENTITY_TOO_LARGE):
            reason, advice = _BY_STATUS[HTTPStatus(status)]
    elif status in _BY_STATUS:
        reason, advice = _BY_STATUS[HTTPStatus(status)]
        reason = f"{reason} ({told})" if told else reason
    else:
        reason, advice = f"the cluster refused it ({kind}: {told})", "put that right, and try again"
    return ClusterError(operation, location, reason, advice, status)


def status_told(status: int, info: Any) -> int:  # noqa: ANN401  # any JSON
    """Return the HTTP status that an answer should have: 503 where a node or a shard is away, or is just going.

    Args:
        status: the one that it has.
        info: what it says: its `error`, or text.
    """
    return HTTPStatus.SERVICE_UNAVAILABLE if _AWAY.intersection(_kinds(info)) else status


def told_by(error: "TransportError") -> Any:  # noqa: ANN401  # any JSON
    """Return what an answer says of an error: its `error`, or text."""
    info = error.info
    return info.get("error", info) if isinstance(info, Mapping) else info


def _causes(info: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401  # any JSON
    """Yield an error, what caused it, and so on; nothing where it is none."""
    while isinstance(info, Mapping):
        yield info
        info = info.get("caused_by")


def _kinds(info: Any) -> Iterator[str]:  # noqa: ANN401  # any JSON
    return (str(own.get("type")) for own in _causes(info))


def _cause(info: Any) -> tuple[str, str]:  # noqa: ANN401  # any JSON
    """Return the kind of an error, and what it says; text that is no JSON may be a page of a proxy."""
    if not isinstance(info, Mapping):
        return "", ""
    *_, own = _causes(info)
    return str(info.get("type", "")), quoted(str(own.get("reason") or info.get("reason") or ""))[1:-1]


def _innermost(error: Any) -> str:  # noqa: ANN401  # the client's, which says what it is of in `info`
    """Return what the system said, without the objects that the client's own message names."""
    cause = getattr(error, "info", error)
    while isinstance(own := getattr(cause, "reason", None) or cause.__cause__ or cause.__context__, Exception):
        cause = own
    return quoted(getattr(cause, "strerror", None) or str(cause))[1:-1]
