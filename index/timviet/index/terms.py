"""The terms of a field in one segment: a sorted dictionary over columns, with each term's postings."""

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np

from timviet.index.columnfile import BYTES, FLOATS, UNSIGNED, WHOLE, Column, ColumnsBelow, read_ends
from timviet.index.packing import PackedColumn, without_gaps
from timviet.index.postings import Runs, runs

_REMEMBERED_TERMS = 1 << 14


class Terms(ABC):
    """Terms of a field in one segment, sorted, each with its postings."""

    def __init__(self) -> None:
        self._found: dict[bytes, int | None] = {}

    @abstractmethod
    def __len__(self) -> int:
        """Return how many there are."""

    @abstractmethod
    def __getitem__(self, number: int) -> bytes:
        """Return a term by its number in sorted order."""

    @abstractmethod
    def first_from(self, term: bytes) -> int:
        """Return the number of the first term that is not before `term`."""

    @abstractmethod
    def document_frequency(self, number: int) -> int:
        """Return in how many paragraphs a term occurs."""

    @abstractmethod
    def postings(self, number: int) -> tuple[Column, Column]:
        """Return in which paragraphs a term occurs, ascending, and how often in each, or its weight there."""

    @property
    @abstractmethod
    def has_positions(self) -> bool:
        """Whether positions are kept."""

    @abstractmethod
    def occurrences(self, number: int) -> tuple[Column, Column]:
        """Return the paragraph and the position of each of a term's occurrences, ascending.

        Raises:
            ValueError: no positions are kept.
        """

    @property
    @abstractmethod
    def keyed(self) -> "FieldTerms | None":
        """The keyed field that these terms are of, or None."""

    @abstractmethod
    def span(self, number: int) -> range:
        """Return the numbers, in the keyed field, of the terms that a term stands for."""

    @abstractmethod
    def value(self, number: int, place: int) -> bytes | None:
        """Return what else is kept of a term's posting, the one at a place from 0, or None where nothing is."""

    def __iter__(self) -> Iterator[bytes]:
        return map(self.__getitem__, range(len(self)))

    def find(self, term: bytes) -> int | None:
        """Return a term's number, or None where there is no such term."""
        try:
            return self._found[term]
        except KeyError:
            number = self.first_from(term)
            found = number if number < len(self) and self[number] == term else None
            if len(self._found) >= _REMEMBERED_TERMS:
                self._found = {}
            self._found[term] = found
            return found

    def prefixed(self, prefix: bytes) -> Iterator[int]:
        """Yield the numbers of the terms that start with `prefix`."""
        number = self.first_from(prefix)
        while number < len(self) and self[number].startswith(prefix):
            yield number
            number += 1


