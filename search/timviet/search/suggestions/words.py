"""What an index tells of its words: which belong together, as `quy` and `định` do, and which end paragraphs."""

from functools import cached_property

import numpy as np
from cachetools import LRUCache

from timviet.index.analysis import forms
from timviet.index.snapshot import SegmentView
from timviet.index.terms import FieldTerms
from timviet.search.suggestions.phrase_source import PhraseSource
from timviet.search.suggestions.phrases import Phrase

_GRAMMAR = """
    và với cùng của cho từ tại ở trong trên dưới trước sau về đến tới vào bởi bằng do vì để nhằm theo thuộc gồm giữa
    qua như mà thì là nhưng hoặc hay nếu tuy dù khi nên các những mỗi mọi một này đó ấy kia nào đã đang sẽ vừa từng
    chưa không chẳng bị được phải có còn cũng đều vẫn lại chỉ rất rồi họ nó ngay
"""
WORDS_OF_GRAMMAR = frozenset(forms(word).keyed.encode() for word in _GRAMMAR.split())
"""Words, as they are keyed, that name nothing: prepositions, conjunctions and the like."""

# Two words belong together where one in three of either stands with the other. What is rare may be chance: words count
# as if each stood alone ten times more, and ended paragraphs then as often as words do.
_BOUND_SHARE = 0.3
_CHANCE = 10
_REMEMBERED = 1 << 14


class Words:
    """Tells what is known of the words of an index.

    Args:
        no_words: the phrase with which all of the index begin.
    """

    def __init__(self, no_words: Phrase) -> None:
        self._sources = [place.source for place in no_words.places]
        self._together: LRUCache[tuple[bytes, bytes], bool] = LRUCache(_REMEMBERED)

    def ends(self, phrase: Phrase) -> float:
        """Return how often a phrase's last word ends a paragraph or a title, against how often words do; at most 1."""
        every = ((self._known[place.source].ends[place.number], place.weight) for place in phrase.places)
        return float(sum(ends * weight for ends, weight in every) / phrase.counts[-1])

    def belong_together(self, first: bytes, second: bytes) -> bool:
        """Tell whether two words belong together, by how often the second one stands after the first one."""
        pair = first, second
        if pair not in self._together:
            every = (
                (known, source.terms.find(first), source.terms.find(second)) for source, known in self._known.items()
            )
            self._together[pair] = any(known.has_pair(*numbers) for known, *numbers in every)
        return self._together[pair]

    @cached_property
    def _known(self) -> dict[PhraseSource, "_KnownWords"]:
        return {source: source.segment.remembered(_known, source.field, source.terms) for source in self._sources}


def _known(segment: SegmentView, field: str, terms: FieldTerms) -> "_KnownWords":
    return _KnownWords(PhraseSource(segment, field, terms))


class _KnownWords:
    """What is known of the words of one source.

    Args:
        source: the source.

    Attributes:
        ends: for each word how often it ends a paragraph or a title, against how often words do; at most 1.
    """

    def __init__(self, source: PhraseSource) -> None:
        words, runs, run_starts, followers = source.all_counts()
        ends = np.add.reduceat(np.where(followers > 0, 0, runs), run_starts)
        self.ends = np.minimum(1, (ends * (words.sum() / ends.sum()) + _CHANCE) / (words + _CHANCE))
        # What stands together less often does not belong together, even if it never stands alone.
        often = np.flatnonzero((followers > 0) & (runs > _BOUND_SHARE * _CHANCE))
        before = np.repeat(np.arange(len(words)), np.diff(run_starts, append=len(runs)))[often]
        after = followers[often].astype(np.int64) - 1
        bound = runs[often] > _BOUND_SHARE * (np.minimum(words[before], words[after]) + _CHANCE)
        self._pairs = frozenset(zip(before[bound].tolist(), after[bound].tolist(), strict=True))

    def has_pair(self, first: int | None, second: int | None) -> bool:
        """Tell whether two words belong together, by their numbers."""
        return (first, second) in self._pairs
