"""The parts of a Word document beside its text: relationships, styles, notes and properties."""

import re
from posixpath import basename, dirname
from typing import NamedTuple

from timviet.index.formats.markup import Element, attribute, child, descendants, name_of
from timviet.index.formats.properties import own_title, tidy
from timviet.index.formats.zipped.package import Package, resolve

_HEADING = re.compile(r"heading (\d)")
_BODY_LEVEL = 9  # of an outline that has the levels 0 to 8
_PROPERTIES = {  # ISO/IEC 29500-2, section 8.3.4
    "creator": "author",
    "created": "date",
    "modified": "modified",
    "language": "language",
    "subject": "subject",
    "keywords": "keywords",
}


def find_part(package: Package, part: str, kind: str) -> str | None:
    """Return the part of a kind that another part has a relationship to.

    Args:
        package: the package.
        part: the other part, or nothing for the package itself.
        kind: the last segment of the relationship's type.
    """
    relationships = package.read_xml_if_there(f"{dirname(part)}/_rels/{basename(part)}.rels".lstrip("/"))
    for relationship in relationships if relationships is not None else ():
        if (attribute(relationship, "Type") or "").rpartition("/")[2] == kind:
            target = resolve(part, attribute(relationship, "Target") or "")
            if target in package:
                return target
    return None


def _read_part(package: Package, part: str, kind: str) -> Element | None:
    found = find_part(package, part, kind)
    return package.read_xml_if_there(found) if found else None


def read_properties(package: Package) -> tuple[str | None, dict[str, object]]:
    """Return the title and the metadata that a document's properties tell."""
    root = _read_part(package, "", "core-properties")
    told = {name_of(element): element.text for element in root} if root is not None else {}
    return own_title(told.get("title")), tidy({ours: told.get(theirs) for theirs, ours in _PROPERTIES.items()})


class Style(NamedTuple):
    """What a paragraph's style says of it.

    Attributes:
        level: how deep it is as a heading, from 1, or 0 for the title of the document; None for no heading.
        is_title: whether it is the title of the document.
        is_contents: whether it is a line of the table of contents.
    """

    level: int | None = None
    is_title: bool = False
    is_contents: bool = False


class Styles:
    """The styles of a document's paragraphs.

    Args:
        package: the document.
        main: its main part.
    """

    def __init__(self, package: Package, main: str) -> None:
        root = _read_part(package, main, "styles")
        elements = descendants(root, "style") if root is not None else ()
        self._elements = {attribute(element, "styleId"): element for element in elements}
        self._known: dict[str | None, Style] = {None: Style()}

    def of(self, paragraph: Element) -> Style:
        """Return what the style of a paragraph says, and the paragraph itself."""
        properties = child(paragraph, "pPr")
        if properties is None:
            return self._known[None]
        identity = _value_of(properties, "pStyle")
        if identity not in self._known:
            self._known[identity] = self._resolve(identity)
        style = self._known[identity]
        level = _outline_level(properties)
        return style if level is None else style._replace(level=level if level <= _BODY_LEVEL else None)

    def _resolve(self, identity: str | None) -> Style:
        """Return what a style says, or else the one that it is based on, and so on."""
        seen: set[str | None] = set()
        while identity not in seen and identity in self._elements:
            seen.add(identity)
            element = self._elements[identity]
            name = (_value_of(element, "name") or "").lower()
            heading = _HEADING.fullmatch(name)
            properties = child(element, "pPr")
            level = _outline_level(properties) if properties is not None else None
            if name == "title":
                return Style(0, is_title=True)
            if name.startswith("toc "):
                return Style(is_contents=True)
            if heading or level is not None:
                level = int(heading[1]) if heading else level
                return Style(level if level is not None and level <= _BODY_LEVEL else None)
            identity = _value_of(element, "basedOn")
        return Style()


def _outline_level(properties: Element) -> int | None:
    """Return how deep a heading is, from 1, as it is told there; more than `_BODY_LEVEL` for what is none."""
    value = _value_of(properties, "outlineLvl")
    return int(value) + 1 if value and value.isdecimal() else None


def _value_of(element: Element, name: str) -> str | None:
    found = child(element, name)
    return attribute(found, "val") if found is not None else None


class Notes:
    """The footnotes and endnotes of a document, each of which is told once.

    Args:
        package: the document.
        main: its main part.
    """

    def __init__(self, package: Package, main: str) -> None:
        self._notes: dict[tuple[str, str | None], Element] = {}
        for kind in ("footnote", "endnote"):
            root = _read_part(package, main, f"{kind}s")
            for note in descendants(root, kind) if root is not None else ():
                self._notes[f"{kind}Reference", attribute(note, "id")] = note

    def take(self, reference: str, identity: str | None) -> list[Element]:
        """Return the note that a reference refers to, unless it has been told.

        Args:
            reference: the name of the referring element.
            identity: the note's id.
        """
        note = self._notes.pop((reference, identity), None)
        return [] if note is None else [note]
