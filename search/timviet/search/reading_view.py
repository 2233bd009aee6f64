"""A document as it is read: its paragraphs in order, with what a query matches in them."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

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


def read_document(
    snapshot: Snapshot, document_id: str, part: slice, find_matches: Callable[[str], list[Match]]
) -> ReadDocument | None:
    """Return a document as it is read; None where there is none of this id.

    Args:
        snapshot: the snapshot to read it from.
        document_id: its id.
        part: which of its paragraphs.
        find_matches: finds what to mark in a text, in order.
    """
    numbers = sorted(snapshot.having("id", document_id))
    if not numbers:
        return None
    fields = snapshot.stored(numbers[0])
    return ReadDocument(
        id=document_id,
        title=fields.get("title"),
        path=fields.get("path"),
        metadata=read_metadata(fields["metadata"]),
        paragraph_count=len(numbers),
        paragraphs=tuple(_paragraph(snapshot.stored(number), find_matches) for number in numbers[part]),
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
