"""What an index knows of its terms: all that a plan is made from."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from cachetools import LRUCache

from timviet.index.analysis import KEY_SEPARATOR, analyze
from timviet.index.columnfile import Column
from timviet.index.schema import UNMARKED, UNMARKED_FIELD, folded_field
from timviet.index.snapshot import Snapshot
from timviet.index.terms import FieldTerms, Terms
from timviet.search.groups import common
from timviet.search.match import SegmentMatcher
from timviet.search.nodes import TermGroup, TermSequence
from timviet.search.sequences import occurrence_keys

_REMEMBERED = 1 << 12
# In so many paragraphs of a segment it is looked up how a term is written.
_SAMPLES = 3


class Lexicon:
    """The terms of one snapshot of an index, with their statistics.

    Args:
        snapshot: the snapshot.
        matchers: what finds a plan's nodes in each of its segments.

    Attributes:
        paragraph_count: how many paragraphs there are.
        groups: term groups that were planned before, by what they were planned for: their postings are remembered.
        sequences: sequences of them; likewise.
    """

    def __init__(self, snapshot: Snapshot, matchers: Sequence[SegmentMatcher]) -> None:
        self._snapshot = snapshot
        self._matchers = matchers
        self.paragraph_count = snapshot.paragraph_count
        self.groups: LRUCache[object, TermGroup] = LRUCache(_REMEMBERED)
        self.sequences: LRUCache[object, TermSequence] = LRUCache(_REMEMBERED)
        self._surfaces: LRUCache[object, str] = LRUCache(_REMEMBERED)

    def has_field(self, field: str) -> bool:
        """Tell whether any paragraph has tokens in a field."""
        return self._snapshot.field_length(field) > 0

    def readings(self, field: str, folded: str) -> list[str]:
        """Return the canonical forms that stand in a field and fold to `folded`: `dang`, `đang`, `đảng`, ….

        Args:
            field: the field's own name, not its folded twin's.
            folded: a folded form.
        """
        marked = self._snapshot.prefixed(field, f"{folded}{KEY_SEPARATOR}")
        canonical_forms = [term.partition(KEY_SEPARATOR)[2] for term in marked]
        return [folded, *canonical_forms] if self.document_frequency(field, folded) else canonical_forms

    def folded_forms(self, field: str, prefix: str) -> list[str]:
        """Return the folded forms in a field that start with `prefix`, sorted."""
        return self._snapshot.prefixed(folded_field(field), prefix)

    def neighbours(self, field: str, folded: str, distance: int) -> Iterator[str]:
        """Yield the folded forms in a field that are at most `distance` edits away from `folded`."""
        return self._snapshot.neighbours(folded_field(field), folded, distance)

    def document_frequency(self, field: str, term: str) -> int:
        """Return how many paragraphs hold a term, deleted ones included until they are merged away."""
        return self._snapshot.document_frequency(field, term)

    def unmarked_count(self) -> int:
        """Return how many paragraphs were typed without marks."""
        return self.document_frequency(UNMARKED_FIELD, UNMARKED)

    def sequence_frequency(self, sequence: TermSequence) -> int:
        """Return in how many paragraphs term groups follow one another."""
        return sum(matcher.groups.postings(sequence).count for matcher in self._matchers)

    def surface(self, field: str, term: str, before: str | None = None) -> str:
        """Return a term as the index's texts write it: in the case, and with i or y, of a place where it stands.

        Args:
            field: the field's own name, not its folded twin's.
            term: a keyed term that the index has.
            before: the term that should stand before it, as it matters for i and y; where it never does, any may.
        """
        key = (field, term, before)
        if key not in self._surfaces:
            found = self._surfaces_of(field, term, before) or self._surfaces_of(field, term, None)
            self._surfaces[key] = min(found, key=lambda own: (own != own.lower(), found.index(own)))
        return self._surfaces[key]

    def _surfaces_of(self, field: str, term: str, before: str | None) -> list[str]:
        """Return how a few of the paragraphs that have a term after another write it."""
        found = []
        for segment in self._snapshot.segments:
            for number in _some_documents(segment.terms(field), term, before):
                tokens = analyze(segment.stored(int(number))[field])
                pairs = zip([None, *tokens], tokens, strict=False)
                found += [
                    own.surface
                    for previous, own in pairs
                    if own.forms.keyed == term and (before is None or (previous and previous.forms.keyed == before))
                ]
        return found

    def frequency(self, field: str, term: str) -> int:
        """Return how often a keyed term occurs, in deleted paragraphs, too, until they are merged away."""
        return sum(
            terms.keyed.occurrence_count(number)
            for segment in self._snapshot.segments
            if (terms := segment.terms(field)) is not None and terms.keyed is not None
            if (number := terms.find(term.encode())) is not None
        )

    def token_count(self, field: str) -> int:
        """Return how many tokens a field has in all."""
        return self._snapshot.field_length(field)

    def neighbour_counts(self, field: str, befores: Sequence[str], afters: Sequence[str]) -> Column:
        """Return how often terms of a field follow one another, deleted paragraphs included until they are merged away.

        Args:
            field: the field's own name, not its folded twin's.
            befores: terms, as they are keyed.
            afters: likewise.

        Returns:
            A row for each of `befores`, and in it a count for each of `afters`.
        """
        counts = np.zeros((len(befores), len(afters)), np.int64)
        for segment in self._snapshot.segments:
            terms = segment.terms(field)
            if terms is not None and terms.keyed is not None:
                _count_neighbours(terms.keyed, befores, afters, counts)
        return counts

    def triple_count(self, field: str, *terms: str) -> int:
        """Return how often three keyed terms of a field follow one another; deleted paragraphs count as above."""
        total = 0
        for segment in self._snapshot.segments:
            own = segment.terms(field)
            if own is not None and own.keyed is not None:
                numbers = [number for term in terms if (number := own.find(term.encode())) is not None]
                if len(numbers) == len(terms):
                    first, second = (_pair_keys(own.keyed, *pair) for pair in pairwise(numbers))
                    total += len(common(first + 1, second)[0])
        return total

    def average_length(self, field: str) -> float:
        """Return a field's mean number of tokens a paragraph."""
        return self._snapshot.average_length(field)


