"""When a call has to end: set once for the whole call, and checked wherever that may take long.

The deadline goes with the context, so that the loops that check it need not be handed it.
"""

from contextvars import ContextVar, Token
from math import inf
from time import monotonic

from timviet.index.errors import QueryTimeoutError

# When it is, and how many seconds there were until then.
_Deadline = tuple[float, float]
_DEADLINE: ContextVar[_Deadline] = ContextVar("deadline", default=(inf, inf))


class TimeLimit:
    """Sets a deadline for all that is done while it is entered; one that was set around it stays, if it is earlier.

    Args:
        seconds: how long that may take; `math.inf` for no limit.
        since: from when on, as `time.monotonic` tells it; from when it is entered, if nothing is said.

    Example:
        >>> with TimeLimit(seconds=60):
        ...     check_time()
    """

    def __init__(self, seconds: float, since: float | None = None) -> None:
        self._seconds = seconds
        self._since = since

    def __enter__(self) -> None:
        since = monotonic() if self._since is None else self._since
        self._token: Token[_Deadline] = _DEADLINE.set(min(_DEADLINE.get(), (since + self._seconds, self._seconds)))

    def __exit__(self, *_: object) -> None:
        _DEADLINE.reset(self._token)


def check_time() -> None:
    """Raise where the deadline has passed.

    Raises:
        QueryTimeoutError: it has.
    """
    deadline, seconds = _DEADLINE.get()
    if monotonic() > deadline:
        raise QueryTimeoutError(seconds)


def remaining_seconds() -> float:
    """Return how long it is until the deadline: not above 0 where it has passed."""
    return _DEADLINE.get()[0] - monotonic()
