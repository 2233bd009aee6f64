"""Lengths in tokens, each in a byte, as Whoosh rounds them."""

import numpy as np
from whoosh.util.numeric import byte_to_length

from timviet.index.columnfile import Column

LENGTHS = np.array([byte_to_length(byte) for byte in range(256)])
"""The length that each byte stands for."""


def length_bytes(lengths: Column) -> Column:
    """Return the byte of each length: that of the first length that is not smaller.

    Example:
        >>> LENGTHS[length_bytes(np.array([0, 7, 1000]))].tolist()
        [0, 7, 1009]
    """
    return np.minimum(np.searchsorted(LENGTHS, lengths), 255).astype(np.uint8)
