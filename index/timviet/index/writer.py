"""Write documents into an index: all of a writer's changes are committed together, or none."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Self

from whoosh.writing import SegmentWriter

from timviet.index.analysis import indexed_forms, typed_without_marks
from timviet.index.documents import Document, Paragraph
from timviet.index.errors import DocumentError
from timviet.index.schema import (
    UNMARKED,
    UNMARKED_FIELD,
    folded_field,
    metadata_field,
    metadata_key,
    sort_terms,
    value_field,
)


@dataclass(frozen=True, slots=True)
class Source:
    """The file a document was read from, as it was then; an unchanged one need not be read again.

    Attributes:
        path: the file's path.
        size: its size in bytes.
        modified_ns: when it was last changed, in nanoseconds since 1970.
    """

    path: str
    size: int
    modified_ns: int


class Writer:
    """Adds, replaces and removes documents; made by `Index.writer`.

    As a context manager it commits at the end, unless it has ended, and rolls back when an exception passes through.

    Example:
        >>> from timviet.index import open_index
        >>> with open_index(":memory:", create=True) as index:
        ...     with index.writer() as writer:
        ...         writer.add(Document(id="1", text="Đảng ủy xã"))
        ...     index.document_count
        1
    """

    def __init__(self, whoosh_writer: SegmentWriter) -> None:
        self._whoosh = whoosh_writer
        self._added: dict[str, range] = {}

    def add(self, document: Document, source: Source | None = None) -> int:
        """Add a document; it replaces the one with the same id, committed or not.

        Args:
            document: what to index.
            source: the file it was read from, if it was.

        Returns:
            How many paragraphs it has.

        Raises:
            DocumentError: the id or the metadata cannot be kept.
        """
        common = _document_fields(document)
        self.remove(document.id)
        first = self._whoosh.docnum
        for paragraph in document.iter_paragraphs():
            fields = common | _paragraph_fields(paragraph)
            if source and paragraph.number == 0:
                fields["source"] = json.dumps(asdict(source))
            self._whoosh.add_document(**fields)
        self._added[document.id] = range(first, self._whoosh.docnum)
        return len(self._added[document.id])

    def remove(self, document_id: str) -> None:
        """Remove a document, committed or not; one that is not there is no error."""
        for number in self._added.pop(document_id, ()):
            self._whoosh.newsegment.delete_document(number)
        self._whoosh.delete_by_term("id", document_id)

    def commit(self) -> None:
        """Make all changes visible to readers that open or refresh from now on, and end this writer."""
        try:
            self._whoosh.commit()
        except BaseException:
            # Whoosh lets go of its lock after errors, but not when it is interrupted.
            if self._whoosh.writelock:
                self._whoosh.writelock.release()
            raise

    def rollback(self) -> None:
        """Leave the index as it was before this writer, and end it."""
        self._whoosh.cancel()
        for name in self._whoosh.newsegment.list_files(self._whoosh.storage):
            self._whoosh.storage.delete_file(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._whoosh.is_closed:
            return
        if kind is None:
            self.commit()
        else:
            self.rollback()


def _document_fields(document: Document) -> dict[str, Any]:
    try:
        document.id.encode()
        metadata = json.dumps(dict(document.metadata or {}), ensure_ascii=False, allow_nan=False)
        searched = _metadata_fields(document.metadata or {})
    except (TypeError, ValueError, RecursionError) as error:
        raise DocumentError(f"cannot keep the id and metadata of document {document.id!r} as JSON: {error}") from error
    fields = {"id": document.id, "metadata": metadata} | searched
    for name, text in (("title", document.title), ("path", document.path)):
        if text is not None:
            fields |= _text_fields(name, text)
    return fields


def _paragraph_fields(paragraph: Paragraph) -> dict[str, Any]:
    fields = {"paragraph": paragraph.number, "start": paragraph.start} | _text_fields("text", paragraph.text)
    if typed_without_marks(indexed_forms(paragraph.text)):
        fields[UNMARKED_FIELD] = UNMARKED
    return fields


def _text_fields(name: str, text: str) -> dict[str, Any]:
    forms = indexed_forms(text)
    return {
        name: [form.keyed for form in forms],
        f"_stored_{name}": text,
        folded_field(name): [form.folded for form in forms],
    }


def _metadata_fields(metadata: Mapping[str, object]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in metadata.items():
        key = metadata_key(name)
        field = metadata_field(key)
        for item in _searched_values(value) if key else ():
            forms = indexed_forms(str(item))
            fields.setdefault(field, []).extend(form.keyed for form in forms)
            fields.setdefault(folded_field(field), []).extend(form.folded for form in forms)
            fields.setdefault(value_field(field), []).extend(sort_terms(item))
    return fields


def _searched_values(value: object) -> Iterable[object]:
    items = value if isinstance(value, list | tuple) else [value]
    return [item for item in items if isinstance(item, str | int | float)]
