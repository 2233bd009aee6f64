"""How a phrase is to be shown, and how far it is one: what some samples of it tell."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from cachetools import LRUCache

from timviet.search.suggestions.completions import LEAST_COUNT
from timviet.search.suggestions.longer_phrases import LongerPhrases
from timviet.search.suggestions.phrase_weights import PhraseWeights
from timviet.search.suggestions.phrases import Phrase
from timviet.search.suggestions.samples import Join, Sample, read_samples

# A longer phrase is shown instead of one of whose occurrences it has this share.
COVERED_SHARE = 0.6
# Phrases are so completed up to so many words after those that were finished.
MOST_WORDS = 6

# What is left of a phrase before which the same word always stands, and of one over a comma that seldom goes on so.
_PIECE = 0.1
_LIST = 0.2
_REMEMBERED = 1 << 12


class Written(NamedTuple):
    """A phrase as it is to be shown.

    Attributes:
        terms: its words, as they are keyed.
        counted: how often it occurs, as `Phrase.counts` counts.
        frequency: how often it occurs.
        in_titles: whether it stands in a title.
        text: how it is written.
        weight: how far it is a phrase, from 0 to 1.
    """

    terms: tuple[bytes, ...]
    counted: int
    frequency: int
    in_titles: bool
    text: str
    weight: float


class PhraseWriter:
    """Tells how phrases are to be shown.

    Args:
        weights: how much phrases count.
        longer_phrases: finds longer ones.
    """

    def __init__(self, weights: PhraseWeights, longer_phrases: LongerPhrases) -> None:
        self._weights = weights
        self._longer_phrases = longer_phrases
        self._written: LRUCache[tuple[tuple[bytes, ...], int], Written | None] = LRUCache(_REMEMBERED)

    def write(self, phrase: Phrase, finished: int) -> Written | None:
        """Return how a phrase is to be shown, or the longer one that stands nearly always where it does.

        Of some samples the one with the fewest capitals is shown.

        Args:
            phrase: the phrase.
            finished: how many of its words were typed and finished; between those anything may stand.

        Returns:
            The phrase; None where it mostly goes over the end of a sentence, or stands in deleted paragraphs alone.
        """
        key = (phrase.terms, finished)
        if key not in self._written:
            self._written[key] = self._write(phrase, finished)
        return self._written[key]

    def _write(self, phrase: Phrase, finished: int) -> Written | None:
        samples = read_samples(phrase)
        added = slice(max(finished - 1, 0), len(phrase.terms) - 1)
        whole = [sample for sample in samples if Join.BREAK not in sample.joins[added]]
        if not whole or 2 * len(whole) < len(samples):
            return None
        longer, whole = self._complete(phrase, whole, finished)
        texts = [sample.written(len(longer.terms)) for sample in whole]
        weight = (_PIECE if _is_piece(samples) else 1.0) * (_LIST if _is_list(longer, whole, finished) else 1.0)
        return Written(
            longer.terms, longer.counts[-1], longer.frequency, longer.in_titles, min(texts, key=_capitals), weight
        )

    def _complete(self, phrase: Phrase, samples: list[Sample], finished: int) -> tuple[Phrase, list[Sample]]:
        """Return the longest phrase that has most occurrences of a phrase, with those of its samples that have it."""
        least = max(COVERED_SHARE * phrase.counts[-1], LEAST_COUNT)
        complete = phrase, samples
        while len(phrase.terms) < finished + MOST_WORDS:
            going_on = _going_on(samples, len(phrase.terms))
            longer = (
                self._longer_phrases.with_word(phrase, going_on[0].terms[len(phrase.terms)], least)
                if going_on
                else None
            )
            if longer is None:
                return phrase, samples
            phrase, samples = longer, going_on
            if self._weights.is_end_of_word(phrase.terms[-1]):
                complete = phrase, samples
        return complete


def _going_on(samples: Sequence[Sample], length: int) -> list[Sample]:
    """Return those samples that go on after so many words with the same one, most of them; none where most differ."""
    going_on = [
        sample for sample in samples if len(sample.terms) > length and sample.joins[length - 1] is not Join.BREAK
    ]
    for term, count in Counter(sample.terms[length] for sample in going_on).most_common(1):
        if count > 1 or len(samples) == 1:
            return [sample for sample in going_on if sample.terms[length] == term]
    return []


def _is_piece(samples: Sequence[Sample]) -> bool:
    """Tell whether the same word stands before a phrase in all of several samples."""
    return len(samples) > 1 and samples[0].before is not None and len({sample.before for sample in samples}) == 1


def _is_list(phrase: Phrase, samples: Sequence[Sample], finished: int) -> bool:
    """Tell whether a phrase goes over a comma after which something else stands mostly."""
    return any(
        all(sample.joins[place - 1] is Join.COMMA for sample in samples) and not phrase.goes_on_strongly(place)
        for place in range(finished + 1, len(phrase.terms))
    )


def _capitals(text: str) -> int:
    return sum(map(str.isupper, text))
