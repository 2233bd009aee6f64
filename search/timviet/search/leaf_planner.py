"""From the leaves of a query to those of a plan: which terms of the index answer each, with which weights."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from heapq import nlargest
from typing import TypeVar

import numpy as np

from timviet.index.analysis import keyed
from timviet.index.columnfile import Column
from timviet.index.schema import SCORED_FIELDS, folded_field, is_folded_field, unfolded_field
from timviet.search.abbreviations.expansions import LongForm
from timviet.search.clauses import asked_in_title, may_be_short
from timviet.search.deadline import check_time
from timviet.search.expand import Weights, expand, has_marks, level_weights
from timviet.search.lexicon import Lexicon
from timviet.search.marks import Level
from timviet.search.nodes import AnyOf, Filter, Leaf, Node, TermGroup, TermSequence, scored_leaves
from timviet.search.query import Abbreviation, Expansion, Fuzzy, Pair, Pattern, Phrase, Word
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

OneLeaf = TypeVar("OneLeaf", bound=Leaf)


class LeafPlanner:
    """Plans what stands for itself in a query: words, patterns, fuzzy words, phrases and pairs.

    What was planned once is remembered by the lexicon.

    Args:
        lexicon: the terms of the snapshot that is to be searched.
        weights: the weight of each mark level, where a clause does not say.
    """

    def __init__(self, lexicon: Lexicon, weights: Weights) -> None:
        self._lexicon = lexicon
        self._weights = weights
        self._levels = tuple(weights.items())
        self._has_titles = lexicon.has_field("title")

    def plan(self, query: Word | Pattern | Fuzzy | Phrase) -> Node:
        """Return what finds a leaf in texts, and in titles, too; a filter, where it names a field."""
        return self._lexicon.planned((Node, self._levels, query.key), lambda: self._make(query))

    def group(self, leaf: Word | Pattern | Fuzzy) -> TermGroup:
        """Return what finds a word or a pattern in its field alone."""
        return self._lexicon.planned((TermGroup, self._levels, leaf.key), lambda: self._make_group(leaf))

    def sequence(self, phrase: Phrase) -> TermSequence:
        """Return what finds a phrase or a pair."""
        return self._lexicon.planned((TermSequence, self._levels, phrase.key), lambda: self._make_sequence(phrase))

    def short_form(self, abbreviation: str, typed: str, words: Sequence[Node]) -> TermGroup:
        """Return what finds an abbreviation, which tells as much as all the words together that it stands for."""
        leaves = [leaf for word in words for leaf in scored_leaves(word) if unfolded_field(leaf.field) == "text"]
        rarity = sum(leaf.statistics.inverse_document_frequency for leaf in leaves)
        leaf = Abbreviation("text", abbreviation, boost=ABBREVIATION_WEIGHT, stands_for=typed)
        key = (TermGroup, self._levels, leaf.key, rarity)
        return self._lexicon.planned(key, lambda: _with_rarity(self._make_group(leaf), rarity))

    def long_form(self, clause: Word, expansion: LongForm) -> TermSequence:
        """Return what finds what an abbreviation stands for, which tells no more than the abbreviation."""
        words = [Word("text", word.canonical, "strict") for word in expansion.words]
        boost = ABBREVIATION_WEIGHT * clause.boost
        own = self.sequence(Expansion("text", words, boost=boost, written=expansion.text, stands_for=clause.text))
        typed = self.group(clause).statistics.inverse_document_frequency
        rarity = min(own.statistics.inverse_document_frequency, typed)
        return _with_rarity(own, rarity)

    def _make(self, query: Word | Pattern | Fuzzy | Phrase) -> Node:
        leaf = self.sequence(query) if isinstance(query, Phrase) else self.group(query)
        if query.fieldname not in SCORED_FIELDS:
            return Filter(leaf)
        found = [leaf]
        if query.fieldname == "text" and self._has_titles:
            title = self._in_title(query, leaf)
            found += [title] if title.document_frequency else []
        if may_be_short(query) and self._is_in_capitals(query):
            found.append(self.group(replace(query, marks="strict")))
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
        own = self.sequence(asked) if isinstance(asked, Phrase) else self.group(asked)
        rarity = min(leaf.statistics.inverse_document_frequency, own.statistics.inverse_document_frequency)
        return _with_rarity(own, rarity)

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

    def _make_sequence(self, phrase: Phrase) -> TermSequence:
        groups = tuple(self.group(part) for part in phrase.parts)
        if isinstance(phrase, Pair) and Level.CONTRADICTS not in self._weights:
            groups = self._by_likely_reading(*groups)
        uncounted = TermSequence(phrase.fieldname, replace(phrase), groups[0].statistics, 0, groups)
        found = self._lexicon.sequence_frequency(uncounted)
        rarity = inverse_document_frequency(found, self._lexicon.paragraph_count)
        return _with_rarity(replace(uncounted, document_frequency=found), rarity)

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
