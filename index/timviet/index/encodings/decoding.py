"""Decode a text, whatever encoding it is in."""

from typing import NamedTuple

from timviet.index.encodings.decoders import decode_as, encoding_name
from timviet.index.encodings.detection import detect


class Decoded(NamedTuple):
    """A text that was decoded.

    Attributes:
        text: the text, without a byte order mark. Of an encoding of Unicode, it is exactly as it came; otherwise its
            letters are composed (normal form C).
        encoding: the encoding it was in.
        confidence: how sure that is, as a probability from 0 to 1; 1 where it was given.
    """

    text: str
    encoding: str
    confidence: float


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
        EncodingError: there is no such encoding, or the text is not in it.

    Example:
        >>> decoded = decode("§¶ng uû C«ng an tØnh häp".encode("windows-1252"))
        >>> decoded.text, decoded.encoding, round(decoded.confidence, 3)
        ('Đảng uỷ Công an tỉnh họp', 'tcvn3', 1.0)
    """
    if encoding is None:
        detected, confidence = detect(content, structured)
    else:
        detected, confidence = encoding_name(encoding), 1.0
    return Decoded(decode_as(content, detected), detected, confidence)
