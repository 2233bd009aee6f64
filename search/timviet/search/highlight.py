"""Find in a paragraph what made it match: spans of the text as written."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from whoosh.query import AndNot, Not, Query
from whoosh.reading import IndexReader

from timviet.index.analysis import AnalyzedToken, analyze, typed_without_marks
from timviet.index.schema import folded_field
from timviet.search.nodes import Leaf, Node, TermGroup, TermSequence, WhooshQuery, scored_leaves, wanted
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
        plan: a plan.
        reader: the snapshot that is searched, where Whoosh's own prefixes and the like find their terms.
    """

    def __init__(self, plan: Node, reader: IndexReader) -> None:
        self._leaves = [
            leaf for leaf in scored_leaves(plan) if leaf.field in _FIELDS and not isinstance(leaf.asked, Pair)
        ]
        self._whoosh_terms = _whoosh_terms(plan, reader)
        self._answered: dict[str, list[TermGroup]] = {}
        for group in {group for leaf in self._leaves for group in _groups(leaf)}:
            for term in group.weights:
                self._answered.setdefault(_key(group.field, term), []).append(group)

    def matches(self, text: str) -> list[Match]:
        """Return what the leaves match in a paragraph, in order; what several match is there for each."""
        tokens = analyze(text)
        positions = self._positions(tokens)
        found = [
            Match(tokens[run.start].start, tokens[run.stop - 1].end, number, leaf.statistics.inverse_document_frequency)
            for number, leaf in enumerate(self._leaves)
            for run in _runs(leaf, [positions.get(group, []) for group in _groups(leaf)])
        ]
        if self._whoosh_terms:
            found += [
                Match(token.start, token.end, len(self._leaves), 1.0)
                for token in tokens
                if not self._whoosh_terms.isdisjoint(zip(_FIELDS, (token.forms.keyed, token.forms.folded), strict=True))
            ]
        return sorted(found)

    def _positions(self, tokens: Sequence[AnalyzedToken]) -> dict[TermGroup, list[int]]:
        """Return the positions of the tokens that each group accepts."""
        unmarked = typed_without_marks(token.forms for token in tokens)
        positions: dict[TermGroup, list[int]] = {}
        for position, token in enumerate(tokens):
            for field, term in zip(_FIELDS, (token.forms.keyed, token.forms.folded), strict=True):
                for group in self._answered.get(_key(field, term), ()):
                    if unmarked or term not in group.bare:
                        positions.setdefault(group, []).append(position)
        return positions


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


def _whoosh_terms(node: Node, reader: IndexReader) -> set[tuple[str, str]]:
    """Return the terms of the text that Whoosh's own queries in a plan look for."""
    if isinstance(node, WhooshQuery):
        return _terms_of(node.query, reader)
    return set().union(*(_whoosh_terms(part, reader) for part in wanted(node)))


def _terms_of(query: Query, reader: IndexReader) -> set[tuple[str, str]]:
    if isinstance(query, Not):
        return set()
    if isinstance(query, AndNot):
        return _terms_of(query.a, reader)
    if query.is_leaf():
        terms = query.existing_terms(reader, expand=True)
        return {(field, term.decode()) for field, term in terms if field in _FIELDS}
    return set().union(*(_terms_of(part, reader) for part in query.children()))


def _key(field: str, term: str) -> str:
    return f"{field}:{term}"


def _groups(leaf: Leaf) -> Sequence[TermGroup]:
    return leaf.groups if isinstance(leaf, TermSequence) else [leaf]


def _runs(leaf: Leaf, positions: Sequence[list[int]]) -> Iterator[range]:
    """Yield runs of token positions that a leaf matches; the words between a loose phrase's parts are left out.

    Args:
        leaf: the leaf.
        positions: those of the tokens that each of its groups accepts.
    """
    if isinstance(leaf, TermGroup):
        yield from (range(position, position + 1) for position in positions[0])
    else:
        taking_part = _sequence_positions([set(own) for own in positions], leaf.asked.slop)
        for start in (position for position in taking_part if position - 1 not in taking_part):
            stop = start
            while stop in taking_part:
                stop += 1
            yield range(start, stop)


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
