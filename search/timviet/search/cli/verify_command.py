"""`timviet verify`: check that the index is whole."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Literal

import click

from timviet.search.cli.options import count, find_index, format_option, index_option, progress_bar, to_json


@click.command("verify")
@click.option("--quick", is_flag=True, help="Compare checksums alone: a second for a gigabyte.")
@format_option
@index_option
def command(quick: bool, output: Literal["text", "json"], index_folder: Path | None) -> None:
    """Check that the index is whole: that its files hold what was written, and that they agree with each other.

    All texts are analysed again and compared with the terms that the index has of them, which takes longer than to
    index them. Nothing is changed. `timviet repair` saves what can be saved. Exit status: 0 whole, 1 damaged, 2 where
    it cannot even be opened.
    """
    from timviet.index import open_index, verify
    from timviet.search.snippet import printable

    folder = find_index(index_folder)
    with open_index(folder) as index, progress_bar("Checking") as progress:
        found = verify(index, quick, progress)
    if output == "json":
        click.echo(to_json(asdict(found), indent=2))
    else:
        for problem in found.problems:
            click.echo(printable(str(problem)), err=True)
        checked = f"{count(found.segments, 'segment')}, {count(found.paragraphs, 'paragraph')}"
        state = "save what can be saved: timviet repair NEW_FOLDER" if found.problems else "whole"
        click.echo(f"{printable(str(folder))}: {checked}; {count(len(found.problems), 'problem')}; {state}")
    if found.problems:
        sys.exit(1)
