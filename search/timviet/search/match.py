"""Find the nodes of a plan in one segment: in which paragraphs, and with which scores.

A plan is found exactly by `SegmentMatcher.matches`, clause by clause among the paragraphs that are left. Where any of
several words will do, and they find a good part of all paragraphs, `SegmentMatcher.bounds` adds up scores rounded to
small whole numbers for all of them at once: enough to tell which few can be among the best.
"""

from collections.abc import Sequence
from functools import reduce
from math import ceil, isfinite, prod
from typing import TypeGuard, cast

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from timviet.index.columnfile import Column
from timviet.index.snapshot import SegmentView
from timviet.index.terms import FieldTerms, Terms
from timviet.search.deadline import check_time
from timviet.search.groups import GroupReader
from timviet.search.leaf_postings import DENSE_SHARE, common
from timviet.search.matches import Among, Bounds, Matches
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
)
from timviet.search.rank import HIGHEST_LEVEL
from timviet.search.whoosh_matching import find_by_whoosh

# A range takes a byte for each paragraph.
_REMEMBERED_RANGES = 64
# Of a range, the paragraphs of so many terms are read at once.
_READ_AT_ONCE = 1 << 8
_MOST_UNITS = np.iinfo(np.uint16).max


class SegmentMatcher:
    """Finds what the nodes of a plan ask for in one segment.

    Args:
        segment: the segment.

    Attributes:
        first: the number of the segment's first paragraph in the snapshot.
        groups: what reads groups of terms there.
    """

    def __init__(self, segment: SegmentView) -> None:
        self._segment = segment
        self._count = segment.paragraph_count
        self.first = segment.first
        self.groups = GroupReader(segment)
        self._ranges: LRUCache[Between, NDArray[np.bool]] = LRUCache(_REMEMBERED_RANGES)

    def matches(self, node: Node) -> Matches:
        """Return what a node finds."""
        check_time()
        match node:
            case TermGroup() | TermSequence():
                postings = self.groups.postings(node)
                return Matches(postings.documents, _weight(node) * postings.levels.astype(np.float64))
            case All(clauses=[]):
                return _unscored(np.empty(0, np.int64))
            case All(clauses=[only]) | AnyOf(clauses=[only]):
                found = self.matches(only)
                return Matches(found.documents, node.boost * found.scores)
            case All():
                return self._all(node)
            case AnyOf() | Highest():
                return self._scored(node, self._any(node.clauses))
            case Maybe():
                found = self.matches(node.wanted)
                return Matches(found.documents, found.scores + self._added(node.optional, found.documents))
            case Without():
                found = self.matches(node.wanted)
                left = self._left(node.excluded, found.documents)
                return Matches(found.documents[left], found.scores[left])
            case Filter():
                return _unscored(self.matches(node.clause).documents)
            case Between():
                return _unscored(np.flatnonzero(self._between(node)))
            case Everything():
                return _unscored(
                    np.arange(self._count) if self._segment.kept is None else np.flatnonzero(self._segment.kept)
                )
            case WhooshQuery():
                return Matches(*find_by_whoosh(node.query, self._segment.searcher))

    def among(self, node: Node, documents: Column) -> Among:
        """Return what a node finds among some paragraphs.

        Args:
            node: what to find.
            documents: the paragraphs' numbers, ascending.
        """
        check_time()
        match node:
            case TermGroup() | TermSequence():
                places, levels = self.groups.postings(node).among(documents)
                return Among(places, _weight(node) * levels.astype(np.float64))
            case All(clauses=[]):
                return Among(np.empty(0, np.int64), np.empty(0))
            case All():
                start = Among(np.arange(len(documents)), np.zeros(len(documents)))
                places, scores = self._in_turn(sorted(node.clauses, key=_size), documents, start)
                return Among(places, node.boost * scores)
            case AnyOf():
                found = self._either(node.clauses, documents, np.add)
                return found._replace(scores=node.boost * found.scores)
            case Highest():
                return self._either(node.clauses, documents, np.maximum)
            case Maybe():
                places, scores = self.among(node.wanted, documents)
                return Among(places, scores + self._added(node.optional, documents[places]))
            case Without():
                places, scores = self.among(node.wanted, documents)
                left = self._left(node.excluded, documents[places])
                return Among(places[left], scores[left])
            case Filter():
                places = self.among(node.clause, documents).places
                return Among(places, np.zeros(len(places)))
            case Between():
                places = np.flatnonzero(self._between(node)[documents])
                return Among(places, np.zeros(len(places)))
            case Everything() | WhooshQuery():
                every = self.matches(node)
                places, own = common(documents, every.documents)
                return Among(places, every.scores[own])

    def bounds(self, node: Node) -> Bounds | None:
        """Return for each paragraph of the segment what a node scores at most, and 0 where it does not find it.

        That is none where the node finds so little that `matches` is faster, or is of another kind than words of which
        any will do, or all are wanted, with more that only adds to their scores.
        """
        match node:
            case Maybe(optional=AnyOf(boost=1.0, clauses=optional)) if _are_leaves(optional):
                wanted = node.wanted
            case _:
                wanted, optional = node, ()
        match wanted:
            case AnyOf(boost=1.0, clauses=clauses) | All(boost=1.0, clauses=[AnyOf(boost=1.0, clauses=clauses)]):
                leaves, instead = _taken_apart(clauses)
                if _are_leaves(leaves) and _are_leaves(instead):
                    found = sum(self.groups.postings(leaf).count for leaf in (*leaves, *instead))
                    return self._sum(leaves, optional, instead) if found > DENSE_SHARE * self._count else None
            case All(boost=1.0, clauses=leaves) if _are_leaves(leaves) and self._may_find_much(leaves):
                in_all = self._in_all(leaves)
                if in_all is None or np.count_nonzero(in_all) <= DENSE_SHARE * self._count:
                    return None
                bounds = self._sum(leaves, optional)
                return bounds and bounds._replace(units=bounds.units * (in_all > 0))
        return None

    def _may_find_much(self, leaves: Sequence[Leaf]) -> bool:
        """Tell whether all leaves together may find much, even if they are together more often than by chance."""
        much = DENSE_SHARE / 16 * self._count
        if min((leaf.document_frequency for leaf in leaves), default=0) <= much:
            return False
        by_chance = prod(self.groups.postings(leaf).count / max(self._count, 1) for leaf in leaves)
        return by_chance * self._count > much

    def _sum(self, leaves: Sequence[Leaf], optional: Sequence[Leaf], instead: Sequence[Leaf] = ()) -> Bounds | None:
        """Return the bounds of what any leaf finds, with what optional ones add; None where they do not fit in.

        Args:
            leaves: the leaves.
            optional: those that find nothing themselves.
            instead: more leaves, which may count nothing beside others.
        """
        every = (*leaves, *instead, *optional)
        weights = [_weight(leaf) for leaf in every]
        room = _MOST_UNITS // HIGHEST_LEVEL - len(weights)
        if room < len(weights) or min(weights) <= 0 or not isfinite(sum(weights)):
            return None  # too many, or found though they count for nothing
        scaled = [weight * room / sum(weights) for weight in weights]
        units, scratch = np.zeros(self._count, np.uint16), np.empty(self._count, np.uint16)
        first_optional = len(leaves) + len(instead)
        for place, (leaf, weight) in enumerate(zip(every, scaled, strict=True)):
            check_time()
            self.groups.postings(leaf).add_to(units, ceil(weight), place >= first_optional, scratch)
        rounded = sum(ceil(weight) - weight for weight in scaled)
        too_high = HIGHEST_LEVEL * (rounded + sum(scaled[len(leaves) : first_optional]))
        return Bounds(units, ceil(too_high) + 1)

    def _all(self, node: All) -> Matches:
        in_all = self._in_all(node.clauses) if _are_leaves(node.clauses) else None
        if in_all is not None:
            return self._scored(node, np.flatnonzero(in_all > 0))
        first, *others = sorted(node.clauses, key=_size)
        documents, scores = self.matches(first)
        places, scores = self._in_turn(others, documents, Among(np.arange(len(documents)), scores))
        return Matches(documents[places], node.boost * scores)

    def _any(self, clauses: Sequence[Node]) -> Column:
        """Return the paragraphs that any of some clauses finds."""
        found: list[Column] = [np.empty(0, np.int64)]
        for clause in clauses:
            found.append(self.matches(clause).documents)
            if sum(map(len, found)) > self._count:
                found = [_union(found)]
        return _union(found)

    def _in_turn(self, clauses: Sequence[Node], documents: Column, found: Among) -> Among:
        """Return what all clauses find, too, of what is found among some paragraphs, each of what others have left."""
        places, scores = found
        for clause in clauses:
            more = self.among(clause, documents[places])
            places, scores = places[more.places], scores[more.places] + more.scores
        return Among(places, scores)

    def _either(self, clauses: Sequence[Node], documents: Column, join: np.ufunc) -> Among:
        """Return what any clause finds among some paragraphs, the scores of several ones joined."""
        is_found, scores = np.zeros(len(documents), bool), np.zeros(len(documents))
        for clause in clauses:
            places, own = self.among(clause, documents)
            is_found[places] = True
            scores[places] = join(scores[places], own)
        places = np.flatnonzero(is_found)
        return Among(places, scores[places])

    def _in_all(self, leaves: Sequence[Leaf]) -> NDArray[np.uint8] | None:
        """Return for each paragraph a number above 0 where all leaves find it; None where one of them finds few."""
        every = [self.groups.postings(leaf) for leaf in leaves]
        if not every or not all(postings.is_dense for postings in every):
            return None
        return reduce(np.minimum, [postings.table() for postings in every])

    def _scored(self, node: Node, documents: Column) -> Matches:
        """Return paragraphs that a node finds with their scores."""
        return Matches(documents, self.among(node, documents).scores)

    def _added(self, node: Node, documents: Column) -> NDArray[np.float64]:
        """Return for each of some paragraphs what a node adds to its score, 0 where it does not find it."""
        scores = np.zeros(len(documents))
        for clause in node.clauses if isinstance(node, AnyOf) and node.boost == 1 else [node]:
            places, own = self.among(clause, documents)
            scores[places] += own
        return scores

    def _left(self, node: Node, documents: Column) -> NDArray[np.bool]:
        """Return for each of some paragraphs whether a node does not find it."""
        left = np.ones(len(documents), bool)
        left[self.among(node, documents).places] = False
        return left

    def _between(self, node: Between) -> NDArray[np.bool]:
        """Return for each paragraph whether it has any term of a range."""
        if node not in self._ranges:
            found = np.zeros(self._count, bool)
            terms = self._segment.terms(node.field)
            if terms is not None:
                first = terms.first_from(_encoded(node.first) + b"\0" * node.without_first)
                last = terms.first_from(_encoded(node.last) + b"\0" * (not node.without_last))
                for start in range(first, last, _READ_AT_ONCE):
                    found[_documents_between(terms, start, min(start + _READ_AT_ONCE, last))] = True
            self._ranges[node] = found if self._segment.kept is None else found & self._segment.kept
        return self._ranges[node]


