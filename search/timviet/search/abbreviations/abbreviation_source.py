"""Where abbreviations are learned from: the text of one segment."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

import numpy as np

from timviet.index.analysis import Forms, analyzed, forms
from timviet.index.columnfile import Column, DamagedFileError
from timviet.index.snapshot import SegmentView
from timviet.index.terms import FieldTerms
from timviet.search.abbreviations.followers import NOTHING, Beside, Followers, are_among
from timviet.search.abbreviations.initials import folded_initials
from timviet.search.abbreviations.short_terms import ShortTerms
from timviet.search.abbreviations.surroundings import MAX_NEIGHBOURS, Surroundings
from timviet.search.deadline import check_time
from timviet.search.sequences import documents_of, positions_of, spread

FIELD = "text"
# So many paragraphs are read where a word of all stands beside an abbreviation; and so many in all.
_PER_NEIGHBOUR = 6
_READ = 48
# A phrase is read where it is among so many words of a paragraph, unless it is nowhere so near its beginning.
_READ_WORDS = 4096
# What may stand right before or after an abbreviation where it is told what it stands for; see
# `timviet.search.abbreviations.definitions`.
_TELLING_BEFORE = [forms(word).keyed.encode() for word in ("là", "tắt")]
_TELLING_AFTER = [forms(word).keyed.encode() for word in ("là", "viết", "từ", "chữ")]


class Written(NamedTuple):
    """A phrase as it is written somewhere.

    Attributes:
        text: how it is written.
        before: the word before it, if there is one.
        after: the word after it, if there is one.
    """

    text: str
    before: Forms | None
    after: Forms | None


class AbbreviationSource:
    """The text of one segment.

    Args:
        segment: the segment.
        terms: its terms.

    Attributes:
        followers: its words.
    """

    def __init__(self, segment: SegmentView, terms: FieldTerms) -> None:
        self.followers, self._short_terms = segment.remembered(_read, terms)
        self._terms = terms
        self._segment = segment

    @classmethod
    def of(cls, segments: Iterable[SegmentView]) -> "list[AbbreviationSource]":
        """Return those of several segments; segments without words, or of another codec, have none."""
        own = ((segment, segment.terms(FIELD)) for segment in segments)
        return [cls(segment, terms.keyed) for segment, terms in own if terms and terms.keyed]

    def having(self, letters: Sequence[str]) -> list[str]:
        """Return those of some abbreviations, without marks, that the text has."""
        return self._short_terms.having(letters)

    def frequency(self, term: bytes) -> int:
        """Return how often a term occurs, in deleted paragraphs, too."""
        number = self._terms.find(term)
        return 0 if number is None else self._terms.occurrence_count(number)

    def paragraphs(self, term: bytes) -> Column:
        """Return the numbers of the paragraphs that have a term, ascending; no deleted ones."""
        number = self._terms.find(term)
        return np.empty(0, np.int64) if number is None else self._kept(self._terms.postings(number)[0])

    def beside(self, term: bytes) -> tuple[Beside, Beside]:
        """Return what stands before a term, and what stands after it."""
        number = self._terms.find(term)
        return (NOTHING, NOTHING) if number is None else (self.followers.before(number), self.followers.after(number))

    def commonest(self, beside: Beside) -> dict[bytes, int]:
        """Return how often the commonest terms stand beside a term."""
        counts = self._terms.run_lengths(beside.run_numbers)
        most = np.argsort(-counts, kind="stable")[:MAX_NEIGHBOURS]
        numbers = beside.numbers[most].tolist()
        return {self._terms[number]: count for number, count in zip(numbers, counts[most].tolist(), strict=True)}

    def telling_paragraphs(self, letters: str, before: Beside, after: Beside) -> Column:
        """Return some paragraphs that may tell what an abbreviation stands for, ascending.

        In those, a word stands before it that starts with its last letter, or after it one that starts with its first
        letter, or one that is used to tell it.

        Args:
            letters: the abbreviation's letters.
            before: what stands before it.
            after: what stands after it.
        """
        last, first = (
            self._having_beside(before, letters[-1], _TELLING_BEFORE),
            self._having_beside(after, letters[0], _TELLING_AFTER),
        )
        return np.unique(np.concatenate([last, first]))

    def rarest_neighbours(self, words: Sequence[Sequence[bytes]]) -> Column:
        """Return the runs of those two words of a phrase that follow one another most rarely; none if any two never do.

        Args:
            words: for each word the terms that it may be, ascending.
        """
        numbers = [self.followers.numbers(own)[0] for own in words]
        rarest, least = np.empty(0, np.int64), -1
        for pair in pairwise(numbers):
            found = self.followers.runs_between(*pair)
            count = self.count(found)
            if count < least or least < 0:
                rarest, least = found, count
            if not count:
                break
        return rarest

    def likely_reading(self, words: Sequence[Sequence[bytes]]) -> list[bytes]:
        """Return for each word of a phrase the term that follows the one before most often; none where none does.

        Args:
            words: for each word the terms that it may be, ascending.
        """
        numbers = [self.followers.numbers(own)[0] for own in words]
        if not all(map(len, numbers)):
            return []
        counts = self.followers.table(numbers[0], numbers[1])
        reading = [int(numbers[0][counts.max(axis=1).argmax()])]
        for own in numbers[1:]:
            reading.append(int(own[self.followers.table(np.array(reading[-1:]), own)[0].argmax()]))
        return [self._terms[number] for number in reading]

    def count(self, run_numbers: Column) -> int:
        """Return how many occurrences some runs have."""
        return int(self._terms.run_lengths(run_numbers).sum())

    def share_paragraphs(self, term: bytes, run_numbers: Column) -> bool:
        """Tell whether some runs have a paragraph that has a term."""
        documents = self._terms.run_documents(run_numbers).numbers if len(run_numbers) else run_numbers
        return len(documents) > 0 and bool(are_among(documents, self.paragraphs(term)).any())

    def ends(self, words: Sequence[bytes], least: int = 1) -> Column:
        """Return where the last words of a phrase stand; none in deleted paragraphs.

        Args:
            words: the phrase.
            least: how often each two of its words have to follow one another, at least.

        Returns:
            Keys of occurrences, ascending.
        """
        numbers, _ = self.followers.numbers(words)
        if len(numbers) < len(words):
            return np.empty(0, np.int64)
        ends = self.followers.phrase_ends(numbers.tolist(), least)
        return ends if self._segment.kept is None else ends[self._segment.kept[documents_of(ends)]]

    def counts_beside(self, words: Sequence[bytes], ends: Column, around: Surroundings) -> tuple[Column, Column]:
        """Return how often each of some neighbours stands before a phrase, and after it.

        Args:
            words: the phrase.
            ends: where it stands, as `ends` returns it.
            around: the neighbours.
        """
        first, last = (self._terms.find(word) for word in (words[0], words[-1]))
        if first is None or last is None:
            return np.zeros(len(around.before.terms), np.int64), np.zeros(len(around.after.terms), np.int64)
        numbers, places = self.followers.numbers(around.before.terms)
        runs = [self.followers.run(number, first) for number in numbers.tolist()]
        before = self._counts(runs, places, ends - len(words), len(around.before.terms))
        numbers, places = self.followers.numbers(around.after.terms)
        runs = [self.followers.run(last, number) for number in numbers.tolist()]
        return before, self._counts(runs, places, ends, len(around.after.terms))

    def _counts(self, runs: Sequence[int | None], places: Column, ends: Column, count: int) -> Column:
        """Return in how many of some occurrences each of several runs has a part."""
        found = [(run, place) for run, place in zip(runs, places.tolist(), strict=True) if run is not None]
        run_numbers, own = np.array(found, np.int64).reshape(-1, 2).T
        are_there = are_among(self.followers.keys(run_numbers), ends)
        owners = np.repeat(own, self._terms.run_lengths(run_numbers))[are_there]
        return np.bincount(owners, minlength=count)

    def texts(self, paragraphs: Column, most: int | None = None) -> Iterator[str]:
        """Yield the texts of some paragraphs: of all, or of so many of them, spread evenly."""
        paragraphs = paragraphs if most is None else _some(paragraphs, most)
        for paragraph in paragraphs.tolist():
            check_time()
            (text,) = self._segment.stored_texts(FIELD, [paragraph])
            yield text or ""

    def written(self, ends: Column, count: int, most: int) -> list[Written]:
        """Return how a few paragraphs write a phrase.

        Args:
            ends: where its last words stand.
            count: how many words it has.
            most: how many to return at most.
        """
        near = ends[positions_of(ends) < _READ_WORDS]
        some = _some(near if len(near) else ends, most)
        texts = self.texts(documents_of(some))
        return [_written(text, last, count) for text, last in zip(texts, positions_of(some).tolist(), strict=True)]

    def _having_beside(self, beside: Beside, letter: str, telling: Sequence[bytes]) -> Column:
        """Return some paragraphs in which a word stands that starts with a letter, or is one of some others."""
        found = np.isin(beside.numbers, self.followers.numbers(telling)[0])
        for own in self.followers.starting_with(folded_initials(letter)):
            found |= (beside.numbers >= own.start) & (beside.numbers < own.stop)
        run_numbers = beside.run_numbers[found]
        commonest = np.argsort(-self._terms.run_lengths(run_numbers), kind="stable")[:_READ]
        lengths, documents = self._terms.run_documents(run_numbers[commonest])
        pieces = np.split(documents, np.cumsum(lengths)[:-1])
        return _some(self._kept(np.unique(np.concatenate([_some(own, _PER_NEIGHBOUR) for own in pieces]))), _READ)

    def _kept(self, documents: Column) -> Column:
        return documents if self._segment.kept is None else documents[self._segment.kept[documents]]


def _read(_: SegmentView, terms: FieldTerms) -> tuple[Followers, ShortTerms]:
    return Followers(terms), ShortTerms(terms)


def _written(text: str, last: int, count: int) -> Written:
    first = last - count + 1
    tokens = [*islice(analyzed(text), max(first - 1, 0), last + 2)]
    before = tokens.pop(0).forms if first > 0 and tokens else None
    if len(tokens) < count:
        raise DamagedFileError("a paragraph has fewer words than the index knows of")
    after = tokens[count].forms if len(tokens) > count else None
    return Written(text[tokens[0].start : tokens[count - 1].end], before, after)


def _some(column: Column, most: int) -> Column:
    """Return so many of a column, or fewer, spread evenly."""
    return column[spread(len(column), most)]
