"""The codec's readers: Whoosh's view of a segment's columns."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from copy import copy
from functools import cached_property
from typing import Any, Self

import numpy as np
from whoosh.codec import base
from whoosh.columns import Column as WhooshColumn
from whoosh.columns import ColumnReader
from whoosh.fields import FieldType
from whoosh.filedb.structfile import BufferFile
from whoosh.formats import Format
from whoosh.reading import TermInfo, TermNotFound
from whoosh.scoring import BaseScorer

from timviet.index.columnfile import BYTES, WHOLE, Column, ColumnFile
from timviet.index.folded_terms import FoldedTerms
from timviet.index.lengths import LENGTHS
from timviet.index.postings_matcher import PostingsMatcher
from timviet.index.schema import folded_field, unfolded_field
from timviet.index.stored import StoredReader, paragraph_count
from timviet.index.terms import FieldTerms, Terms


class DocumentsReader(base.PerDocumentReader):
    """Reads what belongs to a segment's documents as a whole.

    Args:
        columns: the file's columns.
        segment: the segment.

    Attributes:
        columns: the same.
        stored: what is kept to be shown.
        totals: how many tokens each field has in all documents.

    Raises:
        DamagedFileError: they are not the segment's.
    """

    def __init__(self, columns: ColumnFile, segment: base.Segment) -> None:
        self.columns = columns
        self._segment = segment
        self.stored = StoredReader(columns)
        columns.require("stored_record_ends", WHOLE, segment.doc_count_all())
        for name in columns:
            if name.startswith("lengths."):
                columns.require(name, BYTES, segment.doc_count_all())
            elif name.startswith("column."):
                columns.require(name, BYTES)
        self.totals = columns.fact("lengths", int)

    def of_commit(self, segment: base.Segment) -> Self:
        """Return the reader of the same documents, of which another commit has deleted others.

        Raises:
            DamagedFileError: they are not the segment's.
        """
        self.columns.require("stored_record_ends", WHOLE, segment.doc_count_all())
        reader = copy(self)
        reader._segment = segment
        return reader

    def doc_count(self) -> int:
        """Return the number of documents that are not deleted."""
        return int(self._segment.doc_count())

    def doc_count_all(self) -> int:
        """Return the number of documents, deleted ones included."""
        return self._segment.doc_count_all()

    def has_deletions(self) -> bool:
        """Tell whether any document is deleted."""
        return bool(self._segment.has_deletions())

    def is_deleted(self, docnum: int) -> bool:
        """Tell whether a document is deleted."""
        return self._segment.is_deleted(docnum)

    def deleted_docs(self) -> Iterator[int]:
        """Yield the numbers of the deleted documents."""
        return self._segment.deleted_docs()

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """Return what is kept of a document."""
        return self.stored.fields(docnum)

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """Return a document's length in tokens in a field."""
        lengths = self.columns.get(f"lengths.{fieldname}")
        return int(LENGTHS[lengths[docnum]]) or default if lengths is not None else default

    def field_length(self, fieldname: str) -> int:
        """Return the number of tokens in a field, in all documents."""
        return self.totals.get(fieldname, 0)

    def min_field_length(self, fieldname: str) -> int:
        """Return the length of the shortest document in a field."""
        return self._extreme(fieldname, np.min)

    def max_field_length(self, fieldname: str) -> int:
        """Return the length of the longest document in a field."""
        return self._extreme(fieldname, np.max)

    def _extreme(self, field: str, extreme: Callable[[Column], Any]) -> int:
        lengths = self.columns.get(f"lengths.{field}")
        return 0 if lengths is None or not len(lengths) else int(LENGTHS[extreme(lengths)])

    def supports_columns(self) -> bool:
        """Say that Whoosh's own columns are kept."""
        return True

    def has_column(self, fieldname: str) -> bool:
        """Tell whether a field has a column of Whoosh's own."""
        return f"column.{fieldname}" in self.columns

    def column_reader(self, fieldname: str, column: WhooshColumn) -> ColumnReader:
        """Return Whoosh's reader of one of its own columns."""
        content = self.columns[f"column.{fieldname}"].tobytes()
        return column.reader(BufferFile(content), 0, len(content), self.doc_count_all())


