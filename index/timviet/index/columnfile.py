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
import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any, Self
from zlib import crc32

import numpy as np
from numpy.typing import DTypeLike, NDArray
from whoosh.filedb.filestore import RamStorage, Storage
from whoosh.filedb.structfile import StructFile

Column = NDArray[Any]

SIGNATURE = b"TIMVIET\x02"
_ALIGNMENT = 64
_END = struct.Struct(f"<QQI{len(SIGNATURE)}s")


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


class ColumnFile(Mapping[str, Column]):
    """The columns of a file, by their names; reading one copies nothing.

    Args:
        content: the whole file.

    Attributes:
        facts: what was kept with the columns.

    Raises:
        DamagedFileError: it was cut short, or is no file of columns.
    """

    def __init__(self, content: bytes | memoryview | mmap.mmap) -> None:
        self._content = content
        if len(content) < len(SIGNATURE) + _END.size or bytes(content[: len(SIGNATURE)]) != SIGNATURE:
            raise DamagedFileError("is no file of columns, or of another version")
        place, length, checksum, signature = _END.unpack(content[len(content) - _END.size :])
        directory = bytes(content[place : place + length])
        if signature != SIGNATURE or not directory or crc32(directory) != checksum:
            raise DamagedFileError("was cut short, or is damaged")
        parsed = json.loads(directory)
        self._columns: dict[str, tuple[str, int, int, int]] = parsed["columns"]
        self.facts: dict[str, Any] = parsed["facts"]

    @classmethod
    def open(cls, storage: Storage, name: str) -> Self:
        """Return the columns of a file in one of Whoosh's storages, mapped into memory where it is a real file."""
        if isinstance(storage, RamStorage):
            return cls(storage.files[name])
        with storage.open_file(name) as file:
            if file.is_real and storage.file_length(name):
                return cls(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            return cls(bytes(file.read()))

    def __getitem__(self, name: str) -> Column:
        dtype, place, length, _ = self._columns[name]
        return np.frombuffer(self._content, np.dtype(dtype), length // np.dtype(dtype).itemsize, place)

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def below(self, prefix: str) -> dict[str, Column]:
        """Return the columns whose names start with a prefix and a full stop, by the rest of their names."""
        return {name: self[f"{prefix}.{name}"] for name in self._below[prefix]}

    @cached_property
    def _below(self) -> defaultdict[str, list[str]]:
        below = defaultdict(list)
        for name in self:
            prefix, stop, rest = name.partition(".")
            if stop:
                below[prefix].append(rest)
        return below

    def verify(self) -> None:
        """Read all columns and compare them with their checksums.

        Raises:
            DamagedFileError: one of them is not what was written.
        """
        for name, (_, place, length, checksum) in self._columns.items():
            if crc32(memoryview(self._content)[place : place + length]) != checksum:
                raise DamagedFileError(f"column {name} is damaged")


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
