"""Count how many of what was found have each value of a key of the metadata.

Values count as the same whose spellings are the same: written in another case, composition or place of the tone mark,
with other punctuation, or as the same number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import overload

import numpy as np

from timviet.index.columnfile import Column
from timviet.index.schema import value_order
from timviet.search.refine.columns import Columns

DEFAULT_VALUES = 10
"""How many values of a key are shown if nothing else is said."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a key, and how often it was found.

    Attributes:
        value: the value as written in the metadata of a document, a number likewise; a filter takes it as it is.
        count: how many paragraphs that were found have it, or, grouped by document, how many documents.
    """

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Facet(Sequence[FacetValue]):
    """The values of a key that what was found has, most frequent first; equally frequent ones in order.

    Attributes:
        values: the most frequent ones.
        more_values: how many other ones there are.
        more: how many paragraphs that were found, or documents, have any of these.
        missing: how many have no value at all.
    """

    values: tuple[FacetValue, ...]
    more_values: int
    more: int
    missing: int

    @overload
    def __getitem__(self, index: int) -> FacetValue: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[FacetValue, ...]: ...
    def __getitem__(self, index: int | slice) -> FacetValue | tuple[FacetValue, ...]:
        return self.values[index]

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[FacetValue]:
        return iter(self.values)


def count_values(columns: Columns, key: str, numbers: Column, limit: int = DEFAULT_VALUES) -> Facet:
    """Return the most frequent values of a key.

    Args:
        columns: what the paragraphs of the snapshot have in common.
        key: the key.
        numbers: the numbers in the snapshot of the paragraphs to count; one of each document to count these.
        limit: how many values to return at most.
    """
    classes = columns.values(key).of_paragraphs[numbers]
    counts = np.bincount(classes + 1)
    found = np.flatnonzero(counts[1:])
    values_of_found = columns.values_of(key, found)
    counts_of_found = counts[1:][found].tolist()
    texts: dict[str, str] = {}
    totals: dict[str, int] = {}
    for values, count in zip(values_of_found, counts_of_found, strict=True):
        for value in values:
            texts.setdefault(value.identity, value.text)
            totals[value.identity] = totals.get(value.identity, 0) + count
    shown = _most_frequent(texts, totals, limit)
    more = sum(
        count
        for values, count in zip(values_of_found, counts_of_found, strict=True)
        if any(value.identity not in shown for value in values)
    )
    missing = int(counts[0]) if len(counts) else 0
    return Facet(
        values=tuple(FacetValue(texts[identity], totals[identity]) for identity in shown),
        more_values=len(totals) - len(shown),
        more=more,
        missing=missing,
    )


def _most_frequent(texts: dict[str, str], totals: dict[str, int], limit: int) -> dict[str, None]:
    """Return the most frequent values, in order."""
    least = min(nlargest(limit, totals.values()), default=0)
    frequent = [identity for identity, total in totals.items() if total >= least]
    return dict.fromkeys(sorted(frequent, key=lambda own: (-totals[own], value_order(texts[own])))[:limit])
