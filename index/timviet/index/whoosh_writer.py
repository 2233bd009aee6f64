"""Write documents into an index here: all of a writer's changes are committed together, or none."""

from typing import TYPE_CHECKING

from timviet.index.commit import Commit
from timviet.index.damage import damage_told
from timviet.index.preparing import PreparedDocument
from timviet.index.workers import Workers
from timviet.index.writer import Writer

if TYPE_CHECKING:
    from timviet.index.codec import ColumnSegment

# Building a segment takes about so many bytes of memory for each code point of its texts.
_BYTES_PER_CODE_POINT = 48


class WhooshWriter(Writer):
    """Writes segments, in processes of their own.

    Args:
        commit: the commit that the changes are for.
        jobs: how many processes to build segments with.
        memory: about how many megabytes they may take together.
    """

    def __init__(self, commit: Commit, jobs: int, memory: int) -> None:
        self._commit = commit
        self._location = commit.storage.location
        self._workers = Workers(commit.storage, jobs)
        self._most = memory * 1_000_000 // (self._workers.jobs * _BYTES_PER_CODE_POINT)
        self._added: dict[str, tuple[ColumnSegment, range]] = {}
        self._begin_segment()

    @property
    def is_ended(self) -> bool:
        """Whether it has committed or rolled back."""
        return self._commit.is_ended

    @property
    def commit_id(self) -> str:
        """What tells the commit that this writer starts from, or has made, from all others."""
        return self._commit.id

    def add_prepared(self, prepared: PreparedDocument) -> int:
        """Add a document as a segment takes it; see `Writer.add_prepared`."""
        self.require_open()
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
        """Remove a document; see `Writer.remove`."""
        self.require_open()
        if document_id in self._added:
            segment, numbers = self._added.pop(document_id)
            for number in numbers:
                segment.delete_document(number)
        if self._commit.has_paragraphs:
            with damage_told(self._location):
                self._commit.delete_by_term("id", document_id.encode(errors="surrogatepass"))

    def commit(self) -> None:
        """Make all changes visible, or none; see `Writer.commit`."""
        self.require_open()
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
