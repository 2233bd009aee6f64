"""Indexes of a stranger's: files whose checksums fit, with columns that are anything."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import zstandard

from timviet.index.columnfile import FAULTS, ColumnFile
from timviet.index.columnwriter import create_column_file
from timviet.index.contents import read_contents, write_contents
from timviet.index.storage import FolderStorage

Columns = dict[str, np.ndarray]
Facts = dict[str, Any]
_Change = Callable[["Crafted"], None]

_NUMBERS = [0, 1, 2, 3, 7, 8, 127, 128, 254, 255, 256, 65_534, 65_535, 65_536, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1]
_NUMBERS += [2**62, 2**63 - 1, -1, -2, -(2**63)]
_DTYPES = ["|u1", "<u2", "<u4", "<i8", "|i1", "<i2", "<i4", "<u8", "<f2", "<f4", "<f8"]
_VALUES: list[Any] = [None, True, -1, 0, 2**70, 0.5, float("nan"), "", "\ud800", "x" * 10_000, [], [[]], {}, {"a": [1]}]
_VALUES += ["{", "[]", "7", '{"a": {"b": []}}', '{"loại": [null, {}, 1e999, "\\ud800"]}', "[" * 5000, '{"path": 1}']
_TEXTS = [
    "",
    "Đ",
    "công an",
    "a b c d e f g",
    "<script>",
    "\x1b[2J",
    "\ud800",
    "ủy ban nhân dân (UBND) " * 50,
    "\0",
    "́́",
]
_TERMS = ["", "\t", "a\t", "\tđ", "cong\tcông\tx", "dang\tđảng", "t", "nffff", "zzzz", "x" * 5000, "\x1b[2J", "cong"]


class Crafted:
    """The files of an index, which are changed and written with checksums that fit.

    Args:
        folder: the index's folder, which is changed.
        chance: by what to choose.

    Attributes:
        folder: the same.
        files: the columns of each file, and the facts.
    """

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.chance = chance
        self.folder = folder
        self._storage = FolderStorage(str(folder))
        self._contents = read_contents(self._storage)
        self.files: dict[str, tuple[Columns, Facts]] = {}
        for path in sorted(folder.iterdir()):
            if path.suffix in (".terms", ".documents"):
                columns = ColumnFile(path.read_bytes(), path.name)
                self.files[path.name] = ({name: columns[name].copy() for name in columns}, columns.facts)

    def change(self, times: int) -> list[str]:
        """Change so many things, and return what was done."""
        done = []
        for _ in range(times):
            change = self.chance.choice(_CHANGES)
            done.append(f"{change.__name__} {change(self)}")
        return done

    def write(self) -> None:
        """Write the files, and a table of contents that names them as they are now."""
        for name, (columns, facts) in self.files.items():
            with create_column_file(self._storage, name, facts) as writer:
                for own, column in columns.items():
                    writer.add(own, column)
        for segment in self._contents.segments:
            segment.seal(self._storage)
        write_contents(self._storage, self._contents)

    def any_file(self, suffix: str = "") -> tuple[str, Columns, Facts]:
        """Return one of the files."""
        name = self.chance.choice([name for name in self.files if name.endswith(suffix)])
        return name, *self.files[name]

    def largest(self, suffix: str) -> tuple[str, Columns, Facts]:
        """Return the largest one of the files."""
        name = max(
            (name for name in self.files if name.endswith(suffix)),
            key=lambda name: sum(column.nbytes for column in self.files[name][0].values()),
        )
        return name, *self.files[name]

    def any_column(self) -> tuple[Columns, str]:
        """Return one of the columns."""
        _, columns, _ = self.any_file()
        return columns, self.chance.choice(list(columns))

    def segments(self) -> list[Any]:
        """Return what the table of contents tells of segments."""
        return self._contents.segments

    def numbers(self, length: int) -> np.ndarray:
        """Return so many whole numbers, most of them such as are hard to bear."""
        kind = self.chance.choice(["same", "any", "ascending", "small"])
        if kind == "same":
            return np.full(length, self.chance.choice(_NUMBERS), object)
        if kind == "ascending":
            return np.array(sorted(self.chance.choices(_NUMBERS, k=length)), object)
        choices = _NUMBERS if kind == "any" else range(20)
        return np.array(self.chance.choices(choices, k=length), object)


def _replaced(crafted: Crafted) -> str:
    columns, name = crafted.any_column()
    length = crafted.chance.choice([len(columns[name])] * 6 + [0, 1, 2, len(columns[name]) + 1, 300])
    dtype = crafted.chance.choice([columns[name].dtype.str] * 6 + _DTYPES)
    columns[name] = _cast(crafted.numbers(length), dtype)
    return name


def _set(crafted: Crafted) -> str:
    columns, name = crafted.any_column()
    if len(columns[name]):
        for _ in range(crafted.chance.choice([1, 1, 2, 5])):
            place = crafted.chance.randrange(len(columns[name]))
            columns[name][place] = _cast(np.array([crafted.chance.choice(_NUMBERS)], object), columns[name].dtype.str)[
                0
            ]
    return name


def _shifted(crafted: Crafted) -> str:
    columns, name = crafted.any_column()
    by = crafted.chance.choice([-1, 1, 2, 100])
    columns[name] = _cast(np.array([int(own) + by for own in columns[name]], object), columns[name].dtype.str)
    return name


def _reordered(crafted: Crafted) -> str:
    columns, name = crafted.any_column()
    order = list(range(len(columns[name])))
    crafted.chance.choice([order.reverse, lambda: crafted.chance.shuffle(order)])()
    columns[name] = columns[name][order]
    return name


def _retyped(crafted: Crafted) -> str:
    columns, name = crafted.any_column()
    columns[name] = _cast(columns[name].astype(object), crafted.chance.choice(_DTYPES))
    return name


def _relengthened(crafted: Crafted) -> str:
    columns, name = crafted.any_column()
    cut = crafted.chance.choice([columns[name][:-1], columns[name][1:], np.repeat(columns[name], 2), columns[name][:0]])
    columns[name] = np.ascontiguousarray(cut)
    return name


def _removed(crafted: Crafted) -> str:
    columns, name = crafted.any_column()
    del columns[name]
    return name


def _exchanged(crafted: Crafted) -> str:
    columns, name = crafted.any_column()
    others, other = crafted.any_column()
    columns[name], others[other] = others[other], columns[name]
    return f"{name} and {other}"


def _renamed(crafted: Crafted) -> str:
    columns, name = crafted.any_column()
    _, other = crafted.any_column()
    columns[other] = columns.pop(name)
    return f"{name} to {other}"


def _facts(crafted: Crafted) -> str:
    name, _, facts = crafted.any_file()
    fact = crafted.chance.choice(list(facts) or ["lengths"])
    if crafted.chance.random() < 0.3 or not isinstance(facts.get(fact), dict) or not facts[fact]:
        facts[fact] = crafted.chance.choice(_VALUES)
    else:
        key = crafted.chance.choice(list(facts[fact]))
        values = [*_VALUES, *_NUMBERS, *map(str, range(9))]
        facts[fact][crafted.chance.choice([key, "text", "text.folded", "meta.x", "meta.nam.value"])] = (
            crafted.chance.choice(values)
        )
    return name


def _terms(crafted: Crafted) -> str:
    _, columns, _ = crafted.any_file(".terms")
    prefixes = [name.removesuffix(".terms") for name in columns if name.endswith(".terms")]
    if not prefixes:
        return "nothing"
    prefix = crafted.chance.choice(prefixes)
    ends = columns.get(f"{prefix}.term_ends")
    if ends is None or ends.dtype.kind not in "ui":
        return "nothing"
    terms = [bytes(columns[f"{prefix}.terms"][start:end]) for start, end in zip([0, *ends], ends, strict=False)]
    for _ in range(crafted.chance.choice([1, 1, 3])):
        place = crafted.chance.randrange(len(terms) or 1)
        terms[place : place + 1] = [crafted.chance.choice([*map(str.encode, _TERMS), b"\xff", b"\xc4", *terms])]
    crafted.chance.choice([lambda: None, terms.sort, lambda: crafted.chance.shuffle(terms)])()
    columns[f"{prefix}.terms"] = np.frombuffer(b"".join(terms), np.uint8)
    columns[f"{prefix}.term_ends"] = np.cumsum([len(term) for term in terms]).astype(np.uint32)
    return prefix


def _records(crafted: Crafted) -> str:
    """Change what is stored: each paragraph in a block of its own, which is compressed by no dictionary."""
    name, columns, _ = crafted.any_file(".documents")
    try:
        records = _read_records(columns)
        every = [dict(json.loads(record)) for record in records]
    except (*FAULTS, zstandard.ZstdError):
        return "nothing"
    for _ in range(crafted.chance.choice([1, 2, 10]) if records else 0):
        place = crafted.chance.randrange(len(records))
        fields = every[place]
        if crafted.chance.random() < 0.1 or not fields:
            records[place] = crafted.chance.choice([b"", b"[]", b"7", b"{", b"[" * 100_000, b"\xff", b"{}", b"null"])
            continue
        field = crafted.chance.choice([*fields, "text", "title", "path", "source"])
        if crafted.chance.random() < 0.2:
            fields.pop(field, None)
        else:
            fields[field] = crafted.chance.choice(_VALUES + _TEXTS * 3)
        records[place] = json.dumps(fields).encode()
    blocks = [zstandard.ZstdCompressor().compress(record) for record in records]
    columns["stored"] = np.frombuffer(b"".join(blocks), np.uint8)
    columns["stored_block_ends"] = np.cumsum([len(block) for block in blocks]).astype(np.uint32)
    columns["stored_block_documents"] = np.arange(1, len(blocks) + 1, dtype=np.uint32)
    columns["stored_block_dictionaries"] = np.zeros(len(blocks), np.uint8)
    columns["stored_record_ends"] = np.array([len(record) for record in records], np.uint32)
    return name


def _bomb(crafted: Crafted) -> str:
    """Store what takes some thousand times as much memory decompressed."""
    name, columns, _ = crafted.any_file(".documents")
    size = crafted.chance.choice([1 << 20, 1 << 27, (1 << 28) + 1, 1 << 31])
    content = crafted.chance.choice([b"[", b'"', b" ", b"[],", b"\0"])
    count = len(columns.get("stored_record_ends", []))
    block = _compressed(content, min(size, 1 << 24))
    if size > 1 << 24:  # as if it held more
        header = zstandard.FRAME_HEADER + bytes([0b1110_0000]) + size.to_bytes(8, "little")
        block = header + block[-len(block) // 2 :]
    columns["stored"] = np.frombuffer(block, np.uint8)
    columns["stored_block_ends"] = np.array([len(block)], np.uint32)
    columns["stored_block_documents"] = np.array([count], np.uint32)
    columns["stored_block_dictionaries"] = np.zeros(1, np.uint8)
    columns["stored_record_ends"] = np.full(count, size if size < 1 << 32 else 0, np.uint32)
    return name


def _segments(crafted: Crafted) -> str:
    segment = crafted.chance.choice(crafted.segments())
    if crafted.chance.random() < 0.5:
        segment._deleted = set(range(crafted.chance.randrange(segment.doc_count_all() + 1)))
    else:
        segment._document_count += crafted.chance.choice([-1, 1, 1000])
        segment._deleted = {own for own in segment._deleted if own < segment._document_count}
    return segment.segment_id()


_CHANGES: list[_Change] = [
    *[_replaced, _set, _set, _terms, _records] * 3,
    *[_shifted, _reordered, _retyped, _relengthened, _removed, _exchanged, _renamed, _facts, _bomb, _segments],
]


def _cast(numbers: np.ndarray, dtype: str) -> np.ndarray:
    """Numbers as others of a type; those without room there as many as there is room for."""
    kind = np.dtype(dtype)
    if kind.kind == "f":
        with np.errstate(over="ignore"):
            return numbers.astype(np.float64).astype(kind)
    info = np.iinfo(kind)
    return np.array([min(max(int(number), int(info.min)), int(info.max)) for number in numbers], object).astype(kind)


def _read_records(columns: Columns) -> list[bytes]:
    from timviet.index.stored import StoredReader

    reader = StoredReader(_InMemory(columns))
    return [reader.record(number) for number in range(len(columns["stored_record_ends"]))]


def _compressed(content: bytes, size: int) -> bytes:
    return zstandard.ZstdCompressor().compress((content * (size // len(content) + 1))[:size])


class _InMemory(ColumnFile):
    """Columns that are not written yet."""

    def __init__(self, columns: Columns) -> None:
        self._own = columns

    def __getitem__(self, name):
        return self._own[name]

    def unchecked(self, name):
        return self._own[name]

    def __contains__(self, name):
        return name in self._own

    def count(self, name):
        return len(self._own.get(name, ()))

    def dtype(self, name):
        return self._own[name].dtype.str

    def damaged(self, what):
        return ValueError(what)
