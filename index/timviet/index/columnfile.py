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
from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple, Self, TypeVar
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from whoosh.filedb.filestore import RamStorage, Storage

from timviet.index.os_errors import naming

Column = NDArray[Any]
_Fact = TypeVar("_Fact")

SIGNATURE = b"TIMVIET\x02"
END = struct.Struct(f"<QQI{len(SIGNATURE)}s")
_LARGEST_DIRECTORY = 1 << 24  # bytes: those of a hostile file may take 25 times as many when they are read
_DTYPE = re.compile(r"\|[ui]1|<[ui][248]|<f[248]")

BYTES = ("|u1",)
UNSIGNED = ("|u1", "<u2", "<u4")
WHOLE = (*UNSIGNED, "<i8")
FLOATS = ("<f4",)
"""Types of what columns hold: bytes; whole numbers, those of many of which the sum is, too; weights."""

FAULTS = (ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError)
"""What may come of columns that are not what they ought to be."""


class DamagedFileError(ValueError):
    """A file of an index does not hold what was written."""


class ForeignFileError(DamagedFileError):
    """A file that is whole, and not of an index that this version of timviet made.

    Attributes:
        is_ours: whether another version of timviet made it.
    """

    def __init__(self, message: str, is_ours: bool) -> None:
        super().__init__(message)
        self.is_ours = is_ours


class _Entry(NamedTuple):
    """What the directory tells of a column."""

    dtype: str
    place: int
    length: int
    checksum: int


_NO_ENTRY = _Entry("|u1", 0, 0, 0)


class Columns(Mapping[str, Column]):
    """Columns by their names; of one that is not read, it is known how long and of which type it is."""

    @abstractmethod
    def __getitem__(self, name: str) -> Column:
        """Return a column.

        Raises:
            DamagedFileError: it is not what was written.
        """

    @abstractmethod
    def count(self, name: str) -> int:
        """Return how many entries a column has; none where it is not there."""

    @abstractmethod
    def dtype(self, name: str) -> str:
        """Return the type of a column's entries, as numpy writes it."""

    @abstractmethod
    def damaged(self, what: str) -> DamagedFileError:
        """Return the error that something in the file is damaged."""

    def require(self, name: str, dtypes: Collection[str], count: int | None = None) -> None:
        """Check what is known of a column without reading it.

        Args:
            name: the column's name.
            dtypes: the types that its entries may have.
            count: how many it has to have; None for any number.

        Raises:
            DamagedFileError: it is of another type or length than was written, or is not there.
        """
        if name not in self or self.dtype(name) not in dtypes or count not in (None, self.count(name)):
            raise self.damaged(f"column {name} is missing, or of another type or length than was written")


class ColumnFile(Columns):
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
        if self.length < len(SIGNATURE) + END.size:
            raise DamagedFileError(f"{name} was cut short, or is no file of columns")
        signature = bytes(self._content[: len(SIGNATURE)])
        place, length, self.checksum, last_signature = END.unpack(self._content[-END.size :])
        if signature != last_signature or not signature.startswith(SIGNATURE[:-1]):
            raise DamagedFileError(f"{name} was cut short, or is no file of columns")
        if signature != SIGNATURE:
            message = f"{name} is of format {signature[-1]}, this version's is {SIGNATURE[-1]}"
            raise ForeignFileError(message, is_ours=True)
        directory = bytes(self._content[place : place + min(length, _LARGEST_DIRECTORY)])
        if not directory or crc32(directory) != self.checksum:
            raise DamagedFileError(f"{name} was cut short, or is damaged")
        try:
            parsed = json.loads(directory)
            self._columns = {own: _Entry(*entry) for own, entry in parsed["columns"].items()}
            self.facts: dict[str, Any] = parsed["facts"]
            is_valid = isinstance(self.facts, dict) and _are_valid(self._columns.values(), place)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise DamagedFileError(f"{name} has a damaged directory: {error!r}") from error
        if not is_valid:
            raise DamagedFileError(f"{name} has a damaged directory")
        self._checked: dict[str, Column] = {}

    @classmethod
    def open(cls, storage: Storage, name: str) -> Self:
        """Return the columns of a file in one of Whoosh's storages, mapped into memory where it is a real file.

        Raises:
            DamagedFileError: it is no file of columns.
            OSError: it cannot be opened.
        """
        if isinstance(storage, RamStorage):
            content = storage.files.get(name)
            if content is None:
                raise FileNotFoundError(f"there is no file {name} in memory")
            return cls(content, name)
        with storage.open_file(name) as file:
            if file.is_real and storage.file_length(name):
                with naming(file.raw_file().name):
                    return cls(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), name)
            return cls(bytes(file.read()), name)

    def __getitem__(self, name: str) -> Column:
        try:
            return self._checked[name]
        except KeyError:
            content, column = self._bytes(name), self.unchecked(name)
            if crc32(content) != self._columns[name].checksum:
                raise self.damaged(f"column {name}") from None
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
        """Return how many entries a column has; none where it is not there."""
        entry = self._columns.get(name, _NO_ENTRY)
        return entry.length // np.dtype(entry.dtype).itemsize

    def dtype(self, name: str) -> str:
        """Return the type of a column's entries, as numpy writes it."""
        return self._columns[name].dtype

    def damaged(self, what: str) -> DamagedFileError:
        """Return the error that something in the file is damaged."""
        return DamagedFileError(f"{self._name} is damaged: {what}")

    def below(self, prefix: str) -> "ColumnsBelow":
        """Return the columns whose names start with a prefix and a full stop, by the rest of their names."""
        return ColumnsBelow(self, f"{prefix}.")

    def fact(self, name: str, kind: type[_Fact]) -> dict[str, _Fact]:
        """Return one of the facts, which has to be values of a kind by their names.

        Raises:
            DamagedFileError: it is anything else.
        """
        fact = self.facts.get(name)
        if not isinstance(fact, dict) or any(type(value) is not kind for value in fact.values()):
            raise self.damaged(f"it does not tell its {name}")
        return fact

    def verify(self) -> None:
        """Read all columns and compare them with their checksums.

        Raises:
            DamagedFileError: one of them is not what was written.
        """
        for name, entry in self._columns.items():
            if crc32(self._bytes(name)) != entry.checksum:
                raise self.damaged(f"column {name}")

    def _bytes(self, name: str) -> memoryview:
        entry = self._columns[name]
        return self._content[entry.place : entry.place + entry.length]


