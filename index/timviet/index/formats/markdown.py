"""Markdown: one document, each line of which that is not blank is a paragraph, under the headings before it."""

import re
from collections.abc import Iterable, Iterator

from timviet.index.documents import Document, Paragraph, Passage
from timviet.index.formats.decoding import decode_document, encoding_of
from timviet.index.formats.outline import Outline
from timviet.index.formats.parts import Part, RawFile, few_enough

# ATX headings and code fences: CommonMark 0.31.2, sections 4.2 and 4.5.
_HEADING = re.compile(r" {0,3}(?P<level>#{1,6})(?=[ \t]|$)")
_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})")
# What a title has always been here, also where CommonMark sees code.
_TITLE = re.compile(r"^# +(?P<title>\S.*)", re.MULTILINE)


def read(file: RawFile) -> Iterator[Part]:
    """Read a Markdown file; its title is the first heading of the first level.

    Raises:
        UnreadableError: it is no text, or a blank one, or longer than a document may be.
    """
    decoded = decode_document(file.content, file.encoding)
    found = _TITLE.search(decoded.text)
    title = found["title"].rstrip() if found else None
    lines = Document(file.name, decoded.text).iter_paragraphs()
    document = Document(
        file.name, title=title, path=file.name, paragraphs=few_enough(_in_sections(lines, Outline(title)))
    )
    yield Part(document, encoding=encoding_of(decoded))


def _in_sections(lines: Iterable[Paragraph], outline: Outline) -> Iterator[Passage]:
    fence = ""
    for _, start, text, *_ in lines:
        opening = _FENCE.match(text)
        if fence:
            if opening and opening["fence"].startswith(fence):
                fence = ""
        elif opening:
            fence = opening["fence"]
        elif heading := _HEADING.match(text):
            outline.enter(len(heading["level"]), _heading_text(text[heading.end() :]))
            yield Passage(text, outline.parent, start=start)
            continue
        yield Passage(text, outline.section, start=start)


def _heading_text(line: str) -> str:
    """Return the text of a heading, without what closes it: `#` after a blank."""
    text = line.rstrip(" \t")
    without = text.rstrip("#")
    return (without if without.endswith((" ", "\t")) else text).strip(" \t")
