"""Which readings of syllables are meant: those that follow one another in the index most often.

A query's syllables have readings: `dang` is `dang`, `đang`, `đảng`, …. How likely each is where it stands comes from
the frequencies of single terms and of pairs (the forward-backward algorithm over a bigram model); of the few that are
left open, the path of highest probability is found by triples, too (the Viterbi algorithm over a trigram model). The
models are interpolated linearly (F. Jelinek and R. Mercer, "Interpolated estimation of Markov source parameters from
sparse data", 1980).
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from timviet.search.lexicon import Lexicon

# How much of a probability comes from pairs, the rest from single terms; and from triples, the rest from pairs.
PAIR_SHARE = 0.9
TRIPLE_SHARE = 0.7
# How often a term counts as seen that was not.
_UNSEEN = 0.01
# A reading is open that is at least this likely by pairs; of a syllable, so many at most.
_OPEN = 0.01
_MOST_OPEN = 4

Likelihoods = NDArray[np.float64]
Path = tuple[int, ...]


def likely_readings(readings: Sequence[Mapping[str, float]], lexicon: Lexicon) -> list[str]:
    """Return the likeliest reading of each of several syllables that follow one another.

    Args:
        readings: of each syllable, the keyed terms that it may be, at least one, each with how likely it is by itself,
            as a factor.
        lexicon: the terms of the index, with their frequencies.
    """
    if not readings:
        return []
    model = _Model([list(own) for own in readings], [np.array([*own.values()]) for own in readings], lexicon)
    return [own[place] for own, place in zip(model.terms, model.best_path(), strict=True)]


class _Model:
    """How likely the terms of each syllable are, by themselves and after others; terms go by their places.

    Args:
        terms: those of each syllable.
        factors: how likely each is by itself.
        lexicon: the terms of the index.
    """

    def __init__(self, terms: Sequence[Sequence[str]], factors: Sequence[Likelihoods], lexicon: Lexicon) -> None:
        self.terms = terms
        self._factors = factors
        self._ngrams = lexicon.ngrams
        counts = [np.array([self._ngrams.single("text", term) for term in own], float) for own in terms]
        self._alone = [(own + _UNSEEN) / max(lexicon.token_count("text"), 1) for own in counts]
        self._pairs = [self._ngrams.pairs("text", *pair) for pair in pairwise(terms)]
        self._steps: list[Likelihoods] = [
            PAIR_SHARE * pairs / np.maximum(before, 1)[:, None] + (1 - PAIR_SHARE) * alone
            for pairs, before, alone in zip(self._pairs, counts, self._alone[1:], strict=False)
        ]

    def best_path(self) -> Path:
        """Return the place of the likeliest term of each syllable, all of them taken together."""
        first, *others = self._open_places()
        best: dict[Path, tuple[float, Path]] = {
            (place,): (float(np.log(self._alone[0][place] * self._factors[0][place])), (place,)) for place in first
        }
        for syllable, places in enumerate(others, 1):
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
        backward = np.ones(len(self.terms[-1]))
        every = []
        for syllable in reversed(range(len(self.terms))):
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
        if not times:
            return by_pairs * factor
        before, own = (self.terms[syllable - 2][end[0]], self.terms[syllable - 1][end[1]]), self.terms[syllable][place]
        by_triples = self._ngrams.triple("text", *before, own) / times
        return (TRIPLE_SHARE * by_triples + (1 - TRIPLE_SHARE) * by_pairs) * factor


def _shares(likelihoods: Likelihoods) -> Likelihoods:
    shares: Likelihoods = likelihoods / likelihoods.sum()
    return shares