class ColumnsBelow(Columns):
    """Those columns of a file whose names start alike, by the rest of their names.

    Args:
        columns: the file's columns.
        prefix: what the names start with.
    """

    def __init__(self, columns: ColumnFile, prefix: str) -> None:
        self._columns = columns
        self._prefix = prefix

    def __getitem__(self, name: str) -> Column:
        return self._columns[self._prefix + name]

    def count(self, name: str) -> int:
        """Return how many entries a column has; none where it is not there."""
        return self._columns.count(self._prefix + name)

    def dtype(self, name: str) -> str:
        """Return the type of a column's entries, as numpy writes it."""
        return self._columns.dtype(self._prefix + name)

    def damaged(self, what: str) -> DamagedFileError:
        """Return the error that something in the file is damaged."""
        return self._columns.damaged(what)

    def __contains__(self, name: object) -> bool:
        return f"{self._prefix}{name}" in self._columns

    def __iter__(self) -> Iterator[str]:
        return (name.removeprefix(self._prefix) for name in self._columns if name.startswith(self._prefix))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def read_ends(columns: Columns, name: str, length: int, count: int | None = None, may_be_empty: bool = False) -> Column:
    """Return a column that tells where parts end, one after the other.

    Args:
        columns: the columns of a file, or of a part of it.
        name: the column's name.
        length: where the last part ends.
        count: how many parts there are; None for any number.
        may_be_empty: whether a part may be.

    Raises:
        DamagedFileError: it is not what was written, or tells anything else.
    """
    columns.require(name, WHOLE, count)
    ends = columns[name]
    is_before = np.less if may_be_empty else np.less_equal
    last = int(ends[-1]) if len(ends) else 0
    if last != length or is_before(ends[:1], 0).any() or is_before(ends[1:], ends[:-1]).any():
        raise columns.damaged(f"column {name} does not tell where parts end")
    return ends


def _are_valid(entries: Collection[_Entry], end: int) -> bool:
    """Tell whether columns can be read: each is of numbers, before the directory, and no part of them is another's."""
    return sum(entry.length for entry in entries) <= end and all(_is_valid(entry, end) for entry in entries)


def _is_valid(entry: _Entry, end: int) -> bool:
    if not (isinstance(entry.dtype, str) and _DTYPE.fullmatch(entry.dtype)):
        return False
    if not all(type(number) is int and number >= 0 for number in entry[1:]):
        return False
    return entry.place + entry.length <= end and entry.length % np.dtype(entry.dtype).itemsize == 0


def smallest_unsigned(largest: int) -> np.dtype[Any]:
    """Return the smallest type of whole numbers that holds all from 0 to the largest.

    Beyond 32 bits that is a signed one: calculated with, other whole numbers and unsigned ones of 64 bits give floats.

    Example:
        >>> smallest_unsigned(300)
        dtype('uint16')
    """
    return np.min_scalar_type(largest) if largest < 1 << 32 else np.dtype(np.int64)
