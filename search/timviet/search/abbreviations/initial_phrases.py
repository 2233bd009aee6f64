"""The phrases of an index that an abbreviation may stand for, by the initials of their words.

How often a phrase should occur is told by how often each two of its words follow one another, so that no occurrence is
read; that of the right phrase is among the highest, or it is where what stands beside its first and last word tells.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from timviet.index.columnfile import Column
from timviet.index.postings import runs
from timviet.search.abbreviations.followers import Followers, Pairs
from timviet.search.abbreviations.initials import folded_initials
from timviet.search.abbreviations.surroundings import Neighbours, Surroundings

# So many phrases are kept from one word to the next, and so many are returned.
_LIKELY = 1000
_LIKELIEST = 10
# What fits beside the first and last word of a phrase is about what fits beside the phrase. Of phrases that texts
# define, not one in ten fits so badly, and four in five are among so many that are likeliest.
_MIN_FIT = -1.0
_FIT_WEIGHT = 2.0


class _Phrases(NamedTuple):
    """Phrases, a row of numbers of terms each, and about how often each should occur."""

    numbers: Column
    expected: NDArray[np.float64]

    def likeliest(self) -> "_Phrases":
        if len(self.expected) <= _LIKELY:
            return self
        best = np.argpartition(-self.expected, _LIKELY)[:_LIKELY]
        return _Phrases(self.numbers[best], self.expected[best])


def initial_phrases(followers: Followers, letters: str, around: Surroundings, least: int) -> list[tuple[bytes, ...]]:
    """Return the likeliest phrases of some initials.

    Args:
        followers: the words of a segment.
        letters: the initials, without marks.
        around: what stands beside the abbreviation.
        least: how often they have to occur.
    """
    phrases = _expected(followers, letters, least)
    if not len(phrases.expected):
        return []
    fits = _fit(followers, phrases.numbers, around)
    scores = np.where(fits >= _MIN_FIT, np.log(phrases.expected) + _FIT_WEIGHT * fits, -np.inf)
    best = np.argsort(-scores, kind="stable")[: min(_LIKELIEST, (scores > -np.inf).sum())]
    return [tuple(followers.terms[number] for number in own) for own in phrases.numbers[best].tolist()]


def _expected(followers: Followers, letters: str, least: int) -> _Phrases:
    """Return the phrases that should occur most often, each word taken to depend on the one before it alone."""
    words = [followers.starting_with(folded_initials(letter)) for letter in letters]
    first, *others = [followers.pairs(*own, least) for own in pairwise(words)]
    phrases = _Phrases(np.stack([first.firsts, first.seconds], axis=1), first.counts.astype(float)).likeliest()
    for pairs in others:
        phrases = _longer(phrases, pairs, followers.frequencies).likeliest()
    return phrases


def _longer(phrases: _Phrases, pairs: Pairs, frequencies: Column) -> _Phrases:
    """Return all that phrases become with one word more."""
    lasts = phrases.numbers[:, -1]
    starts = np.searchsorted(pairs.firsts, lasts, side="left")
    lengths = np.searchsorted(pairs.firsts, lasts, side="right") - starts
    own, before = runs(starts, lengths), np.repeat(np.arange(len(lasts)), lengths)
    expected = phrases.expected[before] * pairs.counts[own] / frequencies[pairs.firsts[own]]
    return _Phrases(np.column_stack([phrases.numbers[before], pairs.seconds[own]]), expected)


def _fit(followers: Followers, phrases: Column, around: Surroundings) -> NDArray[np.float64]:
    """Return about how well phrases fit: by what stands before their first words, and after their last ones."""
    firsts, of_first = np.unique(phrases[:, 0], return_inverse=True)
    lasts, of_last = np.unique(phrases[:, -1], return_inverse=True)
    numbers, places = followers.numbers(around.before.terms)
    before = _rows(followers.table(numbers, firsts), places, around.before)
    numbers, places = followers.numbers(around.after.terms)
    after = _rows(followers.table(lasts, numbers).T, places, around.after)
    frequencies = followers.frequencies
    fits: NDArray[np.float64] = around.before.fit(before, frequencies[firsts])[of_first]
    return fits + around.after.fit(after, frequencies[lasts])[of_last]


def _rows(counts: Column, places: Column, neighbours: Neighbours) -> Column:
    """Return a table with a row for each neighbour, from one with rows for some of them."""
    table = np.zeros((len(neighbours.terms), counts.shape[1]))
    table[places] = counts
    return table
