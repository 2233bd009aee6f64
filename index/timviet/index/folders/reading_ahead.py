"""Read several files at once, and hand them on in their order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from timviet.index.formats.isolation import Readers

_File = TypeVar("_File")
_Read = TypeVar("_Read")

# For each thread, so many files are read before it is their turn, until they have so many bytes; of files that take no
# time, so many are passed over.
_AHEAD = 2
_PASSED_OVER = 1000
_BYTES = 256 << 20


def read_ahead(
    files: Iterable[_File],
    read: Callable[[_File], _Read],
    takes_long: Callable[[_File], bool],
    size_of: Callable[[_File], int],
    jobs: int,
) -> Iterator[tuple[_File, _Read]]:
    """Yield files, each with what was read of it, in their order.

    Args:
        files: the files.
        read: reads one, in this thread or in another one; what takes long has to be read in a process of its own. There
            are such processes for this alone, which end with it.
        takes_long: tells whether a file takes long to read. Those are read by threads before it is their turn.
        size_of: tells how many bytes a file has. Of those that take long, no more are read ahead once they are many.
        jobs: how many threads there are.
    """
    rest, waiting, long, size = iter(files), deque[tuple[_File, Future[_Read] | None]](), 0, 0
    pool, readers = ThreadPoolExecutor(jobs), Readers()

    def read_long(file: _File) -> _Read:
        with readers.lent():
            return read(file)

    try:
        while True:
            while long < _AHEAD * jobs and size < _BYTES and len(waiting) < _PASSED_OVER:
                following = next(rest, None)
                if following is None:
                    break
                future = pool.submit(read_long, following) if takes_long(following) else None
                waiting.append((following, future))
                long += future is not None
                size += size_of(following) if future else 0
            if not waiting:
                break
            file, future = waiting.popleft()
            long -= future is not None
            size -= size_of(file) if future else 0
            yield file, future.result() if future else read(file)
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        readers.interrupt()
        raise
    finally:
        pool.shutdown()
        readers.end()
