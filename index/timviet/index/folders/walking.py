"""The files of folders, but for those that are left out."""

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from timviet.index.errors import SourceError
from timviet.index.folders.ignoring import IgnoreRules
from timviet.index.folders.names import may_be_there, means_gone

_CONTENTS_OF_INDEX = re.compile(r"_MAIN_[0-9]+\.toc")


class Walk:
    """Finds files.

    Args:
        roots: files and folders.
        exclude: patterns of what is left out of the folders; see `IgnoreRules`.
        skip: called with each fault: a folder that cannot be read, or rules that cannot.
        leave_out: called for each file or folder that rules leave out.
        pass_over: called for each one that is not looked into for another reason, with that as an error.

    Attributes:
        unreadable: the files and folders that could not be read, so that nothing is known of them.

    Raises:
        SourceError: what is to be excluded is no pattern.
    """

    def __init__(
        self,
        roots: Iterable[Path],
        exclude: Iterable[str],
        skip: Callable[[SourceError], None],
        leave_out: Callable[[], None],
        pass_over: Callable[[SourceError], None],
    ) -> None:
        patterns = list(exclude)
        self._are_indexes: dict[Path, bool] = {}
        self._rules = {root: IgnoreRules(root, patterns) for root in roots}
        self._skip = skip
        self._leave_out = leave_out
        self._pass_over = pass_over
        self.unreadable: set[Path] = set()

    def files(self, changed: Iterable[Path] | None = None) -> Iterator[Path]:
        """Yield the files, those of a folder in the order of their names; each once.

        Args:
            changed: the files and folders to look at; None for all.
        """
        found = self._below_roots() if changed is None else self._among(changed)
        yield from dict.fromkeys(found)

    def _below_roots(self) -> Iterator[Path]:
        for root, rules in self._rules.items():
            yield from self._below(root, rules)

    def _among(self, paths: Iterable[Path]) -> Iterator[Path]:
        for path in paths:
            for root, rules in self._rules.items():
                if path == root:
                    yield from self._below(root, rules)
                elif path.is_relative_to(root) and may_be_there(path) and not self._is_left_out(path, rules):
                    yield from self._below(path, rules)

    def _below(self, path: Path, rules: IgnoreRules) -> Iterator[Path]:
        try:
            mode = path.stat().st_mode
        except OSError as error:
            if not means_gone(error):
                self.cannot_read(path, error)
            return
        if not stat.S_ISDIR(mode):
            yield path
            return
        folders = [path]
        while folders:
            inner, files = self._entries(folders.pop(), rules)
            folders += reversed(inner)
            yield from files

    def _entries(self, folder: Path, rules: IgnoreRules) -> tuple[list[Path], list[Path]]:
        """Return the folders and the files that are kept of those in a folder, unless it is an index."""
        folders, files = list[Path](), list[Path]()
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
            if _is_index([entry.name for entry in entries]):
                return [], []
            for entry in entries:
                path, is_folder = folder / entry.name, _is_folder(entry)
                if self._is_kept(path, rules, is_folder):
                    (folders if is_folder else files).append(path)
        except OSError as error:
            self.cannot_read(folder, error)
        except SourceError as error:
            self.unreadable.add(folder)
            self._skip(error)
        else:
            return [path for path in folders if not self._is_link(path)], files
        return [], []

    def _is_link(self, folder: Path) -> bool:
        if not folder.is_symlink():
            return False
        self._pass_over(SourceError(folder, "is a link to a folder, which is not followed"))
        return True

    def _is_kept(self, path: Path, rules: IgnoreRules, is_folder: bool) -> bool:
        if not rules.leave_out(path, is_folder):
            return True
        if not path.name.startswith("."):
            self._leave_out()
        return False

    def _is_left_out(self, path: Path, rules: IgnoreRules) -> bool:
        try:
            return self._is_in_index(path) or rules.leave_out_with_folders(path, os.path.isdir(path))  # noqa: PTH112  # which never raises
        except SourceError as error:
            self.unreadable.add(path)
            self._skip(error)
            return True

    def _is_in_index(self, path: Path) -> bool:
        folder = path.parent
        if folder not in self._are_indexes:
            try:
                self._are_indexes[folder] = _is_index(os.listdir(folder))  # noqa: PTH208  # names, and no paths
            except OSError:  # told where the rules of that folder are read
                self._are_indexes[folder] = False
        return self._are_indexes[folder]

    def cannot_read(self, path: Path, error: OSError) -> None:
        """Tell that a file or folder cannot be read, and of it nothing is known unless it is gone."""
        if not means_gone(error):
            self.unreadable.add(path)
        leads_nowhere = means_gone(error) and path.is_symlink()
        self._skip(
            SourceError(path, "is a link that leads nowhere" if leads_nowhere else f"cannot be read: {error.strerror}")
        )


def _is_index(names: Sequence[str]) -> bool:
    """Tell whether a folder is an index, by the names that are in it."""
    return any(map(_CONTENTS_OF_INDEX.fullmatch, names))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to what cannot be told
        return False
