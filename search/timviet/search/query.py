"""What a query asks for, before it meets an index: the leaves and groups that the parser makes.

They are Whoosh queries, so that they stand in one tree with Whoosh's own `And`, `Or`, `Not` and ranges. They ask for
syllables as typed; `timviet.search.plan` turns them into terms of an index.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from whoosh.query import CompoundQuery, NullQuery, Query
from whoosh.query.wrappers import WrappingQuery

from timviet.index.analysis import Forms, forms
from timviet.index.schema import value_bounds
from timviet.search.marks import Marks


@dataclass(eq=False)
class OneToken(Query):
    """What is asked for at one position.

    Attributes:
        fieldname: the field to search, by its name in the index.
        text: the token as typed.
        marks: how its marks count; None leaves that to the search.
        boost: by how much its score is multiplied.
    """

    fieldname: str
    text: str
    marks: Marks | None = None
    boost: float = 1.0

    @property
    def key(self) -> tuple[object, ...]:
        """All that is asked for: of two queries of one key, either will do for both."""
        return (type(self), self.fieldname, self.text, self.marks, self.boost)


class Word(OneToken):
    """One token, found by its forms."""

    @property
    def forms(self) -> Forms:
        """The token's canonical and folded forms."""
        return forms(self.text)


class Pattern(OneToken):
    """Tokens of a shape: `*` stands for any letters, also none, and `?` for one letter."""


@dataclass(eq=False)
class Fuzzy(OneToken):
    """Tokens that are up to `maxdist` slips away: a letter too many, too few, or another."""

    maxdist: int = 1

    @property
    def key(self) -> tuple[object, ...]:
        """All that is asked for."""
        return (*super().key, self.maxdist)

    @property
    def forms(self) -> Forms:
        """The token's canonical and folded forms."""
        return forms(self.text)


@dataclass(eq=False)
class Phrase(Query):
    """Tokens that follow one another.

    Attributes:
        fieldname: the field to search.
        parts: what is to be found at each position.
        slop: the largest step from one part to the next; 1 means next to each other.
        boost: by how much its score is multiplied.
    """

    fieldname: str
    parts: Sequence[Word | Pattern]
    slop: int = 1
    boost: float = 1.0

    @property
    def text(self) -> str:
        """The tokens as typed, with spaces between them."""
        return " ".join(part.text for part in self.parts)

    @property
    def key(self) -> tuple[object, ...]:
        """All that is asked for: of two queries of one key, either will do for both."""
        return (type(self), self.fieldname, self.slop, self.boost, *[part.key for part in self.parts])


class Pair(Phrase):
    """Two neighbouring words of a query, which count for more where they are neighbours in a text, too."""


@dataclass(eq=False)
class Expansion(Phrase):
    """What an abbreviation in a query stands for, found in its place.

    Attributes:
        written: the words as documents write them.
        stands_for: the abbreviation as typed.
    """

    written: str = ""
    stands_for: str = ""

    @property
    def text(self) -> str:
        """The words as documents write them."""
        return self.written

    @property
    def key(self) -> tuple[object, ...]:
        """All that is asked for."""
        return (*super().key, self.written, self.stands_for)


@dataclass(eq=False)
class Abbreviation(Word):
    """An abbreviation of words in a query, found in their place.

    Attributes:
        stands_for: the words as typed.
    """

    stands_for: str = ""

    @property
    def key(self) -> tuple[object, ...]:
        """All that is asked for."""
        return (*super().key, self.stands_for)


@dataclass(eq=False)
class Range(Query):
    """Values between two others.

    Attributes:
        fieldname: the field to search.
        low: the lowest value, or None for no bound.
        high: the highest value, or None for no bound.
        without_low: whether the lowest value itself is left out.
        without_high: whether the highest value itself is left out.
    """

    fieldname: str
    low: str | None
    high: str | None
    without_low: bool = False
    without_high: bool = False

    @property
    def text(self) -> str:
        """The range as typed."""
        opening, closing = "{" if self.without_low else "[", "}" if self.without_high else "]"
        return f"{opening}{self.low or ''} TO {self.high or ''}{closing}"

    @property
    def is_reversed(self) -> bool:
        """Whether its lowest value is above its highest one, so that nothing lies between."""
        return are_reversed(self.low, self.high)


class Words(CompoundQuery):
    """Clauses side by side, all of them or any of them required: the search's `match` decides which."""


class Required(WrappingQuery):
    """A clause that every result has, also where any of the words would do: `+clause`."""


def are_reversed(low: str | None, high: str | None) -> bool:
    """Tell whether the lowest value of a range is above its highest one, as values are compared.

    Example:
        >>> are_reversed("9", "10"), are_reversed("2024-05-31", "2024-05-01"), are_reversed("5", None)
        (False, True, False)
    """
    first, last = value_bounds(low, high)
    return bool(low and high) and first > last


def reversed_ranges(query: Query) -> Iterator[Range]:
    """Yield the ranges in a query whose ends are the wrong way round."""
    if isinstance(query, Range) and query.is_reversed:
        yield query
    for child in query.children():
        yield from reversed_ranges(child)


def has_leaves(query: Query) -> bool:
    """Tell whether there is anything to search for in a query."""
    return query is not NullQuery if query.is_leaf() else any(map(has_leaves, query.children()))


def clause_count(query: Query) -> int:
    """Return how many words, patterns and ranges there are in a query, those of phrases, too."""
    if isinstance(query, Phrase):
        return len(query.parts)
    return 1 if query.is_leaf() else sum(map(clause_count, query.children()))
