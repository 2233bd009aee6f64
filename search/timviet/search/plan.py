"""From a query to a plan: each leaf becomes terms of an index with weights, and groups say what is required."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from heapq import nlargest
from itertools import groupby
from typing import Literal, TypeVar

import numpy as np
from whoosh.query import And, AndNot, Every, Not, Or, Query

from timviet.index.analysis import keyed
from timviet.index.columnfile import Column
from timviet.index.schema import (
    LAST_CHARACTER,
    SCORED_FIELDS,
    folded_field,
    is_folded_field,
    is_metadata_field,
    unfolded_field,
    value_bounds,
    value_field,
)
from timviet.index.spelling import fold
from timviet.search.abbreviations.abbreviations import Stretch
from timviet.search.abbreviations.expansions import LongForm
from timviet.search.clauses import (
    asked_in_title,
    flatten,
    is_alone,
    is_marked,
    may_be_short,
    merge_repeated,
    pairs_of,
)
from timviet.search.deadline import check_time
from timviet.search.expand import Weights, expand, has_marks, level_weights
from timviet.search.lexicon import Lexicon
from timviet.search.marks import Level, Marks
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
    scored_leaves,
)
from timviet.search.query import (
    Abbreviation,
    Expansion,
    Fuzzy,
    Pair,
    Pattern,
    Phrase,
    Range,
    Required,
    Word,
    Words,
    has_leaves,
)
from timviet.search.rank import (
    ABBREVIATION_WEIGHT,
    OTHER_READING_WEIGHT,
    READING_EXPONENT,
    UNLIKELY_READING_WEIGHT,
    TermStatistics,
    inverse_document_frequency,
    rounded_length,
    weighted_document_frequency,
)

# An abbreviation is searched by so many of the phrases that it stands for, where texts define them as often.
MAX_EXPANSIONS_OF_ONE = 2
# In a query of so many words, those of a paragraph that holds all count twice where others are found, too: who types
# few words means all of them. In longer ones, as questions are, words that tell little would decide the order.
SHORT_QUERY = 3

OneLeaf = TypeVar("OneLeaf", bound=Leaf)


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
        self._levels = tuple(weights.items())
        self._match = match
        self._abbreviations = abbreviations
        self._has_titles = lexicon.has_field("title")

    def plan(self, query: Query) -> Node:
        match query:
            case Words():
                return self._words(query)
            case Required():
                return self.plan(query.child)
            case Word() | Pattern() | Fuzzy() | Phrase():
                return self._leaf(query)
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

    def _leaf(self, query: Word | Pattern | Fuzzy | Phrase) -> Node:
        return self._lexicon.planned((Node, self._levels, query.key), lambda: self._make_leaf(query))

    def _make_leaf(self, query: Word | Pattern | Fuzzy | Phrase) -> Node:
        leaf = self._sequence(query) if isinstance(query, Phrase) else self._group(query)
        if query.fieldname not in SCORED_FIELDS:
            return Filter(leaf)
        found = [leaf]
        if query.fieldname == "text" and self._has_titles:
            title = self._in_title(query, leaf)
            found += [title] if title.document_frequency else []
        if may_be_short(query) and self._is_in_capitals(query):
            found.append(self._group(replace(query, marks="strict")))
        return AnyOf(found) if len(found) > 1 else leaf

    def _is_in_capitals(self, word: Word) -> bool:
        """Tell whether a word that may be read with marks was typed in capitals, and texts write it so: `VAT`."""
        is_read_with_marks = self._weights.get(Level.COMPLETES) == 1 and Level.CONTRADICTS not in self._weights
        if not is_read_with_marks or not word.text.isupper() or len(word.text) == 1 or has_marks(word):
            return False
        own = self._lexicon.document_frequency("text", word.forms.keyed)
        every = self._lexicon.document_frequency(folded_field("text"), word.forms.folded)
        return 0 < own < every and self._lexicon.surfaces.are_capitals(word.forms.keyed)

    def _in_title(self, query: Word | Pattern | Fuzzy | Phrase, leaf: Leaf) -> Leaf:
        """Return what finds in titles what a leaf finds in the text, and is no rarer for that titles are few."""
        asked = asked_in_title(query)
        own = self._sequence(asked) if isinstance(asked, Phrase) else self._group(asked)
        rarity = min(leaf.statistics.inverse_document_frequency, own.statistics.inverse_document_frequency)
        return _with_rarity(own, rarity)

    def _words(self, words: Words) -> Node:
        clauses = flatten(words)
        if self._match == "some" and not is_alone(clauses):
            clauses = [part for clause in clauses for part in _taken_apart(clause)]
        pairs = [self._sequence(pair) for pair in pairs_of(clauses)]
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
            nodes.append(Highest([join(parts), self._short_form(stretch.abbreviation.text, typed, words)]))
        rest = merge_repeated([clause for place, clause in enumerate(clauses) if place not in taken])
        return [*nodes, *map(self._with_expansions, rest)]

    def _short_form(self, abbreviation: str, typed: str, words: Sequence[Node]) -> TermGroup:
        """Return what finds an abbreviation, which tells as much as all the words together that it stands for."""
        leaves = [leaf for word in words for leaf in scored_leaves(word) if unfolded_field(leaf.field) == "text"]
        rarity = sum(leaf.statistics.inverse_document_frequency for leaf in leaves)
        leaf = Abbreviation("text", abbreviation, boost=ABBREVIATION_WEIGHT, stands_for=typed)
        key = (TermGroup, self._levels, leaf.key, rarity)
        return self._lexicon.planned(key, lambda: _with_rarity(self._make_group(leaf), rarity))

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
        longer = [self._long_form(clause, own) for own in best]
        return AnyOf([*_parts_of_any(node), *longer]) if longer else node

    def _long_form(self, clause: Word, expansion: LongForm) -> TermSequence:
        """Return what finds what an abbreviation stands for, which tells no more than the abbreviation."""
        words = [Word("text", word.canonical, "strict") for word in expansion.words]
        boost = ABBREVIATION_WEIGHT * clause.boost
        own = self._sequence(
            Expansion("text", words, boost=boost, written=expansion.text, stands_for=clause.text),
        )
        typed = self._group(clause).statistics.inverse_document_frequency
        rarity = min(own.statistics.inverse_document_frequency, typed)
        return _with_rarity(own, rarity)

    def _excluded(self, query: Query) -> Node:
        """Plan what is left out, for which all words are required in any case: `-(a b)` keeps out who has both."""
        return _Planner(self._lexicon, self._weights, "all").plan(query)

    def _is_required(self, clause: Query) -> bool:
        """Whether results have to match a clause: by the search's `match`, by `+`, or because it names a field."""
        names_field = getattr(clause, "fieldname", "text") != "text"
        return self._match == "all" or names_field or isinstance(clause, Required)

    def _sequence(self, phrase: Phrase) -> TermSequence:
        return self._lexicon.planned((TermSequence, self._levels, phrase.key), lambda: self._make_sequence(phrase))

    def _by_likely_reading(self, one: TermGroup, other: TermGroup) -> tuple[TermGroup, TermGroup]:
        """Return the groups of a pair, their readings weighted by how often the index has them next to each other."""
        firsts, seconds = self._readings(one), self._readings(other)
        counts = self._lexicon.ngrams.pairs("text", list(firsts), list(seconds))
        likelihoods = counts * np.outer(list(firsts.values()), list(seconds.values()))
        if not likelihoods.any():
            return one, other
        shares = likelihoods / likelihoods.max()
        return _by_likelihood(one, firsts, shares.max(1)), _by_likelihood(other, seconds, shares.max(0))

    def _readings(self, group: TermGroup) -> dict[str, float]:
        """Return the keyed terms of a group, each with its weight."""
        if not is_folded_field(group.field):
            return dict(group.weights)
        return {
            keyed(folded, reading): weight
            for folded, weight in group.weights.items()
            for reading in self._lexicon.readings("text", folded)
        }

    def _make_sequence(self, phrase: Phrase) -> TermSequence:
        groups = tuple(self._group(part) for part in phrase.parts)
        if isinstance(phrase, Pair) and Level.CONTRADICTS not in self._weights:
            groups = self._by_likely_reading(*groups)
        uncounted = TermSequence(phrase.fieldname, replace(phrase), groups[0].statistics, 0, groups)
        found = self._lexicon.sequence_frequency(uncounted)
        rarity = inverse_document_frequency(found, self._lexicon.paragraph_count)
        return _with_rarity(replace(uncounted, document_frequency=found), rarity)

    def _group(self, leaf: Word | Pattern | Fuzzy) -> TermGroup:
        return self._lexicon.planned((TermGroup, self._levels, leaf.key), lambda: self._make_group(leaf))

    def _make_group(self, leaf: Word | Pattern | Fuzzy) -> TermGroup:
        weights = self._weights if leaf.marks is None else level_weights(leaf.marks, marked=True, contradicting=False)
        field, terms, bare = expand(leaf, self._lexicon, weights)
        paragraphs = self._lexicon.paragraph_count
        caps = dict.fromkeys(bare, self._lexicon.unmarked_count())
        terms = {term: weight for term, weight in terms.items() if caps.get(term, paragraphs)}
        frequencies = {term: self._frequency(field, term, caps.get(term, paragraphs)) for term in terms}
        most = len(terms) if isinstance(leaf, Word) else self._lexicon.max_expansions
        kept = nlargest(most, terms, key=lambda term: (terms[term], frequencies[term]))
        found = weighted_document_frequency(((terms[term], frequencies[term]) for term in kept), paragraphs)
        if isinstance(leaf, Word) and len(weights) > 1:
            alike = self._lexicon.document_frequency(folded_field(leaf.fieldname), leaf.forms.folded)
            found += OTHER_READING_WEIGHT * max(0, alike - sum(frequencies.values()))
        rarity = inverse_document_frequency(found, paragraphs)
        return TermGroup(
            field=field,
            asked=replace(leaf),  # remembered: the one that was given may be changed
            statistics=TermStatistics(rarity, rounded_length(self._lexicon.average_length(field))),
            document_frequency=min(sum(frequencies[term] for term in kept), paragraphs),
            weights={term: terms[term] for term in kept},
            bare=bare,
            left_out=len(terms) - len(kept),
        )

    def _frequency(self, field: str, term: str, cap: int) -> int:
        check_time()
        return min(self._lexicon.document_frequency(field, term), cap)


