"""Which of the files below some roots can be read, and what is known of each before it is."""

import os
import stat
from collections.abc import Collection, Iterable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from timviet.index.errors import SourceError
from timviet.index.file_names import absolute, escape_name
from timviet.index.files import is_readable
from timviet.index.folders.names import is_under, name_of
from timviet.index.folders.passed_over import PassedOver
from timviet.index.folders.summary import Summary
from timviet.index.folders.walking import Walk
from timviet.index.preparing import Source
from timviet.index.store import Index


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file, and what is known of it before it is read."""

    path: Path
    source: Source


class Finder:
    """Finds files that can be read, and tells of those that cannot.

    Args:
        index: the index, whose own files are passed over.
        roots: the files and folders that it is to be up to date with.
        exclude: patterns of what to leave out of the folders.
        summary: where it is told what is left out, and what cannot be read.

    Raises:
        SourceError: what is to be excluded is no pattern.
    """

    def __init__(self, index: Index, roots: Collection[Path], exclude: Iterable[str], summary: Summary) -> None:
        self._index_folder = f"{absolute(index.folder)}{os.sep}" if index.folder else None
        self._base = index.base
        self._roots = set(roots)
        self._summary = summary
        self._walk = Walk(roots, exclude, summary.add_error, self._leave_out, self.pass_over)
        self._passed_over: dict[tuple[Path, str], PassedOver] = {}

    @property
    def unreadable(self) -> set[Path]:
        """The files and folders of which nothing could be told, so that what is in them may be there or not."""
        return self._walk.unreadable

    def passed_over(self, roots: Set[Path]) -> list[PassedOver]:
        """Return what was passed over below roots all of which were looked at, being below some paths."""
        return [own for (root, _), own in self._passed_over.items() if is_under(root, roots)]

    def files(self, changed: Iterable[Path] | None) -> Iterator[FoundFile]:
        """Yield the files that can be read, among those that may have changed; None for all."""
        for path in self._walk.files(changed):
            if self._index_folder and f"{path}{os.sep}".startswith(self._index_folder):
                continue
            name = name_of(path, self._base)
            try:
                status = path.stat()
            except OSError as error:
                self._walk.cannot_read(path, error)
            else:
                reason = _why_unreadable(path, status.st_mode)
                if reason is None:
                    yield FoundFile(path, Source(name, status.st_size, status.st_mtime_ns))
                else:
                    self.pass_over(SourceError(path, reason))

    def pass_over(self, error: SourceError) -> None:
        """Tell why a file or folder is not read: as an error if it is named itself, otherwise as one of those below."""
        if error.path in self._roots:
            self._summary.add_error(error)
            return
        path, reason = error.path, error.reason
        self._summary.skipped[reason] += 1
        root = next(above for above in (path, *path.parents) if above in self._roots)
        own = self._passed_over.get((root, reason)) or PassedOver(
            name_of(path, self._base), reason, number=0, root=name_of(root, self._base)
        )
        self._passed_over[root, reason] = own._replace(number=own.number + 1)

    def _leave_out(self) -> None:
        self._summary.left_out += 1


def _why_unreadable(path: Path, mode: int) -> str | None:
    if not is_readable(path):
        return f"{escape_name(path.suffix.lower()) or 'a file without a suffix'} is no format that timviet reads"
    return None if stat.S_ISREG(mode) else "is no regular file"
