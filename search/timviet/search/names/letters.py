"""Many short texts as one column of letters: which of them contain others, and which are one slip away."""

from collections.abc import Sequence
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from timviet.index.columnfile import Column, smallest_unsigned
from timviet.index.postings import runs


class Letters:
    """Texts one after the other.

    Args:
        code_points: those of all texts.
        ends: where each text ends.

    Example:
        >>> words = Letters.of(["thanh", "tho", "tha"])
        >>> words.containing("ha").tolist(), words.one_slip_away("hto").tolist()
        ([0, 2], [1])
    """

    def __init__(self, code_points: Column, ends: Column) -> None:
        self._code_points = code_points
        self._ends = ends

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """Return the letters of some texts."""
        code_points = np.frombuffer("".join(texts).encode("utf-32-le"), "<u4")
        ends = np.cumsum([0, *map(len, texts)])[1:]
        return cls(code_points.astype(smallest_unsigned(int(code_points.max(initial=0)))), ends)

    @cached_property
    def lengths(self) -> Column:
        """How many letters each text has."""
        return np.diff(self._ends, prepend=0)

    def joined(self, numbers: Column, counts: Column) -> "Letters":
        """Return the letters of longer texts, each of which is made of some of these.

        Args:
            numbers: the numbers of those that make the first one, and so on.
            counts: of how many each is made; at least of one.
        """
        lengths = self.lengths[numbers]
        places = runs(self._ends[numbers] - lengths, lengths)
        return Letters(self._code_points[places], np.cumsum(lengths)[np.cumsum(counts) - 1])

    def containing(self, text: str) -> Column:
        """Return the numbers of the texts that contain another one, which is not empty."""
        last = len(self._code_points) - len(text)
        rarest_first = sorted(enumerate(map(ord, text)), key=lambda own: self._frequency(own[1]))
        (offset, letter), *others = rarest_first
        places = np.flatnonzero(self._code_points[offset : max(last + offset + 1, offset)] == letter)
        for offset, letter in others:
            places = places[self._code_points[places + offset] == letter]
        numbers = np.searchsorted(self._ends, places, side="right")
        numbers = numbers[places + len(text) <= self._ends[numbers]]
        return numbers[np.flatnonzero(np.diff(numbers, prepend=-1))]

    def _frequency(self, letter: int) -> int:
        """Return how often a letter occurs."""
        return int(self._frequencies[letter]) if letter < len(self._frequencies) else 0

    @cached_property
    def _frequencies(self) -> Column:
        return np.bincount(self._code_points)

    def one_slip_away(self, text: str) -> Column:
        """Return the numbers of the texts that one slip makes of another one; see `one_slip_away` below."""
        wanted = np.array([*map(ord, text)], np.int64)
        found = [np.empty(0, np.int64)]
        for length in range(max(len(text) - 1, 1), len(text) + 2):
            numbers = np.flatnonzero(self.lengths == length)
            starts = self._ends[numbers] - length
            same = min(length, len(text))
            leading = self._shared(starts, wanted[:same], 1)
            trailing = self._shared(starts + length - 1, wanted[::-1][:same], -1)
            if length == len(text):
                is_found = (leading + trailing == length - 1) | self._are_swapped(starts, leading, trailing, wanted)
            else:
                is_found = leading + trailing >= same
            found.append(numbers[is_found])
        return np.sort(np.concatenate(found))

    def _shared(self, places: Column, letters: Column, step: int) -> Column:
        """Return how many of some letters stand at each place and the following ones, up to the first other one."""
        shared = np.zeros(len(places), np.int64)
        same = np.arange(len(places))
        for offset, letter in enumerate(letters.tolist()):
            same = same[self._code_points[places[same] + step * offset] == letter]
            shared[same] += 1
        return shared

    def _are_swapped(self, starts: Column, leading: Column, trailing: Column, wanted: Column) -> NDArray[np.bool]:
        """Return for texts as long as another one whether two neighbouring letters are in the other order."""
        swapped: NDArray[np.bool] = leading + trailing == len(wanted) - 2
        numbers = np.flatnonzero(swapped)
        first = leading[numbers]
        places = starts[numbers] + first
        here, there = self._code_points[places], self._code_points[places + 1]
        swapped[numbers] = (here == wanted[first + 1]) & (there == wanted[first])
        return swapped


def one_slip_away(text: str, other: str) -> bool:
    """Tell whether a text has a letter too many, too few, another one, or two neighbouring ones in the other order.

    Example:
        >>> [one_slip_away("tho", other) for other in ("thou", "to", "thu", "hto", "tho", "thien")]
        [True, True, True, True, False, False]
    """
    pairs = enumerate(zip(text, other, strict=False))
    start = next((place for place, (own, its) in pairs if own != its), min(len(text), len(other)))
    rest, others = text[start:], other[start:]
    is_swapped = rest[1::-1] == others[:2] and rest[2:] == others[2:]
    return text != other and (is_swapped or rest[1:] in (others, others[1:]) or rest == others[1:])
