"""Whoosh's view of a term's postings in columns."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
from whoosh.formats import Format, Positions
from whoosh.matching import LeafMatcher, ReadTooFar
from whoosh.scoring import BaseScorer

from timviet.index.columnfile import Column
from timviet.index.terms import Terms

_BLOCK = 128


class PostingsMatcher(LeafMatcher):
    """Whoosh's view of a term's postings; blocks of them have bounds by which its collectors skip.

    Args:
        terms: the field's terms.
        number: the term's number.
        term: the field's name and the term.
        format_: what Whoosh keeps of a posting.
        lengths: gives the lengths of documents.
        scorer: Whoosh's scorer, or None.
    """

    def __init__(
        self,
        terms: Terms,
        number: int,
        term: tuple[str, bytes],
        format_: Format,
        lengths: Callable[[Column], Column],
        scorer: BaseScorer | None = None,
    ) -> None:
        self._terms = terms
        self._number = number
        self._term = term
        self.format = format_
        self._lengths = lengths
        self.scorer = scorer
        self._documents, self._weights = terms.postings(number)
        self._ids = self._documents.data
        self._place = 0

    def is_active(self) -> bool:
        """Tell whether there is a current posting."""
        return self._place < len(self._ids)

    def reset(self) -> None:
        """Go back to the first posting."""
        self._place = 0

    def copy(self) -> "PostingsMatcher":
        """Return another one at the same posting."""
        copied = PostingsMatcher(self._terms, self._number, self._term, self.format, self._lengths, self.scorer)
        copied._place = self._place
        return copied

    def id(self) -> int:
        """Return the current document's number."""
        number: int = self._ids[self._place]
        return number

    def weight(self) -> float:
        """Return the current posting's weight."""
        return float(self._weights[self._place])

    def value(self) -> bytes:
        """Return what else is kept of the current posting, as its format writes it."""
        if self._terms.has_positions:
            encoded: bytes = Positions().encode(self._positions)
            return encoded
        return self._terms.value(self._number, self._place) or b""

    def value_as(self, astype: str) -> Any:  # noqa: ANN401
        """Return what is kept of the current posting in one of the format's ways."""
        if astype == "positions" and self._terms.has_positions:
            return self._positions
        return super().value_as(astype)

    @property
    def _positions(self) -> list[int]:
        start = self._starts[self._place]
        end = start + int(self._weights[self._place])
        positions: list[int] = self._every_position[start:end].tolist()
        return positions

    @cached_property
    def _every_position(self) -> Column:
        return self._terms.occurrences(self._number)[1]

    @cached_property
    def _starts(self) -> Column:
        """Where each posting's positions start."""
        starts: Column = np.cumsum(self._weights, dtype=np.int64) - self._weights
        return starts

    def next(self) -> bool:  # type: ignore[override]  # as Whoosh's own codec does
        """Go to the next posting; tell whether that is in another block."""
        if not self.is_active():
            raise ReadTooFar
        self._place += 1
        return self._place % _BLOCK == 0 or not self.is_active()

    def skip_to(self, id: int) -> None:  # noqa: A002  # Whoosh's name
        """Go to the first posting of a document that is not before another one."""
        if not self.is_active():
            raise ReadTooFar
        self._place = bisect_left(self._ids, id, self._place)

    def all_ids(self) -> Iterator[int]:
        """Yield the numbers of the documents from the current one on."""
        return iter(self._documents[self._place :].tolist())

    def skip_to_quality(self, minquality: float) -> int:
        """Go to the next block that may score higher, and return how many were skipped."""
        skipped = 0
        while self.is_active() and self.block_quality() <= minquality:
            self._place = (self._place // _BLOCK + 1) * _BLOCK
            skipped += 1
        return skipped

    @property
    def _block(self) -> slice:
        start = self._place // _BLOCK * _BLOCK
        return slice(start, start + _BLOCK)

    def block_min_id(self) -> int:
        """Return the first document's number in the current block."""
        return int(self._documents[self._block][0])

    def block_max_id(self) -> int:
        """Return the last document's number in the current block."""
        return int(self._documents[self._block][-1])

    def block_min_length(self) -> int:
        """Return the length of the shortest document in the current block."""
        return int(self._lengths(self._documents[self._block]).min())

    def block_max_length(self) -> int:
        """Return the length of the longest document in the current block."""
        return int(self._lengths(self._documents[self._block]).max())

    def block_max_weight(self) -> float:
        """Return the highest weight in the current block."""
        return float(self._weights[self._block].max())
