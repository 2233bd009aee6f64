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
        weight_of_end: how much it counts for its last word.

    Attributes:
        phrase: the same.
        weight_of_beginning: the same.
        count: how much it counts but for how it ends; longer ones that begin with it count for no more.
        weight: how much it counts.
        is_lengthened: whether longer ones were looked for.
    """

    __slots__ = ("count", "is_lengthened", "phrase", "weight", "weight_of_beginning")

    def __init__(self, phrase: Phrase, weight_of_beginning: float, weight_of_end: float) -> None:
        self.phrase = phrase
        self.weight_of_beginning = weight_of_beginning
        self.count = phrase.counts[-1] * weight_of_beginning
        self.weight = self.count * weight_of_end
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
                self._add(phrase, weight)

    def __iter__(self) -> Iterator[Completion]:
        """Yield the completions, those first that count most; of equal ones those in titles, then the shortest."""
        while self._heap:
            completion = heappop(self._heap)[-1]
            if completion.is_lengthened:
                yield completion
                continue
            completion.is_lengthened = True
            if completion.count >= self._enough:
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
        if len(phrase.terms) > len(self._typed.words) + MOST_MORE_WORDS:
            return
        if len(phrase.terms) > 1:
            if not self._may_lengthen:
                return
            self._may_lengthen -= 1
        for longer in self._longer_phrases.with_any_word(phrase, max(LEAST_COUNT, self._enough / weight)):
            self._add(longer, weight)

    def _add(self, phrase: Phrase, weight_of_beginning: float) -> None:
        completion = Completion(phrase, weight_of_beginning, self._weights.of_end(phrase))
        if not self._typed.is_all_of(phrase.terms):
            insort(self._best, -completion.weight)
            del self._best[self._wanted :]
        self._push(completion, completion.count)

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
