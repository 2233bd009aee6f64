"""What is kept of each paragraph to be shown, compressed: records of JSON, in blocks.

The columns, in the file of a segment's documents:

| column | length | |
| --- | --- | --- |
| `stored` | bytes | the blocks, each compressed by Zstandard |
| `stored_block_ends` | blocks | where each block ends in `stored` |
| `stored_block_documents` | blocks | how many paragraphs come before the end of each block |
| `stored_block_dictionaries` | blocks | the number, from 1, of the dictionary each is compressed with; 0 for none |
| `stored_record_ends` | paragraphs | where each paragraph's record ends in its block, decompressed |
| `stored_dictionaries` | bytes | Zstandard's dictionaries, one after the other |
| `stored_dictionary_ends` | dictionaries | where each ends in `stored_dictionaries` |

A record has `id`, `metadata`, `paragraph`, `start` and `text`; where there is such, `title`, `path`, `section` and
`page`; and, for the first paragraph of a document that was read from a file, `source`.
"""

import json
import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from threading import Lock
from typing import Any

import numpy as np
import zstandard

from timviet.index.columnfile import BYTES, UNSIGNED, WHOLE, ColumnFile, read_ends, smallest_unsigned
from timviet.index.columnwriter import ColumnWriter

# A block is decompressed to show one paragraph of it: larger ones are slower, and with a dictionary hardly smaller.
_BLOCK_SIZE = 1 << 11
_LEVEL = 3
# A dictionary is made from so many bytes of records, the first ones; it is of no use for fewer.
_TRAINING_SIZE = 1 << 20
_DICTIONARY_SIZE = 1 << 16
MAX_RECORD_SIZE = 1 << 26
"""No more bytes are kept of a paragraph: those of a hostile file may take 25 times as many when they are read."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class StoredWriter:
    """Collects records, compressed as they come."""

    def __init__(self) -> None:
        self._blocks: list[bytes | memoryview] = []
        self._block_ends = array("Q")
        self._block_documents = array("Q")
        self._block_dictionaries = array("Q")
        self._record_ends = array("Q")
        self._dictionaries: list[bytes] = []
        self._open: list[bytes] = []
        self._open_size = 0
        self._untrained: list[bytes] | None = []
        self._untrained_size = 0
        self._own_dictionary = 0
        self._compressor = zstandard.ZstdCompressor(_LEVEL, write_checksum=True)

    def add(self, fields: Mapping[str, Any]) -> None:
        """Add the next paragraph's fields.

        Raises:
            TypeError: a value is nothing that JSON has.
        """
        self.add_record(_encode(fields).encode(errors="surrogatepass"))

    def add_record(self, record: bytes) -> None:
        """Add the next paragraph's record, as `StoredReader.record` gives it; no longer than `MAX_RECORD_SIZE`."""
        if self._untrained is None:
            self._append(record)
            return
        self._untrained.append(record)
        self._untrained_size += len(record)
        if self._untrained_size >= _TRAINING_SIZE:
            self._train(self._untrained)
            self._append_untrained()

    def add_blocks(self, reader: "StoredReader") -> None:
        """Add all paragraphs of a segment, as they are compressed there; one by one where it has no dictionary."""
        if not reader.dictionaries:
            for number in range(len(reader.record_ends)):
                self.add_record(reader.record(number))
            return
        self._append_untrained()
        self._close_block()
        before, size_before = len(self._record_ends), self._block_ends[-1] if self._block_ends else 0
        dictionaries_before = len(self._dictionaries)
        self._dictionaries += reader.dictionaries
        self._blocks.append(reader.blocks)
        self._block_ends.extend((reader.block_ends.astype(np.int64) + size_before).tolist())
        self._block_documents.extend((reader.block_documents.astype(np.int64) + before).tolist())
        shifted = np.where(reader.block_dictionaries > 0, reader.block_dictionaries + np.int64(dictionaries_before), 0)
        self._block_dictionaries.extend(shifted.tolist())
        self._record_ends.extend(reader.record_ends.tolist())
        if not self._own_dictionary:
            self._untrained, self._untrained_size = [], 0

    def write(self, writer: ColumnWriter) -> None:
        """Write the columns."""
        self._append_untrained()
        self._close_block()
        writer.add_pieces("stored", np.uint8, (np.frombuffer(block, np.uint8) for block in self._blocks))
        writer.add("stored_dictionaries", b"".join(self._dictionaries))
        for name, numbers in (
            ("stored_block_ends", self._block_ends),
            ("stored_block_documents", self._block_documents),
            ("stored_block_dictionaries", self._block_dictionaries),
            ("stored_record_ends", self._record_ends),
            ("stored_dictionary_ends", np.cumsum([0, *map(len, self._dictionaries)])[1:]),
        ):
            column = np.array(numbers, np.int64)
            writer.add(name, column.astype(smallest_unsigned(int(column.max(initial=0)))))

    def _train(self, records: list[bytes]) -> None:
        try:
            # How it looks for what to put in is that of its `fastCover`: quickly, in pieces of 200 bytes.
            dictionary = zstandard.train_dictionary(
                _DICTIONARY_SIZE, [*records], k=200, d=8, f=20, accel=1, split_point=1.0, steps=1
            )
        except zstandard.ZstdError:
            return  # they are too much alike, or too few: they go without
        self._dictionaries.append(dictionary.as_bytes())
        self._own_dictionary = len(self._dictionaries)
        self._compressor = zstandard.ZstdCompressor(_LEVEL, dict_data=dictionary, write_checksum=True)

    def _append_untrained(self) -> None:
        records, self._untrained = self._untrained or [], None
        for record in records:
            self._append(record)

    def _append(self, record: bytes) -> None:
        self._open.append(record)
        self._open_size += len(record)
        self._record_ends.append(self._open_size)
        if self._open_size >= _BLOCK_SIZE:
            self._close_block()

    def _close_block(self) -> None:
        if not self._open:
            return
        block = self._compressor.compress(b"".join(self._open))
        self._blocks.append(block)
        self._block_ends.append(len(block) + (self._block_ends[-1] if self._block_ends else 0))
        self._block_documents.append(len(self._record_ends))
        self._block_dictionaries.append(self._own_dictionary)
        self._open, self._open_size = [], 0


