"""From a query to a plan: its clauses are put together by what is required, preferred and left out."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Literal

from whoosh.query import And, AndNot, Every, Not, Or, Query

from timviet.index.schema import LAST_CHARACTER, folded_field, is_metadata_field
from timviet.index.spelling import fold
from timviet.search.abbreviations.abbreviations import Stretch
from timviet.search.clauses import flatten, is_alone, is_marked, may_be_short, merge_repeated, pairs_of
from timviet.search.expand import Weights, level_weights
from timviet.search.leaf_planner import LeafPlanner
from timviet.search.lexicon import Lexicon
from timviet.search.marks import Marks
from timviet.search.nodes import All, AnyOf, Between, Everything, Filter, Highest, Maybe, Node, WhooshQuery, Without
from timviet.search.query import Fuzzy, Pattern, Phrase, Range, Required, Word, Words, has_leaves
from timviet.search.value_ranges import between_values

# An abbreviation is searched by so many of the phrases that it stands for, where texts define them as often.
MAX_EXPANSIONS_OF_ONE = 2
# In a query of so many words, those of a paragraph that holds all count twice where others are found, too: who types
# few words means all of them. In longer ones, as questions are, words that tell little would decide the order.
SHORT_QUERY = 3


def make_plan(
    query: Query,
    lexicon: Lexicon,
    marks: Marks = "auto",
    match: Literal["all", "any", "some"] = "all",
    contradicting: bool = False,
    abbreviations: bool = False,
) -> Node:
    """Return the plan for a query.

    Args:
        query: as parsed, or any Whoosh query.
        lexicon: the terms of the snapshot that is to be searched.
        marks: how typed marks count, where a clause does not say.
        match: whether "all" clauses side by side are required or "any" of them; "some" is "any", also of the words of
            phrases, but for one that is all there is in the query.
        contradicting: whether readings with other marks than typed match, too.
        abbreviations: whether abbreviations are found by what they stand for, and the other way round.
    """
    weights = level_weights(marks, marked=is_marked(query), contradicting=contradicting)
    return _Planner(lexicon, weights, match, abbreviations).plan(query)


class _Planner:
    def __init__(
        self, lexicon: Lexicon, weights: Weights, match: Literal["all", "any", "some"], abbreviations: bool = False
    ) -> None:
        self._lexicon = lexicon
        self._weights = weights
        self._leaves = LeafPlanner(lexicon, weights)
        self._match = match
        self._abbreviations = abbreviations

    def plan(self, query: Query) -> Node:
        match query:
            case Words():
                return self._words(query)
            case Required():
                return self.plan(query.child)
            case Word() | Pattern() | Fuzzy() | Phrase():
                return self._leaves.plan(query)
            case Range():
                return Filter(_range(query))
            case Not():
                return Filter(Without(Everything(), self._excluded(query.query)))
            case AndNot():
                return Without(self.plan(query.a), self._excluded(query.b))
            case And() | Or():
                join = All if isinstance(query, And) else AnyOf
                return join([self._with_expansions(clause) for clause in query if has_leaves(clause)], query.boost)
            case Every() if query.fieldname is None:
                return Everything()
            case _:
                return WhooshQuery(query)

    def _words(self, words: Words) -> Node:
        clauses = flatten(words)
        if self._match == "some" and not is_alone(clauses):
            clauses = [part for clause in clauses for part in _taken_apart(clause)]
        pairs = [self._leaves.sequence(pair) for pair in pairs_of(clauses)]
        excluded = [self._excluded(clause.query) for clause in clauses if isinstance(clause, Not)]
        wanted = [clause for clause in clauses if not isinstance(clause, Not)]
        required = self._joined([clause for clause in wanted if self._is_required(clause)], All)
        others = self._joined([clause for clause in wanted if not self._is_required(clause)], AnyOf)
        optional = [part for node in others for part in _parts_of_any(node)]
        found: Node
        if not optional:
            found = All(required or [Everything()])
        elif all(isinstance(clause, Filter) for clause in required):
            found = All([*required, AnyOf(optional)])
        else:
            found = Maybe(All(required), AnyOf(optional))
        if excluded:
            found = Without(found, AnyOf(excluded))
        more: list[Node] = [*pairs]
        if self._match == "some" and 1 < len(wanted) <= SHORT_QUERY:
            more.append(All([self.plan(clause) for clause in merge_repeated(wanted)]))
        return Maybe(found, AnyOf(more)) if more else found

    def _joined(self, clauses: Sequence[Query], join: type[All | AnyOf]) -> list[Node]:
        """Return the nodes of clauses, with what is found in place of abbreviations and of the words they stand for."""
        nodes: list[Node] = []
        taken: set[int] = set()
        for stretch in self._stretches(clauses):
            taken.update(range(stretch.start, stretch.end))
            typed = " ".join(clause.text for clause in clauses[stretch.start : stretch.end] if isinstance(clause, Word))
            words = [self.plan(clause) for clause in merge_repeated(clauses[stretch.start : stretch.end])]
            parts = [part for word in words for part in _parts_of_any(word)] if join is AnyOf else words
            nodes.append(Highest([join(parts), self._leaves.short_form(stretch.abbreviation.text, typed, words)]))
        rest = merge_repeated([clause for place, clause in enumerate(clauses) if place not in taken])
        return [*nodes, *map(self._with_expansions, rest)]

    def _stretches(self, clauses: Sequence[Query]) -> Iterator[Stretch]:
        """Yield the places of words side by side for which there is an abbreviation."""
        if self._abbreviations:
            for is_word, run in groupby(enumerate(clauses), key=lambda own: may_be_short(own[1])):
                places, words = zip(*run, strict=True)
                for own in self._lexicon.abbreviations.among([word.forms for word in words]) if is_word else ():
                    yield own._replace(start=places[0] + own.start, end=places[0] + own.end)

    def _with_expansions(self, clause: Query) -> Node:
        """Return the node of a clause, and where it is an abbreviation, of what that stands for."""
        node = self.plan(clause)
        if not self._abbreviations or not may_be_short(clause):
            return node
        expansions = self._lexicon.abbreviations.expansions(clause.forms)
        best = [own for own in expansions if own.definitions == expansions[0].definitions][:MAX_EXPANSIONS_OF_ONE]
        longer = [self._leaves.long_form(clause, own) for own in best]
        return AnyOf([*_parts_of_any(node), *longer]) if longer else node

    def _excluded(self, query: Query) -> Node:
        """Plan what is left out, for which all words are required in any case: `-(a b)` keeps out who has both."""
        return _Planner(self._lexicon, self._weights, "all").plan(query)

    def _is_required(self, clause: Query) -> bool:
        """Whether results have to match a clause: by the search's `match`, by `+`, or because it names a field."""
        names_field = getattr(clause, "fieldname", "text") != "text"
        return self._match == "all" or names_field or isinstance(clause, Required)


def _range(query: Range) -> Node:
    if is_metadata_field(query.fieldname):
        return between_values(query.fieldname, query.low, query.high, query.without_low, query.without_high)
    ends = fold(query.low or ""), fold(query.high or LAST_CHARACTER)
    return Between(folded_field(query.fieldname), *ends, query.without_low, query.without_high)


def _taken_apart(clause: Query) -> list[Query]:
    """Return the words of a phrase of the text, and any other clause as it is."""
    if not isinstance(clause, Phrase) or clause.fieldname != "text":
        return [clause]
    return [replace(part, boost=part.boost * clause.boost) for part in clause.parts]


def _parts_of_any(node: Node) -> Sequence[Node]:
    """Return the clauses of which any will do, one by one: their scores are added in either case."""
    if not isinstance(node, AnyOf) or node.boost != 1:
        return [node]
    return [part for clause in node.clauses for part in _parts_of_any(clause)]
