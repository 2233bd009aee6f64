"""Where terms occur and follow one another, as columns of numbers."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from timviet.index.columnfile import Column
from timviet.search.deadline import check_time

_POSITION_BITS = 32
_POSITIONS = (1 << _POSITION_BITS) - 1
# So many occurrences are looked at at once: that takes some ten milliseconds.
_AT_ONCE = 1 << 18


class Occurrences(NamedTuple):
    """Where terms occur.

    Attributes:
        keys: the paragraph and the position there, in one number, ascending.
        weights: how much each occurrence counts.
    """

    keys: Column
    weights: NDArray[np.float64]


class TermOccurrences(NamedTuple):
    """Where one term occurs, and how much each occurrence counts."""

    keys: Column
    weight: float


def occurrence_keys(documents: Column, positions: Column) -> Column:
    """Return the keys of occurrences.

    Args:
        documents: the number of each one's paragraph.
        positions: its position there.
    """
    keys: Column = (documents << _POSITION_BITS) + positions
    return keys


def documents_of(keys: Column) -> Column:
    """Return the number of the paragraph of each of some occurrences, by their keys."""
    documents: Column = keys >> _POSITION_BITS
    return documents


def distinct_documents(keys: Column) -> Column:
    """Return the numbers of the paragraphs that have some occurrences, by their keys, which ascend; each once."""
    documents = documents_of(keys)
    return documents[np.diff(documents, prepend=-1) > 0]


def positions_of(keys: Column) -> Column:
    """Return the position in its paragraph of each of some occurrences, by their keys."""
    positions: Column = keys & _POSITIONS
    return positions


def spread(length: int, most: int) -> Column:
    """Return so many places in a row of some length, or fewer, spread evenly, ascending.

    Example:
        >>> spread(9, 3).tolist(), spread(2, 3).tolist()
        ([1, 4, 7], [0, 1])
    """
    return np.array(sorted({(2 * number + 1) * length // (2 * most) for number in range(most)})[:length], np.int64)


def sequences(groups: Sequence[Sequence[TermOccurrences]], slop: int) -> tuple[Column, NDArray[np.float64]]:
    """Return the paragraphs that have terms of several groups one after the other, and how much they count in each.

    One stretch of paragraphs is looked at after the other, so that even the commonest terms take little memory at once.

    Args:
        groups: where the terms of each group occur.
        slop: the largest step from one to the next.
    """
    every = [own.keys for group in groups for own in group if len(own.keys)]
    last = max((int(keys[-1]) >> _POSITION_BITS for keys in every), default=0)
    bounds = np.linspace(0, last + 1, sum(map(len, every)) // _AT_ONCE + 2).astype(np.int64) << _POSITION_BITS
    cuts = [[np.searchsorted(own.keys, bounds).tolist() for own in group] for group in groups]
    found = []
    for part in range(len(bounds) - 1):
        check_time()
        occurrences = [
            _in_order([own.keys[cut[part] : cut[part + 1]] for own, cut in zip(*pair, strict=True)], pair[0])
            for pair in zip(groups, cuts, strict=True)
        ]
        found.append(counted(follow(occurrences, slop)))
    documents, frequencies = (np.concatenate(columns) for columns in zip(*found, strict=True))
    return documents, frequencies


def _in_order(keys: Sequence[Column], terms: Sequence[TermOccurrences]) -> Occurrences:
    """Return the occurrences of several terms as one, of each those with some keys."""
    every = np.concatenate([np.empty(0, np.int64), *keys])
    order = np.argsort(every)
    return Occurrences(every[order], np.repeat([own.weight for own in terms], [*map(len, keys)])[order])


def follow(occurrences: Sequence[Occurrences], slop: int) -> Occurrences:
    """Return where sequences end: an occurrence of each in turn, with steps of 1 to `slop` positions.

    An end's weight is that of the best way to get there, the product of its occurrences' weights.

    Args:
        occurrences: what is to follow one another.
        slop: the largest step.
    """
    ends = occurrences[0]
    for following in occurrences[1:]:
        keys, weights = ends
        last = np.searchsorted(keys, following.keys)
        places = np.flatnonzero(np.append(-slop - 1, keys)[last] >= following.keys - slop)
        first = np.searchsorted(keys, following.keys[places] - slop)
        # What lies between two windows is left out; the last one may end with the weight of nothing.
        windows = np.stack([first, last[places]], axis=1).ravel()
        best = np.maximum.reduceat(np.append(weights, 0.0), windows)[::2]
        ends = Occurrences(following.keys[places], best * following.weights[places])
    return ends


def counted(occurrences: Occurrences) -> tuple[Column, NDArray[np.float64]]:
    """Return the paragraphs of occurrences, ascending, and how much they count in each.

    How they do is told by `GroupReader.frequencies` in `timviet.search.groups`.
    """
    documents = documents_of(occurrences.keys)
    starts = np.flatnonzero(np.diff(documents, prepend=-1))
    if not len(starts):
        return np.empty(0, np.int64), np.empty(0)
    full = occurrences.weights == 1
    in_full = np.add.reduceat(full.astype(np.float64), starts)
    if full.all():
        return documents[starts], in_full
    missing = np.multiply.reduceat(np.where(full, 1.0, 1 - occurrences.weights), starts)
    return documents[starts], in_full + 1 - missing
