"""Build a segment in memory, column by column, and write it.

Texts are cut at spaces, and the pieces looked up in a vocabulary as they come, so that the rules of analysis act once
on each distinct piece; everything else happens to whole columns when the segment is written.
"""

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from whoosh.filedb.filestore import Storage

from timviet.index.analysis import Forms, remembered_forms
from timviet.index.codec import DOCUMENTS, TERMS, ColumnSegment
from timviet.index.codec_writers import write_documents
from timviet.index.columnfile import Column, ColumnWriter, create_column_file
from timviet.index.postings import invert, runs, write_field
from timviet.index.preparing import PreparedDocument
from timviet.index.schema import PARAGRAPH_FIELD, SCORED_FIELDS, UNMARKED, UNMARKED_FIELD, folded_field
from timviet.index.stored import StoredWriter

_quote = json.JSONEncoder(ensure_ascii=False).encode


class SegmentBuilder:
    """Collects documents, and writes them as one segment."""

    def __init__(self) -> None:
        self._count = 0
        self._stored = StoredWriter()
        self._texts: dict[str, _TextColumn] = {"text": _TextColumn()}
        self._terms: dict[str, _TermColumn] = {"paragraph": _TermColumn()}

    def add(self, document: PreparedDocument) -> None:
        """Add a document."""
        first, count = self._count, len(document.paragraphs)
        self._count += count
        common = "".join(f'"{name}":{_quote(value)},' for name, value in document.stored.items())
        source = f'"source":{_quote(document.source)},' if document.source else ""
        for paragraph, (number, start, text) in enumerate(document.paragraphs, first):
            record = f'{{{common}{source}"paragraph":{number},"start":{start},"text":{_quote(text)}}}'
            source = ""
            self._stored.add_record(record.encode(errors="surrogatepass"))
            self._texts["text"].add(paragraph, 1, text.split())
            self._terms["paragraph"].add(paragraph, 1, [_number_term(number)])
        for field, texts in document.texts.items():
            pieces = [piece for text in texts for piece in text.split()]
            self._texts.setdefault(field, _TextColumn()).add(first, count, pieces)
        for field, terms in document.terms.items():
            self._terms.setdefault(field, _TermColumn()).add(first, count, terms)

    def write(self, storage: Storage, segment: ColumnSegment) -> None:
        """Write the segment's files."""
        lengths: dict[str, Column] = {}
        facts: dict[str, Any] = {"fields": {}}
        with create_column_file(storage, segment.make_filename(TERMS), facts) as writer:
            fields = _FieldWriter(writer, facts["fields"], self._count)
            for name, texts in self._texts.items():
                own_lengths, marked = fields.write_texts(name, texts)
                if name in SCORED_FIELDS:
                    lengths |= {name: own_lengths, folded_field(name): own_lengths}
                if name == "text":
                    unmarked = np.flatnonzero((own_lengths > 0) & (10 * marked <= own_lengths))
                    if len(unmarked):
                        self._terms[UNMARKED_FIELD] = _TermColumn({UNMARKED.encode(): 0}, unmarked)
            for name, terms in self._terms.items():
                fields.write_terms(name, terms)
        write_documents(storage, segment.make_filename(DOCUMENTS), self._stored, lengths)


@lru_cache(maxsize=1 << 12)
def _number_term(number: int) -> bytes:
    return bytes(PARAGRAPH_FIELD.to_bytes(number))


class _Vocabulary(dict[Any, int]):
    """Numbers things in the order in which they first come."""

    def __missing__(self, thing: object) -> int:
        self[thing] = number = len(self)
        return number


class _TextColumn:
    """The pieces of a field's texts: the number of each, and how many there are in each paragraph."""

    def __init__(self) -> None:
        self.vocabulary = _Vocabulary()
        self.pieces = array("I")
        self._counts = array("I")

    def add(self, first: int, count: int, pieces: Sequence[str]) -> None:
        """Add a text that several paragraphs have from the first one on."""
        if first > len(self._counts):
            self._counts.extend([0] * (first - len(self._counts)))
        numbers = list(map(self.vocabulary.__getitem__, pieces))
        for _ in range(count):
            self._counts.append(len(numbers))
            self.pieces.fromlist(numbers)

    def counts(self, paragraph_count: int) -> Column:
        counts = np.zeros(paragraph_count, np.int64)
        counts[: len(self._counts)] = self._counts
        return counts


