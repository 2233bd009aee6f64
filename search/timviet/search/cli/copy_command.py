"""`timviet copy`: bring an index to another place, also to a cluster and back."""

import click

from timviet.search.cli.options import (
    all_cores,
    cluster_options,
    count,
    progress_bar,
    replicas_option,
    shards_option,
)


@click.command("copy")
@click.argument("source", type=click.Path())
@click.argument("destination", type=click.Path())
@shards_option
@replicas_option
def command(source: str, destination: str, shards: int | None, replicas: int | None) -> None:
    """Copy the index at SOURCE to DESTINATION, by what it keeps: no file is read again.

    Each is a folder, or opensearch://HOST:9200/NAME for an index on a cluster; see `timviet index`. On a cluster, an
    index that has this name already is replaced at once, when the copy is whole; until then it is searched as before.
    It may be SOURCE itself, to have other shards or be built by a new version's rules. A folder that has an index is
    left as it is.

    \b
    Examples:
        timviet copy .timviet opensearch://tim.example.vn:9200/van-ban
        timviet copy --shards 3 opensearch://tim.example.vn:9200/van-ban opensearch://tim.example.vn:9200/van-ban
        timviet copy opensearch://tim.example.vn:9200/van-ban ban-sao
    """
    from timviet.index import copy
    from timviet.search.snippet import printable

    cluster = cluster_options(destination, shards, replicas)
    with progress_bar("Copying") as progress:
        copied = copy(source, destination, progress, jobs=all_cores(), cluster=cluster)
    counts = f"{count(copied.documents, 'document')}, {count(copied.paragraphs, 'paragraph')}"
    click.echo(f"{printable(copied.location)}: {counts} copied")
