"""What is kept of each paragraph to be shown, compressed: records of JSON, in blocks.

The columns, in the file of a segment's documents:

| column | length | |
| --- | --- | --- |
| `stored` | bytes | the blocks, each compressed by zlib |
| `stored_block_ends` | blocks | where each block ends in `stored` |
| `stored_block_documents` | blocks | how many paragraphs come before the end of each block |
| `stored_record_ends` | paragraphs | where each paragraph's record ends in its block, decompressed |
"""

import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from timviet.index.columnfile import Column, ColumnWriter, DamagedFileError, smallest_unsigned

# A block is decompressed to show one paragraph of it: larger ones are smaller in all, and slower.
_BLOCK_SIZE = 1 << 13
_COMPRESSION = 5


class StoredWriter:
    """Collects records, compressed as they come."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._block_documents: list[int] = []
        self._record_ends: list[int] = []
        self._open: list[bytes] = []
        self._open_size = 0

    def add(self, fields: Mapping[str, Any]) -> None:
        """Add the next paragraph's fields.

        Raises:
            TypeError: a value is nothing that JSON has.
        """
        self.add_record(json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass"))

    def add_record(self, record: bytes) -> None:
        """Add the next paragraph's record, as `StoredReader.record` gives it."""
        self._open.append(record)
        self._open_size += len(record)
        self._record_ends.append(self._open_size)
        if self._open_size >= _BLOCK_SIZE:
            self._close_block()

    def write(self, writer: ColumnWriter) -> None:
        """Write the columns."""
        if self._open:
            self._close_block()
        writer.add_pieces("stored", np.uint8, (np.frombuffer(block, np.uint8) for block in self._blocks))
        block_ends = np.cumsum([0, *map(len, self._blocks)])[1:]
        for name, column in (
            ("stored_block_ends", block_ends),
            ("stored_block_documents", np.array(self._block_documents, np.int64)),
            ("stored_record_ends", np.array(self._record_ends, np.int64)),
        ):
            writer.add(name, column.astype(smallest_unsigned(int(column.max(initial=0)))))

    def _close_block(self) -> None:
        self._blocks.append(zlib.compress(b"".join(self._open), _COMPRESSION))
        self._block_documents.append(len(self._record_ends))
        self._open, self._open_size = [], 0


class StoredReader:
    """Reads the records of one segment.

    Args:
        columns: the columns of the segment's documents.
    """

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self._blocks = columns["stored"]
        self._block_ends = columns["stored_block_ends"]
        self._block_documents = columns["stored_block_documents"]
        self._record_ends = columns["stored_record_ends"]
        self._last_block: tuple[int, bytes] = (-1, b"")

    def fields(self, number: int) -> dict[str, Any]:
        """Return a paragraph's fields by its number in the segment."""
        fields: dict[str, Any] = json.loads(self.record(number).decode(errors="surrogatepass"))
        return fields

    def record(self, number: int) -> bytes:
        """Return a paragraph's record, by its number in the segment."""
        block = int(np.searchsorted(self._block_documents, number, side="right"))
        first = int(self._block_documents[block - 1]) if block else 0
        start = int(self._record_ends[number - 1]) if number > first else 0
        return self._block(block)[start : int(self._record_ends[number])]

    def _block(self, number: int) -> bytes:
        last = self._last_block  # read once: another thread may replace it
        if last[0] != number:
            start = int(self._block_ends[number - 1]) if number else 0
            try:
                block = zlib.decompress(self._blocks.data[start : int(self._block_ends[number])])
            except zlib.error as error:
                raise DamagedFileError(f"a block of what is stored is damaged: {error}") from error
            last = self._last_block = (number, block)
        return last[1]
