"""A layer below any storage: it sees each system call that reads or changes a folder, and can kill the process or fail.

It takes the place of Python's own functions, and so is below timviet's storage, Whoosh's, and whatever goes past these.
"""

import errno
import io
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from enum import StrEnum, auto
from functools import cache, partial
from itertools import count
from pathlib import Path
from typing import NamedTuple, Self
from unittest.mock import patch

from timviet.index.storage import FolderStorage

_OPEN = open


class Kind(StrEnum):
    """What a system call does."""

    CREATE = auto()
    TRUNCATE = auto()
    WRITE = auto()
    SYNC = auto()
    RENAME = auto()
    REMOVE = auto()
    MAKE_FOLDER = auto()
    REMOVE_FOLDER = auto()
    OPEN = auto()
    LIST = auto()


CHANGES = frozenset(Kind) - {Kind.OPEN, Kind.LIST}
ERRORS = {
    errno.ENOSPC: frozenset({Kind.CREATE, Kind.WRITE, Kind.SYNC, Kind.RENAME, Kind.MAKE_FOLDER}),
    errno.EIO: frozenset(Kind),
    errno.EROFS: CHANGES,
    errno.EMFILE: frozenset({Kind.CREATE, Kind.TRUNCATE, Kind.OPEN, Kind.LIST}),
}
"""What may go wrong, each with the kinds of calls where it does."""


class Call(NamedTuple):
    """A system call.

    Attributes:
        kind: what it does.
        path: the file or folder, from the folder that is looked at.
        target: its new path, where it is renamed.
        content: what is written.
        place: where that is written, in bytes from the file's beginning.
    """

    kind: Kind
    path: str
    target: str = ""
    content: bytes = b""
    place: int = 0


class Fault(NamedTuple):
    """What goes wrong at which system call.

    Attributes:
        at: the call's number, from 0, among those that may go wrong.
        error: the number of the error that it raises; None where the process is killed instead.
        kinds: what kinds of calls may go wrong.
        is_half: whether the call, where it writes, has written the first half by then.
        is_lasting: whether all later calls of these kinds go wrong, too.
    """

    at: int
    error: int | None = None
    kinds: frozenset[Kind] = CHANGES
    is_half: bool = False
    is_lasting: bool = False

    def strike(self, kind: Kind, path: str) -> None:
        """Let it go wrong."""
        if self.error is None:
            os.kill(os.getpid(), signal.SIGKILL)
        else:
            # As Python has it: what is done to an open file does not know the file's name.
            names = () if kind in {Kind.WRITE, Kind.SYNC} else (path,)
            raise OSError(self.error, os.strerror(self.error), *names)


