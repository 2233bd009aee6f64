"""Which readings of syllables are meant: those that follow one another in the index most often.

A query's syllables have readings: `dang` is `dang`, `đang`, `đảng`, …. The likeliest readings of all syllables together
are the path of highest probability through them, by the frequencies of single and of neighbouring terms: the Viterbi
algorithm over a bigram model with linear interpolation (F. Jelinek and R. Mercer, 1980). Where that leaves a reading
open, it is looked up how often the index has each with the words on both sides.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from timviet.search.lexicon import Lexicon

# How much what stands before a syllable tells of its reading, and how much its readings' own frequencies do.
NEIGHBOUR_SHARE = 0.9
# How often a term counts as seen that was not.
_UNSEEN = 0.01
# A reading is open while another one is more than one so-many-th as likely.
_OPEN = 1 / 50

Likelihoods = NDArray[np.float64]


def likely_readings(readings: Sequence[Mapping[str, float]], lexicon: Lexicon) -> list[str]:
    """Return the likeliest reading of each of several syllables that follow one another.

    Args:
        readings: of each syllable, the keyed terms that it may be, at least one, each with how likely it is by itself,
            as a factor.
        lexicon: the terms of the index, with their frequencies.
    """
    if not readings:
        return []
    model = _Bigrams([list(own) for own in readings], [[*own.values()] for own in readings], lexicon)
    places = model.best_path()
    for place in range(1, len(places) - 1):
        places[place] = model.with_both_neighbours(place, *places[place - 1 : place + 2])
    return [own[place] for own, place in zip(model.terms, places, strict=True)]


class _Bigrams:
    """How likely the terms of each syllable are, and how likely one is after another.

    Args:
        terms: those of each syllable.
        factors: how likely each is by itself.
        lexicon: the terms of the index.
    """

    def __init__(self, terms: Sequence[Sequence[str]], factors: Sequence[Sequence[float]], lexicon: Lexicon) -> None:
        self.terms = terms
        self._lexicon = lexicon
        self._factors = [np.array(own) for own in factors]
        self._counts = [np.array([lexicon.ngrams.single("text", term) for term in own], float) for own in terms]
        self._alone: list[Likelihoods] = [(own + _UNSEEN) / max(lexicon.token_count("text"), 1) for own in self._counts]
        self._steps = [self._step(*pair) for pair in pairwise(range(len(terms)))]

    def _step(self, before: int, after: int) -> Likelihoods:
        """Return how likely the terms of one syllable, in columns, are after those of the one before, in rows."""
        together = self._lexicon.ngrams.pairs("text", self.terms[before], self.terms[after])
        shares = together / np.maximum(self._counts[before], 1)[:, None]
        steps: Likelihoods = NEIGHBOUR_SHARE * shares + (1 - NEIGHBOUR_SHARE) * self._alone[after]
        return steps

    def best_path(self) -> list[int]:
        """Return the place of the likeliest term of each syllable, all of them taken together."""
        best = np.log(self._alone[0] * self._factors[0])
        paths = []
        for step, factors in zip(self._steps, self._factors[1:], strict=True):
            reached = best[:, None] + np.log(step)
            paths.append(reached.argmax(axis=0).tolist())
            best = reached.max(axis=0) + np.log(factors)
        places = [int(best.argmax())]
        for path in reversed(paths):
            places.append(path[places[-1]])
        return places[::-1]

    def with_both_neighbours(self, syllable: int, before: int, own: int, after: int) -> int:
        """Return the place of a syllable's likeliest term between two others, given the one that pairs make likeliest.

        How often the index has the three terms in a row is added to how often it would if pairs were all there is.
        """
        likely = self._steps[syllable - 1][before] * self._factors[syllable] * self._steps[syllable][:, after]
        is_open = likely > _OPEN * likely[own]
        if np.count_nonzero(is_open) == 1:
            return own
        first, last = self.terms[syllable - 1][before], self.terms[syllable + 1][after]
        by_pairs = self._counts[syllable - 1][before] * likely
        places = np.flatnonzero(is_open).tolist()
        in_a_row = [self._lexicon.ngrams.triple("text", first, self.terms[syllable][place], last) for place in places]
        counts = by_pairs[places] + self._factors[syllable][places] * np.array(in_a_row)
        return int(places[counts.argmax()])
