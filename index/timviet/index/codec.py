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

from collections.abc import Iterator
from typing import Any, NoReturn

from whoosh.codec import base
from whoosh.filedb.filestore import Storage

from timviet.index.codec_readers import DocumentsReader, TermsReader
from timviet.index.codec_writers import DocumentsWriter, TermsWriter
from timviet.index.columnfile import ColumnFile

TERMS = ".terms"
DOCUMENTS = ".documents"


class ColumnSegment(base.Segment):
    """What Whoosh's table of contents keeps of a segment.

    Args:
        indexname: Whoosh's name for the index.

    Attributes:
        is_ours: whether timviet's writer wrote it, not Whoosh's.
    """

    def __init__(self, indexname: str) -> None:
        super().__init__(indexname)
        self.is_ours = False
        self._document_count = 0
        self._deleted: set[int] = set()

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


class ColumnCodec(base.Codec):
    """Segments as columns; give it to Whoosh's `writer(codec=...)`. Reading finds it by itself."""

    length_stats = False

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
        return DocumentsReader(ColumnFile.open(storage, segment.make_filename(DOCUMENTS)), segment)

    def terms_reader(self, storage: Storage, segment: ColumnSegment) -> TermsReader:
        """Return the reader of a segment's terms."""
        return TermsReader(
            ColumnFile.open(storage, segment.make_filename(TERMS)),
            # At once: a merge may have deleted the file by the time that Whoosh asks for lengths.
            ColumnFile.open(storage, segment.make_filename(DOCUMENTS)),
        )

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> NoReturn:  # noqa: ANN401
        """Refuse: postings stand in columns, not in a file of their own."""
        raise NotImplementedError("postings are written by the field writer")

    def postings_reader(self, *arguments: Any, **options: Any) -> NoReturn:  # noqa: ANN401
        """Refuse: postings stand in columns, not in a file of their own."""
        raise NotImplementedError("postings are read by the terms reader")
