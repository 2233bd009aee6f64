"""Web pages: their text without what stands around it, and what their head tells of them."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator

from timviet.index.encodings.decoders import UTF_8, encoding_name
from timviet.index.encodings.decoding import Decoded
from timviet.index.errors import EncodingError
from timviet.index.formats.decoding import decode_text, encoding_of
from timviet.index.formats.markup import parse_html
from timviet.index.formats.outline import Outline
from timviet.index.formats.parts import Part, RawFile, UnreadableError, whole_file
from timviet.index.formats.web.blocks import read_blocks
from timviet.index.formats.web.boilerplate import find_boilerplate
from timviet.index.formats.web.head import read_metadata, read_title

_BYTE_ORDER_MARKS = (BOM_UTF8, BOM_UTF16_LE, BOM_UTF16_BE)
# HTML Standard, section 4.2.5.4: within the first 1024 bytes; some pages need more to come to it.
_CHARSET = re.compile(
    rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w.:-]+)|<\?xml[^>]+encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE
)
_HEAD_SIZE = 4096
_LATIN = "cp1252"
_TOLD_BETTER = {None, UTF_8, "utf-16", "utf-16-le", "utf-16-be", _LATIN}


def read(file: RawFile) -> Iterator[Part]:
    """Read a web page.

    Raises:
        UnreadableError: it is no text, or of another encoding than it says, or beyond a limit, or holds no text.
    """
    decoded = decode_page(file.content, file.encoding)
    root = parse_html(decoded.text)
    body = root.find("body")
    if body is None:
        raise UnreadableError("holds no text")
    left_out = find_boilerplate(body)
    title = read_title(root, left_out)
    passages = list(read_blocks(body, Outline(title), left_out)) or list(read_blocks(body, Outline(title)))
    yield whole_file(file, "html", title, read_metadata(root), passages, encoding_of(decoded))


def decode_page(content: bytes, encoding: str | None = None) -> Decoded:
    """Decode a page, or a chapter of a book.

    What it says of its encoding is believed, but for what the bytes tell as well, or better: Unicode, which a few
    pages say wrongly, and Latin-1, which pages in old Vietnamese encodings say for the sake of their fonts.

    Args:
        content: the bytes.
        encoding: their encoding, where it is known.

    Raises:
        UnreadableError: it is no text, or of another encoding, or of one that cannot be told.
    """
    said = encoding or _said_encoding(content)
    if encoding or said not in _TOLD_BETTER:
        return decode_text(content, said)
    try:
        return decode_text(content, structured=True)
    except UnreadableError:
        if said != _LATIN:
            raise
        return decode_text(content, said)


def _said_encoding(content: bytes) -> str | None:
    """Return the encoding that a page says it is of, or None where it says none that is known."""
    found = _CHARSET.search(content[:_HEAD_SIZE])
    if found is None or content.startswith(_BYTE_ORDER_MARKS):
        return None
    said = (found[1] or found[2]).decode("ascii", "replace")
    try:
        name = encoding_name(said)
    except EncodingError:
        return None
    # Encoding Standard, section 4.2: Latin-1 is Windows' own.
    return _LATIN if name in {"iso8859-1", "cp1252", "ascii"} else name