class Layer:
    """Sees all that this process does to a folder, and those that index for it, while it is entered.

    Args:
        root: the folder.
        fault: what goes wrong, if anything.
        log: called with each call that is done.
        counter: a file elsewhere in which several processes count together; None where there is one process.

    Attributes:
        attempts: the kinds of the calls that this process has made, those included that failed.
    """

    def __init__(
        self,
        root: str | Path,
        fault: Fault | None = None,
        log: Callable[[Call], object] = lambda _: None,
        counter: Path | None = None,
    ) -> None:
        self.settings = (root, fault, log, counter)
        self.log = log
        self.attempts: list[Kind] = []
        self._root = Path(root).absolute()
        self._fault = fault
        self._numbers = _count_together(counter) if counter else count()
        self._synced: dict[int, str] = {}
        self._patches = ExitStack()

    def __enter__(self) -> Self:
        replaced = {
            "builtins.open": self._open,
            "io.open": self._open,
            "os.open": partial(self._open_descriptor, os.open),
            "os.fsync": partial(self._sync, os.fsync),
            "os.rename": partial(self._rename, os.rename),
            "os.replace": partial(self._rename, os.replace),
            "os.listdir": partial(self._one_path, Kind.LIST, os.listdir),
            "os.scandir": partial(self._one_path, Kind.LIST, os.scandir),
            "os.mkdir": partial(self._one_path, Kind.MAKE_FOLDER, os.mkdir),
            "os.rmdir": partial(self._one_path, Kind.REMOVE_FOLDER, os.rmdir),
            "os.remove": partial(self._one_path, Kind.REMOVE, os.remove),
            "os.unlink": partial(self._one_path, Kind.REMOVE, os.unlink),
            "timviet.index.whoosh_index.FolderStorage": partial(LayeredStorage, self),
        }
        for name, function in replaced.items():
            self._patches.enter_context(patch(name, function))
        return self

    def __exit__(self, *_: object) -> None:
        self._patches.close()

    def before(self, call: Call, half: Callable[[], Call] | None = None) -> None:
        """Let a call go wrong, where it is its turn."""
        self.attempts.append(call.kind)
        fault = self._fault
        if fault is None or call.kind not in fault.kinds:
            return
        number = next(self._numbers)
        if number == fault.at or (fault.is_lasting and number > fault.at):
            if fault.is_half and half is not None:
                self.log(half())
            fault.strike(call.kind, str(self._root / call.path))

    def _inside(self, path: object) -> str | None:
        """Return the path in the folder, or None where it is elsewhere."""
        if not isinstance(path, str | os.PathLike):
            return None
        absolute = Path(path).absolute()
        return str(absolute.relative_to(self._root)) if absolute.is_relative_to(self._root) else None

    def _do(self, call: Call, function: Callable[..., object], *arguments: object) -> object:
        self.before(call)
        result = function(*arguments)
        self.log(call)
        return result

    def _one_path(self, kind: Kind, function: Callable[..., object], path: str = ".", *rest: object) -> object:
        inside = self._inside(path)
        return function(path, *rest) if inside is None else self._do(Call(kind, inside), function, path, *rest)

    def _rename(self, function: Callable[..., object], path: str, target: str) -> None:
        inside, new = self._inside(path), self._inside(target)
        if inside is None or new is None:
            function(path, target)
        else:
            self._do(Call(Kind.RENAME, inside, new), function, path, target)

    def _sync(self, function: Callable[..., object], descriptor: int) -> None:
        self._do(Call(Kind.SYNC, self._synced[descriptor]), function, descriptor)

    def _open_descriptor(self, function: Callable[..., int], path: str, flags: int, *rest: object) -> int:
        inside = self._inside(path)
        if inside is None:
            return function(path, flags, *rest)
        kind = Kind.CREATE if flags & os.O_CREAT and not Path(path).exists() else Kind.OPEN
        descriptor = self._do(Call(kind, inside), function, path, flags, *rest)
        self._synced[descriptor] = inside
        return descriptor

    def _open(
        self,
        file: object,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        *rest: object,
        **options: object,
    ) -> io.IOBase:
        inside = self._inside(file)
        if inside is None:
            return _OPEN(file, mode, buffering, encoding, errors, newline, *rest, **options)
        if mode.strip("bt") == "r":
            return self._one_path(Kind.OPEN, _OPEN, file, mode, buffering, encoding, errors, newline)
        kind = mode.strip("bt+")
        if kind not in {"w", "x"}:
            raise NotImplementedError(f"files are written anew, not opened as {mode!r}")
        call = Call(Kind.TRUNCATE if Path(file).exists() else Kind.CREATE, inside)
        raw = self._do(call, _File, self, inside, file, f"{kind}+" if "+" in mode else kind)
        buffer = io.BufferedRandom if "+" in mode else io.BufferedWriter
        buffered = buffer(raw, os.fstat(raw.fileno()).st_blksize)  # as `open` has it
        return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding, errors, newline)


class _File(io.FileIO):
    """A file whose writing a layer sees, as the system calls that it comes to."""

    def __init__(self, layer: Layer, inside: str, path: str, mode: str) -> None:
        super().__init__(path, mode)
        self._layer = layer
        self._inside = inside

    def write(self, content: bytes | memoryview) -> int:
        call = Call(Kind.WRITE, self._inside, content=bytes(content), place=self.tell())
        self._layer.before(call, partial(self._write_half, call))
        written = super().write(content)
        self._layer.log(call._replace(content=call.content[:written]))
        return written

    def _write_half(self, call: Call) -> Call:
        half = call.content[: len(call.content) // 2]
        super().write(half)
        return call._replace(content=half)


class LayeredStorage(FolderStorage):
    """A folder that other processes change through a layer, too, when this storage is sent to them.

    Args:
        layer: the layer of this process.
        folder: the folder.
    """

    def __init__(self, layer: Layer, folder: str) -> None:
        super().__init__(folder)
        self._layer = layer

    def __reduce__(self) -> tuple[object, ...]:
        root, fault, _, counter = self._layer.settings
        return _arrive, (self.folder, root, fault, counter)


def _arrive(folder: str, root: str | Path, fault: Fault | None, counter: Path | None) -> FolderStorage:
    _enter(root, fault, counter)
    return FolderStorage(folder)


@cache
def _enter(root: str | Path, fault: Fault | None, counter: Path | None) -> Layer:
    return Layer(root, fault, counter=counter).__enter__()


def _count_together(counter: Path) -> Iterator[int]:
    """Yield numbers from 0, none of which another process gets that counts in the same file."""
    descriptor = os.open(counter, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    while True:
        os.write(descriptor, b".")
        yield os.lseek(descriptor, 0, os.SEEK_CUR) - 1
