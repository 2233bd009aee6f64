"""Have files that need a library read in a process of its own, which has limits of memory and time.

Parsers of complicated formats can be led by a few bytes to take all memory, to run for hours, or to crash. What does
that is refused, by the limit it is beyond, and this process goes on.
"""

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from signal import SIGKILL, SIGPROF, SIGTERM, Signals
from threading import Lock
from typing import Any

from timviet.index.documents import Document, Passage
from timviet.index.encodings.detection import Detection
from timviet.index.formats import limits
from timviet.index.formats.parts import Part, RawFile, UnreadableError

_CODE = "import sys; sys.path[:] = sys.argv[1:]; from timviet.index.formats.isolated import serve; serve()"
_FROM_OUTSIDE = {SIGKILL, SIGTERM}  # as the system does where memory runs out
_FILES = 200  # that one process reads: memory is not always given back


def read_isolated(module: str, file: RawFile) -> Iterator[Part]:
    """Read a file in another process: one of those that this thread has been lent, or else one of the program's.

    Args:
        module: the module of this package whose `read` is to be called there.
        file: the file; of records it has none, so that nothing is said of these.

    Yields:
        What that `read` yields or raises, or the limit that it went beyond; at least one part.

    Raises:
        UnreadableError: no process can be started.
    """
    yield from _readers.get().read(module, file)


class Readers:
    """Processes that read files, for any number of threads: as many as there are files that are being read."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._idle: list[_Process] = []
        self._busy: set[_Process] = set()
        self._is_interrupted = False

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Have this thread's files read by these processes."""
        token = _readers.set(self)
        try:
            yield
        finally:
            _readers.reset(token)

    def read(self, module: str, file: RawFile) -> Iterator[Part]:
        """Read a file, as `read_isolated` does."""
        process = self._take()
        try:
            process.start()
            with self._lock:
                if self._is_interrupted:
                    process.kill()
            yield from process.read(module, file)
        finally:
            with self._lock:
                is_wanted = process.is_fit and not self._is_interrupted
                if is_wanted:
                    self._idle.append(process)
            if not is_wanted:
                process.end()
            with self._lock:
                self._busy.discard(process)

    def interrupt(self) -> None:
        """End the processes that are reading now, and start no others: what they read is told as a fault."""
        with self._lock:
            self._is_interrupted = True
            for process in self._busy:
                process.kill()

    def end(self) -> None:
        """End the processes, once no thread has a file read by them: also one that Ctrl-C left where it was."""
        for process in {*self._idle, *self._busy}:
            process.end()
        self._idle.clear()
        self._busy.clear()

    def forget(self) -> None:
        """Leave the processes to the one that started them, of which this one was forked."""
        self._lock = Lock()
        self._idle.clear()
        self._busy.clear()

    def _take(self) -> "_Process":
        """Return a process that has nothing to do, or else one to be started; it is known whenever Ctrl-C comes."""
        with self._lock:
            process = self._idle[-1] if self._idle else _Process()
            self._busy.add(process)
            self._idle[-1:] = []
        return process


class _Process:
    """A process that reads one file after the other.

    Attributes:
        is_fit: whether it has nothing to do, and may read another file.
    """

    def __init__(self) -> None:
        self.is_fit = True
        self._left = _FILES
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process, unless it has been.

        Raises:
            UnreadableError: it cannot be.
        """
        if self._process:
            return
        try:
            self._process = subprocess.Popen(  # noqa: S603  # it runs this package
                [sys.executable, "-P", "-c", _CODE, *sys.path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            reason = "cannot be read, as no process can be started for it"
            raise UnreadableError(reason, str(error), is_lasting=False) from error

    def read(self, module: str, file: RawFile) -> Iterator[Part]:
        self.is_fit = False
        self._left -= 1
        assert self._process is not None  # noqa: S101
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None  # noqa: S101
        assert answers is not None  # noqa: S101
        seconds = limits.SECONDS + limits.SECONDS_PER_MEBIBYTE * len(file.content) // limits.MEBIBYTE
        request = {
            "module": module,
            "name": file.name,
            "encoding": file.encoding,
            "size": len(file.content),
            "seconds": seconds,
            "memory": limits.MEMORY,
        }
        with suppress(BrokenPipeError):
            requests.write(json.dumps(request).encode() + b"\n")
            requests.write(file.content)
            requests.flush()
        for line in answers:
            answer = json.loads(line) if line.endswith(b"\n") else None
            if isinstance(answer, bool):
                self.is_fit = answer and self._left > 0
                return
            if answer is not None:
                yield _part(**answer)
        yield Part(self._why_ended(seconds))

    def kill(self) -> None:
        """End the process at once, whatever it is doing."""
        if self._process:
            self._process.kill()

    def end(self) -> None:
        """End the process, whatever it is doing."""
        if not self.is_fit:
            self.kill()
        if self._process:
            self._process.communicate()  # which tells it that there is no more to read

    def _why_ended(self, seconds: int) -> UnreadableError:
        assert self._process is not None  # noqa: S101
        status = self._process.wait()
        if status == -SIGPROF:
            return UnreadableError("takes longer to read than the limit", f"{seconds} seconds for its size")
        ended = f"by {Signals(-status).name}" if status < 0 else f"with status {status}"
        memory = f"beyond the limit of {limits.MEMORY // limits.MEBIBYTE:,} MiB of memory"
        is_lasting = -status not in _FROM_OUTSIDE
        return UnreadableError("ended the process that read it", f"{ended}, as happens {memory}", is_lasting)


def _part(content: dict[str, Any], line: int | None, done: float, encoding: list[Any], guess: None) -> Part:
    if "reason" in content:
        return Part(UnreadableError(**content), line, done, Detection(*encoding), guess)
    passages = [Passage(*passage) for passage in content.pop("paragraphs")]
    return Part(Document(**content, paragraphs=passages), line, done, Detection(*encoding), guess)


_of_program = Readers()
_readers = ContextVar("_readers", default=_of_program)
atexit.register(_of_program.end)
os.register_at_fork(after_in_child=_of_program.forget)
