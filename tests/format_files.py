"""Files of many formats, made from their parts: zip packages, and PDFs with letters at places."""

import io
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from timviet.index.documents import Document, Paragraph
from timviet.index.errors import SourceError
from timviet.index.files import read_content

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{urn}:1.0"'
    for name, urn in (
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("style", "style"),
        ("draw", "drawing"),
        ("meta", "meta"),
        ("manifest", "manifest"),
    )
)
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def read_all(name: str, content: bytes, **options: object) -> list[Document | SourceError]:
    """What is read from a file of the name."""
    return [reading.content for reading in read_content(content, Path(name), name, **options)]


def read_one(name: str, content: bytes, **options: object) -> Document:
    """The one document that is read from a file of the name."""
    (document,) = read_all(name, content, **options)
    assert isinstance(document, Document), document
    return document


def fault_of(name: str, content: bytes, **options: object) -> str:
    """The one fault of a file of the name, with its detail."""
    (fault,) = read_all(name, content, **options)
    assert isinstance(fault, SourceError), fault
    return str(fault).removeprefix(f"{name}: ")


def passages(document: Document) -> list[Paragraph]:
    """The paragraphs of a document, but for the empty one of a title without text."""
    return [paragraph for paragraph in document.iter_paragraphs() if paragraph.text]


def texts(document: Document) -> list[str]:
    """The texts of a document's paragraphs."""
    return [passage.text for passage in passages(document)]


