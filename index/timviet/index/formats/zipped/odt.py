"""OpenDocument texts: paragraphs, headings, rows of tables, notes, and what the document's properties tell.

The names of elements and attributes are those of OpenDocument 1.3, part 3. Pages are not told: where the file has
marks for their ends, as it may, they are of no finished layout.
"""

import re
from collections.abc import Iterator

from timviet.index.documents import Passage
from timviet.index.formats.markup import Element, attribute, descendants, name_of
from timviet.index.formats.outline import Outline
from timviet.index.formats.parts import LOCKED, Part, RawFile, UnreadableError, whole_file
from timviet.index.formats.properties import own_title, tidy
from timviet.index.formats.table_rows import row_paragraphs
from timviet.index.formats.zipped.package import Package

_BLANKS = re.compile(r"[ \t\r\n]+")
_LETTERS = {"s": " ", "tab": "\t", "line-break": "\n"}
_NO_TEXT = {
    "tracked-changes",
    "annotation",
    "forms",
    "table-of-content",
    "illustration-index",
    "table-index",
    "object-index",
    "user-index",
    "alphabetical-index",
    "note-citation",
    "ruby-text",
}


def read(file: RawFile) -> Iterator[Part]:
    """Read an OpenDocument text.

    Raises:
        UnreadableError: it is none, or locked, or beyond a limit, or holds no text.
    """
    package = Package(file.content)
    manifest = package.read_xml_if_there("META-INF/manifest.xml")
    if manifest is not None and next(descendants(manifest, "encryption-data"), None) is not None:
        raise UnreadableError(LOCKED)
    root = package.read_xml("content.xml")
    title, metadata = _properties(package)
    reader = _Reader(root, title)
    passages = list(reader.read())
    yield whole_file(file, "odt", reader.title, metadata, passages)


def _properties(package: Package) -> tuple[str | None, dict[str, object]]:
    root = package.read_xml_if_there("meta.xml")
    told: dict[str, list[str]] = {}
    for element in root.iter() if root is not None else ():
        told.setdefault(name_of(element), []).append(element.text or "")
    names = {
        "author": "initial-creator" if any(told.get("initial-creator", ())) else "creator",
        "date": "creation-date",
        "modified": "date",
        "language": "language",
        "subject": "subject",
        "keywords": "keyword",
    }
    return own_title("".join(told.get("title", ())[:1])), tidy(
        {ours: "\n".join(told.get(theirs, ())) for ours, theirs in names.items()}
    )


class _Reader:
    def __init__(self, root: Element, title: str | None) -> None:
        self.title = title
        self._outline = Outline(title)
        self._root = root
        # Styles that stand in the text's own part are made of those that have a name.
        self._parents = {
            attribute(style, "name"): attribute(style, "parent-style-name") for style in descendants(root, "style")
        }

    def read(self) -> Iterator[Passage]:
        for text in descendants(self._root, "text"):
            yield from self._blocks(text)

    def _blocks(self, container: Element) -> Iterator[Passage]:
        for block in container:
            match name_of(block):
                case "h" | "p":
                    yield from self._paragraph(block)
                case "table-row":
                    yield from self._row(block)
                case name if name not in _NO_TEXT:
                    yield from self._blocks(block)

    def _row(self, row: Element) -> Iterator[Passage]:
        cells = [[passage.text for passage in self._blocks(cell)] for cell in row]
        for text in row_paragraphs(cells):
            yield Passage(text, self._outline.section)

    def _paragraph(self, element: Element) -> Iterator[Passage]:
        pieces: list[str] = []
        boxes: list[Element] = []
        _collect(element, pieces, boxes)
        text = re.sub(" *\n *", "\n", re.sub(" {2,}", " ", "".join(pieces))).strip()
        if text:
            yield Passage(text, self._section_of(element, text))
        for box in boxes:
            yield from self._blocks(box)

    def _section_of(self, element: Element, text: str) -> str | None:
        style = attribute(element, "style-name")
        if "Title" in (style, self._parents.get(style)):
            if self.title is None:
                self.title = text
                self._outline = Outline(text)
            return None
        if name_of(element) == "p":
            return self._outline.section
        level = attribute(element, "outline-level") or "1"
        self._outline.enter(int(level) if level.isdecimal() else 1, text)
        return self._outline.parent


def _collect(element: Element, pieces: list[str], boxes: list[Element]) -> None:
    """Collect the text of a paragraph, and what stands apart from it: notes and frames."""
    pieces.append(_BLANKS.sub(" ", element.text or ""))
    for part in element:
        name = name_of(part)
        if name in _LETTERS:
            pieces.append(_LETTERS[name])
        elif name in {"note", "frame", "custom-shape", "text-box"}:
            boxes.append(part)
        elif name not in _NO_TEXT:
            _collect(part, pieces, boxes)
        pieces.append(_BLANKS.sub(" ", part.tail or ""))