def _documents_between(terms: Terms, first: int, last: int) -> Column:
    """Return the paragraphs that each of the terms from one to before another has."""
    check_time()
    columns = terms.keyed or cast("FieldTerms", terms)
    return columns.documents_between(terms.span(first).start, terms.span(last - 1).stop)


def _encoded(term: str) -> bytes:
    return term.encode(errors="surrogatepass")


def _weight(leaf: Leaf) -> float:
    """Return what one saturation level of a leaf counts."""
    return leaf.asked.boost * leaf.statistics.level_score


def _size(node: Node) -> int:
    """Return about how many paragraphs a node finds at most."""
    match node:
        case TermGroup() | TermSequence():
            return node.document_frequency
        case All():
            return min(map(_size, node.clauses), default=0)
        case AnyOf() | Highest():
            return sum(map(_size, node.clauses))
        case Maybe() | Without():
            return _size(node.wanted)
        case Filter():
            return _size(node.clause)
        case _:
            return 1 << 62


def _unscored(documents: Column) -> Matches:
    return Matches(documents, np.zeros(len(documents)))


def _union(documents: Sequence[Column]) -> Column:
    every = np.concatenate(documents)
    every.sort()
    return every[np.flatnonzero(np.diff(every, prepend=-1))]


def _taken_apart(clauses: Sequence[Node]) -> tuple[list[Node], list[Node]]:
    """Return clauses of which any will do, and what may count in their place."""
    leaves: list[Node] = []
    instead: list[Node] = []
    for clause in clauses:
        first, *others = clause.clauses if isinstance(clause, Highest) else [clause]
        leaves += first.clauses if isinstance(first, AnyOf) and first.boost == 1 else [first]
        instead += others
    return leaves, instead


def _are_leaves(clauses: Sequence[Node]) -> TypeGuard[Sequence[Leaf]]:
    return all(isinstance(clause, Leaf) for clause in clauses)
