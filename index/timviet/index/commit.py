"""One change of an index: new segments and deletions, which become part of it together or not at all."""

from contextlib import suppress

from whoosh.index import TOC, clean_files
from whoosh.reading import SegmentReader

from timviet.index.codec import ColumnSegment
from timviet.index.contents import ParagraphIndex, commit_id, write_contents
from timviet.index.errors import IndexNotFoundError
from timviet.index.merging import is_whole, merge_segments, segments_to_merge
from timviet.index.storage import TEMPORARY, wait_for

_LOCK = "WRITELOCK"  # as Whoosh's own writer, which is kept out, too
_MERGED_AT_ONCE = 64  # each takes two open files


class Commit:
    """Holds the index's lock from when it is made until it has ended.

    Args:
        whoosh: the index.
        timeout: how long to wait for another writer to end, in seconds.

    Attributes:
        storage: where the index's files are.
        is_ended: whether it has ended.
        id: what tells the commit that it starts from, or has made, from all others.

    Raises:
        LockedError: the other writer was still at work after that time.
    """

    def __init__(self, whoosh: ParagraphIndex, timeout: float) -> None:
        self.storage = whoosh.storage
        self._lock = whoosh.lock(_LOCK)
        wait_for(self._lock, timeout)
        self.is_ended = False
        self._readers: list[tuple[ColumnSegment, SegmentReader]] = []
        try:
            self._name = whoosh.indexname
            self._contents = whoosh._read_toc()
            self.id = commit_id(self._contents.generation, self._contents.segments)
            if not self._contents.generation:
                self.storage.sync()  # who made the index may not have come to that, and its table must not get lost
            for segment in self._contents.segments:
                self._readers.append((segment, SegmentReader(self.storage, self._contents.schema, segment)))
            self._new: list[ColumnSegment] = []
        except BaseException:
            self._release()
            raise

    def add_segment(self) -> ColumnSegment:
        """Return a new segment, for its files to be written; it becomes part of the index at the end."""
        self._new.append(ColumnSegment(self._name))
        return self._new[-1]

    def require_open(self) -> None:
        """Check that it has not ended.

        Raises:
            ValueError: it has.
        """
        if self.is_ended:
            raise ValueError("this writer has ended: ask the index for another one")

    def require_lock(self) -> None:
        """Check that the index is still there, and no other writer at work on it.

        Raises:
            IndexNotFoundError: it was deleted, or another one is in its place.
        """
        if not self._lock.is_held():
            folder = self.storage.folder
            message = f"cannot commit to the index {folder}: it was deleted, or made anew, meanwhile; index again"
            raise IndexNotFoundError(message, folder)

    @property
    def has_paragraphs(self) -> bool:
        """Whether there are any committed paragraphs."""
        return bool(self._readers)

    def delete_by_term(self, field: str, term: bytes) -> None:
        """Delete the committed paragraphs that have a term."""
        for segment, reader in self._readers:
            terms = reader._terms.field(field)
            found = None if terms is None else terms.find(term)
            if found is not None:
                for number in terms.documents_between(found, found + 1).tolist():
                    segment.delete_document(number)

    def finish(self) -> None:
        """Write the table of contents, and end; where that fails, all of it is part of the index, or nothing is.

        Raises:
            ValueError: it has ended.
            IndexNotFoundError: the index was deleted, or another one is in its place.
        """
        self.require_open()
        try:
            segments = self._merge([*self._contents.segments, *self._new])
            new_files = [name for segment in segments if not segment.files for name in segment.seal(self.storage)]
            contents = TOC(self._contents.schema, segments, self._contents.generation + 1)
            self.require_lock()
            write_contents(self.storage, contents, new_files)
            self.id = commit_id(contents.generation, contents.segments)
            with suppress(OSError):  # the commit counts; what it leaves, the next one deletes
                clean_files(self.storage, self._name, contents.generation, segments)
        finally:
            self.end()

    def end(self) -> None:
        """End, and delete what is new and has not become part of the index; nothing where it has ended."""
        if self.is_ended:
            return
        try:
            generation = self._contents.generation + 1
            # A folder that cannot be listed may have the new table of contents: the next commit deletes what is left.
            with suppress(OSError):
                self._delete_new(generation)
        finally:
            self._release()

    def _delete_new(self, generation: int) -> None:
        if self._lock.is_held() and TOC._latest_generation(self.storage, self._name) < generation:
            new = {name for segment in self._new for name in segment.list_files(self.storage)}
            for name in [*new, TEMPORARY]:
                self.storage.discard(name)

    def _merge(self, segments: list[ColumnSegment]) -> list[ColumnSegment]:
        segments = [segment for segment in segments if segment.doc_count()]
        new = [segment for segment in self._new if segment in segments]
        while len(new) > 1:
            for several in [new[place : place + _MERGED_AT_ONCE] for place in range(0, len(new), _MERGED_AT_ONCE)]:
                segments = self._merged(segments, several)
            new = [segment for segment in self._new if segment in segments]
        left_alone: list[ColumnSegment] = []
        while merged := segments_to_merge([own for own in segments if own not in left_alone]):
            damaged = [segment for segment in merged if not is_whole(self.storage, segment)]
            if damaged:
                left_alone += damaged
            else:
                segments = self._merged(segments, merged)
        return segments

    def _merged(self, segments: list[ColumnSegment], merged: list[ColumnSegment]) -> list[ColumnSegment]:
        """Return the segments with one in place of those that are merged."""
        target = self.add_segment()
        merge_segments(self.storage, merged, target)
        place = segments.index(merged[0])
        left = [segment for segment in segments if segment not in merged]
        left.insert(place, target)
        return left

    def _release(self) -> None:
        self.is_ended = True
        while self._readers:
            self._readers.pop()[1].close()
        self._lock.release()
