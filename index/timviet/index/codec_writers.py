"""The codec's writers: what comes from Whoosh's own writer, document by document and term by term, becomes columns."""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from io import BytesIO
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn

import numpy as np
from whoosh.codec import base
from whoosh.columns import Column as WhooshColumn
from whoosh.columns import ColumnWriter as WhooshColumnWriter
from whoosh.fields import FieldType
from whoosh.filedb.filestore import Storage
from whoosh.filedb.structfile import StructFile
from whoosh.formats import Format, Positions

from timviet.index.columnfile import Column
from timviet.index.columnwriter import ColumnWriter, create_column_file
from timviet.index.lengths import length_bytes
from timviet.index.postings import Postings, Runs, occurrences_by_term, write_field
from timviet.index.stored import StoredWriter


class DocumentsWriter(base.PerDocumentWriter):
    """Collects what belongs to documents as a whole, and writes it when closed.

    Args:
        storage: where to make the file.
        name: the file's name.
    """

    def __init__(self, storage: Storage, name: str) -> None:
        self._storage = storage
        self._name = name
        self._stored = StoredWriter()
        self._fields: dict[str, Any] = {}
        self._lengths: dict[str, dict[int, int]] = {}
        self._columns: dict[str, tuple[WhooshColumnWriter, BytesIO]] = {}
        self._number = -1
        self.is_closed = False

    def start_doc(self, docnum: int) -> None:
        """Begin a document."""
        self._number = docnum
        self._fields = {}

    def add_field(self, fieldname: str, fieldobj: FieldType, value: Any, length: int) -> None:  # noqa: ANN401
        """Keep a field's value, if any, and its length."""
        if value is not None:
            self._fields[fieldname] = value
        if length:
            self._lengths.setdefault(fieldname, {})[self._number] = length

    def add_column_value(self, fieldname: str, columnobj: WhooshColumn, value: Any) -> None:  # noqa: ANN401
        """Keep a value in one of Whoosh's own columns."""
        if fieldname not in self._columns:
            content = BytesIO()
            self._columns[fieldname] = (columnobj.writer(StructFile(content)), content)
        self._columns[fieldname][0].add(self._number, value)

    def add_vector_items(self, fieldname: str, fieldobj: FieldType, items: Iterable[Any]) -> NoReturn:
        """Refuse: this codec keeps no term vectors."""
        raise NotImplementedError(f"the field {fieldname!r} asks for term vectors, which this codec does not keep")

    def finish_doc(self) -> None:
        """End a document."""
        self._stored.add(self._fields)

    def cancel_doc(self) -> None:
        """Forget the document that was begun."""
        self._fields = {}

    def close(self) -> None:
        """Write the file."""
        self.is_closed = True
        count = self._number + 1
        lengths = {}
        for field, by_number in self._lengths.items():
            lengths[field] = np.zeros(count, np.int64)
            lengths[field][list(by_number)] = list(by_number.values())
        columns = {}
        for field, (writer, content) in self._columns.items():
            writer.finish(count)
            columns[field] = content.getvalue()
        write_documents(self._storage, self._name, self._stored, lengths, columns)


def write_documents(
    storage: Storage,
    name: str,
    stored: StoredWriter,
    lengths: Mapping[str, Column],
    whoosh_columns: Mapping[str, bytes] = MappingProxyType({}),
    totals: Mapping[str, int] = MappingProxyType({}),
) -> None:
    """Write the file of a segment's documents.

    Args:
        storage: where to make it.
        name: its name.
        stored: what is kept to be shown.
        lengths: each field's length in tokens, by paragraph.
        whoosh_columns: Whoosh's own columns.
        totals: each field's length in all paragraphs, where that is known better than from rounded lengths.
    """
    facts = {"lengths": {field: totals.get(field, int(own.sum())) for field, own in lengths.items()}}
    with create_column_file(storage, name, facts) as writer:
        stored.write(writer)
        for field, own in lengths.items():
            writer.add(f"lengths.{field}", length_bytes(own))
        for field, content in whoosh_columns.items():
            writer.add(f"column.{field}", content)


class _Posting(NamedTuple):
    document: int
    weight: float
    value: bytes


class TermsWriter(base.FieldWriter):
    """Writes terms and postings as they come from Whoosh's pool, sorted.

    Args:
        storage: where to make the file.
        name: the file's name.
    """

    def __init__(self, storage: Storage, name: str) -> None:
        self._files = ExitStack()
        self._facts: dict[str, Any] = {"fields": {}}
        self._writer: ColumnWriter = self._files.enter_context(create_column_file(storage, name, self._facts))
        self._format: Format | None = None
        self._terms: list[bytes] = []
        self._postings: list[list[_Posting]] = []
        self.is_closed = False

    def start_field(self, fieldname: str, fieldobj: FieldType) -> None:
        """Begin a field."""
        self._facts["fields"][fieldname] = str(len(self._facts["fields"]))
        self._prefix = self._facts["fields"][fieldname]
        self._format = fieldobj.format
        self._terms, self._postings = [], []

    def start_term(self, text: bytes) -> None:
        """Begin a term."""
        self._terms.append(text)
        self._postings.append([])

    def add(self, docnum: int, weight: float, vbytes: bytes, length: int) -> None:
        """Add a posting to the term."""
        self._postings[-1].append(_Posting(docnum, weight, vbytes))

    def finish_term(self) -> None:
        """End the term."""

    def finish_field(self) -> None:
        """Write the field."""
        every = [posting for own in self._postings for posting in own]
        weights = np.array([posting.weight for posting in every])
        whole = bool(np.all(weights == np.floor(weights)))
        lengths = np.array([len(own) for own in self._postings], np.int64)
        documents = Runs(lengths, np.array([posting.document for posting in every], np.int64))
        frequencies = weights.astype(np.int64) if whole else weights
        positions = self._positions(every) if whole else None
        occurrences = None if positions is None else occurrences_by_term(documents, frequencies, positions)
        postings = Postings(np.cumsum(lengths), [documents], [frequencies], occurrences, are_weights=not whole)
        values = [posting.value for posting in every] if positions is None else None
        write_field(self._writer, self._prefix, self._terms, postings, values if values and any(values) else None)

    def _positions(self, postings: list[_Posting]) -> Column | None:
        """Return the positions of postings whose format has them and nothing else."""
        if type(self._format) is not Positions:
            return None
        decoded = [self._format.decode_positions(posting.value) for posting in postings]
        if any(len(own) != posting.weight for own, posting in zip(decoded, postings, strict=True)):
            return None
        return np.array([position for own in decoded for position in own], np.int64)

    def close(self) -> None:
        """Finish the file."""
        self.is_closed = True
        self._files.close()
