"""The nodes of a plan: what to look for in an index, term by term, and how to put it together."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from whoosh.query import Query

from timviet.search.query import Fuzzy, Pattern, Phrase, Word
from timviet.search.rank import TermStatistics


@dataclass(frozen=True, eq=False)
class TermGroup:
    """Terms that count as one, each by its weight: the readings of one syllable, the words of one prefix.

    Attributes:
        field: the indexed field it searches.
        asked: the leaf of the query that it answers.
        statistics: what its score depends on.
        document_frequency: in about how many paragraphs it is found.
        weights: each term's weight, from 0 to 1.
        bare: those terms that count only in paragraphs typed without marks.
        left_out: how many more terms answer it, which it is not searched by.
    """

    field: str
    asked: Word | Pattern | Fuzzy
    statistics: TermStatistics
    document_frequency: int
    weights: Mapping[str, float]
    bare: Set[str] = frozenset()
    left_out: int = 0


@dataclass(frozen=True, eq=False)
class TermSequence:
    """Term groups that follow one another: a phrase.

    Attributes:
        field: the indexed field it searches.
        asked: the leaf of the query that it answers.
        statistics: what its score depends on.
        document_frequency: in how many paragraphs it is found.
        groups: what is to be found at each position.
    """

    field: str
    asked: Phrase
    statistics: TermStatistics
    document_frequency: int
    groups: tuple[TermGroup, ...]


@dataclass(frozen=True, eq=False)
class All:
    """What all clauses find; their scores are added."""

    clauses: "Sequence[Node]"
    boost: float = 1.0


@dataclass(frozen=True, eq=False)
class AnyOf:
    """What any of the clauses finds; the scores of those that do are added."""

    clauses: "Sequence[Node]"
    boost: float = 1.0


@dataclass(frozen=True, eq=False)
class Highest:
    """What any of the clauses finds; of the scores of those that do, only the highest counts."""

    clauses: "Sequence[Node]"


@dataclass(frozen=True, eq=False)
class Maybe:
    """What one clause finds, with the score of another one added where that finds it, too."""

    wanted: "Node"
    optional: "Node"


@dataclass(frozen=True, eq=False)
class Without:
    """What one clause finds and another one does not."""

    wanted: "Node"
    excluded: "Node"


@dataclass(frozen=True, eq=False)
class Filter:
    """What a clause finds, without its score."""

    clause: "Node"


@dataclass(frozen=True)
class Between:
    """The paragraphs that have any of the terms of a field from one to another; it adds nothing to scores.

    Attributes:
        field: the indexed field.
        first: the least term.
        last: the greatest term.
        without_first: whether the least term itself is left out.
        without_last: whether the greatest term itself is left out.
    """

    field: str
    first: str
    last: str
    without_first: bool = False
    without_last: bool = False

    def holds(self, term: str) -> bool:
        """Tell whether a term is one of these."""
        is_left_out = (self.without_first and term == self.first) or (self.without_last and term == self.last)
        return self.first <= term <= self.last and not is_left_out


@dataclass(frozen=True, eq=False)
class Everything:
    """Every paragraph."""


@dataclass(frozen=True, eq=False)
class WhooshQuery:
    """What one of Whoosh's own queries finds, with its scores."""

    query: Query


Leaf = TermGroup | TermSequence
Node = Leaf | All | AnyOf | Highest | Maybe | Without | Filter | Between | Everything | WhooshQuery


def wanted(node: Node) -> Sequence[Node]:
    """Return the parts of a node that a result may match: all but what is excluded."""
    match node:
        case All() | AnyOf() | Highest():
            return node.clauses
        case Maybe():
            return [node.wanted, node.optional]
        case Without():
            return [node.wanted]
        case Filter():
            return [node.clause]
        case _:
            return []


def leaves(node: Node) -> list[Leaf]:
    """Return all leaves of a plan, filters and those that are excluded, too."""
    found: list[Leaf] = []
    parts = [node]
    for part in parts:
        if isinstance(part, Leaf):
            found.append(part)
        else:
            parts += wanted(part)
            if isinstance(part, Without):
                parts.append(part.excluded)
    return found


def leaf_size(leaf: Leaf) -> int:
    """Return about how many bytes of memory a leaf takes."""
    if isinstance(leaf, TermSequence):
        return sum(map(leaf_size, leaf.groups))
    return 1024 + 4 * len(leaf.asked.text) + 160 * len(leaf.weights)


def scored_leaves(node: Node) -> list[Leaf]:
    """Return the leaves of a plan that add to scores: not those that are excluded, and not filters."""
    if isinstance(node, Filter):
        return []
    return [node] if isinstance(node, Leaf) else [leaf for part in wanted(node) for leaf in scored_leaves(part)]
