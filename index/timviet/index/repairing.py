"""Save what a damaged index still holds of its documents into a new one."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from whoosh.index import EmptyIndexError

from timviet.index.codec import DOCUMENTS, ColumnSegment
from timviet.index.columnfile import FAULTS, DamagedFileError
from timviet.index.contents import read_contents
from timviet.index.damage import UNREADABLE, damage_told, left_to_cluster
from timviet.index.errors import IndexNotFoundError, NotAnIndexError
from timviet.index.preparing import (
    NEVER,
    PreparedDocument,
    Source,
    encode_source,
    read_metadata,
    read_source,
    require_paragraph,
    restore,
)
from timviet.index.storage import FolderStorage
from timviet.index.store import is_on_cluster, open_index
from timviet.index.stored import StoredReader, paragraph_count
from timviet.index.writer import Writer

_LOST = (0, 0, "", None, None)
"""What is kept of a first paragraph that was lost."""


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
    Files are read again when they are indexed into the new one, whether they have changed or not.

    Args:
        damaged: the folder of the index.
        new: the folder of the new one, which is not there yet, or empty.
        progress: called with how many paragraphs are done, of how many.

    Raises:
        IndexNotFoundError: there are no files of an index in the folder.
        NotAnIndexError: something is in the new folder.
        IndexAccessError: the system refused to list the folder, or to read or write a file.
        ClusterError: it is on a cluster, which restores what it keeps itself.

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
    if is_on_cluster(damaged):
        raise left_to_cluster("repair", str(open_index(damaged).location))
    if is_on_cluster(new):
        raise NotAnIndexError("an index is saved into a folder: `timviet copy` brings it to a cluster", str(new))
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


def _with_beginning(document: PreparedDocument) -> PreparedDocument:
    """Return a document with a paragraph that says nothing in place of those that were lost before the others.

    By its first paragraph, a document is found and listed.
    """
    if document.paragraphs[0][0] == 0:
        return document
    return document._replace(paragraphs=[_LOST, *document.paragraphs])


class _Rescue:
    """Saves segments, one after the other.

    Attributes:
        saved: how many paragraphs were saved of each document, by its id.
    """

    def __init__(self, storage: FolderStorage, writer: Writer, losses: list[str]) -> None:
        self._storage = storage
        self._writer = writer
        self._losses = losses
        self._base = Path(os.path.abspath(storage.folder)).parent  # noqa: PTH100  # a link keeps its own name
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
        for paragraphs, done in self._documents(segment, stored, paragraph_count(columns)):
            try:
                document = _with_beginning(restore(paragraphs))
                document = document._replace(source=self._unread(document))
            except FAULTS as error:
                self._losses.append(f"{name}: document {paragraphs[0]['id']!r} cannot be restored ({error})")
                yield done
                continue
            self._writer.add_prepared(document)
            self.saved[document.stored["id"]] = len(paragraphs)
            yield done

    def _unread(self, document: PreparedDocument) -> str | None:
        """Return what is kept of a document's file so that it is read again: others of it may be lost whole.

        Where the paragraph is lost that had it, the document's path may tell it.
        """
        if document.source:
            return encode_source(replace(read_source(document.source), modified_ns=NEVER))
        path = document.stored.get("path")
        if path and document.paragraphs[0] == _LOST and (self._base / path).is_file():
            return encode_source(Source(path, 0, NEVER))
        return None

    def _documents(
        self, segment: ColumnSegment, stored: StoredReader, count: int
    ) -> Iterator[tuple[list[dict[str, Any]], int]]:
        """Yield documents: what is kept of their paragraphs, and how many paragraphs are done."""
        own: list[dict[str, Any]] = []
        lost = 0
        for number in range(count):
            if segment.is_deleted(number):
                continue
            try:
                fields = require_paragraph(stored.fields(number))
                read_metadata(fields["metadata"])
            except UNREADABLE:
                lost += 1
                continue
            # Of a document that was replaced before the commit, the last version comes last.
            if own and (fields["id"] != own[0]["id"] or fields["paragraph"] <= own[-1]["paragraph"]):
                yield own, number
                own = []
            if lost:
                self._lose(segment, lost, f"before paragraph {fields['paragraph']} of document {fields['id']!r}")
                lost = 0
            own.append(fields)
        if own:
            yield own, count
        if lost:
            self._lose(segment, lost, "at the end")

    def _lose(self, segment: ColumnSegment, lost: int, where: str) -> None:
        paragraphs = f"{lost:,} paragraphs" if lost > 1 else "a paragraph"
        self._losses.append(f"{segment.make_filename(DOCUMENTS)}: {paragraphs} {where} cannot be read")
