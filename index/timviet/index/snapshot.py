"""What a searcher of one commit sees, segment by segment, as columns.

Segments that Whoosh's own writer wrote by another codec are read into columns of the same kind when they are asked for.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, cast

import numpy as np
from whoosh.filedb.filestore import RamStorage
from whoosh.reading import SegmentReader
from whoosh.searching import Searcher

from timviet.index.codec_readers import DocumentsReader, TermsReader
from timviet.index.columnfile import Column, ColumnFile, create_column_file
from timviet.index.lengths import length_bytes
from timviet.index.postings import Postings, Runs, occurrences_by_term, write_field
from timviet.index.schema import UNMARKED, UNMARKED_FIELD
from timviet.index.terms import FieldTerms, Terms

_REMEMBERED_PREFIXES = 1 << 12
_REMEMBERED_TERMS = 100  # of a prefix; those of a syllable's readings are some twenty


class SegmentView:
    """One segment of a snapshot.

    Args:
        searcher: Whoosh's searcher of it.
        first: the number of its first paragraph in the snapshot.

    Attributes:
        searcher: the same.
        reader: Whoosh's reader of it.
        first: the same.
        paragraph_count: how many paragraphs it has, deleted ones included.
    """

    def __init__(self, searcher: Searcher, first: int) -> None:
        self.searcher = searcher
        self.reader = reader = cast("SegmentReader", searcher.reader())
        self.first = first
        self.paragraph_count = int(reader.doc_count_all())
        # Whoosh hides them; there is no other way from its reader to the codec's.
        self._terms, self._documents = reader._terms, reader._perdoc
        self._foreign: dict[str, Terms | None] = {}
        self._foreign_lengths: dict[str, Column] = {}

    def terms(self, field: str) -> Terms | None:
        """Return a field's terms, or None where it has none."""
        if isinstance(self._terms, TermsReader):
            return self._terms.field(field)
        if field not in self._foreign:
            known = field in self.reader.indexed_field_names()
            self._foreign[field] = _read_terms(self.reader, field) if known else None
        return self._foreign[field]

    def lengths(self, field: str) -> Column:
        """Return each paragraph's length in a field, as a byte; see `timviet.index.lengths`."""
        if isinstance(self._documents, DocumentsReader):
            return self._documents.columns.get(f"lengths.{field}", self._no_lengths)
        if field not in self._foreign_lengths:
            lengths = (self.reader.doc_field_length(number, field) or 0 for number in range(self.paragraph_count))
            self._foreign_lengths[field] = length_bytes(np.fromiter(lengths, np.int64, self.paragraph_count))
        return self._foreign_lengths[field]

    def stored(self, number: int) -> dict[str, Any]:
        """Return what is kept of a paragraph to be shown, by its number in the segment."""
        fields: dict[str, Any] = self._documents.stored_fields(number)
        return fields

    def stored_texts(self, name: str, numbers: Sequence[int]) -> list[str | None]:
        """Return what is kept under a name of some paragraphs, by their numbers; faster than `stored` for many."""
        if isinstance(self._documents, DocumentsReader):
            return list(self._documents.stored.texts(name, numbers))
        return [self.stored(number).get(name) for number in numbers]

    @cached_property
    def _no_lengths(self) -> Column:
        return np.zeros(self.paragraph_count, np.uint8)

    @cached_property
    def kept(self) -> Column | None:
        """For each paragraph, whether it is not deleted; None where none is."""
        if not self.reader.has_deletions():
            return None
        kept = np.ones(self.paragraph_count, bool)
        kept[list(self.reader.deleted_docs_set)] = False
        return kept

    def verify(self) -> None:
        """Read the segment's files and compare them with their checksums.

        Raises:
            DamagedFileError: one of them is not what was written.
        """
        if isinstance(self._terms, TermsReader) and isinstance(self._documents, DocumentsReader):
            self._terms.columns.verify()
            self._documents.columns.verify()

    @cached_property
    def unmarked(self) -> Column:
        """For each paragraph, whether it was typed without marks."""
        unmarked = np.zeros(self.paragraph_count, bool)
        terms = self.terms(UNMARKED_FIELD)
        number = terms.find(UNMARKED.encode()) if terms is not None else None
        if terms is not None and number is not None:
            unmarked[terms.postings(number)[0]] = True
        return unmarked