class FieldTerms(Terms):
    """The terms of a field as they are written.

    Args:
        columns: the field's columns, by their names.
        paragraph_count: how many paragraphs the segment has.

    Attributes:
        columns: the same.
        paragraph_count: the same.

    Raises:
        DamagedFileError: the columns do not fit together.
    """

    def __init__(self, columns: ColumnsBelow, paragraph_count: int) -> None:
        super().__init__()
        self.columns = columns
        self.paragraph_count = paragraph_count
        self._has_positions = "positions" in columns
        self._is_keyed = "followers" in columns
        columns.require("terms", BYTES)
        self._terms = columns["terms"].data
        # Whole numbers out of a memoryview cost half of what they do out of an array.
        self._term_ends = read_ends(columns, "term_ends", len(self._terms), may_be_empty=True).data
        self._open_postings()
        if self._has_positions or self._is_keyed:
            self._open_occurrences()

    def _open_postings(self) -> None:
        columns, count = self.columns, self.columns.count("documents")
        self._posting_ends = read_ends(columns, "posting_ends", count, len(self)).data
        self._documents = PackedColumn(columns, "documents")
        are_weights = "weights" in columns and not self._is_keyed
        columns.require("weights" if are_weights else "frequencies", FLOATS if are_weights else UNSIGNED, count)
        self._frequencies = None if are_weights else PackedColumn(columns, "frequencies")
        if "values" in columns:
            columns.require("values", BYTES)
            self._value_ends = read_ends(columns, "value_ends", columns.count("values"), count, may_be_empty=True).data

    def _open_occurrences(self) -> None:
        columns, run_count = self.columns, len(self)
        if self._is_keyed:
            run_count = columns.count("followers")
            columns.require("followers", WHOLE)
            self._follower_ends = read_ends(columns, "follower_ends", run_count, len(self)).data
        self._positions = PackedColumn(columns, "positions")
        count = columns.count("positions")
        columns.require("run_documents", UNSIGNED, count)
        self._run_documents = PackedColumn(columns, "run_documents")
        self._run_ends = read_ends(columns, "run_ends", count, run_count).data

    def __len__(self) -> int:
        return len(self._term_ends)

    def __iter__(self) -> Iterator[bytes]:
        terms = bytes(self._terms)
        return (terms[start:end] for start, end in pairwise([0, *self._term_ends]))

    def __getitem__(self, number: int) -> bytes:
        """Return a term by its number in sorted order."""
        if not 0 <= number < len(self):
            raise IndexError(number)
        return bytes(self._terms[part_start(self._term_ends, number) : self._term_ends[number]])

    def first_from(self, term: bytes) -> int:
        """Return the number of the first term that is not before `term`."""
        number: int = bisect_left(range(len(self)), term, key=self.__getitem__)
        return number

    def document_frequency(self, number: int) -> int:
        """Return in how many paragraphs a term occurs."""
        return self._posting_ends[number] - part_start(self._posting_ends, number)

    def postings(self, number: int) -> tuple[Column, Column]:
        """Return in which paragraphs a term occurs, ascending, and how often in each, or its weight there."""
        return self.postings_between(number, number + 1)

    def postings_between(self, first: int, last: int) -> tuple[Column, Column]:
        """Return the same for the terms from one to before another, one after the other."""
        return self.documents_between(first, last), self.frequencies_between(first, last)

    def documents_between(self, first: int, last: int) -> Column:
        """Return in which paragraphs each of the terms from one to before another occurs."""
        start, end = part_start(self._posting_ends, first), part_start(self._posting_ends, last)
        lengths = np.diff(self._posting_ends[first:last], prepend=start)
        return self.paragraphs(self._documents.read(start, end), lengths)

    def frequencies_between(self, first: int, last: int) -> Column:
        """Return how often each of the terms from one to before another occurs in each of its paragraphs."""
        start, end = part_start(self._posting_ends, first), part_start(self._posting_ends, last)
        return self.columns["weights"][start:end] if self._frequencies is None else self._frequencies.read(start, end)

    @property
    def keyed(self) -> "FieldTerms | None":
        """The keyed field that these terms are of, or None."""
        return self if self._is_keyed else None

    def span(self, number: int) -> range:
        """Return the numbers, in the keyed field, of the terms that a term stands for."""
        return range(number, number + 1)

    @property
    def has_positions(self) -> bool:
        """Whether positions are kept."""
        return self._has_positions

    def occurrences(self, number: int) -> tuple[Column, Column]:
        """Return the paragraph and the position of each of a term's occurrences, ascending."""
        return self.merged_occurrences(number, number + 1)

    def merged_occurrences(self, first: int, last: int) -> tuple[Column, Column]:
        """Return the same for the terms from one to before another taken as one."""
        documents, positions = self.occurrences_between(first, last)
        keys = (documents << 32) + positions
        keys.sort()
        return keys >> 32, keys & 0xFFFFFFFF

    def occurrences_between(self, first: int, last: int) -> tuple[Column, Column]:
        """Return the paragraph and the position of each occurrence of the terms from one to before another, run by run.

        Raises:
            ValueError: this field keeps no positions.
        """
        if not self._has_positions:
            raise ValueError("this field keeps no positions")
        run, end_run = first, last
        if self._is_keyed:
            run, end_run = part_start(self._follower_ends, first), part_start(self._follower_ends, last)
        return self.run_documents_between(run, end_run), self.run_positions_between(run, end_run)

    def run_documents_between(self, first: int, last: int) -> Column:
        """Return the paragraph of each occurrence in the runs from one to before another."""
        start, end = part_start(self._run_ends, first), part_start(self._run_ends, last)
        lengths = np.diff(self._run_ends[first:last], prepend=start)
        return self.paragraphs(self._run_documents.read(start, end), lengths)

    def run_positions_between(self, first: int, last: int) -> Column:
        """Return the position of each occurrence in the runs from one to before another."""
        return self._positions.read(part_start(self._run_ends, first), part_start(self._run_ends, last))

    def followed_by(self, number: int, followers: Column) -> tuple[Column, Column]:
        """Return the runs in which one of some terms follows a term.

        Args:
            number: the term's number.
            followers: the numbers of the others, ascending.

        Returns:
            The numbers of the runs, ascending, and for each the place in `followers` of what follows.
        """
        start, end = part_start(self._follower_ends, number), self._follower_ends[number]
        own = self.followers[start:end]
        # Of another type, all would be converted; and no term follows whose number has no room in theirs.
        asked = (followers[: np.searchsorted(followers, np.iinfo(own.dtype).max)] + 1).astype(own.dtype)
        places = np.minimum(np.searchsorted(own, asked), len(own) - 1)
        found = np.flatnonzero(own[places] == asked)
        return start + places[found], found

    def run_documents(self, run_numbers: Column) -> Runs:
        """Return the paragraph of each occurrence in some runs."""
        starts, lengths = self._run_bounds(run_numbers)
        return Runs(lengths, self.paragraphs(self._run_documents.take(runs(starts, lengths)), lengths))

    @cached_property
    def followers(self) -> Column:
        """For each run of a keyed field, the number of the term that follows, from 1; 0 at the end of a paragraph."""
        followers = self.columns["followers"]
        if followers.max(initial=0) > len(self) or followers.min(initial=0) < 0:
            raise self.columns.damaged("column followers names a term that there is not")
        return followers

    def occurrence_count(self, number: int) -> int:
        """Return how often a term of a keyed field occurs."""
        run, end_run = part_start(self._follower_ends, number), self._follower_ends[number]
        return part_start(self._run_ends, end_run) - part_start(self._run_ends, run)

    def occurrence_counts(self, first: int, last: int) -> Column:
        """Return how often each of the terms from one to before another occurs, in a field with positions."""
        ends = np.asarray(self._run_ends)
        if self._is_keyed:
            ends = ends[np.asarray(self._follower_ends[first:last]).astype(np.int64) - 1]
            before = part_start(self._run_ends, part_start(self._follower_ends, first))
        else:
            ends, before = ends[first:last], part_start(self._run_ends, first)
        return np.diff(ends.astype(np.int64), prepend=before)

    def run_lengths(self, run_numbers: Column) -> Column:
        """Return how many occurrences some runs have."""
        return self._run_bounds(run_numbers)[1]

    def run_positions(self, run_numbers: Column) -> Column:
        """Return the position of each occurrence in some runs."""
        return self._positions.take(runs(*self._run_bounds(run_numbers)))

    def paragraphs(self, gaps: Column, lengths: Column) -> Column:
        """Return the numbers of paragraphs, in ascending runs of some lengths, by the gaps between them.

        Raises:
            DamagedFileError: there is no such paragraph.
        """
        numbers = without_gaps(gaps, lengths)
        # Of one run, the last one is the largest; to ask for that takes a tenth of the time.
        largest = numbers.item(-1) if len(lengths) == 1 and len(numbers) else numbers.max(initial=0)
        if largest >= self.paragraph_count:
            raise self.columns.damaged("a column of postings names a paragraph that the segment does not have")
        return numbers

    def _run_bounds(self, run_numbers: Column) -> tuple[Column, Column]:
        ends = np.asarray(self._run_ends)
        starts = np.where(run_numbers > 0, ends[run_numbers - 1], 0).astype(np.int64)
        return starts, ends[run_numbers] - starts

    def value(self, number: int, place: int) -> bytes | None:
        """Return what else is kept of a term's posting, the one at a place from 0, or None where nothing is."""
        if "values" not in self.columns:
            return None
        posting = part_start(self._posting_ends, number) + place
        return self.columns["values"][part_start(self._value_ends, posting) : self._value_ends[posting]].tobytes()


def part_start(ends: Sequence[int], number: int) -> int:
    """Return where the part of a number starts, by where the parts end."""
    return ends[number - 1] if number else 0
