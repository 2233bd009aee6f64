"""Ranges of values of the metadata, as nodes of a plan."""

import re

from timviet.index.schema import text_bounds, value_bounds, value_field
from timviet.search.nodes import AnyOf, Between, Node

_YEAR = re.compile(r"[12]\d{3}")
# Dates are looked for year by year: as texts, 20/11/2030 lies between 1999 and 2003.
_YEARS = range(1800, 2101)


def between_values(
    field: str, low: str | None, high: str | None, without_low: bool = False, without_high: bool = False
) -> Node:
    """Return what finds the values of a range, numbers where both ends are numbers, otherwise texts.

    A text that begins as an end does counts as that end: `2024-05` has all days of May. Where the ends are years, texts
    that begin with one of these years are found, too, as dates do, of the years from 1800 to 2100.

    Args:
        field: the field of the metadata.
        low: the lowest value, or None for no bound.
        high: the highest value, or None for no bound.
        without_low: whether the lowest value itself is left out.
        without_high: whether the highest value itself is left out.
    """
    own = value_field(field)
    between = Between(own, *value_bounds(low, high, without_low, without_high), without_low, without_high)
    first, last = (end.strip() if end else "" for end in (low, high))
    if not (first or last) or not all(_YEAR.fullmatch(end) for end in (first, last) if end):
        return between
    start = int(first) + without_low if first else _YEARS.start
    stop = int(last) + (not without_high) if last else _YEARS.stop
    years = map(str, range(max(start, _YEARS.start), min(stop, _YEARS.stop)))
    return AnyOf([between, *(Between(own, *text_bounds(year, year)) for year in years)])
