"""An index here: on disk, or in memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from whoosh.reading import IndexReader, SegmentReader

from timviet.index.codec import DOCUMENTS
from timviet.index.columnfile import DamagedFileError
from timviet.index.commit import Commit
from timviet.index.contents import ParagraphIndex, create_index
from timviet.index.damage import REMEDY, damage_told
from timviet.index.errors import IndexLockedError, IndexNotFoundError, IndexVersionError, NotAnIndexError
from timviet.index.file_names import absolute
from timviet.index.preparing import PreparedDocument, Source, read_source, require_paragraph, restore
from timviet.index.schema import ParagraphSchema
from timviet.index.storage import (
    IN_MEMORY,
    FolderStorage,
    IndexStorage,
    LockedError,
    LockHolder,
    MemoryStorage,
    make_folder,
    read_file,
    wait_for,
    write_file,
)
from timviet.index.store import DEFAULT_MEMORY, PATIENCE, Index, StoredDocument

if TYPE_CHECKING:
    from timviet.index.stored import StoredReader
    from timviet.index.whoosh_writer import WhooshWriter

_WRITE_LOCK = "MAIN_WRITELOCK"  # Whoosh's name for it


class WhooshIndex(Index):
    """An index of paragraphs here: on disk, or in memory.

    Attributes:
        location: the folder, or ":memory:".
        folder: the folder; None where it is in memory.
        whoosh: the underlying Whoosh index, for those who know Whoosh.
    """

    def __init__(self, location: str, whoosh: ParagraphIndex) -> None:
        self.location = location
        self.folder = None if location == IN_MEMORY else Path(location)
        self.whoosh = whoosh

    def writer(self, timeout: float = PATIENCE, jobs: int = 1, memory: int = DEFAULT_MEMORY) -> "WhooshWriter":
        """Return the one writer that may be at work on this index; see `Index.writer`."""
        if jobs < 1 or memory < 1:
            raise ValueError(f"jobs and memory must be at least 1, not {jobs} and {memory}")
        # Who only searches need not wait until these are loaded.
        from timviet.index.whoosh_writer import WhooshWriter
        from timviet.index.workers import require_guarded_main

        if jobs > 1:
            require_guarded_main()
        try:
            with damage_told(self.location, "write to"):
                return WhooshWriter(Commit(self.whoosh, timeout), jobs, memory)
        except LockedError as error:
            raise _locked_error(self.location, timeout, error.holder) from error

    @property
    def base(self) -> Path:
        """The folder that files' names are relative to: the one the index is in; this one for one in memory."""
        return Path.cwd() if self.folder is None else absolute(self.folder).parent

    @property
    def size(self) -> int:
        """How many bytes its files have; a writer may be deleting some of them."""
        total = 0
        for file in self.folder.iterdir() if self.folder else ():
            with suppress(FileNotFoundError):
                total += file.stat().st_size
        return total

    @property
    def layout(self) -> dict[str, str | int]:
        """Nothing: it is on no cluster."""
        return {}

    @property
    def schema_version(self) -> int:
        """The number of the layout of its fields."""
        return self.whoosh.schema.version

    @property
    def rules(self) -> str:
        """The fingerprint of the rules of analysis that it was built by."""
        return self.whoosh.schema.rules

    @property
    def document_count(self) -> int:
        """How many documents the last commit holds."""
        with self.reader() as reader, damage_told(self.location):
            return sum(1 for _ in _first_paragraphs(reader))

    @property
    def paragraph_count(self) -> int:
        """How many paragraphs the last commit holds."""
        with self.reader() as reader:
            return int(reader.doc_count())

    @property
    def generation(self) -> int:
        """The number of the last commit; each one's is that of the one before it plus one."""
        with damage_told(self.location):
            return int(self.whoosh.latest_generation())

    @property
    def committed(self) -> datetime:
        """When the last commit was made, by the machine's clock and in its time zone."""
        with damage_told(self.location):
            return datetime.fromtimestamp(self.whoosh.last_modified()).astimezone()

    def __contains__(self, document_id: str) -> bool:
        """Tell whether the last commit holds a document, by its id."""
        term = document_id.encode(errors="surrogatepass")
        with self.reader() as reader, damage_told(self.location):
            return ("id", term) in reader and any(True for _ in reader.postings("id", term).all_ids())

    def ids(self) -> Iterator[str]:
        """Yield the ids of the documents, also of removed ones until these are merged away."""
        with self.reader() as reader, damage_told(self.location):
            for term in reader.lexicon("id"):
                yield term.decode(errors="surrogatepass")

    def documents(self) -> Iterator[StoredDocument]:
        """Yield what the last commit knows of each document besides its text; see `Index.documents`."""
        with self.reader() as reader, damage_told(self.location):
            for number in _first_paragraphs(reader):
                yield StoredDocument.of(require_paragraph(reader.stored_fields(number)))

    def sources(self) -> Iterator[tuple[str, Source | None]]:
        """Yield each document's file; see `Index.sources`. Of what is kept, nothing else is decoded."""
        with self.reader() as reader, damage_told(self.location):
            for segment in [own for own, _ in reader.leaf_readers() if isinstance(own, SegmentReader)]:
                numbers = [*_first_paragraphs(segment)]
                # Whoosh hides it; there is no other way from its reader to the codec's.
                stored: StoredReader = segment._perdoc.stored
                pairs = zip(stored.texts("id", numbers), stored.texts("source", numbers), strict=True)
                for number, (identity, source) in zip(numbers, pairs, strict=True):
                    if not identity:
                        raise DamagedFileError(f"what is stored of paragraph {number} has no id")
                    yield identity, read_source(source) if source else None

    def prepared_documents(self) -> Iterator[PreparedDocument]:
        """Yield all documents of the last commit as a writer takes them; see `Index.documents`."""
        with self.reader() as reader, damage_told(self.location):
            for number in _first_paragraphs(reader):
                yield _read_document(reader, require_paragraph(reader.stored_fields(number))["id"])

    @contextmanager
    def reading_documents(self) -> Iterator[Callable[[str], PreparedDocument]]:
        """Yield what returns a document of the last commit as a writer takes it, by its id."""
        with self.reader() as reader:

            def read(identity: str) -> PreparedDocument:
                with damage_told(self.location):
                    return _read_document(reader, identity)

            yield read

    def load_record(self, name: str, largest: int) -> bytes | None:
        """Return what a file beside the segments holds, or None where there is none; see `Index.load_record`."""
        with damage_told(self.location):
            return read_file(self.whoosh.storage, name, largest)

    def save_record(self, name: str, content: bytes) -> None:
        """Write a file beside the segments, in one step."""
        with damage_told(self.location, "write to"):
            write_file(self.whoosh.storage, name, content)

    def require_readable(self) -> None:
        """Check that the last commit is there and can be opened; see `Index.require_readable`."""
        self.reader().close()

    def reader(self, reuse: IndexReader | None = None) -> IndexReader:
        """Return Whoosh's reader of the last commit.

        Args:
            reuse: a reader of an earlier commit: what it has open of segments that are still there is not opened again.

        Raises:
            IndexAccessError: the system refused to read a file of it.
            IndexNotFoundError: the index is not there any more.
            IndexVersionError: another version made the last commit.
            NotAnIndexError: a file of it is damaged or missing.
        """
        with damage_told(self.location):
            return self.whoosh.reader(reuse)

    def close(self) -> None:
        """Let go of the index; searchers opened on it keep their snapshot."""
        self.whoosh.close()
        self.whoosh.storage.close()


