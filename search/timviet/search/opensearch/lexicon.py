"""What is known of the terms of an index on a cluster."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from timviet.index.analysis import KEY_SEPARATOR, Forms
from timviet.index.columnfile import Column
from timviet.index.errors import QueryLimitError
from timviet.index.opensearch.layout import TERM_SEPARATOR
from timviet.index.schema import folded_field, is_folded_field, unfolded_field
from timviet.search.abbreviations.abbreviations import Abbreviations
from timviet.search.abbreviations.expansions import Expander, LongForm
from timviet.search.candidates import canonical_of
from timviet.search.lexicon import Lexicon
from timviet.search.ngrams import Ngrams
from timviet.search.nodes import All, Filter, Node, TermSequence
from timviet.search.opensearch.drawing import draw
from timviet.search.opensearch.fields import pair_term, pairs_field, place_of
from timviet.search.opensearch.questions import STORED_AT_ONCE, Count, Neighbours, Stored, Words
from timviet.search.opensearch.questions import Surfaces as SurfacesQuestion
from timviet.search.opensearch.statistics import Statistics
from timviet.search.opensearch.translation import Translation
from timviet.search.surfaces import Surfaces
from timviet.search.word_counts import Terms

if TYPE_CHECKING:
    from cachetools import LRUCache


class ClusterTerms(Terms):
    """The terms of an index on a cluster.

    Args:
        statistics: what the cluster counts.
        paragraph_count: how many paragraphs there are.
    """

    def __init__(self, statistics: Statistics, paragraph_count: int) -> None:
        self._statistics = statistics
        self.paragraph_count = paragraph_count

    def document_frequency(self, field: str, term: str) -> int:
        """Return how many paragraphs hold a term, deleted ones included until they are merged away."""
        place = place_of(field)
        # What was written since, and what was removed, counts there, too.
        return min(self._statistics.frequency(place.field, place.term(term)).documents, self.paragraph_count)

    def prefixed(self, field: str, prefix: str) -> list[str]:
        """Return the terms of a field that start with `prefix`, sorted."""
        words = self._statistics.answer(Words(prefix, is_folded_field(field)))
        return [word for word in words if self.document_frequency(field, word)]

    def readings(self, field: str, folded: str) -> list[str]:
        """Return the canonical forms that stand in a field and fold to `folded`, sorted."""
        marked = [term.partition(KEY_SEPARATOR)[2] for term in self.prefixed(field, f"{folded}{KEY_SEPARATOR}")]
        return [folded, *marked] if self.document_frequency(field, folded) else marked

    def field_length(self, field: str) -> int:
        """Return how many tokens a field has in all paragraphs together; 0 of metadata."""
        return self._statistics.length(unfolded_field(field)).tokens

    def average_length(self, field: str) -> float:
        """Return a field's mean number of tokens a paragraph, of those that have any."""
        length = self._statistics.length(unfolded_field(field))
        return max(length.tokens, 1) / max(length.documents, 1)


class ClusterNgrams(Ngrams):
    """Counts single terms, pairs and triples of an index on a cluster.

    Args:
        statistics: what the cluster counts.
    """

    def __init__(self, statistics: Statistics) -> None:
        self._statistics = statistics

    def single(self, field: str, term: str) -> int:
        """Return how often a term occurs."""
        return self._statistics.frequency(field, term).occurrences

    def pairs(self, field: str, befores: Sequence[str], afters: Sequence[str]) -> Column:
        """Return how often each of some terms is followed by each of others; a row for each of `befores`."""
        pairs = product(befores, afters)
        counts = [self._statistics.frequency(pairs_field(field), pair_term(*own)).occurrences for own in pairs]
        return np.array(counts, np.int64).reshape(len(befores), len(afters))

    def triple(self, field: str, *three: str) -> int:
        """Return in how many paragraphs three terms follow one another."""
        return self._statistics.answer(Count(json.dumps({"match_phrase": {field: TERM_SEPARATOR.join(three)}})))


