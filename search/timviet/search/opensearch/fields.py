"""Where a cluster keeps the terms of a field; see `timviet.index.opensearch.layout`."""

from typing import NamedTuple

from timviet.index.opensearch.layout import LONGEST_VALUE, UNIT_SEPARATOR
from timviet.index.schema import metadata_field

_METADATA, _, _ = metadata_field("").partition(".")


class Place(NamedTuple):
    """Where the terms of a field are kept.

    Attributes:
        field: the cluster's name of the field.
        prefix: what comes before each of them there.
    """

    field: str
    prefix: str = ""

    def term(self, term: str) -> str:
        """Return a term as the cluster has it."""
        return f"{self.prefix}{term}"[:LONGEST_VALUE]


def place_of(field: str) -> Place:
    """Return where the terms of a field are kept.

    Example:
        >>> place_of("text.folded").field, place_of("meta.nam.value").field, place_of("meta.nam.folded").field
        ('text.folded', 'value', 'meta.folded')
    """
    first, *others = field.split(".")
    if first != _METADATA:
        return Place(field)
    key, *twin = others
    place = {(): "meta", ("folded",): "meta.folded", ("value",): "value"}[tuple(twin)]
    return Place(place, f"{key}{UNIT_SEPARATOR}")


def pairs_field(field: str) -> str:
    """Return where a field's terms are kept two by two."""
    return f"{field}.pairs"


def pair_term(before: str, after: str) -> str:
    """Return two terms that follow one another, as one."""
    return f"{before}{UNIT_SEPARATOR}{after}"
