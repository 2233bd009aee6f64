"""What to raise where an index cannot be read: what is wrong with it, and what can be done."""

from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from pathlib import Path

from whoosh.index import EmptyIndexError

from timviet.index.columnfile import DamagedFileError, ForeignFileError
from timviet.index.errors import IndexNotFoundError, IndexPlaceError, IndexVersionError, NotAnIndexError

REMEDY = "save what can be saved with `timviet repair NEW_FOLDER`, or delete the folder and index again"

UNREADABLE = (DamagedFileError, EmptyIndexError, FileNotFoundError, JSONDecodeError, UnicodeDecodeError)
"""What comes up where an index cannot be read; any other error is the machine's or this program's."""


def read_error(error: Exception, location: str) -> IndexPlaceError:
    """Return what to raise for an error that came up while an index was read, one of `UNREADABLE`.

    Args:
        error: the error.
        location: the index's folder, or ":memory:".
    """
    match error:
        case EmptyIndexError():
            return IndexNotFoundError(f"the index {location} is gone: make it again", location)
        case ForeignFileError(is_ours=True):
            message = f"the index {location} was made by another version ({error}): delete the folder and index again"
            return IndexVersionError(message, location)
        case ForeignFileError():
            message = f"{location} holds an index that timviet did not write ({error}): name another folder"
            return NotAnIndexError(message, location)
        case FileNotFoundError() if not any(Path(location).glob("*.toc")):
            return IndexNotFoundError(f"the index {location} is gone: make it again", location)
        case FileNotFoundError():
            reason = f"{error.filename} is missing"
        case _:
            reason = str(error)
    return NotAnIndexError(f"the index {location} is damaged ({reason}): {REMEDY}", location)


@contextmanager
def damage_told(location: str) -> Iterator[None]:
    """Meanwhile, tell errors of `UNREADABLE` as those of an index, which name the next step.

    Args:
        location: the index's folder, or ":memory:".

    Raises:
        IndexPlaceError: such an error came up.
    """
    try:
        yield
    except UNREADABLE as error:
        raise read_error(error, location) from error
