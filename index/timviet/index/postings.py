"""Postings as columns: made from a list of occurrences, and written; `timviet.index.terms` reads them.

A field's columns, in the file of a segment's terms; T is the number of terms, P of postings, O of occurrences. Packed
columns are described in `timviet.index.packing`; gaps are the differences between ascending numbers, the first number
of each run as it is.

| column | length | |
| --- | --- | --- |
| `terms` | bytes | the terms, sorted, one after the other |
| `term_ends` | T | where each term ends in `terms` |
| `posting_ends` | T | where each term's postings end in the next two |
| `documents` | P, packed | the gaps between the paragraphs of each term |
| `frequencies` | P, packed | how often the term occurs in each |
| `weights` | P | in place of `frequencies`, where Whoosh's own writer gave weights that are no whole numbers |
| `run_ends` | R | where each run of occurrences ends in the next two; only with positions |
| `run_documents` | O, packed | the gaps between the paragraphs of its occurrences, run by run; only with positions |
| `positions` | O, packed | the position of each occurrence; only with positions |
| `value_ends`, `values` | P, bytes | what else a format of Whoosh's keeps of a posting; only where it does |

Without more columns, each term's occurrences are one run. A keyed field, whose terms are canonical forms keyed by
their folded forms, has one run for each two terms of which one follows the other, so that two words next to each other
are found like one. With F folded forms and R runs, it has these columns, too:

| column | length | |
| --- | --- | --- |
| `follower_ends` | T | where each term's runs end in the next one |
| `followers` | R | the number, from 1, of the term that follows; 0 at the end of a paragraph; ascending within a term |
| `fold_ends` | F | where the terms with each folded form end |
| `fold_frequencies` | F | in how many paragraphs any of these terms occurs |
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from timviet.index.analysis import KEY_SEPARATOR
from timviet.index.columnfile import Column, smallest_unsigned
from timviet.index.columnwriter import ColumnWriter
from timviet.index.packing import gaps, write_packed

_KEY_SEPARATOR = KEY_SEPARATOR.encode()
_LOW_BITS = (1 << 32) - 1


class Runs(NamedTuple):
    """Runs of ascending numbers.

    Attributes:
        lengths: how many numbers each has.
        numbers: the numbers, one run after the other.
    """

    lengths: Column
    numbers: Column


class Occurrences(NamedTuple):
    """Where the terms of a field occur; the columns are described above, pieces being of whole runs.

    Attributes:
        run_ends: where each run ends.
        documents: the paragraph of each occurrence.
        positions: the position of each occurrence.
        follower_ends: where each term's runs end, or None where each has one.
        followers: the number, from 1, of the term that follows, or None.
    """

    run_ends: Column
    documents: Iterable[Runs]
    positions: Iterable[Column]
    follower_ends: Column | None = None
    followers: Column | None = None


class Postings(NamedTuple):
    """The postings of a field; the columns are described above, pieces being of all terms of a folded form.

    Attributes:
        posting_ends: where each term's postings end.
        documents: the paragraph of each posting.
        frequencies: how often the term occurs there, or its weight.
        occurrences: where exactly, or None.
        are_weights: whether the frequencies are weights, which may be any numbers.
    """

    posting_ends: Column
    documents: Iterable[Runs]
    frequencies: Iterable[Column]
    occurrences: Occurrences | None = None
    are_weights: bool = False


def invert(terms: Column, documents: Column, positions: Column | None, term_count: int) -> Postings:
    """Return the postings of a list of occurrences, with the term that follows each one.

    Args:
        terms: each occurrence's term, from 0.
        documents: each occurrence's paragraph, ascending.
        positions: each occurrence's position in it, ascending within a paragraph; or None.
        term_count: how many terms there are.

    Example:
        >>> postings = invert(np.array([1, 0, 1], np.uint32), np.array([0, 0, 0]), np.array([0, 1, 2]), 2)
        >>> list(postings.frequencies), postings.occurrences.followers.tolist()
        ([array([1, 2])], [2, 0, 1])
    """
    keys = terms.astype(np.int64) << 32
    keys += documents
    keys.sort()
    starts = np.flatnonzero(_differs_from_before(keys))
    of_postings = keys[starts]
    counts = np.bincount(of_postings >> 32, minlength=term_count)
    return Postings(
        posting_ends=np.cumsum(counts),
        documents=[Runs(counts, of_postings & _LOW_BITS)],
        frequencies=[np.diff(starts, append=len(keys))],
        occurrences=None if positions is None else _invert_pairs(terms, documents, positions, term_count),
    )


def occurrences_by_term(documents: Runs, frequencies: Column, positions: Column) -> Occurrences:
    """Return occurrences that are one run for each term.

    Args:
        documents: the paragraph of each posting, term by term.
        frequencies: how often the term occurs in each.
        positions: the positions of each posting in turn.
    """
    ends = np.append(0, np.cumsum(frequencies))[np.cumsum(documents.lengths)]
    numbers = np.repeat(documents.numbers, frequencies)
    return Occurrences(ends, [Runs(np.diff(ends, prepend=0), numbers)], [positions])


def runs(starts: Column, lengths: Column) -> Column:
    """Return the places of several runs, one run after the other, as numbers of the same type as the starts.

    Example:
        >>> runs(np.array([10, 20]), np.array([2, 3])).tolist()
        [10, 11, 20, 21, 22]
    """
    lengths = lengths.astype(starts.dtype, copy=False)
    ends = np.cumsum(lengths, dtype=starts.dtype)
    places = np.repeat(starts - (ends - lengths), lengths)
    places += np.arange(len(places), dtype=starts.dtype)
    return places


def folded_form(term: bytes) -> bytes:
    r"""Return the folded form by which a term is keyed.

    Example:
        >>> folded_form("dang\tđảng".encode())
        b'dang'
    """
    return term.partition(_KEY_SEPARATOR)[0]


def fold_ends(terms: Sequence[bytes]) -> Column:
    r"""Return where the terms with each folded form end, of the sorted terms of a keyed field.

    Example:
        >>> fold_ends(["dang".encode(), "dang\tđảng".encode(), "uy".encode()]).tolist()
        [2, 3]
    """
    folds = map(folded_form, terms)
    ends: Column = np.cumsum([len(list(alike)) for _, alike in groupby(folds)], dtype=np.int64)
    return ends


def write_field(
    writer: ColumnWriter,
    prefix: str,
    terms: Sequence[bytes],
    postings: Postings,
    values: Sequence[bytes] | None = None,
) -> int:
    """Write a field.

    Args:
        writer: the file to write to.
        prefix: what the columns' names start with.
        terms: the terms, sorted.
        postings: their postings.
        values: what else to keep of each posting, or None.

    Returns:
        How many occurrences it has, where there are positions; otherwise how many postings.
    """
    _write_bytes(writer, f"{prefix}.term", terms)
    _write_whole(writer, f"{prefix}.posting_ends", postings.posting_ends)
    folds = None
    if postings.occurrences is not None and postings.occurrences.followers is not None:
        folds = _Folds(terms)
    documents = postings.documents if folds is None else folds.counted(postings.documents)
    write_packed(writer, f"{prefix}.documents", np.uint8, (gaps(own.numbers, own.lengths) for own in documents))
    if postings.are_weights:
        writer.add_pieces(f"{prefix}.weights", np.float32, postings.frequencies)
    else:
        write_packed(writer, f"{prefix}.frequencies", np.uint8, postings.frequencies)
    if folds is not None:
        _write_whole(writer, f"{prefix}.fold_ends", folds.ends)
        _write_whole(writer, f"{prefix}.fold_frequencies", folds.frequencies)
    if postings.occurrences is not None:
        _write_occurrences(writer, prefix, postings.occurrences)
    if values is not None:
        _write_bytes(writer, f"{prefix}.value", values)
    ends = postings.posting_ends if postings.occurrences is None else postings.occurrences.run_ends
    return int(ends[-1]) if len(ends) else 0


class _Folds:
    """The folded forms of a keyed field's terms, and in how many paragraphs each of them is."""

    def __init__(self, terms: Sequence[bytes]) -> None:
        self.ends = fold_ends(terms)
        self.frequencies = np.zeros(len(self.ends), np.int64)
        self._of_terms = np.repeat(np.arange(len(self.ends)), np.diff(self.ends, prepend=0))

    def counted(self, pieces: Iterable[Runs]) -> Iterator[Runs]:
        """Yield the postings of all terms as they come, and count in how many paragraphs each folded form is."""
        first = 0
        for piece in pieces:
            last = first + len(piece.lengths)
            folds = np.repeat(self._of_terms[first:last], piece.lengths)
            keys = (folds << 32) + piece.numbers
            keys.sort()
            distinct = keys[_differs_from_before(keys)]
            self.frequencies += np.bincount(distinct >> 32, minlength=len(self.ends))
            first = last
            yield piece


