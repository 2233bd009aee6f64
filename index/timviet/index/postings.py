"""Postings as columns: made from a list of occurrences, and written; `timviet.index.terms` reads them.

A field's columns, in the file of a segment's terms; T is the number of terms, P of postings, O of occurrences:

| column | length | |
| --- | --- | --- |
| `terms` | bytes | the terms, sorted, one after the other |
| `term_ends` | T | where each term ends in `terms` |
| `posting_ends` | T | where each term's postings end in the next two |
| `documents` | P | the paragraph of each posting, ascending within a term |
| `frequencies` | P | how often the term occurs in it; or its weight there, where that is another number |
| `occurrence_ends` | T | where each term's occurrences end in the next one; only with positions |
| `positions` | O | the position of each occurrence, ascending within a posting; only with positions |
| `value_ends`, `values` | P, bytes | what else a format of Whoosh's keeps of a posting; only where it does |
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from timviet.index.columnfile import Column, ColumnWriter, smallest_unsigned


@dataclass(frozen=True, slots=True)
class Postings:
    """The postings of a field, all terms one after the other; the columns are described above.

    Attributes:
        posting_ends: where each term's postings end.
        documents: the paragraph of each posting.
        frequencies: how often the term occurs there, or its weight.
        occurrence_ends: where each term's occurrences end, or None.
        positions: the position of each occurrence, or None.
    """

    posting_ends: Column
    documents: Column
    frequencies: Column
    occurrence_ends: Column | None = None
    positions: Column | None = None


def invert(terms: Column, documents: Column, positions: Column | None, term_count: int) -> Postings:
    """Return the postings of a list of occurrences.

    Args:
        terms: each occurrence's term, from 0; any order.
        documents: each occurrence's paragraph, ascending.
        positions: each occurrence's position in it, ascending within a paragraph; or None.
        term_count: how many terms there are.

    Example:
        >>> postings = invert(np.array([1, 0, 1], np.uint32), np.array([0, 0, 0]), np.array([0, 1, 2]), 2)
        >>> postings.frequencies.tolist(), postings.positions.tolist()
        ([1, 2], [1, 0, 2])
    """
    order = sorted_order(terms, term_count)
    terms, documents = terms[order], documents[order]
    starts = np.flatnonzero(_differs_from_before(terms) | _differs_from_before(documents))
    frequencies = np.diff(starts, append=len(terms))
    return Postings(
        posting_ends=np.cumsum(np.bincount(terms[starts], minlength=term_count)),
        documents=documents[starts],
        frequencies=frequencies,
        occurrence_ends=None if positions is None else np.cumsum(np.bincount(terms, minlength=term_count)),
        positions=None if positions is None else positions[order],
    )


def sorted_order(numbers: Column, bound: int) -> Column:
    """Return the order that sorts whole numbers below a bound, equal ones left in theirs.

    It sorts by 16 bits at a time, for which numpy has a radix sort.

    Example:
        >>> sorted_order(np.array([70000, 5, 70000], np.uint32), 70001).tolist()
        [1, 0, 2]
    """
    order = np.argsort(numbers.astype(np.uint16), kind="stable")
    if bound <= 1 << 16:
        return order
    high = (numbers >> 16).astype(np.uint16)
    by_high: Column = order[np.argsort(high[order], kind="stable")]
    return by_high


def runs(starts: Column, lengths: Column) -> Column:
    """Return the places of several runs, one run after the other.

    Example:
        >>> runs(np.array([10, 20]), np.array([2, 3])).tolist()
        [10, 11, 20, 21, 22]
    """
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(starts - (ends - lengths), lengths)


def field_columns(
    terms: Sequence[bytes], postings: Postings, values: Sequence[bytes] | None = None
) -> dict[str, Column]:
    """Return a field's columns by their names.

    Args:
        terms: the terms, sorted.
        postings: their postings.
        values: what else to keep of each posting, or None.
    """
    columns: dict[str, Column] = {
        "terms": np.frombuffer(b"".join(terms), np.uint8),
        "term_ends": np.cumsum(np.fromiter(map(len, terms), np.int64, len(terms))),
        "posting_ends": postings.posting_ends,
        "documents": postings.documents,
        "frequencies": postings.frequencies,
    }
    if postings.occurrence_ends is not None and postings.positions is not None:
        columns |= {"occurrence_ends": postings.occurrence_ends, "positions": postings.positions}
    if values is not None:
        columns["values"] = np.frombuffer(b"".join(values), np.uint8)
        columns["value_ends"] = np.cumsum(np.fromiter(map(len, values), np.int64, len(values)))
    return columns


def write_field(writer: ColumnWriter, prefix: str, columns: Mapping[str, Column]) -> None:
    """Write a field's columns, each in the smallest type that holds it.

    Args:
        writer: the file to write to.
        prefix: what the columns' names start with.
        columns: the columns, by their names.
    """
    for name, column in columns.items():
        whole = column.dtype.kind in "iu"
        largest = int(column.max(initial=0)) if whole else 0
        writer.add(f"{prefix}.{name}", column.astype(smallest_unsigned(largest) if whole else np.float32))


def _differs_from_before(column: Column) -> Any:  # noqa: ANN401  # a mask
    differs = np.empty(len(column), bool)
    differs[:1] = True
    np.not_equal(column[1:], column[:-1], out=differs[1:])
    return differs