def open_memory() -> WhooshIndex:
    """Return a new index in memory."""
    memory = MemoryStorage()
    create_index(memory)
    return WhooshIndex(IN_MEMORY, ParagraphIndex(memory))


def open_folder(folder: Path, create: bool) -> WhooshIndex:
    """Open an index in a folder, or create it; see `timviet.index.store.open_index`."""
    storage = FolderStorage(str(folder))
    with damage_told(str(folder)):
        is_there = _has_index(folder)
    if not is_there:
        if any(folder.glob(f"*{DOCUMENTS}")):
            message = f"the index {folder} is damaged (its table of contents is lost): {REMEDY}"
            raise NotAnIndexError(message, str(folder))
        if not create:
            message = f"there is no index at {folder}: make one with `timviet index FOLDER`, or name another place"
            raise IndexNotFoundError(message, str(folder))
        with damage_told(str(folder), "make"):
            _create(storage, folder)
    return WhooshIndex(str(folder), _open_whoosh(storage, folder))


def _create(storage: FolderStorage, folder: Path) -> None:
    """Make an empty index, unless another process does so at the same time."""
    if folder.exists() and (not folder.is_dir() or any(_is_foreign(entry) for entry in folder.iterdir())):
        message = f"cannot make an index at {folder}: something else is there; name a new or an empty folder"
        raise NotAnIndexError(message, str(folder))
    make_folder(folder)
    lock = storage.lock(_WRITE_LOCK)
    try:
        wait_for(lock, PATIENCE)
    except LockedError as error:
        raise _locked_error(str(folder), PATIENCE, error.holder) from error
    try:
        if not _has_index(folder):
            create_index(storage)
    finally:
        lock.release()


def _locked_error(location: str, timeout: float, holder: LockHolder | None) -> IndexLockedError:
    message = (
        f"cannot write to the index {location}: another writer is at work on it{f' ({holder})' if holder else ''}, "
        f"and still was after {timeout:g} s; try again when it has ended"
    )
    return IndexLockedError(message, location, timeout, holder)


def _is_foreign(entry: Path) -> bool:
    """Tell whether a file is another one than an interrupted creation leaves behind."""
    return entry.name != _WRITE_LOCK and not entry.name.startswith("_MAIN_")


def _has_index(folder: Path) -> bool:
    return folder.is_dir() and any(entry.suffix == ".toc" for entry in folder.iterdir())


def _open_whoosh(storage: IndexStorage, folder: Path) -> ParagraphIndex:
    try:
        with damage_told(str(folder)):
            index = ParagraphIndex(storage)
            schema = index.schema
    except IndexNotFoundError as error:
        message = f"{folder} holds another program's index: name another folder"
        raise NotAnIndexError(message, str(folder)) from error
    _check_schema(schema, folder)
    return index


def _check_schema(schema: ParagraphSchema, folder: Path) -> None:
    current = ParagraphSchema()
    built_by, built_now = (schema.version, schema.rules), (current.version, current.rules)
    if built_by != built_now:
        message = (
            f"the index {folder} was built by other rules (schema {built_by[0]}, rules {built_by[1]}) than "
            f"this version's (schema {built_now[0]}, rules {built_now[1]}): delete the folder and index again"
        )
        raise IndexVersionError(message, str(folder))


def _first_paragraphs(reader: IndexReader) -> Iterator[int]:
    zero = reader.schema["paragraph"].to_bytes(0)
    if ("paragraph", zero) in reader:
        yield from reader.postings("paragraph", zero).all_ids()


def _read_document(reader: IndexReader, identity: str) -> PreparedDocument:
    numbers = reader.postings("id", identity.encode(errors="surrogatepass")).all_ids()
    return restore([require_paragraph(reader.stored_fields(number)) for number in numbers])
