"""`timviet search`: find paragraphs, best first."""

import sys
from typing import TYPE_CHECKING, Any, Literal

import click

from timviet.search.cli.options import (
    abbreviations_option,
    color_option,
    count,
    find_index,
    index_option,
    limit_option,
    lines_format_option,
    marks_option,
    match_option,
    require_words,
    timeout_option,
    to_json,
    typed_query,
)
from timviet.search.cli.refine_options import facet_lines, with_refine_options
from timviet.search.limits import Limits

if TYPE_CHECKING:
    from timviet.search import Hit, Marks, Results


@click.command("search")
@click.argument("query", nargs=-1, required=True)
@limit_option
@click.option("--offset", type=click.IntRange(min=0), default=0, help="How many of the best to leave out before them.")
@marks_option
@match_option
@with_refine_options
@abbreviations_option
@timeout_option
@click.option("--strict", is_flag=True, help="Refuse a query with a fault in its syntax.")
@lines_format_option
@click.option(
    "--snippet-length",
    type=click.IntRange(min=1),
    default=240,
    show_default=True,
    help="Characters a snippet may have.",
)
@color_option
@index_option
def command(
    query: tuple[str, ...],
    limit: int,
    offset: int,
    marks: "Marks",
    match: Literal["auto", "all", "any"],
    limits: Limits,
    strict: bool,
    output: str,
    snippet_length: int,
    color: bool,
    index_location: str | None,
    **refinements: Any,  # noqa: ANN401
) -> None:
    """Find paragraphs, best first.

    Words without marks find all their readings; marks that are typed count. Put `--` before a query that starts with a
    minus.

    \b
    Examples:
        timviet search dang uy cong an
        timviet search '"05-CT/TW"' 31,77%
        timviet search --marks strict "ma túy"
        timviet search 'title:"quyết định" year:[2020 TO 2024] +"công an" -"giao thông"'
        timviet search 'nghi* fuzzy~ =đảng (thuế OR phí)^2'
        timviet search thuế --filter year=2020..2024 --facet cơ_quan --sort -year --group
    """
    from timviet.index import open_index
    from timviet.search import Searcher

    text = typed_query(query)
    require_words(text, "search for", "a word or a number")
    with open_index(find_index(index_location)) as index, Searcher(index, limits) as searcher:
        results = searcher.search(
            text,
            limit,
            offset,
            marks=marks,
            match=match,
            strict=strict,
            snippet_length=snippet_length,
            ask_back=True,
            **refinements,
        )
    if output == "json":
        click.echo(to_json({"query": text} | results.to_dict(), indent=2))
    elif output == "jsonl":
        for line in (*_remarks(results), *facet_lines(results.facets or {})):
            click.echo(line, err=True)
        for hit in results:
            click.echo(to_json(hit.to_dict()))
    else:
        for line in _remarks(results):
            click.echo(line)
        noun = "document" if refinements["group_by_document"] else "paragraph"
        show_results(results, offset, color=color, noun=noun)
    if not results.total:
        sys.exit(1)


def _remarks(results: "Results") -> list[str]:
    """Return what there is to tell before the results: what may have been meant, and what was loosened."""
    asked_back = [f"Ý bạn là: {_plain(results.correction)}?"] if results.correction else []
    messages = [own.message for own in results.relaxed or ()] + [own.message for own in results.truncated or ()]
    return asked_back + [f"({_plain(message)})" for message in messages]


def show_results(results: "Results", offset: int, color: bool, noun: str = "paragraph") -> None:
    """Print results for a person."""
    for rank, hit in enumerate(results, offset + 1):
        click.echo(_heading(hit, rank))
        click.echo(f"   {hit.snippet.to_ansi() if color else _plain(hit.snippet.text)}\n", color=color)
    for line in facet_lines(results.facets or {}):
        click.echo(line)
    click.echo(f"{count(results.total, noun)} in {results.took_ms:.1f} ms")


def _heading(hit: "Hit", rank: int) -> str:
    path = None if hit.document_id.startswith(f"{hit.path}#") else hit.path
    names = dict.fromkeys(_plain(" ".join(name.split())) for name in (hit.title, path, hit.document_id) if name)
    place = [f"trang {hit.page}"] if hit.page is not None else []
    place += [_plain(hit.section)] if hit.section else []
    others = f" and {count(hit.others, 'other')}" if hit.others else ""
    return f"{rank}. {' · '.join([*names, *place])} · paragraph {hit.paragraph}{others} · {hit.score:.2f}"


def _plain(text: str) -> str:
    from timviet.search.snippet import printable

    return printable(text)
