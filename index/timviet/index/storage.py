"""Where an index's files are: a folder, or memory.

Files become part of an index by being synced and then renamed: what a machine that goes off loses has no name yet.
"""

import errno
import json
import os
import socket
import stat
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage, RamStorage
from whoosh.filedb.structfile import StructFile
from whoosh.util.filelock import FileLock

from timviet.index.columnfile import DamagedFileError
from timviet.index.os_errors import naming

IN_MEMORY = ":memory:"
_RETRY_SECONDS = 0.05
_LONGEST_HOLDER = 1 << 12  # bytes


@dataclass(frozen=True, slots=True)
class LockHolder:
    """Who holds a lock.

    Attributes:
        process: the number of the process.
        host: the name of its machine.
        since: since when, as ISO 8601 has it, with the machine's time zone.
    """

    process: int
    host: str
    since: str

    def __str__(self) -> str:
        return f"process {self.process} on {self.host}, since {self.since}"


class FolderStorage(FileStorage):
    """Files in a folder.

    Args:
        folder: the folder.

    Attributes:
        location: the same.
    """

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self.location = folder

    def create_file(self, name: str, excl: bool = False, mode: str = "xb", **options: Any) -> StructFile:  # noqa: ANN401
        """Return a new file to write to; what had its name is gone, and what that was a link to stays as it is."""
        self.discard(name)
        return _NamedFile(super().create_file(name, excl, mode).raw_file(), name, **options)

    def open_file(self, name: str, **options: Any) -> StructFile:  # noqa: ANN401  # Whoosh's
        """Return a file to read.

        Raises:
            DamagedFileError: it is a pipe or a device, which may be read without end.
            OSError: it cannot be opened.
        """
        mode = Path(self._fpath(name)).stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise DamagedFileError(f"{name} is no regular file")
        return _NamedFile(super().open_file(name).raw_file(), name, **options)

    def list(self) -> list[str]:
        """Return the names of the files; there are none where there is no folder.

        Raises:
            OSError: the folder cannot be read, so that nothing is known of what is in it.
        """
        try:
            return os.listdir(self.folder)  # noqa: PTH208  # their names are all that is asked for
        except FileNotFoundError:
            return []

    def sync(self, names: Iterable[str] = ()) -> None:
        """Have the disk keep what some files hold, and then which files the folder has."""
        for name in names:
            _sync(self._fpath(name), os.O_RDWR)
        _sync_folder(self.folder)

    def replace(self, name: str, new_name: str) -> None:
        """Give a file another name, in one step; a file that had it is gone."""
        Path(self._fpath(name)).replace(self._fpath(new_name))

    def discard(self, name: str) -> None:
        """Delete a file, if it is there and that is possible."""
        with suppress(OSError):
            self.delete_file(name)

    def lock(self, name: str) -> "FolderLock":
        """Return a lock, for one process at a time."""
        return FolderLock(self._fpath(name))


class _NamedFile(StructFile):
    """A file whose errors tell which one it is."""

    def read(self, *arguments: Any) -> Any:  # noqa: ANN401  # Whoosh's
        """Read what is asked for."""
        with naming(self.file.name):
            return super().read(*arguments)

    def write(self, *arguments: Any) -> Any:  # noqa: ANN401  # Whoosh's
        """Write what is given."""
        with naming(self.file.name):
            return super().write(*arguments)

    def close(self) -> None:
        """Write what is still to be written, and close the file."""
        with naming(self.file.name):
            super().close()


class FolderLock:
    """A lock that ends with its process, however that ends; its file tells who holds it.

    Args:
        path: the file, which stays when the lock is released.
    """

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._lock = FileLock(path)

    def acquire(self) -> bool:
        """Take the lock, and return whether that was possible.

        Raises:
            DamagedFileError: the file is none, but a link to another one.
            OSError: it cannot be made or locked.
        """
        if self._path.is_symlink() or (self._path.exists() and not self._path.is_file()):
            raise DamagedFileError(f"{self._path.name} is no regular file")
        with naming(str(self._path)):
            is_taken = self._lock.acquire()
        if not is_taken:
            return False
        if not self.is_held():
            self._lock.release()  # it was deleted meanwhile; the next one is another file
            return False
        holder = LockHolder(os.getpid(), socket.gethostname(), datetime.now().astimezone().isoformat(" ", "seconds"))
        with suppress(OSError):  # the lock holds all the same where the disk is full
            self._path.write_text(json.dumps(asdict(holder)), "utf-8")
        return True

    def is_held(self) -> bool:
        """Tell whether the lock, which was taken, still keeps others out: whoever deletes its file lets them in."""
        with suppress(FileNotFoundError):
            return self._lock.fd is not None and os.path.samestat(os.fstat(self._lock.fd), self._path.stat())
        return False

    def release(self) -> None:
        """Let go of the lock."""
        self._lock.release()

    def holder(self) -> LockHolder | None:
        """Return who took the lock last, or None where that is not known."""
        try:
            with self._path.open("rb") as file:
                return LockHolder(**json.loads(file.read(_LONGEST_HOLDER)))
        except (OSError, ValueError, TypeError, RecursionError):
            return None


