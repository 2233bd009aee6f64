"""How often words stand in what is written, texts and titles together: alone, and next to each other."""

from collections.abc import Sequence
from functools import cached_property, lru_cache, partial
from typing import Protocol

from timviet.index.analysis import KEY_SEPARATOR
from timviet.index.columnfile import Column
from timviet.index.schema import SCORED_FIELDS, folded_field
from timviet.search.deadline import check_time
from timviet.search.ngrams import Ngrams

_REMEMBERED = 1 << 14


class Terms(Protocol):
    """The terms of an index, as `timviet.index.snapshot.Snapshot` has them.

    Attributes:
        paragraph_count: how many paragraphs there are.
    """

    paragraph_count: int

    def document_frequency(self, field: str, term: str) -> int:
        """Return how many paragraphs hold a term, deleted ones included until they are merged away."""

    def prefixed(self, field: str, prefix: str) -> list[str]:
        """Return the terms of a field that start with `prefix`, sorted."""

    def readings(self, field: str, folded: str) -> list[str]:
        """Return the canonical forms that stand in a field and fold to `folded`, sorted."""

    def field_length(self, field: str) -> int:
        """Return how many tokens a field has in all paragraphs together."""

    def average_length(self, field: str) -> float:
        """Return a field's mean number of tokens a paragraph, of those that have any."""


class WordCounts:
    """Counts keyed terms and folded forms of an index, wherever people read them.

    Args:
        terms: the index's terms.
        ngrams: how often they stand next to each other.

    Attributes:
        paragraph_count: how many paragraphs there are.
        single: returns how often a keyed term occurs.
        pair: returns how often one keyed term is followed by another.
        paragraphs: returns how many paragraphs have a keyed term; how many titles, where these are more.
    """

    def __init__(self, terms: Terms, ngrams: Ngrams) -> None:
        self._terms = terms
        self._ngrams = ngrams
        self.paragraph_count = terms.paragraph_count
        self._fields = [field for field in SCORED_FIELDS if terms.field_length(field)]
        # None of them holds this object: it and what it counts have to go as soon as nobody has them.
        self.single = lru_cache(_REMEMBERED)(partial(_single, self._ngrams, self._fields))
        self.pair = lru_cache(_REMEMBERED)(partial(_pair, self._ngrams, self._fields))
        self.paragraphs = lru_cache(_REMEMBERED)(partial(_paragraphs, terms, self._fields))

    @cached_property
    def token_count(self) -> int:
        """How many words there are in all."""
        return sum(self._terms.field_length(field) for field in self._fields)

    def readings(self, folded: str) -> list[str]:
        """Return the keyed terms that fold to `folded`, sorted: those of `dang`, `đang`, `đảng`, …."""
        check_time()
        marked = self._prefixed(f"{folded}{KEY_SEPARATOR}")
        return [folded, *marked] if any(self._frequencies(folded)) else marked

    def folded_forms(self, prefix: str) -> list[str]:
        """Return the folded forms that start with `prefix`, sorted."""
        check_time()
        every = [self._terms.prefixed(folded_field(field), prefix) for field in self._fields]
        return every[0] if len(every) == 1 else sorted(set().union(*every))

    def folded_paragraphs(self, folded: str) -> int:
        """Return how many paragraphs have a folded form; how many titles, where these are more."""
        fields = map(folded_field, self._fields)
        return max((self._terms.document_frequency(field, folded) for field in fields), default=0)

    def pairs(self, befores: Sequence[str], afters: Sequence[str]) -> Column:
        """Return how often each of some keyed terms is followed by each of others.

        Returns:
            A row for each of `befores`, and in it a count for each of `afters`.
        """
        return _pairs(self._ngrams, self._fields, befores, afters)

    def triple(self, *three: str) -> int:
        """Return how often three keyed terms follow one another."""
        return sum(self._ngrams.triple(field, *three) for field in self._fields)

    def _frequencies(self, term: str) -> list[int]:
        return _frequencies(self._terms, self._fields, term)

    def _prefixed(self, prefix: str) -> list[str]:
        every = [self._terms.prefixed(field, prefix) for field in self._fields]
        return every[0] if len(every) == 1 else sorted(set().union(*every))


def _single(ngrams: Ngrams, fields: Sequence[str], term: str) -> int:
    """Return how often a keyed term occurs."""
    return sum(ngrams.single(field, term) for field in fields)


def _pair(ngrams: Ngrams, fields: Sequence[str], before: str, after: str) -> int:
    """Return how often one keyed term is followed by another."""
    return int(_pairs(ngrams, fields, [before], [after])[0, 0])


def _pairs(ngrams: Ngrams, fields: Sequence[str], befores: Sequence[str], afters: Sequence[str]) -> Column:
    first, *others = [ngrams.pairs(field, befores, afters) for field in fields or SCORED_FIELDS]
    return sum(others, start=first)


def _paragraphs(terms: Terms, fields: Sequence[str], term: str) -> int:
    """Return how many paragraphs have a keyed term; how many titles, where these are more."""
    return max(_frequencies(terms, fields, term), default=0)


def _frequencies(terms: Terms, fields: Sequence[str], term: str) -> list[int]:
    return [terms.document_frequency(field, term) for field in fields]
