"""`timviet similar`: more like this."""

import sys
from pathlib import Path

import click

from timviet.search.cli.options import find_index, format_option, index_option, to_json
from timviet.search.cli.search_command import show_results


@click.command("similar")
@click.argument("document_id", metavar="ID")
@click.option(
    "--paragraph", type=click.IntRange(min=0), default=0, show_default=True, help="Its number in the document."
)
@click.option("--limit", type=click.IntRange(min=1), default=10, show_default=True, help="How many to show at most.")
@click.option("--no-color", is_flag=True, envvar="NO_COLOR", help="Do not mark matches. By default on a terminal only.")
@format_option
@index_option
def command(
    document_id: str, paragraph: int, limit: int, no_color: bool, output: str, index_folder: Path | None
) -> None:
    """Find paragraphs like one of document ID, the most similar first."""
    from timviet.index import open_index
    from timviet.search import Searcher

    with open_index(find_index(index_folder)) as index, Searcher(index) as searcher:
        results = searcher.similar(document_id, paragraph, limit)
    if output == "json":
        click.echo(to_json(results.to_dict(), indent=2))
    else:
        show_results(results, 0, color=sys.stdout.isatty() and not no_color)
    if not results.total:
        sys.exit(1)
