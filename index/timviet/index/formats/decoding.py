"""From bytes to text."""

from timviet.index.documents import MAX_TEXT
from timviet.index.encodings.decoding import Decoded, decode
from timviet.index.encodings.detection import Detection
from timviet.index.errors import EncodingError, UndecidableError
from timviet.index.formats.parts import UnreadableError, too_long

ALMOST_UTF_8 = "is not UTF-8 text throughout: --encoding utf-8 reads it with the broken bytes replaced"
"""Why a text is not read of which all but a few bytes are UTF-8."""
_MOST_BYTES = 8  # that a character takes, as `&#7879;` does in a text of references; few texts are made of nothing else


def decode_text(content: bytes, encoding: str | None = None, structured: bool = False) -> Decoded:
    """Decode a text that is to hold something; otherwise as `decode_any`.

    Raises:
        UnreadableError: it is no text, or a blank one, or of another encoding, or of one that cannot be told.
    """
    decoded = decode_any(content, encoding, structured)
    require_text(decoded.text)
    return decoded


def decode_document(content: bytes, encoding: str | None = None) -> Decoded:
    """Decode a text that is one document; otherwise as `decode_text`.

    Raises:
        UnreadableError: it is longer than a document may be, or cannot be read.
    """
    if len(content) > _MOST_BYTES * MAX_TEXT:  # no need to decode it
        raise too_long()
    decoded = decode_text(content, encoding)
    if len(decoded.text) > MAX_TEXT:
        raise too_long()
    return decoded


def decode_any(content: bytes, encoding: str | None = None, structured: bool = False) -> Decoded:
    """Decode what may be a text.

    Args:
        content: the bytes.
        encoding: their encoding, where it is not to be told from what they say.
        structured: whether the text's punctuation has a meaning; see `timviet.index.encodings.decoding.decode`.

    Raises:
        UnreadableError: it is of another encoding, or of one that cannot be told.
    """
    try:
        return decode(content, encoding, structured)
    except EncodingError as error:
        detail = f"byte {error.position}" if error.position is not None else ""
        raise UnreadableError(not_text_in(error.encoding), detail) from error
    except UndecidableError as error:
        if error.is_binary:
            raise UnreadableError("is not text") from error
        if error.is_almost_utf_8:
            raise UnreadableError(ALMOST_UTF_8) from error
        maybe = " or ".join(f"{name} ({probability:.2f})" for name, probability in error.candidates)
        reason = "is not UTF-8, and its encoding cannot be told: name it with --encoding"
        raise UnreadableError(reason, f"maybe {maybe}" if maybe else "") from error


def not_text_in(encoding: str) -> str:
    """Return why a text is not read that is of another encoding than was said."""
    return f"is not {encoding} text"


def require_text(text: str) -> None:
    """Refuse what holds no text.

    Raises:
        UnreadableError: there is nothing, or nothing but blanks, or what no text has.
    """
    if "\0" in text:
        raise UnreadableError("is not text")
    if not text or text.isspace():
        raise UnreadableError("holds no text")


def encoding_of(decoded: Decoded) -> Detection:
    """Return the encoding that a text was in, and how sure that is."""
    return Detection(decoded.encoding, decoded.confidence, decoded.replaced)
