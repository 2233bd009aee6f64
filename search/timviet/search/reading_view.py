"""A document as it is read: its paragraphs in order, with what a query matches in them."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Self

from timviet.index.preparing import read_metadata
from timviet.index.snapshot import Snapshot
from timviet.search.deadline import check_time
from timviet.search.highlight import Match, Span, merge_spans
from timviet.search.snippet import Snippet


@dataclass(frozen=True, slots=True)
class ReadParagraph:
    """One paragraph of a document that is read.

    Attributes:
        paragraph: its number in the document, from 0.
        start: where it starts in the document's text, in code points.
        text: the paragraph, exactly as its author wrote it.
        section: the headings that it stands under, outermost first, or None.
        page: its page, from 1, or None.
        spans: what the query matches: (start, end) in code points of `text`, half open, in order, apart from each
            other.
    """

    paragraph: int
    start: int
    text: str
    section: str | None
    page: int | None
    spans: tuple[Span, ...]

    def to_html(self) -> str:
        """Return the text as HTML: everything escaped, matches in `<mark>`."""
        return Snippet(self.text, self.spans).to_html()


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document, or a part of it, as it is read.

    Attributes:
        id: its id.
        title: its title, or None.
        path: where it came from, or None.
        metadata: its metadata.
        paragraph_count: how many paragraphs it has.
        paragraphs: those of them that were asked for, in order.
    """

    id: str
    title: str | None
    path: str | None
    metadata: dict[str, Any]
    paragraph_count: int
    paragraphs: tuple[ReadParagraph, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the same as a dictionary for JSON, field names as here."""
        return asdict(self)


class StoredParagraphs(NamedTuple):
    """Some of a document's paragraphs, as they are kept.

    Attributes:
        document: what is kept of the first one, and with it, of the document.
        total: how many the document has.
        fields: what is kept of each of these, in order.
    """

    document: dict[str, Any]
    total: int
    fields: list[dict[str, Any]]

    @classmethod
    def of_document(cls, snapshot: Snapshot, document_id: str, part: slice) -> Self | None:
        """Return those of a document; None where there is none of this id.

        Args:
            snapshot: the snapshot to read them from.
            document_id: its id.
            part: which of its paragraphs.
        """
        numbers = sorted(snapshot.having("id", document_id))
        if not numbers:
            return None
        return cls(snapshot.stored(numbers[0]), len(numbers), [_stored(snapshot, number) for number in numbers[part]])


def _stored(snapshot: Snapshot, number: int) -> dict[str, Any]:
    check_time()
    return snapshot.stored(number)


def read_document(stored: StoredParagraphs, find_matches: Callable[[str], list[Match]]) -> ReadDocument:
    """Return a document as it is read.

    Args:
        stored: its paragraphs.
        find_matches: finds what to mark in a text, in order.
    """
    return ReadDocument(
        id=stored.document["id"],
        title=stored.document.get("title"),
        path=stored.document.get("path"),
        metadata=read_metadata(stored.document["metadata"]),
        paragraph_count=stored.total,
        paragraphs=tuple(_paragraph(fields, find_matches) for fields in stored.fields),
    )


def _paragraph(fields: dict[str, Any], find_matches: Callable[[str], list[Match]]) -> ReadParagraph:
    check_time()
    text = fields["text"]
    return ReadParagraph(
        paragraph=fields["paragraph"],
        start=fields["start"],
        text=text,
        section=fields.get("section"),
        page=fields.get("page"),
        spans=tuple(merge_spans(text, find_matches(text))),
    )
