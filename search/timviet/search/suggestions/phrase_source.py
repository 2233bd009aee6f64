"""How often words follow one another in one field of one segment, and where.

A field's words are kept with those that follow them: how often two follow one another is known without looking at
where they do. Longer phrases are counted by comparing where their parts stand.
"""

from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import islice, pairwise
from typing import NamedTuple

import numpy as np
from cachetools import LRUCache

from timviet.index.columnfile import Column
from timviet.index.snapshot import SegmentView
from timviet.index.terms import FieldTerms
from timviet.search.sequences import documents_of, positions_of, spread
from timviet.search.suggestions.run_reader import RunReader, sums_until

TITLE = "title"
# A phrase that stands in a title tells what a document is about: that counts as several occurrences in paragraphs.
TITLE_WEIGHT = 5
# After a phrase of two words or more, no more occurrences than these are compared, those of the commonest words: that
# takes some milliseconds, and among half a million paragraphs there are some twenty words that others follow as often.
MAX_OCCURRENCES = 1 << 17

Ranges = tuple[tuple[bytes, bytes], ...]
_RUNS_AT_ONCE = 1 << 14
_REMEMBERED_RANGES = 1 << 8


class Wanted(NamedTuple):
    """Which words are wanted.

    Attributes:
        ranges: from which term on, as it is keyed, and before which other one they are.
        accepts: tells whether one of those is wanted; None where all are.
        without: terms that are not wanted, whatever `accepts` says.
    """

    ranges: Ranges = ((b"", b"\xff"),)
    accepts: Callable[[bytes], bool] | None = None
    without: frozenset[bytes] = frozenset()


class Occurrence(NamedTuple):
    """Where a word stands.

    Attributes:
        document: the number of the paragraph in the segment.
        position: the word's position in it.
    """

    document: int
    position: int


class AllCounts(NamedTuple):
    """How often all words of a source occur, and each after each other.

    Attributes:
        words: how often each occurs, by its number.
        runs: how often two follow one another, for all that do, in the order of the first ones.
        run_starts: where in `runs` the second ones of each first one start.
        followers: the numbers, from 1, of the second ones; 0 for the end of a paragraph.
    """

    words: Column
    runs: Column
    run_starts: Column
    followers: Column


class Place:
    """Where a phrase stands in one source.

    Args:
        source: the source.
        number: the number there of the phrase's last word, or -1 for a phrase of no words.
        count: how often the phrase stands there.
        run: of two words, the run that holds where they follow one another.
        keys: of more words, what `keys` is to be.

    Attributes:
        source: the same.
        number: the same.
        count: the same.
    """

    __slots__ = ("_keys", "_run", "count", "number", "source")

    def __init__(
        self,
        source: "PhraseSource",
        number: int = -1,
        count: int = 0,
        run: int | None = None,
        keys: Column | None = None,
    ) -> None:
        self.source = source
        self.number = number
        self.count = count
        self._run = run
        self._keys = keys

    @property
    def length(self) -> int:
        """How many words the phrase has; 2 for any more."""
        return 2 if self._run is not None or self._keys is not None else int(self.number >= 0)

    @property
    def weight(self) -> int:
        """How much the phrase counts for how often it stands there."""
        return self.count * self.source.weight

    @property
    def term(self) -> bytes:
        """The phrase's last word, as it is keyed."""
        return self.source.terms[self.number]

    @property
    def keys(self) -> Column:
        """Where the last one of two words or more stands: keys as of `occurrence_keys`, ascending."""
        if self._keys is None:
            self._keys = self.source.keys(np.array([self._run])) + 1
        return self._keys


