"""Which phrases complete what was typed, those first that count most.

They are lengthened word by word, the most promising first: a phrase counts for no more than what it begins with.
"""

from bisect import insort
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush, nlargest

from timviet.search.suggestions.longer_phrases import LongerPhrases
from timviet.search.suggestions.phrase_weights import PhraseWeights
from timviet.search.suggestions.phrases import Phrase
from timviet.search.suggestions.typed_prefix import TypedPrefix

# A phrase of more words than complete what was typed has to occur twice, or in a title.
LEAST_COUNT = 2
# So many words more are looked for.
MOST_MORE_WORDS = 4

# So many readings of the finished words are completed, the commonest; and so many words are tried after each in each
# segment: rarer ones hardly come first.
_READINGS = 4
_FIRST_WORDS = 48
# Some completions turn out to be no suggestions: so many more are looked for.
_SPARE = 2


class Completion:
    """A phrase that completes what was typed.

    Args:
        phrase: the phrase.
        weight_of_beginning: how much it counts for how it begins.
        weights: how much it counts for how it ends.

    Attributes:
        phrase: the same.
        weight_of_beginning: the same.
        weight: how much it counts.
        promise: how much longer ones may count that begin with it; not less than itself.
        is_lengthened: whether those were looked for.
    """

    __slots__ = ("is_lengthened", "phrase", "promise", "weight", "weight_of_beginning")

    def __init__(self, phrase: Phrase, weight_of_beginning: float, weights: PhraseWeights) -> None:
        self.phrase = phrase
        self.weight_of_beginning = weight_of_beginning
        self.weight = phrase.counts[-1] * weight_of_beginning * weights.of_end(phrase)
        self.promise = max(self.weight, weights.count_of_longer(phrase) * weight_of_beginning)
        self.is_lengthened = False


class Completions:
    """Completes what was typed.

    Args:
        typed: what was typed.
        readings: phrases that answer its finished words.
        weights: how much phrases count.
        longer_phrases: finds longer ones.
        limit: how many completions are wanted.
    """

    def __init__(
        self,
        typed: TypedPrefix,
        readings: Sequence[Phrase],
        weights: PhraseWeights,
        longer_phrases: LongerPhrases,
        limit: int,
    ) -> None:
        self._typed = typed
        self._weights = weights
        self._longer_phrases = longer_phrases
        self._wanted = limit + _SPARE
        # To count where more than two words follow one another takes a while: half of the suggestions may be so found,
        # the others by what their samples tell.
        self._may_lengthen = self._wanted // 2
        self._best: list[float] = []
        self._heap: list[tuple[float, bool, int, tuple[bytes, ...], Completion]] = []
        for reading in readings:
            for phrase in reading.followed_by(typed.next, 1, max(_FIRST_WORDS, 2 * limit)):
                weight = typed.weight(phrase.terms) * weights.of_beginning(phrase.terms[0])
                self._add(Completion(phrase, weight, weights))

    def __iter__(self) -> Iterator[Completion]:
        """Yield the completions, those first that count most; of equal ones those in titles, then the shortest."""
        while self._heap:
            completion = heappop(self._heap)[-1]
            if completion.is_lengthened:
                yield completion
                continue
            completion.is_lengthened = True
            if completion.promise >= self._enough:
                self._lengthen(completion)
            if not self._typed.is_all_of(completion.phrase.terms):
                self._push(completion, completion.weight)

    @property
    def _enough(self) -> float:
        """How much a completion has to count to be one of those wanted, of what is known so far."""
        return -self._best[-1] if len(self._best) == self._wanted else 0.0

    def _lengthen(self, completion: Completion) -> None:
        """Add the phrases of one word more that may be wanted."""
        phrase, weight = completion.phrase, completion.weight_of_beginning
        if len(phrase.terms) > len(self._typed.words) + MOST_MORE_WORDS or not weight:
            return
        if len(phrase.terms) > 1:
            if not self._may_lengthen:
                return
            self._may_lengthen -= 1
        for longer in self._longer_phrases.with_any_word(phrase, max(LEAST_COUNT, self._enough / weight)):
            self._add(Completion(longer, weight, self._weights))

    def _add(self, completion: Completion) -> None:
        if not self._typed.is_all_of(completion.phrase.terms):
            insort(self._best, -completion.weight)
            del self._best[self._wanted :]
        self._push(completion, completion.promise)

    def _push(self, completion: Completion, weight: float) -> None:
        phrase = completion.phrase
        heappush(self._heap, (-weight, not phrase.in_titles, len(phrase.terms), phrase.terms, completion))


def readings_of(typed: TypedPrefix, no_words: Phrase) -> list[Phrase]:
    """Return the phrases that answer the finished words of what was typed: some, those that count most."""
    readings = [no_words]
    for wanted in typed.words:
        longer = [phrase for reading in readings for phrase in reading.followed_by(wanted, 1, _FIRST_WORDS)]
        readings = nlargest(_READINGS, longer, key=lambda phrase: phrase.counts[-1] * typed.weight(phrase.terms))
    return readings
