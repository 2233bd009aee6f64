"""Filters as they are typed: on the command line, and in the address of a page."""

from collections.abc import Iterable
from typing import Any

from timviet.index.errors import FilterError
from timviet.index.schema import metadata_key

_RANGE = ".."


def parse_filters(texts: Iterable[str]) -> dict[str, list[Any]]:
    """Return what to keep, as `Searcher.search` takes it.

    Args:
        texts: filters, each as KEY=VALUE or KEY=LOW..HIGH, of which either end may be left out, or KEY==VALUE for a
            value that has two dots itself. Of several for the same key, any will do; how it is first written stands
            for all.

    Raises:
        FilterError: a text is no filter.

    Example:
        >>> parse_filters(["năm=2020..", "cơ quan=Bộ Y tế", "co_quan=Bộ Công an"])
        {'năm': [('2020', None)], 'cơ quan': ['Bộ Y tế', 'Bộ Công an']}
    """
    filters: dict[str, list[Any]] = {}
    names: dict[str, str] = {}
    for text in texts:
        name, _, value = (part.strip() for part in text.partition("="))
        if not name or not value:
            raise FilterError(text, "is none: write KEY=VALUE or KEY=LOW..HIGH")
        low, dots, high = (part.strip() for part in value.partition(_RANGE))
        wanted: object = (low or None, high or None) if dots else value
        if value.startswith("="):
            wanted = value[1:].strip()
        filters.setdefault(names.setdefault(metadata_key(name), name), []).append(wanted)
    return filters
