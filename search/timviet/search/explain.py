"""Why a paragraph ranks where it does: its score, taken apart into parts that add up to it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from timviet.index.analysis import analyze, forms_of_term, keyed
from timviet.index.schema import is_folded_field, unfolded_field
from timviet.index.snapshot import SegmentView
from timviet.search.expand import reading_level
from timviet.search.lexicon import Lexicon
from timviet.search.match import SegmentMatcher
from timviet.search.nodes import All, AnyOf, Filter, Highest, Leaf, Node, TermGroup, wanted
from timviet.search.results import Relaxation


@dataclass(frozen=True, slots=True)
class Reading:
    """How one term of the index took part.

    Attributes:
        term: the term's canonical form.
        surfaces: how the paragraph, or its title, writes it: each way once, in the order of the text.
        level: the name of its mark level, as "same" or "completes".
        weight: how much an occurrence counts.
        frequency: how often it occurs in the paragraph.
    """

    term: str
    surfaces: tuple[str, ...]
    level: str
    weight: float
    frequency: int


@dataclass(frozen=True, slots=True)
class Part:
    """What one word, phrase or pattern of the query adds to the score.

    Attributes:
        kind: "word", "phrase", "pattern", "fuzzy", "pair" for two neighbouring words, "abbreviation" for one of words
            that were typed, or "expansion" for what a typed abbreviation stands for.
        label: what was typed, or what stands in its place.
        field: the indexed field it was looked for in.
        score: what it adds: boost × inverse document frequency × saturation, which has 255 levels.
        boost: as typed, or how often it was typed; twice that where the words of a short query count twice.
        inverse_document_frequency: how much it tells paragraphs apart.
        frequency: how much its occurrences count, by their weights w; those below 1 count 1 - Π (1 - w).
        length: the paragraph's length in tokens.
        readings: the terms that were found; none for a phrase.
    """

    kind: str
    label: str
    field: str
    score: float
    boost: float
    inverse_document_frequency: float
    frequency: float
    length: int
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a paragraph ranks where it does.

    Attributes:
        document_id: the id of its document.
        paragraph: its number in the document, from 0.
        rank: its place among what was found, from 1.
        total: how many paragraphs were found.
        score: its score.
        parts: what the words, phrases and patterns of the query add to it.
        remainder: what Whoosh's own queries add to it, if the query has any.
        relaxed: what had to be loosened, as of the search: another query may have been answered.
    """

    document_id: str
    paragraph: int
    rank: int
    total: int
    score: float
    parts: tuple[Part, ...]
    remainder: float
    relaxed: tuple[Relaxation, ...] = ()


def explain_parts(
    plan: Node, segment: SegmentView, matcher: SegmentMatcher, lexicon: Lexicon, number: int
) -> tuple[Part, ...]:
    """Return what each leaf of a plan adds to the score of a paragraph.

    Args:
        plan: what was searched for.
        segment: the paragraph's segment.
        matcher: the matcher of the segment.
        lexicon: the terms of the snapshot.
        number: the paragraph's number in the segment.
    """
    return _Explainer(segment, matcher, lexicon, number).parts(plan)


class _Explainer:
    def __init__(self, segment: SegmentView, matcher: SegmentMatcher, lexicon: Lexicon, number: int) -> None:
        self._matcher = matcher
        self._lexicon = lexicon
        self._number = number
        self._only = np.array([number])
        self._stored = segment.stored(number)

    def parts(self, plan: Node) -> tuple[Part, ...]:
        """Return what the leaves of a plan add to the paragraph's score."""
        times: dict[Leaf, float] = {}
        for leaf, boost in self._found(plan, 1.0):
            times[leaf] = times.get(leaf, 0.0) + boost
        return tuple(self._part(leaf, boost) for leaf, boost in times.items())

    def _found(self, node: Node, boost: float) -> Iterator[tuple[Leaf, float]]:
        """Yield the leaves below a node that add to the paragraph's score, each with the boosts above it."""
        if not len(self._matcher.among(node, self._only).places) or isinstance(node, Filter):
            return
        if isinstance(node, Leaf):
            yield node, boost
        if isinstance(node, All | AnyOf):
            boost *= node.boost
        parts = [max(node.clauses, key=self._score)] if isinstance(node, Highest) else wanted(node)
        for part in parts:
            yield from self._found(part, boost)

    def _score(self, node: Node) -> float:
        """Return what a node adds to the paragraph's score; 0 where it does not find it."""
        return float(self._matcher.among(node, self._only).scores.sum())

    def _part(self, leaf: Leaf, times: float) -> Part:
        documents, frequencies = self._matcher.groups.frequencies(leaf)
        place = int(np.searchsorted(documents, self._number))
        return Part(
            kind=type(leaf.asked).__name__.lower(),
            label=leaf.asked.text,
            field=leaf.field,
            score=times * float(self._matcher.among(leaf, self._only).scores[0]),
            boost=times * leaf.asked.boost,
            inverse_document_frequency=leaf.statistics.inverse_document_frequency,
            frequency=float(frequencies[place]),
            length=int(self._matcher.groups.lengths(leaf, documents[place])),
            readings=tuple(self._readings(leaf)) if isinstance(leaf, TermGroup) else (),
        )

    def _readings(self, group: TermGroup) -> Iterator[Reading]:
        """Yield the canonical forms by which a group was found; folded terms are told by what they stand for."""
        field = unfolded_field(group.field)
        for term, weight in group.weights.items():
            own, folded = forms_of_term(term.encode())
            known = self._lexicon.readings(field, folded) if is_folded_field(group.field) else [own]
            for reading in known:
                counts = term not in group.bare or self._matcher.groups.is_unmarked(self._number)
                frequency = self._matcher.groups.frequency(field, keyed(folded, reading), self._number) if counts else 0
                if frequency:
                    level = reading_level(group.asked, folded, reading).name.lower()
                    yield Reading(reading, self._surfaces(field, reading), level, weight, frequency)

    def _surfaces(self, field: str, canonical: str) -> tuple[str, ...]:
        tokens = analyze(self._stored[field])
        return tuple(dict.fromkeys(token.surface for token in tokens if token.forms.canonical == canonical))
