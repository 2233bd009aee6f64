"""Ask a cluster again where it was only busy, or a node of it went away for a moment."""

import random
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import TypeVar

from timviet.index.opensearch.connection import Connection
from timviet.index.opensearch.telling import status_told, told_by

_Answer = TypeVar("_Answer")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 10.0  # seconds
# A cluster that is too busy, or has a node come and go, answers so; a proxy may, too.
PASSING: frozenset[int] = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
_BLOCK = "cluster_block_exception"


def pauses(retries: int) -> Iterator[float]:
    """Yield how long to wait, in seconds, before each further try: twice as long each time, and never quite the same.

    Args:
        retries: how many further tries there are.
    """
    pause = _FIRST_PAUSE
    for _ in range(retries):
        yield pause * random.uniform(0.5, 1)  # noqa: S311
        pause = min(2 * pause, _LONGEST_PAUSE)


def is_passing(error: Exception) -> bool:
    """Tell whether an error of the client may be over in a moment."""
    from opensearchpy.exceptions import ConnectionError as NoConnectionError
    from opensearchpy.exceptions import SSLError, TransportError

    if isinstance(error, NoConnectionError):
        return not isinstance(error, SSLError)
    if not isinstance(error, TransportError) or not isinstance(error.status_code, int):
        return False
    return status_told(error.status_code, told_by(error)) in PASSING


def patiently(connection: Connection, operation: str, ask: Callable[[], _Answer]) -> _Answer:
    """Return what the cluster answers, which is asked again where that may help; but not where somebody forbade it.

    Args:
        connection: the connection to it.
        operation: what is done, as "write to".
        ask: asks it; asked twice, it does the same.

    Raises:
        ClusterError: it does not answer, or refuses.
        IndexNotFoundError: the index is not there.
    """
    from opensearchpy.exceptions import TransportError

    with connection.telling(operation):
        for pause in pauses(connection.options.retries):
            try:
                return ask()
            except TransportError as error:
                if not is_passing(error) or error.error == _BLOCK:
                    raise
            time.sleep(pause)
        return ask()