class TermsReader(base.TermsReader):
    """Reads a segment's terms and their postings.

    Args:
        columns: the columns of the segment's terms.
        documents: those of its documents, which have the lengths.

    Attributes:
        columns: the same, of the terms.
        made: what has been made of the segment and holds whatever is deleted of it; see `SegmentView.remembered`.
    """

    def __init__(self, columns: ColumnFile, documents: ColumnFile) -> None:
        self.columns = columns
        self._documents = documents
        self._prefixes = columns.fact("fields", str)
        self._fields: dict[str, Terms] = {}
        self.made: dict[Hashable, Any] = {}

    def field(self, name: str) -> Terms | None:
        """Return a field's terms, or None where it has none; the folded forms of a keyed one are read out of it."""
        if name not in self._fields:
            if name in self._prefixes:
                self._fields[name] = self._read(name)
            elif name in self._folded:
                keyed = self._read(unfolded_field(name))
                self._fields |= {unfolded_field(name): keyed, name: FoldedTerms(keyed)}
            else:
                return None
        return self._fields[name]

    def _read(self, name: str) -> FieldTerms:
        return FieldTerms(self.columns.below(self._prefixes[name]), paragraph_count(self._documents))

    @cached_property
    def _folded(self) -> set[str]:
        return {folded_field(name) for name, prefix in self._prefixes.items() if f"{prefix}.fold_ends" in self.columns}

    def written_field_names(self) -> Iterable[str]:
        """Return the names of the fields that are written as such."""
        return self._prefixes.keys()

    def indexed_field_names(self) -> Iterable[str]:
        """Return the names of the fields that have terms."""
        return self._prefixes.keys() | self._folded

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._find(*term) is not None

    def terms(self) -> Iterator[tuple[str, bytes]]:
        """Yield all terms with their fields, sorted."""
        for field in sorted(self.indexed_field_names()):
            yield from self.terms_from(field, b"", this_field_only=True)

    def terms_from(self, fieldname: str, prefix: bytes, this_field_only: bool = False) -> Iterator[tuple[str, bytes]]:
        """Yield terms from a place on, by default on through the fields that follow."""
        terms = self.field(fieldname)
        if terms is not None:
            for number in range(terms.first_from(prefix), len(terms)):
                yield fieldname, terms[number]
        if not this_field_only:
            for following in sorted(name for name in self.indexed_field_names() if name > fieldname):
                yield from self.terms_from(following, b"", this_field_only=True)

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """Yield all terms with what is known of them."""
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """Yield terms from a place on, with what is known of them."""
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        """Return what is known of a term.

        Raises:
            TermNotFound: there is no such term.
        """
        terms, number = self._require(fieldname, text)
        documents, frequencies = terms.postings(number)
        lengths = self._lengths(fieldname, documents)
        return TermInfo(
            weight=float(frequencies.sum()),
            df=len(documents),
            minlength=int(lengths.min()),
            maxlength=int(lengths.max()),
            maxweight=float(frequencies.max()),
            minid=int(documents[0]),
            maxid=int(documents[-1]),
        )

    def frequency(self, fieldname: str, text: bytes) -> float:
        """Return how often a term occurs.

        Raises:
            KeyError: there is no such term.
        """
        terms, number = self._require(fieldname, text, KeyError)
        return float(terms.postings(number)[1].sum())

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        """Return in how many documents a term occurs.

        Raises:
            KeyError: there is no such term.
        """
        terms, number = self._require(fieldname, text, KeyError)
        return terms.document_frequency(number)

    def cursor(self, fieldname: str, fieldobj: FieldType) -> "TermsCursor":
        """Return Whoosh's way to walk through a field's terms."""
        return TermsCursor(self.field(fieldname), fieldobj)

    def matcher(
        self, fieldname: str, text: bytes, format_: Format, scorer: BaseScorer | None = None
    ) -> PostingsMatcher:
        """Return Whoosh's view of a term's postings."""
        terms, number = self._require(fieldname, text)
        return PostingsMatcher(
            terms, number, (fieldname, text), format_, lambda own: self._lengths(fieldname, own), scorer
        )

    def _lengths(self, field: str, documents: Column) -> Column:
        lengths = self._documents.get(f"lengths.{field}")
        found: Column = np.zeros(1, np.int64) if lengths is None else LENGTHS[lengths[documents]]
        return found

    def _find(self, field: str, text: bytes) -> tuple[Terms, int] | None:
        terms = self.field(field)
        number = terms.find(text) if terms is not None else None
        return None if terms is None or number is None else (terms, number)

    def _require(self, field: str, text: bytes, error: type[Exception] = TermNotFound) -> tuple[Terms, int]:
        found = self._find(field, text)
        if found is None:
            raise error(f"No term {field}:{text!r}")
        return found


class TermsCursor(base.FieldCursor):
    """Walks through a field's terms.

    Args:
        terms: the terms, or None where there are none.
        fieldobj: the field, which knows what its terms' bytes mean.
    """

    def __init__(self, terms: Terms | None, fieldobj: FieldType) -> None:
        self._terms = terms
        self._field = fieldobj
        self._number = 0

    def first(self) -> Any:  # noqa: ANN401
        """Go to the first term, and return it."""
        self._number = 0
        return self.text()

    def find(self, string: str | bytes) -> Any:  # noqa: ANN401
        """Go to the first term that is not before another one, and return it."""
        term = string if isinstance(string, bytes) else self._field.to_bytes(string)
        self._number = self._terms.first_from(term) if self._terms is not None else 0
        return self.text()

    def next(self) -> Any:  # noqa: ANN401
        """Go to the next term, and return it."""
        self._number += 1
        return self.text()

    def text(self) -> Any:  # noqa: ANN401
        """Return the current term, or None past the last one."""
        if self._terms is None or not self.is_valid():
            return None
        return self._field.from_bytes(self._terms[self._number])

    def is_valid(self) -> bool:
        """Tell whether there is a current term."""
        return self._terms is not None and self._number < len(self._terms)
