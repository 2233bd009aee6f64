"""What an index knows of its terms: all that a plan is made from."""

from collections.abc import Sequence

from cachetools import LRUCache

from timviet.index.schema import UNMARKED, UNMARKED_FIELD, folded_field
from timviet.index.snapshot import Snapshot
from timviet.search.abbreviations.abbreviations import Abbreviations
from timviet.search.deadline import check_time
from timviet.search.edits import Words
from timviet.search.limits import DEFAULT_LIMITS
from timviet.search.match import SegmentMatcher
from timviet.search.ngrams import NgramCounts
from timviet.search.nodes import Leaf, Node, TermGroup, TermSequence, leaf_size
from timviet.search.surfaces import Surfaces
from timviet.search.word_counts import WordCounts

# So many bytes are remembered of groups that were planned, and so many of sequences of them, about.
_REMEMBERED_BYTES = 1 << 25
_REMEMBERED_VALUES = 1 << 12


class Lexicon:
    """The terms of one snapshot of an index, with their statistics.

    Args:
        snapshot: the snapshot.
        matchers: what finds a plan's nodes in each of its segments.
        max_expansions: by how many terms a pattern or a fuzzy word is searched at most.

    Attributes:
        snapshot: the same.
        matchers: the same.
        max_expansions: the same.
        paragraph_count: how many paragraphs there are.
        groups: term groups that were planned before, by what they were planned for: their postings are remembered.
        sequences: sequences of them; likewise.
        marked_values: what finds values of the metadata with certain marks; likewise.
        ngrams: how often terms stand next to each other.
        words: how often words stand in texts and titles together.
        surfaces: how terms are written.
        abbreviations: what stands for what.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        matchers: Sequence[SegmentMatcher],
        max_expansions: int = DEFAULT_LIMITS.expansions,
    ) -> None:
        self.snapshot = snapshot
        self.matchers = matchers
        self.max_expansions = max_expansions
        self.paragraph_count = snapshot.paragraph_count
        self.groups: LRUCache[object, TermGroup] = LRUCache(_REMEMBERED_BYTES, _size)
        self.sequences: LRUCache[object, TermSequence] = LRUCache(_REMEMBERED_BYTES, _size)
        self.marked_values: LRUCache[object, Node] = LRUCache(_REMEMBERED_VALUES)
        self.ngrams = NgramCounts(snapshot)
        self.words = WordCounts(snapshot)
        self.surfaces = Surfaces(snapshot)
        self.abbreviations = Abbreviations(snapshot)
        self._words: dict[str, Words] = {}

    def has_field(self, field: str) -> bool:
        """Tell whether any paragraph has tokens in a field."""
        return self.snapshot.field_length(field) > 0

    def readings(self, field: str, folded: str) -> list[str]:
        """Return the canonical forms that stand in a field and fold to `folded`; see `Snapshot.readings`."""
        check_time()
        return self.snapshot.readings(field, folded)

    def folded_forms(self, field: str, prefix: str) -> list[str]:
        """Return the folded forms in a field that start with `prefix`, sorted."""
        return self.snapshot.prefixed(folded_field(field), prefix)

    def neighbours(self, field: str, folded: str, distance: int) -> list[str]:
        """Return the folded forms in a field that are at most `distance` edits away from `folded`."""
        if field not in self._words:
            self._words[field] = Words(self.folded_forms(field, ""))
        return self._words[field].within(folded, distance)

    def document_frequency(self, field: str, term: str) -> int:
        """Return how many paragraphs hold a term, deleted ones included until they are merged away."""
        return self.snapshot.document_frequency(field, term)

    def unmarked_count(self) -> int:
        """Return how many paragraphs were typed without marks."""
        return self.document_frequency(UNMARKED_FIELD, UNMARKED)

    def sequence_frequency(self, sequence: TermSequence) -> int:
        """Return in how many paragraphs term groups follow one another."""
        return sum(matcher.groups.postings(sequence).count for matcher in self.matchers)

    def token_count(self, field: str) -> int:
        """Return how many tokens a field has in all."""
        return self.snapshot.field_length(field)

    def average_length(self, field: str) -> float:
        """Return a field's mean number of tokens a paragraph, of those that have any."""
        return self.snapshot.average_length(field)


def _size(leaf: Leaf) -> int:
    return min(leaf_size(leaf), _REMEMBERED_BYTES)
