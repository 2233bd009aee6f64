"""Bring an index up to date with files and folders, reading only what is new or changed."""

import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass, replace
from pathlib import Path

from timviet.index.documents import Document
from timviet.index.encodings.decoders import UTF_8, encoding_name
from timviet.index.errors import DocumentError, SourceError
from timviet.index.files import Reading, is_readable, read_file, read_stream
from timviet.index.preparing import Source
from timviet.index.skipped import SkippedFile, load_skipped, save_skipped
from timviet.index.storage import IN_MEMORY
from timviet.index.store import Index
from timviet.index.summary import FileEncoding, Summary
from timviet.index.writer import DEFAULT_MEMORY, Writer

# No file was changed at this time.
_NEVER = -1
_STREAM = Path("-")


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    source: Source


def sync(
    index: Index,
    paths: Iterable[Path],
    stream: bytes | None = None,
    prune: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    timeout: float = 10.0,
    jobs: int = 1,
    memory: int = DEFAULT_MEMORY,
    encoding: str | None = None,
) -> Summary:
    """Index files and folders in one commit; a file whose size and time are unchanged is not read again.

    Folders are read whole, but for entries whose name starts with a dot. A file or line that cannot be read is
    skipped and told in the summary, then and each time until it has changed; what the index held of it stays.

    Args:
        index: what to bring up to date.
        paths: files and folders.
        stream: further content as it came by standard input.
        prune: whether to remove documents whose file, once found under one of the paths, is gone.
        progress: called now and then with the bytes done and the bytes to do.
        timeout: how long to wait for another writer to end, in seconds.
        jobs: how many processes to index with; see `Index.writer`.
        memory: about how many megabytes of memory to take for it in all.
        encoding: the encoding of all that is read, where it is not to be told file by file from what it says; see
            `decode`. What was read in another one before is read again.

    Returns:
        What was done.

    Raises:
        SourceError: one of the paths does not exist; nothing has been indexed.
        EncodingError: there is no such encoding.
        IndexLockedError: another writer is at work.
        WorkerError: one of the processes was ended, or cannot be started; nothing has been indexed.

    Example:
        >>> from timviet.index import open_index
        >>> with open_index(":memory:", create=True) as index:
        ...     sync(index, [], stream="Đảng ủy xã".encode()).documents
        1
    """
    started = time.perf_counter()
    roots = [_absolute(path) for path in paths]
    given_encoding = encoding_name(encoding) if encoding else None
    with index.writer(timeout, jobs, memory) as writer:
        run = _Run(index, writer, given_encoding)
        require_paths(root for root in roots if not (prune and run.is_known(root)))
        files = list(run.find_files(roots))
        changed = [file for file in files if not run.is_unchanged(file)]
        total = sum(file.source.size for file in changed) + len(stream or b"")
        done = 0
        for read in run.index_all(changed, stream):
            done += read
            progress(done, total)
        if prune:
            run.prune(roots, {file.source.path for file in files})
        run.remember_skipped()
        if not (run.summary.documents or run.summary.removed):
            writer.rollback()
    run.summary.seconds = time.perf_counter() - started
    return run.summary


def require_paths(paths: Iterable[Path]) -> None:
    """Check that files and folders are there.

    Raises:
        SourceError: the first one that is not.
    """
    for path in paths:
        if not path.exists():
            raise SourceError(path, "there is no such file or folder")


