"""The leaves of a plan: terms of an index that count as one, and sequences of such. They are Whoosh queries.

Each finds its paragraphs and scores them with `timviet.search.rank`.
"""

import sys
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from whoosh.matching import FilterMatcher, ListMatcher, Matcher
from whoosh.query import AndNot, Not, Or, Query
from whoosh.query.wrappers import WrappingQuery
from whoosh.reading import IndexReader, TermNotFound
from whoosh.searching import SearchContext, Searcher

from timviet.index.analysis import Forms
from timviet.index.schema import UNMARKED, UNMARKED_FIELD, is_folded_field
from timviet.search.query import Fuzzy, Pattern, Phrase, Word
from timviet.search.rank import TermStatistics, weighted_frequency


class ScoredMatcher(ListMatcher):
    """Whoosh's view of paragraphs that are known with their scores."""

    def id(self) -> int:
        """Return the current paragraph's number; past the last one, a larger one, for Whoosh's own matchers ask."""
        return self._ids[self._i] if self.is_active() else sys.maxsize

    def skip_to(self, id: int) -> None:  # noqa: A002  # Whoosh's name
        """Go to the first paragraph whose number is at least `id`."""
        self._i = bisect_left(self._ids, id, self._i)


class Posting(NamedTuple):
    """What a leaf finds in one paragraph.

    Attributes:
        frequency: how much the occurrences count, by the weights of their terms.
        positions: each occurrence's position, with its term's weight.
    """

    frequency: float
    positions: Sequence[tuple[int, float]]


@dataclass(eq=False)
class Leaf(Query):
    """What the leaves of a plan have in common.

    Attributes:
        fieldname: the indexed field it searches.
        asked: the leaf of the query that it answers.
        statistics: what its score depends on.
        document_frequency: in about how many paragraphs it is found.
    """

    fieldname: str
    asked: Word | Pattern | Fuzzy | Phrase
    statistics: TermStatistics
    document_frequency: int

    def __str__(self) -> str:
        return f"{self.fieldname}:{self.asked.text}"

    def postings(self, reader: IndexReader) -> dict[int, Posting]:
        """Return what is found in each paragraph of a reader, by the paragraph's number there."""
        raise NotImplementedError

    def score(self, reader: IndexReader, number: int, posting: Posting) -> float:
        """Return the score of what was found in one paragraph."""
        return self.asked.boost * self.statistics.score(posting.frequency, self.length(reader, number))

    def length(self, reader: IndexReader, number: int) -> int:
        """Return a paragraph's length in tokens, as the index keeps it: Whoosh rounds lengths above 20 or so."""
        return reader.doc_field_length(number, self.fieldname, 1) or 1

    def matcher(self, searcher: Searcher, context: SearchContext | None = None) -> Matcher:
        """Return Whoosh's view of the paragraphs found, with their scores."""
        reader = searcher.reader()
        found = sorted(self.postings(reader).items())
        scores = [self.score(reader, number, posting) for number, posting in found]
        return ScoredMatcher([number for number, _ in found], scores)

    def estimate_size(self, ixreader: IndexReader) -> int:
        """Return about how many paragraphs are found, by which Whoosh orders its work."""
        return self.document_frequency


@dataclass(eq=False)
class TermGroup(Leaf):
    """Terms that count as one, each by its weight: the readings of one syllable, the words of one prefix.

    Attributes:
        weights: each term's weight, from 0 to 1.
        bare: those terms that count only in paragraphs typed without marks.
    """

    asked: Word | Pattern | Fuzzy
    weights: Mapping[str, float]
    bare: Set[str] = frozenset()
    _postings: dict[IndexReader, dict[int, Posting]] = field(default_factory=dict, init=False, repr=False)

    def accepts(self, forms: Forms, unmarked: bool) -> bool:
        """Tell whether a token of these forms is one of the terms.

        Args:
            forms: the token's forms.
            unmarked: whether it stands in a paragraph typed without marks.
        """
        term = forms.folded if is_folded_field(self.fieldname) else forms.keyed
        return term in self.weights and (unmarked or term not in self.bare)

    def postings(self, reader: IndexReader) -> dict[int, Posting]:
        """Return what is found in each paragraph of a reader, by the paragraph's number there."""
        if reader not in self._postings:
            self._postings[reader] = self._read_postings(reader)
        return self._postings[reader]

    def _read_postings(self, reader: IndexReader) -> dict[int, Posting]:
        unmarked = {number for number, _ in _term_postings(reader, UNMARKED_FIELD, UNMARKED)} if self.bare else set()
        found: dict[int, list[tuple[int, float]]] = {}
        for term, weight in self.weights.items():
            for number, positions in _term_postings(reader, self.fieldname, term):
                if term not in self.bare or number in unmarked:
                    found.setdefault(number, []).extend((position, weight) for position in positions)
        return {number: _posting(sorted(occurrences)) for number, occurrences in found.items()}


