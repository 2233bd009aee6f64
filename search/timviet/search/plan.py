"""From a query to a plan: each leaf becomes terms of an index with weights, and groups say what is required."""

from collections.abc import Sequence
from dataclasses import replace
from heapq import nlargest
from itertools import pairwise
from typing import Literal

from whoosh.query import And, AndNot, Every, Not, Or, Query, TermRange

from timviet.index.schema import SCORED_FIELDS, folded_field, is_metadata_field, value_bounds, value_field
from timviet.index.spelling import fold
from timviet.search.expand import Weights, expand, has_marks, level_weights
from timviet.search.lexicon import Lexicon
from timviet.search.marks import Marks
from timviet.search.nodes import (
    All,
    AnyOf,
    Everything,
    Filter,
    Maybe,
    Node,
    TermGroup,
    TermSequence,
    WhooshQuery,
    Without,
)
from timviet.search.query import Fuzzy, Pair, Pattern, Phrase, Range, Required, Word, Words, has_leaves
from timviet.search.rank import (
    PAIR_WEIGHT,
    TermStatistics,
    inverse_document_frequency,
    weighted_document_frequency,
)

# A prefix or pattern that stands for more terms than this is searched by its most frequent ones.
MAX_EXPANSIONS = 1024


def make_plan(
    query: Query,
    lexicon: Lexicon,
    marks: Marks = "auto",
    match: Literal["all", "any"] = "all",
    contradicting: bool = False,
) -> Node:
    """Return the plan for a query.

    Args:
        query: as parsed, or any Whoosh query.
        lexicon: the terms of the snapshot that is to be searched.
        marks: how typed marks count, where a clause does not say.
        match: whether clauses side by side are all required, or any of them.
        contradicting: whether readings with other marks than typed match, too.
    """
    marked = any(has_marks(leaf) for leaf in _typed_leaves(query))
    weights = level_weights(marks, marked=marked, contradicting=contradicting)
    return _Planner(lexicon, weights, match == "all").plan(query)


class _Planner:
    def __init__(self, lexicon: Lexicon, weights: Weights, all_required: bool) -> None:
        self._lexicon = lexicon
        self._weights = weights
        self._all_required = all_required

    def plan(self, query: Query) -> Node:
        match query:
            case Words():
                return self._words(query)
            case Required():
                return self.plan(query.child)
            case Word() | Pattern() | Fuzzy() | Phrase():
                leaf = self._sequence(query) if isinstance(query, Phrase) else self._group(query)
                return leaf if query.fieldname in SCORED_FIELDS else Filter(leaf)
            case Range():
                return Filter(WhooshQuery(_range(query)))
            case Not():
                return Filter(Without(Everything(), self._excluded(query.query)))
            case AndNot():
                return Without(self.plan(query.a), self._excluded(query.b))
            case And() | Or():
                join = All if isinstance(query, And) else AnyOf
                return join([self.plan(clause) for clause in query if has_leaves(clause)], query.boost)
            case Every() if query.fieldname is None:
                return Everything()
            case _:
                return WhooshQuery(query)

    def _words(self, words: Words) -> Node:
        clauses = _flatten(words)
        pairs = [self._sequence(pair) for pair in _pairs(clauses)]
        clauses = _merge_repeated(clauses)
        excluded = [self._excluded(clause.query) for clause in clauses if isinstance(clause, Not)]
        wanted = [clause for clause in clauses if not isinstance(clause, Not)]
        required = [self.plan(clause) for clause in wanted if self._is_required(clause)]
        optional = [self.plan(clause) for clause in wanted if not self._is_required(clause)]
        found: Node
        if not optional:
            found = All(required or [Everything()])
        elif all(isinstance(clause, Filter) for clause in required):
            found = All([*required, AnyOf(optional)])
        else:
            found = Maybe(All(required), AnyOf(optional))
        if excluded:
            found = Without(found, AnyOf(excluded))
        return Maybe(found, AnyOf(pairs)) if pairs else found

    def _excluded(self, query: Query) -> Node:
        """Plan what is left out, for which all words are required in any case: `-(a b)` keeps out who has both."""
        return _Planner(self._lexicon, self._weights, all_required=True).plan(query)

    def _is_required(self, clause: Query) -> bool:
        """Whether results have to match a clause: by the search's `match`, by `+`, or because it names a field."""
        names_field = getattr(clause, "fieldname", "text") != "text"
        return self._all_required or names_field or isinstance(clause, Required)

    def _sequence(self, phrase: Phrase) -> TermSequence:
        groups = tuple(self._group(part) for part in phrase.parts)
        key = (type(phrase), groups, phrase.slop, phrase.boost)
        sequence = self._lexicon.sequences.get(key)
        if sequence is None:
            sequence = self._lexicon.sequences[key] = self._make_sequence(phrase, groups)
        return sequence

    def _make_sequence(self, phrase: Phrase, groups: tuple[TermGroup, ...]) -> TermSequence:
        uncounted = TermSequence(phrase.fieldname, replace(phrase), groups[0].statistics, 0, groups)
        found = self._lexicon.sequence_frequency(uncounted)
        rarity = inverse_document_frequency(found, self._lexicon.paragraph_count)
        statistics = replace(uncounted.statistics, inverse_document_frequency=rarity)
        return replace(uncounted, statistics=statistics, document_frequency=found)

    def _group(self, leaf: Word | Pattern | Fuzzy) -> TermGroup:
        weights = self._weights if leaf.marks is None else level_weights(leaf.marks, marked=True, contradicting=False)
        own = (type(leaf), leaf.fieldname, leaf.text, leaf.boost, getattr(leaf, "maxdist", 0))
        key = (*own, *weights.items())
        group = self._lexicon.groups.get(key)
        if group is None:
            group = self._lexicon.groups[key] = self._make_group(leaf, weights)
        return group

    def _make_group(self, leaf: Word | Pattern | Fuzzy, weights: Weights) -> TermGroup:
        field, terms, bare = expand(leaf, self._lexicon, weights)
        paragraphs = self._lexicon.paragraph_count
        most = dict.fromkeys(bare, self._lexicon.unmarked_count())
        terms = {term: weight for term, weight in terms.items() if most.get(term, paragraphs)}
        frequencies = {
            term: min(self._lexicon.document_frequency(field, term), most.get(term, paragraphs)) for term in terms
        }
        kept = nlargest(MAX_EXPANSIONS, terms, key=lambda term: (terms[term], frequencies[term]))
        found = weighted_document_frequency(((terms[term], frequencies[term]) for term in kept), paragraphs)
        rarity = inverse_document_frequency(found, paragraphs)
        return TermGroup(
            field=field,
            asked=replace(leaf),  # remembered: the one that was given may be changed
            statistics=TermStatistics(rarity, self._lexicon.average_length(field)),
            document_frequency=min(sum(frequencies[term] for term in kept), paragraphs),
            weights={term: terms[term] for term in kept},
            bare=bare,
        )


