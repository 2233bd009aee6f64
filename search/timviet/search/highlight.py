"""Find in a paragraph what made it match: spans of the text as written."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from whoosh.query import Query
from whoosh.reading import IndexReader

from timviet.index.analysis import AnalyzedToken, analyze, typed_without_marks
from timviet.index.schema import folded_field
from timviet.search.match import Leaf, TermGroup, TermSequence, scored_leaves, wanted
from timviet.search.query import Pair

Span = tuple[int, int]

_FIELDS = ("text", folded_field("text"))


class Match(NamedTuple):
    """A run of a paragraph's tokens that one leaf of a plan found.

    Attributes:
        start: where it starts, in code points.
        end: where it ends: the first code point that is not part of it.
        leaf: the leaf's number in the plan.
        rarity: the leaf's inverse document frequency.
    """

    start: int
    end: int
    leaf: int
    rarity: float


class Highlighter:
    """Finds in paragraphs what the leaves of a plan match in the text.

    Args:
        plan: a plan, or any Whoosh query on the fields `text` and `text.folded`.
        reader: the snapshot that is searched, where Whoosh's own prefixes and the like find their terms.
    """

    def __init__(self, plan: Query, reader: IndexReader) -> None:
        self._leaves = [
            leaf for leaf in scored_leaves(plan) if leaf.fieldname in _FIELDS and not isinstance(leaf.asked, Pair)
        ]
        self._whoosh_terms = _whoosh_terms(plan, reader)

    def matches(self, text: str) -> list[Match]:
        """Return what the leaves match in a paragraph, in order; what several match is there for each."""
        tokens = analyze(text)
        unmarked = typed_without_marks(token.forms for token in tokens)
        found = [
            match for number, leaf in enumerate(self._leaves) for match in _matches(tokens, leaf, number, unmarked)
        ]
        if self._whoosh_terms:
            found += [
                Match(token.start, token.end, len(self._leaves), 1.0)
                for token in tokens
                if not self._whoosh_terms.isdisjoint(zip(_FIELDS, (token.forms.keyed, token.forms.folded), strict=True))
            ]
        return sorted(found)


def merge_spans(text: str, matches: Iterable[Match]) -> list[Span]:
    """Return what to mark: matches, those with nothing but space between them together.

    Args:
        text: the paragraph.
        matches: what was matched in it, in order.

    Returns:
        Spans in code points, half open, in order and apart from each other.

    Example:
        >>> merge_spans("Đảng ủy, xã", [Match(0, 4, 0, 1.0), Match(5, 7, 1, 1.0), Match(9, 11, 2, 1.0)])
        [(0, 7), (9, 11)]
    """
    merged: list[Span] = []
    for start, end, *_ in matches:
        if merged and (start <= merged[-1][1] or text[merged[-1][1] : start].isspace()):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _whoosh_terms(query: Query, reader: IndexReader) -> set[tuple[str, str]]:
    """Return the terms of the text that Whoosh's own queries in a plan look for."""
    if isinstance(query, Leaf):
        return set()
    if query.is_leaf():
        terms = query.existing_terms(reader, expand=True)
        return {(field, term.decode()) for field, term in terms if field in _FIELDS}
    return set().union(*(_whoosh_terms(part, reader) for part in wanted(query)))


def _matches(tokens: Sequence[AnalyzedToken], leaf: Leaf, number: int, unmarked: bool) -> Iterator[Match]:
    rarity = leaf.statistics.inverse_document_frequency
    for run in _runs(tokens, leaf, unmarked):
        yield Match(tokens[run.start].start, tokens[run.stop - 1].end, number, rarity)


def _runs(tokens: Sequence[AnalyzedToken], leaf: Leaf, unmarked: bool) -> Iterator[range]:
    """Yield runs of token positions that a leaf matches; the words between a loose phrase's parts are left out."""
    if isinstance(leaf, TermGroup):
        yield from (range(position, position + 1) for position in _positions(tokens, leaf, unmarked))
    elif isinstance(leaf, TermSequence):
        places = [set(_positions(tokens, group, unmarked)) for group in leaf.groups]
        positions = _sequence_positions(places, leaf.asked.slop)
        for start in (position for position in positions if position - 1 not in positions):
            stop = start
            while stop in positions:
                stop += 1
            yield range(start, stop)


def _positions(tokens: Sequence[AnalyzedToken], group: TermGroup, unmarked: bool) -> list[int]:
    return [position for position, token in enumerate(tokens) if group.accepts(token.forms, unmarked)]


def _sequence_positions(places: Sequence[set[int]], slop: int) -> set[int]:
    """Return the positions that take part in a sequence: one from each of the places, steps of at most `slop`."""
    reached = [places[0]]
    for place in places[1:]:
        reached.append({position for position in place if _near(reached[-1], range(position - slop, position))})
    taking_part = [reached[-1]]
    for place in reversed(reached[:-1]):
        following = taking_part[-1]
        taking_part.append(
            {position for position in place if _near(following, range(position + 1, position + slop + 1))}
        )
    return set().union(*taking_part)


def _near(positions: set[int], steps: range) -> bool:
    return any(step in positions for step in steps)
