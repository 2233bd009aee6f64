"""Which readings of syllables are meant: those that follow one another in the index most often.

A query's syllables have readings: `dang` is `dang`, `đang`, `đảng`, …. How likely each is where it stands comes from
the frequencies of single terms and of pairs (the forward-backward algorithm over a bigram model); of the few that are
left open, the path of highest probability is found by triples, too (the Viterbi algorithm over a trigram model). The
models are interpolated linearly (F. Jelinek and R. Mercer, "Interpolated estimation of Markov source parameters from
sparse data", 1980), triples with an absolute discount (H. Ney, U. Essen and R. Kneser, "On structuring probabilistic
dependences in stochastic language modelling", 1994).
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import prod

import numpy as np
from numpy.typing import NDArray

from timviet.search.deadline import check_time
from timviet.search.word_counts import WordCounts

# How much of a probability comes from pairs, the rest from single terms; and from triples, the rest from pairs.
PAIR_SHARE = 0.95
TRIPLE_SHARE = 0.6
# What is taken off how often a triple was seen: what was seen once is seen again less often than that says.
_DISCOUNT = 0.5
# How often a term counts as seen that was not.
_UNSEEN = 0.01
# A reading is open that is at least this likely by pairs; of a syllable, so many at most.
_OPEN = 0.01
_MOST_OPEN = 4
# What no term has; some have spaces, as that of the ligature for صلى الله عليه وسلم.
_SEPARATOR = "\n"

Likelihoods = NDArray[np.float64]
Path = tuple[int, ...]


def likely_readings(readings: Sequence[Mapping[str, float]], counts: WordCounts) -> list[str]:
    """Return the likeliest reading of each of several syllables that follow one another.

    Args:
        readings: of each syllable, the keyed terms that it may be, at least one, each with how likely it is by itself,
            as a factor. Where it may be several terms in a row, that is their `in_a_row`, and the factor takes in how
            likely it is that the others follow the first one.
        counts: how often the index has which words.
    """
    if not readings:
        return []
    model = _Model([list(own) for own in readings], [np.array([*own.values()]) for own in readings], counts)
    return [list(own)[place] for own, place in zip(readings, model.best_path(), strict=True)]


def in_a_row(*terms: str) -> str:
    """Return the reading that is several keyed terms, one after the other."""
    return _SEPARATOR.join(terms)


def terms_of(reading: str) -> list[str]:
    """Return the keyed terms of which a reading is made."""
    return reading.split(_SEPARATOR)


def likelihood(terms: Sequence[str], counts: WordCounts) -> float:
    """Return how likely it is that keyed terms follow one another, by single terms and pairs.

    Args:
        terms: the terms, at least one.
        counts: how often the index has which words.
    """
    alone = [(counts.single(term) + _UNSEEN) / max(counts.token_count, 1) for term in terms]
    steps = (
        PAIR_SHARE * counts.pair(before, after) / max(counts.single(before), 1) + (1 - PAIR_SHARE) * own
        for (before, after), own in zip(pairwise(terms), alone[1:], strict=False)
    )
    return prod(steps, start=alone[0])


class _Model:
    """How likely the readings of each syllable are, by themselves and after others; they go by their places.

    Args:
        readings: those of each syllable.
        factors: how likely each is by itself.
        counts: how often the index has which words.
    """

    def __init__(self, readings: Sequence[Sequence[str]], factors: Sequence[Likelihoods], counts: WordCounts) -> None:
        self._terms = [[terms_of(reading) for reading in own] for own in readings]
        self._factors = factors
        self._words = counts
        firsts, lasts = ([[terms[end] for terms in own] for own in self._terms] for end in (0, -1))
        starts, ends = ([self._counts(own) for own in terms] for terms in (firsts, lasts))
        self._alone = [(own + _UNSEEN) / max(counts.token_count, 1) for own in starts]
        self._pairs = [counts.pairs(*pair) for pair in zip(lasts, firsts[1:], strict=False)]
        self._steps: list[Likelihoods] = [
            PAIR_SHARE * pairs / np.maximum(before, 1)[:, None] + (1 - PAIR_SHARE) * alone
            for pairs, before, alone in zip(self._pairs, ends, self._alone[1:], strict=False)
        ]

    def _counts(self, terms: Sequence[str]) -> Likelihoods:
        return np.array([self._words.single(term) for term in terms], float)

    def best_path(self) -> Path:
        """Return the place of the likeliest term of each syllable, all of them taken together."""
        first, *others = self._open_places()
        best: dict[Path, tuple[float, Path]] = {
            (place,): (float(np.log(self._alone[0][place] * self._factors[0][place])), (place,)) for place in first
        }
        for syllable, places in enumerate(others, 1):
            check_time()
            is_open = len(places) * len(best) > 1
            reached: dict[Path, tuple[float, Path]] = {}
            for place in places:
                for end, (likelihood, path) in best.items():
                    step = self._step(syllable, end, place) if is_open else 1.0
                    new, key = (likelihood + float(np.log(step)), (*path, place)), (end[-1], place)
                    reached[key] = max(reached.get(key, new), new)
            best = reached
        return max(best.values())[1]

    def _open_places(self) -> list[list[int]]:
        """Return the terms of each syllable that pairs leave open, the likeliest first."""
        forward = [_shares(self._alone[0] * self._factors[0])]
        for step, factors in zip(self._steps, self._factors[1:], strict=True):
            forward.append(_shares((forward[-1] @ step) * factors))
        backward = np.ones(len(self._terms[-1]))
        every = []
        for syllable in reversed(range(len(self._terms))):
            shares = _shares(forward[syllable] * backward)
            likeliest = np.argsort(-shares, kind="stable")[:_MOST_OPEN].tolist()
            every.append([place for place in likeliest if shares[place] >= _OPEN] or likeliest[:1])
            if syllable:
                backward = _shares(self._steps[syllable - 1] @ (self._factors[syllable] * backward))
        return every[::-1]

    def _step(self, syllable: int, end: Path, place: int) -> float:
        """Return how likely a syllable's term is after one or two others."""
        by_pairs = float(self._steps[syllable - 1][end[-1], place])
        factor = float(self._factors[syllable][place])
        times = int(self._pairs[syllable - 2][end]) if len(end) == 2 else 0
        if not times or len(self._terms[syllable - 1][end[1]]) > 1:
            return by_pairs * factor
        places = zip(range(syllable - 2, syllable + 1), (*end, place), strict=True)
        (*_, first), (second,), (third, *_) = (self._terms[own][place] for own, place in places)
        by_triples = max(self._words.triple(first, second, third) - _DISCOUNT, 0) / times
        return (TRIPLE_SHARE * by_triples + (1 - TRIPLE_SHARE) * by_pairs) * factor


def _shares(likelihoods: Likelihoods) -> Likelihoods:
    shares: Likelihoods = likelihoods / likelihoods.sum()
    return shares
