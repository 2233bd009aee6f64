"""The paragraphs that a leaf finds in a segment, and how much each counts: few ones by number, many in a table."""

from copy import copy

import numpy as np
from numpy.typing import NDArray

from timviet.index.columnfile import Column
from timviet.search.nodes import Leaf, leaf_size

# What is in this share of the paragraphs or more is remembered as a number for each paragraph of all.
DENSE_SHARE = 1 / 32
# So many paragraphs are searched for one by one among others; more of them are looked up in a table of all.
_FEW = 512


class LeafPostings:
    """The paragraphs that a leaf finds in a segment, as they are remembered.

    Args:
        documents: their numbers in the segment, ascending.
        levels: the saturation of each; see `timviet.search.rank`.
        paragraph_count: how many paragraphs the segment has.
        leaf: the leaf.

    Attributes:
        count: how many they are.
        is_dense: whether they are so many that there is a number for each paragraph of the segment.
        size: about how many bytes of memory they take, with the leaf.
    """

    def __init__(self, documents: Column, levels: NDArray[np.uint8], paragraph_count: int, leaf: Leaf) -> None:
        self.count = len(documents)
        self.is_dense = self.count > DENSE_SHARE * paragraph_count
        self._paragraph_count = paragraph_count
        self._documents, self._levels = documents, levels
        if self.is_dense:
            self._documents, self._levels = documents[:0], self.table()
        self.size = self._documents.nbytes + self._levels.nbytes + leaf_size(leaf)

    @property
    def documents(self) -> Column:
        """Their numbers in the segment, ascending."""
        return np.flatnonzero(self._levels > 0) if self.is_dense else self._documents

    @property
    def levels(self) -> NDArray[np.uint8]:
        """The saturation of each."""
        return self._levels[self.documents] if self.is_dense else self._levels

    def table(self) -> NDArray[np.uint8]:
        """Return the saturation for each paragraph of the segment, 0 where the leaf does not find it."""
        if len(self._levels) == self._paragraph_count:
            return self._levels
        table = np.zeros(self._paragraph_count, np.uint8)
        table[self._documents] = self._levels
        return table

    def add_to(self, total: NDArray[np.uint16], weight: int, only_found: bool, scratch: NDArray[np.uint16]) -> None:
        """Add the saturations, times a weight, to what each paragraph of the segment has.

        Args:
            total: what they are added to.
            weight: the weight, small enough for the sums.
            only_found: whether to leave those paragraphs at 0 that have nothing yet.
            scratch: room for as many numbers as `total` has, which are overwritten.
        """
        more = np.multiply(self._levels, np.uint16(weight), out=scratch[: len(self._levels)])
        if self.is_dense:
            if only_found:
                more *= total > 0
            total += more
        else:
            before = total[self._documents]
            if only_found:
                more *= before > 0
            total[self._documents] = before + more

    def among(self, documents: Column) -> tuple[Column, NDArray[np.uint8]]:
        """Return the places of what the leaf finds among some paragraphs, ascending, and the saturations there."""
        if not self.is_dense and min(len(documents), self.count) < _FEW:
            places, own = common(documents, self._documents)
            return places, self._levels[own]
        found = self.table()[documents]
        (places,) = (found > 0).nonzero()  # np.flatnonzero takes twice as long for few
        return places, found[places]

    def kept(self, kept: NDArray[np.bool]) -> "LeafPostings":
        """Return them without deleted paragraphs.

        Args:
            kept: for each paragraph of the segment, whether it is not deleted.
        """
        postings = copy(self)
        if self.is_dense:
            postings._levels = self._levels * kept
            postings.count = int(np.count_nonzero(postings._levels))
        else:
            left = kept[self._documents]
            postings._documents, postings._levels = self._documents[left], self._levels[left]
            postings.count = len(postings._documents)
        return postings


def common(documents: Column, others: Column) -> tuple[Column, Column]:
    """Return the places in either of what is in both of two ascending lists of documents."""
    if len(documents) > len(others):
        return common(others, documents)[::-1]
    if not len(documents):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    places = others.searchsorted(documents)
    places[places == len(others)] = 0
    (found,) = (others[places] == documents).nonzero()
    return found, places[found]