class _TermColumn:
    """The terms of a field that are given as they are, each with its paragraph."""

    def __init__(self, vocabulary: Mapping[bytes, int] = {}, paragraphs: Iterable[int] = ()) -> None:
        self.vocabulary = _Vocabulary(vocabulary)
        self.paragraphs = array("I", paragraphs)
        self.terms = array("I", bytes(4 * len(self.paragraphs)))

    def add(self, first: int, count: int, terms: Iterable[bytes]) -> None:
        """Add terms that several paragraphs have from the first one on."""
        numbers = list({self.vocabulary[term] for term in terms})
        for paragraph in range(first, first + count):
            self.terms.fromlist(numbers)
            self.paragraphs.fromlist([paragraph] * len(numbers))


class _Tokens:
    """The tokens of a field: each one's place among the distinct ones, and how many there are in each paragraph."""

    def __init__(self, column: _TextColumn, paragraph_count: int) -> None:
        by_piece = [remembered_forms(piece) for piece in column.vocabulary]
        self.forms: list[Forms] = [form for forms in by_piece for form in forms]
        counts = np.fromiter(map(len, by_piece), np.int64, len(by_piece))
        starts = np.cumsum(counts) - counts
        pieces = np.array(column.pieces, np.int64)
        self.places = runs(starts[pieces], counts[pieces])
        ends = np.append(0, np.cumsum(counts[pieces]))[np.cumsum(column.counts(paragraph_count))]
        self.lengths = np.diff(ends, prepend=0)


class _FieldWriter:
    def __init__(self, writer: ColumnWriter, prefixes: dict[str, str], paragraph_count: int) -> None:
        self._writer = writer
        self._prefixes = prefixes
        self._paragraph_count = paragraph_count

    def write_texts(self, name: str, column: _TextColumn) -> tuple[Column, Column]:
        """Write a field of text, out of which its folded twin is read, too.

        Returns:
            For each paragraph, how many tokens it has, and how many of them have marks.
        """
        tokens = _Tokens(column, self._paragraph_count)
        documents = np.repeat(np.arange(self._paragraph_count), tokens.lengths)
        starts = np.cumsum(tokens.lengths) - tokens.lengths
        positions = np.arange(len(documents)) - np.repeat(starts, tokens.lengths)
        is_marked = np.array([form.canonical != form.folded for form in tokens.forms], bool)
        marked = np.bincount(documents[is_marked[tokens.places]], minlength=self._paragraph_count)
        self._write(name, [form.keyed.encode() for form in tokens.forms], tokens.places, documents, positions)
        return tokens.lengths, marked

    def write_terms(self, name: str, column: _TermColumn) -> None:
        """Write a field of given terms."""
        terms, paragraphs = np.array(column.terms, np.int64), np.array(column.paragraphs, np.int64)
        self._write(name, list(column.vocabulary), terms, paragraphs, None)

    def _write(
        self, field: str, terms: Sequence[bytes], occurring: Column, documents: Column, positions: Column | None
    ) -> None:
        """Write a field, where it has any occurrence.

        Args:
            field: its name.
            terms: terms, in any order, also more than once.
            occurring: the place among them of each occurrence's term.
            documents: each occurrence's paragraph.
            positions: each occurrence's position.
        """
        dictionary = sorted({*terms})
        if not dictionary:
            return
        places = {term: place for place, term in enumerate(dictionary)}
        numbers = np.array([places[term] for term in terms], np.int64)
        postings = invert(numbers[occurring], documents, positions, len(dictionary))
        self._prefixes[field] = str(len(self._prefixes))
        write_field(self._writer, self._prefixes[field], dictionary, postings)
