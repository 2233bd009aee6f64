"""The terms of a field in one segment: a sorted dictionary over columns, with each term's postings."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping

import numpy as np

from timviet.index.columnfile import Column
from timviet.index.postings import Postings

_REMEMBERED_TERMS = 1 << 14


class FieldTerms:
    """The terms of a field in one segment, with their postings.

    Args:
        columns: the field's columns, by their names.
    """

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self._terms = columns["terms"].data
        # Whole numbers out of a memoryview cost half of what they do out of an array.
        self._term_ends = columns["term_ends"].data
        self._posting_ends = columns["posting_ends"].data
        self._documents = columns["documents"]
        self._frequencies = columns["frequencies"]
        self._occurrence_ends = columns.get("occurrence_ends")
        self._positions = columns.get("positions")
        self._value_ends, self._values = columns.get("value_ends"), columns.get("values")
        self._found: dict[bytes, int | None] = {}

    def __len__(self) -> int:
        return len(self._term_ends)

    def __getitem__(self, number: int) -> bytes:
        """Return a term by its number in sorted order."""
        if not 0 <= number < len(self):
            raise IndexError(number)
        return bytes(self._terms[self._term_ends[number - 1] if number else 0 : self._term_ends[number]])

    def first_from(self, term: bytes) -> int:
        """Return the number of the first term that is not before `term`."""
        number: int = bisect_left(range(len(self)), term, key=self.__getitem__)
        return number

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

    def document_frequency(self, number: int) -> int:
        """Return in how many paragraphs a term occurs."""
        span = self._span(number)
        return span.stop - span.start

    def documents(self, number: int) -> Column:
        """Return the paragraphs in which a term occurs, ascending."""
        return self._documents[self._span(number)]

    def frequencies(self, number: int) -> Column:
        """Return how often a term occurs in each of its paragraphs, or its weight there."""
        return self._frequencies[self._span(number)]

    @property
    def has_positions(self) -> bool:
        """Whether positions are kept."""
        return self._positions is not None

    def positions(self, number: int) -> Column:
        """Return the positions of a term's occurrences, those of one paragraph after those of the one before."""
        if self._positions is None or self._occurrence_ends is None:
            raise ValueError("this field keeps no positions")
        start = int(self._occurrence_ends[number - 1]) if number else 0
        return self._positions[start : int(self._occurrence_ends[number])]

    def every_posting(self) -> Postings:
        """Return the postings of all terms."""
        return Postings(
            np.asarray(self._posting_ends), self._documents, self._frequencies, self._occurrence_ends, self._positions
        )

    def value(self, number: int, place: int) -> bytes | None:
        """Return what else is kept of a term's posting, the one at a place from 0, or None where nothing is."""
        if self._values is None or self._value_ends is None:
            return None
        posting = self._span(number).start + place
        start = int(self._value_ends[posting - 1]) if posting else 0
        return self._values[start : int(self._value_ends[posting])].tobytes()

    def _span(self, number: int) -> slice:
        return slice(int(self._posting_ends[number - 1]) if number else 0, int(self._posting_ends[number]))
