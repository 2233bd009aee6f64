"""The files of folders, but for those that are left out."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from timviet.index.errors import SourceError
from timviet.index.folders.ignoring import IgnoreRules


class Walk:
    """Finds files.

    Args:
        roots: files and folders.
        exclude: patterns of what is left out of the folders; see `IgnoreRules`.
        skip: called with each fault: a folder that cannot be read, or rules that cannot.
        leave_out: called for each file or folder that rules leave out.

    Attributes:
        unreadable: the folders that could not be read, so that nothing is known of what is in them.

    Raises:
        SourceError: what is to be excluded is no pattern.
    """

    def __init__(
        self,
        roots: Iterable[Path],
        exclude: Iterable[str],
        skip: Callable[[SourceError], None],
        leave_out: Callable[[], None],
    ) -> None:
        patterns = list(exclude)
        self._rules = {root: IgnoreRules(root, patterns) for root in roots}
        self._skip = skip
        self._leave_out = leave_out
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
                elif path.is_relative_to(root) and path.exists() and not self._are_left_out(path, rules):
                    yield from self._below(path, rules)

    def _below(self, path: Path, rules: IgnoreRules) -> Iterator[Path]:
        if not path.is_dir():
            if path.exists():
                yield path
            return
        for name, folders, files in os.walk(path, onerror=self._cannot_read):
            folder = Path(name)
            try:
                folders[:] = [own for own in sorted(folders) if self._is_kept(folder / own, rules, is_folder=True)]
                kept = [folder / own for own in sorted(files) if self._is_kept(folder / own, rules, is_folder=False)]
            except SourceError as error:
                folders[:], kept = [], []
                self.unreadable.add(folder)
                self._skip(error)
            yield from kept

    def _is_kept(self, path: Path, rules: IgnoreRules, is_folder: bool) -> bool:
        if not rules.leave_out(path, is_folder):
            return True
        if not path.name.startswith("."):
            self._leave_out()
        return False

    def _are_left_out(self, path: Path, rules: IgnoreRules) -> bool:
        try:
            return rules.leave_out_with_folders(path, path.is_dir())
        except SourceError as error:
            self.unreadable.add(path)
            self._skip(error)
            return True

    def _cannot_read(self, error: OSError) -> None:
        folder = Path(error.filename)
        self.unreadable.add(folder)
        self._skip(SourceError(folder, f"cannot be read: {error.strerror}"))
