"""A codec of Whoosh's: segments as columns that are mapped into memory, for any schema and any of Whoosh's queries.

A segment is two files of columns. In `SEGMENT.terms`, described in `timviet.index.postings`, the names of a field's
columns start with its number, which the fact `fields` tells. `SEGMENT.documents` tells each field's number of tokens by
the fact `lengths`, and has:

| column | length | |
| --- | --- | --- |
| `stored`, … | | what is kept to be shown, described in `timviet.index.stored` |
| `lengths.FIELD` | paragraphs | each paragraph's length in tokens, as Whoosh rounds it to a byte |
| `column.FIELD` | bytes | a column of Whoosh's own, for sorting and facets |
"""

import json
import re
import secrets
from collections.abc import Iterator
from typing import Any, NoReturn, Self

from whoosh.codec import base
from whoosh.filedb.filestore import Storage

from timviet.index.codec_readers import DocumentsReader, TermsReader
from timviet.index.codec_writers import DocumentsWriter, TermsWriter
from timviet.index.columnfile import ColumnFile, DamagedFileError

TERMS = ".terms"
DOCUMENTS = ".documents"
# Of what a hostile table of contents names as a segment, files are opened.
_NAME = re.compile(r"\w{1,100}", re.ASCII)
_ID_BYTES = 8


class ColumnSegment(base.Segment):
    """What Whoosh's table of contents keeps of a segment.

    Args:
        indexname: Whoosh's name for the index.

    Attributes:
        files: for each of its files the length in bytes and the checksum of the directory, by the end of its name; of
            a segment that is not part of a commit yet, nothing.
    """

    def __init__(self, indexname: str) -> None:
        super().__init__(indexname)
        # Whoosh draws it by `random`, which draws the same one again in a program that seeds that.
        self.segid = secrets.token_hex(_ID_BYTES)
        self.files: dict[str, tuple[int, int]] = {}
        self._document_count = 0
        self._deleted: set[int] = set()

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle as text: what is read from a table of contents shall not be any object."""
        state = {
            "index": self.indexname,
            "id": self.segid,
            "documents": self._document_count,
            "deleted": sorted(self._deleted),
            "files": self.files,
        }
        return restore_segment, (json.dumps(state),)

    @classmethod
    def restored(cls, text: str) -> Self:
        """Return what was pickled as a text.

        Raises:
            DamagedFileError: it was not.
        """
        state = json.loads(text)
        segment = cls(_checked(state["index"], str))
        segment.segid = _checked(state["id"], str)
        segment._document_count = _checked(state["documents"], int)
        segment._deleted = {_checked(number, int) for number in state["deleted"]}
        segment.files = {name: (_checked(own[0], int), _checked(own[1], int)) for name, own in state["files"].items()}
        is_inside = all(0 <= number < segment._document_count for number in segment._deleted)
        if not (is_inside and _NAME.fullmatch(segment.indexname) and _NAME.fullmatch(segment.segid)):
            raise DamagedFileError("what is told of a segment is damaged")
        return segment

    @classmethod
    def named(cls, filename: str) -> Self:
        """Return the segment that a file is of, by its name, without anything that is known of it."""
        index, _, identity = filename.partition(".")[0].rpartition("_")
        segment = cls(index)
        segment.segid = identity
        return segment

    def seal(self, storage: Storage) -> list[str]:
        """Note what its files are, which are complete: other ones in their place will be noticed.

        Returns:
            The names of the files.
        """
        for extension in (TERMS, DOCUMENTS):
            columns = ColumnFile.open(storage, self.make_filename(extension))
            self.files[extension] = (columns.length, columns.checksum)
        return [self.make_filename(extension) for extension in self.files]

    def open_columns(self, storage: Storage, extension: str) -> ColumnFile:
        """Return one of its files.

        Args:
            storage: where it is.
            extension: the end of its name.

        Raises:
            DamagedFileError: it is not the file that was written.
            OSError: it cannot be opened.
        """
        name = self.make_filename(extension)
        columns = ColumnFile.open(storage, name)
        if (columns.length, columns.checksum) != self.files.get(extension, (columns.length, columns.checksum)):
            raise DamagedFileError(f"{name} is not the file that was written")
        return columns

    def codec(self) -> "ColumnCodec":
        """Return the codec that reads and writes it."""
        return ColumnCodec()

    def should_assemble(self) -> bool:
        """Say that the files stay apart: inside another one they could not be mapped by themselves."""
        return False

    def set_doc_count(self, doccount: int) -> None:
        """Set the number of paragraphs."""
        self._document_count = doccount

    def doc_count_all(self) -> int:
        """Return the number of paragraphs, deleted ones included."""
        return self._document_count

    def deleted_count(self) -> int:
        """Return the number of deleted paragraphs."""
        return len(self._deleted)

    def deleted_docs(self) -> Iterator[int]:
        """Yield the numbers of the deleted paragraphs."""
        return iter(self._deleted)

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        """Delete a paragraph, or take that back."""
        if delete:
            self._deleted.add(docnum)
        else:
            self._deleted.discard(docnum)

    def is_deleted(self, docnum: int) -> bool:
        """Tell whether a paragraph is deleted."""
        return docnum in self._deleted


def restore_segment(text: str) -> ColumnSegment:
    """Return the segment that was pickled as a text."""
    return ColumnSegment.restored(text)


def _checked(value: object, kind: type) -> Any:  # noqa: ANN401  # of this kind
    if type(value) is not kind:
        raise DamagedFileError("what is told of a segment is damaged")
    return value


class ColumnCodec(base.Codec):
    """Segments as columns; give it to Whoosh's `writer(codec=...)`. Reading finds it by itself.

    Args:
        opened: the readers of the one segment that is to be read, where its files are open already.
    """

    length_stats = False

    def __init__(self, opened: tuple[TermsReader, DocumentsReader] | None = None) -> None:
        self._opened = opened

    def new_segment(self, storage: Storage, indexname: str) -> ColumnSegment:
        """Return a new, empty segment."""
        return ColumnSegment(indexname)

    def per_document_writer(self, storage: Storage, segment: ColumnSegment) -> DocumentsWriter:
        """Return the writer of a segment's documents."""
        return DocumentsWriter(storage, segment.make_filename(DOCUMENTS))

    def field_writer(self, storage: Storage, segment: ColumnSegment) -> TermsWriter:
        """Return the writer of a segment's terms."""
        return TermsWriter(storage, segment.make_filename(TERMS))

    def per_document_reader(self, storage: Storage, segment: ColumnSegment) -> DocumentsReader:
        """Return the reader of a segment's documents."""
        if self._opened is not None:
            return self._opened[1]
        return DocumentsReader(segment.open_columns(storage, DOCUMENTS), segment)

    def terms_reader(self, storage: Storage, segment: ColumnSegment) -> TermsReader:
        """Return the reader of a segment's terms."""
        if self._opened is not None:
            return self._opened[0]
        return TermsReader(
            segment.open_columns(storage, TERMS),
            # At once: a merge may have deleted the file by the time that Whoosh asks for lengths.
            segment.open_columns(storage, DOCUMENTS),
        )

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> NoReturn:  # noqa: ANN401
        """Refuse: postings stand in columns, not in a file of their own."""
        raise NotImplementedError("postings are written by the field writer")

    def postings_reader(self, *arguments: Any, **options: Any) -> NoReturn:  # noqa: ANN401
        """Refuse: postings stand in columns, not in a file of their own."""
        raise NotImplementedError("postings are read by the terms reader")
