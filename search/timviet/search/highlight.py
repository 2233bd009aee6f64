"""Find in a paragraph what made it match: spans of the text as written."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple, TypeVar

from whoosh.query import AndNot, Not, Query
from whoosh.reading import IndexReader

from timviet.index.analysis import forms, indexed_forms, typed_without_marks
from timviet.index.schema import folded_field
from timviet.index.tokens import TOKEN
from timviet.search.deadline import check_time
from timviet.search.nodes import Between, Leaf, Node, TermGroup, TermSequence, WhooshQuery, scored_leaves, wanted
from timviet.search.query import Pair

Span = tuple[int, int]
N = TypeVar("N", Between, WhooshQuery)

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
        self._plan = plan
        # The reader may be closed when the first match is asked for; all else can wait until then.
        queries = [own.query for own in _nodes(plan, WhooshQuery)]
        self._whoosh_terms = {term for query in queries for term in _terms_of(query, reader)}

    @cached_property
    def _leaves(self) -> list[Leaf]:
        leaves = scored_leaves(self._plan)
        return [leaf for leaf in leaves if leaf.field in _FIELDS and not isinstance(leaf.asked, Pair)]

    @cached_property
    def _acceptors(self) -> "_Acceptors":
        acceptors = _Acceptors()
        for group in {group for leaf in self._leaves for group in _groups(leaf)}:
            for term in group.weights:
                acceptors.add(group.field, term, group)
        for field, term in self._whoosh_terms:
            acceptors.add(field, term, None)
        acceptors.ranges += [own for own in _nodes(self._plan, Between) if own.field in _FIELDS]
        return acceptors

    def matches(self, text: str) -> list[Match]:
        """Return what the leaves match in a paragraph, in order; what several match is there for each."""
        if not self._acceptors:
            return []
        spans: dict[int, Span] = {}
        positions: dict[TermGroup | None, list[int]] = {}
        position = 0
        for token in TOKEN.finditer(text):
            accepting = self._acceptors[token.group()]
            if accepting:
                spans[position] = token.span()
                for acceptor in accepting:
                    positions.setdefault(acceptor, []).append(position)
            elif accepting is None:
                continue
            position += 1
        if any(group.bare for group in positions if group) and not typed_without_marks(indexed_forms(text)):
            for group in filter(None, positions):
                bare = {at for at in positions[group] if forms(text[slice(*spans[at])]).keyed in group.bare}
                positions[group] = [at for at in positions[group] if at not in bare]
        found = [Match(*spans[at], len(self._leaves), 1.0) for at in positions.get(None, ())]
        for number, leaf in enumerate(self._leaves):
            check_time()
            runs = _runs(leaf, [positions.get(group, []) for group in _groups(leaf)])
            rarity = leaf.statistics.inverse_document_frequency
            found += [Match(spans[run.start][0], spans[run.stop - 1][1], number, rarity) for run in runs]
        return sorted(found)


class _Acceptors(dict[str, "tuple[TermGroup | None, ...] | None"]):
    """What accepts a token, by its surface form: groups of terms, None for a range or a query of Whoosh's.

    It is an empty tuple where nothing does, and None where the token is none: it has no letter of its own.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ranges: list[Between] = []
        self._by_term: dict[str, dict[str, tuple[TermGroup | None, ...]]] = {field: {} for field in _FIELDS}

    def __bool__(self) -> bool:
        return bool(self.ranges or any(self._by_term.values()))

    def add(self, field: str, term: str, acceptor: TermGroup | None) -> None:
        by_term = self._by_term[field]
        by_term[term] = (*by_term.get(term, ()), acceptor)

    def __missing__(self, surface: str) -> "tuple[TermGroup | None, ...] | None":
        own = forms(surface)
        text, folded = self._by_term.values()
        ranges = (None,) if any(between.holds(own.folded) for between in self.ranges) else ()
        accepting = text.get(own.keyed, ()) + folded.get(own.folded, ()) + ranges if own.canonical else None
        self[surface] = accepting
        return accepting


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


def _nodes(node: Node, kind: type[N]) -> list[N]:
    """Return those nodes of a plan that are of a kind, but for what is excluded."""
    found: list[N] = []
    parts = [node]
    for part in parts:
        if isinstance(part, kind):
            found.append(part)
        else:
            parts += wanted(part)
    return found


def _terms_of(query: Query, reader: IndexReader) -> set[tuple[str, str]]:
    """Return the terms of the text that one of Whoosh's queries looks for."""
    check_time()
    if isinstance(query, Not):
        return set()
    if isinstance(query, AndNot):
        return _terms_of(query.a, reader)
    if query.is_leaf():
        terms = query.existing_terms(reader, expand=True)
        return {(field, term.decode()) for field, term in terms if field in _FIELDS}
    return set().union(*(_terms_of(part, reader) for part in query.children()))


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
