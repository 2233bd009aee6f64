"""Mark levels: how the marks of a query's syllable compare with those of a text's syllable.

Both syllables fold to the same letters. Marks that were typed count: a text may have more of them than the query, or,
having been typed without any, none; it may not have others.
"""

from enum import IntEnum
from functools import lru_cache
from typing import Literal

from timviet.index.spelling import marks as marks_of

Marks = Literal["auto", "strict", "ignore"]


class Level(IntEnum):
    """How a text's syllable answers a query's syllable of the same folded form."""

    SAME = 0
    """The canonical forms are equal: `ủy` finds `uỷ`."""
    COMPLETES = 1
    """The text has every mark that was typed, and more: `đang` finds `Đảng`."""
    BARE = 2
    """The text has no mark at all, the query has: `Đảng` finds `Dang`."""
    CONTRADICTS = 3
    """Both are marked, differently: `túy` does not find `tùy`."""


@lru_cache(maxsize=1 << 14)
def level(query: str, text: str) -> Level:
    """Return how a text's syllable answers a query's.

    Args:
        query: canonical form of the query's syllable.
        text: canonical form of the text's syllable, of the same folded form.

    Example:
        >>> from timviet.index.spelling import canonical
        >>> level(canonical("dang"), canonical("Đảng")).name
        'COMPLETES'
        >>> level(canonical("túy"), canonical("tùy")).name
        'CONTRADICTS'
    """
    if query == text:
        return Level.SAME
    return compare(marks_of(query), marks_of(text))


def compare(typed: frozenset[tuple[int, str]], written: frozenset[tuple[int, str]]) -> Level:
    """Return how the marks written in a text answer those typed in a query, both as places and marks.

    Example:
        >>> compare(frozenset({(0, "đ")}), frozenset()).name
        'BARE'
    """
    if typed == written:
        return Level.SAME
    if typed < written:
        return Level.COMPLETES
    return Level.CONTRADICTS if written else Level.BARE
