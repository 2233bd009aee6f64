"""Write documents into an index: all of a writer's changes are committed together, or none."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from timviet.index.builder import SegmentBuilder
from timviet.index.commit import Commit
from timviet.index.documents import Document, Paragraph
from timviet.index.errors import DocumentError
from timviet.index.schema import PARAGRAPH_FIELD, metadata_field, metadata_key, sort_terms, value_field
from timviet.index.tokens import surfaces

if TYPE_CHECKING:
    from timviet.index.codec import ColumnSegment

# Tokens that are kept in memory before they are written as a segment; each takes some 60 bytes while it is.
_TOKENS_IN_MEMORY = 6_000_000


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

    Args:
        commit: the commit that the changes are for.

    Example:
        >>> from timviet.index import open_index
        >>> with open_index(":memory:", create=True) as index:
        ...     with index.writer() as writer:
        ...         writer.add(Document(id="1", text="Đảng ủy xã"))
        ...     index.document_count
        1
    """

    def __init__(self, commit: Commit) -> None:
        self._commit = commit
        self._builder = SegmentBuilder()
        self._segment = commit.add_segment()
        self._added: dict[str, tuple[ColumnSegment, range]] = {}

    def add(self, document: Document, source: Source | None = None) -> int:
        """Add a document; it replaces the one with the same id, committed or not.

        When it is interrupted, or memory or disk run out, this writer is rolled back and has ended.

        Args:
            document: what to index.
            source: the file it was read from, if it was.

        Returns:
            How many paragraphs it has.

        Raises:
            DocumentError: the id or the metadata cannot be kept.
            ValueError: this writer has ended.
        """
        self._commit.require_open()
        fields = _document_fields(document)
        self.remove(document.id)
        try:
            first = self._builder.paragraph_count
            for paragraph in document.iter_paragraphs():
                fields.add_paragraph(self._builder, paragraph, source)
            self._added[document.id] = (self._segment, range(first, self._builder.paragraph_count))
            paragraphs = self._builder.paragraph_count - first
            if self._builder.token_count > _TOKENS_IN_MEMORY:
                self._builder.write(self._commit.storage, self._segment)
                self._builder, self._segment = SegmentBuilder(), self._commit.add_segment()
        except BaseException:
            self.rollback()  # half a document must not be committed
            raise
        return paragraphs

    def remove(self, document_id: str) -> None:
        """Remove a document, committed or not; one that is not there is no error.

        Raises:
            ValueError: this writer has ended.
        """
        self._commit.require_open()
        segment, numbers = self._added.pop(document_id, (self._segment, range(0)))
        for number in numbers:
            segment.delete_document(number)
        self._commit.delete_by_term("id", document_id.encode(errors="surrogatepass"))

    def commit(self) -> None:
        """Make all changes visible to readers that open or refresh from now on, and end this writer.

        Where that fails, all of its changes are in the index, or none is.

        Raises:
            ValueError: this writer has ended.
        """
        self._commit.require_open()
        try:
            if self._builder.paragraph_count:
                self._builder.write(self._commit.storage, self._segment)
            self._commit.finish()
        finally:
            self._commit.end()

    def rollback(self) -> None:
        """Leave the index as it was before this writer, and end it; nothing where it has ended."""
        self._commit.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._commit.is_ended:
            return
        if kind is None:
            self.commit()
        else:
            self.rollback()


class _DocumentFields(NamedTuple):
    """What all paragraphs of a document have in common: see `SegmentBuilder.add`."""

    stored: dict[str, Any]
    texts: dict[str, list[str]]
    terms: dict[str, list[bytes]]

    def add_paragraph(self, builder: SegmentBuilder, paragraph: Paragraph, source: Source | None) -> None:
        number, start, text = paragraph
        stored = {"paragraph": number, "start": start, "text": text}
        if source and number == 0:
            stored["source"] = json.dumps(asdict(source))
        builder.add(
            self.stored | stored,
            self.texts | {"text": surfaces(text)},
            self.terms | {"paragraph": [PARAGRAPH_FIELD.to_bytes(number)]},
        )


def _document_fields(document: Document) -> _DocumentFields:
    try:
        identity = document.id.encode()
        metadata = json.dumps(dict(document.metadata or {}), ensure_ascii=False, allow_nan=False)
        fields = _DocumentFields({"id": document.id, "metadata": metadata}, {}, {"id": [identity]})
        _add_metadata(fields, document.metadata or {})
    except (TypeError, ValueError, RecursionError) as error:
        raise DocumentError(f"cannot keep the id and metadata of document {document.id!r} as JSON: {error}") from error
    for name, text in (("title", document.title), ("path", document.path)):
        if text is not None:
            fields.stored[name] = text
            fields.texts[name] = surfaces(text)
    return fields


def _add_metadata(fields: _DocumentFields, metadata: Mapping[str, object]) -> None:
    for name, value in metadata.items():
        key = metadata_key(name)
        field = metadata_field(key)
        for item in _searched_values(value) if key else ():
            fields.texts.setdefault(field, []).extend(surfaces(str(item)))
            fields.terms.setdefault(value_field(field), []).extend(
                term.encode(errors="surrogatepass") for term in sort_terms(item)
            )


def _searched_values(value: object) -> Iterable[object]:
    items = value if isinstance(value, list | tuple) else [value]
    return [item for item in items if isinstance(item, str | int | float)]
