"""Which of many short texts are terms: all are looked up at once, in a column of the first letters of each term."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from timviet.index.postings import folded_form
from timviet.index.terms import FieldTerms

# So many bytes of each term are one number, which sorts as they do. Longer texts are looked up one by one.
_LENGTH = 8


class ShortTerms:
    """The terms of a keyed field, as far as they are short.

    Args:
        terms: the field's terms, at least one.
    """

    def __init__(self, terms: FieldTerms) -> None:
        self._terms = terms

    def having(self, texts: Sequence[str]) -> list[str]:
        """Return those of some texts, of ASCII letters, that are folded forms of terms."""
        short = [text for text in texts if len(text) < _LENGTH]
        lows, highs = ([_number(text.encode() + end) for text in short] for end in (b"", b"\n"))
        # The letters are followed by nothing, or by a tab and marked letters, which come before a line's end.
        counts = np.searchsorted(self._heads, np.array(highs, np.uint64)) - np.searchsorted(
            self._heads, np.array(lows, np.uint64)
        )
        found = {text for text, count in zip(short, counts.tolist(), strict=True) if count}
        return [text for text in texts if text in found or (len(text) >= _LENGTH and self._has(text.encode()))]

    def _has(self, text: bytes) -> bool:
        number = self._terms.first_from(text)
        return number < len(self._terms) and folded_form(self._terms[number]) == text

    @cached_property
    def _heads(self) -> NDArray[np.uint64]:
        """The first bytes of each term as a number."""
        ends = self._terms.columns["term_ends"].astype(np.int64)
        starts = np.append(0, ends[:-1])
        letters = np.append(self._terms.columns["terms"], np.zeros(_LENGTH, np.uint8))
        heads = sliding_window_view(letters, _LENGTH)[starts].view(">u8").ravel().astype(np.uint64)
        missing = 8 * np.maximum(_LENGTH - (ends - starts), 0).astype(np.uint64)
        shifted: NDArray[np.uint64] = heads >> missing << missing
        return shifted


def _number(text: bytes) -> int:
    return int.from_bytes(text[:_LENGTH].ljust(_LENGTH, b"\0"), "big")
