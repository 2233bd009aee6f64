"""`timviet index`: bring the index up to date with files and folders."""

import signal
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from timviet.index.file_names import escape_name
from timviet.search.cli.options import (
    all_cores,
    cluster_options,
    count,
    encoding_option,
    find_index,
    index_option,
    progress_bar,
    read_input,
    replicas_option,
    shards_option,
    with_replacements,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from timviet.index import FileEncoding, Index, Summary
    from timviet.index.opensearch.options import ClusterOptions

_SHOWN = 20
_REASONS = 5


@click.command("index")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--prune", is_flag=True, help="Remove documents whose file, found under PATHS before, is gone or left out."
)
@click.option(
    "--exclude",
    multiple=True,
    metavar="PATTERN",
    help="Leave out files and folders by a pattern as in .gitignore; repeatable.",
)
@click.option("--watch", "is_watching", is_flag=True, help="Go on, and keep the index up to date while folders change.")
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for another writer to end; with --watch, as long as that takes.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=all_cores,
    show_default="all cores",
    metavar="NUMBER",
    help="How many processes to index with; on a cluster, how many requests are under way.",
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
@click.option("--id-field", metavar="NAME", help="The column or key that names a record. By default it is guessed.")
@click.option("--title-field", metavar="NAME", help="The one that has its title.")
@click.option("--text-field", "text_fields", metavar="NAME", multiple=True, help="One that has its text; repeatable.")
@shards_option
@replicas_option
@index_option
def command(
    paths: tuple[Path, ...],
    prune: bool,
    exclude: tuple[str, ...],
    is_watching: bool,
    wait: float,
    jobs: int,
    memory: int,
    encoding: str | None,
    id_field: str | None,
    title_field: str | None,
    text_fields: tuple[str, ...],
    shards: int | None,
    replicas: int | None,
    index_location: str | None,
) -> None:
    """Index files and folders; `-` reads standard input.

    Reads .txt, .md, .html, .docx, .odt, .pdf and .epub files, one document each, and .csv, .tsv, .json and .jsonl
    files, one document a row, object or line; any of them may be packed as .gz. A file that has not changed since the
    last time is not read again. All is committed at the end, or, when interrupted, nothing.

    A line of .jsonl has "id", "text", if it has one "title", and anything else as metadata. Which columns or keys these
    are in other records is guessed by their names, which is told, or said, whatever their marks and case; that is
    remembered with each file. Web pages, .docx, .odt, .pdf and .epub need what is installed with timviet[formats].

    What a folder's .gitignore and .timvietignore name, below it, is left out, as git does, and so are hidden files.

    With --watch, changes are in the index within a second or two, and what is gone or left out is removed from it, as
    with --prune; Ctrl-C ends that. It needs an extra package: pip install 'timviet[watch]'.

    The encoding of each file is told from what it says, among those that `timviet decode` lists; what is not in UTF-8
    is told. A file whose encoding cannot be told is not guessed but skipped: name it with --encoding. In one
    that is named, a few bytes that are none of it become U+FFFD, which is told. The name is
    remembered with each file that is read by it.

    Standard input is JSON lines if it begins with `{`, and otherwise one text with the id `-`, which replaces the one
    before it. A file or line with a fault is skipped and told, what the index held of it stays, and the exit status is
    2; all else is indexed.

    An index may also be on an OpenSearch cluster: --index opensearch://HOST:9200/NAME, or opensearchs:// for TLS, with
    several hosts joined by commas; it needs pip install 'timviet[opensearch]'. How to reach the cluster is said by
    TIMVIET_OPENSEARCH_USER and _PASSWORD, or _API_KEY; _CA_CERTS, _CLIENT_CERT and _CLIENT_KEY, which are files, and
    _VERIFY, which is 0 where its certificate is not to be checked; _TIMEOUT, how many seconds to wait for an answer;
    and _RETRIES, how often to try again while it is busy.

    \b
    Examples:
        timviet index van-ban
        timviet index --index opensearch://tim.example.vn:9200/van-ban --shards 3 van-ban
        timviet index --prune van-ban bao-cao.txt
        timviet index --exclude '*.tmp' --exclude nhap/ --watch van-ban
        zcat luat.jsonl.gz | timviet index -
        timviet index --encoding vps van-ban/cu.txt
        timviet index --text-field hỏi --text-field đáp hoi-dap.csv
    """
    from timviet.index import RecordFields

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C, which leaves the index as it was
    location = find_index(index_location)
    stream = read_input() if Path("-") in paths and not is_watching else None
    files = [path for path in paths if path != Path("-") or is_watching]
    fields = RecordFields(id_field, title_field, text_fields)
    options = {"exclude": exclude, "jobs": jobs, "memory": memory, "encoding": encoding, "fields": fields}
    with _open(location, cluster_options(location, shards, replicas), files) as index:
        if is_watching:
            _follow(index, files, options)
        elif _sync(index, files, {"stream": stream, "prune": prune, "timeout": wait} | options).errors:
            sys.exit(2)


