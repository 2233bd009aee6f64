"""Abbreviations of an index, both ways: what they stand for, and which one stands for some words of a query.

Both ways tell the same: an abbreviation stands for words if, and only if, they are an expansion of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from cachetools import LRUCache

from timviet.index.analysis import Forms
from timviet.index.schema import folded_field
from timviet.search.abbreviations.abbreviation_source import FIELD
from timviet.search.abbreviations.expansions import LongForm
from timviet.search.abbreviations.initials import (
    MAX_LEFT_OUT,
    MAX_LETTERS,
    MIN_LETTERS,
    abbreviations_of,
    is_abbreviation,
    stands_for,
)
from timviet.search.marks import Level, level
from timviet.search.word_counts import Terms

# In longer queries no abbreviation is looked for: whoever pastes a text has written what there is to find.
MAX_WORDS = 64
_REMEMBERED = 1 << 12


@dataclass(frozen=True, slots=True)
class ShortForm:
    """An abbreviation and what it stands for.

    Attributes:
        text: the abbreviation, in capitals.
        forms: its forms.
        expansion: what it stands for.
    """

    text: str
    forms: Forms
    expansion: LongForm


class Stretch(NamedTuple):
    """Words of a query for which there is an abbreviation.

    Attributes:
        start: the number of the first of them, from 0.
        end: the number of the word after them.
        abbreviation: the abbreviation.
    """

    start: int
    end: int
    abbreviation: ShortForm


class Learner(Protocol):
    """What learns what abbreviations stand for, as `timviet.search.abbreviations.expansions.Expander` does."""

    def having(self, letters: Sequence[str]) -> list[str]:
        """Return those of some abbreviations, without marks, that the text has."""

    def expansions(self, abbreviation: Forms) -> tuple[LongForm, ...]:
        """Return what an abbreviation stands for, best first; nothing where that is not sure."""

    def may_stand_for(self, abbreviation: Forms, words: tuple[Forms, ...], readings: Sequence[Sequence[str]]) -> bool:
        """Tell whether words may be an expansion of an abbreviation: at less cost than to ask for its expansions.

        Args:
            abbreviation: its forms.
            words: the words as typed.
            readings: for each word the terms that it may be.
        """


class Abbreviations:
    """The abbreviations of one snapshot of an index; what was found before is remembered.

    Args:
        terms: the snapshot's terms.
        learner: what learns from it what they stand for.

    Example:
        >>> from timviet.index import Document, open_index
        >>> from timviet.index.analysis import forms, indexed_forms
        >>> from timviet.index.snapshot import Snapshot
        >>> from timviet.search.abbreviations.expansions import Expander
        >>> index = open_index(":memory:", create=True)
        >>> with index.writer() as writer:
        ...     writer.add(Document(id="1", text="Giữ gìn an ninh trật tự (ANTT)."))
        1
        >>> snapshot = Snapshot(index.whoosh.searcher())
        >>> abbreviations = Abbreviations(snapshot, Expander(snapshot))
        >>> [expansion.text for expansion in abbreviations.expansions(forms("antt"))]
        ['an ninh trật tự']
        >>> [own.abbreviation.text for own in abbreviations.among(indexed_forms("giu an ninh trat tu"))]
        ['ANTT']
    """

    def __init__(self, terms: Terms, learner: Learner) -> None:
        self._index_terms = terms
        self._learner = learner
        self._expansions: LRUCache[Forms, tuple[LongForm, ...]] = LRUCache(_REMEMBERED)
        self._abbreviations: LRUCache[tuple[Forms, ...], ShortForm | None] = LRUCache(_REMEMBERED)
        self._terms: LRUCache[Forms, list[str]] = LRUCache(_REMEMBERED)
        self._stretches: LRUCache[tuple[Forms, ...], tuple[Stretch, ...]] = LRUCache(_REMEMBERED)

    def expansions(self, abbreviation: Forms) -> tuple[LongForm, ...]:
        """Return what an abbreviation stands for in this index.

        Args:
            abbreviation: the forms of what was typed.

        Returns:
            What it stands for, best first; nothing where it is no abbreviation, or where that is not sure.
        """
        own = self._reading(abbreviation) if is_abbreviation(abbreviation) else None
        return () if own is None else self._expansions_of(own)

    def among(self, words: Sequence[Forms]) -> tuple[Stretch, ...]:
        """Return where words of a query have an abbreviation: of stretches that overlap the longest, then the first.

        Args:
            words: the forms of the words, which follow one another.
        """
        own = tuple(words)
        if not MIN_LETTERS <= len(own) <= MAX_WORDS:
            return ()
        if own not in self._stretches:
            self._stretches[own] = tuple(sorted(self._longest(own)))
        return self._stretches[own]

    def _longest(self, words: tuple[Forms, ...]) -> Iterator[Stretch]:
        letters = {
            (start, end): _letters_of(words[start:end])
            for start in range(len(words) - MIN_LETTERS + 1)
            for end in range(min(len(words), start + MAX_LETTERS + MAX_LEFT_OUT), start + MIN_LETTERS - 1, -1)
        }
        known = set(self._learner.having(list({each for own in letters.values() for each in own})))
        taken: set[int] = set()
        for start, end in sorted(letters, key=lambda own: own[0] - own[1]):
            own = [each for each in letters[start, end] if each in known]
            if own and taken.isdisjoint(range(start, end)):
                found = self._abbreviation(words[start:end], own)
                if found is not None:
                    yield Stretch(start, end, found)
                    taken.update(range(start, end))

    def _abbreviation(self, words: tuple[Forms, ...], letters: Sequence[str]) -> ShortForm | None:
        """Return the abbreviation of words, of those with some letters."""
        if words not in self._abbreviations:
            found = [own for each in letters for own in self._standing_for(words, each)]
            self._abbreviations[words] = max(found, key=_evidence, default=None)
        return self._abbreviations[words]

    def _standing_for(self, words: tuple[Forms, ...], letters: str) -> Iterator[ShortForm]:
        for own in self._readings(letters):
            if stands_for(own.canonical, words) and self._reading(own) == own and self._may_be(own, words):
                for expansion in self._expansions_of(own):
                    if _answers(words, expansion.words):
                        yield ShortForm(own.canonical.upper(), own, expansion)

    def _expansions_of(self, own: Forms) -> tuple[LongForm, ...]:
        if own not in self._expansions:
            self._expansions[own] = self._learner.expansions(own)
        return self._expansions[own]

    def _reading(self, typed: Forms) -> Forms | None:
        """Return the form of an abbreviation that is meant: of those that answer what was typed the most frequent."""
        levels = {own: level(typed.canonical, own.canonical) for own in self._readings(typed.folded)}
        for answering in ((Level.SAME, Level.COMPLETES), (Level.BARE,)):
            found = [own for own, how in levels.items() if how in answering]
            if found:
                return max(found, key=lambda own: self._index_terms.document_frequency(FIELD, own.keyed))
        return None

    def _readings(self, folded: str) -> list[Forms]:
        """Return the forms of a folded form that the text has."""
        if not self._index_terms.document_frequency(folded_field(FIELD), folded):
            return []
        return [Forms(own, folded) for own in self._index_terms.readings(FIELD, folded)]

    def _may_be(self, own: Forms, words: tuple[Forms, ...]) -> bool:
        """Tell whether it is worth asking what an abbreviation stands for: at little cost, for it seldom is."""
        return self._learner.may_stand_for(own, words, [self._terms_of(word) for word in words])

    def _terms_of(self, word: Forms) -> list[str]:
        """Return the terms that answer a word."""
        if word not in self._terms:
            readings = self._readings(word.folded)
            is_plain = word.canonical == word.folded
            self._terms[word] = [own.keyed for own in readings if is_plain or _answers([word], [own])]
        return self._terms[word]


def _letters_of(words: Sequence[Forms]) -> list[str]:
    return [letters for letters in abbreviations_of(words) if is_abbreviation(Forms(letters, letters))]


def _answers(typed: Sequence[Forms], written: Sequence[Forms]) -> bool:
    """Tell whether words answer those typed; where one lacks marks that were typed, all are written without any."""
    if [own.folded for own in typed] != [own.folded for own in written]:
        return False
    levels = {level(own.canonical, its.canonical) for own, its in zip(typed, written, strict=True)}
    is_bare = all(own.canonical == own.folded for own in written)
    return Level.CONTRADICTS not in levels and (is_bare or Level.BARE not in levels)


def _evidence(abbreviation: ShortForm) -> tuple[int, int, int]:
    expansion = abbreviation.expansion
    return expansion.definitions, expansion.together, expansion.frequency
