"""What the commands share: where the index is, how typed marks count, and how far a command has come."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from timviet.index.errors import quoted
from timviet.index.file_names import escape_bytes
from timviet.search.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from timviet.index.opensearch.options import ClusterOptions

DEFAULT_FOLDER = ".timviet"

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

index_option: Decorator = click.option(
    "--index",
    "index_location",
    type=click.Path(),
    metavar="PLACE",
    help="The index's folder, or opensearch://HOST:9200/NAME. By default $TIMVIET_INDEX, or `.timviet` in this folder "
    "or the nearest one above.",
)

shards_option: Decorator = click.option(
    "--shards",
    type=click.IntRange(min=1),
    metavar="NUMBER",
    help="How many shards a new index on a cluster has. By default one, or as many as one has that is replaced.",
)

replicas_option: Decorator = click.option(
    "--replicas",
    type=click.IntRange(min=0),
    metavar="NUMBER",
    help="How many copies of each shard it has. By default as many as the cluster says, or one has that is replaced.",
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

limit_option: Decorator = click.option(
    "--limit", type=click.IntRange(min=1), default=10, show_default=True, help="How many to show at most."
)

format_option: Decorator = click.option(
    "--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output format."
)

lines_format_option: Decorator = click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json", "jsonl"]),
    default="text",
    show_default=True,
    help="Output; as jsonl, a hit a line, and what else there is to tell on standard error.",
)


def _parse_timeout(_context: click.Context, _option: click.Parameter, seconds: float) -> Limits:
    try:
        return Limits(seconds=seconds)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


timeout_option: Decorator = click.option(
    "--timeout",
    "limits",
    type=float,
    default=DEFAULT_LIMITS.seconds,
    callback=_parse_timeout,
    show_default=True,
    metavar="SECONDS",
    help="Give up after so long; `inf` for never.",
)


def _has_color(_context: click.Context, _option: click.Parameter, is_plain: bool) -> bool:
    """Tell whether to mark matches: on a terminal, unless that is turned off; see https://no-color.org."""
    return sys.stdout.isatty() and not is_plain and not os.environ.get("NO_COLOR")


color_option: Decorator = click.option(
    "--no-color",
    "color",
    is_flag=True,
    callback=_has_color,
    help="Do not mark matches. By default on a terminal only, and if $NO_COLOR is not set.",
)


def require_words(text: str, to_do: str, advice: str) -> None:
    """Refuse a text that has no letter and no digit.

    Args:
        text: what was typed.
        to_do: what cannot be done with it.
        advice: what to give instead.
    """
    if not any(character.isalnum() for character in text):
        raise click.UsageError(f"nothing to {to_do} in {quoted(text)}: give {advice}")


def typed_query(words: Iterable[str]) -> str:
    """Return a query as it was typed; bytes that are not UTF-8 are as a name of a file is known that has them."""
    return escape_bytes(" ".join(words), mark=r"\\x")


def read_input() -> bytes:
    """Return what standard input has, unless that is more than a file may have."""
    from timviet.index.formats import limits

    if sys.stdin is None:
        raise click.UsageError("cannot read standard input: it is closed")
    content, is_at_end = bytearray(), False
    while not is_at_end:
        piece = sys.stdin.buffer.read(limits.MEBIBYTE)
        content += piece
        is_at_end = len(piece) < limits.MEBIBYTE  # a terminal would be asked once more
        if len(content) > limits.MAX_FILE_SIZE:
            most = limits.MAX_FILE_SIZE // limits.MEBIBYTE
            raise click.UsageError(f"cannot read standard input: it is larger than {most:,} MiB; give it in parts")
    return bytes(content)


def find_index(given: str | None) -> str:
    """Return the index's folder, or where it is on a cluster.

    That is the one given after the command, before it, or in $TIMVIET_INDEX, else the nearest one upwards, else one
    here.
    """
    before_command = click.get_current_context().find_root().params.get("index_location")
    named = given or before_command or os.environ.get("TIMVIET_INDEX")
    if named:
        return str(named)
    here = Path.cwd()
    folders = (folder / DEFAULT_FOLDER for folder in (here, *here.parents))
    nearest = next((folder for folder in folders if folder.is_dir()), here / DEFAULT_FOLDER)
    return os.path.relpath(nearest)


def cluster_options(location: str, shards: int | None, replicas: int | None) -> "ClusterOptions | None":
    """Return how a new index is to be laid out on a cluster, and what the environment says of how to reach that.

    Args:
        location: where the index is to be; for one on no cluster, None is returned.
        shards: how many shards it is to have; None for one, or
            as many as one has that is replaced.
        replicas: how many copies of each; None for as many as the cluster says.
    """
    from timviet.index.opensearch.options import ClusterOptions
    from timviet.index.store import is_on_cluster

    if not is_on_cluster(location):
        if shards is not None or replicas is not None:
            raise click.UsageError("--shards and --replicas are for indexes on a cluster: --index opensearch://…")
        return None
    try:
        return ClusterOptions.from_environment(shards, replicas)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def all_cores() -> int:
    """Return how many cores there are to work with."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that shows how much is done of how much, on a terminal's standard error."""
    if sys.stderr is None or not sys.stderr.isatty():
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


def with_replacements(told: str, replaced: int) -> str:
    """Return what is told of an encoding, and at how many places bytes that are none of it became U+FFFD."""
    return told if not replaced else f"{told}, with broken bytes replaced at {count(replaced, 'place')}"


def to_json(value: object, indent: int | None = None) -> str:
    """Return a value as JSON that any terminal and any file takes: what a terminal would obey is escaped."""
    from timviet.search.snippet import CONTROL_CHARACTER

    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return CONTROL_CHARACTER.sub(lambda character: f"\\u{ord(character.group()):04x}", text)
