"""Tell which encoding a text is in.

What is valid UTF-8 is UTF-8, unless it is VIQR or made of character references. Anything else is decoded in each of the
old encodings, and what comes out is weighed; from the weights follow probabilities.
"""

import math
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Mapping
from typing import NamedTuple

from timviet.index.encodings.decoders import UTF_8, is_almost_utf_8
from timviet.index.encodings.evidence import weigh_byte_encodings, weigh_references, weigh_viqr
from timviet.index.errors import UndecidableError

_BYTE_ORDER_MARKS = {BOM_UTF8: UTF_8, BOM_UTF16_LE: "utf-16-le", BOM_UTF16_BE: "utf-16-be"}
_BYTE_ENCODINGS = ("tcvn3", "vni", "windows-1258", "viscii", "vps")  # tcvn3-upper has the bytes of tcvn3
_SURE = 0.9
_MAYBE = 0.1
_UTF_8_AS_IT_STANDS = 5.0
_SAMPLE = 16_384
_PART = 1 << 20
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_UTF_16_TEXT = re.compile("[\t\n\r -~\u00a0-\u024f\u0300-\u036f\u1e00-\u1eff\u2010-\u203a]")


class Detection(NamedTuple):
    """An encoding, and how sure it is.

    Attributes:
        encoding: its name.
        confidence: the probability that it is the right one, from 0 to 1.
        replaced: at how many places bytes that are none of it were replaced, where it was given.
    """

    encoding: str
    confidence: float
    replaced: int = 0


def detect(content: bytes, structured: bool = False) -> Detection:
    """Tell the encoding of a text.

    Args:
        content: the bytes. Of a long text, all is looked at to see whether it is valid UTF-8, and parts of it, some 32
            kilobytes, for anything else.
        structured: whether its punctuation has a meaning, as that of JSON has: then it is not taken for VIQR or
            character references.

    Raises:
        UndecidableError: no encoding is likely enough.

    Example:
        >>> detect("§¶ng uû C«ng an tØnh häp".encode("windows-1252")).encoding
        'tcvn3'
    """
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            return Detection(encoding, 1.0)
    return (
        (_detect_utf_16(content) if b"\0" in content else None)
        or (_detect_byte_encoding(content) if not is_utf_8(content) else None)
        or (_detect_in_utf_8(content) if not structured else None)
        or Detection(UTF_8, 1.0)
    )


def is_unicode(content: bytes) -> bool:
    """Tell whether bytes are in an encoding of Unicode's beyond doubt: by a byte order mark, or letters in UTF-8.

    Example:
        >>> is_unicode("Đảng ủy".encode()), is_unicode("§¶ng uû".encode("windows-1252")), is_unicode(b"Dang uy")
        (True, False, False)
    """
    return content.startswith(tuple(_BYTE_ORDER_MARKS)) or (not content.isascii() and is_utf_8(content))


def is_utf_8(content: bytes) -> bool:
    """Tell whether bytes are valid UTF-8, without holding all of the text in memory."""
    decoder = getincrementaldecoder(UTF_8)()
    parts = memoryview(content)
    try:
        for start in range(0, len(content), _PART):
            decoder.decode(parts[start : start + _PART])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _detect_utf_16(content: bytes) -> Detection | None:
    sample = content[:_SAMPLE]
    shares = {
        encoding: 2 * len(_UTF_16_TEXT.findall(sample.decode(encoding, "replace"))) / len(sample)
        for encoding in ("utf-16-le", "utf-16-be")
    }
    likelier = max(shares, key=shares.__getitem__)
    return Detection(likelier, min(shares[likelier], 1.0)) if shares[likelier] >= _SURE else None


def _detect_byte_encoding(content: bytes) -> Detection:
    first = _NOT_ASCII.search(content)
    weights = weigh_byte_encodings(_sample(content, first.start() if first else 0), _BYTE_ENCODINGS)
    probabilities = _probabilities(weights | {"": 0.0})
    likeliest = max(weights, key=weights.__getitem__, default="")
    if not likeliest or probabilities[likeliest] < _SURE:
        maybe = [(encoding, probabilities[encoding]) for encoding in weights if probabilities[encoding] >= _MAYBE]
        maybe.sort(key=lambda candidate: -candidate[1])
        raise UndecidableError(maybe, is_almost_utf_8(content), is_binary=b"\0" in content)
    return Detection(likeliest, probabilities[likeliest])


def _detect_in_utf_8(content: bytes) -> Detection:
    weights = {UTF_8: _UTF_8_AS_IT_STANDS}
    if content.isascii():
        weights["viqr"] = weigh_viqr(_sample(content))
    if b"&#" in content:
        weights["ncr"] = weigh_references(_sample(content, content.index(b"&#")))
    likeliest = max(weights, key=weights.__getitem__)
    return Detection(likeliest, _probabilities(weights)[likeliest])


def _sample(content: bytes, start: int = 0) -> bytes:
    """Return two parts of a long text: from a place on, where its letters begin, and from the middle on."""
    if len(content) <= 2 * _SAMPLE:
        return content
    start = max(content.rfind(b" ", 0, start), content.rfind(b"\n", 0, start)) + 1
    middle = len(content) // 2
    return content[start : start + _SAMPLE] + b"\n" + content[middle : middle + _SAMPLE]


def _probabilities(weights: Mapping[str, float]) -> dict[str, float]:
    highest = max(weights.values())
    likelihoods = {encoding: math.exp(weight - highest) for encoding, weight in weights.items()}
    total = sum(likelihoods.values())
    return {encoding: likelihood / total for encoding, likelihood in likelihoods.items()}
