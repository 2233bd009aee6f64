"""`timviet verify`: check that the index is whole."""

import sys
from dataclasses import asdict
from typing import Literal

import click

from timviet.search.cli.options import count, find_index, format_option, index_option, progress_bar, to_json


@click.command("verify")
@click.option("--quick", is_flag=True, help="Compare checksums alone: a second for a gigabyte.")
@format_option
@index_option
def command(quick: bool, output: Literal["text", "json"], index_location: str | None) -> None:
    """Check that the index is whole: that its files hold what was written, and that they agree with each other.

    All texts are analysed again and compared with the terms that the index has of them, which takes longer than to
    index them. Nothing is changed. `timviet repair` saves what can be saved. Exit status: 0 whole, 1 damaged, 2 where
    it cannot even be opened. What an index on a cluster keeps, the cluster itself checks.
    """
    from timviet.index import open_index, verify
    from timviet.search.snippet import printable

    with open_index(find_index(index_location)) as index, progress_bar("Checking") as progress:
        found = verify(index, quick, progress)
    if output == "json":
        click.echo(to_json(asdict(found), indent=2))
    else:
        for problem in found.problems:
            click.echo(printable(str(problem)), err=True)
        checked = f"{count(found.segments, 'segment')}, {count(found.paragraphs, 'paragraph')}"
        state = "save what can be saved: timviet repair NEW_FOLDER" if found.problems else "whole"
        click.echo(f"{printable(index.location)}: {checked}; {count(len(found.problems), 'problem')}; {state}")
    if found.problems:
        sys.exit(1)
