"""A file of columns: arrays one after the other, to be mapped into memory and read where they are.

The layout, in this order; all numbers are little-endian:

| part | bytes |
| --- | --- |
| signature | `TIMVIET` and the format's version, one byte each |
| columns | each an array, starting at a multiple of 64 |
| directory | JSON: `columns`, each with its name, dtype, place, length in bytes and CRC-32; and `facts` |
| end | the directory's place and length, 8 bytes each, its CRC-32, 4 bytes, and the signature again |
"""

import json
import mmap
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple, Self
from zlib import crc32

import numpy as np
from numpy.typing import DTypeLike, NDArray
from whoosh.filedb.filestore import RamStorage, Storage
from whoosh.filedb.structfile import StructFile

from timviet.index.storage import naming

Column = NDArray[Any]

SIGNATURE = b"TIMVIET\x02"
_ALIGNMENT = 64
_END = struct.Struct(f"<QQI{len(SIGNATURE)}s")
_DTYPE = re.compile(r"\|[ui]1|<[ui][248]|<f[248]|\|b1")


FAULTS = (ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError)
"""What may come of columns that are not what they ought to be."""


class DamagedFileError(ValueError):
    """A file of columns does not hold what was written."""


class ColumnWriter:
    """Writes a file of columns, one after the other.

    Args:
        file: a file that is open for writing bytes.
    """

    def __init__(self, file: StructFile) -> None:
        self._file = file
        self._columns: dict[str, tuple[str, int, int, int]] = {}
        self._place = 0
        self._write(SIGNATURE)

    def add(self, name: str, column: Column | bytes) -> None:
        """Write a column.

        Args:
            name: what to find it by.
            column: one-dimensional, or bytes.
        """
        array = np.frombuffer(column, np.uint8) if isinstance(column, bytes) else column
        self.add_pieces(name, array.dtype, [array])

    def add_pieces(self, name: str, dtype: DTypeLike, pieces: Iterable[Column]) -> None:
        """Write a column that comes in pieces."""
        self._write(bytes(-self._place % _ALIGNMENT))
        start, checksum = self._place, 0
        for piece in pieces:
            content = np.ascontiguousarray(piece, np.dtype(dtype).newbyteorder("<")).view(np.uint8).data
            checksum = crc32(content, checksum)
            self._write(content)
        self._columns[name] = (np.dtype(dtype).newbyteorder("<").str, start, self._place - start, checksum)

    def finish(self, facts: Mapping[str, Any]) -> None:
        """Write the directory, and close the file.

        Args:
            facts: what else to keep, as JSON.
        """
        directory = json.dumps({"columns": self._columns, "facts": facts}).encode()
        place = self._place
        self._write(directory)
        self._write(_END.pack(place, len(directory), crc32(directory), SIGNATURE))
        self._file.close()

    def _write(self, content: bytes | memoryview) -> None:
        self._file.write(content)
        self._place += len(content)


class _Entry(NamedTuple):
    """What the directory tells of a column."""

    dtype: str
    place: int
    length: int
    checksum: int


class ColumnFile(Mapping[str, Column]):
    """The columns of a file, by their names; reading one copies nothing.

    What a column holds is compared with its checksum when it is asked for first.

    Args:
        content: the whole file.
        name: the file's name, for messages.

    Attributes:
        facts: what was kept with the columns.
        length: the file's length in bytes.
        checksum: the checksum of its directory, which has those of all columns.

    Raises:
        DamagedFileError: it was cut short, or is no file of columns.
    """

    def __init__(self, content: bytes | memoryview | mmap.mmap, name: str = "a file of columns") -> None:
        self._content = memoryview(content)
        self._name = name
        self.length = len(self._content)
        if self.length < len(SIGNATURE) + _END.size or bytes(self._content[: len(SIGNATURE)]) != SIGNATURE:
            raise DamagedFileError(f"{name} is no file of columns, or of another version")
        place, length, self.checksum, signature = _END.unpack(self._content[-_END.size :])
        directory = bytes(self._content[place : place + length])
        if signature != SIGNATURE or not directory or crc32(directory) != self.checksum:
            raise DamagedFileError(f"{name} was cut short, or is damaged")
        try:
            parsed = json.loads(directory)
            self._columns = {own: _Entry(*entry) for own, entry in parsed["columns"].items()}
            self.facts: dict[str, Any] = parsed["facts"]
            is_valid = all(_is_valid(entry, place) for entry in self._columns.values())
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise DamagedFileError(f"{name} has a damaged directory: {error!r}") from error
        if not is_valid:
            raise DamagedFileError(f"{name} has a damaged directory")
        self._checked: dict[str, Column] = {}

    @classmethod
    def open(cls, storage: Storage, name: str) -> Self:
        """Return the columns of a file in one of Whoosh's storages, mapped into memory where it is a real file."""
        if isinstance(storage, RamStorage):
            return cls(storage.files[name], name)
        with storage.open_file(name) as file:
            if file.is_real and storage.file_length(name):
                with naming(file.raw_file().name):
                    return cls(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), name)
            return cls(bytes(file.read()), name)

    def __getitem__(self, name: str) -> Column:
        """Return a column.

        Raises:
            DamagedFileError: it is not what was written.
        """
        try:
            return self._checked[name]
        except KeyError:
            content, column = self._bytes(name), self.unchecked(name)
            if crc32(content) != self._columns[name].checksum:
                raise DamagedFileError(f"{self._name} is damaged: column {name}") from None
            self._checked[name] = column
            return column

    def unchecked(self, name: str) -> Column:
        """Return a column that has checksums of its own."""
        return np.frombuffer(self._bytes(name), self._columns[name].dtype)

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def count(self, name: str) -> int:
        """Return how many entries a column has, without reading it."""
        entry = self._columns[name]
        return entry.length // np.dtype(entry.dtype).itemsize

    def below(self, prefix: str) -> "ColumnsBelow":
        """Return the columns whose names start with a prefix and a full stop, by the rest of their names."""
        return ColumnsBelow(self, f"{prefix}.")

    def verify(self) -> None:
        """Read all columns and compare them with their checksums.

        Raises:
            DamagedFileError: one of them is not what was written.
        """
        for name, entry in self._columns.items():
            if crc32(self._bytes(name)) != entry.checksum:
                raise DamagedFileError(f"{self._name} is damaged: column {name}")

    def _bytes(self, name: str) -> memoryview:
        entry = self._columns[name]
        return self._content[entry.place : entry.place + entry.length]