class LockedError(Exception):
    """Somebody else holds a lock.

    Attributes:
        holder: who, or None where that is not known.
    """

    def __init__(self, holder: LockHolder | None) -> None:
        super().__init__(holder)
        self.holder = holder


class MemoryStorage(RamStorage):
    """Files in memory, for any threads.

    Attributes:
        location: ":memory:".
    """

    location = IN_MEMORY

    def open_file(self, name: str, **options: object) -> StructFile:
        """Open a file.

        Raises:
            FileNotFoundError: there is none, or no more.
        """
        try:
            return super().open_file(name, **options)
        except (NameError, KeyError) as error:  # it may go while Whoosh opens it
            raise FileNotFoundError(f"there is no file {name} in memory") from error

    def file_length(self, name: str) -> int:
        """Return how many bytes a file has.

        Raises:
            FileNotFoundError: there is none, or no more.
        """
        try:
            return len(self.files[name])
        except KeyError as error:
            raise FileNotFoundError(f"there is no file {name} in memory") from error

    def sync(self, names: Iterable[str] = ()) -> None:
        """Do nothing: memory keeps nothing."""

    def replace(self, name: str, new_name: str) -> None:
        """Give a file another name; a file that had it is gone."""
        self.rename_file(name, new_name)

    def discard(self, name: str) -> None:
        """Delete a file, if it is there."""
        self.files.pop(name, None)

    def lock(self, name: str) -> "MemoryLock":
        """Return a lock, for one thread at a time."""
        return MemoryLock(self.locks.setdefault(name, threading.Lock()))


class MemoryLock:
    """A lock of threads that is tried and not waited for, as those of folders are.

    Args:
        lock: what locks.
    """

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock

    def acquire(self) -> bool:
        """Take the lock, and return whether that was possible."""
        return self._lock.acquire(blocking=False)

    def is_held(self) -> bool:
        """Tell that the lock, which was taken, keeps others out."""
        return True

    def release(self) -> None:
        """Let go of the lock."""
        self._lock.release()

    def holder(self) -> None:
        """Return None: it is this process."""


IndexStorage = FolderStorage | MemoryStorage


def wait_for(lock: FolderLock | MemoryLock, timeout: float) -> None:
    """Take a lock, waiting for it where that is necessary, whatever becomes of the clock meanwhile.

    Args:
        lock: the lock.
        timeout: how long to wait, in seconds.

    Raises:
        LockedError: somebody else still held it after that time.
        OSError: its file cannot be made or locked.
    """
    until = time.monotonic() + timeout
    while not lock.acquire():
        if time.monotonic() >= until:
            raise LockedError(lock.holder())
        time.sleep(_RETRY_SECONDS)


TEMPORARY = "_MAIN_new.tmp"
"""What a file is called until it is whole; one name for all, so that no more than one is ever left behind."""


def write_file(storage: IndexStorage, name: str, content: bytes, others: Iterable[str] = ()) -> None:
    """Write a file; it gets its name in one step when it is on the disk, with all else that it needs.

    Args:
        storage: where to write it.
        name: its name; a file that has it is gone then.
        content: what to write.
        others: the files that it needs and that are not on the disk yet.
    """
    storage.discard(TEMPORARY)  # not written to: a power loss may have left it as another name of a file that counts
    with storage.create_file(TEMPORARY) as file:
        file.write(content)
    storage.sync([*others, TEMPORARY])
    storage.replace(TEMPORARY, name)
    storage.sync()


def read_file(storage: IndexStorage, name: str, largest: int) -> bytes | None:
    """Return what a file holds, or None where there is none.

    Args:
        storage: where it is.
        name: its name.
        largest: how many bytes to read at most.
    """
    if not storage.file_exists(name):
        return None
    with storage.open_file(name) as file:
        return bytes(file.read(min(storage.file_length(name), largest)))


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for the disk to keep.

    Raises:
        OSError: one of them cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Also those that are there: who made them, as a process that was killed, may not have come to sync them.
    for above in folder.absolute().parents:
        with suppress(PermissionError):
            _sync_folder(above)


def _sync_folder(path: str | Path) -> None:
    try:
        _sync(path, os.O_RDONLY)
    except OSError as error:
        # As PostgreSQL does in fsync_fname_ext: there are file systems that know no such thing.
        if error.errno not in {errno.EBADF, errno.EINVAL}:
            raise


def _sync(path: str | Path, flags: int) -> None:
    with naming(str(path)):
        descriptor = os.open(path, flags)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
