"""From a plan to a query of the cluster: it finds the same paragraphs, and scores each at least as high.

A leaf's score is BM25's saturation times a weight (see `timviet.search.rank`). The cluster's own BM25 is given the same
constants, so that with the weight for a boost, its inverse document frequency taken out, it tells the same for a word
of one reading, and for several that count in full, which it takes for synonyms. Of readings that count less it adds up
what those of each weight would score: the saturation of a sum is never above the sum of the saturations. Phrases of
more than two words count as if paragraphs said nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import product
from math import ceil, log

import numpy as np
from whoosh.query import NullQuery

from timviet.index.analysis import KEY_SEPARATOR
from timviet.index.errors import UnsupportedQueryError
from timviet.index.opensearch.bodies import Body, every_paragraph_with, with_score
from timviet.index.opensearch.layout import ANY_OF, TERM_SEPARATOR
from timviet.index.schema import BM25_B, BM25_K1, SCORED_FIELDS, UNMARKED, UNMARKED_FIELD, unfolded_field
from timviet.search.nodes import (
    All,
    AnyOf,
    Between,
    Everything,
    Filter,
    Highest,
    Leaf,
    Maybe,
    Node,
    TermGroup,
    TermSequence,
    WhooshQuery,
    Without,
)
from timviet.search.opensearch.fields import pair_term, pairs_field, place_of
from timviet.search.opensearch.questions import Words
from timviet.search.opensearch.statistics import Statistics
from timviet.search.query import Fuzzy

# By how much a bound may be too low, for scores are sums of whole levels; and of a pair, whose lengths are one less.
MARGIN = 1.01
_PAIR_MARGIN = 1.05
# A cluster takes so many in a query, unless its settings say otherwise.
_MOST_CLAUSES = 1_024
# Terms are taken for synonyms whose occurrences count the same, up to this part of one; and so many at most.
_SHARES = 16
_MOST_SYNONYMS = 1_000
_UNMARKED = {"term": {UNMARKED_FIELD: UNMARKED}}
_NOTHING: Body = {"match_none": {}}
_EVERYTHING = every_paragraph_with()
_COUNTED = np.arange(1, 64)
_SHORTEST = BM25_K1 * (1 - BM25_B)


class Translation:
    """Translates plans.

    Args:
        statistics: what the cluster counts.
        is_coarse: whether all terms of a leaf are to be one clause, which scores a paragraph that has any of them what
            one scores at most that has nothing else.
    """

    def __init__(self, statistics: Statistics, is_coarse: bool = False) -> None:
        self._statistics = statistics
        self._is_coarse = is_coarse

    def unscored(self, node: Node) -> Body:
        """Return a query that finds what a node finds."""
        return self._bounded(node, 0.0)

    def bounded(self, node: Node) -> Body:
        """Return a query that finds what a node finds, and scores it at least as high, but for `MARGIN`.

        Raises:
            UnsupportedQueryError: it is one of Whoosh's own queries.
        """
        body = self._bounded(node, 1.0)
        if clause_count(body) > _MOST_CLAUSES:
            return Translation(self._statistics, is_coarse=True)._bounded(node, 1.0)
        return body

    def _bounded(self, node: Node, boost: float) -> Body:
        match node:
            case TermGroup():
                return self._group(node, boost)
            case TermSequence():
                return self._sequence(node, boost)
            case All():
                return _all([self._bounded(own, boost * node.boost) for own in node.clauses])
            case AnyOf():
                return _any([self._bounded(own, boost * node.boost) for own in node.clauses])
            case Highest():
                return {"dis_max": {"queries": [self._bounded(own, boost) for own in node.clauses]}}
            case Maybe():
                wanted, optional = self._bounded(node.wanted, boost), self._bounded(node.optional, boost)
                return {"bool": {"must": [wanted], "should": [optional]}} if boost else wanted
            case Without():
                excluded = self.unscored(node.excluded)
                return {"bool": {"must": [self._bounded(node.wanted, boost)], "must_not": [excluded]}}
            case Filter():
                return _filter(self.unscored(node.clause))
            case Between():
                return _filter(_between(node))
            case Everything():
                return _EVERYTHING
            case WhooshQuery() if node.query is NullQuery:
                return _NOTHING
            case WhooshQuery():
                raise UnsupportedQueryError(node.query)

    def _group(self, group: TermGroup, boost: float) -> Body:
        place = place_of(group.field)
        weight = boost * _weight(group)
        found = {
            term: (place.term(term), share)
            for term, share in group.weights.items()
            if self._statistics.frequency(place.field, place.term(term)).documents
        }
        if isinstance(group.asked, Fuzzy):  # the saturation of the sum of all occurrences is the nearer bound
            found = {term: (own, 1.0) for term, (own, _) in found.items()}
        bare = [own for term, own in found.items() if term in group.bare]
        others = [own for term, own in found.items() if term not in group.bare]
        clauses = self._terms(place.field, others, weight)
        if bare:
            own = _any(self._terms(place.field, bare, weight))
            clauses.append({"bool": {"must": [own], "filter": [_UNMARKED]}})
        return _any(clauses)

    def _terms(self, field: str, terms: Sequence[tuple[str, float]], weight: float) -> list[Body]:
        """Return what finds any of some terms of the cluster, each with how much an occurrence of it counts."""
        if not terms:
            return []
        if not weight or self._is_coarse:
            return [_constant({"terms": {field: [term for term, _ in terms]}}, weight)]
        of_shares: dict[float, list[str]] = {}
        for term, share in terms:
            of_shares.setdefault(ceil(share * _SHARES) / _SHARES, []).append(term)
        return [
            self._synonyms(field, own[first : first + _MOST_SYNONYMS], weight * _most_saturated(share))
            for share, own in of_shares.items()
            for first in range(0, len(own), _MOST_SYNONYMS)
        ]

    def _synonyms(self, field: str, terms: Sequence[str], weight: float) -> Body:
        """Return what finds any of some terms and scores them as one, which is as rare as the commonest."""
        boost = weight / min(self._rarity(field, term) for term in terms)
        if len(terms) == 1:
            return {"term": {field: {"value": terms[0], "boost": boost}}}
        return {"match": {field: {"query": TERM_SEPARATOR.join(terms), "analyzer": ANY_OF, "boost": boost}}}

    def _rarity(self, field: str, term: str) -> float:
        """Return the inverse document frequency by which the cluster multiplies the score of a term."""
        count = self._statistics.length(unfolded_field(field).partition(".")[0]).documents
        found = self._statistics.frequency(field, term).documents
        return log(1 + (max(count - found, 0) + 0.5) / (found + 0.5))

    def _sequence(self, sequence: TermSequence, boost: float) -> Body:
        weight = boost * _weight(sequence)
        fields = {group.field for group in sequence.groups}
        field = fields.pop() if len(fields) == 1 else unfolded_field(sequence.field)
        groups = [group if group.field == field else self._unfolded(group) for group in sequence.groups]
        slop = sequence.asked.slop
        if not any(group.bare for group in groups):
            return self._in_a_row(field, [group.weights for group in groups], slop, weight)
        marked = [{term: own for term, own in group.weights.items() if term not in group.bare} for group in groups]
        every = self._in_a_row(field, [group.weights for group in groups], slop, weight)
        unmarked: Body = {"bool": {"must": [every], "filter": [_UNMARKED]}}
        return {"dis_max": {"queries": [unmarked, self._in_a_row(field, marked, slop, weight)]}}

    def _unfolded(self, group: TermGroup) -> TermGroup:
        """Return a group with the readings of its folded terms."""
        readings = {
            term: weight
            for folded, weight in group.weights.items()
            for term in (folded, *self._statistics.answer(Words(f"{folded}{KEY_SEPARATOR}", is_folded=False)))
        }
        return replace(group, field=unfolded_field(group.field), weights=readings)

    def _in_a_row(self, field: str, terms: Sequence[Mapping[str, float]], slop: int, weight: float) -> Body:
        """Return what finds terms one after the other, at each place any of several with how much it counts."""
        if not all(terms):
            return _NOTHING
        if len(terms) == 2 and slop == 1 and field in SCORED_FIELDS:
            return self._pair(field, terms[0], terms[1], weight)
        place = place_of(field)
        own = [[*map(place.term, each)] for each in terms]
        if slop == 1 and all(len(each) == 1 for each in own):
            return _constant({"match_phrase": {place.field: TERM_SEPARATOR.join(term for (term,) in own)}}, weight)
        found, *others = [_either(place.field, each) for each in own]
        for each in others:
            found = {"span_near": {"clauses": [found, each], "slop": slop - 1, "in_order": True}}
        return _constant(found, weight)

    def _pair(self, field: str, befores: Mapping[str, float], afters: Mapping[str, float], weight: float) -> Body:
        """Return what finds two terms next to each other, by the field that has them as one."""
        every = ((pair_term(*own), befores[own[0]] * afters[own[1]]) for own in product(befores, afters))
        found = [own for own in every if self._statistics.frequency(pairs_field(field), own[0]).documents]
        return _any(self._terms(pairs_field(field), found, _PAIR_MARGIN * weight))


def clause_count(body: object) -> int:
    """Return how many clauses a query of the cluster has, as that counts them: each term that is scored is one."""
    match body:
        case {"term": _} | {"terms": _} | {"span_term": _} | {"range": _} | {"match_none": _}:
            return 1
        case {"match": own} | {"match_phrase": own}:
            return sum(_query_text(asked).count(TERM_SEPARATOR) + 1 for asked in own.values())
        case dict():
            return sum(map(clause_count, body.values()))
        case list():
            return sum(map(clause_count, body))
    return 0


def _query_text(asked: str | Body) -> str:
    return asked if isinstance(asked, str) else str(asked["query"])


def _weight(leaf: Leaf) -> float:
    """Return what a leaf scores where it says nothing else."""
    statistics = leaf.statistics
    return leaf.asked.boost * statistics.inverse_document_frequency * (statistics.bm25.k1 + 1)


@lru_cache(maxsize=1 << 12)
def _most_saturated(share: float) -> float:
    """Return how much of its own saturation a term scores at most where its occurrences count so much."""
    if share == 1:
        return 1.0
    counted = 1 - (1 - share) ** _COUNTED
    return float((counted * (_COUNTED + _SHORTEST) / (_COUNTED * (counted + _SHORTEST))).max())


def _constant(query: Body, weight: float) -> Body:
    return with_score(query, weight) if weight else query


def _all(clauses: Sequence[Body]) -> Body:
    return clauses[0] if len(clauses) == 1 else {"bool": {"must": list(clauses)}} if clauses else _NOTHING


def _any(clauses: Sequence[Body]) -> Body:
    return clauses[0] if len(clauses) == 1 else {"bool": {"should": list(clauses)}} if clauses else _NOTHING


def _filter(query: Body) -> Body:
    return {"bool": {"filter": [query]}}


def _either(field: str, terms: Iterable[str]) -> Body:
    """Return the spans of any of several terms."""
    clauses = [{"span_term": {field: term}} for term in terms]
    return clauses[0] if len(clauses) == 1 else {"span_or": {"clauses": clauses}}


def _between(node: Between) -> Body:
    place = place_of(node.field)
    ends = {
        "gt" if node.without_first else "gte": place.term(node.first),
        "lt" if node.without_last else "lte": place.term(node.last),
    }
    return {"range": {place.field: ends}}
