"""Whoosh's own queries, matched as Whoosh does it, while there is time."""

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from whoosh.query import Query
from whoosh.searching import Searcher

from timviet.index.columnfile import Column
from timviet.search.deadline import check_time


def find_by_whoosh(query: Query, searcher: Searcher) -> tuple[Column, NDArray[np.float64]]:
    """Return what one of Whoosh's queries finds in a segment, ascending, and the scores.

    Args:
        query: the query.
        searcher: Whoosh's searcher of the segment.
    """
    timed = cast("Searcher", _TimedSearcher(searcher))
    matcher = query.matcher(timed, searcher.context(weighting=searcher.weighting))
    documents, scores = [], []
    while matcher.is_active():
        check_time()
        documents.append(matcher.id())
        scores.append(matcher.score())
        matcher.next()
    return np.array(documents, np.int64), np.array(scores, np.float64)


class _Timed:
    """What Whoosh's queries read terms by, checking the time whenever it is asked for anything."""

    def __init__(self, timed: Any) -> None:  # noqa: ANN401
        self._timed = timed

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        check_time()
        return getattr(self._timed, name)

    def __contains__(self, item: object) -> bool:
        return item in self._timed


class _TimedSearcher(_Timed):
    def reader(self) -> _Timed:
        """Return its reader, timed as well."""
        return _Timed(self._timed.reader())
