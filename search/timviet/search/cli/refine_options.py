"""Options by which `timviet search` keeps, counts, sorts and groups what it finds."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from timviet.search.cli.options import Decorator, count

if TYPE_CHECKING:
    from timviet.search.refine.facets import Facet
    from timviet.search.refine.filters import Filters


def _parse_filters(_context: click.Context, _option: click.Parameter, texts: tuple[str, ...]) -> "Filters":
    from timviet.index.errors import FilterError
    from timviet.search.refine.filter_text import parse_filters

    try:
        return parse_filters(texts)
    except FilterError as error:
        raise click.BadParameter(str(error)) from error


filter_option: Decorator = click.option(
    "--filter",
    "filters",
    multiple=True,
    callback=_parse_filters,
    metavar="KEY=VALUE",
    help="Keep what has this value of a key of the metadata, or one in a range: KEY=LOW..HIGH, either end of which may "
    "be left out. Of several for the same key, any will do; those for different keys are all required.",
)

facet_option: Decorator = click.option(
    "--facet",
    "facets",
    multiple=True,
    metavar="KEY",
    help="Tell how many of all that was found have each value of a key of the metadata. May be given several times.",
)

sort_option: Decorator = click.option(
    "--sort",
    metavar="KEY",
    help="Sort by title, path or a key of the metadata, or by score, which is the default; -KEY for the reverse.",
)

group_option: Decorator = click.option(
    "--group",
    "group_by_document",
    is_flag=True,
    help="Show the best paragraph of each document only, and count documents.",
)

refine_options: tuple[Decorator, ...] = (filter_option, facet_option, sort_option, group_option)


def with_refine_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options; it takes `filters`, `facets`, `sort` and `group_by_document`."""
    for option in reversed(refine_options):
        command = option(command)
    return command


def facet_lines(facets: "Mapping[str, Facet]") -> list[str]:
    """Return a line for each facet, for a person."""
    return [f"{name}: {', '.join(_counts(facet)) or 'nothing'}" for name, facet in facets.items()]


def _counts(facet: "Facet") -> list[str]:
    from timviet.search.snippet import printable

    counts = [f"{printable(' '.join(own.value.split()))} ({own.count:,})" for own in facet]
    if facet.more_values:
        counts.append(f"{count(facet.more_values, 'other value')} ({facet.more:,})")
    if facet.missing:
        counts.append(f"no value ({facet.missing:,})")
    return counts
