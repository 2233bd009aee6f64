"""The paragraphs of a page of HTML, as its elements part them: headings, paragraphs, items of lists, rows of tables."""

import re
from collections.abc import Iterator, Set

from lxml import etree

from timviet.index.documents import Passage
from timviet.index.formats.markup import Element, name_of
from timviet.index.formats.outline import Outline
from timviet.index.formats.table_rows import row_paragraphs

# Elements that are laid out one below the other: HTML Standard, section 15.3.
_BLOCKS = """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol optgroup option p pre search section
    summary table tbody td tfoot th thead tr ul
"""
BLOCKS = frozenset(_BLOCKS.split())
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_NO_TEXT = """
    script style template noscript iframe object embed svg canvas audio video head title button select textarea input
    datalist rp rt
"""
NO_TEXT = frozenset(_NO_TEXT.split())
_BLANKS = re.compile(r"[ \t\n\f\r]+")
_LINE_END = re.compile(r" *\n *")
_PARAGRAPH_END = re.compile(r"\n{2,}")
_PARTS_OF_LAYOUT = ("table", *_HEADINGS)


def read_blocks(body: Element, outline: Outline, left_out: Set[Element] = frozenset()) -> Iterator[Passage]:
    """Yield the paragraphs of a page in order; a line break is a line end, two of them end a paragraph.

    Args:
        body: the element that holds them.
        outline: the headings so far; those of the page go on with it.
        left_out: elements that are not read.
    """
    reader = _Reader(outline)
    events = etree.iterwalk(body, events=("start", "end"))
    for event, element in events:
        name = name_of(element)
        if name in NO_TEXT or not name or element in left_out:
            if event == "start":
                events.skip_subtree()
            else:
                reader.add(element.tail)
        elif event == "start":
            yield from reader.enter(element, name)
        else:
            yield from reader.leave(element, name)
            if element is not body:
                reader.add(element.tail)
    yield from reader.flush()


class _Reader:
    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._pieces: list[str] = []
        self._preformatted = 0
        self._rows: list[list[list[str]]] = []  # the cells of the rows that are open
        self._are_data: dict[Element, bool] = {}  # of each table

    def enter(self, element: Element, name: str) -> Iterator[Passage]:
        if name in BLOCKS:
            yield from self.flush()
        if name == "br":
            self._pieces.append("\n")
        elif name == "pre":
            self._preformatted += 1
        elif name == "tr" and self._is_of_data(element):
            self._rows.append([])
        elif name in {"td", "th"} and self._rows:
            self._rows[-1].append([])
        self.add(element.text)

    def leave(self, element: Element, name: str) -> Iterator[Passage]:
        if name in _HEADINGS and not self._rows:
            heading = "\n".join(self._take())
            if heading:
                self._outline.enter(_HEADINGS[name], heading)
                yield Passage(heading, self._outline.parent)
        elif name in BLOCKS:
            yield from self.flush()
        if name == "pre":
            self._preformatted -= 1
        elif name == "tr" and self._rows and self._is_of_data(element):
            for text in row_paragraphs(self._rows.pop()):
                yield Passage(text, self._outline.section)

    def add(self, text: str | None) -> None:
        """Add a text that stands in the page as it is."""
        if text:
            self._pieces.append(text if self._preformatted else _BLANKS.sub(" ", text))

    def flush(self) -> Iterator[Passage]:
        """End the paragraph; in a row it is one of the cell's."""
        paragraphs = self._take()
        if self._rows:
            row = self._rows[-1]
            if not row:
                row.append([])
            row[-1].extend(paragraphs)
            return
        for text in paragraphs:
            yield Passage(text, self._outline.section)

    def _take(self) -> list[str]:
        text = "".join(self._pieces)
        self._pieces.clear()
        if self._preformatted:
            return [text.strip("\n")] if text.strip() else []
        text = _LINE_END.sub("\n", re.sub(" {2,}", " ", text)).strip()
        return [paragraph for part in _PARAGRAPH_END.split(text) if (paragraph := part.strip())]

    def _is_of_data(self, row: Element) -> bool:
        """Tell whether a row is one of a table of data, and not of one that lays out the page."""
        table = next(row.iterancestors("{*}table", "table"), None)
        if table is None:
            return False
        if table not in self._are_data:
            parts = table.iter(*(f"{{*}}{name}" for name in _PARTS_OF_LAYOUT), *_PARTS_OF_LAYOUT)
            self._are_data[table] = all(part is table for part in parts)
        return self._are_data[table]
