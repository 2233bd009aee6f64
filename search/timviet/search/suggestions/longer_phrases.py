"""With which words phrases go on: what was found is remembered, and a call that has read enough looks for no more."""

from cachetools import LRUCache

from timviet.search.suggestions.belonging import WORDS_OF_GRAMMAR
from timviet.search.suggestions.phrase_source import Wanted
from timviet.search.suggestions.phrases import Phrase

# So many occurrences a call reads to find with which words phrases go on, and so many in all. They take milliseconds.
MOST_FOR_ANY = 3 << 16
MOST_FOR_ALL = 1 << 19
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
        self._known: LRUCache[tuple[bytes, ...], _Known] = LRUCache(_REMEMBERED, getsizeof=_Known.size)
        self.begin()

    def begin(self) -> None:
        """Begin another call, which may read as much again."""
        self._count_before = self._count()

    def with_any_word(self, phrase: Phrase, least: float) -> list[Phrase]:
        """Return phrases that go on with one more word, which after two words or more is none of grammar.

        Args:
            phrase: what they begin with.
            least: how often they have to occur, as `Phrase.counts` counts.
        """
        known = self._known.get(phrase.terms)
        if known is not None and known.least <= least:
            return [longer for longer in known.longer.values() if longer.counts[-1] >= least]
        if len(phrase.terms) == 1:
            return phrase.followed_by(_ANY, least, _MOST_WORDS)
        if self._count() - self._count_before > MOST_FOR_ANY:
            return []
        longer = phrase.followed_by(_NAMES, least, _MOST_WORDS)
        self._known[phrase.terms] = _Known(least, longer)
        return longer

    def with_word(self, phrase: Phrase, term: bytes, least: float) -> Phrase | None:
        """Return the phrase that goes on with a word, or None where it does not so often, or that is not looked for."""
        known = self._known.get(phrase.terms)
        if known is not None and term in known.longer:
            longer = known.longer[term]
            return longer if longer.counts[-1] >= least else None
        if self._count() - self._count_before > MOST_FOR_ALL:
            return None
        return phrase.followed_by_word(term, least)

    def _count(self) -> int:
        return sum(reader.count for reader in self._readers)


class _Known:
    """The phrases with which one goes on.

    Args:
        least: how often those at least occur that were looked for.
        longer: the phrases.
    """

    def __init__(self, least: float, longer: list[Phrase]) -> None:
        self.least = least
        self.longer = {phrase.terms[-1]: phrase for phrase in longer}

    def size(self) -> int:
        """Return how many bytes they take, about."""
        return _PHRASE_SIZE + sum(_PHRASE_SIZE + _PLACE_SIZE * phrase.frequency for phrase in self.longer.values())
