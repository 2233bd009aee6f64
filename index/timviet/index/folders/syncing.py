"""Bring an index up to date with files and folders, reading only what is new or changed."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from timviet.index.encodings.decoders import encoding_name
from timviet.index.errors import SourceError
from timviet.index.file_names import absolute
from timviet.index.folders.known import Known
from timviet.index.folders.names import is_under, may_be_there, on_disk
from timviet.index.folders.run import Run
from timviet.index.folders.summary import Summary
from timviet.index.formats.parts import UNSAID, RecordFields
from timviet.index.store import DEFAULT_MEMORY, Index


def sync(
    index: Index,
    paths: Iterable[Path],
    stream: bytes | None = None,
    prune: bool = False,
    exclude: Iterable[str] = (),
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    timeout: float = 10.0,
    jobs: int = 1,
    memory: int = DEFAULT_MEMORY,
    encoding: str | None = None,
    fields: RecordFields = UNSAID,
) -> Summary:
    """Index files and folders in one commit; a file whose size and time are unchanged is not read again.

    Folders are read whole, but for what their `.gitignore` and `.timvietignore` leave out, for entries whose name
    starts with a dot, and for folders that are indexes. A file of another time whose content is the same stays as it
    is in the index, too, and one that has got another name takes the place of the one it was. A file or line that
    cannot be read is skipped and told in the summary, then and each time; what the index held of it stays. It is read
    again when it has changed, and at each run where that may help, as where the system refused to read it.

    Args:
        index: what to bring up to date.
        paths: files and folders.
        stream: further content as it came by standard input.
        prune: whether to remove documents whose file, once found under one of the paths, is gone or left out.
        exclude: patterns of what to leave out of the folders, as a line of `.gitignore` is.
        progress: called now and then with the bytes done and the bytes to do.
        timeout: how long to wait for another writer to end, in seconds.
        jobs: how many processes to index with, see `Index.writer`, and how many to read with what takes long to read.
        memory: about how many megabytes of memory to take for it in all.
        encoding: the encoding of all that is read, where it is not to be told file by file from what it says; see
            `decode`. What was read in another one before is read again, and it is remembered with what is read.
        fields: what is where in tables and JSON, as far as it is not to be guessed; these are read again then.

    Returns:
        What was done.

    Raises:
        SourceError: one of the paths does not exist, or one of the patterns is none; nothing has been indexed. Of what
            is pruned, a file may be gone, if its folder is there: a folder that is gone may be on a disk that is not
            there for now.
        EncodingError: there is no such encoding.
        IndexAccessError: the system refused to read or write a file of the index; nothing has been indexed.
        IndexLockedError: another writer is at work.
        WorkerError: one of the processes was ended, or cannot be started; nothing has been indexed.

    Example:
        >>> from timviet.index import open_index
        >>> with open_index(":memory:", create=True) as index:
        ...     sync(index, [], stream="Đảng ủy xã".encode()).documents
        1
    """
    options = SyncOptions(prune, tuple(exclude), timeout, jobs, memory, encoding, fields)
    return Follower(index, paths, options).sync(stream, progress)


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """How to bring an index up to date; see `sync`."""

    prune: bool = False
    exclude: tuple[str, ...] = ()
    timeout: float = 10.0
    jobs: int = 1
    memory: int = DEFAULT_MEMORY
    encoding: str | None = None
    fields: RecordFields = UNSAID


class Follower:
    """Brings an index up to date with files and folders, again and again.

    Args:
        index: what to bring up to date.
        paths: the files and folders.
        options: how.

    Raises:
        EncodingError: there is no such encoding.
    """

    def __init__(self, index: Index, paths: Iterable[Path], options: SyncOptions) -> None:
        self._index = index
        self._roots = [on_disk(absolute(path)) for path in paths]
        self._options = options
        self._encoding = encoding_name(options.encoding) if options.encoding else None
        self._known: Known | None = None
        self._waiting: dict[Path, set[Path]] = {}

    def sync(
        self,
        stream: bytes | None = None,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
        changed: Iterable[Path] | None = None,
    ) -> Summary:
        """Bring the index up to date in one commit.

        Args:
            stream: further content as it came by standard input.
            progress: called now and then with the bytes done and the bytes to do.
            changed: the absolute paths that may have changed; None for all.

        Returns:
            What was done.

        Raises:
            TimvietError: as `sync` raises them.
        """
        started = time.perf_counter()
        options = self._options
        with self._index.writer(options.timeout, options.jobs, options.memory) as writer:
            known = self._up_to_date(writer.commit_id)
            base = self._index.base
            own_roots = [known.as_known(root, base) for root in self._roots] if options.prune else self._roots
            said = self._encoding, options.fields
            run = Run(self._index, writer, known, own_roots, options.exclude, *said, options.prune)
            if changed is None:
                require_paths(root for root in own_roots if not (options.prune and known.had_file(root, base)))
            else:
                run.keep_lost(own_roots)
            roots = own_roots if changed is None else self._with_waiting(changed)
            files = list(run.find_files(None if changed is None else roots))
            read = [file for file in files if not run.is_unchanged(file)]
            total = sum(file.source.size for file in read) + len(stream or b"")
            done = 0
            for size in run.index_all(read, stream, options.jobs):
                done += size
                progress(done, total)
            if options.prune:
                run.prune(roots, {file.source.path for file in files})
            run.remember_skipped(roots)
            run.remember_touched()
            if run.has_changed:
                writer.commit()
            else:
                writer.rollback()
        if run.has_changed:
            known.take_in(run.changes.added, run.changes.removed, writer.commit_id)
        paths = {file.path for file in read}
        waiting = {path: owners for path, owners in self._waiting.items() if path not in paths}
        self._waiting = waiting | run.changes.waiting
        run.summary.seconds = time.perf_counter() - started
        return run.summary

    def _with_waiting(self, changed: Iterable[Path]) -> list[Path]:
        """Return paths, and those of the files that wait for an id that a file below these has."""
        paths = set(changed)
        waiting = {path for path, owners in self._waiting.items() if any(is_under(owner, paths) for owner in owners)}
        return sorted(paths | waiting)

    def _up_to_date(self, commit_id: str) -> Known:
        if self._known is None or self._known.commit_id != commit_id:
            self._known = Known(self._index, commit_id)
        return self._known


def require_paths(paths: Iterable[Path]) -> None:
    """Check that files and folders are there.

    Raises:
        SourceError: the first one that is not.
    """
    for path in paths:
        if not may_be_there(on_disk(absolute(path))):
            advice = "to remove what the index has of it, prune a folder above it"
            raise SourceError(path, "there is no such file or folder", detail=advice)
