"""`timviet info`: what an index holds."""

from typing import TYPE_CHECKING

import click

from timviet.index.file_names import escape_name
from timviet.search.cli.options import find_index, format_option, index_option, to_json

if TYPE_CHECKING:
    from timviet.index.errors import SourceError


@click.command("info")
@click.option(
    "--skipped",
    is_flag=True,
    help="List the files and lines that are not in it, with the reasons; those of formats not read are counted.",
)
@format_option
@index_option
def command(skipped: bool, output: str, index_location: str | None) -> None:
    """Tell what the index holds, how large it is, and when it was built.

    \b
    Examples:
        timviet info
        timviet info --skipped
    """
    from timviet.index import open_index, skipped_files
    from timviet.index.folders.skipped import count_skipped
    from timviet.search.snippet import printable

    with open_index(find_index(index_location)) as index:
        if skipped:
            _list(skipped_files(index), output)
            return
        facts: dict[str, str | int] = {
            "index": escape_name(index.location),
            "documents": index.document_count,
            "paragraphs": index.paragraph_count,
            "bytes": index.size,
            **index.layout,
            "schema": index.schema_version,
            "rules": index.rules,
            "skipped": count_skipped(index),
            "built": index.committed.isoformat(timespec="seconds"),
        }
    if output == "json":
        click.echo(to_json(facts, indent=2))
    else:
        for name, fact in facts.items():
            click.echo(f"{name:<11}{format(fact, ',') if isinstance(fact, int) else printable(fact)}")


def _list(errors: "list[SourceError]", output: str) -> None:
    from timviet.search.snippet import printable

    if output == "json":
        records = [
            {"path": escape_name(str(error.path)), "line": error.line, "reason": error.reason, "detail": error.detail}
            for error in errors
        ]
        click.echo(to_json(records, indent=2))
    else:
        for error in errors:
            click.echo(printable(str(error)))