def _invert_pairs(terms: Column, documents: Column, positions: Column, term_count: int) -> Occurrences:
    pairs = terms.astype(np.int64)
    pairs *= term_count + 1
    pairs[:-1] += (terms[1:] + 1) * (documents[1:] == documents[:-1])
    pairs, order = _sort(pairs)
    starts = np.flatnonzero(_differs_from_before(pairs))
    lengths = np.diff(starts, append=len(pairs))
    pair_terms, pair_followers = np.divmod(pairs[starts], term_count + 1)
    # Out of order, two numbers are read from one place in the time that one takes.
    places = ((documents.astype(np.int64) << 32) + positions)[order]
    return Occurrences(
        run_ends=np.cumsum(lengths),
        documents=[Runs(lengths, places >> 32)],
        positions=[places & _LOW_BITS],
        follower_ends=np.cumsum(np.bincount(pair_terms, minlength=term_count)),
        followers=pair_followers,
    )


def _sort(numbers: Column) -> tuple[Column, Column]:
    """Return whole numbers sorted, and the order that sorts them, equal ones left in theirs.

    Each number's place is sorted along with it, in its lowest bits, where they fit: numpy sorts many times as fast as
    it finds a stable order.
    """
    bits = len(numbers).bit_length()
    if int(numbers.max(initial=0)).bit_length() + bits > 63:
        order = np.argsort(numbers, kind="stable")
        return numbers[order], order
    keys = numbers << bits
    keys += np.arange(len(numbers))
    keys.sort()
    return keys >> bits, keys & ((1 << bits) - 1)


