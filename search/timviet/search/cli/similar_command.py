"""`timviet similar`: more like this."""

import sys

import click

from timviet.search.cli.options import color_option, find_index, format_option, index_option, limit_option, to_json
from timviet.search.cli.search_command import show_results


@click.command("similar")
@click.argument("document_id", metavar="ID")
@click.option(
    "--paragraph", type=click.IntRange(min=0), default=0, show_default=True, help="Its number in the document."
)
@limit_option
@color_option
@format_option
@index_option
def command(document_id: str, paragraph: int, limit: int, color: bool, output: str, index_location: str | None) -> None:
    """Find paragraphs like one of document ID, the most similar first."""
    from timviet.index import open_index
    from timviet.index.typed_ids import find_id
    from timviet.search import Searcher

    with open_index(find_index(index_location)) as index, Searcher(index) as searcher:
        results = searcher.similar(find_id(index, document_id) or document_id, paragraph, limit)
    if output == "json":
        click.echo(to_json(results.to_dict(), indent=2))
    else:
        show_results(results, 0, color=color)
    if not results.total:
        sys.exit(1)
