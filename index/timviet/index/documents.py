"""Documents, and the paragraphs that are indexed, ranked and shown."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from timviet.index.errors import DocumentError

_LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"  # where str.splitlines ends a line

MAX_PARAGRAPHS = 500_000
"""Paragraphs of a document that is indexed; all are in memory together."""

MAX_TEXT = 32 << 20
"""Code points of all paragraphs of a document that is indexed together."""


class Paragraph(NamedTuple):
    """One paragraph of a document.

    Attributes:
        number: its number in the document, from 0.
        start: where it starts in the document's text, in code points.
        text: its text, exactly as it came.
        section: the headings it stands under, or None.
        page: its page, from 1, or None.
    """

    number: int
    start: int
    text: str
    section: str | None = None
    page: int | None = None


_NO_PARAGRAPH = Paragraph(0, 0, "")


class Passage(NamedTuple):
    """A paragraph as it is given to a document, with its place there.

    Attributes:
        text: its text; line breaks within the paragraph are line ends.
        section: the headings that it stands under, outermost first, or None.
        page: its page, from 1, or None.
        start: where it starts in the document's text, in code points; by default, where it would in a text of all
            passages joined by line ends.

    Example:
        >>> Document(id="qc", paragraphs=[Passage("Chợ họp từ năm giờ.", "Điều 2", 12)]).paragraphs[0].page
        12
    """

    text: str
    section: str | None = None
    page: int | None = None
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    r"""One file or record to be found by its paragraphs.

    Args:
        id: names the document; adding another one of the same id replaces it.
        text: its text; every line that is not blank is a paragraph.
        title: its title, searched by `title:`.
        metadata: whatever else is known of it, kept as JSON; what is text, a number, or a list of these is also
            searched by its key, as in `year:2024`.
        path: where it came from, searched by `path:`.
        paragraphs: its paragraphs, texts or passages with their places, instead of a text that would have to be cut
            into them.

    Raises:
        DocumentError: an empty id, what ought to be text and is not, or both text and paragraphs.

    Example:
        >>> document = Document(id="qd-05", title="Quyết định 05", text="Điều 1. Phạm vi\nĐiều 2. Hiệu lực")
        >>> [paragraph.text for paragraph in document.iter_paragraphs()]
        ['Điều 1. Phạm vi', 'Điều 2. Hiệu lực']
    """

    id: str
    text: str = ""
    title: str | None = None
    metadata: Mapping[str, object] | None = None
    path: str | None = None
    paragraphs: Iterable[str | Passage] | None = None

    def __post_init__(self) -> None:
        """Refuse what could not be found or shown again."""
        if self.paragraphs is not None and not isinstance(self.paragraphs, str):
            object.__setattr__(self, "paragraphs", tuple(self.paragraphs))
        if self.metadata is None:
            object.__setattr__(self, "metadata", {})
        if not isinstance(self.id, str) or not self.id:
            raise DocumentError(f"cannot index a document with the id {self.id!r}: give it an id that is text")
        for name, is_right in (
            ("text", isinstance(self.text, str)),
            ("title", self.title is None or isinstance(self.title, str)),
            ("path", self.path is None or isinstance(self.path, str)),
            ("paragraphs", self.paragraphs is None or _are_texts(self.paragraphs)),
        ):
            if not is_right:
                raise DocumentError(f"cannot index document {self.id!r}: its {name} is not text")
        if self.text and self.paragraphs is not None:
            raise DocumentError(f"cannot index document {self.id!r}: give either its text or its paragraphs, not both")

    def iter_paragraphs(self) -> Iterator[Paragraph]:
        """Return the paragraphs in order; a document without any has a single empty one, so that its title is found.

        Given paragraphs start where they say, or else where they would in a text of them joined by line ends.
        """
        paragraphs = _join(self.paragraphs) if self.paragraphs else _cut(self.text)
        return chain([next(paragraphs, _NO_PARAGRAPH)], paragraphs)


def _are_texts(paragraphs: Iterable[str | Passage]) -> bool:
    return not isinstance(paragraphs, str) and all(isinstance(own, str) or _is_passage(own) for own in paragraphs)


def _is_passage(passage: object) -> bool:
    if not isinstance(passage, Passage):
        return False
    text, section, page, start = passage
    has_places = all(place is None or (type(place) is int and place >= 0) for place in (page, start))
    return isinstance(text, str) and isinstance(section, str | None) and has_places


def _join(passages: Iterable[str | Passage]) -> Iterator[Paragraph]:
    end = 0
    for number, passage in enumerate(passages):
        text, section, page, start = passage if isinstance(passage, Passage) else Passage(passage)
        yield Paragraph(number, end if start is None else start, text, section, page)
        end += len(text) + 1


def _cut(text: str) -> Iterator[Paragraph]:
    number = start = 0
    for line in text.splitlines(keepends=True):
        if not line.isspace():
            yield Paragraph(number, start, line.rstrip(_LINE_ENDS))
            number += 1
        start += len(line)
