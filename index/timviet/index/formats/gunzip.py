"""Unpack gzip, no further than the limits go."""

import zlib
from gzip import BadGzipFile, GzipFile
from io import BytesIO

from timviet.index.formats import limits
from timviet.index.formats.parts import UnreadableError

_STEP = limits.MEBIBYTE
_MAGIC = b"\x1f\x8b"


def gunzip(content: bytes) -> bytes:
    """Return what a gzip file holds, all of its members one after the other.

    Raises:
        UnreadableError: it is not gzip, or is damaged, or unpacks to more than the limits allow.
    """
    if not content.startswith(_MAGIC):
        raise UnreadableError("is not gzip, as its name says")
    unpacked = bytearray()
    try:
        with GzipFile(fileobj=BytesIO(content)) as file:
            while step := file.read(_STEP):
                unpacked += step
                require_sane_size(len(unpacked), len(content), limits.MAX_UNPACKED_SIZE)
    except EOFError as error:
        raise UnreadableError("is gzip that ends too early") from error
    except (BadGzipFile, zlib.error) as error:
        raise UnreadableError("is damaged gzip", str(error)) from error
    return bytes(unpacked)


def require_sane_size(unpacked: int, packed: int, limit: int) -> None:
    """Refuse what unpacks to more than is sane.

    Args:
        unpacked: how many bytes have been unpacked so far.
        packed: from how many.
        limit: how many there may be.

    Raises:
        UnreadableError: there are more, or too many for each packed byte.
    """
    if unpacked > limit:
        raise limits.beyond("unpacks to more", limit, "bytes")
    if unpacked > max(limits.RATIO_COUNTS_FROM, limits.MAX_RATIO * packed):
        raise limits.beyond("unpacks to more", limits.MAX_RATIO, "times its size")
