"""Decode a text, whatever encoding it is in."""

from typing import NamedTuple

from timviet.index.encodings.decoders import decode_as, decode_named, encoding_name
from timviet.index.encodings.detection import detect


class Decoded(NamedTuple):
    """A text that was decoded.

    Attributes:
        text: the text, without a byte order mark. Of an encoding of Unicode, it is exactly as it came; otherwise its
            letters are composed (normal form C).
        encoding: the encoding it was in.
        confidence: how sure that is, as a probability from 0 to 1; 1 where it was given.
        replaced: at how many places it has U+FFFD instead of bytes that are none of that encoding, which was given.
    """

    text: str
    encoding: str
    confidence: float
    replaced: int = 0


def decode(content: bytes, encoding: str | None = None, structured: bool = False) -> Decoded:
    """Decode a text.

    Args:
        content: the bytes.
        encoding: its encoding: one of `timviet.index.encodings.decoders.ENCODINGS`, or any that Python knows. By
            default it is told from the text; see `timviet.index.encodings.detection`.
        structured: whether the text's punctuation has a meaning, as that of JSON has: then it is not taken for VIQR or
            character references.

    Raises:
        UndecidableError: the encoding cannot be told.
        EncodingError: there is no such encoding, or the text is not in it: more than one character in twenty is none.
        TypeError: it is no bytes.

    Example:
        >>> decoded = decode("§¶ng uû C«ng an tØnh häp".encode("windows-1252"))
        >>> decoded.text, decoded.encoding, round(decoded.confidence, 3)
        ('Đảng uỷ Công an tỉnh họp', 'tcvn3', 1.0)
    """
    if not isinstance(content, bytes):
        raise TypeError(f"only bytes are decoded, not {type(content).__name__}")
    if encoding is None:
        detected, confidence, _ = detect(content, structured)
        return Decoded(decode_as(content, detected), detected, confidence)
    name = encoding_name(encoding)
    text, replaced = decode_named(content, name)
    return Decoded(text, name, 1.0, replaced)