def in_sections(document: Document) -> list[tuple[str | None, str]]:
    """The section and the text of each paragraph."""
    return [(passage.section, passage.text) for passage in passages(document)]


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip package of these parts."""
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return content.getvalue()


def docx(body: str, parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """A Word document with this body, and further parts: styles.xml, footnotes.xml, core.xml and the like."""
    parts = dict(parts or {})
    core = {"docProps/core.xml": parts.pop("core.xml")} if "core.xml" in parts else {}
    return zipped(
        {
            "_rels/.rels": _relationships(
                {"officeDocument": "word/document.xml", "core-properties": "docProps/core.xml"}
            ),
            "word/_rels/document.xml.rels": _relationships({name.removesuffix(".xml"): name for name in parts}),
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
            **{f"word/{name}": part for name, part in parts.items()},
            **core,
        }
    )


def _relationships(targets: Mapping[str, str]) -> str:
    """A part that relates another one to these, by the kinds of relationship."""
    links = (
        f'<Relationship Id="{kind}" Type="{_RELATIONSHIPS}/{kind}" Target="{to}"/>' for kind, to in targets.items()
    )
    return f'<Relationships xmlns="http://x">{"".join(links)}</Relationships>'


def paragraph(text: str, style: str = "") -> str:
    """A paragraph of Word."""
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def odt(body: str, parts: Mapping[str, str | bytes] | None = None, styles: str = "") -> bytes:
    """An OpenDocument text with this body and these styles, and further parts: meta.xml and the like."""
    content = (
        f"<office:document-content {ODF}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content, **(parts or {})})


def epub(
    chapters: Mapping[str, str | bytes],
    parts: Mapping[str, str | bytes] | None = None,
    metadata: str = "<dc:title>Sách</dc:title>",
    items: str = "",
) -> bytes:
    """An e-book of these chapters, the bodies of pages or whole ones as bytes; further parts, metadata and items."""
    pages = {
        f"sách/{name}": page if isinstance(page, bytes) else f"<html><body>{page}</body></html>"
        for name, page in chapters.items()
    }
    listed = "".join(f'<item id="{name}" href="{name}" media-type="application/xhtml+xml"/>' for name in chapters)
    spine = "".join(f'<itemref idref="{name}"/>' for name in chapters)
    package = (
        f'<package xmlns="http://www.idpf.org/2007/opf" {DC}><metadata>{metadata}</metadata>'
        f"<manifest>{listed}{items}</manifest><spine>{spine}</spine></package>"
    )
    container = '<container><rootfiles><rootfile full-path="sách/sách.opf"/></rootfiles></container>'
    return zipped({"META-INF/container.xml": container, "sách/sách.opf": package, **pages, **(parts or {})})


Letters = tuple[float, float, float, str]
"""A text on a page of a PDF: how far from the left and from below it starts, its size, and its letters."""

PAGE_SIZE = 600
LETTER_WIDTH = 0.5  # times the size, each letter


def pdf(
    pages: Iterable[Sequence[Letters] | None],
    info: Mapping[str, str] | None = None,
    bookmarks: Sequence[tuple[str, int, float]] = (),
    turned: int = 0,
) -> bytes:
    """A PDF with letters at places.

    Args:
        pages: the texts of each page, or None for a page that is a picture.
        info: what the file tells of itself.
        bookmarks: a title, a page from 0, and how far from below it is.
        turned: how the pages are turned to be shown, in degrees; the places are those shown.
    """
    pages = list(pages)
    alphabet = sorted({letter for page in pages for *_, text in page or () for letter in text})
    assert len(alphabet) < 255, "a font of one byte a letter has no room for more"
    codes = {letter: f"{code:02x}" for code, letter in enumerate(alphabet, 1)}
    mapping = "\n".join(f"<{code}> <{letter.encode('utf-16-be').hex()}>" for letter, code in codes.items())
    first_page = 7 + len(bookmarks)
    kids = " ".join(f"{first_page + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {'/Outlines 6 0 R' if bookmarks else ''} >>".encode(),
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>".encode(),
        (
            f"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /FirstChar 0 /LastChar 255 /ToUnicode 4 0 R "
            f"/Widths [{' '.join([str(int(1000 * LETTER_WIDTH))] * 256)}] >>"
        ).encode(),
        _stream(
            f"begincmap\n1 begincodespacerange\n<00> <ff>\nendcodespacerange\n{len(codes)} beginbfchar\n{mapping}\n"
            "endbfchar\nendcmap".encode()
        ),
        _stream(
            b"\xff\x00\x00",
            "/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceRGB",
        ),
        f"<< /First 7 0 R /Last {6 + len(bookmarks)} 0 R /Count {len(bookmarks)} >>".encode(),
    ]
    for number, (title, page, height) in enumerate(bookmarks):
        following = f"/Next {8 + number} 0 R" if number + 1 < len(bookmarks) else ""
        target = f"[{first_page + 2 * page} 0 R /XYZ 0 {height} 0]"
        objects.append(f"<< /Title {_text(title)} /Parent 6 0 R {following} /Dest {target} >>".encode())
    for number, page in enumerate(pages):
        content = "/I Do" if page is None else "\n".join(_drawn(letters, codes, turned) for letters in page)
        resources = "/Resources << /Font << /F 3 0 R >> /XObject << /I 5 0 R >> >>"
        box = f"/MediaBox [0 0 {PAGE_SIZE} {PAGE_SIZE}] /Rotate {turned}"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R {box} {resources} /Contents {first_page + 2 * number + 1} 0 R >>".encode()
        )
        objects.append(_stream(content.encode()))
    objects.append(f"<< {' '.join(f'/{name} {_text(value)}' for name, value in (info or {}).items())} >>".encode())
    return _file(objects)


def _drawn(letters: Letters, codes: Mapping[str, str], turned: int) -> str:
    left, base, size, text = letters
    place = {
        0: f"1 0 0 1 {left} {base}",
        90: f"0 1 -1 0 {PAGE_SIZE - base} {left}",
        180: f"-1 0 0 -1 {PAGE_SIZE - left} {PAGE_SIZE - base}",
        270: f"0 -1 1 0 {base} {PAGE_SIZE - left}",
    }[turned]
    return f"BT /F {size} Tf {place} Tm <{''.join(codes[letter] for letter in text)}> Tj ET"


def _text(text: str) -> str:
    return f"<{text.encode('utf-16').hex() if text.isascii() else (chr(0xFEFF) + text).encode('utf-16-be').hex()}>"


def _stream(content: bytes, entries: str = "") -> bytes:
    packed = zlib.compress(content)
    return f"<< {entries} /Filter /FlateDecode /Length {len(packed)} >>\nstream\n".encode() + packed + b"\nendstream"


def _file(objects: Sequence[bytes]) -> bytes:
    """A PDF of these objects, the first of which is its catalog and the last its information."""
    content = bytearray(b"%PDF-1.7\n")
    places = []
    for number, own in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, own)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"<< /Size %d /Root 1 0 R /Info %d 0 R >>" % (len(objects) + 1, len(objects))
    start = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n%b\n" % (len(objects) + 1, table, trailer)
    return bytes(content + b"startxref\n%d\n%%%%EOF\n" % start)


def set_in_lines(
    text: str, left: float, top: float, right: float, size: float = 10, indent: float = 0
) -> list[Letters]:
    """A paragraph as it is set in lines, as many words in each as there is room for."""
    lines: list[Letters] = []
    room = int((right - left - indent) / (size * LETTER_WIDTH))
    words: list[str] = []
    for word in [*text.split(), None]:
        if word is None or len(" ".join([*words, word])) > room:
            lines.append((left + (0 if lines else indent), top - 1.2 * size * len(lines), size, " ".join(words)))
            words = []
            room = int((right - left) / (size * LETTER_WIDTH))
        if word is not None:
            words.append(word)
    return lines
