"""Answer queries from an index here: on disk, or in memory."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING, Self

from whoosh.reading import EmptyReader, IndexReader
from whoosh.searching import Searcher as WhooshSearcher

from timviet.index.damage import damage_told
from timviet.index.snapshot import Snapshot
from timviet.index.whoosh_index import WhooshIndex
from timviet.search.collection import Arrangement, Collection, Made, Rank, Ranking
from timviet.search.deadline import check_time
from timviet.search.explain import explain_parts
from timviet.search.lexicon import Lexicon
from timviet.search.match import SegmentMatcher
from timviet.search.metadata_keys import MetadataKeys, SnapshotKeys
from timviet.search.nodes import Node
from timviet.search.reading_view import StoredParagraphs
from timviet.search.refine.arranging import arrange
from timviet.search.refine.columns import Columns
from timviet.search.refine.facets import count_values
from timviet.search.refine.found import Found, find_all
from timviet.search.snapshot_lexicon import SnapshotLexicon
from timviet.search.top import find_best

if TYPE_CHECKING:
    from timviet.search.names.lookup import NameHits, NameLookup
    from timviet.search.suggestions.suggest import Suggester, Suggestion


class EmbeddedCollection(Collection):
    """A snapshot of an index here.

    Args:
        index: the index.
        max_expansions: by how many terms a pattern or a fuzzy word is searched at most.
        before: the reader of an earlier commit: what it has open of segments that are still there is taken over.

    Attributes:
        snapshot: the snapshot.
        matchers: what finds a plan's nodes in each of its segments.
        lexicon: its terms.

    Raises:
        NotAnIndexError: a file of it is damaged.
    """

    def __init__(self, index: WhooshIndex, max_expansions: int, before: IndexReader | None = None) -> None:
        self._index = index
        self._max_expansions = max_expansions
        whoosh = WhooshSearcher(index.reader(before), fromindex=index.whoosh)
        try:
            with self.telling():
                self._see(whoosh)
        except BaseException:
            whoosh.close()
            raise

    def _see(self, whoosh: WhooshSearcher) -> None:
        self._whoosh = whoosh
        self.snapshot = Snapshot(whoosh)
        self.matchers = [SegmentMatcher(segment) for segment in self.snapshot.segments]
        self.lexicon = SnapshotLexicon(self.snapshot, self.matchers, self._max_expansions)
        self._keys = SnapshotKeys(self.snapshot.segments)
        self._columns = Columns(self.snapshot)
        self._suggester: Suggester | None = None
        self._names: NameLookup | None = None

    @property
    def keys(self) -> MetadataKeys:
        """The keys of the metadata."""
        return self._keys

    @property
    def reader(self) -> IndexReader:
        """Whoosh's reader."""
        return self._whoosh.reader()

    @property
    def commit_id(self) -> str:
        """What tells the commit from all others."""
        return self.snapshot.commit_id

    @property
    def is_closed(self) -> bool:
        """Whether it was let go of."""
        return bool(self._whoosh.is_closed)

    def telling(self) -> AbstractContextManager[object]:
        """Return a context in which damage is told as an error of ours."""
        return damage_told(self._index.location)

    def informed(self, make: Callable[[Lexicon], Made]) -> Made:
        """Return what a function makes of what is known of the terms."""
        return make(self.lexicon)

    def find(self, plan: Node, limit: int, arrangement: Arrangement | None = None) -> Ranking:
        """Return the first of what a plan finds; see `Collection.find`."""
        if arrangement is not None:
            found = find_all(self.matchers, plan)
            arranging = partial(self._arrange, found, limit, arrangement)
            return Ranking(self.snapshot, [], len(found.numbers), arrange=arranging)
        best = find_best(self.matchers, plan, limit)
        return Ranking(self.snapshot, list(zip(best.numbers, best.scores, strict=True)), best.total)

    def _arrange(self, found: Found, limit: int, arrangement: Arrangement) -> Ranking:
        check_time()
        sort, group, keys = arrangement
        total, ranked, others, counted = arrange(self._columns, found, limit, sort, group)
        facets = {}
        for key in keys:
            check_time()
            facets[key] = count_values(self._columns, self.keys.require(key), counted)
        return Ranking(self.snapshot, ranked, total, others, facets or None)

    def rank(self, plan: Node, document_id: str, paragraph: int | None) -> Rank | None:
        """Return where a paragraph ranks; see `Collection.rank`."""
        own = self.snapshot.having("id", document_id)
        best = find_best(self.matchers, plan, None)
        for rank, number in enumerate(best.numbers, 1):
            found = self.snapshot.stored(number)["paragraph"] if number in own else None
            if found is not None and paragraph in (None, found):
                segment, number_there = self.snapshot.place(number)
                matcher = self.matchers[segment]
                parts = explain_parts(plan, self.snapshot.segments[segment], matcher, self.lexicon, number_there)
                return Rank(found, rank, best.total, best.scores[rank - 1], parts)
        return None

    def document(self, document_id: str, part: slice) -> StoredParagraphs | None:
        """Return some of a document's paragraphs; None where there is none of this id."""
        return StoredParagraphs.of_document(self.snapshot, document_id, part)

    def suggest(self, prefix: str, limit: int) -> "list[Suggestion]":
        """Return how a phrase may go on; see `Searcher.suggest`."""
        if self._suggester is None:
            from timviet.search.suggestions.suggest import Suggester

            self._suggester = Suggester(self.snapshot)
        return self._suggester.suggest(prefix, limit)

    def lookup(self, name: str, fields: Sequence[str], limit: int) -> "NameHits":
        """Return documents by their names; see `Searcher.lookup`."""
        if self._names is None:
            from timviet.search.names.lookup import NameLookup

            self._names = NameLookup(self.snapshot)
        return self._names.find(name, fields, limit)

    def refreshed(self) -> Self | None:
        """Return the snapshot of the last commit, after which this one is closed; None where it is this one.

        Raises:
            IndexNotFoundError: the index is not there any more.
            NotAnIndexError: a file of it is damaged or missing; this one stays open.
        """
        if self._index.whoosh.is_current(self.reader):
            return None
        later = type(self)(self._index, self._max_expansions, self.reader)
        self.close()
        return later

    def close(self) -> None:
        """Let go of the snapshot, and of the files that it has open."""
        if not self.is_closed:
            self._whoosh.close()
            self._see(WhooshSearcher(EmptyReader(self._whoosh.schema)))
            self._whoosh.close()
