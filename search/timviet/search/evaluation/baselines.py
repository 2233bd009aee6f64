"""Plain BM25 on the same index, to compare with: what engines find that keep all marks, or drop them.

Any syllable of a query will do, each counts as often as it was typed, and neighbours count for nothing.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Literal, NamedTuple

from timviet.index.analysis import analyze
from timviet.index.schema import folded_field
from timviet.search.collection import Collection
from timviet.search.lexicon import Lexicon
from timviet.search.nodes import AnyOf, TermGroup
from timviet.search.query import Word
from timviet.search.rank import Bm25, TermStatistics, inverse_document_frequency

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
        collection: the snapshot.
        form: whether syllables are found by their canonical forms, which are "keyed", or by their "folded" ones.
    """

    def __init__(self, collection: Collection, form: Form) -> None:
        self._collection = collection
        self._form = form
        self._field = "text" if form == "keyed" else folded_field("text")

    def search(self, text: str, limit: int) -> list[PlainHit]:
        """Find paragraphs, best first.

        Args:
            text: the query, whose syllables count, and nothing else.
            limit: how many paragraphs to find at most.
        """
        typed = Counter(getattr(token.forms, self._form) for token in analyze(text))
        plan = self._collection.informed(
            lambda lexicon: AnyOf([self._group(term, times, lexicon) for term, times in typed.items()])
        )
        ranking = self._collection.find(plan, limit)
        return [PlainHit(ranking.snapshot.stored(number)["id"], score) for number, score in ranking.ranked]

    def _group(self, term: str, times: int, lexicon: Lexicon) -> TermGroup:
        key = (PlainSearcher, self._field, term, times)
        return lexicon.planned(key, lambda: self._make_group(term, times, lexicon))

    def _make_group(self, term: str, times: int, lexicon: Lexicon) -> TermGroup:
        found = lexicon.document_frequency(self._field, term)
        rarity = inverse_document_frequency(found, lexicon.paragraph_count)
        return TermGroup(
            field=self._field,
            asked=Word("text", term, boost=float(times)),
            statistics=TermStatistics(rarity, lexicon.average_length(self._field), BM25),
            document_frequency=found,
            weights={term: 1.0},
        )
