"""Where the words of a field stand: runs of occurrences, read out of the columns of a segment.

A run is where one word is followed by another; runs have numbers. They are described in `timviet.index.postings`.
"""

from typing import NamedTuple

import numpy as np

from timviet.index.columnfile import Column
from timviet.index.packing import PackedColumn
from timviet.index.terms import FieldTerms
from timviet.search.sequences import occurrence_keys


class Occurrences(NamedTuple):
    """Occurrences in some runs, one run after the other.

    Attributes:
        owners: for each the place of its run among them.
        keys: for each its paragraph and position, in one number as `occurrence_keys` makes it; ascending within a run.
    """

    owners: Column
    keys: Column


class RunReader:
    """Reads runs of a field.

    Args:
        terms: the field's terms, which are keyed.

    Attributes:
        count: how many occurrences were read so far.
    """

    def __init__(self, terms: FieldTerms) -> None:
        self.count = 0
        self._terms = terms
        self._ends = terms.columns["run_ends"]
        self._small_gaps = terms.columns["run_documents"]
        self._gaps = PackedColumn(terms.columns, "run_documents")
        self._positions = PackedColumn(terms.columns, "positions")

    def read(self, run_numbers: Column, *wanted: Column | None) -> Occurrences:
        """Return the occurrences in some runs.

        Args:
            run_numbers: the numbers of the runs.
            wanted: for each paragraph whether its occurrences are; None where all are. What is not takes little time.
        """
        starts, ends = sums_until(self._ends, run_numbers - 1), sums_until(self._ends, run_numbers)
        sums = np.cumsum(ends - starts)
        documents = self._documents(starts, ends, sums)
        self.count += len(documents)
        chosen = np.arange(len(documents))
        for is_wanted in wanted:
            if is_wanted is not None:
                left = np.flatnonzero(is_wanted[documents])
                documents, chosen = documents[left], chosen[left]
        owners = sums.searchsorted(chosen, side="right")
        places = chosen + (ends - sums)[owners]
        return Occurrences(owners, occurrence_keys(documents, self._positions.take(places)))

    def _documents(self, starts: Column, ends: Column, sums: Column) -> Column:
        """Return the paragraphs of the occurrences from some places to before others.

        Args:
            starts: where each stretch starts.
            ends: where it ends.
            sums: how many occurrences it has, with all stretches before it.
        """
        # Copied in stretches, gaps take a third of the time that they take one by one.
        stretches = zip(starts.tolist(), ends.tolist(), strict=True)
        small = np.concatenate([self._small_gaps[:0], *(self._small_gaps[start:end] for start, end in stretches)])
        gaps = small.astype(np.int64)
        large = np.flatnonzero(small == np.iinfo(small.dtype).max)
        gaps[large] = self._gaps.take(large + (ends - sums)[sums.searchsorted(large, side="right")])
        return self._terms.paragraphs(gaps, ends - starts)


def sums_until(sums: Column, places: Column) -> Column:
    """Return the sums at some places; at the place before the first one, -1, that is 0."""
    return np.where(places >= 0, sums[places], 0).astype(np.int64)
