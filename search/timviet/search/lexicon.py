"""What is known of an index's terms: all that a plan is made from."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from cachetools import LRUCache

from timviet.index.schema import UNMARKED, UNMARKED_FIELD, folded_field
from timviet.search.abbreviations.abbreviations import Abbreviations
from timviet.search.deadline import check_time
from timviet.search.limits import DEFAULT_LIMITS
from timviet.search.ngrams import Ngrams
from timviet.search.nodes import Node, TermSequence, leaf_size, leaves
from timviet.search.surfaces import Surfaces
from timviet.search.word_counts import Terms, WordCounts

# So many bytes are remembered of what was planned, about.
_REMEMBERED_BYTES = 1 << 26
_REMEMBERED_VALUES = 1 << 12

Planned = TypeVar("Planned", bound=Node)


class Lexicon(ABC):
    """The terms of one snapshot of an index, with their statistics.

    Args:
        terms: the terms.
        ngrams: how often they stand next to each other.
        surfaces: how they are written.
        abbreviations: what stands for what.
        max_expansions: by how many terms a pattern or a fuzzy word is searched at most.

    Attributes:
        paragraph_count: how many paragraphs there are.
        marked_values: what finds values of the metadata with certain marks, planned before.
        words: how often words stand in texts and titles together.
        document_frequency: returns how many paragraphs hold a term of a field, deleted ones included until they are
            merged away.
        average_length: returns a field's mean number of tokens a paragraph, of those that have any.
    """

    def __init__(
        self,
        terms: Terms,
        ngrams: Ngrams,
        surfaces: Surfaces,
        abbreviations: Abbreviations,
        max_expansions: int = DEFAULT_LIMITS.expansions,
    ) -> None:
        self._terms = terms
        self.max_expansions = max_expansions
        self.paragraph_count = terms.paragraph_count
        self._planned: LRUCache[object, Any] = LRUCache(_REMEMBERED_BYTES, _size)
        self.marked_values: LRUCache[object, Node] = LRUCache(_REMEMBERED_VALUES)
        self.ngrams = ngrams
        self.words = WordCounts(terms, ngrams)
        self.surfaces = surfaces
        self.abbreviations = abbreviations
        self.document_frequency = terms.document_frequency
        self.average_length = terms.average_length

    def planned(self, key: object, plan: Callable[[], Planned]) -> Planned:
        """Return what was planned before, for its postings are remembered by the node itself; or plan it now.

        Args:
            key: all that it depends on.
            plan: plans it.
        """
        try:
            node: Planned = self._planned[key]
        except KeyError:
            node = self._planned[key] = plan()
        return node

    def readings(self, field: str, folded: str) -> list[str]:
        """Return the canonical forms that stand in a field and fold to `folded`; see `Snapshot.readings`."""
        check_time()
        return self._terms.readings(field, folded)

    def has_field(self, field: str) -> bool:
        """Tell whether any paragraph has tokens in a field."""
        return self._terms.field_length(field) > 0

    def folded_forms(self, field: str, prefix: str) -> list[str]:
        """Return the folded forms in a field that start with `prefix`, sorted."""
        return self._terms.prefixed(folded_field(field), prefix)

    def unmarked_count(self) -> int:
        """Return how many paragraphs were typed without marks."""
        return self.document_frequency(UNMARKED_FIELD, UNMARKED)

    @abstractmethod
    def neighbours(self, field: str, folded: str, distance: int) -> list[str]:
        """Return the folded forms in a field that are at most `distance` edits away from `folded`."""

    @abstractmethod
    def sequence_frequency(self, sequence: TermSequence) -> int:
        """Return in how many paragraphs term groups follow one another."""

    @abstractmethod
    def stored(self, plan: Node) -> Iterable[Mapping[str, Any]]:
        """Return what is kept of the paragraphs that a plan finds."""


def _size(node: Node) -> int:
    return min(sum(map(leaf_size, leaves(node))), _REMEMBERED_BYTES)
