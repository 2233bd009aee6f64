"""The lock of an index on a cluster: a record that says who may write, and until when.

A writer renews it while it is at work; one that came to an end without a word loses it when its time is over. For that,
the clocks of machines that write have to agree to within some seconds. That a writer has lost it all the same is
noticed: each change of the record is made only if nobody else has changed it.

The record outlives the lease. It counts what is written: each writer's paragraphs get numbers above those of all
writers before. And it remembers which of these numbers belong to writers that did not come to commit.
"""

import os
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from threading import Event, Lock, Thread
from typing import Any, NamedTuple
from uuid import uuid4

from timviet.index.errors import ClusterError, IndexLockedError, IndexPlaceError
from timviet.index.opensearch.connection import Connection
from timviet.index.opensearch.records import RecordStore, Version
from timviet.index.storage import LockHolder

_NAME = "lock"
_SECONDS = 30.0
_RENEWED_AFTER = 8.0  # seconds
_RETRY_SECONDS = 0.2
# Microseconds since 1970 are followed by so many bits of what is counted, and a writer writes no more than so many.
_COUNTER_BITS = 10
_MOST = 1 << 30

Range = tuple[int, int]
"""Numbers of paragraphs: the first one, and that after the last one."""


class _State(NamedTuple):
    """What the record says.

    Attributes:
        token: tells the writer from all others.
        holder: who it is.
        until: the time until when the lease holds, in seconds since 1970; 0 where it was given back.
        first: the number of the writer's first paragraph.
        is_clean: whether it has written nothing, or committed.
        unfinished: the numbers of paragraphs of writers before that did not come to commit.
    """

    token: str
    holder: dict[str, Any]
    until: float
    first: int
    is_clean: bool
    unfinished: list[Range]


class Lease:
    """Keeps others from writing, from when it is made until it is given back.

    Args:
        connection: where the index is.
        timeout: how long to wait for another writer to end, in seconds.

    Attributes:
        first: the number of the first paragraph that is written.
        end: the number that no paragraph reaches.
        unfinished: the numbers of paragraphs of writers before that did not come to commit.

    Raises:
        IndexLockedError: the other writer was still at work after that time.
        ClusterError: the cluster does not answer.
    """

    def __init__(self, connection: Connection, timeout: float) -> None:
        self._connection = connection
        self._records = RecordStore(connection, is_patient=True)
        self._at_once = RecordStore(connection)
        self._token = uuid4().hex
        self._change = Lock()
        self._ended = Event()
        self._is_lost = False
        self._take(timeout)
        self._renewing = Thread(target=self._renew_again, name="timviet-lease", daemon=True)
        self._renewing.start()

    def _take(self, timeout: float) -> None:
        until = time.monotonic() + timeout
        while not self._try(*self._read()):
            if time.monotonic() >= until:
                raise self._locked(timeout)
            time.sleep(_RETRY_SECONDS)

    def _try(self, before: _State | None, version: Version | None) -> bool:
        if before and before.until > time.time():
            return False
        now, unfinished = int(time.time() * 1_000_000) << _COUNTER_BITS, before.unfinished if before else []
        first = max(now, before.first + _MOST) if before else now
        if before and not before.is_clean:
            unfinished = [*unfinished, (before.first, before.first + _MOST)]
        holder = LockHolder(os.getpid(), socket.gethostname(), datetime.now().astimezone().isoformat(" ", "seconds"))
        self._state = _State(
            self._token, asdict(holder), time.time() + _SECONDS, first, is_clean=False, unfinished=unfinished
        )
        self.first, self.end, self.unfinished = first, first + _MOST, unfinished
        taken = self._records.replace(_NAME, self._state._asdict(), version)
        if taken is None:
            return False
        self._version = taken
        return True

    def require(self) -> None:
        """Check that the lease holds, and have it hold for some time from now on.

        Raises:
            ClusterError: it was lost, or the cluster does not answer.
        """
        with self._change:
            self._write(self._state._replace(until=time.time() + _SECONDS), self._records)

    def give_back(self, is_clean: bool, unfinished: Sequence[Range] | None = None) -> None:
        """Let others write; nothing where it was done before, or the lease was lost.

        Where the cluster does not answer, the lease ends by itself, as that of a writer that was killed.

        Args:
            is_clean: whether nothing was written, or all was committed.
            unfinished: the numbers of paragraphs of writers that did not come to commit; None for those known.
        """
        if self._ended.is_set():
            return
        self._ended.set()
        self._renewing.join()
        left = self._state.unfinished if unfinished is None else list(unfinished)
        if not self._is_lost:
            # What went wrong may be that the cluster does not answer: then it is not waited for once more.
            records = self._records if is_clean else self._at_once
            with suppress(IndexPlaceError):
                self._write(self._state._replace(until=0.0, is_clean=is_clean, unfinished=left), records)

    def abandon(self) -> None:
        """Renew it no more, and leave its record, which is gone with its index."""
        self._ended.set()
        self._renewing.join()

    def _renew_again(self) -> None:
        """Renew the lease until it is given back or lost; where the cluster does not answer, try again soon."""
        pause = _RENEWED_AFTER
        while not self._ended.wait(pause) and not self._is_lost:
            pause = _RENEWED_AFTER
            try:
                with self._change:
                    self._write(self._state._replace(until=time.time() + _SECONDS), self._at_once)
            except IndexPlaceError:
                pause = min(_RETRY_SECONDS, _RENEWED_AFTER)

    def _write(self, state: _State, records: RecordStore) -> None:
        if not self._is_lost:
            version = records.replace(_NAME, state._asdict(), self._version)
            if version is not None:
                self._state, self._version = state, version
                return
            self._is_lost = True
        reason = f"its writer has not been heard of for {_SECONDS:g} s, and another one may be at work"
        raise ClusterError("write to", self._connection.location, reason, "index again")

    def _read(self) -> tuple[_State | None, Version | None]:
        found = self._records.load(_NAME)
        return (_state(found.content), found.version) if found else (None, None)

    def _locked(self, timeout: float) -> IndexLockedError:
        state, _ = self._read()
        holder = LockHolder(**state.holder) if state else None
        message = (
            f"cannot write to the index {self._connection.location}: another writer is at work on it"
            f"{f' ({holder})' if holder else ''}, and still was after {timeout:g} s; try again when it has ended "
            f"(one that was killed counts as ended after {_SECONDS:g} s)"
        )
        return IndexLockedError(message, self._connection.location, timeout, holder)


def read_unfinished(records: RecordStore) -> list[Range]:
    """Return the numbers of paragraphs of writers that did not come to commit, or have not yet."""
    found = records.load(_NAME)
    if found is None:
        return []
    state = _state(found.content)
    return state.unfinished if state.is_clean else [*state.unfinished, (state.first, state.first + _MOST)]


def _state(content: dict[str, Any]) -> _State:
    state = _State(**content)
    return state._replace(unfinished=[(first, end) for first, end in state.unfinished])
