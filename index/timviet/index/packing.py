"""Whole numbers in a byte or two each, though a few of them take up to four.

A packed column `NAME` is three columns; the numbers that have no room in the first one are in the other two:

| column | | |
| --- | --- | --- |
| `NAME` | one or two bytes for each number | the number; all bits set where it is too large |
| `NAME.large_places` | | the places of the large numbers, ascending |
| `NAME.large_numbers` | | the large numbers |
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cached_property

import numpy as np
from numpy.typing import DTypeLike

from timviet.index.columnfile import UNSIGNED, WHOLE, Column, Columns, DamagedFileError, smallest_unsigned
from timviet.index.columnwriter import ColumnWriter


class PackedColumn:
    """Reads a packed column.

    Args:
        columns: the columns of a file, or of a part of it.
        name: the packed column's name.
    """

    def __init__(self, columns: Columns, name: str) -> None:
        self._columns = columns
        self._name = name
        places, numbers = f"{name}.large_places", f"{name}.large_numbers"
        columns.require(name, UNSIGNED[:2])
        columns.require(places, WHOLE)
        columns.require(numbers, UNSIGNED, columns.count(places))

    @cached_property
    def _small(self) -> Column:
        return self._columns[self._name]

    @cached_property
    def _large_places(self) -> Column:
        return self._columns[f"{self._name}.large_places"]

    @cached_property
    def _large_numbers(self) -> Column:
        return self._columns[f"{self._name}.large_numbers"]

    @cached_property
    def _mark(self) -> int:
        return int(np.iinfo(self._small.dtype).max)

    def read(self, start: int, end: int) -> Column:
        """Return the numbers from one place to before another."""
        small = self._small[start:end]
        numbers = small.astype(np.int64)
        large = np.flatnonzero(small == self._mark)
        if len(large):
            first = bisect_left(self._large_places.data, start)
            own = self._large_numbers[first : first + len(large)]
            if len(own) < len(large):
                raise self._lost()
            numbers[large] = own
        return numbers

    def take(self, places: Column) -> Column:
        """Return the numbers at some places."""
        small = self._small[places]
        numbers = small.astype(np.int64)
        large = np.flatnonzero(small == self._mark)
        if len(large):
            asked = places[large].astype(self._large_places.dtype)  # of another type, all would be converted
            own = np.searchsorted(self._large_places, asked)
            if own.max() >= len(self._large_numbers):
                raise self._lost()
            numbers[large] = self._large_numbers[own]
        return numbers

    def _lost(self) -> DamagedFileError:
        return self._columns.damaged(f"column {self._name} has lost large numbers")


def write_packed(writer: ColumnWriter, name: str, dtype: DTypeLike, pieces: Iterable[Column]) -> None:
    """Write a packed column that comes in pieces.

    Args:
        writer: the file to write to.
        name: the column's name.
        dtype: the type of small numbers.
        pieces: the numbers, one piece after the other.
    """
    mark = np.iinfo(np.dtype(dtype)).max
    places: list[Column] = [np.empty(0, np.int64)]
    numbers: list[Column] = [np.empty(0, np.int64)]

    def small_pieces() -> Iterator[Column]:
        start = 0
        for piece in pieces:
            large = np.flatnonzero(piece >= mark)
            places.append(start + large)
            numbers.append(piece[large])
            start += len(piece)
            small = piece.astype(dtype)
            small[large] = mark
            yield small

    writer.add_pieces(name, dtype, small_pieces())
    for suffix, own in (("large_places", places), ("large_numbers", numbers)):
        column = np.concatenate(own)
        writer.add(f"{name}.{suffix}", column.astype(smallest_unsigned(int(column.max(initial=0)))))


def gaps(ascending: Column, lengths: Column) -> Column:
    """Return the differences between the numbers of ascending runs; the first of each run as it is.

    Args:
        ascending: the runs, one after the other.
        lengths: how many numbers each run has.

    Example:
        >>> gaps(np.array([3, 5, 9, 2, 4]), np.array([3, 2])).tolist()
        [3, 2, 4, 2, 2]
    """
    differences = np.empty_like(ascending)
    np.subtract(ascending[1:], ascending[:-1], out=differences[1:])
    starts = _starts(lengths)
    differences[starts] = ascending[starts]
    return differences


def without_gaps(differences: Column, lengths: Column) -> Column:
    """Return the runs of numbers that `gaps` was given.

    Example:
        >>> without_gaps(np.array([3, 2, 4, 2, 2]), np.array([3, 2])).tolist()
        [3, 5, 9, 2, 4]
    """
    sums = np.cumsum(differences)
    if len(lengths) > 1:
        starts = _starts(lengths)
        sums -= np.repeat(sums[starts] - differences[starts], lengths[lengths > 0])
    return sums


def _starts(lengths: Column) -> Column:
    """Return where the runs start that are not empty."""
    starts: Column = (np.cumsum(lengths) - lengths)[lengths > 0]
    return starts
