"""Terms that count as one, in one segment: in which paragraphs they are, and how much they count there."""

from collections.abc import Sequence
from functools import reduce
from itertools import accumulate, chain, groupby, pairwise
from typing import NamedTuple

import numpy as np
from cachetools import LRUCache

from timviet.index.columnfile import Column
from timviet.index.lengths import LENGTHS
from timviet.index.snapshot import SegmentView
from timviet.index.terms import FieldTerms, Terms
from timviet.search.deadline import check_time
from timviet.search.leaf_postings import LeafPostings
from timviet.search.nodes import Leaf, TermGroup, TermSequence
from timviet.search.rank import saturation_levels
from timviet.search.sequences import Occurrences, TermOccurrences, counted, follow, occurrence_keys, sequences

# Bytes of postings that are remembered of a segment, those used last: so many, and so many for each paragraph.
_REMEMBERED_BYTES = 1 << 25
_REMEMBERED_BYTES_EACH = 1 << 9
# More occurrences of a term than these in a paragraph make no difference where they do not count in full.
_COUNTED_OCCURRENCES = 256
# About so many postings are added up at once: that takes some milliseconds.
_ADDED_AT_ONCE = 1 << 18
# Terms that have a smaller share of the paragraphs are put together by sorting.
_SPARSE_SHARE = 1 / 32
# Of so many terms, pairs are not looked up one by one.
_LOOKED_UP_TERMS = 256


class _Term(NamedTuple):
    """A term of a group: its number among its field's terms, and how it counts."""

    terms: Terms
    number: int
    weight: float
    bare: bool


class _Sought(NamedTuple):
    """What a leaf looks for in one segment.

    Attributes:
        groups: the terms of its group, or of each group of a sequence.
        slop: the sequence's slop; None for a single group.
    """

    groups: tuple[tuple[_Term, ...], ...]
    slop: int | None = None