class ClusterLearner:
    """Learns what abbreviations stand for, from texts that define them.

    Args:
        statistics: what the cluster counts.
        learned: what was learned before.
    """

    def __init__(self, statistics: Statistics, learned: "LRUCache[Forms, tuple[LongForm, ...]]") -> None:
        self._statistics = statistics
        self._learned = learned

    def having(self, letters: Sequence[str]) -> list[str]:
        """Return those of some abbreviations, without marks, that the text has."""
        return [own for own in letters if self._statistics.frequency(folded_field("text"), own).documents]

    def may_stand_for(self, abbreviation: Forms, words: tuple[Forms, ...], readings: Sequence[Sequence[str]]) -> bool:
        """Tell whether any paragraph has both an abbreviation and words that it may stand for."""
        del words
        if not all(readings):
            return False
        phrase = [{"span_or": {"clauses": [{"span_term": {"text": term}} for term in own]}} for own in readings]
        both = [{"term": {"text": abbreviation.keyed}}, {"span_near": {"clauses": phrase, "slop": 0, "in_order": True}}]
        return self._statistics.answer(Count(json.dumps({"bool": {"filter": both}}))) > 0

    def expansions(self, abbreviation: Forms) -> tuple[LongForm, ...]:
        """Return what texts say that an abbreviation stands for, best first."""
        if abbreviation not in self._learned:
            stored = self._statistics.answer(Stored.defining(abbreviation.keyed))
            if not stored:
                return ()
            self._learned[abbreviation] = Expander(draw(stored).snapshot).expansions(abbreviation)
        return self._learned[abbreviation]


class ClusterLexicon(Lexicon):
    """The terms of an index on a cluster, as far as they are known.

    Args:
        statistics: what the cluster counts.
        paragraph_count: how many paragraphs there are.
        learned: what was learned of abbreviations before.
        max_expansions: by how many terms a pattern or a fuzzy word is searched at most.
    """

    def __init__(
        self,
        statistics: Statistics,
        paragraph_count: int,
        learned: "LRUCache[Forms, tuple[LongForm, ...]]",
        max_expansions: int,
    ) -> None:
        terms = ClusterTerms(statistics, paragraph_count)
        abbreviations = Abbreviations(terms, ClusterLearner(statistics, learned))
        super().__init__(terms, ClusterNgrams(statistics), Surfaces(self._written), abbreviations, max_expansions)
        self._statistics = statistics
        self._translation = Translation(statistics)

    def _written(self, term: str, before: str | None) -> Iterator[str]:
        written = self._statistics.answer(SurfacesQuestion(term, before))
        if written or before is not None:
            return iter(written)
        # Removed paragraphs count until they are merged away, but cannot be read: then the term itself is told.
        return iter([canonical_of(term)])

    def neighbours(self, field: str, folded: str, distance: int) -> list[str]:
        """Return the folded forms in a field that are at most `distance` edits away from `folded`."""
        near = self._statistics.answer(Neighbours(folded, distance))
        return [own for own in near if self.document_frequency(folded_field(field), own)]

    def sequence_frequency(self, sequence: TermSequence) -> int:
        """Return in how many paragraphs term groups follow one another."""
        query = self._translation.unscored(sequence)
        return min(self._statistics.answer(Count(json.dumps(query))), self.paragraph_count)

    def stored(self, plan: Node) -> Iterable[Mapping[str, Any]]:
        """Return what is kept of the paragraphs that a plan finds.

        Raises:
            QueryLimitError: it finds too many to be read.
        """
        found = self._statistics.answer(Stored(json.dumps(self._translation.unscored(All([Filter(plan)])))))
        if len(found) >= STORED_AT_ONCE:
            message = (
                f"cannot filter by the marks of a value: {STORED_AT_ONCE:,} paragraphs or more have its words with "
                "other marks, too; filter by the value without marks"
            )
            raise QueryLimitError(message, STORED_AT_ONCE, len(found))
        return found
