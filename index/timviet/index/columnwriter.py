"""Write files of columns; `timviet.index.columnfile` describes them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import DTypeLike
from whoosh.filedb.filestore import Storage
from whoosh.filedb.structfile import StructFile

from timviet.index.columnfile import END, SIGNATURE, Column

_ALIGNMENT = 64


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
        self._write(END.pack(place, len(directory), crc32(directory), SIGNATURE))
        self._file.close()

    def _write(self, content: bytes | memoryview) -> None:
        self._file.write(content)
        self._place += len(content)


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
