"""Which terms of a keyed field follow one another in one segment, and how often: columns of whole numbers.

A run is where one term is followed by another; runs have numbers. They are described in `timviet.index.postings`.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from timviet.index.columnfile import Column
from timviet.index.postings import runs
from timviet.index.terms import FieldTerms
from timviet.search.sequences import occurrence_keys

# Of so few terms, runs are looked up one by one.
_FEW = 6


class Beside(NamedTuple):
    """Terms beside a term.

    Attributes:
        numbers: the numbers of the terms.
        run_numbers: the runs in which each of them is there.
    """

    numbers: Column
    run_numbers: Column


NOTHING = Beside(np.empty(0, np.int64), np.empty(0, np.int64))


class Pairs(NamedTuple):
    """Terms that follow one another.

    Attributes:
        firsts: the numbers of those that are followed, ascending.
        seconds: the numbers of those that follow.
        counts: how often.
    """

    firsts: Column
    seconds: Column
    counts: Column


class Followers:
    """The terms of a keyed field, each with those that follow it.

    Args:
        terms: the field's terms.

    Attributes:
        terms: the same.
    """

    def __init__(self, terms: FieldTerms) -> None:
        self.terms = terms
        self._followers = terms.followers
        self._followers_data = self._followers.data  # whole numbers out of it cost half of what they do out of an array

    @cached_property
    def _ends(self) -> Column:
        """Where the runs of each term end."""
        return self.terms.columns["follower_ends"].astype(np.int64)

    @cached_property
    def frequencies(self) -> Column:
        """How often each term occurs."""
        return np.diff(self.terms.columns["run_ends"][self._ends - 1].astype(np.int64), prepend=0)

    def numbers(self, terms: Iterable[bytes]) -> tuple[Column, Column]:
        """Return the numbers of those terms that there are, and the place of each among those asked for.

        Args:
            terms: the terms.

        Returns:
            Their numbers and places, in the order in which they were asked for.
        """
        found = [(number, place) for place, term in enumerate(terms) if (number := self.terms.find(term)) is not None]
        numbers, places = np.array(found, np.int64).reshape(-1, 2).T
        return numbers, places

    def starting_with(self, letters: str) -> list[range]:
        """Return the numbers of the terms whose folded forms start with one of some letters."""
        bounds = [(letter.encode(), chr(ord(letter) + 1).encode()) for letter in sorted(letters)]
        return [range(self.terms.first_from(low), self.terms.first_from(high)) for low, high in bounds]

    def before(self, number: int) -> Beside:
        """Return the terms that a term follows."""
        run_numbers = np.flatnonzero(self._followers == number + 1)
        return Beside(self._owners(run_numbers), run_numbers)

    def after(self, number: int) -> Beside:
        """Return the terms that follow a term."""
        first, last = self._runs(range(number, number + 1))
        start = first + int(np.searchsorted(self._followers[first:last], 1))  # without 0, the end of a paragraph
        return Beside(self._followers[start:last].astype(np.int64) - 1, np.arange(start, last))

    def pairs(self, firsts: Iterable[range], seconds: Sequence[range], least: int) -> Pairs:
        """Return terms that follow one another so often at least.

        Args:
            firsts: which terms are followed, ascending.
            seconds: which terms follow.
            least: how often.
        """
        run_numbers = np.concatenate([self._followed(own, seconds) for own in firsts])
        counts = self.terms.run_lengths(run_numbers)
        run_numbers, counts = run_numbers[counts >= least], counts[counts >= least]
        return Pairs(self._owners(run_numbers), self._followers[run_numbers].astype(np.int64) - 1, counts)

    def table(self, firsts: Column, seconds: Column) -> Column:
        """Return how often terms follow others: a row for each of `firsts`, a column for each of `seconds`."""
        columns = np.full(len(self.terms) + 1, -1)
        columns[seconds + 1] = np.arange(len(seconds))
        ends = self._ends[firsts]
        lengths = ends - np.where(firsts > 0, self._ends[firsts - 1], 0)
        run_numbers = runs(ends - lengths, lengths)
        own = columns[self._followers[run_numbers]]
        found = own >= 0
        counts = np.zeros((len(firsts), len(seconds)), np.int64)
        rows = np.repeat(np.arange(len(firsts)), lengths)[found]
        counts[rows, own[found]] = self.terms.run_lengths(run_numbers[found])
        return counts

    def keys(self, run_numbers: Column) -> Column:
        """Return where the first terms of some runs stand, run by run, as keys of occurrences."""
        documents = self.terms.run_documents(run_numbers).numbers
        return occurrence_keys(documents, self.terms.run_positions(run_numbers))

    def run(self, first: int, second: int) -> int | None:
        """Return the run in which a term follows another one, or None where it never does."""
        start, end = self._runs(range(first, first + 1))
        place = bisect_left(self._followers_data, second + 1, start, end)
        return place if place < end and self._followers_data[place] == second + 1 else None

    def runs_between(self, firsts: Column, seconds: Column) -> Column:
        """Return the runs in which any of some terms, ascending, is followed by any of some others, ascending."""
        if len(seconds) > _FEW:
            found = [self.terms.followed_by(first, seconds)[0] for first in firsts.tolist()]
            return np.concatenate([np.empty(0, np.int64), *found])
        others = seconds.tolist()
        single = (self.run(first, second) for first in firsts.tolist() for second in others)
        return np.array([run for run in single if run is not None], np.int64)

    def phrase_ends(self, numbers: Sequence[int], least: int) -> Column:
        """Return where the last of several terms stands that follow one another.

        Args:
            numbers: the terms' numbers, two or more.
            least: how often each two of them have to follow one another, at least.

        Returns:
            Keys of occurrences, ascending.
        """
        run_numbers = [run for pair in pairwise(numbers) if (run := self.run(*pair)) is not None]
        own = np.array(run_numbers, np.int64)
        if len(own) < len(numbers) - 1 or self.terms.run_lengths(own).min() < least:
            return np.empty(0, np.int64)
        ends, *others = (self.keys(own[place : place + 1]) + len(own) - place for place in range(len(own)))
        for keys in others:
            ends = keys[are_among(keys, ends)]
        return ends

    def _followed(self, firsts: range, seconds: Sequence[range]) -> Column:
        """Return the runs of some terms that are followed by some others."""
        first, last = self._runs(firsts)
        own = self._followers[first:last]
        found = np.zeros(len(own), bool)
        for others in seconds:
            found |= (own > others.start) & (own <= others.stop)
        return first + np.flatnonzero(found)

    def _runs(self, numbers: range) -> tuple[int, int]:
        """Return the first run of some terms, and the one after the last."""
        first, last = (int(self._ends[number - 1]) if number else 0 for number in (numbers.start, numbers.stop))
        return first, last

    def _owners(self, run_numbers: Column) -> Column:
        """Return the terms that are followed in some runs."""
        return np.searchsorted(self._ends, run_numbers, side="right")


def are_among(keys: Column, others: Column) -> NDArray[np.bool]:
    """Tell which keys are among others, which ascend."""
    if not len(others):
        return np.zeros(len(keys), bool)
    places = np.minimum(np.searchsorted(others, keys), len(others) - 1)
    found: NDArray[np.bool] = others[places] == keys
    return found
