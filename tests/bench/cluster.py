"""Measure an index on an OpenSearch cluster beside the same index here: rate, size, latency, and whether they agree.

    python tests/bench/cluster.py --nodes 3 --shards 3 ../shared/corpus/viwiki.jsonl.gz

The nodes are started for it, on this machine, with the benchmark itself; a cluster that runs is named by --index.
Queries are drawn from the files as in `speed.py`; each is asked once to warm up, and then in turn of both.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from statistics import geometric_mean, median
from tempfile import TemporaryDirectory

import click
from corpus import read_texts
from figures import percentile
from queries import Query, draw_queries

from timviet.index import ClusterOptions, Document, Index, open_index
from timviet.index.opensearch.paragraphs import Encoder
from timviet.index.preparing import prepare
from timviet.search import Limits, Searcher

sys.path.append(str(Path(__file__).parents[1]))
from opensearch_cluster import Cluster

KINDS = ("all", "any", "phrase", "prefix")
LIMIT = 10
LONG_ENOUGH = Limits(seconds=120)


def documents(files: Sequence[Path], count: int | None) -> Iterator[Document]:
    """Yield each paragraph as a document."""
    for number, text in enumerate(islice(read_texts(files), count)):
        yield Document(str(number), text)


def build(index: Index, files: Sequence[Path], count: int | None, jobs: int) -> float:
    """Fill an index, and return how many paragraphs it took in a second."""
    started = time.perf_counter()
    number = 0
    with index.writer(jobs=jobs) as writer:
        for document in documents(files, count):
            writer.add(document)
            number += 1
    return number / (time.perf_counter() - started)


def asked(query: Query) -> tuple[str, dict[str, str]]:
    """Return what is typed for a query, and how."""
    text = " ".join(query.words)
    match query.kind:
        case "phrase":
            return f'"{text}"', {}
        case "prefix":
            return f"{text}*", {}
        case kind:
            return text, {"match": kind}


def timed(searcher: Searcher, query: Query) -> tuple[float, list[tuple[str, float]], int]:
    """Return how long a query takes in milliseconds, what it finds with the scores, and how many in all."""
    text, options = asked(query)
    started = time.perf_counter()
    results = searcher.search(text, LIMIT, **options)
    found = [(hit.document_id, round(hit.score, 6)) for hit in results]
    return (time.perf_counter() - started) * 1000, found, results.total


def encoding_time(files: Sequence[Path], count: int | None) -> float:
    """Return how many microseconds of a core a writer takes for a paragraph before it is sent."""
    encoder, started, number = Encoder(), time.perf_counter(), 0
    for document in documents(files, count):
        for _ in encoder.encode(prepare(document, None), number):
            pass
        number += 1
    return (time.perf_counter() - started) / number * 1e6


@click.command(help=__doc__)
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--count", type=int, help="Take only so many paragraphs.")
@click.option("--nodes", default=3, help="How many nodes to start.")
@click.option("--shards", default=3)
@click.option("--replicas", default=0)
@click.option("--jobs", default=2)
@click.option("--queries", "per_cell", default=1, help="How many runs of words of each length and frequency.")
@click.option("--index", "location", help="Where to make the index, on a cluster that runs.")
def main(
    files: tuple[Path, ...],
    count: int | None,
    nodes: int,
    shards: int,
    replicas: int,
    jobs: int,
    per_cell: int,
    location: str | None,
) -> None:
    """Fill, ask, print."""
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        if location is None:
            hosts = stack.enter_context(Cluster(nodes)).hosts
            location = f"opensearch://{','.join(hosts)}/do-luong"
        options = ClusterOptions(shards=shards, replicas=replicas, timeout=300)
        here = stack.enter_context(open_index(Path(folder) / "chi-muc", create=True))
        there = stack.enter_context(open_index(location, create=True, cluster=options))
        rates = [build(index, files, count, jobs) for index in (here, there)]
        for name, index, rate in zip(("here", "cluster"), (here, there), rates, strict=True):
            print(f"{name}: {index.paragraph_count:,} paragraphs, {rate:,.0f}/s, {index.size / 1e6:,.0f} MB")
        print(f"reading and encoding alone: {encoding_time(files, count):.0f} µs a paragraph")
        queries = draw_queries(list(islice(read_texts(files), 50_000)), per_cell)
        searchers = [stack.enter_context(Searcher(index, LONG_ENOUGH)) for index in (here, there)]
        compare(queries, searchers, there)


def shard_time(index: Index) -> int:
    """Return how many milliseconds the shards of an index on a cluster have searched so far, all together."""
    told = index.connection.client.indices.stats(index=index.connection.name, metric="search")
    return told["_all"]["total"]["search"]["query_time_in_millis"]


def compare(queries: Sequence[Query], searchers: Sequence[Searcher], cluster: Index) -> None:
    """Ask an index here and one on a cluster all queries, twice; print how long they took, and what differs."""
    for query in queries[::7]:
        for searcher in searchers:
            timed(searcher, query)
    for kind in KINDS:
        own = [query for query in queries if query.kind == kind]
        before = shard_time(cluster)
        first = [[timed(searcher, query) for searcher in searchers] for query in own]
        of_shards = (shard_time(cluster) - before) / len(own)
        again = [timed(searchers[1], query)[0] for query in own]
        same = sum(here[1:] == there[1:] for here, there in first)
        totals = sum(here[2] == there[2] for here, there in first)
        here, there = ([pair[place][0] for pair in first] for place in range(2))
        ratio = geometric_mean(there) / geometric_mean(here)
        print(f"{kind}: {len(own)} queries, median / 95 % in ms: here {figures(here)}, cluster {figures(there)},")
        print(f"    again {figures(again)}; all shards together {of_shards:.0f} at first; ratio {ratio:.0f};")
        print(f"    same results {same}, same totals {totals}", flush=True)


def figures(times: Sequence[float]) -> str:
    """Return the median and the 95th percentile of some times."""
    return f"{median(times):.1f} / {percentile(times, 0.95):.1f}"


if __name__ == "__main__":
    main()
