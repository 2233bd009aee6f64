"""Where terms occur and follow one another, as columns of numbers."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from timviet.index.columnfile import Column

_POSITION_BITS = 32


class Occurrences(NamedTuple):
    """Where terms occur.

    Attributes:
        keys: the paragraph and the position there, in one number, ascending.
        weights: how much each occurrence counts.
    """

    keys: Column
    weights: NDArray[np.float64]


def occurrence_keys(documents: Column, positions: Column) -> Column:
    """Return the keys of occurrences.

    Args:
        documents: the number of each one's paragraph.
        positions: its position there.
    """
    keys: Column = (documents << _POSITION_BITS) + positions
    return keys


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


def counted(occurrences: Occurrences) -> tuple[Column, NDArray[np.float64]]:
    """Return the paragraphs of occurrences, ascending, and how much they count in each.

    How they do is told by `GroupReader.frequencies` in `timviet.search.groups`.
    """
    documents = occurrences.keys >> _POSITION_BITS
    starts = np.flatnonzero(np.diff(documents, prepend=-1))
    if not len(starts):
        return np.empty(0, np.int64), np.empty(0)
    full = occurrences.weights == 1
    in_full = np.add.reduceat(full.astype(np.float64), starts)
    if full.all():
        return documents[starts], in_full
    missing = np.multiply.reduceat(np.where(full, 1.0, 1 - occurrences.weights), starts)
    return documents[starts], in_full + 1 - missing
