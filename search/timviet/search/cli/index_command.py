"""`timviet index`: bring the index up to date with files and folders."""

import os
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from timviet.search.cli.options import count, encoding_option, find_index, index_option, progress_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from timviet.index import FileEncoding, Summary

_SHOWN = 20


@click.command("index")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--prune", is_flag=True, help="Remove documents whose file, found under PATHS before, is gone.")
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for another writer to end.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=lambda: len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
    show_default="all cores",
    metavar="NUMBER",
    help="How many processes to index with.",
)
@click.option(
    "--memory",
    type=click.IntRange(min=1),
    default=512,
    show_default=True,
    metavar="MEGABYTES",
    help="About how much memory to build segments in; to merge large ones takes more.",
)
@encoding_option
@index_option
def command(
    paths: tuple[Path, ...],
    prune: bool,
    wait: float,
    jobs: int,
    memory: int,
    encoding: str | None,
    index_folder: Path | None,
) -> None:
    """Index files and folders; `-` reads standard input.

    Reads .txt and .md files, one document each, and .jsonl files, one document a line with "id", "text", if it has one
    "title", and anything else as metadata. A file that has not changed since the last time is not read again. All is
    committed at the end, or, when interrupted, nothing.

    The encoding of each file is told from what it says, among those that `timviet decode` lists; what is not in UTF-8
    is told. A file whose encoding cannot be told is not guessed but skipped: name it with --encoding.

    Standard input is JSON lines if it begins with `{`, and otherwise one text with the id `-`, which replaces the one
    before it. A file or line with a fault is skipped and told, what the index held of it stays, and the exit status is
    2; all else is indexed.

    \b
    Examples:
        timviet index van-ban
        timviet index --prune van-ban bao-cao.txt
        zcat luat.jsonl.gz | timviet index -
        timviet index --encoding vps van-ban/cu.txt
    """
    from timviet.index import open_index, sync
    from timviet.index.folders import require_paths

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C, which leaves the index as it was
    folder = find_index(index_folder)
    stream = sys.stdin.buffer.read() if Path("-") in paths else None
    files = [path for path in paths if path != Path("-")]
    if not folder.exists():
        require_paths(files)
    with open_index(folder, create=True) as index, progress_bar("Indexing") as progress:
        summary = sync(
            index,
            files,
            stream=stream,
            prune=prune,
            progress=progress,
            timeout=wait,
            jobs=jobs,
            memory=memory,
            encoding=encoding,
        )
    _report(summary, folder, encodings=() if encoding else summary.encodings)
    if summary.errors:
        sys.exit(2)


def _report(summary: "Summary", folder: Path, encodings: "Sequence[FileEncoding]") -> None:
    from timviet.search.snippet import printable

    for path, encoding, confidence in encodings[:_SHOWN]:
        click.echo(f"read as {encoding} (confidence {confidence:.2f}): {printable(str(path))}", err=True)
    for encoding, number in Counter(file.encoding for file in encodings[_SHOWN:]).items():
        click.echo(f"read as {encoding}: {count(number, 'more file')}", err=True)
    for error in summary.errors[:_SHOWN]:
        click.echo(f"skipped: {printable(str(error))}", err=True)
    if len(summary.errors) > _SHOWN:
        click.echo(f"skipped: {len(summary.errors) - _SHOWN} more files or lines with errors", err=True)
    counts = {
        "new": summary.new,
        "changed": summary.changed,
        "unchanged": summary.unchanged,
        "removed": summary.removed,
        "skipped": summary.skipped.total(),
    }
    reasons = printable(", ".join(f"{reason}: {number}" for reason, number in summary.skipped.most_common()))
    rate = summary.paragraphs / summary.seconds if summary.seconds else 0.0
    indexed = f"{count(summary.documents, 'document')}, {count(summary.paragraphs, 'paragraph')} indexed"
    click.echo(
        f"{printable(str(folder))}: {indexed} "
        f"({', '.join(f'{number:,} {name}' for name, number in counts.items())}{f' [{reasons}]' if reasons else ''}) "
        f"in {summary.seconds:.1f} s, {rate:,.0f} paragraphs/s"
    )