class PhraseSource:
    """The words of one field of one segment, each with those that follow it.

    The index holds a title once for each paragraph of its document: those of first paragraphs count.

    A word that may come next goes by its slot: after no words, its number; otherwise the run that holds where it
    follows the last word.

    Args:
        segment: the segment.
        field: the field: "text" or "title".
        terms: its terms, which are keyed.

    Attributes:
        segment: the same.
        field: the same.
        terms: the same.
        weight: how much an occurrence counts.
        reader: what reads where words stand.
    """

    def __init__(self, segment: SegmentView, field: str, terms: FieldTerms) -> None:
        self.segment = segment
        self.field = field
        self.terms = terms
        self.weight = TITLE_WEIGHT if field == TITLE else 1
        self.reader = RunReader(terms)
        self._follower_ends = terms.columns["follower_ends"]
        self._followers = terms.followers
        self._run_ends = terms.columns["run_ends"]
        self._ranges: LRUCache[tuple[bytes, bytes], tuple[int, int]] = LRUCache(_REMEMBERED_RANGES)
        self._left_out: dict[frozenset[bytes], Column] = {}

    def commonest(self, place: Place, wanted: Wanted, least: int, most: int) -> Column:
        """Return the slots of the commonest words after the last word of a phrase, whatever stands before that.

        Args:
            place: where the phrase stands.
            wanted: which words are wanted.
            least: how often they have to stand there, at least once.
            most: how many to return at most.

        Returns:
            The slots, ascending.
        """
        ranges = [self._slots(place, *ends) for ends in wanted.ranges]
        slots = np.concatenate([np.arange(*own) for own in ranges])
        counts = np.concatenate([self._counts(place, *own) for own in ranges])
        if wanted.without:
            counts[self._are_left_out(wanted.without)[self._numbers(place, slots)]] = 0
        order = _descending(counts, max(least, 1), most if wanted.accepts is None else len(counts))
        slots, counts = slots[order], counts[order]
        if wanted.accepts is not None:
            accepted = map(wanted.accepts, self.terms_at(place, slots))
            chosen = [*islice((number for number, is_wanted in enumerate(accepted) if is_wanted), most)]
            slots, counts = slots[chosen], counts[chosen]
        if place.length > 1:
            slots = slots[: max(np.cumsum(counts).searchsorted(MAX_OCCURRENCES), 1)]
        return np.sort(slots)

    def find(self, place: Place, terms: Iterable[bytes]) -> Column:
        """Return the slots of those of some words that stand after the last word of a phrase, ascending."""
        found = map(self.terms.find, terms)
        numbers = np.array(sorted(number for number in found if number is not None), np.int64)
        return self.terms.followed_by(place.number, numbers)[0] if place.length else numbers

    def terms_at(self, place: Place, slots: Column) -> Iterable[bytes]:
        """Return the words in some slots, as they are keyed."""
        return map(self.terms.__getitem__, self._numbers(place, slots).tolist())

    def follow(self, place: Place, slots: Column, least: int) -> list[Place]:
        """Return where a phrase goes on with one of some words, for each word with which it does often enough.

        Args:
            place: where the phrase stands.
            slots: the slots of the words, ascending.
            least: how often it has to, at least once.
        """
        numbers = self._numbers(place, slots).tolist()
        if place.length > 1:
            longer = zip(numbers, self._following(place.keys, slots), strict=True)
            return [Place(self, number, len(keys), keys=keys) for number, keys in longer if len(keys) >= least]
        counts = (self._sums(place, slots) - self._sums(place, slots - 1)).tolist()
        runs = slots.tolist() if place.length else [None] * len(slots)
        words = zip(numbers, counts, runs, strict=True)
        return [Place(self, number, count, run) for number, count, run in words if count >= least]

    def keys(self, run_numbers: Column) -> Column:
        """Return the keys of the occurrences in some runs, one run after the other."""
        return self.reader.read(run_numbers, self._is_first).keys

    def sample(self, place: Place, most: int) -> list[Occurrence]:
        """Return where the last word of a phrase stands, some of its occurrences, spread evenly; no deleted ones.

        Args:
            place: where the phrase stands, which has words.
            most: how many to return at most.
        """
        keys = self._kept(place.keys if place.length > 1 else self._some_keys(place.number, most))
        if not len(keys) and place.length == 1:
            keys = np.sort(self._kept(self.keys(np.arange(*self._runs(place.number)))))
        chosen = keys[spread(len(keys), most)]
        return [*map(Occurrence, documents_of(chosen).tolist(), positions_of(chosen).tolist())]

    def all_counts(self) -> AllCounts:
        """Return how often all words occur, and each after each other."""
        runs = np.diff(self._count_ends, prepend=self._count_ends.dtype.type(0))
        starts = sums_until(self._follower_ends, np.arange(len(self.terms)) - 1)
        return AllCounts(self._counts(Place(self), 0, len(self.terms)), runs, starts, self._followers)

    def _slots(self, place: Place, low: bytes, high: bytes) -> tuple[int, int]:
        """Return the first slot of the words from one term to before another, and the one after the last."""
        if (low, high) not in self._ranges:
            self._ranges[low, high] = self.terms.first_from(low), self.terms.first_from(high)
        numbers = self._ranges[low, high]
        if not place.length:
            return numbers
        first, last = self._runs(place.number)
        start, end = self._followers[first:last].searchsorted([number + 1 for number in numbers]).tolist()
        return first + start, first + end

    def _numbers(self, place: Place, slots: Column) -> Column:
        """Return the numbers of the words in some slots."""
        return self._followers[slots].astype(np.int64) - 1 if place.length else slots

    def _are_left_out(self, without: frozenset[bytes]) -> Column:
        """Return for each word whether it is one of some."""
        if without not in self._left_out:
            self._left_out[without] = np.zeros(len(self.terms), bool)
            self._left_out[without][self.find(Place(self), without)] = True
        return self._left_out[without]

    def _counts(self, place: Place, start: int, end: int) -> Column:
        """Return how often the words in the slots from one to before another stand there."""
        sums = self._sums(place, np.arange(start - 1, end))
        return sums[1:] - sums[:-1]

    def _sums(self, place: Place, slots: Column) -> Column:
        """Return how often the words in some slots and all before them stand there; before all is slot -1."""
        runs = slots if place.length else sums_until(self._follower_ends, slots) - 1
        return sums_until(self._count_ends, runs)

    def _runs(self, number: int) -> tuple[int, int]:
        """Return the first run of a word, and the one after its last."""
        return int(self._follower_ends[number - 1]) if number else 0, int(self._follower_ends[number])

    def _some_keys(self, number: int, most: int) -> Column:
        """Return the keys of a word's occurrences in some of its runs, ascending; likelier in longer ones."""
        first, last = self._runs(number)
        ends = sums_until(self._run_ends, np.arange(first - 1, last))
        places = ends[0] + spread(int(ends[-1] - ends[0]), most)
        return np.sort(self.keys(first + np.unique(ends[1:].searchsorted(places, side="right"))))

    def _following(self, before: Column, run_numbers: Column) -> list[Column]:
        """Return for each of some runs the keys of what follows in it after some of its occurrences, by their keys."""
        has_phrase = np.zeros(self.segment.paragraph_count, bool)
        has_phrase[documents_of(before)] = True
        owners, keys = self.reader.read(run_numbers, has_phrase, self._is_first)
        places = np.minimum(before.searchsorted(keys), len(before) - 1)
        found = np.flatnonzero(before[places] == keys)
        ends = owners[found].searchsorted(np.arange(len(run_numbers) + 1)).tolist()
        following = keys[found] + 1
        return [following[start:end] for start, end in pairwise(ends)]

    def _kept(self, keys: Column) -> Column:
        """Return the keys of those occurrences that are not in deleted paragraphs."""
        return keys if self.segment.kept is None else keys[self.segment.kept[documents_of(keys)]]

    @cached_property
    def _count_ends(self) -> Column:
        """For each run, how many occurrences it has that count, with those of all runs before it."""
        if self.field != TITLE:
            return self._run_ends
        return self.segment.remembered(_first_count_ends, self.terms)

    @property
    def _is_first(self) -> Column | None:
        """For each paragraph, whether its occurrences count; None where they all do."""
        return self.segment.first_paragraphs if self.field == TITLE else None


def _first_count_ends(segment: SegmentView, terms: FieldTerms) -> Column:
    """Return for each run how many occurrences it has in first paragraphs, with those of all runs before it."""
    run_ends, is_first = terms.columns["run_ends"], segment.first_paragraphs
    sums = [np.zeros(1, np.int64)]
    for first in range(0, len(run_ends), _RUNS_AT_ONCE):
        last = min(first + _RUNS_AT_ONCE, len(run_ends))
        counted = np.append(0, np.cumsum(is_first[terms.run_documents_between(first, last)]))
        ends = sums_until(run_ends, np.arange(first - 1, last))
        sums.append(sums[-1][-1] + counted[ends[1:] - ends[0]])
    return np.concatenate(sums[1:])


def _descending(counts: Column, least: int, most: int) -> Column:
    """Return the places of so many of the highest counts, highest first, that are not below the least one."""
    places = np.flatnonzero(counts >= least)
    if len(places) > most:
        lowest = np.partition(counts[places], len(places) - most)[len(places) - most]
        places = places[counts[places] >= lowest]
    return places[np.argsort(-counts[places], kind="stable")][:most]