def _open(location: str, cluster: "ClusterOptions | None", paths: "Sequence[Path]") -> "Index":
    """Open the index; where there is none yet, make it, unless there is nothing to index."""
    from timviet.index import open_index
    from timviet.index.errors import IndexNotFoundError
    from timviet.index.folders.syncing import require_paths

    try:
        index = open_index(location, cluster=cluster)
    except IndexNotFoundError:
        require_paths(paths)
        return open_index(location, create=True, cluster=cluster)
    if cluster is not None:
        _require_layout(index, cluster)
    return index


def _require_layout(index: "Index", cluster: "ClusterOptions") -> None:
    """Refuse to lay out an index otherwise that is there."""
    there = index.layout
    asked = {"shards": cluster.shards, "replicas": cluster.replicas}
    other = {name: number for name, number in asked.items() if number not in (None, there[name])}
    if other:
        index.close()
        options = " ".join(f"--{name} {number}" for name, number in other.items())
        here = f"{count(int(there['shards']), 'shard')} and {count(int(there['replicas']), 'replica')} of each"
        message = f"the index has {here}: lay it out anew by"
        raise click.UsageError(f"{message} `timviet copy {options} {index.location} {index.location}`")


def _sync(index: "Index", paths: "Sequence[Path]", options: "Mapping[str, Any]") -> "Summary":
    from timviet.index import sync

    with progress_bar("Indexing") as progress:
        summary = sync(index, paths, progress=progress, **options)
    _report(summary, index.location, _worth_telling(summary, options))
    return summary


def _follow(index: "Index", paths: "Sequence[Path]", options: "Mapping[str, Any]") -> None:
    """Report what is done, until Ctrl-C."""
    from timviet.index import watch

    with progress_bar("Indexing") as progress:
        summaries = watch(index, paths, progress=progress, **options)
        summary = next(summaries)
    try:
        _report(summary, index.location, _worth_telling(summary, options))
        click.echo("watching for changes; Ctrl-C ends it", err=True)
        for summary in summaries:
            if summary.documents or summary.removed or summary.errors:
                _report(summary, index.location, _worth_telling(summary, options))
    except KeyboardInterrupt:
        click.echo("stopped", err=True)


def _worth_telling(summary: "Summary", options: "Mapping[str, Any]") -> "Sequence[FileEncoding]":
    """Return the encodings that a user did not name, and where what was named does not fit all bytes."""
    return [own for own in summary.encodings if own.replaced or not options["encoding"]]


def _tell_guesses(summary: "Summary") -> None:
    """Tell which columns and keys were taken for what, those of files of one kind together."""
    from timviet.search.snippet import printable

    files = Counter(fields for _, fields in summary.guesses)
    examples = dict(reversed([(fields, path) for path, fields in summary.guesses]))
    for fields, number in files.most_common(_SHOWN):
        more = f" and {count(number - 1, 'more file')}" if number > 1 else ""
        parts = (("id", [fields.id]), ("title", [fields.title]), ("text", fields.text))
        told = "; ".join(f"{part} from {', '.join(map(repr, names))}" for part, names in parts if any(names))
        click.echo(printable(f"guessed: {told}: {escape_name(str(examples[fields]))}{more}"), err=True)
    if len(files) > _SHOWN:
        click.echo(f"guessed: {len(files) - _SHOWN} more kinds of records", err=True)


def _report(summary: "Summary", location: str, encodings: "Sequence[FileEncoding]") -> None:
    from timviet.search.snippet import printable

    for path, encoding, confidence, replaced in encodings[:_SHOWN]:
        told = with_replacements(f"(confidence {confidence:.2f})", replaced)
        click.echo(f"read as {encoding} {told}: {printable(str(path))}", err=True)
    for encoding, number in Counter(file.encoding for file in encodings[_SHOWN:]).items():
        click.echo(f"read as {encoding}: {count(number, 'more file')}", err=True)
    _tell_guesses(summary)
    for error in summary.errors[:_SHOWN]:
        click.echo(f"skipped: {printable(str(error))}", err=True)
    if len(summary.errors) > _SHOWN:
        more = len(summary.errors) - _SHOWN
        click.echo(f"skipped: {more:,} more files or lines with errors, which `timviet info --skipped` lists", err=True)
    counts = {
        "new": summary.new,
        "changed": summary.changed,
        "unchanged": summary.unchanged,
        "removed": summary.removed,
        f"skipped{_reasons(summary)}": summary.skipped.total(),
    }
    counts |= {name: own for name, own in (("renamed", summary.renamed), ("left out", summary.left_out)) if own}
    rate = summary.paragraphs / summary.seconds if summary.seconds else 0.0
    indexed = f"{count(summary.documents, 'document')}, {count(summary.paragraphs, 'paragraph')} indexed"
    click.echo(
        f"{printable(location)}: {indexed} "
        f"({', '.join(f'{number:,} {name}' for name, number in counts.items())}) "
        f"in {summary.seconds:.1f} s, {rate:,.0f} paragraphs/s"
    )


def _reasons(summary: "Summary") -> str:
    """Return why files and lines were skipped, the most frequent reasons first, in brackets; nothing if none was."""
    from timviet.search.snippet import printable

    told = [f"{printable(reason)}: {number:,}" for reason, number in summary.skipped.most_common(_REASONS)]
    others = len(summary.skipped) - len(told)
    more = f", and {count(others, 'other reason')}" if others else ""
    return f" [{', '.join(told)}{more}]" if told else ""
