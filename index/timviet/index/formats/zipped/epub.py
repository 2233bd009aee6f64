"""E-books: the chapters of an EPUB in reading order, each a page of XHTML.

The names of elements and attributes are those of EPUB 3.3 and of EPUB 2's NCX.
"""

import re
from collections.abc import Iterator
from html import escape
from textwrap import shorten

from timviet.index.documents import Passage
from timviet.index.formats.markup import Element, attribute, child, descendants, name_of, parse_html
from timviet.index.formats.outline import Outline
from timviet.index.formats.parts import LOCKED, Part, RawFile, UnreadableError, whole_file
from timviet.index.formats.properties import one_line, own_title, tidy
from timviet.index.formats.web.blocks import read_blocks
from timviet.index.formats.web.page import decode_page
from timviet.index.formats.zipped.package import Package, resolve

# Fonts are disguised by these, which locks no text.
_FONT_DISGUISES = {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}
_PAGE_TYPES = {"application/xhtml+xml", "text/html"}
# Sections that XHTML has, and HTML has not: XML 1.0, section 2.7.
_CDATA_END = "]]>"
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_LONGEST = 200  # code points, of a list of chapters
_PROPERTIES = {
    "creator": "author",
    "language": "language",
    "subject": "subject",
    "publisher": "publisher",
}


def read(file: RawFile) -> Iterator[Part]:
    """Read an e-book; chapters that cannot be read are told, and the others are read.

    Raises:
        UnreadableError: it is none, or locked, or beyond a limit, or holds no text.
    """
    package = Package(file.content)
    rootfile = next(descendants(package.read_xml("META-INF/container.xml"), "rootfile"), None)
    if rootfile is None:
        raise UnreadableError("is damaged", "it does not tell where its contents are")
    main = attribute(rootfile, "full-path") or ""
    root = package.read_xml(main)
    locked = _locked_parts(package)
    title, metadata = _properties(root)
    names = _chapter_names(package, root, main)
    outline = Outline(title)
    passages: list[Passage] = []
    faults: dict[str, list[str]] = {}
    for chapter in dict.fromkeys(_chapters(root, main)):
        if chapter in locked:
            raise UnreadableError(LOCKED, "by the one who sold it")
        try:
            passages += _read_chapter(package, chapter, outline, names.get(chapter))
        except UnreadableError as fault:
            faults.setdefault(fault.reason, []).append(chapter)
    if passages or not faults:
        yield whole_file(file, "epub", title, metadata, passages)
    for reason, chapters in faults.items():
        yield Part(UnreadableError(f"has a chapter that {reason}", shorten(", ".join(chapters), _LONGEST)))


def _properties(root: Element) -> tuple[str | None, dict[str, object]]:
    told: dict[str, list[str]] = {}
    for element in descendants(root, "metadata"):
        for own in element.iter():
            name = attribute(own, "property") if name_of(own) == "meta" else name_of(own)
            told.setdefault(name or "", []).append(own.text or "")
    metadata = {ours: ", ".join(filter(None, told.get(theirs, ()))) for theirs, ours in _PROPERTIES.items()}
    created, modified, title = (next(iter(told.get(name, ())), None) for name in ("date", "dcterms:modified", "title"))
    return own_title(title), tidy({**metadata, "date": created, "modified": modified})


def _chapters(root: Element, main: str) -> Iterator[str]:
    """Yield the names of the parts that are read one after the other, but for the table of contents."""
    items = {attribute(item, "id"): item for item in descendants(root, "item")}
    for reference in descendants(root, "itemref"):
        item = items.get(attribute(reference, "idref"))
        if item is None or attribute(item, "media-type") not in _PAGE_TYPES:
            continue
        if "nav" not in (attribute(item, "properties") or "").split():
            yield resolve(main, attribute(item, "href") or "")


def _chapter_names(package: Package, root: Element, main: str) -> dict[str, str]:
    """Return what the table of contents calls each part, which headings need not be in."""
    names: dict[str, str] = {}
    for item in descendants(root, "item"):
        if attribute(item, "media-type") != "application/x-dtbncx+xml":
            continue
        part = resolve(main, attribute(item, "href") or "")
        contents = package.read_xml_if_there(part)
        for point in descendants(contents, "navPoint") if contents is not None else ():
            label, target = child(point, "navLabel"), child(point, "content")
            if label is not None and target is not None:
                name = one_line("".join(label.itertext()))
                names.setdefault(resolve(part, attribute(target, "src") or ""), name)
    return names


def _locked_parts(package: Package) -> set[str]:
    encryption = package.read_xml_if_there("META-INF/encryption.xml")
    locked = set()
    for data in descendants(encryption, "EncryptedData") if encryption is not None else ():
        method, reference = (next(descendants(data, name), None) for name in ("EncryptionMethod", "CipherReference"))
        is_disguise = method is not None and attribute(method, "Algorithm") in _FONT_DISGUISES
        if reference is not None and not is_disguise:
            locked.add(resolve("", attribute(reference, "URI") or ""))
    return locked


def _read_chapter(package: Package, chapter: str, outline: Outline, name: str | None) -> list[Passage]:
    body = parse_html(_without_cdata(decode_page(package.read(chapter)).text)).find("body")
    if body is None:
        return []
    if next(body.iter("h1", "h2", "h3", "h4", "h5", "h6"), None) is None and name:
        outline.enter(1, name)
    return list(read_blocks(body, outline))


def _without_cdata(text: str) -> str:
    """Return XHTML with its CDATA sections as HTML has their text."""
    end = text.rfind(_CDATA_END) + len(_CDATA_END)  # beyond it, an open one has no end to be looked for
    return _CDATA.sub(lambda section: escape(section[1]), text[:end]) + text[end:]