def _count_neighbours(terms: FieldTerms, befores: Sequence[str], afters: Sequence[str], counts: Column) -> None:
    """Add to a table of counts how often terms of one segment follow one another."""
    found = [
        (number, column) for column, term in enumerate(afters) if (number := terms.find(term.encode())) is not None
    ]
    numbers, columns = np.array(sorted(found), np.int64).reshape(-1, 2).T
    for row, term in enumerate(befores):
        number = terms.find(term.encode())
        if number is not None and len(numbers):
            runs, places = terms.followed_by(number, numbers)
            counts[row, columns[places]] += terms.run_lengths(runs)


def _pair_keys(terms: FieldTerms, before: int, after: int) -> Column:
    """Return the keys of the places where one term is followed by another, ascending; see `occurrence_keys`."""
    runs, _ = terms.followed_by(before, np.array([after]))
    return occurrence_keys(terms.run_documents(runs).numbers, terms.run_positions(runs))


def _some_documents(terms: Terms | None, term: str, before: str | None) -> list[int]:
    """Return a few paragraphs of a segment that have a term, after another one where that is given."""
    number = terms.find(term.encode()) if terms is not None else None
    if terms is None or number is None:
        return []
    if before is None:
        return list(terms.postings(number)[0][:_SAMPLES])
    first = terms.find(before.encode())
    if first is None or terms.keyed is None:
        return []
    runs, _ = terms.keyed.followed_by(first, np.array([number]))
    return list(terms.keyed.run_documents(runs).numbers[:_SAMPLES])
