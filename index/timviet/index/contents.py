"""The table of contents: which segments an index has, in a file that each commit writes anew.

It is `_MAIN_N.toc`, with N counting up from 0, as Whoosh writes and reads it: the sizes of numbers, the versions, the
schema, N and the segments. The schema is pickled as its version and rules, each segment as a text of JSON; nothing else
is unpickled from it. At the end are the signature `TIMVIET` with the version of this format, one byte each, and the
CRC-32 of all before, 4 bytes, little-endian.
"""

import pickle
import struct
import time
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from io import BytesIO
from typing import Any, BinaryIO, ClassVar, NamedTuple, NoReturn
from zlib import crc32

from whoosh.filedb.filestore import RamStorage, Storage
from whoosh.filedb.structfile import StructFile
from whoosh.index import TOC, EmptyIndexError, FileIndex
from whoosh.reading import EmptyReader, IndexReader, MultiReader, SegmentReader

from timviet.index.codec import ColumnCodec, ColumnSegment, restore_segment
from timviet.index.columnfile import DamagedFileError, ForeignFileError
from timviet.index.schema import ParagraphSchema, restore_schema
from timviet.index.storage import IndexStorage, write_file

NAME = "MAIN"  # Whoosh's, where nothing else is said
_END = struct.Struct("<7sBI")
_SIGNATURE, _VERSION = b"TIMVIET", 3
_RESTORED: dict[tuple[str, str], Callable[..., Any]] = {
    (restore.__module__, restore.__name__): restore for restore in (restore_schema, restore_segment)
}
_EARLIER = {("timviet.index.schema", "ParagraphSchema"), ("timviet.index.codec", "ColumnSegment")}
# What Whoosh pickles texts, numbers and lists by: nothing else is read.
_OPCODES = b"".join((
    pickle.PROTO, pickle.FRAME, pickle.STOP, pickle.GLOBAL, pickle.STACK_GLOBAL, pickle.REDUCE,
    pickle.MARK, pickle.EMPTY_LIST, pickle.APPEND, pickle.APPENDS, pickle.TUPLE1, pickle.TUPLE2,
    pickle.BININT, pickle.BININT1, pickle.BININT2, pickle.BINUNICODE, pickle.SHORT_BINUNICODE,
    pickle.BINPUT, pickle.LONG_BINPUT, pickle.MEMOIZE, pickle.BINGET, pickle.LONG_BINGET,
))  # fmt: skip
_LONGEST_NAME = 100
_TRIES, _RETRY_SECONDS = 10, 0.05
_LARGEST = 1 << 26  # bytes
# A table of so many segments takes some ten each; what a list or a text costs, a hostile table may have at each byte.
_MOST_OPCODES = 1 << 16
_LAST_GENERATION = (1 << 31) - 2  # that another one can follow, as Whoosh writes numbers


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
        """Return Whoosh's reader of the last commit; what it says is missing may have been merged away meanwhile.

        Args:
            reuse: a reader of an earlier commit. What it has open of segments that are still there is not opened again,
                and it may be closed before or after the new one.
        """
        for _ in range(_TRIES - 1):
            contents = self._read_toc()
            try:
                return self._reader(self.storage, contents.schema, contents.segments, contents.generation, reuse)
            except FileNotFoundError:
                if self.latest_generation() == contents.generation:
                    raise
        contents = self._read_toc()
        return self._reader(self.storage, contents.schema, contents.segments, contents.generation, reuse)

    def is_current(self, reader: IndexReader) -> bool:
        """Tell whether a reader is one of the last commit, and of this index: one of before may have been here.

        Raises:
            EmptyIndexError: there is no index any more.
            DamagedFileError: its table of contents cannot be read.
            OSError: it cannot be opened.
        """
        if self.latest_generation() != reader.generation():
            return False
        leaves = (leaf for leaf, _ in reader.leaf_readers())
        segments = {leaf.segment() for leaf in leaves if isinstance(leaf, SegmentReader)}
        return segments == set(self._read_toc().segments)

    @classmethod
    def _reader(
        cls,
        storage: Storage,
        schema: ParagraphSchema,
        segments: Sequence[ColumnSegment],
        generation: int,
        reuse: IndexReader | None = None,
    ) -> IndexReader:
        leaves = [leaf for leaf, _ in reuse.leaf_readers()] if reuse is not None else []
        before = {leaf.segment(): leaf for leaf in leaves if isinstance(leaf, SegmentReader)}
        readers: list[IndexReader] = [
            SegmentReader(storage, schema, segment, generation, _codec(segment, before.get(segment)))
            for segment in segments
        ]
        if not readers:
            return _NoSegments(schema, generation)
        return readers[0] if len(readers) == 1 else MultiReader(readers, generation)

    def writer(self, *arguments: Any, **options: Any) -> NoReturn:  # noqa: ANN401  # Whoosh's
        """Refuse: what Whoosh's own writer writes is not checked."""
        raise NotImplementedError("write with timviet's own writer: Index.writer()")


def _codec(segment: ColumnSegment, before: SegmentReader | None) -> ColumnCodec:
    """Return what reads a segment, of which an earlier commit's reader may have the files open."""
    return ColumnCodec() if before is None else ColumnCodec((before._terms, before._perdoc.of_commit(segment)))


