"""Files with faults, remembered with the index: they are not read again before they change, and told at each run.

They are kept in `skipped.json`: under `files` each with its faults, under `others` what was passed over or is looked at
again in each run, and the CRC-32 of both, as they are written.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self
from zlib import crc32

from timviet.index.errors import SourceError
from timviet.index.folders.names import path_of
from timviet.index.folders.passed_over import PassedOver
from timviet.index.preparing import Source
from timviet.index.store import Index, Records

SKIPPED_RECORD = "skipped.json"
"""The name of the record."""

MOST_FAULTS = 1_000
"""Faults of a file that are remembered; of more, only how many there are."""

_LARGEST = 1 << 24  # bytes: those of a hostile record may take 25 times as many when they are read


class Fault(NamedTuple):
    """What is wrong with a file, or with one line of it; see `SourceError`, and `Reading` for what is foreign.

    Attributes:
        number: how many faults it stands for.
    """

    reason: str
    line: int | None
    detail: str
    is_foreign: bool = False
    number: int = 1


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
        faults = [Fault(error.reason, error.line, error.detail) for error in errors]
        if len(faults) > MOST_FAULTS:
            more = len(faults) - MOST_FAULTS
            faults[MOST_FAULTS:] = [Fault(f"{more:,} more faults", None, "told when it is read", number=more)]
        return cls(source, documents, tuple(faults))

    @classmethod
    def foreign(cls, source: Source, reason: str) -> Self:
        """Return the record of a file that is no text."""
        return cls(source, 0, (Fault(reason, None, "", is_foreign=True),))

    @property
    def is_foreign(self) -> bool:
        """Whether nothing is wrong with it, and it is just no text."""
        return any(fault.is_foreign for fault in self.faults)

    def errors(self, path: Path) -> list[SourceError]:
        """Return the file's errors again.

        Args:
            path: where the file is.
        """
        return [SourceError(path, *fault[:3]) for fault in self.faults]


class Skipped(NamedTuple):
    """What an index remembers not to have.

    Attributes:
        files: the files with faults, by their names.
        others: what was passed over, and what is looked at again in each run.
    """

    files: dict[str, SkippedFile]
    others: tuple[PassedOver, ...] = ()


def skipped_files(index: Index) -> list[SourceError]:
    """Return why an index does not have the files, or lines of them, that were found below folders and are not in it.

    Files with faults are told one by one. Those of a format that is not read, and lines for which there is the same to
    say, are told together: by the first one, with how many more there are. What rules leave out is not told.

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
    base = index.base
    files, others = load_skipped(index)
    errors = [
        error
        for name, skipped in sorted(files.items())
        if not skipped.is_foreign
        for error in skipped.errors(path_of(name, base))
    ]
    return [*errors, *(own.error(base) for own in others)]


def count_skipped(index: Index) -> int:
    """Return how many files, and lines of files, `skipped_files` tells of, those that it tells together one by one.

    Args:
        index: the index.

    Raises:
        IndexAccessError: the system refused to read the record of them.
    """
    files, others = load_skipped(index)
    faults = (fault.number for own in files.values() if not own.is_foreign for fault in own.faults)
    return sum(faults) + sum(own.number for own in others)


def load_skipped(records: Records) -> Skipped:
    """Return what an index remembers not to have; nothing where the record cannot be read."""
    content = records.load_record(SKIPPED_RECORD, _LARGEST)
    if content is None:
        return Skipped({})
    try:
        record = json.loads(content)
        if record["checksum"] != _checksum(record["files"], record["others"]):
            return Skipped({})
        files = [
            SkippedFile(Source.of(own["source"]), int(own["documents"]), tuple(map(_fault, own["faults"])))
            for own in record["files"]
        ]
        others = tuple(map(PassedOver.of, record["others"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return Skipped({})
    return Skipped({skipped.source.path: skipped for skipped in files}, others)


def _fault(kept: list[Any]) -> Fault:
    fault = Fault(*kept)
    if not (
        type(fault.reason) is type(fault.detail) is str
        and isinstance(fault.line, int | None)
        and type(fault.is_foreign) is bool
        and type(fault.number) is int
    ):
        raise TypeError("what is kept of a fault is of another kind")
    return fault


def save_skipped(records: Records, skipped: Skipped) -> None:
    """Have an index remember this instead of what it remembered before; of too many files, as many as can be read."""
    files, others = [asdict(own) for own in skipped.files.values()], list(map(list, skipped.others))
    while len(content := _record(files, others)) > _LARGEST and files:
        files = files[: len(files) // 2]
    records.save_record(SKIPPED_RECORD, content)


def _record(files: list[dict[str, Any]], others: list[list[Any]]) -> bytes:
    return json.dumps({"files": files, "others": others, "checksum": _checksum(files, others)}).encode()


def _checksum(files: list[dict[str, Any]], others: list[list[Any]]) -> int:
    return crc32(json.dumps([files, others]).encode())
