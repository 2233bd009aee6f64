"""What stands before and after a word, and how well it agrees with what stands before and after a phrase.

An abbreviation and what it stands for come in the same places: `UBND tỉnh` and `ủy ban nhân dân tỉnh`, `thuế GTGT` and
`thuế giá trị gia tăng`. How much likelier a word is beside the phrase than anywhere is their pointwise mutual
information, as in C. Manning and H. Schütze, "Foundations of Statistical Natural Language Processing" (1999), section
5.4; here what was never seen beside the phrase is less likely, and not impossible.
"""

from collections.abc import Callable, Mapping
from heapq import nlargest
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from timviet.index.columnfile import Column

# How likely it is that what stands beside an abbreviation is something that stands beside what it stands for, too.
_SEEN = 0.7
# The commonest neighbours tell enough.
MAX_NEIGHBOURS = 48


class Neighbours(NamedTuple):
    """The words on one side of a word.

    Attributes:
        terms: the words, as they are keyed, ascending.
        weights: how much each tells: the square root of how often it stands there, as it comes in the same phrases.
        shares: each one's share of all words of the index.
    """

    terms: tuple[bytes, ...]
    weights: NDArray[np.float64]
    shares: NDArray[np.float64]

    @classmethod
    def of(cls, counts: Mapping[bytes, int], share: Callable[[bytes], float]) -> "Neighbours":
        """Return those that stand there most often.

        Args:
            counts: how often each word stands there.
            share: tells a word's share of all words of the index.
        """
        terms = tuple(sorted(nlargest(MAX_NEIGHBOURS, counts, key=lambda term: (counts[term], term))))
        weights = np.sqrt([float(counts[term]) for term in terms])
        return cls(terms, weights, np.array([share(term) for term in terms], float))

    def fit(self, counts: Column, frequency: Column | int) -> NDArray[np.float64]:
        """Return how well they fit beside a phrase: 0 where they do as anywhere, 1 where e times as well.

        Args:
            counts: how often each stands there, for each phrase a column.
            frequency: how often each phrase occurs.
        """
        if not self.terms:
            return np.zeros(counts.shape[1])
        likelier = counts / frequency / self.shares[:, None]
        fits: NDArray[np.float64] = self.weights @ np.log(_SEEN * likelier + 1 - _SEEN) / self.weights.sum()
        return fits


class Surroundings(NamedTuple):
    """The words before and after a word."""

    before: Neighbours
    after: Neighbours
