"""With which words phrases go on: what was found is remembered, and a call that has read enough looks for no more."""

from contextlib import suppress
from typing import NamedTuple

from cachetools import LRUCache

from timviet.search.suggestions.phrase_source import Wanted
from timviet.search.suggestions.phrases import Phrase
from timviet.search.suggestions.words import WORDS_OF_GRAMMAR

# So many occurrences a call reads to find with which words phrases go on, and so many to count them with a certain one.
# Both take milliseconds.
MOST_FOR_ANY = 3 << 16
MOST_FOR_WORDS = 3 << 16
# So many words are tried after a phrase in each segment, the commonest.
_MOST_WORDS = 32
# Of longer phrases, about so many bytes are remembered: of each the places where it stands, and what else it takes.
_REMEMBERED = 1 << 25
_PLACE_SIZE = 8
_PHRASE_SIZE = 1 << 10

_ANY = Wanted()
_NAMES = Wanted(without=WORDS_OF_GRAMMAR)


class LongerPhrases:
    """Finds longer phrases of an index.

    Args:
        no_words: the phrase with which all of the index begin.
    """

    def __init__(self, no_words: Phrase) -> None:
        self._readers = [place.source.reader for place in no_words.places]
        self._known: LRUCache[tuple[bytes, ...], _LongerOnes] = LRUCache(
            _REMEMBERED, lambda known: _size(*known.longer)
        )
        self._words: LRUCache[tuple[bytes, ...], Phrase | None] = LRUCache(_REMEMBERED, _size)
        self.begin()

    def begin(self) -> None:
        """Begin another call, which may read as much again."""
        self._left_for_any, self._left_for_words = MOST_FOR_ANY, MOST_FOR_WORDS

    def with_any_word(self, phrase: Phrase, least: float) -> list[Phrase]:
        """Return phrases that go on with one more word, which after two words or more is none of grammar.

        Args:
            phrase: what they begin with.
            least: how often they have to occur, as `Phrase.counts` counts.
        """
        known = self._known.get(phrase.terms)
        if known is not None and known.least <= least:
            return [longer for longer in known.longer if longer.counts[-1] >= least]
        if len(phrase.terms) == 1:
            return phrase.followed_by(_ANY, least, _MOST_WORDS)
        if self._left_for_any < 0:
            return []
        before = self._count()
        longer = phrase.followed_by(_NAMES, least, _MOST_WORDS)
        self._left_for_any -= self._count() - before
        with suppress(ValueError):  # it is larger than all that is remembered
            self._known[phrase.terms] = _LongerOnes(least, longer)
        return longer

    def with_word(self, phrase: Phrase, term: bytes, least: float) -> Phrase | None:
        """Return the phrase that goes on with a word, or None where it does not so often, or that is not looked for."""
        known = self._known.get(phrase.terms)
        longer = known.with_word(term) if known is not None else None
        longer = longer or self._with_word(phrase, term)
        return longer if longer is not None and longer.counts[-1] >= least else None

    def _with_word(self, phrase: Phrase, term: bytes) -> Phrase | None:
        terms = (*phrase.terms, term)
        if terms in self._words:
            return self._words[terms]
        if self._left_for_words < 0:
            return None
        before = self._count()
        longer = phrase.followed_by_word(term, 1)
        self._left_for_words -= self._count() - before
        with suppress(ValueError):
            self._words[terms] = longer
        return longer

    def _count(self) -> int:
        return sum(reader.count for reader in self._readers)


class _LongerOnes(NamedTuple):
    """The phrases with which one goes on.

    Attributes:
        least: how often those at least occur that were looked for.
        longer: the phrases.
    """

    least: float
    longer: list[Phrase]

    def with_word(self, term: bytes) -> Phrase | None:
        """Return the one that goes on with a word, or None."""
        return next((phrase for phrase in self.longer if phrase.terms[-1] == term), None)


def _size(*phrases: Phrase | None) -> int:
    """Return how many bytes phrases take, about."""
    frequency = sum(phrase.frequency for phrase in phrases if phrase is not None)
    return _PHRASE_SIZE * (1 + len(phrases)) + _PLACE_SIZE * frequency
