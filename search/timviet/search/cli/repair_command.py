"""`timviet repair`: save what a damaged index still holds."""

import sys

import click

from timviet.search.cli.options import count, find_index, index_option, progress_bar


@click.command("repair")
@click.argument("new_folder", type=click.Path())
@index_option
def command(new_folder: str, index_location: str | None) -> None:
    """Save what a damaged index still holds of its documents into a new one, in NEW_FOLDER.

    The damaged index stays as it is. All files are read again when they are indexed into the new one, so that what was
    lost comes back. Exit status: 0 all saved, 1 something was lost, which is told.

    \b
    Example:
        timviet repair .timviet-moi
        mv .timviet .timviet-hong && mv .timviet-moi .timviet
        timviet index van-ban
    """
    from timviet.index import repair
    from timviet.search.snippet import printable

    with progress_bar("Saving") as progress:
        saved = repair(find_index(index_location), new_folder, progress)
    for loss in saved.losses:
        click.echo(f"lost: {printable(loss)}", err=True)
    counts = f"{count(saved.documents, 'document')}, {count(saved.paragraphs, 'paragraph')}"
    click.echo(f"{printable(new_folder)}: {counts} saved")
    if saved.losses:
        sys.exit(1)
