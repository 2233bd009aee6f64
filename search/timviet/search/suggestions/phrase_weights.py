"""How much a phrase counts as a suggestion: how often it occurs, and how far it is a phrase and no piece of one.

Who types is looking for what has a name. Where a name ends, a sentence, a clause or a paragraph may end, too; where it
is cut, as in `Ủy ban nhân`, none does: punctuation tells where words end (Zhongguo Li, Maosong Sun: Punctuation as
Implicit Annotations for Chinese Word Segmentation, Computational Linguistics 35, 2009), and tells it better here than
how many different words follow (Haodi Feng and others: Accessor Variety Criteria for Chinese Word Extraction,
Computational Linguistics 30, 2004) or how evenly (Zhihui Jin, Kumiko Tanaka-Ishii: Unsupervised Segmentation of Chinese
Text by Use of Branching Entropy, ACL 2006). So does a word of grammar, less surely.
"""

from collections.abc import Sequence

from timviet.index.analysis import forms_of_term
from timviet.search.abbreviations.initials import is_abbreviation
from timviet.search.suggestions.phrases import Phrase
from timviet.search.suggestions.samples import Join, Sample
from timviet.search.suggestions.words import WORDS_OF_GRAMMAR, Words

# How much is left of a phrase that begins with a word of grammar, and of one word alone, which says little.
_GRAMMAR_FIRST = 0.2
_ONE_WORD = 0.3
# What is left of a piece of a longer word or phrase, and of a phrase over a comma that seldom goes on so.
_PIECE = 0.02
_LIST = 0.2
# A phrase that ends in this share of its samples counts in full. Besides those that were read, as if there were one
# more, it ends in a part of another one.
_ENOUGH_ENDS = 0.25
_CHANCE_OF_END = 0.2
# How surely a phrase ends before a word of grammar.
_END_BEFORE_GRAMMAR = 0.3


class PhraseWeights:
    """Weighs phrases of an index.

    Args:
        no_words: the phrase with which all of the index begin.
    """

    def __init__(self, no_words: Phrase) -> None:
        self._words = Words(no_words)

    def of_beginning(self, term: bytes) -> float:
        """Return how much phrases count that begin with a word, from 0 to 1."""
        return _GRAMMAR_FIRST if term in WORDS_OF_GRAMMAR else 1.0

    def of_end(self, phrase: Phrase) -> float:
        """Return how much a phrase counts for its last word at most, from 0 to 1; an abbreviation does for a phrase."""
        return 1.0 if _may_be_abbreviation(phrase) else self._of_last_word(phrase)

    def _of_last_word(self, phrase: Phrase) -> float:
        last = len(phrase.terms) - 1
        if phrase.goes_on_strongly(last):
            return 1.0
        weight = self._words.ends(phrase)
        return weight if last else weight * _ONE_WORD

    def of_samples(self, phrase: Phrase, samples: Sequence[Sample], ends: float, finished: int) -> float:
        """Return how much a phrase counts for what stands around it and between its words, from 0 to 1.

        Args:
            phrase: the phrase.
            samples: some samples of it, at least one.
            ends: in how many of them it ends.
            finished: how many of its words were typed and finished; between those anything may stand.
        """
        weight = 1.0
        if not (_may_be_abbreviation(phrase) and all(sample.written(1).isupper() for sample in samples)):
            weight = min(1.0, (ends + _CHANCE_OF_END) / (len(samples) + 1) / _ENOUGH_ENDS)
            weight *= self._of_last_word(phrase) if len(phrase.terms) == 1 else 1.0
        weight *= _PIECE if self._is_piece(samples) else 1.0
        return weight * _LIST if _is_list(phrase, samples, finished) else weight

    def ends(self, samples: Sequence[Sample], length: int) -> float:
        """Return in how many samples a phrase ends after so many words; those count less that are less sure."""
        return sum(self._end(sample, length) for sample in samples)

    def _end(self, sample: Sample, length: int) -> float:
        if len(sample) == length or sample.join(length - 1) is not Join.TOGETHER:
            return 1.0
        last, after = sample.term(length - 1), sample.term(length)
        if after not in WORDS_OF_GRAMMAR or self._words.belong_together(last, after):
            return 0.0
        # `đối với` is a word, and so it ends; what ends with it does not.
        is_word = length == 2 and self._words.belong_together(sample.term(0), last)
        return _END_BEFORE_GRAMMAR if last not in WORDS_OF_GRAMMAR or is_word else 0.0

    def _is_piece(self, samples: Sequence[Sample]) -> bool:
        """Tell whether the word before belongs to the first one in most samples, or is the same in all, and names."""
        before = [term for sample in samples if (term := sample.before) is not None]
        if len(before) == len(samples) and len({*before} - WORDS_OF_GRAMMAR) == 1 == len({*before}):
            return True
        return 2 * sum(self._words.belong_together(term, samples[0].term(0)) for term in before) > len(samples) > 1


def _may_be_abbreviation(phrase: Phrase) -> bool:
    """Tell whether a phrase is one word that is an abbreviation, if it is written in capitals."""
    return len(phrase.terms) == 1 and is_abbreviation(forms_of_term(phrase.terms[0]))


def _is_list(phrase: Phrase, samples: Sequence[Sample], finished: int) -> bool:
    """Tell whether a phrase goes over a comma after which something else stands mostly."""
    return any(
        all(sample.join(place - 1) is Join.COMMA for sample in samples) and not phrase.goes_on_strongly(place)
        for place in range(finished + 1, len(phrase.terms))
    )
