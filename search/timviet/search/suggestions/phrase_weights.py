"""How much a phrase counts as a suggestion: how often it occurs, and how far it is a phrase and no piece of one.

Who types is looking for what has a name: with a word of grammar no such phrase begins or ends, unless the word belongs
to the one beside it, as in `đối với`; nor with one syllable of a word, as `định` of `quy định`.
"""

from timviet.search.suggestions.belonging import WORDS_OF_GRAMMAR, Neighbours
from timviet.search.suggestions.phrases import Phrase

# How much is left of a phrase that begins, or ends, with a word of grammar; and of one word alone, which says little.
_GRAMMAR_FIRST = 0.2
_GRAMMAR_LAST = 0.1
_ONE_WORD = 0.3
# What may be left of phrases that go on after a word of grammar: those that end with it are looked at later for it.
_AFTER_GRAMMAR = 0.3
# In more than this share of its occurrences, a word belongs to the next one mostly.
_MOSTLY = 0.5


class PhraseWeights:
    """Weighs phrases of an index.

    Args:
        no_words: the phrase with which all of the index begin.
    """

    def __init__(self, no_words: Phrase) -> None:
        self._neighbours = Neighbours(no_words)

    def of_beginning(self, term: bytes) -> float:
        """Return how much phrases count that begin with a word, from 0 to 1."""
        weight = 1 - self._neighbours.belonging(term).before
        return weight * _GRAMMAR_FIRST if term in WORDS_OF_GRAMMAR else weight

    def of_end(self, phrase: Phrase) -> float:
        """Return how much a phrase counts for how it ends, from 0 to 1."""
        last = len(phrase.terms) - 1
        if phrase.goes_on_strongly(last):
            return 1.0
        weight = 1 - self._neighbours.belonging(phrase.terms[last]).after
        weight *= _GRAMMAR_LAST if phrase.terms[last] in WORDS_OF_GRAMMAR else 1.0
        return weight if last else weight * _ONE_WORD

    def count_of_longer(self, phrase: Phrase) -> float:
        """Return how often a phrase may go on with one word, at most; less than that where it is no good beginning."""
        belonging = self._neighbours.belonging(phrase.terms[-1])
        if len(phrase.terms) == 1:
            return min(phrase.counts[-1], belonging.most_after)
        count = min(phrase.counts[-1], belonging.most_named_after)
        is_good = phrase.terms[-1] not in WORDS_OF_GRAMMAR or phrase.goes_on_strongly(len(phrase.terms) - 1)
        return count if is_good else count * _AFTER_GRAMMAR

    def is_end_of_word(self, term: bytes) -> bool:
        """Tell whether what ends with a word does not mostly belong to what comes next."""
        return self._neighbours.belonging(term).after <= _MOSTLY
