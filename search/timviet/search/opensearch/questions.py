"""What a cluster is asked to make a plan, beside how often it has terms."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from timviet.index.opensearch.bodies import count_body
from timviet.index.opensearch.layout import MOST_RESULTS, TERM
from timviet.search.opensearch.fields import pair_term, pairs_field
from timviet.search.surfaces import SAMPLES, first_surface

_SCORED = ("text", "title")
# Of so many paragraphs it is read whether their values have the marks that were typed.
STORED_AT_ONCE = 1_000
# Abbreviations are defined where a document uses them first: its first paragraphs are read.
_READ_FOR_DEFINITIONS = 100


@dataclass(frozen=True, slots=True)
class Count:
    """How many paragraphs a query of the cluster finds.

    Attributes:
        query: the query, as JSON.
    """

    query: str
    guess: int = field(default=0, init=False, compare=False)

    def body(self) -> dict[str, Any]:
        """Return the search that answers it."""
        return count_body(json.loads(self.query))

    def read(self, response: Mapping[str, Any]) -> int:
        """Return the count."""
        return int(response["hits"]["total"]["value"])


@dataclass(frozen=True, slots=True)
class Words:
    """Which words there are that start with something.

    Attributes:
        prefix: what they start with.
        is_folded: whether their folded forms are asked for; otherwise their keyed terms are.
    """

    prefix: str
    is_folded: bool
    guess: tuple[str, ...] = field(default=(), init=False, compare=False)

    def body(self) -> dict[str, Any]:
        """Return the search that answers it."""
        name = "fold" if self.is_folded else "word"
        query = {"prefix": {name: self.prefix}} if self.prefix else {"term": {"kind": TERM}}
        return {"query": query, "size": 0, "aggs": {"words": _every(name)}}

    def read(self, response: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the words, sorted."""
        return _read_words(response)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Which folded forms there are a few edits away from another one.

    Attributes:
        folded: the other one.
        distance: how many edits at most: one or two.
    """

    folded: str
    distance: int
    guess: tuple[str, ...] = field(default=(), init=False, compare=False)

    def body(self) -> dict[str, Any]:
        """Return the search that answers it."""
        fuzzy = {"value": self.folded, "fuzziness": self.distance, "transpositions": False, "max_expansions": 1024}
        return {"query": {"fuzzy": {"fold": fuzzy}}, "size": 0, "aggs": {"words": _every("fold")}}

    def read(self, response: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the forms, sorted."""
        return _read_words(response)


@dataclass(frozen=True, slots=True)
class Surfaces:
    """How some paragraphs and titles write a term.

    Attributes:
        term: the keyed term.
        before: the term that has to stand before it; None for any.
    """

    term: str
    before: str | None

    @property
    def guess(self) -> tuple[str, ...]:
        """The term itself."""
        return (self.term,)

    def body(self) -> dict[str, Any]:
        """Return the search that answers it."""
        if self.before is None:
            having = [{"term": {name: self.term}} for name in _SCORED]
        else:
            having = [{"term": {pairs_field(name): pair_term(self.before, self.term)}} for name in _SCORED]
        source = [f"stored.{name}" for name in _SCORED]
        return {"query": {"bool": {"should": having}}, "size": SAMPLES, "sort": ["order"], "_source": source}

    def read(self, response: Mapping[str, Any]) -> tuple[str, ...]:
        """Return what is written, of each paragraph and title the first one."""
        texts = (hit["_source"]["stored"].get(name) for hit in response["hits"]["hits"] for name in _SCORED)
        written = (first_surface(text or "", self.term, self.before) for text in texts)
        return tuple(own for own in written if own is not None)


@dataclass(frozen=True, slots=True)
class Stored:
    """What is kept of some paragraphs that a query of the cluster finds.

    Attributes:
        query: the query, as JSON.
        size: how many paragraphs at most.
        is_defining: whether those come first that come first in their documents.
    """

    query: str
    size: int = STORED_AT_ONCE
    is_defining: bool = False
    guess: tuple[dict[str, Any], ...] = field(default=(), init=False, compare=False)

    @classmethod
    def defining(cls, term: str) -> "Stored":
        """Return what asks for paragraphs that may tell what an abbreviation stands for."""
        return cls(json.dumps({"term": {"text": term}}), _READ_FOR_DEFINITIONS, is_defining=True)

    def body(self) -> dict[str, Any]:
        """Return the search that answers it."""
        order = ["paragraph", "order"] if self.is_defining else ["order"]
        query = {"bool": {"filter": [json.loads(self.query)]}}
        return {"query": query, "size": self.size, "sort": order, "_source": ["stored"]}

    def read(self, response: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
        """Return what is kept of each."""
        return tuple(hit["_source"]["stored"] for hit in response["hits"]["hits"])


def _every(name: str) -> dict[str, Any]:
    return {"terms": {"field": name, "size": MOST_RESULTS, "order": {"_key": "asc"}}}


def _read_words(response: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(bucket["key"] for bucket in response["aggregations"]["words"]["buckets"]))
