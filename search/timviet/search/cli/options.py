"""What the commands share: where the index is, how typed marks count, and how far a command has come."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

DEFAULT_FOLDER = ".timviet"

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

index_option: Decorator = click.option(
    "--index",
    "index_folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The index's folder. By default $TIMVIET_INDEX, or `.timviet` in this folder or the nearest one above.",
)

marks_option: Decorator = click.option(
    "--marks",
    type=click.Choice(["auto", "strict", "ignore"]),
    default="auto",
    show_default=True,
    help="How typed marks count: a text may have more of them, or none (auto); the same ones (strict); not at all.",
)

match_option: Decorator = click.option(
    "--match",
    type=click.Choice(["auto", "all", "any"]),
    default="auto",
    show_default=True,
    help="Whether all words are required, or any of them; auto: all, and any where that finds too little.",
)

abbreviations_option: Decorator = click.option(
    "--abbreviations/--no-abbreviations",
    default=True,
    help="Whether UBND finds ủy ban nhân dân, too, and the other way round. By default, as the texts show it.",
)

encoding_option: Decorator = click.option(
    "--encoding",
    metavar="NAME",
    help="The encoding of all that is read, also any that Python knows. By default it is told from each text.",
)

format_option: Decorator = click.option(
    "--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output format."
)


def find_index(given: Path | None) -> Path:
    """Return the index's folder.

    That is the one given after the command, before it, or in $TIMVIET_INDEX, else the nearest one upwards, else one
    here.
    """
    before_command = click.get_current_context().find_root().params.get("index_folder")
    named = given or before_command or os.environ.get("TIMVIET_INDEX")
    if named:
        return Path(named)
    here = Path.cwd()
    folders = (folder / DEFAULT_FOLDER for folder in (here, *here.parents))
    nearest = next((folder for folder in folders if folder.is_dir()), here / DEFAULT_FOLDER)
    return Path(os.path.relpath(nearest))


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that shows how much is done of how much, on a terminal's standard error."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield progress


def count(number: int, noun: str) -> str:
    """Return a number with its noun: "1 paragraph", "2,000 paragraphs"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def to_json(value: object, indent: int | None = None) -> str:
    """Return a value as JSON that any terminal and any file takes: what a terminal would obey is escaped."""
    from timviet.search.snippet import CONTROL_CHARACTER

    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return CONTROL_CHARACTER.sub(lambda character: f"\\u{ord(character.group()):04x}", text)