class ColumnsBelow(Mapping[str, Column]):
    """Those columns of a file whose names start alike, by the rest of their names.

    Args:
        columns: the file's columns.
        prefix: what the names start with.
    """

    def __init__(self, columns: ColumnFile, prefix: str) -> None:
        self._columns = columns
        self._prefix = prefix

    def __getitem__(self, name: str) -> Column:
        """Return a column.

        Raises:
            DamagedFileError: it is not what was written.
        """
        return self._columns[self._prefix + name]

    def count(self, name: str) -> int:
        """Return how many entries a column has, without reading it."""
        return self._columns.count(self._prefix + name)

    def __contains__(self, name: object) -> bool:
        return f"{self._prefix}{name}" in self._columns

    def __iter__(self) -> Iterator[str]:
        return (name.removeprefix(self._prefix) for name in self._columns if name.startswith(self._prefix))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def read_ends(columns: Mapping[str, Column], name: str, length: int) -> Column:
    """Return a column that tells where parts end, one after the other.

    Args:
        columns: the columns of a file, or of a part of it.
        name: the column's name.
        length: where the last part ends.

    Raises:
        DamagedFileError: it is not what was written, or tells anything else.
    """
    ends = columns[name]
    last = int(ends[-1]) if len(ends) else 0
    if ends.dtype.kind not in "ui" or last != length or (ends[:1] < 0).any() or (ends[1:] < ends[:-1]).any():
        raise DamagedFileError(f"the column {name} does not tell where parts end")
    return ends


def _is_valid(entry: _Entry, end: int) -> bool:
    """Tell whether a column is one that can be read: of numbers, and between the beginning and the directory."""
    if not (isinstance(entry.dtype, str) and _DTYPE.fullmatch(entry.dtype)):
        return False
    if not all(type(number) is int and number >= 0 for number in entry[1:]):
        return False
    return entry.place + entry.length <= end and entry.length % np.dtype(entry.dtype).itemsize == 0


@contextmanager
def create_column_file(storage: Storage, name: str, facts: dict[str, Any]) -> Iterator[ColumnWriter]:
    """Yield a writer of a new file, and finish it; a file that an exception leaves half written is deleted.

    Args:
        storage: where to make it.
        name: its name.
        facts: what to keep besides columns; may be filled until the end.
    """
    file = storage.create_file(name)
    writer = ColumnWriter(file)
    try:
        yield writer
        writer.finish(facts)
    except BaseException:
        with suppress(OSError):
            if not file.is_closed:
                file.close()
        with suppress(OSError):  # what has gone wrong is told, and the next commit deletes what is left
            storage.delete_file(name)
        raise


def smallest_unsigned(largest: int) -> np.dtype[Any]:
    """Return the smallest type of whole numbers that holds all from 0 to the largest.

    Beyond 32 bits that is a signed one: calculated with, other whole numbers and unsigned ones of 64 bits give floats.

    Example:
        >>> smallest_unsigned(300)
        dtype('uint16')
    """
    return np.min_scalar_type(largest) if largest < 1 << 32 else np.dtype(np.int64)
