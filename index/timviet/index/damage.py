"""What to raise where an index cannot be read or written: what is wrong, and what can be done."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from pathlib import Path

from whoosh.index import EmptyIndexError

from timviet.index.columnfile import DamagedFileError, ForeignFileError
from timviet.index.errors import (
    ClusterError,
    IndexAccessError,
    IndexNotFoundError,
    IndexPlaceError,
    IndexVersionError,
    NotAnIndexError,
)

REMEDY = "save what can be saved with `timviet repair NEW_FOLDER`, or delete the folder and index again"

UNREADABLE = (DamagedFileError, EmptyIndexError, FileNotFoundError, JSONDecodeError, UnicodeDecodeError)
"""What comes up where an index cannot be read; any other error is the machine's or this program's."""

_RIGHTS = "get the right to it, or name another folder"
_ADVICE = {
    errno.ENOSPC: "make room on the disk",
    errno.EDQUOT: "make room on the disk, or have the quota raised",
    errno.EFBIG: "allow larger files (`ulimit -f`)",
    errno.EMFILE: "allow more open files (`ulimit -n`)",
    errno.ENFILE: "close other programs' files",
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: "make the file system writable, or name another folder",
    errno.EIO: "check the disk",
}


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


def _access_error(error: OSError, location: str, operation: str) -> IndexAccessError:
    advice = _ADVICE.get(error.errno or 0, "put that right")
    message = f"cannot {operation} the index {location}: {error.strerror} ({error.filename}); {advice}, and try again"
    return IndexAccessError(message, location, str(error.filename), error.errno)


def left_to_cluster(operation: str, location: str) -> ClusterError:
    """Return what to raise where an index on a cluster is to be verified or repaired.

    Args:
        operation: which of both.
        location: where the index is.
    """
    advice = "ask it for its health (GET /_cluster/health), and have it restore a snapshot where shards are lost"
    return ClusterError(operation, location, "the cluster itself checks and restores what it keeps", advice)


@contextmanager
def damage_told(location: str, operation: str = "read") -> Iterator[None]:
    """Meanwhile, tell errors of `UNREADABLE` and refusals of the system as those of an index, with the next step.

    Args:
        location: the index's folder, or ":memory:".
        operation: what is done to the index, for the message.

    Raises:
        IndexPlaceError: such an error came up.
    """
    try:
        yield
    except UNREADABLE as error:
        raise read_error(error, location) from error
    except OSError as error:
        if error.filename is None:  # it is not about a file, and so not about the index
            raise
        raise _access_error(error, location, operation) from error
