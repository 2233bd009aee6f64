"""The clauses of a query, before they meet an index: which are words side by side, pairs, or the same word again."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TypeGuard

from whoosh.query import Not, Query

from timviet.search.expand import has_marks
from timviet.search.query import Fuzzy, OneToken, Pair, Pattern, Phrase, Required, Word, Words, has_leaves
from timviet.search.rank import PAIR_WEIGHT


def is_marked(query: Query) -> bool:
    """Tell whether any mark was typed in a query."""
    if isinstance(query, OneToken):
        return has_marks(query)
    return any(map(is_marked, query.parts if isinstance(query, Phrase) else query.children()))


def flatten(words: Words) -> list[Query]:
    """Return clauses side by side, brackets without operators in them opened."""
    clauses: list[Query] = []
    for clause in filter(has_leaves, words):
        own = flatten(clause) if isinstance(clause, Words) else [clause]
        has_operators = any(isinstance(part, Not | Required) for part in own)
        clauses.extend(own if len(own) == 1 or not has_operators else [clause])
    return clauses


def pairs_of(clauses: Sequence[Query]) -> list[Pair]:
    """Return the pairs of neighbouring words in the text, one that comes more than once counted as often."""
    pairs: dict[object, Pair] = {}
    for one, other in pairwise(clauses):
        if isinstance(one, Word) and isinstance(other, Word) and one.fieldname == other.fieldname == "text":
            key = (one.forms, one.marks, other.forms, other.marks)
            before = pairs[key].boost if key in pairs else 0.0
            pairs[key] = Pair("text", [one, other], boost=before + PAIR_WEIGHT * min(one.boost, other.boost))
    return list(pairs.values())


def merge_repeated(clauses: Sequence[Query]) -> list[Query]:
    """Return the clauses with a word that comes more than once as one, counted as often."""
    merged: dict[object, Query] = {}
    for clause in clauses:
        key = (clause.fieldname, clause.forms, clause.marks) if isinstance(clause, Word) else id(clause)
        before = merged.get(key)
        if isinstance(before, Word) and isinstance(clause, Word):
            clause = Word(before.fieldname, before.text, before.marks, before.boost + clause.boost)
        merged[key] = clause
    return list(merged.values())


def asked_in_title(query: Word | Pattern | Fuzzy | Phrase) -> Word | Pattern | Fuzzy | Phrase:
    """Return what a leaf of the text asks for, asked of the title."""
    if isinstance(query, Phrase):
        return replace(query, fieldname="title", parts=[replace(part, fieldname="title") for part in query.parts])
    return replace(query, fieldname="title")


def is_alone(clauses: Sequence[Query]) -> bool:
    """Tell whether only one of some clauses adds to the score by what stands in the text."""
    return (
        len([own for own in clauses if not isinstance(own, Not) and getattr(own, "fieldname", "text") == "text"]) == 1
    )


def may_be_short(clause: Query) -> TypeGuard[Word]:
    """Tell whether a clause is a word of the text whose marks count as in the rest of the query."""
    return isinstance(clause, Word) and clause.fieldname == "text" and clause.marks is None