@dataclass(eq=False)
class TermSequence(Leaf):
    """Term groups that follow one another: a phrase.

    Attributes:
        groups: what is to be found at each position.
    """

    asked: Phrase
    groups: Sequence[TermGroup]

    def postings(self, reader: IndexReader) -> dict[int, Posting]:
        """Return what is found in each paragraph of a reader, by the paragraph's number there."""
        by_group = [group.postings(reader) for group in self.groups]
        everywhere = set.intersection(*map(set, by_group))
        found = {number: self._occurrences([group[number] for group in by_group]) for number in everywhere}
        return {number: _posting(occurrences) for number, occurrences in found.items() if occurrences}

    def _occurrences(self, postings: Sequence[Posting]) -> list[tuple[int, float]]:
        ends = dict(postings[0].positions)
        for posting in postings[1:]:
            steps = [
                (position, weight * max((ends.get(before, 0.0) for before in self._before(position)), default=0.0))
                for position, weight in posting.positions
            ]
            ends = {position: weight for position, weight in steps if weight}
        return sorted(ends.items())

    def _before(self, position: int) -> range:
        return range(position - self.asked.slop, position)


class AnyOf(Or):
    """Whoosh's `Or` by its plain matcher: the one it picks for small indexes leaves out what scores nothing."""

    matcher_type = Or.DEFAULT_MATCHER


class Filter(WrappingQuery):
    """A clause that results have to match and that adds nothing to their score."""

    def matcher(self, searcher: Searcher, context: SearchContext | None = None) -> Matcher:
        """Return Whoosh's view of the paragraphs found."""
        numbers = _numbers(self.child, searcher)
        return ScoredMatcher(numbers, [0.0] * len(numbers))


class Without(Query):
    """What one query finds and another one does not. Whoosh's own `AndNot` may let its first result through."""

    def __init__(self, wanted: Query, excluded: Query) -> None:
        self.wanted = wanted
        self.excluded = excluded

    def is_leaf(self) -> bool:
        """Say that there are queries below this one."""
        return False

    def children(self) -> Iterator[Query]:
        """Yield the query whose results are wanted."""
        yield self.wanted

    def estimate_size(self, ixreader: IndexReader) -> int:
        """Return about how many paragraphs are found, by which Whoosh orders its work."""
        return self.wanted.estimate_size(ixreader)

    def matcher(self, searcher: Searcher, context: SearchContext | None = None) -> Matcher:
        """Return Whoosh's view of the paragraphs found."""
        excluded = frozenset(_numbers(self.excluded, searcher))
        return FilterMatcher(self.wanted.matcher(searcher, context), excluded, exclude=True)


def scored_leaves(query: Query) -> list[Leaf]:
    """Return the leaves of a plan that add to scores: not those that are excluded, and not filters."""
    if isinstance(query, Filter):
        return []
    return [query] if isinstance(query, Leaf) else [leaf for part in wanted(query) for leaf in scored_leaves(part)]


def wanted(query: Query) -> list[Query]:
    """Return the parts of a query that a result may match: all but what `NOT` excludes."""
    if isinstance(query, Not):
        return []
    return [query.a] if isinstance(query, AndNot) else list(query.children())


def _numbers(query: Query, searcher: Searcher) -> list[int]:
    return list(query.matcher(searcher, searcher.boolean_context()).all_ids())


def _posting(occurrences: Sequence[tuple[int, float]]) -> Posting:
    return Posting(weighted_frequency([weight for _, weight in occurrences]), occurrences)


def _term_postings(reader: IndexReader, field: str, term: str) -> Iterator[tuple[int, list[int]]]:
    try:
        matcher = reader.postings(field, term)
    except TermNotFound:
        return
    has_positions = matcher.supports("positions")
    while matcher.is_active():
        yield matcher.id(), matcher.value_as("positions") if has_positions else []
        matcher.next()
