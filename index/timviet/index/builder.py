"""Build a segment in memory, column by column, and write it.

Texts are cut at spaces, and the pieces looked up in a vocabulary as they come; everything else happens to whole columns
when the segment is written.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from whoosh.filedb.filestore import Storage

from timviet.index.analysis import TOKENS_TO_A_MARK
from timviet.index.codec import DOCUMENTS, TERMS, ColumnSegment
from timviet.index.codec_writers import write_documents
from timviet.index.columnfile import Column
from timviet.index.columnwriter import ColumnWriter, create_column_file
from timviet.index.postings import Postings, invert, runs, write_field
from timviet.index.preparing import PreparedDocument, iter_records
from timviet.index.schema import PARAGRAPH_FIELD, SCORED_FIELDS, UNMARKED, UNMARKED_FIELD, folded_field
from timviet.index.stored import StoredWriter
from timviet.index.vocabulary import Numbering, Vocabulary


class SegmentBuilder:
    """Collects documents, and writes them as one segment.

    Args:
        vocabulary: the pieces of text that are known from segments before; it is added to.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._count = 0
        self._stored = StoredWriter()
        self._texts: defaultdict[str, _TextColumn] = defaultdict(_TextColumn)
        self._terms: defaultdict[str, _TermColumn] = defaultdict(_TermColumn)

    def add(self, document: PreparedDocument) -> None:
        """Add a document."""
        pieces = self._vocabulary.pieces
        first, count = self._count, len(document.paragraphs)
        self._count += count
        for record in iter_records(document):
            self._stored.add_record(record)
        texts, numbers = self._texts["text"], self._terms["paragraph"]
        for paragraph, (number, _, text, _, _) in enumerate(document.paragraphs, first):
            texts.add(paragraph, 1, [*map(pieces.__getitem__, text.split())])
            numbers.add(paragraph, 1, _number_term(number))
        for field, own in document.texts.items():
            self._texts[field].add(first, count, [pieces[piece] for text in own for piece in text.split()])
        for field, terms in document.terms.items():
            for term in terms:
                self._terms[field].add(first, count, term)

    def write(self, storage: Storage, segment: ColumnSegment) -> None:
        """Write the segment's files."""
        lengths: dict[str, Column] = {}
        facts: dict[str, Any] = {"fields": {}}
        with create_column_file(storage, segment.make_filename(TERMS), facts) as writer:
            fields = _FieldWriter(writer, facts["fields"], self._count)
            for name, texts in self._texts.items():
                own_lengths, marked = fields.write_texts(name, texts, self._vocabulary)
                if name in SCORED_FIELDS:
                    lengths |= {name: own_lengths, folded_field(name): own_lengths}
                if name == "text":
                    unmarked = np.flatnonzero((own_lengths > 0) & (TOKENS_TO_A_MARK * marked <= own_lengths))
                    if len(unmarked):
                        self._terms[UNMARKED_FIELD] = _TermColumn({UNMARKED.encode(): 0}, unmarked)
            for name, terms in self._terms.items():
                fields.write_terms(name, terms)
        write_documents(storage, segment.make_filename(DOCUMENTS), self._stored, lengths)


@lru_cache(maxsize=1 << 12)
def _number_term(number: int) -> bytes:
    return bytes(PARAGRAPH_FIELD.to_bytes(number))


class _TextColumn:
    """The pieces of a field's texts: the number of each, and how many there are in each paragraph."""

    def __init__(self) -> None:
        self.pieces = array("I")
        self._counts = array("I")

    def add(self, first: int, count: int, pieces: list[int]) -> None:
        """Add a text that several paragraphs have from the first one on."""
        if first > len(self._counts):
            self._counts.extend([0] * (first - len(self._counts)))
        for _ in range(count):
            self._counts.append(len(pieces))
            self.pieces.fromlist(pieces)

    def counts(self, paragraph_count: int) -> Column:
        counts = np.zeros(paragraph_count, np.int64)
        counts[: len(self._counts)] = self._counts
        return counts


class _TermColumn:
    """The terms of a field that are given as they are, each with its paragraph."""

    def __init__(self, vocabulary: Mapping[bytes, int] = {}, paragraphs: Iterable[int] = ()) -> None:
        self.vocabulary = Numbering(vocabulary)
        self.paragraphs = array("I", paragraphs)
        self.terms = array("I", bytes(4 * len(self.paragraphs)))

    def add(self, first: int, count: int, term: bytes) -> None:
        """Add a term that several paragraphs have from the first one on."""
        number = self.vocabulary[term]
        for paragraph in range(first, first + count):
            self.terms.append(number)
            self.paragraphs.append(paragraph)


class _FieldWriter:
    def __init__(self, writer: ColumnWriter, prefixes: dict[str, str], paragraph_count: int) -> None:
        self._writer = writer
        self._prefixes = prefixes
        self._paragraph_count = paragraph_count

    def write_texts(self, name: str, column: _TextColumn, vocabulary: Vocabulary) -> tuple[Column, Column]:
        """Write a field of text, out of which its folded twin is read, too.

        Returns:
            For each paragraph, how many tokens it has, and how many of them have marks.
        """
        tokens, counts = vocabulary.tokens(np.array(column.pieces, np.uint32))
        piece_ends = np.cumsum(column.counts(self._paragraph_count))
        ends = np.append(0, np.cumsum(counts, dtype=np.int64))[piece_ends]
        lengths = np.diff(ends, prepend=0)
        documents = np.repeat(np.arange(self._paragraph_count, dtype=np.uint32), lengths)
        positions = runs(np.zeros(len(lengths), np.uint32), lengths)
        marked = np.bincount(documents[vocabulary.are_marked()[tokens]], minlength=self._paragraph_count)
        used = np.flatnonzero(np.bincount(tokens))
        if len(used):
            terms, places = vocabulary.dictionary(used)
            self._write(name, terms, invert(places[tokens], documents, positions, len(terms)))
        return lengths, marked

    def write_terms(self, name: str, column: _TermColumn) -> None:
        """Write a field of given terms."""
        terms = sorted(column.vocabulary)
        if terms:
            places = np.zeros(len(terms), np.int64)
            places[[column.vocabulary[term] for term in terms]] = np.arange(len(terms))
            keys = (np.array(column.paragraphs, np.int64) << 32) + places[np.array(column.terms, np.int64)]
            once = np.unique(keys)
            self._write(name, terms, invert(once & 0xFFFFFFFF, once >> 32, None, len(terms)))

    def _write(self, field: str, terms: Sequence[bytes], postings: Postings) -> None:
        self._prefixes[field] = str(len(self._prefixes))
        write_field(self._writer, self._prefixes[field], terms, postings)
