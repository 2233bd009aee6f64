"""Write documents into an index: all of a writer's changes are committed together, or none."""

from types import TracebackType
from typing import TYPE_CHECKING, Self

from timviet.index.commit import Commit
from timviet.index.damage import damage_told
from timviet.index.documents import Document
from timviet.index.preparing import PreparedDocument, Source, prepare
from timviet.index.workers import Workers

if TYPE_CHECKING:
    from timviet.index.codec import ColumnSegment

# Building a segment takes about so many bytes of memory for each code point of its texts.
_BYTES_PER_CODE_POINT = 48


class Writer:
    """Adds, replaces and removes documents; made by `Index.writer`.

    As a context manager it commits at the end, unless it has ended, and rolls back when an exception passes through.

    Args:
        commit: the commit that the changes are for.
        jobs: how many processes to build segments with.
        memory: about how many megabytes they may take together.

    Example:
        >>> from timviet.index import open_index
        >>> with open_index(":memory:", create=True) as index:
        ...     with index.writer() as writer:
        ...         writer.add(Document(id="1", text="Đảng ủy xã"))
        ...     index.document_count
        1
    """

    def __init__(self, commit: Commit, jobs: int, memory: int) -> None:
        self._commit = commit
        self._location = commit.storage.location
        self._workers = Workers(commit.storage, jobs)
        self._most = memory * 1_000_000 // (self._workers.jobs * _BYTES_PER_CODE_POINT)
        self._added: dict[str, tuple[ColumnSegment, range]] = {}
        self._begin_segment()

    @property
    def commit_id(self) -> str:
        """What tells the commit that this writer starts from, or has made, from all others."""
        return self._commit.id

    def add(self, document: Document, source: Source | None = None) -> int:
        """Add a document; it replaces the one with the same id, committed or not.

        When it is interrupted, or memory or disk run out, this writer is rolled back and has ended.

        Args:
            document: what to index.
            source: the file it was read from, if it was.

        Returns:
            How many paragraphs it has.

        Raises:
            DocumentError: the id or the metadata cannot be kept, or it has too many paragraphs, or too long a one.
            IndexAccessError: the system refused to read or write a file of the index.
            NotAnIndexError: a file of the index is damaged.
            ValueError: this writer has ended.
        """
        self._commit.require_open()
        return self.add_prepared(prepare(document, source))

    def add_prepared(self, prepared: PreparedDocument) -> int:
        """Add a document as a segment takes it, and return how many paragraphs it has; otherwise as `add`."""
        self._commit.require_open()
        identity, size = prepared.stored["id"], prepared.size
        try:
            if self._size and self._size + size > self._most:
                self._build_segment()
            self.remove(identity)
            first, count = self._segment.doc_count_all(), len(prepared.paragraphs)
            self._added[identity] = (self._segment, range(first, first + count))
            self._segment.set_doc_count(first + count)
            self._workers.add(prepared)
            self._size += size
            if self._size >= self._most:
                self._build_segment()
        except BaseException:
            self.rollback()  # half a document must not be committed
            raise
        return count

    def remove(self, document_id: str) -> None:
        """Remove a document, committed or not; one that is not there is no error.

        Raises:
            IndexAccessError: the system refused to read a file of the index.
            NotAnIndexError: a file of the index is damaged.
            ValueError: this writer has ended.
        """
        self._commit.require_open()
        if document_id in self._added:
            segment, numbers = self._added.pop(document_id)
            for number in numbers:
                segment.delete_document(number)
        if self._commit.has_paragraphs:
            with damage_told(self._location):
                self._commit.delete_by_term("id", document_id.encode(errors="surrogatepass"))

    def commit(self) -> None:
        """Make all changes visible to readers that open or refresh from now on, and end this writer.

        Where that fails, all of its changes are in the index, or none is.

        Raises:
            ValueError: this writer has ended.
            IndexAccessError: the system refused to read or write a file of the index, as where the disk is full.
            IndexNotFoundError: the index was deleted, or another one is in its place.
            NotAnIndexError: a file of the index is damaged.
        """
        self._commit.require_open()
        try:
            with damage_told(self._location, "write to"):
                self._commit.require_lock()
                if self._segment.doc_count_all():
                    self._workers.build(self._segment, is_last=True)
                self._workers.finish()
                self._commit.finish()
        finally:
            self.rollback()

    def rollback(self) -> None:
        """Leave the index as it was before this writer, and end it; nothing where it has ended."""
        try:
            self._workers.end()
        finally:
            self._commit.end()

    def _build_segment(self) -> None:
        with damage_told(self._location, "write to"):
            self._workers.build(self._segment)
        self._begin_segment()

    def _begin_segment(self) -> None:
        self._segment = self._commit.add_segment()
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._commit.is_ended:
            return
        if kind is None:
            self.commit()
        else:
            self.rollback()