def _differs_from_before(column: Column) -> Any:  # noqa: ANN401  # a mask
    differs = np.empty(len(column), bool)
    differs[:1] = True
    np.not_equal(column[1:], column[:-1], out=differs[1:])
    return differs


def _write_occurrences(writer: ColumnWriter, prefix: str, occurrences: Occurrences) -> None:
    _write_whole(writer, f"{prefix}.run_ends", occurrences.run_ends)
    if occurrences.follower_ends is not None and occurrences.followers is not None:
        _write_whole(writer, f"{prefix}.follower_ends", occurrences.follower_ends)
        _write_whole(writer, f"{prefix}.followers", occurrences.followers)
    documents = (gaps(own.numbers, own.lengths) for own in occurrences.documents)
    write_packed(writer, f"{prefix}.run_documents", np.uint16, documents)
    write_packed(writer, f"{prefix}.positions", np.uint8, occurrences.positions)


def _write_bytes(writer: ColumnWriter, name: str, strings: Sequence[bytes]) -> None:
    """Write strings one after the other, and where each ends."""
    writer.add(f"{name}s", b"".join(strings))
    _write_whole(writer, f"{name}_ends", np.cumsum(np.fromiter(map(len, strings), np.int64, len(strings))))


def _write_whole(writer: ColumnWriter, name: str, numbers: Column) -> None:
    """Write whole numbers in the smallest type that holds them."""
    writer.add(name, numbers.astype(smallest_unsigned(int(numbers.max(initial=0)))))
