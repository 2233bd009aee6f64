"""Plain BM25 on the same index, to compare with: what engines find that keep all marks, or drop them.

Any syllable of a query will do, each counts as often as it was typed, and neighbours count for nothing.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Literal, NamedTuple

from timviet.index.analysis import analyze
from timviet.index.schema import folded_field
from timviet.index.snapshot import Snapshot
from timviet.search.lexicon import Lexicon
from timviet.search.match import SegmentMatcher
from timviet.search.nodes import AnyOf, TermGroup
from timviet.search.query import Word
from timviet.search.rank import Bm25, TermStatistics, inverse_document_frequency
from timviet.search.top import Best

Form = Literal["keyed", "folded"]

BASELINES: Mapping[str, Form] = {"keeps all marks": "keyed", "drops all marks": "folded"}
"""The baselines by name, each with the form of syllables that it goes by."""
# Lucene's, and so those of most engines.
BM25 = Bm25(k1=1.2, b=0.75)


class PlainHit(NamedTuple):
    """One paragraph found.

    Attributes:
        document_id: the id of its document.
        score: how well it answers the query.
    """

    document_id: str
    score: float


class PlainSearcher:
    """Searches a snapshot of an index as an engine would that knows nothing of Vietnamese.

    Args:
        snapshot: the snapshot.
        form: whether syllables are found by their canonical forms, which are "keyed", or by their "folded" ones.
    """

    def __init__(self, snapshot: Snapshot, form: Form) -> None:
        self._snapshot = snapshot
        self._matchers = [SegmentMatcher(segment) for segment in snapshot.segments]
        self._lexicon = Lexicon(snapshot, self._matchers)
        self._form = form
        self._field = "text" if form == "keyed" else folded_field("text")
        self._document_ids: dict[tuple[int, int], str] = {}

    def search(self, text: str, limit: int) -> list[PlainHit]:
        """Find paragraphs, best first.

        Args:
            text: the query, whose syllables count, and nothing else.
            limit: how many paragraphs to find at most.
        """
        typed = Counter(getattr(token.forms, self._form) for token in analyze(text))
        plan = AnyOf([self._group(term, times) for term, times in typed.items()])
        best = Best(self._matchers, plan, limit)
        return [
            PlainHit(self._document_id(*place), score) for place, score in zip(best.places, best.scores, strict=True)
        ]

    def _group(self, term: str, times: int) -> TermGroup:
        # What was found by a group is remembered by the group itself.
        group = self._lexicon.groups.get((term, times))
        if group is None:
            group = self._lexicon.groups[term, times] = self._make_group(term, times)
        return group

    def _make_group(self, term: str, times: int) -> TermGroup:
        found = self._lexicon.document_frequency(self._field, term)
        rarity = inverse_document_frequency(found, self._lexicon.paragraph_count)
        return TermGroup(
            field=self._field,
            asked=Word("text", term, boost=float(times)),
            statistics=TermStatistics(rarity, self._lexicon.average_length(self._field), BM25),
            document_frequency=found,
            weights={term: 1.0},
        )

    def _document_id(self, segment: int, number: int) -> str:
        # It is stored in a block with other paragraphs, which takes long to unpack each time.
        known = self._document_ids.get((segment, number))
        if known is None:
            known = self._document_ids[segment, number] = self._snapshot.segments[segment].stored(number)["id"]
        return known
