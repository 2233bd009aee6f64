"""Errors of the system that tell which file they are about."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def naming(path: str) -> Iterator[None]:
    """Have errors of the system tell which file they are about; those that come of open files do not by themselves."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = path
        raise
