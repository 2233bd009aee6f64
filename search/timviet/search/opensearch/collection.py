"""Answer queries from an index on a cluster."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from cachetools import LRUCache
from whoosh.reading import EmptyReader, IndexReader

from timviet.index.opensearch.bodies import EVERY_PARAGRAPH, Body
from timviet.index.opensearch.index import ClusterIndex
from timviet.index.opensearch.layout import MOST_RESULTS
from timviet.index.schema import ParagraphSchema
from timviet.search.collection import Arrangement, Collection, Made, Rank, Ranking
from timviet.search.explain import explain_parts
from timviet.search.lexicon import Lexicon
from timviet.search.metadata_keys import MetadataKeys
from timviet.search.nodes import All, Between, Filter, Node
from timviet.search.opensearch.best import Hit, fetch, find_best, stored_of
from timviet.search.opensearch.drawing import draw
from timviet.search.opensearch.keys import ClusterKeys
from timviet.search.opensearch.lexicon import ClusterLexicon
from timviet.search.opensearch.refining import arrange, count
from timviet.search.opensearch.requests import Requests
from timviet.search.opensearch.sampling import look_up, suggest
from timviet.search.opensearch.statistics import Statistics
from timviet.search.opensearch.translation import Translation
from timviet.search.reading_view import StoredParagraphs

if TYPE_CHECKING:
    from timviet.index.analysis import Forms
    from timviet.search.abbreviations.expansions import LongForm
    from timviet.search.names.lookup import NameHits
    from timviet.search.suggestions.suggest import Suggestion

_REMEMBERED_EXPANSIONS = 1 << 10
_NOTHING = EmptyReader(ParagraphSchema())
# So many paragraphs are fetched to tell how many score more than another one.
_LEAST_RANKED, _RANKED = 100, 10_000
_LAST_PARAGRAPH = (1 << 31) - 1  # by the cluster's type of such numbers; no document has as many


class ClusterCollection(Collection):
    """An index on a cluster, as it was at a commit, but for what others write meanwhile.

    Args:
        index: the index.
        max_expansions: by how many terms a pattern or a fuzzy word is searched at most.
        before: what asked the cluster at the commit before, if anything.

    Raises:
        ClusterError: the cluster does not answer, or not as it should.
    """

    def __init__(self, index: ClusterIndex, max_expansions: int, before: Requests | None = None) -> None:
        self._index = index
        self._max_expansions = max_expansions
        self._requests = Requests(index, before)
        self._commit_id = index.last_commit().commit_id
        self._keys = ClusterKeys(self._requests)
        self._statistics = Statistics(self._requests)
        self._translation = Translation(self._statistics)
        self._paragraph_count = count(self._requests, EVERY_PARAGRAPH)
        self._learned: LRUCache[Forms, tuple[LongForm, ...]] = LRUCache(_REMEMBERED_EXPANSIONS)
        self._is_closed = False

    @property
    def keys(self) -> MetadataKeys:
        """The keys of the metadata."""
        return self._keys

    @property
    def reader(self) -> IndexReader:
        """A reader of nothing: Whoosh's own queries are not asked of a cluster."""
        return _NOTHING

    @property
    def commit_id(self) -> str:
        """What tells the commit from all others."""
        return self._commit_id

    @property
    def is_closed(self) -> bool:
        """Whether it was let go of."""
        return self._is_closed

    def telling(self) -> AbstractContextManager[object]:
        """Return a context in which the cluster's faults are told as errors of ours."""
        return self._requests.telling()

    def informed(self, make: Callable[[Lexicon], Made]) -> Made:
        """Return what a function makes of what is known of the terms; see `Collection.informed`."""
        return self._statistics.settled(lambda: make(self._lexicon()))

    def _lexicon(self) -> ClusterLexicon:
        return ClusterLexicon(self._statistics, self._paragraph_count, self._learned, self._max_expansions)

    def _query(self, plan: Node) -> Body:
        return self._statistics.settled(lambda: self._translation.bounded(plan))

    def find(self, plan: Node, limit: int, arrangement: Arrangement | None = None) -> Ranking:
        """Return the first of what a plan finds; see `Collection.find`."""
        query = self._query(plan)
        if arrangement is None:
            scored = find_best(self._requests, plan, query, limit)
            return scored.ranking(scored.in_order()[:limit])
        names = {name: self._keys.require(name) for name in arrangement.facets}
        arranging = partial(arrange, self._requests, plan, query, limit, arrangement, names)
        return Ranking(draw([]).snapshot, [], count(self._requests, query), arrange=arranging)

    def rank(self, plan: Node, document_id: str, paragraph: int | None) -> Rank | None:
        """Return where a paragraph ranks; see `Collection.rank`. Beyond some ten thousand its place is a guess."""
        own_plan = All([plan, Filter(Between("id", document_id, document_id))])
        query = self._query(own_plan)
        if paragraph is not None:
            query = {"bool": {"must": [query], "filter": [{"term": {"paragraph": min(paragraph, _LAST_PARAGRAPH)}}]}}
        own = find_best(self._requests, own_plan, query, 1)
        if not own.hits:
            return None
        place = own.in_order()[0]
        stored = stored_of(own.hits[place])
        drawn = draw([stored])
        (segment,), (matcher,) = drawn.snapshot.segments, drawn.matchers
        parts = self.informed(lambda lexicon: explain_parts(plan, segment, matcher, lexicon, 0))
        rank, total = self._place(plan, own.hits[place], float(own.scores[place]))
        return Rank(stored["paragraph"], rank, total, float(own.scores[place]), parts)

    def _place(self, plan: Node, hit: Hit, score: float) -> tuple[int, int]:
        """Return the place of a paragraph among what a plan finds, and how many it finds in all."""
        every = fetch(self._requests, plan, self._query(plan), _LEAST_RANKED, lambda _, bound: bound < score, _RANKED)
        own = (score, -hit["sort"][-1])
        others = zip(every.scores.tolist(), (-other["sort"][-1] for other in every.hits), strict=True)
        return 1 + sum(other > own for other in others), every.total

    def document(self, document_id: str, part: slice) -> StoredParagraphs | None:
        """Return some of a document's paragraphs; None where there is none of this id."""
        first = self._stored(document_id, 0, 1)
        if not first["hits"]:
            return None
        total = int(first["total"]["value"])
        start, stop, _ = part.indices(total)
        fields: list[dict[str, Any]] = []
        while start + len(fields) < stop:
            at_once = min(stop - start - len(fields), MOST_RESULTS)
            found = self._stored(document_id, start + len(fields), at_once)["hits"]
            if not found:
                break
            fields += map(stored_of, found)
        return StoredParagraphs(stored_of(first["hits"][0]), total, fields)

    def _stored(self, document_id: str, first: int, size: int) -> dict[str, Any]:
        """Return a document's paragraphs from a number on, and how many it has."""
        body: Body = {"query": {"term": {"id": document_id}}, "size": size, "sort": ["paragraph"]}
        body |= {"_source": ["stored"], "track_total_hits": True}
        return dict(self._requests.search(body | ({"search_after": [first - 1]} if first else {}))["hits"])

    def suggest(self, prefix: str, limit: int) -> "list[Suggestion]":
        """Return how a phrase may go on, by a sample of what has its beginning; see `Searcher.suggest`."""
        return suggest(self._requests, prefix, limit)

    def lookup(self, name: str, fields: Sequence[str], limit: int) -> "NameHits":
        """Return documents by their names; see `Searcher.lookup`."""
        return look_up(self._requests, self._keys, name, fields, limit)

    def refreshed(self) -> Self | None:
        """Return the index as it is at the last commit, after which this one is closed; None where it is this one."""
        if self._index.last_commit().commit_id == self._commit_id:
            return None
        later = type(self)(self._index, self._max_expansions, self._requests)
        self.close()
        return later

    def close(self) -> None:
        """Let go of what was remembered."""
        self._is_closed = True
