"""Write documents into an index, whatever keeps it."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from timviet.index.documents import Document
from timviet.index.preparing import PreparedDocument, Source, prepare


class Writer(ABC):
    """Adds, replaces and removes documents; made by `Index.writer`.

    As a context manager it commits at the end, unless it has ended, and rolls back when an exception passes through.

    Example:
        >>> from timviet.index import open_index
        >>> with open_index(":memory:", create=True) as index:
        ...     with index.writer() as writer:
        ...         writer.add(Document(id="1", text="Đảng ủy xã"))
        ...     index.document_count
        1
    """

    @property
    @abstractmethod
    def is_ended(self) -> bool:
        """Whether it has committed or rolled back."""

    @property
    @abstractmethod
    def commit_id(self) -> str:
        """What tells the commit that this writer starts from, or has made, from all others."""

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
            ClusterError: the cluster that has the index refused it, or does not answer.
            ValueError: this writer has ended.
            TypeError: it is no document.
        """
        self.require_open()
        if not isinstance(document, Document):
            raise TypeError(f"cannot index {document!r}: make a timviet.index.Document of it")
        return self.add_prepared(prepare(document, source))

    @abstractmethod
    def add_prepared(self, prepared: PreparedDocument) -> int:
        """Add a document as it is indexed, and return how many paragraphs it has; otherwise as `add`."""

    @abstractmethod
    def remove(self, document_id: str) -> None:
        """Remove a document, committed or not; one that is not there is no error.

        Raises:
            IndexAccessError: the system refused to read a file of the index.
            NotAnIndexError: a file of the index is damaged.
            ClusterError: the cluster that has the index does not answer.
            ValueError: this writer has ended.
        """

    @abstractmethod
    def commit(self) -> None:
        """Make all changes visible to readers that open or refresh from now on, and end this writer.

        Where that fails, all of its changes are in the index, or none is; on a cluster, see `ClusterWriter.commit`.

        Raises:
            ValueError: this writer has ended.
            IndexAccessError: the system refused to read or write a file of the index, as where the disk is full.
            IndexNotFoundError: the index was deleted, or another one is in its place.
            NotAnIndexError: a file of the index is damaged.
            ClusterError: the cluster that has the index refused it, or does not answer.
        """

    @abstractmethod
    def rollback(self) -> None:
        """Leave the index as it was before this writer, and end it; nothing where it has ended.

        On a cluster, see `ClusterWriter.rollback`.
        """

    def require_open(self) -> None:
        """Check that it has not ended.

        Raises:
            ValueError: it has.
        """
        if self.is_ended:
            raise ValueError("this writer has ended: ask the index for another one")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.is_ended:
            return
        if kind is None:
            self.commit()
        else:
            self.rollback()
