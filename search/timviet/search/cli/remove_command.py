"""`timviet remove`: take documents out of the index."""

import sys
from pathlib import Path

import click

from timviet.search.cli.options import count, find_index, index_option


@click.command("remove")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@index_option
def command(ids: tuple[str, ...], index_folder: Path | None) -> None:
    """Remove documents by their ids.

    The id of a file is its path, from the folder that holds the index; `timviet search --format json` shows ids. A
    removed file comes back the next time it is indexed.
    """
    from timviet.index import open_index
    from timviet.search.snippet import printable

    with open_index(find_index(index_folder)) as index:
        known = {document_id for document_id in ids if document_id in index}
        with index.writer() as writer:
            for document_id in known:
                writer.remove(document_id)
    missing = [document_id for document_id in ids if document_id not in known]
    click.echo(f"{count(len(known), 'document')} removed")
    for document_id in missing:
        click.echo(f"cannot remove {printable(document_id)}: there is no document with this id", err=True)
    if missing:
        sys.exit(1)