class GroupReader:
    """Reads the postings of leaves from one segment, and remembers those that it read last, also for later commits.

    Args:
        segment: the segment.
    """

    def __init__(self, segment: SegmentView) -> None:
        self._segment = segment
        self._count = segment.paragraph_count
        self._known = _postings_cache(segment)
        self._of_files = segment.remembered(_postings_cache)

    def postings(self, leaf: Leaf) -> LeafPostings:
        """Return what a leaf finds."""
        key = (leaf.groups, leaf.asked.slop) if isinstance(leaf, TermSequence) else leaf
        try:
            return self._known[key]
        except KeyError:  # `get` would look twice, and all searches come by here
            every = self._with_deleted(leaf)
            postings = every if self._segment.kept is None else every.kept(self._segment.kept)
            if postings.size <= self._known.maxsize:
                self._known[key] = postings
            return postings

    def _with_deleted(self, leaf: Leaf) -> LeafPostings:
        """Return what a leaf finds, with what is deleted; it is remembered by all that it depends on."""
        sought = self._sought(leaf)
        key = (leaf.field, sought, leaf.statistics.average_length, leaf.statistics.bm25)
        postings = self._of_files.get(key)
        if postings is None:
            documents, frequencies = self._found(sought)
            levels = saturation_levels(frequencies, self.lengths(leaf, documents), leaf.statistics)
            postings = LeafPostings(documents, levels, self._count, leaf)
            if postings.size <= self._of_files.maxsize:
                self._of_files[key] = postings
        return postings

    def frequencies(self, leaf: Leaf) -> tuple[Column, Column]:
        """Return the paragraphs that a leaf finds, ascending, and how much its occurrences in each count.

        Those of weight 1 count each. The others, of weights w, count 1 - Π (1 - w) together: a weight is how likely it
        is that the word meant is there, and they count as likely as it is that any of them is it. So they never count
        as much as one of weight 1, however many.
        """
        documents, frequencies = self._found(self._sought(leaf))
        if self._segment.kept is None:
            return documents, frequencies
        kept = self._segment.kept[documents]
        return documents[kept], frequencies[kept]

    def _sought(self, leaf: Leaf) -> _Sought:
        """Return what a leaf looks for in this segment."""
        if isinstance(leaf, TermSequence):
            return _Sought(tuple(map(self._terms, leaf.groups)), leaf.asked.slop)
        return _Sought((self._terms(leaf),))

    def _found(self, sought: _Sought) -> tuple[Column, Column]:
        groups, slop = sought
        return self._group(groups[0]) if slop is None else self._sequence(groups, slop)

    def lengths(self, leaf: Leaf, documents: Column) -> Column:
        """Return the lengths in tokens of what a leaf finds, as the index keeps them: rounded above 20 or so."""
        lengths: Column = np.maximum(LENGTHS[self._segment.lengths(leaf.field)[documents]], 1)
        return lengths

    def frequency(self, field: str, term: str, number: int) -> int:
        """Return how often a paragraph has a term, by its number in the segment."""
        terms = self._segment.terms(field)
        found = terms.find(term.encode()) if terms is not None else None
        if terms is None or found is None:
            return 0
        documents, frequencies = terms.postings(found)
        place = int(np.searchsorted(documents, number))
        is_there = place < len(documents) and documents[place] == number
        return int(frequencies[place]) if is_there else 0

    def is_unmarked(self, number: int) -> bool:
        """Tell whether a paragraph was typed without marks, by its number in the segment."""
        return bool(self._segment.unmarked[number])

    def _group(self, terms: Sequence[_Term]) -> tuple[Column, Column]:
        if len(terms) == 1 and terms[0].weight == 1:
            return self._term_postings(terms[0])
        if sum(own.terms.document_frequency(own.number) for own in terms) < _SPARSE_SHARE * self._count:
            return self._few(terms)
        in_full = self._full_frequencies([own for own in terms if own.weight == 1])
        missing = np.ones(self._count)  # how likely it is that no other occurrence is of what was meant
        for own in terms:
            if own.weight < 1:
                documents, frequencies = self._term_postings(own)
                missing[documents] *= _missing(own, frequencies)
        documents = np.flatnonzero((in_full > 0) | (missing < 1))
        return documents, in_full[documents] + 1 - missing[documents]

    def _few(self, terms: Sequence[_Term]) -> tuple[Column, Column]:
        """Return the same as `_group`, without looking at each paragraph of the segment."""
        found = [(own, *self._term_postings(own)) for own in terms]
        documents = np.concatenate([np.empty(0, np.int64), *(own for _, own, _ in found)])
        in_full = [frequencies * (own.weight == 1) for own, _, frequencies in found]
        missing = [np.ones(len(own)) if term.weight == 1 else _missing(term, own) for term, _, own in found]
        order = np.argsort(documents, kind="stable")
        documents = documents[order]
        starts = np.flatnonzero(np.diff(documents, prepend=-1))
        in_full_each = np.add.reduceat(np.concatenate([np.empty(0), *in_full])[order], starts)
        missing_each = np.multiply.reduceat(np.concatenate([np.empty(0), *missing])[order], starts)
        return documents[starts], in_full_each + 1 - missing_each

    def _full_frequencies(self, terms: Sequence[_Term]) -> Column:
        """Return for each paragraph of the segment how often it has any of several terms."""
        counts = accumulate(own.terms.document_frequency(own.number) for own in terms)
        batches = groupby(zip(terms, counts, strict=True), key=lambda own: own[1] // _ADDED_AT_ONCE)
        sums = (self._added_up([own for own, _ in batch]) for _, batch in batches)
        return reduce(np.add, sums) if terms else np.zeros(self._count)

    def _added_up(self, terms: Sequence[_Term]) -> Column:
        found = [self._term_postings(own) for own in terms]
        every = np.concatenate([np.empty(0, np.int64), *(documents for documents, _ in found)])
        weights = np.concatenate([np.empty(0), *(frequencies for _, frequencies in found)])
        return np.bincount(every, weights, self._count)

    def _terms(self, group: TermGroup) -> tuple[_Term, ...]:
        terms = self._segment.terms(group.field)
        if terms is None:
            return ()
        numbers = ((term, weight, terms.find(term.encode())) for term, weight in group.weights.items())
        return tuple(
            _Term(terms, number, weight, term in group.bare) for term, weight, number in numbers if number is not None
        )

    def _term_postings(self, own: _Term) -> tuple[Column, Column]:
        check_time()
        documents, frequencies = own.terms.postings(own.number)
        frequencies = np.ceil(frequencies).astype(np.int64)  # Whoosh's own writer may have given weights
        if own.bare:
            counts = self._segment.unmarked[documents]
            return documents[counts], frequencies[counts]
        return documents, frequencies

    def _sequence(self, groups: Sequence[Sequence[_Term]], slop: int) -> tuple[Column, Column]:
        if not all(groups):
            return np.empty(0, np.int64), np.empty(0)
        keyed = groups[0][0].terms.keyed
        if keyed and slop == 1 and len(groups) > 1 and max(map(len, groups)) <= _LOOKED_UP_TERMS:
            first, *others = [self._pair(keyed, *pair, with_positions=len(groups) > 2) for pair in pairwise(groups)]
            return counted(follow([first.both, *(other.following for other in others)], slop=1))
        return sequences([self._occurrences(group) for group in groups], slop)

    def _pair(
        self, keyed: FieldTerms, before: Sequence[_Term], after: Sequence[_Term], with_positions: bool
    ) -> "_Pair":
        """Return where a term of one group is followed by one of another group."""
        check_time()
        followers = _Numbers.of(after)
        pieces = []
        for own in before:
            for number in own.terms.span(own.number):
                found, places = keyed.followed_by(number, followers.numbers)
                pieces.append((found, np.full(len(found), own.weight), np.full(len(found), own.bare), places))
        run_numbers, weights, is_bare, places = (np.concatenate(columns) for columns in zip(*pieces, strict=True))
        lengths, documents = keyed.run_documents(run_numbers)
        positions = keyed.run_positions(run_numbers) if with_positions else np.arange(len(documents))
        keys = occurrence_keys(documents, positions)
        following = np.repeat(followers.weights[places], lengths)
        both = np.repeat(weights, lengths) * following
        is_bare = np.repeat(is_bare | followers.are_bare[places], lengths)
        if is_bare.any():
            counts = ~is_bare | self._segment.unmarked[documents]
            keys, both, following = keys[counts], both[counts], following[counts]
        order = np.argsort(keys)
        return _Pair(Occurrences(keys[order], both[order]), Occurrences(keys[order], following[order]))

    def _occurrences(self, terms: Sequence[_Term]) -> list[TermOccurrences]:
        """Return where the terms of a group occur."""
        return [self._term_occurrences(own) for own in terms if own.terms.has_positions]

    def _term_occurrences(self, own: _Term) -> TermOccurrences:
        check_time()
        documents, positions = own.terms.occurrences(own.number)
        keys = occurrence_keys(documents, positions)
        if own.bare:
            keys = keys[self._segment.unmarked[documents]]
        return TermOccurrences(keys, own.weight)


def _missing(term: _Term, frequencies: Column) -> Column:
    """Return how likely it is that none of a term's occurrences in each paragraph is of what was meant."""
    likelihoods = (1 - term.weight) ** np.arange(_COUNTED_OCCURRENCES)
    each: Column = likelihoods[np.minimum(frequencies, _COUNTED_OCCURRENCES - 1)]
    return each


def _postings_cache(segment: SegmentView) -> LRUCache[object, LeafPostings]:
    return LRUCache(_REMEMBERED_BYTES + _REMEMBERED_BYTES_EACH * segment.paragraph_count, lambda own: own.size)


class _Pair(NamedTuple):
    """Where two words follow one another: by the place of the first one.

    Attributes:
        both: weighted by both words.
        following: weighted by the second word alone.
    """

    both: Occurrences
    following: Occurrences


class _Numbers(NamedTuple):
    """Terms of a keyed field, ascending, and how they count."""

    numbers: Column
    weights: Column
    are_bare: Column

    @classmethod
    def of(cls, terms: Sequence[_Term]) -> "_Numbers":
        spans = [own.terms.span(own.number) for own in terms]
        lengths = [len(span) for span in spans]
        numbers = np.fromiter(chain.from_iterable(spans), np.int64, sum(lengths))
        weights = np.repeat([own.weight for own in terms], lengths)
        are_bare = np.repeat([own.bare for own in terms], lengths)
        order = np.argsort(numbers)
        return cls(numbers[order], weights[order], are_bare[order])
