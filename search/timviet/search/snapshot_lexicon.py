"""What a snapshot of an index here knows of its terms."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from timviet.index.snapshot import Snapshot
from timviet.search.abbreviations.abbreviations import Abbreviations
from timviet.search.abbreviations.expansions import Expander
from timviet.search.edits import Words
from timviet.search.lexicon import Lexicon
from timviet.search.limits import DEFAULT_LIMITS
from timviet.search.match import SegmentMatcher
from timviet.search.ngrams import NgramCounts
from timviet.search.nodes import Node, TermSequence
from timviet.search.refine.found import find_all
from timviet.search.surfaces import Surfaces, samples


class SnapshotLexicon(Lexicon):
    """The terms of one snapshot of an index here.

    Args:
        snapshot: the snapshot.
        matchers: what finds a plan's nodes in each of its segments.
        max_expansions: by how many terms a pattern or a fuzzy word is searched at most.
    """

    def __init__(
        self, snapshot: Snapshot, matchers: Sequence[SegmentMatcher], max_expansions: int = DEFAULT_LIMITS.expansions
    ) -> None:
        surfaces = Surfaces(partial(samples, snapshot.segments))
        abbreviations = Abbreviations(snapshot, Expander(snapshot))
        super().__init__(snapshot, NgramCounts(snapshot), surfaces, abbreviations, max_expansions)
        self._snapshot = snapshot
        self._matchers = matchers
        self._words: dict[str, Words] = {}

    def neighbours(self, field: str, folded: str, distance: int) -> list[str]:
        """Return the folded forms in a field that are at most `distance` edits away from `folded`."""
        if field not in self._words:
            self._words[field] = Words(self.folded_forms(field, ""))
        return self._words[field].within(folded, distance)

    def sequence_frequency(self, sequence: TermSequence) -> int:
        """Return in how many paragraphs term groups follow one another."""
        return sum(matcher.groups.postings(sequence).count for matcher in self._matchers)

    def stored(self, plan: Node) -> Iterable[Mapping[str, Any]]:
        """Return what is kept of the paragraphs that a plan finds."""
        return map(self._snapshot.stored, find_all(self._matchers, plan).numbers.tolist())
