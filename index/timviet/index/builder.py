"""Build a segment in memory, column by column, and write it.

A text's tokens are looked up in a vocabulary of surface forms as they come, so that the rules of spelling act once on
each distinct token; everything else happens to whole columns when the segment is written.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from whoosh.filedb.filestore import Storage

from timviet.index.analysis import forms
from timviet.index.codec import DOCUMENTS, TERMS, ColumnSegment
from timviet.index.codec_writers import write_documents
from timviet.index.columnfile import Column, ColumnWriter, create_column_file
from timviet.index.postings import field_columns, invert, write_field
from timviet.index.schema import SCORED_FIELDS, UNMARKED, UNMARKED_FIELD, folded_field
from timviet.index.stored import StoredWriter


class SegmentBuilder:
    """Collects paragraphs, and writes them as one segment.

    Attributes:
        paragraph_count: how many there are.
        token_count: how many tokens they have in all fields, by which the memory they take can be told.
    """

    def __init__(self) -> None:
        self.paragraph_count = 0
        self.token_count = 0
        self._stored = StoredWriter()
        self._texts: dict[str, _TextColumn] = {}
        self._terms: dict[str, _TermColumn] = {}

    def add(
        self, stored: Mapping[str, Any], texts: Mapping[str, Sequence[str]], terms: Mapping[str, Iterable[bytes]]
    ) -> None:
        """Add a paragraph.

        Args:
            stored: what is kept to be shown.
            texts: the surface forms of the tokens in each field of text.
            terms: the terms of each other field.
        """
        self._stored.add(stored)
        for field, surfaces in texts.items():
            self.token_count += len(surfaces)
            self._texts.setdefault(field, _TextColumn()).add(self.paragraph_count, surfaces)
        for field, own in terms.items():
            self._terms.setdefault(field, _TermColumn()).add(self.paragraph_count, own)
        self.paragraph_count += 1

    def write(self, storage: Storage, segment: ColumnSegment) -> None:
        """Write the segment's files."""
        lengths: dict[str, Column] = {}
        facts: dict[str, Any] = {"fields": {}}
        with create_column_file(storage, segment.make_filename(TERMS), facts) as writer:
            fields = _FieldWriter(writer, facts["fields"], self.paragraph_count)
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
        segment.set_doc_count(self.paragraph_count)
        segment.token_count = self.token_count


class _Vocabulary(dict[Any, int]):
    """Numbers things in the order in which they first come."""

    def __missing__(self, thing: object) -> int:
        self[thing] = number = len(self)
        return number


class _TextColumn:
    """The tokens of a field: the number of each surface form, and how many there are in each paragraph."""

    def __init__(self) -> None:
        self.vocabulary = _Vocabulary()
        self.surfaces = array("I")
        self._counts = array("I")

    def add(self, paragraph: int, surfaces: Sequence[str]) -> None:
        self._counts.extend([0] * (paragraph - len(self._counts)))
        self._counts.append(len(surfaces))
        vocabulary = self.vocabulary
        self.surfaces.fromlist([vocabulary[surface] for surface in surfaces])

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

    def add(self, paragraph: int, terms: Iterable[bytes]) -> None:
        numbers = {self.vocabulary[term] for term in terms}
        self.terms.extend(numbers)
        self.paragraphs.extend([paragraph] * len(numbers))


class _FieldWriter:
    def __init__(self, writer: ColumnWriter, prefixes: dict[str, str], paragraph_count: int) -> None:
        self._writer = writer
        self._prefixes = prefixes
        self._paragraph_count = paragraph_count

    def write_texts(self, name: str, column: _TextColumn) -> tuple[Column, Column]:
        """Write a field of text and its folded twin.

        Returns:
            For each paragraph, how many tokens it has, and how many of them have marks.
        """
        known = [forms(surface) for surface in column.vocabulary]
        is_token = np.array([bool(form.canonical) for form in known], bool)
        is_marked = np.array([form.canonical != form.folded for form in known], bool)
        surfaces = np.array(column.surfaces, np.uint32)
        counts = column.counts(self._paragraph_count)
        documents = np.repeat(np.arange(self._paragraph_count, dtype=np.uint32), counts)
        if not is_token.all():
            kept = is_token[surfaces]
            surfaces, documents = surfaces[kept], documents[kept]
        lengths = np.bincount(documents, minlength=self._paragraph_count)
        starts = np.cumsum(lengths) - lengths
        positions = (np.arange(len(surfaces)) - np.repeat(starts, lengths)).astype(np.uint32)
        marked = np.bincount(documents[is_marked[surfaces]], minlength=self._paragraph_count)
        for field, terms in (
            (name, [form.keyed.encode() for form in known]),
            (folded_field(name), [form.folded.encode() for form in known]),
        ):
            self._write(field, terms, surfaces, documents, positions)
        return lengths, marked

    def write_terms(self, name: str, column: _TermColumn) -> None:
        """Write a field of given terms."""
        terms, paragraphs = np.array(column.terms, np.uint32), np.array(column.paragraphs, np.uint32)
        self._write(name, list(column.vocabulary), terms, paragraphs, None)

    def _write(
        self, field: str, terms: Sequence[bytes], occurring: Column, documents: Column, positions: Column | None
    ) -> None:
        """Write a field, where it has any occurrence.

        Args:
            field: its name.
            terms: terms, in any order, also more than once; the empty one stands for none.
            occurring: the place among them of each occurrence's term.
            documents: each occurrence's paragraph.
            positions: each occurrence's position.
        """
        dictionary = sorted({*terms} - {b""})
        if not dictionary:
            return
        places = {term: place for place, term in enumerate(dictionary)}
        numbers = np.array([places.get(term, 0) for term in terms], np.uint32)
        postings = invert(numbers[occurring], documents, positions, len(dictionary))
        self._prefixes[field] = str(len(self._prefixes))
        write_field(self._writer, self._prefixes[field], field_columns(dictionary, postings))
