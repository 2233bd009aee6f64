"""Save what a damaged index still holds of its documents into a new one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whoosh.index import EmptyIndexError

from timviet.index.codec import DOCUMENTS, ColumnSegment
from timviet.index.columnfile import FAULTS, DamagedFileError
from timviet.index.contents import read_contents
from timviet.index.damage import UNREADABLE, damage_told
from timviet.index.errors import IndexNotFoundError, NotAnIndexError
from timviet.index.preparing import read_metadata, require_paragraph, restore
from timviet.index.storage import FolderStorage
from timviet.index.store import open_index
from timviet.index.stored import StoredReader, paragraph_count
from timviet.index.writer import Writer


@dataclass(frozen=True, slots=True)
class Repair:
    """What was saved of an index, and what was lost.

    Attributes:
        documents: how many documents were saved, those included of which some paragraphs were lost.
        paragraphs: how many paragraphs were saved.
        losses: what was lost, or may be other than it was, one sentence each; nothing where all was saved.
    """

    documents: int
    paragraphs: int
    losses: tuple[str, ...]


def repair(damaged: str | Path, new: str | Path, progress: Callable[[int, int], None] | None = None) -> Repair:
    """Save what a damaged index still holds of its documents into a new one; the damaged one stays as it is.

    Terms and postings are made anew from the texts that are kept. Where the table of contents cannot be read, all
    segments are saved whose files are there: documents that had been removed, or replaced, may come back.

    Args:
        damaged: the folder of the index.
        new: the folder of the new one, which is not there yet, or empty.
        progress: called with how many paragraphs are done, of how many.

    Raises:
        IndexNotFoundError: there are no files of an index in the folder.
        NotAnIndexError: something is in the new folder.
        IndexAccessError: the system refused to list the folder, or to read or write a file.

    Example:
        >>> import tempfile
        >>> from timviet.index import Document, open_index
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with open_index(f"{folder}/kho", create=True) as index, index.writer() as writer:
        ...         writer.add(Document(id="1", text="Đảng ủy xã"))
        ...     repair(f"{folder}/kho", f"{folder}/moi")
        1
        Repair(documents=1, paragraphs=1, losses=())
    """
    storage, target = FolderStorage(str(damaged)), Path(new)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise NotAnIndexError(f"cannot save the index at {new}: something is there; name a new folder", str(new))
    losses: list[str] = []
    with damage_told(str(damaged)):
        segments = _segments(storage, losses)
    with open_index(new, create=True) as index, index.writer() as writer:
        rescue = _Rescue(storage, writer, losses)
        total, done = sum(segment.doc_count_all() for segment in segments), 0
        for segment in segments:
            for count in rescue.save(segment):
                if progress is not None:
                    progress(done + count, total)
            done += segment.doc_count_all()
    return Repair(len(rescue.saved), sum(rescue.saved.values()), tuple(losses))


def _segments(storage: FolderStorage, losses: list[str]) -> list[ColumnSegment]:
    """Return the segments of the last commit, or all whose files are there."""
    try:
        segments: list[ColumnSegment] = read_contents(storage).segments
    except (EmptyIndexError, DamagedFileError) as error:
        names = [name for name in storage.list() if name.endswith(DOCUMENTS)]
        if not names:
            message = f"cannot repair {storage.folder}: there are no files of an index"
            raise IndexNotFoundError(message, storage.folder) from error
        losses.append(
            f"the table of contents cannot be read ({error}): all documents of all files were taken, "
            "those included that had been removed or replaced"
        )
        segments = [ColumnSegment.named(name) for name in sorted(names, key=storage.file_modified)]
    return segments


class _Rescue:
    """Saves segments, one after the other.

    Attributes:
        saved: how many paragraphs were saved of each document, by its id.
    """

    def __init__(self, storage: FolderStorage, writer: Writer, losses: list[str]) -> None:
        self._storage = storage
        self._writer = writer
        self._losses = losses
        self.saved: dict[str, int] = {}

    def save(self, segment: ColumnSegment) -> Iterator[int]:
        """Save what can be read of a segment; yield how many paragraphs are done."""
        name = segment.make_filename(DOCUMENTS)
        try:
            columns = segment.open_columns(self._storage, DOCUMENTS)
            stored = StoredReader(columns)
        except (OSError, *FAULTS) as error:
            what = f"all of its {segment.doc_count():,} paragraphs" if segment.doc_count() else "all of its paragraphs"
            self._losses.append(f"{name} cannot be read ({error}): {what} are lost")
            return
        for paragraphs, is_whole, done in self._documents(segment, stored, paragraph_count(columns)):
            try:
                document = restore(paragraphs)
            except FAULTS as error:
                self._losses.append(f"{name}: document {paragraphs[0]['id']!r} cannot be restored ({error})")
                yield done
                continue
            # Without its file, a document is read again when the file is indexed again.
            self._writer.add_prepared(document if is_whole else document._replace(source=None))
            self.saved[document.stored["id"]] = len(paragraphs)
            yield done

    def _documents(
        self, segment: ColumnSegment, stored: StoredReader, count: int
    ) -> Iterator[tuple[list[dict[str, Any]], bool, int]]:
        """Yield documents: what is kept of their paragraphs, whether that is all, and how many paragraphs are done."""
        own: list[dict[str, Any]] = []
        is_whole, lost = True, 0
        for number in range(count):
            if segment.is_deleted(number):
                continue
            try:
                fields = require_paragraph(stored.fields(number))
                read_metadata(fields["metadata"])
            except UNREADABLE:
                is_whole, lost = False, lost + 1
                continue
            # Of a document that was replaced before the commit, the last version comes last.
            if own and (fields["id"] != own[0]["id"] or fields["paragraph"] <= own[-1]["paragraph"]):
                yield own, is_whole, number
                own, is_whole = [], not lost
            if lost:
                self._lose(segment, lost, f"before paragraph {fields['paragraph']} of document {fields['id']!r}")
                lost = 0
            own.append(fields)
        if own:
            yield own, is_whole, count
        if lost:
            self._lose(segment, lost, "at the end")

    def _lose(self, segment: ColumnSegment, lost: int, where: str) -> None:
        paragraphs = f"{lost:,} paragraphs" if lost > 1 else "a paragraph"
        self._losses.append(f"{segment.make_filename(DOCUMENTS)}: {paragraphs} {where} cannot be read")
