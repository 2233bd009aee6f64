"""`timviet lookup`: find documents by a name, a title or the like, as much of it as is known."""

import sys
from typing import TYPE_CHECKING

import click

from timviet.index.errors import quoted
from timviet.search.cli.options import (
    color_option,
    count,
    find_index,
    index_option,
    limit_option,
    lines_format_option,
    require_words,
    to_json,
)

if TYPE_CHECKING:
    from timviet.search import NameHits


@click.command("lookup")
@click.argument("name", nargs=-1, required=True)
@click.option(
    "--field",
    "fields",
    multiple=True,
    default=("title",),
    show_default=True,
    help="Where to look: title, path, or a key of the metadata. May be given more than once.",
)
@limit_option
@lines_format_option
@color_option
@index_option
def command(
    name: tuple[str, ...],
    fields: tuple[str, ...],
    limit: int,
    output: str,
    color: bool,
    index_location: str | None,
) -> None:
    """Find documents by a name, best first.

    With or without marks, a name is found as a whole, by its beginning, by the beginnings of words of it, by letters
    within it, and with a slip of the fingers: each where the ones before find too little. Marks that are typed count
    in the order. Keys of Telex, VNI and VIQR are decoded.

    Documents are listed: a title that several of them have comes once for each.

    \b
    Examples:
        timviet lookup nguyen van tho
        timviet lookup --field author ng v tho
        timviet lookup --field title --field path quyet dinh 05
    """
    from timviet.index import open_index
    from timviet.index.file_names import escape_bytes
    from timviet.search import Searcher

    text = escape_bytes(" ".join(name))
    require_words(text, "look up", "a name, or a part of one")
    with open_index(find_index(index_location)) as index, Searcher(index) as searcher:
        hits = searcher.lookup(text, fields, limit)
    if output != "json" and hits.name != text:
        message = f"(no name is, or starts with, {quoted(text)}; this is what {quoted(hits.name)} finds)"
        click.echo(message, err=output == "jsonl")
    if output == "json":
        click.echo(to_json(hits.to_dict(), indent=2))
    elif output == "jsonl":
        for hit in hits:
            click.echo(to_json(hit.to_dict()))
    else:
        show_names(hits, limit, color=color)
    if not hits:
        sys.exit(1)


def show_names(hits: "NameHits", limit: int, color: bool) -> None:
    """Print what was found for a person: of so many, those that answer less well were not looked for."""
    from timviet.search.snippet import printable

    for rank, hit in enumerate(hits, 1):
        value = hit.to_ansi() if color else printable(hit.value)
        place = f"{hit.kind} · {printable(hit.field)} · {printable(' '.join(hit.document_id.split()))}"
        click.echo(f"{rank}. {' '.join(value.split())} · {place}", color=color)
    shown = f"{len(hits):,} of " if len(hits) < hits.total else ""
    more = " or more" if len(hits) == limit and hits[-1].kind != "one slip" else ""
    click.echo(f"{shown}{count(hits.total, 'name')}{more}")
