"""The folded forms of a field's terms, read out of the keyed terms that have them."""

from bisect import bisect_right

import numpy as np

from timviet.index.columnfile import WHOLE, Column, read_ends
from timviet.index.postings import folded_form
from timviet.index.terms import FieldTerms, Terms, part_start


class FoldedTerms(Terms):
    """The folded forms of a keyed field's terms, each with the postings of all terms that have it.

    Args:
        keyed: the keyed field.

    Raises:
        DamagedFileError: the columns do not fit together.
    """

    def __init__(self, keyed: FieldTerms) -> None:
        super().__init__()
        if keyed.keyed is None:
            raise keyed.columns.damaged("folded forms are of a field that has none")
        self._keyed = keyed
        self._ends = read_ends(keyed.columns, "fold_ends", len(keyed)).data
        keyed.columns.require("fold_frequencies", WHOLE, len(self._ends))
        frequencies = keyed.columns["fold_frequencies"]
        if frequencies.min(initial=1) < 1 or frequencies.max(initial=0) > keyed.paragraph_count:
            raise keyed.columns.damaged("column fold_frequencies tells of more paragraphs than there are")
        self._frequencies = frequencies.data

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> bytes:
        """Return a term by its number in sorted order."""
        if not 0 <= number < len(self):
            raise IndexError(number)
        return folded_form(self._keyed[part_start(self._ends, number)])

    def first_from(self, term: bytes) -> int:
        """Return the number of the first term that is not before `term`."""
        number = bisect_right(self._ends, self._keyed.first_from(term))
        return number + 1 if number < len(self) and self[number] < term else number

    @property
    def keyed(self) -> FieldTerms:
        """The keyed field that these terms are of, or None."""
        return self._keyed

    def span(self, number: int) -> range:
        """Return the numbers, in the keyed field, of the terms that a term stands for."""
        return range(part_start(self._ends, number), self._ends[number])

    def document_frequency(self, number: int) -> int:
        """Return in how many paragraphs a term occurs."""
        return self._frequencies[number]

    def postings(self, number: int) -> tuple[Column, Column]:
        """Return in which paragraphs a term occurs, ascending, and how often in each, or its weight there."""
        span = self.span(number)
        documents, frequencies = self._keyed.postings_between(span.start, span.stop)
        if len(span) == 1:
            return documents, frequencies
        keys = (documents << 32) + frequencies
        keys.sort()
        documents = keys >> 32
        starts = np.flatnonzero(np.diff(documents, prepend=-1))
        return documents[starts], np.add.reduceat(keys & 0xFFFFFFFF, starts)

    @property
    def has_positions(self) -> bool:
        """Whether positions are kept."""
        return True

    def occurrences(self, number: int) -> tuple[Column, Column]:
        """Return the paragraph and the position of each of a term's occurrences, ascending."""
        span = self.span(number)
        return self._keyed.merged_occurrences(span.start, span.stop)

    def value(self, number: int, place: int) -> None:
        """Return None: nothing else is kept of a posting."""
