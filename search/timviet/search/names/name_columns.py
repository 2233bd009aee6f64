"""The names of a field in a segment, as columns: `name → document, words → letters`.

Which of them answer a typed name is asked kind by kind, of whole columns.
"""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from timviet.index.columnfile import Column
from timviet.index.postings import runs
from timviet.search.deadline import check_time
from timviet.search.names.letters import Letters
from timviet.search.names.typed_name import MAX_NAME_WORDS, Kind, TypedName, TypedWord

_NONE = np.empty(0, np.int64)
LAST_CHARACTER = "\U0010ffff"
# Where a name has no token to go on from.
_NOWHERE = np.iinfo(np.int64).max
# Where less than this share of all names is left, no other tokens than theirs are looked at.
_FEW = 1 / 16


class Names:
    """The names of one field in one segment, each with its document.

    Args:
        words: the different words of all names, folded, sorted.
        tokens: the numbers of each name's words, one name after the other.
        counts: how many words each name has; at least one.
        documents: the document of each name: the number of its first paragraph in the segment.

    Attributes:
        documents: the same.

    Example:
        >>> names = Names(["anh", "tho", "van"], np.array([2, 1, 0]), np.array([2, 1]), np.array([7, 9]))
        >>> names.documents[names.find("prefix", TypedName("Văn T"))].tolist()
        [7]
    """

    def __init__(self, words: Sequence[str], tokens: Column, counts: Column, documents: Column) -> None:
        few = counts <= MAX_NAME_WORDS
        self.documents = documents[few]
        self._words = words
        self._tokens = tokens[np.repeat(few, counts)]
        self._counts = counts[few]
        self._starts = np.cumsum(self._counts) - self._counts
        self._owners = np.repeat(np.arange(len(self._counts), dtype=np.int32), self._counts)

    @cached_property
    def lengths(self) -> Column:
        """How many letters each name has."""
        return np.bincount(self._owners, self._word_letters.lengths[self._tokens], len(self._counts)).astype(np.int64)

    def find(self, kind: Kind, typed: TypedName) -> Column:
        """Return the numbers of the names that answer a typed one as a kind asks, ascending.

        They are those for which `TypedName.fit` is not None; some are of better kinds, too.
        """
        words = typed.words
        match kind:
            case "exact":
                return self._from_start([self._equal(word) for word in words], self._counts == len(words))
            case "prefix":
                wanted = [*map(self._equal, words[:-1]), self._starting(words[-1])]
                return self._from_start(wanted, self._counts >= len(words))
            case "word prefix":
                return self._spread(words) if typed.may_be_spread else _NONE
            case "substring":
                return _union([self._letters.containing(letters) for letters in typed.spaceless])
            case "one slip":
                return self._one_slip(typed) if typed.may_slip else _NONE

    def _from_start(self, wanted: Sequence[Column], candidates: Column) -> Column:
        """Return which of some names start with words of which each is one of those wanted at its place."""
        names = np.flatnonzero(candidates)
        for place, is_wanted in enumerate(wanted):
            names = names[is_wanted[self._tokens[self._starts[names] + place]]]
        return names

    def _spread(self, words: Sequence[TypedWord]) -> Column:
        nexts = self._starts_of(len(words))
        for word in words:
            nexts = self._following(nexts, self._starting(word))
        return _reached(nexts)

    def _one_slip(self, typed: TypedName) -> Column:
        before = self._starts_of(len(typed.words))
        slipped = np.full_like(before, _NOWHERE)
        for word in typed.words:
            starting = self._starting(word)
            slipped = self._following(slipped, starting)
            if word.may_slip:
                slipped = np.minimum(slipped, self._following(before, self._slipped(word)))
            before = self._following(before, starting)
        if not typed.may_slip_between_words:
            return _reached(slipped)
        return _union([_reached(slipped), self._letters.one_slip_away(typed.spaceless[0])])

    def _starts_of(self, word_count: int) -> Column:
        """Return for each name that has as many words at which token it starts."""
        return np.where(self._counts >= word_count, self._starts, _NOWHERE)

    def _following(self, nexts: Column, is_wanted: Column) -> Column:
        """Return for each name the token after the first wanted word that is found there from a token on.

        Args:
            nexts: for each name from which token on to look for it.
            is_wanted: for each word whether it is wanted.
        """
        check_time()
        names = _reached(nexts)
        if len(names) < _FEW * len(nexts):
            starts = nexts[names]
            places = runs(starts, self._starts[names] + self._counts[names] - starts)
            places = places[is_wanted[self._tokens[places]]]
        else:
            places = np.flatnonzero(is_wanted[self._tokens])
            places = places[nexts[self._owners[places]] <= places]
        owners = self._owners[places]
        first = np.flatnonzero(np.diff(owners, prepend=-1))
        following = np.full_like(nexts, _NOWHERE)
        following[owners[first]] = places[first] + 1
        return following

    def _equal(self, word: TypedWord) -> Column:
        """Return for each word whether it is a typed one."""
        return self._between(word.forms.folded, f"{word.forms.folded}\0")

    def _starting(self, word: TypedWord) -> Column:
        """Return for each word whether it starts with a typed one."""
        return self._between(word.letters, f"{word.letters}{LAST_CHARACTER}") | self._equal(word)

    def _slipped(self, word: TypedWord) -> Column:
        """Return for each word whether it is one slip away from a typed one."""
        is_slipped = np.zeros(len(self._words), bool)
        is_slipped[self._word_letters.one_slip_away(word.forms.folded)] = True
        return is_slipped

    def _between(self, low: str, high: str) -> Column:
        is_between = np.zeros(len(self._words), bool)
        is_between[bisect_left(self._words, low) : bisect_left(self._words, high)] = True
        return is_between

    @cached_property
    def _word_letters(self) -> Letters:
        return Letters.of(self._words)

    @cached_property
    def _letters(self) -> Letters:
        return self._word_letters.joined(self._tokens, self._counts)


def _reached(nexts: Column) -> Column:
    """Return the names in which there is a token to go on from."""
    return np.flatnonzero(nexts != _NOWHERE)


def _union(numbers: Sequence[Column]) -> Column:
    every = np.sort(np.concatenate(numbers))
    return every[np.flatnonzero(np.diff(every, prepend=-1))]
