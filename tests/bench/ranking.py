"""Measure what the full ranking costs: each query by it, and by plain BM25 in the same engine; no snippets.

    python tests/bench/ranking.py --index FOLDER ../shared/corpus/viwiki.jsonl.gz

Queries for any of one to eight words are drawn from the file, as in `speed.py`. Plain BM25 goes by canonical syllables
for queries that are typed with their marks, by folded ones for those that are stripped of them.
"""

import time
from collections.abc import Callable
from contextlib import closing
from itertools import islice
from pathlib import Path
from statistics import median

import click
from corpus import read_texts
from figures import Times, percentile, ratio, select
from queries import FORMS, Query, draw_queries

from timviet.index import open_index
from timviet.search.backend import open_collection
from timviet.search.evaluation.baselines import PlainSearcher
from timviet.search.finder import Finder, Options
from timviet.search.limits import DEFAULT_LIMITS

LIMIT = 10
ROUNDS = 5


def best_of(call: Callable[[], object]) -> float:
    """Return the median of a few calls after a first one, in milliseconds."""
    call()
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        call()
        times.append((time.perf_counter() - started) * 1000)
    return median(times)


def measure(finder: Finder, queries: list[Query]) -> tuple[Times, Times]:
    """Return how long each query takes, ranked in full and plainly."""
    plain = {"typed": PlainSearcher(finder.collection, "keyed"), "stripped": PlainSearcher(finder.collection, "folded")}
    options = Options(match="any")
    full_times, plain_times = {}, {}
    for number, query in enumerate(queries):
        text = " ".join(query.words)
        plain_times[number] = best_of(lambda text=text, form=query.form: plain[form].search(text, LIMIT))
        full_times[number] = best_of(lambda text=text: finder.find(text, LIMIT, options))
    return full_times, plain_times


@click.command(help=__doc__)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--index", "folder", required=True, type=click.Path(exists=True, path_type=Path), help="An index of it.")
@click.option("--queries", "per_cell", default=4, help="How many runs of words of each length and frequency.")
@click.option("--sample", default=50_000, help="From how many paragraphs to draw them.")
def main(file: Path, folder: Path, per_cell: int, sample: int) -> None:
    """Draw, ask, print."""
    texts = list(islice(read_texts([file]), sample))
    queries = [query for query in draw_queries(texts, per_cell) if query.kind == "any"]
    with open_index(folder) as index, closing(open_collection(index, DEFAULT_LIMITS)) as collection:
        full, plain = measure(Finder(collection), queries)
    for form in FORMS:
        own, other = select(full, queries, form=form), select(plain, queries, form=form)
        times = "   ".join(
            f"{name} {median(took.values()):.2f} / {percentile([*took.values()], 0.95):.2f}"
            for name, took in (("full", own), ("plain", other))
        )
        exact = {number: took / other[number] for number, took in own.items()}
        print(
            f"{form}: {times} ms (median / 95 %)   ratio {ratio(own, other):.2f}, median {median(exact.values()):.2f}"
        )


if __name__ == "__main__":
    main()
