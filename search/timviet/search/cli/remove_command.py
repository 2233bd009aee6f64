"""`timviet remove`: take documents out of the index."""

import sys

import click

from timviet.search.cli.options import count, find_index, index_option


@click.command("remove")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@index_option
def command(ids: tuple[str, ...], index_location: str | None) -> None:
    """Remove documents by their ids.

    The id of a file is its path, from the folder that holds the index; `timviet search --format json` shows ids. Any
    other path of the file does, too; it does not matter how letters are composed, and a name that is not UTF-8 is taken
    as it is. A removed file comes back the next time it is indexed; a row or line of a file with others comes back when
    the file changes.
    """
    from timviet.index import open_index
    from timviet.index.typed_ids import find_ids
    from timviet.search.snippet import printable

    with open_index(find_index(index_location)) as index:
        found = find_ids(index, ids)
        known = {document_id for document_id in found.values() if document_id}
        with index.writer() as writer:
            for document_id in known:
                writer.remove(document_id)
    missing = [typed for typed, document_id in found.items() if document_id is None]
    click.echo(f"{count(len(known), 'document')} removed")
    for typed, taken in found.items():
        if taken not in (typed, None):
            click.echo(f"for {printable(typed)}: {printable(str(taken))}")
    for document_id in missing:
        click.echo(f"cannot remove {printable(document_id)}: there is no document with this id", err=True)
    if missing:
        sys.exit(1)