def _typed_leaves(query: Query) -> list[Word | Pattern | Fuzzy]:
    if isinstance(query, Word | Pattern | Fuzzy):
        return [query]
    children = query.parts if isinstance(query, Phrase) else query.children()
    return [leaf for child in children for leaf in _typed_leaves(child)]


def _flatten(words: Words) -> list[Query]:
    clauses: list[Query] = []
    for clause in filter(has_leaves, words):
        own = _flatten(clause) if isinstance(clause, Words) else [clause]
        has_operators = any(isinstance(part, Not | Required) for part in own)
        clauses.extend(own if len(own) == 1 or not has_operators else [clause])
    return clauses


def _pairs(clauses: Sequence[Query]) -> list[Pair]:
    """Return the pairs of neighbouring words in the text, one that comes more than once counted as often."""
    pairs: dict[object, Pair] = {}
    for one, other in pairwise(clauses):
        if isinstance(one, Word) and isinstance(other, Word) and one.fieldname == other.fieldname == "text":
            key = (one.forms, one.marks, other.forms, other.marks)
            before = pairs[key].boost if key in pairs else 0.0
            pairs[key] = Pair("text", [one, other], boost=before + PAIR_WEIGHT * min(one.boost, other.boost))
    return list(pairs.values())


def _merge_repeated(clauses: Sequence[Query]) -> list[Query]:
    """Return the clauses with a word that comes more than once as one, counted as often."""
    merged: dict[object, Query] = {}
    for clause in clauses:
        key = (clause.fieldname, clause.forms, clause.marks) if isinstance(clause, Word) else id(clause)
        before = merged.get(key)
        if isinstance(before, Word) and isinstance(clause, Word):
            clause = Word(before.fieldname, before.text, before.marks, before.boost + clause.boost)
        merged[key] = clause
    return list(merged.values())


def _range(query: Range) -> TermRange:
    if is_metadata_field(query.fieldname):
        field, ends = value_field(query.fieldname), value_bounds(query.low, query.high)
        return TermRange(field, *ends, query.without_low, query.without_high)
    low, high = (fold(end) if end else None for end in (query.low, query.high))
    return TermRange(folded_field(query.fieldname), low, high, query.without_low, query.without_high)
