"""The table of contents: which segments an index has, in a file that each commit writes anew.

It is `_MAIN_N.toc`, with N counting up from 0, as Whoosh writes and reads it: the sizes of numbers, the versions, the
schema, N and the segments. The schema is pickled as its version and rules, each segment as a text of JSON; nothing else
is unpickled from it. At the end are the signature `TIMVIET` with the version of this format, one byte each, and the
CRC-32 of all before, 4 bytes, little-endian.
"""

import pickle
import struct
import time
from collections.abc import Callable, Iterable
from functools import cache
from io import BytesIO
from typing import Any, NoReturn
from zlib import crc32

from whoosh.filedb.filestore import RamStorage, Storage
from whoosh.filedb.structfile import StructFile
from whoosh.index import TOC, EmptyIndexError, FileIndex
from whoosh.reading import IndexReader

from timviet.index.codec import ColumnSegment, restore_segment
from timviet.index.columnfile import DamagedFileError
from timviet.index.schema import ParagraphSchema, restore_schema
from timviet.index.storage import IndexStorage, write_file

NAME = "MAIN"  # Whoosh's, where nothing else is said
_END = struct.Struct("<8sI")
_SIGNATURE = b"TIMVIET\x03"
_RESTORED: dict[tuple[str, str], Callable[..., Any]] = {
    (restore.__module__, restore.__name__): restore for restore in (restore_schema, restore_segment)
}
_EARLIER = {("timviet.index.schema", "ParagraphSchema"), ("timviet.index.codec", "ColumnSegment")}
_TRIES, _RETRY_SECONDS = 10, 0.05


class ForeignContentsError(DamagedFileError):
    """A table of contents that is whole, and not of an index that this version of timviet made.

    Attributes:
        is_ours: whether another version of timviet made it.
    """

    def __init__(self, message: str, is_ours: bool) -> None:
        super().__init__(message)
        self.is_ours = is_ours


class ParagraphIndex(FileIndex):
    """Whoosh's index, whose table of contents is checked before anything is made of it.

    Args:
        storage: where its files are.

    Raises:
        EmptyIndexError: there is no table of contents.
        DamagedFileError: it cannot be read.
        OSError: it cannot be opened.
    """

    storage: IndexStorage

    def __init__(self, storage: IndexStorage) -> None:
        self.storage = storage
        self.indexname = NAME
        self._schema = None
        self._read_toc()

    def _read_toc(self) -> TOC:
        return read_contents(self.storage)

    def reader(self, reuse: IndexReader | None = None) -> IndexReader:
        """Return Whoosh's reader of the last commit; what it says is missing may have been merged away meanwhile."""
        for _ in range(_TRIES - 1):
            contents = self._read_toc()
            try:
                return self._reader(self.storage, contents.schema, contents.segments, contents.generation, reuse)
            except FileNotFoundError:
                if self.latest_generation() == contents.generation:
                    raise
        contents = self._read_toc()
        return self._reader(self.storage, contents.schema, contents.segments, contents.generation, reuse)

    def writer(self, *arguments: Any, **options: Any) -> NoReturn:  # noqa: ANN401  # Whoosh's
        """Refuse: what Whoosh's own writer writes is not checked."""
        raise NotImplementedError("write with timviet's own writer: Index.writer()")


def create_index(storage: IndexStorage) -> None:
    """Write the table of contents of an empty index."""
    write_contents(storage, TOC(ParagraphSchema(), [], 0))


def write_contents(storage: IndexStorage, contents: TOC, new_files: Iterable[str] = ()) -> None:
    """Write a table of contents; what it names counts from when it gets its name, and is on the disk by then.

    Args:
        storage: where to write it.
        contents: what to write.
        new_files: the files it names that are not on the disk yet.
    """
    memory = RamStorage()
    contents.write(memory, NAME)
    ((name, content),) = memory.files.items()
    write_file(storage, name, content + _END.pack(_SIGNATURE, crc32(content)), new_files)


def read_contents(storage: Storage) -> TOC:
    """Return the table of contents of the last commit.

    Raises:
        EmptyIndexError: there is none.
        DamagedFileError: it cannot be read.
        OSError: it cannot be opened.
    """
    for tries_left in reversed(range(_TRIES)):
        generation = TOC._latest_generation(storage, NAME)
        if generation < 0:
            raise EmptyIndexError(f"there is no index in {storage!r}")
        name = TOC._filename(NAME, generation)
        try:
            with storage.open_file(name) as file:
                content = bytes(file.read())
            break
        except FileNotFoundError:  # a commit has removed it since
            if not tries_left:
                raise
            time.sleep(_RETRY_SECONDS)
    try:
        return _parse(content, generation)
    except DamagedFileError:
        raise
    except Exception as error:  # what is made of damaged bytes may be any error
        raise DamagedFileError(f"{name} is damaged") from error


def _parse(content: bytes, generation: int) -> TOC:
    file = StructFile(BytesIO(content))
    header = [file.read_varint() for _ in range(3)], file.read_int(), file.read_int()
    release = tuple(file.read_varint() for _ in range(3))
    if header != _header():
        raise ValueError(f"its header is {header}")
    schema = _Restorer(BytesIO(file.read_string())).load()
    if (file.read_int(), file.read_int()) != (generation, 0):
        raise ValueError("it is not of this commit")
    segments = _Restorer(file.file).load()
    end = content[file.file.tell() :]
    if not end:
        raise ForeignContentsError("its last commit was made by Whoosh's own writer", is_ours=False)
    if end != _END.pack(_SIGNATURE, crc32(content[: -_END.size])):
        raise ValueError("it is not what was written")
    if not isinstance(schema, ParagraphSchema) or not all(isinstance(own, ColumnSegment) for own in segments):
        raise ValueError("it is no table of segments")
    return TOC(schema, segments, generation, release=release)


@cache
def _header() -> tuple[list[int], int, int]:
    """Return what Whoosh writes first: the sizes of numbers, a number that tells their byte order, and its version."""
    memory = RamStorage()
    TOC(ParagraphSchema(), [], 0).write(memory, NAME)
    (content,) = memory.files.values()
    file = StructFile(BytesIO(content))
    return [file.read_varint() for _ in range(3)], file.read_int(), file.read_int()


# In Python, not in C: a hostile table makes that one take memory without bound.
class _Restorer(pickle._Unpickler):
    """Unpickles what timviet pickles into a table of contents, and nothing else."""

    def find_class(self, module: str, name: str) -> Callable[..., Any]:
        restore = _RESTORED.get((module, name))
        if restore is None:
            raise ForeignContentsError(f"its table of contents has {module}.{name}", (module, name) in _EARLIER)
        return lambda *arguments: restore(*arguments)  # not itself: what is pickled may set attributes
