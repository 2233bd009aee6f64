"""Words within a few edits of another: a letter more, a letter less, or another letter.

All words of a length are compared at once, letter by letter, in a band of the table of edit distances (E. Ukkonen,
"Algorithms for approximate string matching", 1985); those with more edits already are left behind.
"""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from timviet.index.columnfile import Column
from timviet.search.deadline import check_time

Letters = NDArray[np.uint32]


class Words:
    """A list of words, as columns of letters.

    Args:
        words: the words.

    Example:
        >>> Words(["dang", "dan", "dung", "uy"]).within("dang", 1)
        ['dan', 'dang', 'dung']
    """

    def __init__(self, words: Iterable[str]) -> None:
        by_length = defaultdict(list)
        for word in filter(None, words):
            by_length[len(word)].append(word)
        self._by_length = {length: np.array(own) for length, own in by_length.items()}

    def within(self, word: str, distance: int) -> list[str]:
        """Return the words that so many edits, or fewer, make of another one; shorter ones first, else as they came.

        Args:
            word: the other one.
            distance: how many edits.
        """
        typed = np.array([*map(ord, word)], np.uint32)
        found: list[str] = []
        for length in range(len(word) - distance, len(word) + distance + 1):
            words = self._by_length.get(length)
            if words is not None:
                letters = words.view(np.uint32).reshape(len(words), length)
                found += words[_places_within(letters, typed, distance)].tolist()
        return found


def _places_within(words: Letters, typed: Letters, distance: int) -> Column:
    """Return the places of those words that are within some edits of a typed one; each row of letters is a word."""
    width, too_many = 2 * distance + 1, np.uint8(distance + 1)
    places = np.arange(len(words))
    # For each word a row: after its first letters, the edits to as many of the typed ones, and some fewer or more.
    edits = np.tile(np.abs(np.arange(width) - distance).astype(np.uint8), (len(words), 1))
    edits[:, :distance] = too_many
    for length in range(1, words.shape[1] + 1):
        check_time()
        after = np.full_like(edits, too_many)
        for column in range(width):
            own = length + column - distance
            if not 0 <= own <= len(typed):
                continue
            if column + 1 < width:
                np.minimum(after[:, column], edits[:, column + 1] + 1, out=after[:, column])
            if own:
                is_other = words[places, length - 1] != typed[own - 1]
                np.minimum(after[:, column], edits[:, column] + is_other, out=after[:, column])
            if own and column:
                np.minimum(after[:, column], after[:, column - 1] + 1, out=after[:, column])
        left = np.flatnonzero(after.min(axis=1) < too_many)
        places, edits = places[left], after[left]
    return places[edits[:, len(typed) - words.shape[1] + distance] < too_many]
