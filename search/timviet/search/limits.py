"""Limits on queries, so that none, whoever typed it, takes time or memory without end."""

from dataclasses import dataclass, fields

MOST_DEPTH = 100
"""The most brackets within one another that the parser can be asked to take: it recurses."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a query may ask for at most.

    With the defaults, the costliest queries take some seconds on 400,000 paragraphs, ordinary ones a millisecond.

    Attributes:
        characters: how many code points a query may have. A longer one is refused.
        clauses: how many words, patterns and ranges a query may have, those in phrases, too. One with more is refused.
        depth: how many brackets a query may have within one another, 100 at most. One with more is refused.
        expansions: by how many terms a prefix, a pattern or a fuzzy word is searched at most. Of one that stands for
            more, the most frequent are taken, and the results say so.
        seconds: how long a call may take, its turn waited for, and how long a snippet; `math.inf` for no limit. It is
            stopped then, or a fraction of a second later: what is read of an index once, for all searches, is read to
            its end.

    Raises:
        ValueError: a limit is not above 0, or depth is above 100.

    Example:
        >>> Limits(expansions=50)
        Limits(characters=10000, clauses=1024, depth=20, expansions=50, seconds=10.0)
    """

    characters: int = 10_000
    clauses: int = 1_024
    depth: int = 20
    expansions: int = 1_024
    seconds: float = 10.0

    def __post_init__(self) -> None:
        """Refuse limits within which there are no queries."""
        for field in fields(self):
            value = getattr(self, field.name)
            if not value > 0:
                raise ValueError(f"the limit of {field.name} must be above 0, not {value}")
        if self.depth > MOST_DEPTH:
            raise ValueError(f"the limit of depth must be {MOST_DEPTH} at most, not {self.depth}")


DEFAULT_LIMITS = Limits()
