"""Build segments in other processes, while the documents of the next ones are read."""

import gc
import marshal
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import resource_tracker

from whoosh.filedb.filestore import FileStorage, Storage

from timviet.index.builder import SegmentBuilder
from timviet.index.codec import ColumnSegment
from timviet.index.errors import WorkerError
from timviet.index.preparing import PreparedDocument
from timviet.index.vocabulary import Vocabulary


class Workers:
    """Processes that build segments; none is started before the first segment is to be built by one.

    Args:
        storage: where the segments' files are made. In memory, this process builds them itself.
        jobs: how many processes; with one, it is this one.
    """

    def __init__(self, storage: Storage, jobs: int) -> None:
        self._storage = storage
        self._jobs = jobs if isinstance(storage, FileStorage) else 1
        self._vocabulary = Vocabulary()
        self._builder = SegmentBuilder(self._vocabulary)
        # Marshalled at once: so many objects would keep the garbage collector busy; it is a fifth of pickle's work.
        self._parcel: list[bytes] = []
        self._pool: ProcessPoolExecutor | None = None
        self._at_work: set[Future[None]] = set()

    @property
    def jobs(self) -> int:
        """How many processes build segments."""
        return self._jobs

    def add(self, document: PreparedDocument) -> None:
        """Add a document to the next segment."""
        if self._jobs == 1:
            self._builder.add(document)
        else:
            self._parcel.append(marshal.dumps(tuple(document)))

    def build(self, segment: ColumnSegment, is_last: bool = False) -> None:
        """Build a segment of what was added, now or soon; waits while all processes are busy.

        Args:
            segment: the segment.
            is_last: whether there are no more; where it is the first, too, this process builds it itself.

        Raises:
            WorkerError: one of the processes was ended, or cannot be started.
            Exception: what came up while this one or an earlier one was built.
        """
        parcel, self._parcel = self._parcel, []
        if self._jobs == 1 or (is_last and self._pool is None):
            self._unpack(parcel)
            self._builder.write(self._storage, segment)
            if self._vocabulary.is_full:
                self._vocabulary = Vocabulary()
            self._builder = SegmentBuilder(self._vocabulary)
            return
        with _telling_what_ended(), _telling_what_cannot_start():
            resource_tracker.ensure_running()  # started later, it would let interrupts through again
            with _without_interrupts():
                if self._pool is None:
                    # Not forked: this process may have threads, whose locks a copy of it would wait for without end.
                    context = multiprocessing.get_context("spawn")
                    self._pool = ProcessPoolExecutor(self._jobs, context, _prepare_process)
                self._at_work.add(self._pool.submit(_build, self._storage, segment, parcel))
        if len(self._at_work) > self._jobs:
            done, self._at_work = wait(self._at_work, return_when=FIRST_COMPLETED)
            with _telling_what_ended():
                for future in done:
                    future.result()

    def _unpack(self, parcel: Sequence[bytes]) -> None:
        for document in parcel:
            self._builder.add(PreparedDocument(*marshal.loads(document)))  # noqa: S302  # this process packed it

    def finish(self) -> None:
        """Wait until all segments are built.

        Raises:
            WorkerError: one of the processes was ended.
            Exception: what came up while one was built.
        """
        with _telling_what_ended():
            while self._at_work:
                self._at_work.pop().result()
        self.end()

    def end(self) -> None:
        """End the processes; segments that none has begun with are not built."""
        if self._pool is not None:
            with _without_interrupts():  # until what they have begun with is written, for it to be deleted
                self._pool.shutdown(cancel_futures=True)
            self._pool, self._at_work = None, set()


def require_guarded_main() -> None:
    """Raise where this process was started to index, and runs the main module that wants to start it once more.

    Raises:
        RuntimeError: it was.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise RuntimeError(
            "cannot index with several processes from a main module that each of them runs again: "
            'put what it does under `if __name__ == "__main__"`'
        )


@contextmanager
def _telling_what_ended() -> Iterator[None]:
    """Tell in words of ours that a process was ended."""
    try:
        yield
    except BrokenProcessPool as error:
        message = (
            "a process that builds the index was ended, as happens when memory runs out: take less memory or fewer "
            'jobs (in a Python program, `if __name__ == "__main__"` may be missing in its main module)'
        )
        raise WorkerError(message) from error


@contextmanager
def _telling_what_cannot_start() -> Iterator[None]:
    """Tell in words of ours that processes cannot be started, for which the system names no file."""
    try:
        yield
    except OSError as error:
        message = f"cannot start processes to index with ({error.strerror}): try again with one job"
        raise WorkerError(message) from error


def _build(storage: Storage, segment: ColumnSegment, parcel: Sequence[bytes]) -> None:
    global _known
    if _known.is_full:
        _known = Vocabulary()
    builder = SegmentBuilder(_known)
    for document in parcel:
        builder.add(PreparedDocument(*marshal.loads(document)))  # noqa: S302  # it is from the parent process
    builder.write(storage, segment)


_known = Vocabulary()
"""What a process knows of texts that does nothing but build segments, one after the other."""


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Hold back Ctrl-C, also in processes that are started meanwhile: they cannot ignore it before they are set up.

    What else ends a program waits, too: in the midst of a start it would leave a process behind that nobody ends.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    came: list[int] = []
    # Another thread may take them, and then Python interrupts the main one all the same.
    held = (signal.SIGINT, signal.SIGTERM) if threading.current_thread() is threading.main_thread() else ()
    handlers = {number: signal.signal(number, lambda own, _: came.append(own)) for number in held}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler or signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for own in came:
            signal.raise_signal(own)


def _prepare_process() -> None:
    """Leave Ctrl-C to the process that started this one, and end with it, however it ends."""
    gc.disable()  # building leaves no cycles behind, and to look for them takes a tenth of its time
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
