"""Open, create and describe an index."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from whoosh.reading import IndexReader

from timviet.index.codec import DOCUMENTS
from timviet.index.commit import Commit
from timviet.index.contents import ParagraphIndex, create_index
from timviet.index.damage import REMEDY, damage_told
from timviet.index.errors import IndexLockedError, IndexNotFoundError, IndexVersionError, NotAnIndexError
from timviet.index.preparing import Source, read_metadata, read_source, require_paragraph
from timviet.index.schema import ParagraphSchema
from timviet.index.storage import (
    IN_MEMORY,
    FolderStorage,
    IndexStorage,
    LockedError,
    LockHolder,
    MemoryStorage,
    make_folder,
    wait_for,
)

if TYPE_CHECKING:
    from timviet.index.writer import Writer

DEFAULT_MEMORY = 512
"""Megabytes that a writer may take, if nothing else is said."""

_WRITE_LOCK = "MAIN_WRITELOCK"  # Whoosh's name for it
_PATIENCE = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """What an index knows of a document besides its text.

    Attributes:
        id: the document's id.
        title: its title, or None.
        path: where it came from, or None.
        metadata: as it was given.
        source: the file it was read from, or None.
    """

    id: str
    title: str | None
    path: str | None
    metadata: dict[str, Any]
    source: Source | None


class Index:
    """An index of paragraphs, on disk or in memory; made by `open_index`.

    Attributes:
        location: the folder, or ":memory:".
        whoosh: the underlying Whoosh index, for those who know Whoosh.
    """

    def __init__(self, location: str, whoosh: ParagraphIndex) -> None:
        self.location = location
        self.whoosh = whoosh

    def writer(self, timeout: float = _PATIENCE, jobs: int = 1, memory: int = DEFAULT_MEMORY) -> "Writer":
        """Return the one writer that may be at work on this index.

        Args:
            timeout: how long to wait for another writer to end, in seconds.
            jobs: how many processes to index with. With more than one, a program's main module has to guard what it
                does by `if __name__ == "__main__"`, because each process imports it. Little text is not shared out.
            memory: about how many megabytes of memory to take for it in all.

        Raises:
            IndexLockedError: the other writer was still at work after that time.
            IndexAccessError: the system refused to read or write a file of it.
            IndexNotFoundError: the index is not there any more.
            NotAnIndexError: a file of the index is damaged.
            ValueError: jobs or memory is below 1.
            RuntimeError: jobs is above 1, and a process that was started for it runs the main module again.
        """
        if jobs < 1 or memory < 1:
            raise ValueError(f"jobs and memory must be at least 1, not {jobs} and {memory}")
        # Who only searches need not wait until these are loaded.
        from timviet.index.workers import require_guarded_main
        from timviet.index.writer import Writer

        if jobs > 1:
            require_guarded_main()
        try:
            with damage_told(self.location, "write to"):
                return Writer(Commit(self.whoosh, timeout), jobs, memory)
        except LockedError as error:
            raise _locked_error(self.location, timeout, error.holder) from error

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

    def documents(self) -> Iterator[StoredDocument]:
        """Yield what the last commit knows of each document besides its text.

        Raises:
            IndexAccessError: the system refused to read a file of it.
            IndexNotFoundError: the index is not there any more.
            IndexVersionError: another version made the last commit.
            NotAnIndexError: a file of the index is damaged or missing.
        """
        with self.reader() as reader, damage_told(self.location):
            for number in _first_paragraphs(reader):
                yield _stored_document(require_paragraph(reader.stored_fields(number)))

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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def open_index(location: str | Path, create: bool = False) -> Index:
    """Open an index, or create it.

    Args:
        location: its folder, or ":memory:" for one that lives in memory and is gone when it is closed.
        create: make a new, empty index where there is none yet.

    Raises:
        IndexNotFoundError: there is no index, and none is to be made.
        NotAnIndexError: something else is there, or a damaged index.
        IndexVersionError: the index was built by other rules; it has to be rebuilt.
        IndexLockedError: it is not there yet, and another process has been making it for ten seconds.
        IndexAccessError: the system refused to read or write a file of it, or to make the folder.

    Example:
        >>> with open_index(":memory:", create=True) as index:
        ...     index.paragraph_count
        0
    """
    if str(location) == IN_MEMORY:
        memory = MemoryStorage()
        create_index(memory)
        return Index(IN_MEMORY, ParagraphIndex(memory))
    folder = Path(location)
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
    return Index(str(folder), _open_whoosh(storage, folder))


def _create(storage: FolderStorage, folder: Path) -> None:
    """Make an empty index, unless another process does so at the same time."""
    if folder.exists() and (not folder.is_dir() or any(_is_foreign(entry) for entry in folder.iterdir())):
        message = f"cannot make an index at {folder}: something else is there; name a new or an empty folder"
        raise NotAnIndexError(message, str(folder))
    make_folder(folder)
    lock = storage.lock(_WRITE_LOCK)
    try:
        wait_for(lock, _PATIENCE)
    except LockedError as error:
        raise _locked_error(str(folder), _PATIENCE, error.holder) from error
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


def _stored_document(fields: dict[str, Any]) -> StoredDocument:
    source = fields.get("source")
    return StoredDocument(
        id=fields["id"],
        title=fields.get("title"),
        path=fields.get("path"),
        metadata=read_metadata(fields["metadata"]),
        source=read_source(source) if source else None,
    )
