"""From a query to a plan: each leaf becomes terms of an index with weights, and groups say what is required.

A plan is a tree of Whoosh queries whose leaves are those of `timviet.search.match`; other Whoosh queries stay as they
are.
"""

from collections.abc import Sequence
from heapq import nlargest
from typing import Literal

from whoosh.query import And, AndMaybe, AndNot, Every, Not, Or, Query, TermRange

from timviet.index.schema import folded_field, is_metadata_field, value_bounds, value_field
from timviet.index.spelling import fold
from timviet.search.expand import Weights, expand, has_marks, level_weights
from timviet.search.lexicon import Lexicon
from timviet.search.marks import Marks
from timviet.search.match import Filter, TermGroup, TermSequence
from timviet.search.query import Fuzzy, Pattern, Phrase, Range, Required, Word, Words
from timviet.search.rank import TermStatistics, inverse_document_frequency, weighted_document_frequency

# A prefix or pattern that stands for more terms than this is searched by its most frequent ones.
MAX_EXPANSIONS = 1024

_SCORED_FIELDS = ("text", "title")


def make_plan(
    query: Query,
    lexicon: Lexicon,
    marks: Marks = "auto",
    match: Literal["all", "any"] = "all",
    contradicting: bool = False,
) -> Query:
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

    def plan(self, query: Query) -> Query:
        match query:
            case Words():
                return self._words(query)
            case Required():
                return self.plan(query.child)
            case Word() | Pattern() | Fuzzy() | Phrase():
                leaf = self._sequence(query) if isinstance(query, Phrase) else self._group(query)
                return leaf if query.fieldname in _SCORED_FIELDS else Filter(leaf)
            case Range():
                return Filter(_range(query))
            case _:
                return query.apply(self.plan)

    def _words(self, words: Words) -> Query:
        clauses = _merge_repeated(_flatten(words))
        excluded = [self.plan(clause.query) for clause in clauses if isinstance(clause, Not)]
        wanted = [clause for clause in clauses if not isinstance(clause, Not)]
        required = [self.plan(clause) for clause in wanted if self._is_required(clause)]
        optional = [self.plan(clause) for clause in wanted if not self._is_required(clause)]
        found: Query
        if not optional:
            found = And(required or [Every()])
        elif all(isinstance(clause, Filter) for clause in required):
            found = And([*required, Or(optional)])
        else:
            found = AndMaybe(And(required), Or(optional))
        return AndNot(found, Or(excluded)) if excluded else found

    def _is_required(self, clause: Query) -> bool:
        """Whether results have to match a clause: by the search's `match`, by `+`, or because it names a field."""
        names_field = getattr(clause, "fieldname", "text") != "text"
        return self._all_required or names_field or isinstance(clause, Required)

    def _sequence(self, phrase: Phrase) -> TermSequence:
        groups = [self._group(part) for part in phrase.parts]
        rarity = sum(group.statistics.inverse_document_frequency for group in groups)
        return TermSequence(
            fieldname=phrase.fieldname,
            asked=phrase,
            statistics=TermStatistics(rarity, groups[0].statistics.average_length),
            document_frequency=min(group.document_frequency for group in groups),
            groups=groups,
        )

    def _group(self, leaf: Word | Pattern | Fuzzy) -> TermGroup:
        weights = self._weights if leaf.marks is None else level_weights(leaf.marks, marked=True, contradicting=False)
        field, terms = expand(leaf, self._lexicon, weights)
        frequencies = {term: self._lexicon.document_frequency(field, term) for term in terms}
        kept = nlargest(MAX_EXPANSIONS, terms, key=lambda term: frequencies[term])
        paragraphs = self._lexicon.paragraph_count
        found = weighted_document_frequency(((terms[term], frequencies[term]) for term in kept), paragraphs)
        return TermGroup(
            fieldname=field,
            asked=leaf,
            statistics=TermStatistics(
                inverse_document_frequency(found, paragraphs), self._lexicon.average_length(field)
            ),
            document_frequency=min(sum(frequencies[term] for term in kept), paragraphs),
            weights={term: terms[term] for term in kept},
        )


def _typed_leaves(query: Query) -> list[Word | Pattern | Fuzzy]:
    if isinstance(query, Word | Pattern | Fuzzy):
        return [query]
    children = query.parts if isinstance(query, Phrase) else query.children()
    return [leaf for child in children for leaf in _typed_leaves(child)]


def _flatten(words: Words) -> list[Query]:
    clauses: list[Query] = []
    for clause in words:
        clauses.extend(_flatten(clause) if isinstance(clause, Words) else [clause])
    return clauses


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
