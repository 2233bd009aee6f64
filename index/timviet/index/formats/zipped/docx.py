"""Word documents: paragraphs, headings, rows of tables, notes, and what the document's properties tell.

The names of elements and attributes are those of ISO/IEC 29500-1 (WordprocessingML).
"""

from collections.abc import Iterator

from timviet.index.documents import Passage
from timviet.index.formats.markup import Element, attribute, child, descendants, name_of
from timviet.index.formats.outline import Outline
from timviet.index.formats.parts import Part, RawFile, whole_file
from timviet.index.formats.table_rows import row_paragraphs
from timviet.index.formats.zipped.docx_parts import Notes, Styles, find_part, read_properties
from timviet.index.formats.zipped.package import Package

# What holds blocks, or rows, or cells as if it were not there.
_TRANSPARENT = {"sdt", "sdtContent", "ins", "moveTo", "smartTag", "customXml", "Choice"}
_LETTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_NO_TEXT = {"del", "moveFrom", "rPr", "pPr", "sdtPr", "rt", "instrText", "delText", "delInstrText", "oMath"}


def read(file: RawFile) -> Iterator[Part]:
    """Read a Word document.

    Raises:
        UnreadableError: it is none, or locked, or beyond a limit, or holds no text.
    """
    package = Package(file.content)
    main = find_part(package, "", "officeDocument") or "word/document.xml"
    title, metadata = read_properties(package)
    reader = _Reader(package, main, title)
    passages = list(reader.read(package.read_xml(main)))
    yield whole_file(file, "docx", reader.title, metadata, passages)


class _Paragraph:
    """What a paragraph has been found to hold so far."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.page: int | None = None
        self.boxes: list[Element] = []
        self.notes: list[Element] = []


class _Reader:
    def __init__(self, package: Package, main: str, title: str | None) -> None:
        self.title = title
        self._outline = Outline(title)
        self._styles = Styles(package, main)
        self._notes = Notes(package, main)
        self._page: int | None = None

    def read(self, document: Element) -> Iterator[Passage]:
        # Where pages ended when the document was last saved: Word tells, others do not.
        if next(descendants(document, "lastRenderedPageBreak"), None) is not None:
            self._page = 1
        for body in descendants(document, "body"):
            yield from self._blocks(body)

    def _blocks(self, container: Element) -> Iterator[Passage]:
        for block in container:
            match name_of(block):
                case "p":
                    yield from self._paragraph(block)
                case "tbl":
                    for row in _inside(block, "tr"):
                        yield from self._row(row)
                case "sdt" if _is_table_of_contents(block):
                    pass
                case "AlternateContent":
                    yield from self._blocks(_alternative(block))
                case name if name in _TRANSPARENT:
                    yield from self._blocks(block)

    def _row(self, row: Element) -> Iterator[Passage]:
        if next(descendants(row, "trPr"), None) is not None and _is_deleted(row):
            return
        page = self._page
        cells = [[passage.text for passage in self._blocks(cell)] for cell in _inside(row, "tc")]
        for text in row_paragraphs(cells):
            yield Passage(text, self._outline.section, page)

    def _paragraph(self, element: Element) -> Iterator[Passage]:
        found = _Paragraph()
        self._collect(element, found)
        text = "".join(found.pieces).strip()
        style = self._styles.of(element)
        if text and not style.is_contents:
            if style.is_title and self.title is None:
                self.title = text
                self._outline = Outline(text)
            if style.level is not None:
                self._outline.enter(style.level, text)
            section = self._outline.section if style.level is None else self._outline.parent
            yield Passage(text, section, found.page)
        for block in (*found.boxes, *found.notes):
            yield from self._blocks(block)

    def _collect(self, element: Element, found: _Paragraph) -> None:
        for part in element:
            name = name_of(part)
            if name == "t":
                self._add(part.text or "", found)
            elif name in _LETTERS:
                self._add(_LETTERS[name], found)
            elif name == "lastRenderedPageBreak":
                self._page = (self._page or 1) + 1
            elif name == "txbxContent":
                found.boxes.append(part)
            elif name in {"footnoteReference", "endnoteReference"}:
                found.notes += self._notes.take(name, attribute(part, "id"))
            elif name == "AlternateContent":
                self._collect(_alternative(part), found)
            elif name not in _NO_TEXT and not (name == "r" and _is_hidden(part)):
                self._collect(part, found)

    def _add(self, text: str, found: _Paragraph) -> None:
        if found.page is None and not text.isspace():
            found.page = self._page
        found.pieces.append(text)


def _inside(element: Element, name: str) -> Iterator[Element]:
    """Yield the rows of a table, or the cells of a row, but none of a table in it."""
    for own in element:
        if name_of(own) == name:
            yield own
        elif name_of(own) in _TRANSPARENT:
            yield from _inside(own, name)


def _alternative(element: Element) -> Element:
    """Return the one of several alternatives that is for new programs; all say the same."""
    choice = child(element, "Choice")
    fallback = child(element, "Fallback")
    return next((own for own in (choice, fallback) if own is not None), ())


def _is_hidden(run: Element) -> bool:
    properties = child(run, "rPr")
    vanish = child(properties, "vanish") if properties is not None else None
    return vanish is not None and attribute(vanish, "val") not in {"0", "false", "off"}


def _is_deleted(row: Element) -> bool:
    properties = child(row, "trPr")
    return properties is not None and child(properties, "del") is not None


def _is_table_of_contents(element: Element) -> bool:
    properties = child(element, "sdtPr")
    if properties is None:
        return False
    galleries = (attribute(gallery, "val") for gallery in descendants(properties, "docPartGallery"))
    return "Table of Contents" in galleries
