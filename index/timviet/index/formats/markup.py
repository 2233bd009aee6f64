"""Parse XML and HTML from anybody: no entities, no network, no bottomless trees."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from lxml import etree
from lxml import html as lxml_html

from timviet.index.formats import limits
from timviet.index.formats.parts import UnreadableError

Element: TypeAlias = Any
"""An element of lxml, or a parser: lxml has no types."""


def parse_xml(content: bytes) -> Element:
    """Return the root element of XML; references to entities are left as they are.

    Raises:
        UnreadableError: it is none, or beyond a limit.
        MemoryError: it takes more memory than there may be.
    """
    if len(content) > limits.MAX_MARKUP_SIZE:
        raise limits.beyond("has a larger part", limits.MAX_MARKUP_SIZE, "bytes")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        _require_sane(parser, limits.MAX_XML_NESTING)
        raise UnreadableError("is damaged", f"its XML: {error.msg}") from error


def parse_html(text: str) -> Element:
    """Return the root element of a web page, whatever its tags are like.

    Raises:
        UnreadableError: it is empty, or beyond a limit.
        MemoryError: it takes more memory than there may be.
    """
    if len(text) > limits.MAX_MARKUP_SIZE:
        raise limits.beyond("is a larger page", limits.MAX_MARKUP_SIZE, "bytes")
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(text.encode(errors="replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        _require_sane(parser, limits.MAX_NESTING)
        raise UnreadableError("holds no text") from error
    _require_sane(parser, limits.MAX_NESTING)
    return root


def _require_sane(parser: Element, nesting: int) -> None:
    """Tell the limit that libxml2 has stopped at, if it has."""
    for entry in parser.error_log:
        if entry.type == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError
        if entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
            if "depth" in entry.message:
                raise limits.beyond("is nested deeper", nesting, "elements")
            raise UnreadableError("is beyond a limit of libxml2", entry.message)


def name_of(element: Element) -> str:
    """Return the name of an element without its namespace, or nothing for what is no element.

    Namespaces are left out because standards have had several of them for the same names.
    """
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element, name: str) -> str | None:
    """Return the value of an attribute, whatever its namespace."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return None


def descendants(element: Element, name: str) -> Iterator[Element]:
    """Yield the elements of a name in an element, in order."""
    return (own for own in element.iter(f"{{*}}{name}", name))


def child(element: Element, name: str) -> Element | None:
    """Return the first child of a name, or None."""
    return next((own for own in element if name_of(own) == name), None)
