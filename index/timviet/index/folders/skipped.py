"""Files with faults, remembered with the index: they are not read again before they change, and told at each run.

They are kept in `skipped.json`: under `files` each with its faults, and the CRC-32 of these, as they are written.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self
from zlib import crc32

from whoosh.filedb.filestore import Storage

from timviet.index.damage import damage_told
from timviet.index.errors import SourceError
from timviet.index.folders.names import base_folder, path_of
from timviet.index.preparing import Source
from timviet.index.storage import IndexStorage, write_file
from timviet.index.store import Index

_FILE = "skipped.json"
_LARGEST = 1 << 24  # bytes: those of a hostile record may take 25 times as many when they are read


class Fault(NamedTuple):
    """What is wrong with a file, or with one line of it; see `SourceError`."""

    reason: str
    line: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that could not be read, or not all of it.

    Attributes:
        source: the file as it was when it was read.
        documents: how many documents it gave all the same.
        faults: what is wrong with it.
    """

    source: Source
    documents: int
    faults: tuple[Fault, ...]

    @classmethod
    def of(cls, source: Source, documents: int, errors: Iterable[SourceError]) -> Self:
        """Return the record of a file with errors."""
        return cls(source, documents, tuple(Fault(error.reason, error.line, error.detail) for error in errors))

    def errors(self, path: Path) -> list[SourceError]:
        """Return the file's errors again.

        Args:
            path: where the file is.
        """
        return [SourceError(path, *fault) for fault in self.faults]


def skipped_files(index: Index) -> list[SourceError]:
    """Return what is wrong with the files, or lines of them, that an index does not have because of that.

    They are read again when they change.

    Args:
        index: the index.

    Raises:
        IndexAccessError: the system refused to read the record of them.

    Example:
        >>> from timviet.index import open_index
        >>> with open_index(":memory:", create=True) as index:
        ...     skipped_files(index)
        []
    """
    base = base_folder(index)
    with damage_told(index.location):
        files = load_skipped(index.whoosh.storage)
    return [error for name, skipped in sorted(files.items()) for error in skipped.errors(path_of(name, base))]


def load_skipped(storage: Storage) -> dict[str, SkippedFile]:
    """Return the files with faults that an index remembers, by their names; none where the record cannot be read."""
    if not storage.file_exists(_FILE):
        return {}
    with storage.open_file(_FILE) as file:
        content = bytes(file.read(min(storage.file_length(_FILE), _LARGEST)))
    try:
        record = json.loads(content)
        if record["checksum"] != _checksum(record["files"]):
            return {}
        files = [
            SkippedFile(Source.of(own["source"]), int(own["documents"]), tuple(map(_fault, own["faults"])))
            for own in record["files"]
        ]
    except (ValueError, TypeError, KeyError, RecursionError):
        return {}
    return {skipped.source.path: skipped for skipped in files}


def _fault(kept: list[Any]) -> Fault:
    fault = Fault(*kept)
    if not (type(fault.reason) is type(fault.detail) is str and isinstance(fault.line, int | None)):
        raise TypeError("what is kept of a fault is of another kind")
    return fault


def save_skipped(storage: IndexStorage, files: Mapping[str, SkippedFile]) -> None:
    """Have an index remember files with faults instead of those it remembered before."""
    records = [asdict(skipped) for skipped in files.values()]
    write_file(storage, _FILE, json.dumps({"files": records, "checksum": _checksum(records)}).encode())


def _checksum(records: list[dict[str, Any]]) -> int:
    return crc32(json.dumps(records).encode())
