"""How a phrase is to be shown, and how far it is one: what some samples of it tell."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from cachetools import LRUCache

from timviet.search.suggestions.completions import LEAST_COUNT
from timviet.search.suggestions.longer_phrases import LongerPhrases
from timviet.search.suggestions.phrase_weights import PhraseWeights
from timviet.search.suggestions.phrases import Phrase
from timviet.search.suggestions.samples import FIRST_SAMPLES, SAMPLES, Join, Sample, read_samples

# A longer phrase is shown instead of one of whose occurrences it has this share.
COVERED_SHARE = 0.6
# Phrases are so completed up to so many words after those that were finished.
MOST_WORDS = 8
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
        read: how many samples were read.
    """

    terms: tuple[bytes, ...]
    counted: int
    frequency: int
    in_titles: bool
    text: str
    weight: float
    read: int


class PhraseWriter:
    """Tells how phrases are to be shown.

    Args:
        weights: how much phrases count.
        longer_phrases: finds longer ones.
    """

    def __init__(self, weights: PhraseWeights, longer_phrases: LongerPhrases) -> None:
        self._weights = weights
        self._longer_phrases = longer_phrases
        self._written: LRUCache[tuple[tuple[bytes, ...], int], Written] = LRUCache(_REMEMBERED)

    def write(self, phrase: Phrase, finished: int) -> Written:
        """Return how a phrase is to be shown, or the longer one that stands nearly always where it does.

        Its weight is 0 where it ends nowhere, as `Ủy ban nhân`; it has no text where it mostly goes over the end of a
        sentence, or stands in deleted paragraphs alone.

        Args:
            phrase: the phrase.
            finished: how many of its words were typed and finished; between those anything may stand.
        """
        key = (phrase.terms, finished)
        if key not in self._written:
            self._written[key] = self._write(phrase, finished)
        return self._written[key]

    def _write(self, phrase: Phrase, finished: int) -> Written:
        every = read_samples(phrase)
        samples = [*islice(every, FIRST_SAMPLES)]
        whole = _whole(samples, phrase.terms, finished)
        text, weight, read = "", 0.0, len(samples)
        if whole and 2 * len(whole) >= len(samples):
            # What completes the last word may be all there is; what goes on after it has to be a phrase.
            fewest = 1 if len(phrase.terms) > finished + 1 else FIRST_SAMPLES + 1
            phrase, whole, ends = self._complete(phrase, whole, finished)
            if not ends:
                others = [*islice(every, SAMPLES - FIRST_SAMPLES)]
                whole += _whole(others, phrase.terms, finished)
                read += len(others)
                ends = self._weights.ends(whole, len(phrase.terms))
            text = _text(whole, len(phrase.terms))
            if ends or len(phrase.terms) == 1 or len(whole) < fewest:
                weight = self._weights.of_samples(phrase, whole, ends, finished)
        return Written(phrase.terms, phrase.counts[-1], phrase.frequency, phrase.in_titles, text, weight, read)

    def _complete(self, phrase: Phrase, samples: list[Sample], finished: int) -> tuple[Phrase, list[Sample], float]:
        """Return the longest phrase that has most occurrences of a phrase, and ends in any of its samples, if one does.

        Returns:
            The phrase, those of the samples that have it, and in how many of these it ends.
        """
        least = max(COVERED_SHARE * phrase.counts[-1], LEAST_COUNT)
        best = phrase, samples, self._weights.ends(samples, len(phrase.terms))
        for longer, going_on in self._longer(phrase, samples, finished, least):
            ends = self._weights.ends(going_on, len(longer.terms))
            if ends or not best[-1]:
                best = longer, going_on, ends
        return best

    def _longer(
        self, phrase: Phrase, samples: list[Sample], finished: int, least: float
    ) -> Iterator[tuple[Phrase, list[Sample]]]:
        """Yield the longer phrases with which most samples go on, as long as they are frequent, with these samples."""
        while len(phrase.terms) < finished + MOST_WORDS and (going_on := _going_on(samples, len(phrase.terms))):
            longer = self._longer_phrases.with_word(phrase, going_on[0].term(len(phrase.terms)), least)
            if longer is None:
                return
            phrase, samples = longer, going_on
            yield phrase, samples


def _whole(samples: Sequence[Sample], terms: tuple[bytes, ...], finished: int) -> list[Sample]:
    """Return those samples that have some words, with no end of a sentence among those that were not finished."""
    added = range(max(finished - 1, 0), len(terms) - 1)
    return [
        sample
        for sample in samples
        if sample.has(terms) and not any(sample.join(place) is Join.BREAK for place in added)
    ]


def _going_on(samples: Sequence[Sample], length: int) -> list[Sample]:
    """Return those samples that go on after so many words with the same one, most of them; none where most differ."""
    going_on = [sample for sample in samples if len(sample) > length and sample.join(length - 1) is not Join.BREAK]
    for term, count in Counter(sample.term(length) for sample in going_on).most_common(1):
        if count >= COVERED_SHARE * len(samples):
            return [sample for sample in going_on if sample.term(length) == term]
    return []


def _text(samples: Sequence[Sample], length: int) -> str:
    """Return how most samples write so many words; beginning with a small letter where one of these does."""
    written = [sample.written(length) for sample in samples]
    counts = Counter(text[:1].lower() + text[1:] for text in written)
    chosen = min(counts, key=lambda text: (-counts[text], sum(map(str.isupper, text))))
    return chosen if chosen in written else chosen[:1].upper() + chosen[1:]
