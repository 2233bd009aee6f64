"""`timviet info`: what an index holds."""

from contextlib import suppress
from pathlib import Path

import click

from timviet.search.cli.options import find_index, format_option, index_option, to_json


@click.command("info")
@format_option
@index_option
def command(output: str, index_folder: Path | None) -> None:
    """Tell what the index holds, how large it is, and when it was built."""
    from timviet.index import open_index
    from timviet.search.snippet import printable

    folder = find_index(index_folder)
    with open_index(folder) as index:
        schema = index.whoosh.schema
        facts = {
            "index": str(folder),
            "documents": index.document_count,
            "paragraphs": index.paragraph_count,
            "bytes": _size(folder),
            "schema": schema.version,
            "rules": schema.rules,
            "built": index.committed.isoformat(timespec="seconds"),
        }
    if output == "json":
        click.echo(to_json(facts, indent=2))
    else:
        for name, fact in facts.items():
            click.echo(f"{name:<11}{format(fact, ',') if isinstance(fact, int) else printable(fact)}")


def _size(folder: Path) -> int:
    """Return how many bytes the files of a folder have; a writer may be deleting some of them."""
    total = 0
    for file in folder.iterdir():
        with suppress(FileNotFoundError):
            total += file.stat().st_size
    return total
