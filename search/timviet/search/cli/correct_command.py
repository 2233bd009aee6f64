"""`timviet correct`: what a query was meant to say."""

import sys
from dataclasses import asdict

import click

from timviet.search.cli.options import find_index, format_option, index_option, require_words, to_json


@click.command("correct")
@click.argument("query", nargs=-1, required=True)
@format_option
@index_option
def command(query: tuple[str, ...], output: str, index_location: str | None) -> None:
    """Tell what a query was meant to say, by what the index has.

    Marks are restored, slips repaired, spaces put in that were left out, and keys of Telex, VNI and VIQR decoded. Where
    the query says what was meant, it is printed as it was typed, and the exit status is 1.

    \b
    Examples:
        timviet correct dang uy cong an
        timviet correct "ma tùy"
        timviet correct ddarng uyr
        timviet correct dang uy congan
    """
    from timviet.index import open_index
    from timviet.search import Searcher
    from timviet.search.snippet import printable

    text = " ".join(query)
    require_words(text, "correct", "a word")
    with open_index(find_index(index_location)) as index, Searcher(index) as searcher:
        correction = searcher.correct(text)
    if output == "json":
        click.echo(to_json({"typed": text} | (asdict(correction) if correction else {"query": text, "changes": []}), 2))
    else:
        click.echo(printable(correction.query if correction else text))
    if correction is None:
        sys.exit(1)
