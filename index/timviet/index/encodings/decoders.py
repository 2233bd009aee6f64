"""The encodings that texts are read in, by name."""

import codecs
from codecs import charmap_decode
from collections.abc import Callable

from timviet.index.encodings.references import decode_references
from timviet.index.encodings.tables import VISCII, VPS
from timviet.index.encodings.tcvn3 import decode_tcvn3, decode_tcvn3_upper
from timviet.index.encodings.viqr import decode_viqr
from timviet.index.encodings.vni import decode_vni
from timviet.index.errors import EncodingError
from timviet.index.unicode import nfc

UTF_8 = "utf-8"

DECODERS: dict[str, Callable[[bytes], str]] = {
    "windows-1258": lambda content: nfc(content.decode("windows-1258", "replace")),
    "viscii": lambda content: charmap_decode(content, "replace", VISCII)[0],
    "vps": lambda content: charmap_decode(content, "replace", VPS)[0],
    "tcvn3": decode_tcvn3,
    "tcvn3-upper": decode_tcvn3_upper,
    "vni": decode_vni,
    "viqr": decode_viqr,
    "ncr": decode_references,
}
# The share of a text's characters that may be replaced. Of Vietnamese in an old encoding, a fifth is no UTF-8.
_MOST_REPLACED = 0.05
_BEGINNING = 1 << 20
UNICODE = (UTF_8, "utf-16-le", "utf-16-be")
ENCODINGS = (*UNICODE, *DECODERS)

# Codecs of Python's that write characters by other characters.
_NO_ENCODINGS = {"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined"}
_ALIASES = {"abc": "tcvn3", "vni-win": "vni", "cp1258": "windows-1258"}


def encoding_name(name: str) -> str:
    """Return the name of an encoding as this package has it, or else as Python has it.

    Raises:
        EncodingError: there is no such encoding.

    Example:
        >>> encoding_name("TCVN3"), encoding_name("cp1258"), encoding_name("UTF8"), encoding_name("latin_1")
        ('tcvn3', 'windows-1258', 'utf-8', 'iso8859-1')
    """
    plain = name.lower().replace("_", "-")
    if plain in ENCODINGS:
        return plain
    if plain in _ALIASES:
        return _ALIASES[plain]
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        found = None
    if found is None or not _is_of_texts(found):
        message = f"there is no encoding {name!r}: there are {', '.join(ENCODINGS)}, and those that Python knows"
        raise EncodingError(message, name)
    return _ALIASES.get(found, found)


def _is_of_texts(codec: str) -> bool:
    if codec in _NO_ENCODINGS:
        return False
    try:
        b"a".decode(codec, "replace")
    except (LookupError, ValueError):
        return False
    return True


def decode_named(content: bytes, encoding: str) -> tuple[str, int]:
    r"""Decode a text in the encoding that it is said to be in, also where a few bytes of it are damaged.

    Args:
        content: the bytes.
        encoding: a name as `encoding_name` returns it.

    Returns:
        The text, and at how many places it has U+FFFD instead of bytes that stand for nothing; 0 in the old encodings,
        in which most bytes stand for something.

    Raises:
        EncodingError: the bytes are no text in this encoding, or too many of them are none.

    Example:
        >>> decode_named("Đảng ủy xã họp bàn về phí chợ.".encode()[:-2], "utf-8")
        ('Đảng ủy xã họp bàn về phí ch\ufffd', 1)
    """
    try:
        return decode_as(content, encoding), 0
    except EncodingError as error:
        decoded = _with_replacements(content, encoding) if error.position is not None else None
        if decoded is None:
            raise
        return decoded


def is_almost_utf_8(content: bytes) -> bool:
    """Tell whether what is not UTF-8 is a text that begins as if all but a few bytes were, and not all of ASCII."""
    if b"\0" in content:
        return False
    text, _ = _with_replacements(content[:_BEGINNING], UTF_8) or ("", 0)
    return not text.replace("\ufffd", "").isascii()


def _with_replacements(content: bytes, encoding: str) -> tuple[str, int] | None:
    text = content.decode(encoding, "replace").removeprefix("\ufeff")
    replaced = text.count("\ufffd") - content.decode(encoding, "ignore").count("\ufffd")
    return (text, replaced) if replaced <= _MOST_REPLACED * len(text) else None


def decode_as(content: bytes, encoding: str) -> str:
    """Decode a text whose encoding is known, without the byte order mark that it may start with.

    Args:
        content: the bytes.
        encoding: a name as `encoding_name` returns it.

    Returns:
        The text. In the old encodings, a byte that stands for nothing becomes U+FFFD.

    Raises:
        EncodingError: the bytes are no text in this encoding: of Unicode, or of those that Python knows.
    """
    if encoding in DECODERS:
        return DECODERS[encoding](content)
    try:
        text = content.decode(encoding).removeprefix("\ufeff")
        text.encode()
    except UnicodeDecodeError as error:
        raise EncodingError(f"is not {encoding} text: byte {error.start} is none", encoding, error.start) from error
    except UnicodeEncodeError as error:
        raise EncodingError(f"is not {encoding} text: it has half of a surrogate pair", encoding) from error
    return text
