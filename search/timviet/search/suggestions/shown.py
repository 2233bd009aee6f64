"""What is shown of the phrases that complete what was typed, in which order, and what is needless beside it."""

from collections import defaultdict
from typing import NamedTuple

from timviet.index.analysis import forms_of_term
from timviet.index.unicode import collation_key
from timviet.search.marks import Level, level
from timviet.search.suggestions.writing import COVERED_SHARE, Written


class Ranked(NamedTuple):
    """A phrase as it is to be shown, and how much it counts."""

    weight: float
    written: Written

    def rank(self) -> tuple[float, bool, bool, bytes]:
        """Return what sorts as suggestions are to come.

        Of those that count the same, phrases of titles come first, then names, then the others, each as in a
        Vietnamese dictionary.
        """
        is_name = all(word[:1].isupper() for word in self.written.text.split())
        return -self.weight, not self.written.in_titles, not is_name, collation_key(self.written.text)


class Shown:
    """What is shown so far.

    Attributes:
        ranked: the phrases, as they were added.
    """

    def __init__(self) -> None:
        self.ranked: list[Ranked] = []
        self._counts: dict[tuple[bytes, ...], int] = {}
        self._by_letters: defaultdict[tuple[str, ...], list[tuple[bytes, ...]]] = defaultdict(list)

    def add(self, ranked: Ranked) -> None:
        """Add a phrase."""
        own = ranked.written
        self.ranked.append(ranked)
        self._by_letters[_letters(own.terms)].append(own.terms)
        for length in range(1, len(own.terms) + 1):
            beginning = own.terms[:length]
            self._counts[beginning] = max(own.counted, self._counts.get(beginning, 0))

    def make_needless(self, terms: tuple[bytes, ...], count: int) -> bool:
        """Tell whether a phrase is needless beside them.

        It is where one of them begins with it and has most of its occurrences, or is the same words with more marks.

        Args:
            terms: its words, as they are keyed.
            count: how often it occurs.
        """
        alike = self._by_letters.get(_letters(terms), ())
        return self._counts.get(terms, -1) >= COVERED_SHARE * count or any(
            own != terms and all(map(_has_more_marks, own, terms)) for own in alike
        )


def _letters(terms: tuple[bytes, ...]) -> tuple[str, ...]:
    return tuple(forms_of_term(term).folded for term in terms)


def _has_more_marks(term: bytes, other: bytes) -> bool:
    """Tell whether a word is another one of the same letters, or that with more marks."""
    return level(forms_of_term(other).canonical, forms_of_term(term).canonical) in (Level.SAME, Level.COMPLETES)
