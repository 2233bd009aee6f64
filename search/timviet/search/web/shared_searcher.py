"""One searcher for all requests, which always sees the last commit."""

from asyncio import wrap_future
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from time import monotonic
from typing import TypeVar

from timviet.index.store import Index
from timviet.search.deadline import TimeLimit, check_time
from timviet.search.limits import Limits
from timviet.search.searcher import Searcher

_Answer = TypeVar("_Answer")

# A searcher answers one call at a time; while it does, the answers before are written.
_THREADS = 4


class BusyError(Exception):
    """More searches wait than may."""


class SharedSearcher:
    """Answers searches off the event loop, from the last commit, and no more at once than it is told.

    Args:
        index: the index.
        limits: what queries may ask for at most.
        most_waiting: how many searches may be at work, or wait, at the same time.
    """

    def __init__(self, index: Index, limits: Limits, most_waiting: int) -> None:
        self._searcher = Searcher(index, limits)
        self._seconds = limits.seconds
        self._places = BoundedSemaphore(most_waiting)
        self._threads = ThreadPoolExecutor(_THREADS, "timviet-search")

    async def answer(self, search: Callable[[Searcher], _Answer]) -> _Answer:
        """Return what a function makes of the searcher, in a thread of its own.

        Raises:
            BusyError: too many others wait already.
            QueryTimeoutError: it takes longer than it may, its turn waited for.
            IndexPlaceError: the index is not there any more, or damaged.
        """
        if not self._places.acquire(blocking=False):
            raise BusyError
        answer = self._threads.submit(self._search, search, monotonic())
        # Not when the caller has gone, but when the search has ended.
        answer.add_done_callback(lambda _answer: self._places.release())
        return await wrap_future(answer)

    def _search(self, search: Callable[[Searcher], _Answer], asked: float) -> _Answer:
        """Search, and cut the snippets of what is found, within the time that is left since it was asked for."""
        with TimeLimit(self._seconds, since=asked):
            check_time()
            self._searcher.refresh()
            return search(self._searcher)