class StoredReader:
    """Reads the records of one segment.

    Args:
        columns: the columns of the segment's documents.

    Attributes:
        blocks: the blocks, as they are compressed.
        block_ends: where each ends.
        block_documents: how many paragraphs come before the end of each block.
        block_dictionaries: the number of each block's dictionary.
        record_ends: where each paragraph's record ends in its block.
    """

    def __init__(self, columns: ColumnFile) -> None:
        self._columns = columns
        columns.require("stored", BYTES)
        columns.require("stored_record_ends", WHOLE)
        self.blocks = columns.unchecked("stored").data  # each has a checksum
        self.block_ends = read_ends(columns, "stored_block_ends", len(self.blocks))
        self.block_documents = read_ends(
            columns, "stored_block_documents", paragraph_count(columns), len(self.block_ends)
        )
        columns.require("stored_block_dictionaries", UNSIGNED, len(self.block_ends))
        self.block_dictionaries = columns["stored_block_dictionaries"]
        self.record_ends = columns["stored_record_ends"]
        # Whole numbers out of a memoryview cost half of what they do out of an array.
        self._block_documents, self._record_ends = self.block_documents.data, self.record_ends.data
        self._decompressors: dict[int, zstandard.ZstdDecompressor] = {}
        self._last_block: tuple[int, bytes] = (-1, b"")
        self._one_at_a_time = Lock()  # Zstandard's decompressors are for one thread each

    def fields(self, number: int) -> dict[str, Any]:
        """Return a paragraph's fields by its number in the segment."""
        record = self.record(number)
        try:
            fields = json.loads(record.decode(errors="surrogatepass"))
        except (ValueError, RecursionError) as error:
            raise self._columns.damaged(f"what is stored of paragraph {number} cannot be read") from error
        if not isinstance(fields, dict):
            raise self._columns.damaged(f"what is stored of paragraph {number} has no fields")
        return fields

    def texts(self, name: str, numbers: Iterable[int]) -> Iterator[str | None]:
        """Yield what some paragraphs have under a name; None where that is nothing, or no text.

        Of all that is stored of a paragraph, this alone is decoded: for many, that takes half the time of `fields`.

        Args:
            name: the name.
            numbers: the paragraphs' numbers in the segment; fastest where they ascend.
        """
        # A quotation mark within a string has a backslash before it, so this is no part of one.
        pattern = re.compile(rb'[{,]%b:"([^"\\]*(?:\\.[^"\\]*)*)"' % re.escape(_encode(name).encode()))
        for number in numbers:
            found = pattern.search(self.record(number))
            text = found[1].decode(errors="surrogatepass") if found else None
            yield json.loads(f'"{text}"') if text and "\\" in text else text

    def record(self, number: int) -> bytes:
        """Return a paragraph's record, by its number in the segment."""
        block = bisect_right(self._block_documents, number)
        first = self._block_documents[block - 1] if block else 0
        start = self._record_ends[number - 1] if number > first else 0
        return self._block(block)[start : self._record_ends[number]]

    @cached_property
    def dictionaries(self) -> list[bytes]:
        """The dictionaries by which blocks are compressed."""
        self._columns.require("stored_dictionaries", BYTES)
        dictionaries = self._columns["stored_dictionaries"]
        ends = read_ends(self._columns, "stored_dictionary_ends", len(dictionaries)).tolist()
        return [dictionaries[start:end].tobytes() for start, end in pairwise([0, *ends])]

    def _decompressor(self, number: int) -> zstandard.ZstdDecompressor:
        """Return what decompresses by a dictionary, by its number from 1; 0 for none."""
        if number not in self._decompressors:
            if number > len(self.dictionaries):
                raise self._columns.damaged("a block of what is stored has no dictionary")
            dictionary = zstandard.ZstdCompressionDict(self.dictionaries[number - 1]) if number else None
            self._decompressors[number] = zstandard.ZstdDecompressor(dictionary)
        return self._decompressors[number]

    def _block(self, number: int) -> bytes:
        with self._one_at_a_time:
            if self._last_block[0] != number:
                self._last_block = (number, self._decompress(number))
            return self._last_block[1]

    def _decompress(self, number: int) -> bytes:
        start, last = int(self.block_ends[number - 1]) if number else 0, int(self.block_documents[number]) - 1
        block = self.blocks[start : int(self.block_ends[number])]
        try:
            size = zstandard.get_frame_parameters(block).content_size
            if size != self._record_ends[last] or size > MAX_RECORD_SIZE + _BLOCK_SIZE:
                raise self._columns.damaged(f"block {number} of what is stored is said to hold {size:,} bytes")
            return self._decompressor(int(self.block_dictionaries[number])).decompress(block)
        except zstandard.ZstdError as error:
            raise self._columns.damaged(f"block {number} of what is stored: {error}") from error


def paragraph_count(columns: ColumnFile) -> int:
    """Return how many paragraphs a file of documents has."""
    return columns.count("stored_record_ends")
