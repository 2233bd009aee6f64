"""What queries are answered from: a snapshot of an index, here or on a cluster."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, NamedTuple, Self, TypeVar

from whoosh.reading import IndexReader

from timviet.index.snapshot import Snapshot
from timviet.search.explain import Part
from timviet.search.lexicon import Lexicon
from timviet.search.metadata_keys import MetadataKeys
from timviet.search.nodes import Node
from timviet.search.reading_view import StoredParagraphs
from timviet.search.refine.facets import Facet
from timviet.search.refine.sorting import Sort

if TYPE_CHECKING:
    from timviet.search.names.lookup import NameHits
    from timviet.search.suggestions.suggest import Suggestion

Made = TypeVar("Made")


class Arrangement(NamedTuple):
    """What is asked for besides the best paragraphs.

    Attributes:
        sort: what to sort by; None for the score.
        group_by_document: whether to return the best paragraph of each document only.
        facets: the keys of the metadata whose values are to be counted.
    """

    sort: Sort | None = None
    group_by_document: bool = False
    facets: Sequence[str] = ()


class Ranking(NamedTuple):
    """The first of what a plan finds.

    Attributes:
        snapshot: what has the paragraphs.
        ranked: the first of them: each one's number in the snapshot, and its score.
        total: how many were found; grouped by document, how many documents.
        others: of each of the first, how many other paragraphs of its document were found, where that was asked for.
        facets: the values of each key that was asked for.
        arrange: returns what was asked for besides, if anything was: then nothing is ranked before.
    """

    snapshot: Snapshot
    ranked: Sequence[tuple[int, float]]
    total: int
    others: Sequence[int] | None = None
    facets: Mapping[str, Facet] | None = None
    arrange: "Callable[[], Ranking] | None" = None


class Rank(NamedTuple):
    """Where a paragraph ranks among what a plan finds.

    Attributes:
        paragraph: its number in its document, from 0.
        rank: its place, from 1.
        total: how many paragraphs were found.
        score: its score.
        parts: what the leaves of the plan add to it.
    """

    paragraph: int
    rank: int
    total: int
    score: float
    parts: tuple[Part, ...]


class Collection(ABC):
    """A snapshot of an index, as a searcher needs it."""

    @property
    @abstractmethod
    def keys(self) -> MetadataKeys:
        """The keys of the metadata."""

    @property
    @abstractmethod
    def reader(self) -> IndexReader:
        """Whoosh's reader, where its own queries find their terms."""

    @property
    @abstractmethod
    def commit_id(self) -> str:
        """What tells the commit from all others."""

    @property
    @abstractmethod
    def is_closed(self) -> bool:
        """Whether it was let go of."""

    @abstractmethod
    def telling(self) -> AbstractContextManager[object]:
        """Return a context in which what goes wrong with the index is told as an error of ours."""

    @abstractmethod
    def informed(self, make: Callable[[Lexicon], Made]) -> Made:
        """Return what a function makes of what is known of the terms.

        Args:
            make: the function. It may be called several times, and has no other effect than what it returns.
        """

    @abstractmethod
    def find(self, plan: Node, limit: int, arrangement: Arrangement | None = None) -> Ranking:
        """Return the first of what a plan finds.

        Args:
            plan: the plan.
            limit: how many to return at most.
            arrangement: what is asked for besides the best, if anything.
        """

    @abstractmethod
    def rank(self, plan: Node, document_id: str, paragraph: int | None) -> Rank | None:
        """Return where a paragraph ranks; None where the plan does not find it.

        Args:
            plan: the plan.
            document_id: the id of its document.
            paragraph: its number there, from 0; None for the best one.
        """

    @abstractmethod
    def document(self, document_id: str, part: slice) -> StoredParagraphs | None:
        """Return some of a document's paragraphs; None where there is none of this id."""

    @abstractmethod
    def suggest(self, prefix: str, limit: int) -> "list[Suggestion]":
        """Return how a phrase may go on; see `Searcher.suggest`."""

    @abstractmethod
    def lookup(self, name: str, fields: Sequence[str], limit: int) -> "NameHits":
        """Return documents by their names; see `Searcher.lookup`."""

    @abstractmethod
    def refreshed(self) -> Self | None:
        """Return the snapshot of the last commit, after which this one is closed; None where it is this one."""

    @abstractmethod
    def close(self) -> None:
        """Let go of it."""