class _Run:
    """One run of `sync`: what the index knew before, what this run has seen, and the summary of both."""

    def __init__(self, index: Index, writer: Writer, encoding: str | None) -> None:
        self._index_folder = _absolute(Path(index.location))
        self._base = Path.cwd() if index.location == IN_MEMORY else self._index_folder.parent
        self._unreadable: set[Path] = set()
        self._found: set[str] = set()
        self._writer = writer
        self._encoding = encoding
        self._known = {document.id: document.source for document in index.documents()}
        self._known_files: dict[str, list[str]] = {}
        for identity, source in self._known.items():
            if source:
                self._known_files.setdefault(source.path, []).append(identity)
        self._seen: dict[str, str] = {}
        self._changed: set[str] = set()
        self._storage = index.whoosh.storage
        self._skipped_before = load_skipped(self._storage)
        self._skipped: dict[str, SkippedFile] = {}
        self._waiting: set[str] = set()  # for an id that another file has
        self.summary = Summary()

    def is_known(self, root: Path) -> bool:
        return any(_is_under(self._path(name), {root}) for name in self._known_files)

    def find_files(self, roots: list[Path]) -> Iterator[_File]:
        for path in dict.fromkeys(path for root in roots for path in _walk(root, self._skip_folder)):
            if path.is_relative_to(self._index_folder):
                continue
            name = self._name(path)
            try:
                name.encode()
                status = path.stat()
            except UnicodeEncodeError:
                self._skip(SourceError(path, "its name is not UTF-8"))
            except OSError as error:
                self._skip(SourceError(path, f"cannot be read: {error.strerror}"))
            else:
                unreadable = None if stat.S_ISREG(status.st_mode) else "is no regular file"
                if not is_readable(path):
                    unreadable = f"{path.suffix or 'a file without a suffix'} is no format that timviet reads"
                if unreadable is None:
                    self._found.add(name)
                    yield _File(path, Source(name, status.st_size, status.st_mtime_ns))
                elif path in roots:
                    self._skip(SourceError(path, unreadable))
                else:
                    self.summary.skipped[unreadable] += 1

    def is_unchanged(self, file: _File) -> bool:
        name = file.source.path
        identities = self._known_files.get(name, [])
        current = sum(self._is_as_read(self._known[identity], file) for identity in identities)
        skipped = self._skipped_before.get(name)
        if skipped and skipped.source == self._with_fault(file) and skipped.documents == current:
            self._skipped[name] = skipped
            for error in skipped.errors(file.path):
                self._skip(error)
        elif skipped or not identities or current < len(identities):
            return False
        self.summary.unchanged += len(identities)
        self._seen.update(dict.fromkeys(identities, name))
        return True

    def _is_as_read(self, known: Source | None, file: _File) -> bool:
        """Tell whether a file is as it was, and was read in the encoding that is given, if one is."""
        if known is None or (self._encoding and known.encoding != self._encoding):
            return False
        return replace(known, encoding=UTF_8) == file.source

    def _with_fault(self, file: _File) -> Source:
        return replace(file.source, encoding=self._encoding or "")

    def index_all(self, files: list[_File], stream: bytes | None) -> Iterator[int]:
        self._changed = {file.source.path for file in files}
        for file in files:
            yield from self._index_readings(read_file(file.path, file.source.path, self._encoding), file)
        if stream is not None:
            yield from self._index_readings(read_stream(stream, self._encoding), None)

    def prune(self, roots: list[Path], found: set[str]) -> None:
        for name, identities in self._known_files.items():
            path = self._path(name)
            if name not in found and _is_under(path, set(roots)) and not _is_under(path, self._unreadable):
                self._remove(identity for identity in identities if identity not in self._seen)

    def remember_skipped(self) -> None:
        """Keep this run's faults, and earlier ones of files that are still there and that it did not come by."""
        elsewhere = {
            name: skipped
            for name, skipped in self._skipped_before.items()
            if name not in self._found and self._path(name).exists()
        }
        skipped = elsewhere | self._skipped
        if skipped != self._skipped_before:
            save_skipped(self._storage, skipped)

    def _index_readings(self, readings: Iterable[Reading], file: _File | None) -> Iterator[int]:
        errors_before, documents_before = len(self.summary.errors), self.summary.documents
        source = file.source if file else None
        last = encoding = None
        for content, size, line, encoding in readings:
            if source and source.encoding != encoding.encoding:
                source = replace(source, encoding=encoding.encoding)
            if isinstance(content, SourceError):
                self._skip(content)
            elif self._add(content, source, line):
                last = content
            yield size
        if encoding and encoding.encoding != UTF_8:
            self.summary.encodings.append(FileEncoding(file.path if file else _STREAM, *encoding))
        if file is None:
            return
        errors = self.summary.errors[errors_before:]
        if not errors:
            gone = self._known_files.get(file.source.path, [])
            self._remove(identity for identity in gone if identity not in self._seen)
        elif file.source.path not in self._waiting:
            self._skipped[file.source.path] = SkippedFile.of(
                self._with_fault(file), self.summary.documents - documents_before, errors
            )
        elif last:
            # It is read again until it has all its ids, for which its documents must not look unchanged.
            self._writer.add(last, replace(file.source, modified_ns=_NEVER))

    def _add(self, document: Document, source: Source | None, line: int | None) -> bool:
        origin = source.path if source else str(_STREAM)
        path = self._path(origin) if source else _STREAM
        owner = self._owner_of(document.id, origin)
        if owner:
            if owner != origin:
                self._waiting.add(origin)
            reason = "has the id of another document"
            self._skip(SourceError(path, reason, line, f"{document.id!r}, of {owner}"))
            return False
        try:
            self.summary.paragraphs += self._writer.add(document, source)
        except DocumentError as error:
            self._skip(SourceError(path, "cannot be kept", line, str(error)))
            return False
        self._seen[document.id] = origin
        self.summary.documents += 1
        if document.id in self._known:
            self.summary.changed += 1
        else:
            self.summary.new += 1
        return True

    def _owner_of(self, identity: str, origin: str) -> str | None:
        """Return the file that an id belongs to, if it is another one and may still have it."""
        if identity in self._seen:
            return self._seen[identity]
        known = self._known.get(identity)
        if known is None or known.path == origin or known.path in self._changed:
            return None
        return known.path if self._path(known.path).exists() else None

    def _remove(self, identities: Iterable[str]) -> None:
        for identity in identities:
            self._writer.remove(identity)
            self.summary.removed += 1

    def _skip_folder(self, error: OSError) -> None:
        folder = Path(error.filename)
        self._unreadable.add(folder)
        self._skip(SourceError(folder, f"cannot be read: {error.strerror}"))

    def _skip(self, error: SourceError) -> None:
        """Count a file or line that is left out, and keep its fault."""
        self.summary.skipped[error.reason] += 1
        self.summary.errors.append(error)

    def _name(self, path: Path) -> str:
        return path.relative_to(self._base).as_posix() if path.is_relative_to(self._base) else path.as_posix()

    def _path(self, name: str) -> Path:
        return self._base / name


def _is_under(path: Path, roots: Set[Path]) -> bool:
    return not roots.isdisjoint((path, *path.parents))


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100  # unlike Path.resolve, leaves a link its own name


def _walk(root: Path, unreadable: Callable[[OSError], None]) -> Iterator[Path]:
    if not root.is_dir():
        if root.exists():
            yield root
        return
    for folder, folders, names in os.walk(root, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(names) if not name.startswith("."))
