"""Where names are looked up: one field of one segment, with what is typed and what was found there."""

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from timviet.index.analysis import KEY_SEPARATOR, analyze, forms_of_term
from timviet.index.columnfile import Column
from timviet.index.preparing import read_metadata, searched_values
from timviet.index.schema import is_metadata_field, metadata_field
from timviet.index.snapshot import SegmentView
from timviet.index.terms import FieldTerms
from timviet.index.unicode import collation_key
from timviet.search.highlight import Match, Span, merge_spans
from timviet.search.names.name_columns import LAST_CHARACTER, Names
from timviet.search.names.typed_name import HIGHEST_COST, Kind, TypedName, TypedWord

# Of these kinds it is known which word answers which, so that their marks can be compared before a name is read.
_ALIGNED_KINDS: tuple[Kind, ...] = ("exact", "prefix", "word prefix")
_LENGTH_BITS = 20  # a name has so many words at most, and words so many letters, that its length has room in these
_AFTER_KEY_SEPARATOR = chr(ord(KEY_SEPARATOR) + 1)


class Candidates(NamedTuple):
    """Documents that answer a typed name.

    Attributes:
        documents: their numbers in the segment, ascending.
        ranks: for each a rank that is not above those of its names that answer; the lowest come first.
    """

    documents: Column
    ranks: Column


class RankedName(NamedTuple):
    """A name that answers a typed one.

    Attributes:
        rank: its place by its marks, and of equal ones by its length in letters.
        collation: its place in a dictionary.
        value: the name as written.
        spans: what answers in it.
        document_id: its document's id.
        field: where it stands in the document, as the document names it.
    """

    rank: int
    collation: bytes
    value: str
    spans: tuple[Span, ...]
    document_id: str
    field: str


class NameSource:
    """One field of one segment, for one name that was typed.

    Args:
        segment: the segment.
        field: the field, by its name in the index.
        names: the names in it.
        typed: what was typed.
    """

    def __init__(self, segment: SegmentView, field: str, names: Names, typed: TypedName) -> None:
        self._segment = segment
        self._field = field
        self._names = names
        self._typed = typed
        self._found: set[int] = set()

    def candidates(self, kind: Kind) -> Candidates:
        """Return the documents that answer as a kind asks, were not read before, and are not deleted."""
        numbers = self._names.find(kind, self._typed)
        if self._segment.kept is not None:
            numbers = numbers[self._segment.kept[self._names.documents[numbers]]]
        documents = self._names.documents[numbers]
        if self._found:
            is_new = np.isin(documents, list(self._found), invert=True)
            numbers, documents = numbers[is_new], documents[is_new]
        ranks = self._names.lengths[numbers]
        if len(documents) and self._typed.has_marks and kind in _ALIGNED_KINDS:
            ranks = ranks + (self._least_costs[documents] << _LENGTH_BITS)
        order = np.lexsort((ranks, documents))
        firsts = order[np.flatnonzero(np.diff(documents[order], prepend=-1))]
        return Candidates(documents[firsts], ranks[firsts])

    def read(self, document: int, kind: Kind) -> RankedName | None:
        """Return the best of a document's names that answer as a kind asks; None where it was read before."""
        if document in self._found:
            return None
        self._found.add(document)
        stored = self._segment.stored(document)
        ranked = (self._ranked(value, stored["id"], field, kind) for field, value in self._values(stored))
        return min((own for own in ranked if own is not None), default=None)

    def _ranked(self, value: str, document_id: str, field: str, kind: Kind) -> RankedName | None:
        tokens = analyze(value)
        fit = self._typed.fit(kind, tokens)
        if fit is None:
            return None
        length = sum(len(token.forms.folded) for token in tokens)
        words = [Match(tokens[place].start, tokens[place].end, 0, 0.0) for place in fit.places]
        spans = tuple(merge_spans(value, words))
        rank = (fit.cost << _LENGTH_BITS) + length
        return RankedName(rank, collation_key(value), value, spans, document_id, field)

    def _values(self, stored: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield a document's names, as they are written in it, each with what it is the name of."""
        if not is_metadata_field(self._field):
            if self._field in stored:
                yield self._field, stored[self._field]
            return
        for name, own in read_metadata(stored["metadata"]).items():
            for key, value in searched_values({name: own}):
                if metadata_field(key) == self._field:
                    yield name, str(value)

    @cached_property
    def _least_costs(self) -> Column:
        """For each paragraph, what the marks of the words that answer cost at least, wherever in the field they are."""
        costs = np.zeros(self._segment.paragraph_count, np.int64)
        terms = self._segment.terms(self._field)
        if isinstance(terms, FieldTerms):
            for word, count in Counter(self._typed.words).items():
                if word.has_marks:
                    costs += count * _least_costs(terms, word, len(costs))
        return costs


def _least_costs(terms: FieldTerms, word: TypedWord, paragraph_count: int) -> Column:
    """Return for each paragraph the least cost of a word in it that starts with a typed one."""
    least = np.full(paragraph_count, HIGHEST_COST, np.int64)
    folded = word.forms.folded
    for low, high in ((word.letters, word.letters + LAST_CHARACTER), (folded, folded + _AFTER_KEY_SEPARATOR)):
        first, last = terms.first_from(low.encode()), terms.first_from(high.encode())
        costs = [word.cost(forms_of_term(terms[number])) for number in range(first, last)]
        counts = [terms.document_frequency(number) for number in range(first, last)]
        np.minimum.at(least, terms.documents_between(first, last), np.repeat(np.array(costs, np.int64), counts))
    return least
