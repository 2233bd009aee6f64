"""Ranges of values of the metadata, as nodes of a plan."""

import re

from timviet.index.schema import ANY_NUMBER, text_bounds, value_bounds, value_field
from timviet.search.nodes import AnyOf, Between, Node, Without

_YEAR = re.compile(r"[12]\d{3}")
_FIRST_YEAR, _LAST_YEAR = "1000", "2999"


def between_values(
    field: str, low: str | None, high: str | None, without_low: bool = False, without_high: bool = False
) -> Node:
    """Return what finds the values of a range, numbers where both ends are numbers, otherwise texts.

    A text that begins as an end does counts as that end: `2024-05` has all days of May. Where the ends are years, dates
    in these are found, too, but for those of a paragraph that has a number under the same key; so are texts whose first
    number sorts between them, as `20 Nguyễn Huệ` does between 1999 and 2024.

    Args:
        field: the field of the metadata.
        low: the lowest value, or None for no bound.
        high: the highest value, or None for no bound.
        without_low: whether the lowest value itself is left out.
        without_high: whether the highest value itself is left out.
    """
    own = value_field(field)
    bounds = value_bounds(low, high, without_low, without_high)
    between = Between(own, *bounds, without_low, without_high)
    ends = [end for end in (low, high) if end]
    if not ends or not all(map(_YEAR.fullmatch, ends)):
        return between
    texts = text_bounds(low or _FIRST_YEAR, high or _LAST_YEAR, without_low, without_high)
    # As texts, 20 and 20000 lie between 1999 and 2024.
    dates = Without(Between(own, *texts), Between(own, *ANY_NUMBER))
    return AnyOf([between, dates])