def _with_rarity(leaf: OneLeaf, rarity: float) -> OneLeaf:
    """Return a leaf that tells as much as one of a given inverse document frequency."""
    return replace(leaf, statistics=replace(leaf.statistics, inverse_document_frequency=rarity))


def _by_likelihood(group: TermGroup, readings: Mapping[str, float], shares: Column) -> TermGroup:
    """Return a group with its readings weighted by how frequent each is, the commonest one counting in full.

    Args:
        group: the group.
        readings: its keyed terms with their weights by mark level.
        shares: each one's frequency, divided by that of the commonest.
    """
    lowest = dict.fromkeys(readings, UNLIKELY_READING_WEIGHT) if is_folded_field(group.field) else readings
    likely = (max(lowest[term], share**READING_EXPONENT) for term, share in zip(readings, shares.tolist(), strict=True))
    return replace(group, field=unfolded_field(group.field), weights=dict(zip(readings, likely, strict=True)))


def _range(query: Range) -> Between:
    if is_metadata_field(query.fieldname):
        field, ends = value_field(query.fieldname), value_bounds(query.low, query.high)
    else:
        field, ends = folded_field(query.fieldname), (fold(query.low or ""), fold(query.high or LAST_CHARACTER))
    return Between(field, *ends, query.without_low, query.without_high)


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
