"""Which files of a folder are left out: those that it says itself, by git's rules, and those that a user names."""

import stat
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Sequence
from pathlib import Path

from pathspec import GitIgnoreSpec

from timviet.index.errors import SourceError
from timviet.index.folders.patterns import Pattern

IGNORE_FILES = (".gitignore", ".timvietignore")
"""Where a folder says what is left out of it; the later ones go before the earlier ones."""

_MAX_SIZE = 1 << 18  # bytes of one of them


class IgnoreRules:
    """What is left out of a folder.

    The rules are those of git (https://git-scm.com/docs/gitignore): a pattern holds below the folder whose file has it;
    of patterns that say different things, those of the deepest folder go before others, and later before earlier ones.
    What a user names goes before all. Lines that are no patterns say nothing. Names that start with a full stop
    are always left out.

    Args:
        root: the folder; what is above it says nothing.
        exclude: further patterns, as in the root's file.

    Raises:
        SourceError: one of them is no pattern.

    Example:
        >>> IgnoreRules(Path("van-ban"), ["*.tmp", "nhap/"]).leave_out(Path("van-ban/nhap"), is_folder=True)
        True
    """

    def __init__(self, root: Path, exclude: Sequence[str] = ()) -> None:
        self._root = root
        try:
            self._excluded = [(root, _spec(exclude))] if exclude else []
        except ValueError as error:
            raise SourceError(root, "cannot leave out by what is no pattern", detail=str(error)) from error
        self._specs: dict[Path, list[tuple[Path, GitIgnoreSpec]]] = {}

    def leave_out(self, path: Path, is_folder: bool) -> bool:
        """Tell whether a file or folder below the root is left out, by its own name.

        Raises:
            SourceError: a file that tells what is left out cannot be read.
        """
        if path.name.startswith("."):
            return True
        for folder, spec in (*self._excluded, *self._specs_of(path.parent)):
            told = spec.check_file(f"{path.relative_to(folder).as_posix()}{'/' if is_folder else ''}").include
            if told is not None:
                return told
        return False

    def leave_out_with_folders(self, path: Path, is_folder: bool) -> bool:
        """Tell whether a file or folder below the root is left out, by its own name or as all of a folder is."""
        above = [
            folder for folder in reversed(path.parents) if folder != self._root and folder.is_relative_to(self._root)
        ]
        return any(self.leave_out(folder, is_folder=True) for folder in above) or self.leave_out(path, is_folder)

    def _specs_of(self, folder: Path) -> list[tuple[Path, GitIgnoreSpec]]:
        """Return the rules that hold in a folder, each with the folder that it is of, the deepest first."""
        if folder not in self._specs:
            own = _read_spec(folder)
            above = [] if folder == self._root else self._specs_of(folder.parent)
            self._specs[folder] = [(folder, own), *above] if own else above
        return self._specs[folder]


def _read_spec(folder: Path) -> GitIgnoreSpec | None:
    lines: list[str] = []
    for path in (folder / name for name in IGNORE_FILES):
        try:
            lines += _read_lines(path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise SourceError(path, f"cannot be read: {error.strerror}") from error
    patterns = [line for line in lines if _is_pattern(line)]
    return _spec(patterns) if patterns else None


def _read_lines(path: Path) -> list[str]:
    if not stat.S_ISREG(path.stat().st_mode):  # which git passes over, too
        return []
    with path.open("rb") as file:
        content = file.read(_MAX_SIZE + 1)
    if len(content) > _MAX_SIZE:
        raise SourceError(path, f"is larger than the limit of {_MAX_SIZE:,} bytes")
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        try:
            return content.decode("utf-16").splitlines()
        except UnicodeDecodeError as error:
            raise SourceError(path, "is not UTF-16 text, as it begins") from error
    return content.decode("utf-8-sig", "surrogateescape").splitlines()


def _spec(lines: Iterable[str]) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines(lines, Pattern, backend="simple")


def _is_pattern(line: str) -> bool:
    """Tell whether a line can be read; git passes over those that cannot."""
    try:
        _spec([line])
    except ValueError:
        return False
    return True
