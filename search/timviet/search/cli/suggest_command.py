"""`timviet suggest`: how a phrase may go on, while it is typed."""

import sys

import click

from timviet.search.cli.options import find_index, format_option, index_option, limit_option, require_words, to_json


@click.command("suggest")
@click.argument("prefix", nargs=-1, required=True)
@limit_option
@format_option
@index_option
def command(prefix: tuple[str, ...], limit: int, output: str, index_location: str | None) -> None:
    """Suggest how a phrase may go on, by words and phrases that the index has.

    They are printed one a line, the likeliest first, without what was typed itself; as JSON, with how often the index
    has each, and whether titles do. The last word is unfinished, unless a space comes after it. The exit status is 1
    where nothing goes on so.

    \b
    Examples:
        timviet suggest cong a
        timviet suggest "bảo hiểm "
    """
    from timviet.index import open_index
    from timviet.search import Searcher
    from timviet.search.snippet import printable

    text = " ".join(prefix)
    require_words(text, "go on from", "a word, or its first letters")
    with open_index(find_index(index_location)) as index, Searcher(index) as searcher:
        suggestions = searcher.suggest(text, limit)
    if output == "json":
        click.echo(to_json({"prefix": text, "suggestions": [own.to_dict() for own in suggestions]}, indent=2))
    else:
        for suggestion in suggestions:
            click.echo(printable(suggestion.text))
    if not suggestions:
        sys.exit(1)
