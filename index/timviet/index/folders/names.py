"""The names by which an index knows files: below the folder that it is in, relative to that folder."""

import errno
import os
from collections.abc import Set
from pathlib import Path

from timviet.index.errors import SourceError
from timviet.index.file_names import escape_name, unescape_name
from timviet.index.unicode import nfc


def name_of(path: Path, base: Path) -> str:
    """Return the name of a file; what of it is not UTF-8 is escaped.

    Example:
        >>> name_of(Path("/kho/van-ban/tin.txt"), Path("/kho")), name_of(Path("/tin.txt"), Path("/kho"))
        ('van-ban/tin.txt', '/tin.txt')
    """
    return escape_name(str(path).removeprefix(os.path.join(base, "")))  # noqa: PTH118  # with a stroke at the end


def path_of(name: str, base: Path) -> Path:
    """Return the file that has a name.

    Example:
        >>> path_of("van-ban/tin.txt", Path("/kho")), path_of("/tin.txt", Path("/kho"))
        (PosixPath('/kho/van-ban/tin.txt'), PosixPath('/tin.txt'))
    """
    return base / unescape_name(name)


def on_disk(path: Path) -> Path:
    """Return an absolute path as the disk has it: where a name is not there, the one of the same letters, if one is.

    Some systems compose the letters of names, as keyboards do, and some take them apart.

    Args:
        path: the path as typed.

    Raises:
        SourceError: several names have these letters.
    """
    if may_be_there(path):
        return path
    try:
        folder = on_disk(path.parent)
        same = [name for name in os.listdir(folder) if nfc(name) == nfc(path.name)]  # noqa: PTH208  # names, and no paths
    except OSError:
        return path
    if len(same) > 1 and path.name not in same:
        forms = ", ".join(map(ascii, same))
        raise SourceError(path, "may be one of several, whose names differ in how letters are composed", detail=forms)
    return folder / same[0] if len(same) == 1 else folder / path.name


def is_under(path: Path, folders: Set[Path]) -> bool:
    """Tell whether a path is one of several, or below one of them."""
    return not folders.isdisjoint((path, *path.parents))


def may_be_there(path: Path) -> bool:
    """Tell whether there is a file or folder, or whether that cannot be told, as in a folder that may not be entered.

    Example:
        >>> may_be_there(Path("/")), may_be_there(Path("/mất")), may_be_there(Path("/", "a" * 1000))
        (True, False, True)
    """
    try:
        path.stat()
    except OSError as error:
        return not means_gone(error)
    return True


def means_gone(error: OSError) -> bool:
    """Tell whether an error says that a file is not there, and not only that nothing can be told of it."""
    return error.errno in {errno.ENOENT, errno.ENOTDIR}
