"""What an abbreviation stands for, learned from an index's text.

`an ninh trật tự (ANTT)` says it. Where no text does, phrases of the right initials are compared: what an abbreviation
stands for comes in the same places as the abbreviation does, or in the same paragraphs.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from timviet.index.analysis import Forms, forms_of_term, indexed_forms
from timviet.index.snapshot import Snapshot
from timviet.search.abbreviations.abbreviation_source import FIELD, AbbreviationSource, Written
from timviet.search.abbreviations.definitions import BREAK, definitions
from timviet.search.abbreviations.evidence import MIN_FREQUENCY, SHORT_LENGTH, Candidate, Subject
from timviet.search.abbreviations.followers import Beside
from timviet.search.abbreviations.initial_phrases import initial_phrases
from timviet.search.abbreviations.initials import may_be_name, stands_for, stretches
from timviet.search.abbreviations.surroundings import Neighbours, Surroundings
from timviet.search.deadline import check_time
from timviet.search.sequences import distinct_documents

MAX_EXPANSIONS = 3
# So many paragraphs are read for phrases of the right initials, and so many phrases there are compared.
_READ = 48
_READ_FOR_LONG = 16
# Of each so many characters are read.
_READ_CHARACTERS = 1 << 14
_COMPARED = 8
# A phrase is part of a longer one where nearly always the same word stands beside it: in this share of some samples.
_PART = 0.9
_WHOLE_SAMPLES = 12
_TEXT_SAMPLES = 5

_Words = tuple[Forms, ...]


@dataclass(frozen=True, slots=True)
class LongForm:
    """What an abbreviation stands for.

    Attributes:
        words: the forms of its words.
        text: the same as documents write it.
        definitions: how often paragraphs say that the abbreviation stands for it, of those that were read.
        frequency: how often it occurs.
        together: how many paragraphs have both it and the abbreviation.
    """

    words: _Words
    text: str
    definitions: int
    frequency: int
    together: int


class Expander:
    """Learns what abbreviations stand for.

    Args:
        snapshot: what to learn from.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._sources = AbbreviationSource.of(snapshot.segments)
        self._paragraph_count = snapshot.paragraph_count
        self._token_count = max(snapshot.field_length(FIELD), 1)

    def having(self, letters: Sequence[str]) -> list[str]:
        """Return those of some abbreviations, without marks, that the text has."""
        return list(dict.fromkeys(own for source in self._sources for own in source.having(letters)))

    def expansions(self, abbreviation: Forms) -> tuple[LongForm, ...]:
        """Return what an abbreviation stands for, best first; nothing where that is not sure."""
        own = _Abbreviation(self._sources, abbreviation)
        found = self._defined(own) or self._fitting(own)
        best: dict[tuple[str, ...], Candidate] = {}
        for candidate in sorted(found, key=lambda own: (own.definitions, own.together, own.frequency), reverse=True):
            best.setdefault(tuple(word.folded for word in candidate.words), candidate)
        return tuple(self._expansion(candidate) for candidate in [*best.values()][:MAX_EXPANSIONS])

    def may_stand_for(self, abbreviation: Forms, words: _Words, readings: Sequence[Sequence[str]]) -> bool:
        """Tell whether words may be an expansion of an abbreviation: at less cost than to ask for its expansions.

        Args:
            abbreviation: its forms.
            words: the words as typed.
            readings: for each word the terms that it may be.
        """
        check_time()
        terms = [sorted(term.encode() for term in own) for own in readings]
        rarest = [(source, source.rarest_neighbours(terms)) for source in self._sources]
        if any(source.share_paragraphs(abbreviation.keyed.encode(), runs) for source, runs in rarest):
            return True
        is_frequent = sum(source.count(runs) for source, runs in rarest) >= MIN_FREQUENCY
        if len(abbreviation.canonical) <= SHORT_LENGTH or not is_frequent:
            return False
        own = _Abbreviation(self._sources, abbreviation)
        likely = (_words(source.likely_reading(terms)) for source in self._sources)
        around = self._surroundings(own)
        possible = (each for each in dict.fromkeys((words, *likely)) if _may_stand_for(abbreviation, each))
        return any(self._fits(own, each, around) for each in possible)

    def _defined(self, own: "_Abbreviation") -> list[Candidate]:
        """Return what texts say that an abbreviation stands for."""
        told = own.definitions()
        found = (replace(self._candidate(own, words), definitions=count) for words, count in told.items())
        return [candidate for candidate in found if candidate.is_defined(own.subject)]

    def _fitting(self, own: "_Abbreviation") -> list[Candidate]:
        """Return what comes in the same places as an abbreviation, or in the same paragraphs."""
        nearby, around, least = own.nearby(), self._surroundings(own), own.subject.least_frequency
        asked = [words for words, _ in nearby.most_common(_COMPARED)]
        if not own.subject.is_short:
            for source in self._sources:
                asked += map(_words, initial_phrases(source.followers, own.subject.forms.folded, around, least))
        possible = (words for words in dict.fromkeys(asked) if _may_stand_for(own.subject.forms, words))
        frequent = [
            self._with_fit(candidate, around)
            for words in possible
            if (candidate := self._candidate(own, words, least)).frequency >= least
        ]
        return [each for each in frequent if each.fits(own.subject) or self._belongs(own, each, nearby)]

    def _fits(self, own: "_Abbreviation", words: _Words, around: Surroundings) -> bool:
        least = own.subject.least_frequency
        candidate = self._candidate(own, words, least)
        return candidate.frequency >= least and self._with_fit(candidate, around).fits(own.subject)

    def _belongs(self, own: "_Abbreviation", candidate: Candidate, nearby: "Counter[_Words]") -> bool:
        dominance = nearby[candidate.words] / max(nearby.total(), 1)
        belongs = candidate.belongs(own.subject, dominance, self._paragraph_count)
        return belongs and _is_whole(self._written(candidate, _WHOLE_SAMPLES))

    def _candidate(self, own: "_Abbreviation", words: _Words, least: int = 1) -> Candidate:
        """Return a phrase that an abbreviation may stand for; where it is too rare, nothing may be found of it.

        Args:
            own: the abbreviation.
            words: the phrase.
            least: how often it has to occur.
        """
        check_time()
        ends = tuple(source.ends(_terms(words), least // len(self._sources)) for source in self._sources)
        paragraphs = [distinct_documents(own) for own in ends]
        pairs = zip(paragraphs, own.paragraphs, strict=True)
        together = sum(len(np.intersect1d(one, other, assume_unique=True)) for one, other in pairs)
        return Candidate(words, ends, sum(map(len, paragraphs)), together)

    def _with_fit(self, candidate: Candidate, around: Surroundings) -> Candidate:
        pairs = zip(self._sources, candidate.ends, strict=True)
        counts = [source.counts_beside(_terms(candidate.words), ends, around) for source, ends in pairs]
        sides = zip(around, zip(*counts, strict=True), strict=True)
        before, after = (side.fit(np.sum(own, axis=0)[:, None], candidate.frequency) for side, own in sides)
        return replace(candidate, before=float(before[0]), after=float(after[0]))

    def _surroundings(self, own: "_Abbreviation") -> Surroundings:
        sides: tuple[Counter[bytes], Counter[bytes]] = Counter(), Counter()
        for source, both in zip(self._sources, own.beside, strict=True):
            for side, beside in zip(sides, both, strict=True):
                side.update(source.commonest(beside))
        return Surroundings(*(Neighbours.of(side, self._share) for side in sides))

    def _share(self, term: bytes) -> float:
        """Return a term's share of all tokens."""
        return sum(source.frequency(term) for source in self._sources) / self._token_count

    def _expansion(self, candidate: Candidate) -> LongForm:
        texts = [own.text for own in self._written(candidate, _TEXT_SAMPLES)]
        ((text, _),) = Counter([own for own in texts if not BREAK.search(own)] or texts).most_common(1)
        return LongForm(
            words=candidate.words,
            text=text,
            definitions=candidate.definitions,
            frequency=candidate.frequency,
            together=candidate.together,
        )

    def _written(self, candidate: Candidate, most: int) -> list[Written]:
        pairs = zip(self._sources, candidate.ends, strict=True)
        return [own for source, ends in pairs for own in source.written(ends, len(candidate.words), most)]


class _Abbreviation:
    """An abbreviation and the paragraphs that have it.

    Args:
        sources: where it is looked for.
        own: its forms.
    """

    def __init__(self, sources: Sequence[AbbreviationSource], own: Forms) -> None:
        term = own.keyed.encode()
        self._sources = sources
        self._term = term
        self.paragraphs = [source.paragraphs(term) for source in sources]
        frequency = sum(source.frequency(term) for source in sources)
        self.subject = Subject(own, frequency, sum(map(len, self.paragraphs)))

    @cached_property
    def beside(self) -> list[tuple[Beside, Beside]]:
        """What stands before it and after it, in each segment."""
        return [source.beside(self._term) for source in self._sources]

    def definitions(self) -> "Counter[_Words]":
        """Return the words that texts say it stands for, and how often they do."""
        return Counter(
            words
            for text in self._telling_texts()
            for words in definitions(text[:_READ_CHARACTERS], self.subject.forms)
        )

    def nearby(self) -> "Counter[_Words]":
        """Return the phrases with its initials in some of its paragraphs, and in how many of these they are."""
        letters, read = self.subject.forms.canonical, _READ if self.subject.is_short else _READ_FOR_LONG
        found: Counter[_Words] = Counter()
        for source, paragraphs in zip(self._sources, self.paragraphs, strict=True):
            texts = source.texts(paragraphs, read)
            for tokens in (indexed_forms(text[:_READ_CHARACTERS]) for text in texts):
                found.update({tuple(tokens[start:end]) for start, end in stretches(letters, tokens)})
        return found

    def _telling_texts(self) -> Iterator[str]:
        for source, both in zip(self._sources, self.beside, strict=True):
            yield from source.texts(source.telling_paragraphs(self.subject.forms.canonical, *both))


def _may_stand_for(abbreviation: Forms, words: _Words) -> bool:
    """Tell whether words have the right initials, and are no piece of a sentence."""
    return stands_for(abbreviation.canonical, words) and may_be_name(words)


def _is_whole(written: Sequence[Written]) -> bool:
    """Tell whether a phrase is no part of a longer one, by how it is written in some places."""
    sides = (Counter(own.before for own in written), Counter(own.after for own in written))
    return all(max(own.values()) <= _PART * len(written) for own in sides)


def _terms(words: _Words) -> tuple[bytes, ...]:
    return tuple(word.keyed.encode() for word in words)


def _words(terms: Sequence[bytes]) -> _Words:
    return tuple(map(forms_of_term, terms))
