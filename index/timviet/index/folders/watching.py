"""Keep an index up to date with folders while they change."""

import math
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from timviet.index.errors import MissingExtraError, SourceError
from timviet.index.file_names import absolute
from timviet.index.folders.ignoring import IGNORE_FILES
from timviet.index.folders.names import on_disk
from timviet.index.folders.summary import Summary
from timviet.index.folders.syncing import Follower, SyncOptions
from timviet.index.formats.parts import UNSAID, RecordFields
from timviet.index.store import DEFAULT_MEMORY, Index

if TYPE_CHECKING:
    from watchfiles import Change

# Changes are taken together until none comes for so long, or until so much time has gone since the first one.
_QUIET_MS = 100
_TOGETHER_MS = 500
# So often it is looked whether to stop.
_TURN_MS = 250
# What watchfiles says of a change whose path is not UTF-8, and of no other one then or later.
_NO_UTF_8 = "Unable to decode path"


def _no_progress(_done: int, _total: int) -> None:
    """Show nothing."""


def watch(
    index: Index,
    folders: Iterable[Path],
    stop: Event | None = None,
    exclude: Iterable[str] = (),
    progress: Callable[[int, int], None] = _no_progress,
    jobs: int = 1,
    memory: int = DEFAULT_MEMORY,
    encoding: str | None = None,
    fields: RecordFields = UNSAID,
) -> Iterator[Summary]:
    """Bring an index up to date with folders as `sync` does, and again whenever something in them changes.

    What changes at about the same time is committed together, at the latest half a second after the first change. What
    is gone or left out is removed. While another writer is at work, changes wait.

    Args:
        index: what to keep up to date.
        folders: the folders.
        stop: ends it, within a quarter of a second, when it is set.
        exclude: patterns of what to leave out, as a line of `.gitignore` is.
        progress: called now and then, at first, with the bytes done and the bytes to do.
        jobs: how many processes to index with; see `Index.writer`.
        memory: about how many megabytes of memory to take for it in all.
        encoding: the encoding of all that is read; see `sync`.
        fields: what is where in tables and JSON; see `sync`.

    Yields:
        What was done: first with all there is, then with what changed.

    Raises:
        MissingExtraError: the package that tells of changes is not installed.
        SourceError: one of the folders is none.
        TimvietError: what `sync` raises otherwise.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from timviet.index import open_index
        >>> with TemporaryDirectory() as folder, open_index(":memory:", create=True) as index:
        ...     for summary in watch(index, [Path(folder)]):
        ...         if summary.documents:
        ...             break
        ...         _ = Path(folder, "tin.txt").write_text("Đảng ủy xã", encoding="utf-8")
        ...     index.document_count
        1
    """
    roots = [on_disk(absolute(folder)) for folder in folders]
    options = SyncOptions(
        prune=True,
        exclude=tuple(exclude),
        timeout=math.inf,
        jobs=jobs,
        memory=memory,
        encoding=encoding,
        fields=fields,
    )
    follower = Follower(index, roots, options)
    while True:
        changes = _changes(roots, absolute(index.folder) if index.folder else None, stop)
        try:
            if next(changes, None) is None:  # from now on it is noticed what changes
                return
            yield follower.sync(progress=progress)
            for changed in changes:
                if changed:
                    yield follower.sync(changed=sorted(changed))
        except RuntimeError as error:
            if _NO_UTF_8 not in str(error):
                raise
            progress = _no_progress  # all is looked at again
        else:
            return


def _changes(folders: list[Path], index_folder: Path | None, stop: Event | None) -> Iterator[set[Path]]:
    """Return what yields the paths that change, also when none has for a while."""
    try:
        import watchfiles
    except ImportError as error:
        raise MissingExtraError("watch folders", "watchfiles", "watch") from error
    for folder in folders:
        if not folder.is_dir():
            raise SourceError(folder, "is no folder that is there, and only such can be watched")

    def is_of_interest(_: "Change", name: str) -> bool:
        return _is_of_interest(Path(name), folders, index_folder)

    found = watchfiles.watch(
        *folders,
        watch_filter=is_of_interest,
        step=_QUIET_MS,
        debounce=_TOGETHER_MS,
        rust_timeout=_TURN_MS,
        yield_on_timeout=True,
        stop_event=stop,
        recursive=True,
    )
    return ({_place(Path(name)) for _, name in changes} for changes in found)


def _place(path: Path) -> Path:
    """Return what may be read otherwise because of a changed path: where rules changed, all of their folder."""
    return path.parent if path.name in IGNORE_FILES else path


def _is_of_interest(path: Path, folders: list[Path], index_folder: Path | None) -> bool:
    place = _place(path)
    is_own = index_folder is not None and place.is_relative_to(index_folder)
    return not is_own and any(
        place.is_relative_to(folder) and not any(part.startswith(".") for part in place.relative_to(folder).parts)
        for folder in folders
    )