class Snapshot:
    """What a searcher of one commit sees.

    Args:
        searcher: Whoosh's searcher of the index.

    Attributes:
        segments: the segments, in the order of their paragraphs.
        paragraph_count: how many paragraphs there are, deleted ones included until they are merged away.
    """

    def __init__(self, searcher: Searcher) -> None:
        self._reader = searcher.reader()
        self.segments = [
            SegmentView(leaf, first)
            for leaf, first in searcher.leaf_searchers()
            if isinstance(leaf.reader(), SegmentReader)
        ]
        self._firsts = [segment.first for segment in self.segments]
        self.paragraph_count = sum(segment.paragraph_count for segment in self.segments)
        self._found: dict[tuple[str, str], list[str]] = {}
        self._having_tokens: dict[str, int] = {}

    def document_frequency(self, field: str, term: str) -> int:
        """Return how many paragraphs hold a term, deleted ones included until they are merged away."""
        total = 0
        for terms in self._terms(field):
            number = terms.find(term.encode())
            total += terms.document_frequency(number) if number is not None else 0
        return total

    def prefixed(self, field: str, prefix: str) -> list[str]:
        """Return the terms of a field that start with `prefix`, sorted."""
        try:
            return self._found[field, prefix]
        except KeyError:
            found = self._find_prefixed(field, prefix)
            if len(self._found) >= _REMEMBERED_PREFIXES:
                self._found = {}
            if len(found) <= _REMEMBERED_TERMS:
                self._found[field, prefix] = found
            return found

    def _find_prefixed(self, field: str, prefix: str) -> list[str]:
        encoded = prefix.encode()
        found = [[terms[number] for number in terms.prefixed(encoded)] for terms in self._terms(field)]
        every = found[0] if len(found) == 1 else sorted(set().union(*found))
        return [term.decode() for term in every]

    def neighbours(self, field: str, term: str, distance: int) -> Iterator[str]:
        """Yield the terms of a field that are at most `distance` edits away from `term`."""
        return iter(self._reader.terms_within(field, term, distance))

    def field_length(self, field: str) -> int:
        """Return how many tokens a field has in all paragraphs together."""
        return int(self._reader.field_length(field))

    def average_length(self, field: str) -> float:
        """Return a field's mean number of tokens a paragraph, of those that have any."""
        if field not in self._having_tokens:
            lengths = (segment.lengths(field) for segment in self.segments)
            self._having_tokens[field] = sum(int(np.count_nonzero(own)) for own in lengths)
        return max(self.field_length(field), 1) / max(self._having_tokens[field], 1)

    def verify(self) -> None:
        """Read all files and compare them with their checksums.

        Raises:
            DamagedFileError: one of them is not what was written.
        """
        for segment in self.segments:
            segment.verify()

    def having(self, field: str, term: str) -> set[int]:
        """Return the numbers of the paragraphs that hold a term, those left out that are deleted."""
        numbers: set[int] = set()
        for segment in self.segments:
            terms = segment.terms(field)
            number = terms.find(term.encode(errors="surrogatepass")) if terms is not None else None
            if terms is not None and number is not None:
                documents = terms.postings(number)[0]
                kept = documents if segment.kept is None else documents[segment.kept[documents]]
                numbers.update(segment.first + own for own in kept.tolist())
        return numbers

    def stored(self, number: int) -> dict[str, Any]:
        """Return what is kept of a paragraph to be shown, by its number in the snapshot."""
        segment = self.segments[bisect_right(self._firsts, number) - 1]
        return segment.stored(number - segment.first)

    def stored_texts(self, name: str, numbers: Column) -> list[str | None]:
        """Return what is kept under a name of some paragraphs, by their numbers in the snapshot, which ascend.

        Args:
            name: the name.
            numbers: the paragraphs' numbers.
        """
        ends = np.searchsorted(numbers, [*self._firsts[1:], self.paragraph_count])
        return [
            text
            for segment, start, end in zip(self.segments, [0, *ends], ends, strict=False)
            for text in segment.stored_texts(name, (numbers[start:end] - segment.first).tolist())
        ]

    def _terms(self, field: str) -> list[Terms]:
        every = (segment.terms(field) for segment in self.segments)
        return [terms for terms in every if terms is not None]


def _read_terms(reader: SegmentReader, field: str) -> FieldTerms:
    """Return a field's terms from a segment of another codec."""
    terms = list(reader.lexicon(field))
    documents: list[int] = []
    positions: list[list[int]] = []
    lengths = []
    for term in terms:
        # The reader itself would leave out deleted paragraphs, which count in document frequencies.
        before = len(documents)
        matcher = reader._terms.matcher(field, term, reader.schema[field].format)
        while matcher.is_active():
            documents.append(matcher.id())
            positions.append(matcher.value_as("positions") if matcher.supports("positions") else [0])
            matcher.next()
        lengths.append(len(documents) - before)
    frequencies = np.fromiter(map(len, positions), np.int64, len(positions))
    runs = Runs(np.array(lengths, np.int64), np.array(documents, np.int64))
    every_position = np.array([position for own in positions for position in own], np.int64)
    occurrences = occurrences_by_term(runs, frequencies, every_position)
    memory = RamStorage()
    with create_column_file(memory, "terms", {}) as writer:
        write_field(writer, "0", terms, Postings(np.cumsum(lengths), [runs], [frequencies], occurrences))
    return FieldTerms(ColumnFile.open(memory, "terms").below("0"))