class _NoSegments(EmptyReader):
    """Reads a commit that has no segments, and knows which one it is.

    Args:
        schema: the schema.
        generation: the commit's number.
    """

    def __init__(self, schema: ParagraphSchema, generation: int) -> None:
        super().__init__(schema)
        self._generation = generation

    def generation(self) -> int:
        """Return the commit's number."""
        return self._generation


def commit_id(generation: int, segments: Iterable[ColumnSegment]) -> str:
    """Return what tells a commit from all others, also from those of an index that was made anew in its place.

    Args:
        generation: the commit's number.
        segments: its segments.
    """
    return " ".join([str(generation), *sorted(segment.segment_id() for segment in segments)])


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
    write_file(storage, name, content + _END.pack(_SIGNATURE, _VERSION, crc32(content)), new_files)


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
            raise EmptyIndexError("it is lost")
        name = TOC._filename(NAME, generation)
        try:
            with storage.open_file(name) as file:
                content = bytes(file.read(min(storage.file_length(name), _LARGEST)))
            break
        except FileNotFoundError:  # a commit has removed it since
            if not tries_left:
                raise
            time.sleep(_RETRY_SECONDS)
    try:
        return _parse(content, name, generation)
    except ForeignFileError:
        raise
    except Exception as error:  # what is made of damaged bytes may be any error
        raise DamagedFileError(f"{name} is damaged") from error


def _parse(content: bytes, name: str, generation: int) -> TOC:
    signature, version, checksum = _END.unpack(content[-_END.size :])
    if signature == _SIGNATURE:
        if checksum != crc32(content[: -_END.size]):
            raise ValueError("it is not what was written")
        if version != _VERSION:
            raise ForeignFileError(f"{name} is of format {version}, this version's is {_VERSION}", is_ours=True)
    file = StructFile(BytesIO(content))
    if file.read(len(_header())) != _header():
        raise ValueError("its header is another one")
    release = tuple(_read_varint(file) for _ in range(3))
    schema = _Restorer(BytesIO(file.read(_read_varint(file))), name).load()
    if (file.read_int(), file.read_int()) != (generation, 0) or generation > _LAST_GENERATION:
        raise ValueError("it is not of this commit")
    segments = _Restorer(file.file, name).load()
    if file.tell() == len(content):
        raise ForeignFileError(f"Whoosh's own writer made {name}", is_ours=False)
    if signature != _SIGNATURE or file.tell() != len(content) - _END.size:
        raise ValueError("it is not what was written")
    return TOC(_schema(schema), _segments(segments, len(content)), generation, release=release)


class _Pickled(NamedTuple):
    """What something was pickled as: what makes it again, and of what."""

    restore: Callable[..., Any]
    arguments: tuple[object, ...]


def _schema(pickled: object) -> ParagraphSchema:
    match pickled:
        case _Pickled(restore, (int() as version, str() as rules)) if restore is restore_schema:
            return restore_schema(version, rules[:_LONGEST_NAME])
    raise ValueError("it has no schema")


def _segments(pickled: Sequence[_Pickled], size: int) -> list[ColumnSegment]:
    """Return the segments of a table of so many bytes; of all that it may repeat, it has room for each of them."""
    texts = [text for restore, (text,) in pickled if restore is restore_segment and isinstance(text, str)]
    if len(texts) != len(pickled) or sum(map(len, texts)) > size:
        raise ValueError("it is no table of segments")
    segments = [restore_segment(text) for text in texts]
    if len({segment.segid for segment in segments}) != len(segments):
        raise ValueError("it has a segment twice")
    return segments


def _read_varint(file: StructFile) -> int:
    """Return a number as Whoosh writes it, which reads one of any length."""
    number = 0
    for shift in range(0, 35, 7):
        byte = file.read(1)[0]
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number
    raise ValueError("it has a number that is too large")


@cache
def _header() -> bytes:
    """Return what Whoosh writes first: the sizes of numbers, a number that tells their byte order, and its version."""
    memory = RamStorage()
    TOC(ParagraphSchema(), [], 0).write(memory, NAME)
    (content,) = memory.files.values()
    file = StructFile(BytesIO(content))
    for read in (file.read_varint, file.read_varint, file.read_varint, file.read_int, file.read_int):
        read()
    return bytes(content[: file.tell()])


def _counted(load: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return what loads an opcode, until there have been too many of them."""

    def counted(restorer: "_Restorer") -> None:
        restorer.opcodes_left -= 1
        if restorer.opcodes_left < 0:
            raise ValueError("it has more than a table of contents has")
        load(restorer)

    return counted


# In Python, not in C: a hostile table makes that one take memory without bound.
class _Restorer(pickle._Unpickler):
    """Unpickles texts, numbers, lists, and as what the schema and segments were pickled; nothing is made of it yet.

    Attributes:
        opcodes_left: how many more opcodes there may be.
    """

    dispatch: ClassVar = {opcode: _counted(pickle._Unpickler.dispatch[opcode]) for opcode in _OPCODES}

    def __init__(self, file: BinaryIO, name: str) -> None:
        super().__init__(file)
        self._name = name
        self.opcodes_left = _MOST_OPCODES

    def find_class(self, module: str, name: str) -> Callable[..., _Pickled]:
        restore = _RESTORED.get((module, name))
        if restore is None:
            what = f"{module}.{name}"[:_LONGEST_NAME]
            raise ForeignFileError(f"{self._name} has {what!r}", (module, name) in _EARLIER)
        return lambda *arguments: _Pickled(restore, arguments)
