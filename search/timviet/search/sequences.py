"""Where terms occur and follow one another, as columns of numbers."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from timviet.index.columnfile import Column

# An occurrence's key is its position, in the lowest bits, above them its paragraph's place, and above that a tag.
_POSITION_BITS = 32
_PLACE_BITS = 25
TAGS = 1 << (62 - _POSITION_BITS - _PLACE_BITS)
"""How many tags there are: what is looked for at once is told apart by them."""


class Occurrences(NamedTuple):
    """Where terms occur.

    Attributes:
        keys: a tag, the paragraph's place among candidates and the position there, in one number, ascending.
        weights: how much each occurrence counts.
    """

    keys: Column
    weights: NDArray[np.float64]


def occurrence_keys(places: Column, positions: Column) -> Column:
    """Return the keys of occurrences.

    Args:
        places: the place of each one's paragraph among candidates.
        positions: its position there.
    """
    return (places.astype(np.int64) << _POSITION_BITS) + positions


def tagged(occurrences: Sequence[Occurrences]) -> Occurrences:
    """Return several occurrences as one, each with its place as its tag; there may be `TAGS` of them."""
    tag = 1 << (_POSITION_BITS + _PLACE_BITS)
    keys = np.concatenate([own.keys + place * tag for place, own in enumerate(occurrences)])
    return Occurrences(keys, np.concatenate([own.weights for own in occurrences]))


def follow(occurrences: Sequence[Occurrences], slop: int) -> Occurrences:
    """Return where sequences end: an occurrence of each in turn, with steps of 1 to `slop` positions.

    An end's weight is that of the best way to get there, the product of its occurrences' weights.

    Args:
        occurrences: what is to follow one another.
        slop: the largest step.
    """
    ends = occurrences[0]
    for following in occurrences[1:]:
        best = np.zeros(len(following.keys))
        if len(ends.keys):
            for step in range(1, slop + 1):
                before = following.keys - step
                places = np.minimum(np.searchsorted(ends.keys, before), len(ends.keys) - 1)
                np.maximum(best, np.where(ends.keys[places] == before, ends.weights[places], 0.0), out=best)
        reached = best > 0
        ends = Occurrences(following.keys[reached], (best * following.weights)[reached])
    return ends


class Counted(NamedTuple):
    """How much occurrences count in each paragraph.

    Attributes:
        tags: their tag.
        places: the paragraph's place among candidates.
        frequencies: how much they count there; see `timviet.search.groups.WeightedPostings`.
    """

    tags: Column
    places: Column
    frequencies: NDArray[np.float64]


def counted(occurrences: Occurrences) -> Counted:
    """Return how much occurrences count, by tag and paragraph."""
    tags_and_places = occurrences.keys >> _POSITION_BITS
    starts = np.flatnonzero(np.diff(tags_and_places, prepend=-1))
    if not len(starts):
        return Counted(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    full = occurrences.weights == 1
    in_full = np.add.reduceat(full.astype(np.float64), starts)
    missing = np.multiply.reduceat(np.where(full, 1.0, 1 - occurrences.weights), starts)
    found = tags_and_places[starts]
    return Counted(found >> _PLACE_BITS, found & ((1 << _PLACE_BITS) - 1), in_full + 1 - missing)
