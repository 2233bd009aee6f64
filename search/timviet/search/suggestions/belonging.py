"""Which words belong together, as `quy` and `định` do, by how often they stand together and how often apart."""

from functools import cached_property
from typing import NamedTuple

import numpy as np
from cachetools import LRUCache

from timviet.index.analysis import forms
from timviet.index.columnfile import Column
from timviet.search.suggestions.phrase_source import PhraseSource, Place
from timviet.search.suggestions.phrases import Phrase

_GRAMMAR = """
    và với cùng của cho từ tại ở trong trên về đến tới vào bởi bằng do vì để nhằm theo giữa qua như mà thì là nhưng hoặc
    hay nếu tuy dù khi nên các những mỗi mọi một này đó ấy kia nào đã đang sẽ vừa từng chưa không chẳng bị được phải có
    còn cũng đều vẫn lại chỉ rất rồi họ nó ngay
"""
WORDS_OF_GRAMMAR = frozenset(forms(word).keyed.encode() for word in _GRAMMAR.split())
"""Words, as they are keyed, that name nothing: prepositions, conjunctions and the like."""

# Two words belong together where one in three of either stands with the other. Of rare words that may be chance: they
# count as if each stood alone ten times more.
_BOUND_SHARE = 0.3
_CHANCE = 10
_REMEMBERED = 1 << 14


class Belonging(NamedTuple):
    """How far a word belongs to others.

    Attributes:
        before: in which share of its occurrences it belongs to the word before it.
        after: in which share it belongs to the word after it.
        most_after: how often any one word follows, at most; what stands in titles counts several times.
        most_named_after: the same, words of grammar aside.
    """

    before: float
    after: float
    most_after: float
    most_named_after: float


class Neighbours:
    """Tells how far the words of an index belong to others.

    Args:
        no_words: the phrase with which all of the index begin.
    """

    def __init__(self, no_words: Phrase) -> None:
        self._places = no_words.places
        self._known: LRUCache[bytes, Belonging] = LRUCache(_REMEMBERED)

    def belonging(self, term: bytes) -> Belonging:
        """Return how far a word belongs to others.

        Args:
            term: the word, as it is keyed; one that occurs.
        """
        if term not in self._known:
            counts = np.zeros(len(Belonging._fields) + 1)
            for place, columns in zip(self._places, self._columns, strict=True):
                number = place.source.terms.find(term)
                if number is not None:
                    counts += place.source.weight * columns[:, number]
            every, before, after, most_after, most_named_after = counts.tolist()
            self._known[term] = Belonging(before / every, after / every, most_after, most_named_after)
        return self._known[term]

    @cached_property
    def _columns(self) -> list[Column]:
        return [_count(place.source) for place in self._places]


def _count(source: PhraseSource) -> Column:
    """Return for each word how often it occurs, and below that what `Belonging` tells, as counts."""
    words, runs, run_starts, followers = source.all_counts()
    numbers = np.arange(len(words))
    runs = np.where(followers > 0, runs, 0)
    # What stands together less often does not belong together, even if it never stands alone.
    often = np.flatnonzero(runs > _BOUND_SHARE * _CHANCE)
    before = np.repeat(numbers, np.diff(run_starts, append=len(runs)))[often]
    after, together = followers[often].astype(np.int64) - 1, runs[often]
    bound = together > _BOUND_SHARE * (np.minimum(words[before], words[after]) + _CHANCE)
    is_grammar = np.zeros(len(words) + 1, bool)
    is_grammar[source.find(Place(source), WORDS_OF_GRAMMAR) + 1] = True
    return np.stack(
        [
            words,
            np.bincount(after[bound], together[bound], len(words)),
            np.bincount(before[bound], together[bound], len(words)),
            np.maximum.reduceat(runs, run_starts),
            np.maximum.reduceat(np.where(is_grammar[followers], 0, runs), run_starts),
        ]
    )
