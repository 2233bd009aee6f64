"""`timviet demo`: the sample articles that come with timviet, indexed and searched."""

import sys
from importlib.resources import as_file, files

import click

from timviet.search.cli.options import count

_QUERIES = ("dang uy cong an", "ma túy", '"15-KH/ĐU"', "thanh hoa", "duong xi")


@click.command("demo")
def command() -> None:
    """Index and search sample articles, in memory."""
    from timviet.index import open_index, sync
    from timviet.search import Searcher
    from timviet.search.cli.search_command import show_results

    with open_index(":memory:", create=True) as index:
        with as_file(files("timviet.search") / "sample") as folder:
            summary = sync(index, [folder])
        click.echo(f"{count(summary.documents, 'sample article')}, {count(summary.paragraphs, 'paragraph')}\n")
        with Searcher(index) as searcher:
            for query in _QUERIES:
                click.secho(f"$ timviet search '{query}'", bold=True)
                show_results(searcher.search(query, limit=2), 0, color=sys.stdout.isatty())
                click.echo()
    click.echo("Now your own texts: timviet index FOLDER, then timviet search WORDS")
