"""Merge segments, column by column: nothing is analysed again."""

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
from whoosh.filedb.filestore import Storage

from timviet.index.codec import DOCUMENTS, TERMS, ColumnSegment
from timviet.index.codec_writers import write_documents
from timviet.index.columnfile import Column, DamagedFileError, create_column_file
from timviet.index.lengths import LENGTHS
from timviet.index.postings import Postings, field_columns, runs, sorted_order, write_field
from timviet.index.stored import StoredWriter
from timviet.index.terms import FieldTerms

if TYPE_CHECKING:
    from timviet.index.codec_readers import DocumentsReader, TermsReader

# Segments are merged when there are as many of about one size.
_MERGE_FACTOR = 8
# Merging takes some 100 bytes of memory for each token; segments of more tokens together stay apart.
_LARGEST_MERGE = 8_000_000


def segments_to_merge(segments: Sequence[ColumnSegment]) -> list[ColumnSegment]:
    """Return the segments that ought to become one, if any: many of about one size, or with mostly deleted paragraphs.

    As in Lucene's logarithmic merge policy, sizes are of one kind up to a factor, so that a paragraph is written again
    about as often as that factor fits into the number of paragraphs. Segments that Whoosh's own writer wrote stay as
    they are: they may hold what timviet does not keep.

    Args:
        segments: the segments there are.
    """
    ours = [segment for segment in segments if segment.token_count is not None]
    by_size: dict[int, list[ColumnSegment]] = {}
    for segment in ours:
        level = 0
        while segment.doc_count() >= _MERGE_FACTOR ** (level + 1):
            level += 1
        by_size.setdefault(level, []).append(segment)
    for _, alike in sorted(by_size.items()):
        fitting = _fitting(alike) if len(alike) >= _MERGE_FACTOR else []
        if len(fitting) > 1:
            return [segment for segment in segments if segment in fitting]
    return [segment for segment in ours if 2 * segment.deleted_count() > segment.doc_count_all()][:1]


def _fitting(segments: Sequence[ColumnSegment]) -> list[ColumnSegment]:
    """Return the smallest segments that may be merged together."""
    smallest_first = sorted(segments, key=_size)
    sizes = accumulate(map(_size, smallest_first))
    return [segment for segment, size in zip(smallest_first, sizes, strict=True) if size <= _LARGEST_MERGE]


def _size(segment: ColumnSegment) -> int:
    return segment.token_count or 0


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
        for number in np.flatnonzero(source.is_kept).tolist():
            stored.add_record(source.documents.stored_record(number))
    names = sorted({name for source in sources for name in source.documents.columns.facts["lengths"]})
    lengths = {name: np.concatenate([source.lengths(name) for source in sources]) for name in names}
    write_documents(storage, target.make_filename(DOCUMENTS), stored, lengths, totals=totals)
    target.set_doc_count(count)
    target.token_count = sum(map(_size, segments))


class _Source:
    """A segment that is merged.

    Attributes:
        documents: its documents.
        is_kept: for each of its paragraphs, whether it is not deleted.
        numbers: for each of its paragraphs, its number in the new segment, where it is kept.
    """

    def __init__(self, storage: Storage, segment: ColumnSegment) -> None:
        codec = segment.codec()
        self.documents: DocumentsReader = codec.per_document_reader(storage, segment)
        self.terms: TermsReader = codec.terms_reader(storage, segment)
        self.is_kept = np.ones(segment.doc_count_all(), bool)
        self.is_kept[list(segment.deleted_docs())] = False
        self.numbers: Column = np.empty(0, np.int64)

    def number_from(self, first: int) -> int:
        """Number the paragraphs that are kept, and return the number after the last one."""
        self.numbers = first + np.cumsum(self.is_kept) - 1
        return first + int(self.is_kept.sum())

    def lengths(self, field: str) -> Column:
        """Return the lengths of the paragraphs that are kept."""
        lengths = self.documents.columns.get(f"lengths.{field}")
        return LENGTHS[lengths[self.is_kept]] if lengths is not None else np.zeros(int(self.is_kept.sum()), np.int64)


def _merge_terms(storage: Storage, name: str, sources: Sequence[_Source]) -> dict[str, int]:
    """Write the new segment's terms, and return how many occurrences each field has."""
    prefixes: dict[str, str] = {}
    totals: dict[str, int] = {}
    with create_column_file(storage, name, {"fields": prefixes}) as writer:
        for field in sorted({field for source in sources for field in source.terms.indexed_field_names()}):
            terms, postings = _merge_field([(source, source.terms.field(field)) for source in sources])
            if not terms:
                continue
            prefixes[field] = str(len(prefixes))
            write_field(writer, prefixes[field], field_columns(terms, postings))
            totals[field] = int(postings.frequencies.sum())
    return totals


def _merge_field(sources: Sequence[tuple[_Source, FieldTerms | None]]) -> tuple[list[bytes], Postings]:
    dictionaries = [[] if terms is None else [terms[number] for number in range(len(terms))] for _, terms in sources]
    dictionary = sorted(set().union(*dictionaries))
    places = {term: place for place, term in enumerate(dictionary)}
    pieces = [
        _Piece(source, terms, np.array([places[term] for term in own], np.int64))
        for (source, terms), own in zip(sources, dictionaries, strict=True)
        if terms is not None
    ]
    terms = np.concatenate([piece.terms for piece in pieces])
    order = sorted_order(terms, len(dictionary))
    frequencies = np.concatenate([piece.frequencies for piece in pieces])[order]
    counts = np.bincount(terms, minlength=len(dictionary))
    used = counts > 0
    postings = Postings(
        posting_ends=np.cumsum(counts)[used],
        documents=np.concatenate([piece.documents for piece in pieces])[order],
        frequencies=frequencies,
        **_merge_positions(pieces, order, frequencies, np.cumsum(counts)[used]),
    )
    return [term for term, is_used in zip(dictionary, used.tolist(), strict=True) if is_used], postings


class _Piece:
    """The postings of one source's field that are kept, by their terms' places in the new dictionary."""

    def __init__(self, source: _Source, terms: FieldTerms, places: Column) -> None:
        columns = terms.every_posting()
        of_term = np.repeat(places, np.diff(columns.posting_ends, prepend=0))
        kept = source.is_kept[columns.documents]
        self.terms = of_term[kept]
        self.documents = source.numbers[columns.documents[kept]]
        self.frequencies = columns.frequencies[kept]
        self.positions = columns.positions
        starts = np.cumsum(columns.frequencies, dtype=np.int64) - columns.frequencies
        self.position_starts = starts[kept]


def _merge_positions(
    pieces: Sequence[_Piece], order: Column, frequencies: Column, posting_ends: Column
) -> dict[str, Column]:
    positions = [piece.positions for piece in pieces if piece.positions is not None]
    if len(positions) < len(pieces):
        return {}
    bases = np.cumsum([0, *map(len, positions)])
    starts = np.concatenate([piece.position_starts + base for piece, base in zip(pieces, bases, strict=False)])
    places = runs(starts[order], frequencies.astype(np.int64))
    occurrence_ends = np.cumsum(frequencies, dtype=np.int64)[posting_ends - 1]
    return {"occurrence_ends": occurrence_ends, "positions": np.concatenate(positions)[places]}
