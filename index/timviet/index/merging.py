"""Merge segments, column by column: nothing is analysed again."""

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
from whoosh.filedb.filestore import Storage

from timviet.index.codec import DOCUMENTS, TERMS, ColumnSegment
from timviet.index.codec_writers import write_documents
from timviet.index.columnfile import Column, DamagedFileError
from timviet.index.columnwriter import create_column_file
from timviet.index.field_merging import FieldPart, merge_field
from timviet.index.lengths import LENGTHS
from timviet.index.postings import write_field
from timviet.index.schema import folded_field
from timviet.index.stored import StoredWriter
from timviet.index.terms import FieldTerms

if TYPE_CHECKING:
    from timviet.index.codec_readers import DocumentsReader, TermsReader


def segments_to_merge(segments: Sequence[ColumnSegment]) -> list[ColumnSegment]:
    """Return the segments that ought to become one, if any: those of like sizes, or one with mostly deleted paragraphs.

    A segment is merged with all smaller ones where these together have half as many paragraphs as it has. So each is
    more than twice as large as all smaller ones together: there are few, and a paragraph is written again only when it
    becomes part of a segment half as large again.

    Args:
        segments: the segments there are.
    """
    by_size = sorted(segments, key=lambda own: own.doc_count())
    smaller = list(accumulate((own.doc_count() for own in by_size), initial=0))
    alike = [place for place, own in enumerate(by_size) if place and 2 * smaller[place] >= own.doc_count()]
    if alike:
        merged = by_size[: alike[-1] + 1]
        return [segment for segment in segments if segment in merged]
    return [own for own in by_size if 2 * own.deleted_count() > own.doc_count_all()][:1]


def is_whole(storage: Storage, segment: ColumnSegment) -> bool:
    """Tell whether a segment's files hold what was written: merging a damaged one would spread the damage."""
    codec = segment.codec()
    try:
        codec.per_document_reader(storage, segment).columns.verify()
        codec.terms_reader(storage, segment).columns.verify()
    except (DamagedFileError, OSError):
        return False
    return True


def merge_segments(storage: Storage, segments: Sequence[ColumnSegment], target: ColumnSegment) -> None:
    """Write one segment of what is left in several.

    Args:
        storage: where their files are.
        segments: the segments, in the order of their paragraphs.
        target: the new segment.
    """
    sources = [_Source(storage, segment) for segment in segments]
    count = 0
    for source in sources:
        count = source.number_from(count)
    totals = _merge_terms(storage, target.make_filename(TERMS), sources)
    stored = StoredWriter()
    for source in sources:
        source.copy_stored(stored)
    names = sorted({name for source in sources for name in source.documents.columns.facts["lengths"]})
    lengths = {name: np.concatenate([source.lengths(name) for source in sources]) for name in names}
    write_documents(storage, target.make_filename(DOCUMENTS), stored, lengths, totals=totals)
    target.set_doc_count(count)


class _Source:
    """A segment that is merged.

    Attributes:
        documents: its documents.
        terms: its terms.
        kept: for each of its paragraphs, whether it is not deleted; None where none is.
        numbers: for each of its paragraphs, its number in the new segment, where it is kept.
    """

    def __init__(self, storage: Storage, segment: ColumnSegment) -> None:
        codec = segment.codec()
        self.documents: DocumentsReader = codec.per_document_reader(storage, segment)
        self.terms: TermsReader = codec.terms_reader(storage, segment)
        self.kept: Column | None = None
        if segment.deleted_count():
            self.kept = np.ones(segment.doc_count_all(), bool)
            self.kept[list(segment.deleted_docs())] = False
        self.numbers: Column = np.arange(segment.doc_count_all())

    def number_from(self, first: int) -> int:
        """Number the paragraphs that are kept, and return the number after the last one."""
        if self.kept is not None:
            self.numbers = np.cumsum(self.kept) - 1
        self.numbers += first
        return int(self.numbers[-1]) + 1

    def parts(self, field: str) -> list[FieldPart]:
        """Return a field's terms, if it has any."""
        terms = self.terms.field(field)
        return [FieldPart(terms, self.kept, self.numbers)] if isinstance(terms, FieldTerms) else []

    def copy_stored(self, stored: StoredWriter) -> None:
        """Copy what is kept to be shown."""
        if self.kept is None:
            stored.add_blocks(self.documents.stored)
        else:
            for number in np.flatnonzero(self.kept).tolist():
                stored.add_record(self.documents.stored.record(number))

    def lengths(self, field: str) -> Column:
        """Return the lengths of the paragraphs that are kept."""
        lengths = self.documents.columns.get(f"lengths.{field}")
        every = LENGTHS[lengths] if lengths is not None else np.zeros(len(self.numbers), np.int64)
        return every if self.kept is None else every[self.kept]


def _merge_terms(storage: Storage, name: str, sources: Sequence[_Source]) -> dict[str, int]:
    """Write the new segment's terms, and return how many occurrences each field has."""
    prefixes: dict[str, str] = {}
    totals: dict[str, int] = {}
    with create_column_file(storage, name, {"fields": prefixes}) as writer:
        for field in sorted({field for source in sources for field in source.terms.written_field_names()}):
            terms, postings = merge_field([part for source in sources for part in source.parts(field)])
            if terms:
                prefixes[field] = str(len(prefixes))
                totals[field] = write_field(writer, prefixes[field], terms, postings)
    return totals | {folded_field(name): total for name, total in totals.items()}
