"""Measure timviet beside stock Whoosh, SQLite FTS5 and tantivy: building, size, memory, latency, and same answers.

    python tests/bench/speed.py --sizes "50000 200000 all"

Each size is a sample of the paragraphs of JSONL files, plain or gzipped. Every engine builds it, and answers one set
of queries, in a process of its own. Engines take turns, a whole round of queries each, in a new random order every
round; a query's time is the median over rounds, from string to the numbers and scores of the best ten.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import NamedTuple

import click
import figures
import report
from agreement import Agreement, compare
from corpus import read_sample, write_samples
from engines import ENGINES, Engine, TimvietSnippets
from figures import Measured, Times
from processes import Built, Server, build
from queries import Query, draw_queries

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
SEED = 11
OTHER_TRIES = 5  # of what is measured by itself: a cold process, adding a paragraph


class Settings(NamedTuple):
    """How to measure."""

    engines: Sequence[Engine]
    whoosh_limit: int
    repetitions: int
    budget: float
    jobs: int

    def at(self, size: int) -> list[Engine]:
        """Return the engines to measure at a size."""
        return [engine for engine in self.engines if engine.name != "whoosh" or size <= self.whoosh_limit]


def measure(size: int, sample: Path, queries: Sequence[Query], settings: Settings, one_job: bool) -> Measured:
    """Measure all engines at one size.

    Args:
        size: the number of paragraphs.
        sample: the file that has them.
        queries: the set of queries.
        settings: how to measure.
        one_job: whether to build with one job, too, where an engine can do with more.
    """
    texts = list(read_sample(sample))
    engines = settings.at(size)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        built = {}
        for engine in engines:
            built |= _build(engine, folder, sample, settings.jobs, one_job)
        servers = {engine.name: stack.enter_context(Server(engine, folder / engine.name)) for engine in engines}
        if "timviet" in servers:
            snippets = Server(TimvietSnippets(), folder / "timviet")
            servers = {"timviet": servers["timviet"], snippets.engine.name: stack.enter_context(snippets)} | servers
        times, rounds = _time(list(servers.values()), queries, settings)
        agreements = _compare(servers, queries, texts)
        cold = _time_cold(folder / "timviet", queries) if "timviet" in servers else None
        new = texts[:OTHER_TRIES]
        adding = {engine.name: median(servers[engine.name].add(size, new)) for engine in engines}
    text_size = sum(len(text.encode()) for text in texts)
    return Measured(size, text_size, built, times, rounds, adding, cold, agreements)


def _build(engine: Engine, folder: Path, sample: Path, jobs: int, one_job: bool) -> dict[str, Built]:
    click.echo(f"{sample.stem} paragraphs: building {engine.name}", err=True)
    built = {engine.name: build(engine, folder / engine.name, sample, jobs)}
    if one_job and engine.takes_jobs and jobs > 1:
        name = f"{engine.name}, 1 job"
        built[name] = build(engine, folder / name, sample, 1)
        shutil.rmtree(folder / name)
    return built


def _time(
    servers: Sequence[Server], queries: Sequence[Query], settings: Settings
) -> tuple[dict[str, Times], dict[str, int]]:
    """Time the queries in turns, each engine as often as its budget of seconds allows, once at least."""
    chance = random.Random(SEED)  # noqa: S311
    rounds: dict[str, list[Times]] = {server.engine.name: [] for server in servers}
    left = dict.fromkeys(servers, settings.budget)
    for server in servers:
        server.time(_shuffled(server, queries, chance)[1], settings.budget / 4)
    for _ in range(settings.repetitions):
        for server in [server for server in servers if left[server] > 0]:
            click.echo(f"asking {server.engine.name}", err=True)
            numbers, order = _shuffled(server, queries, chance)
            spent = server.time(order)
            rounds[server.engine.name].append(dict(zip(numbers, spent, strict=True)))
            left[server] -= sum(spent) / 1000
    return {name: figures.medians(own) for name, own in rounds.items()}, {
        name: len(own) for name, own in rounds.items()
    }


def _shuffled(server: Server, queries: Sequence[Query], chance: random.Random) -> tuple[list[int], list[Query]]:
    numbers = [n for n, query in enumerate(queries) if server.engine.folds or query.form == "typed"]
    chance.shuffle(numbers)
    return numbers, [queries[number] for number in numbers]


def _compare(servers: dict[str, Server], queries: Sequence[Query], texts: Sequence[str]) -> dict[str, Agreement]:
    others = [server for name, server in servers.items() if server.engine.folds and not name.startswith("timviet")]
    if "timviet" not in servers:
        return {}
    click.echo("comparing answers", err=True)
    return compare(servers["timviet"], others, queries, texts)


def _time_cold(folder: Path, queries: Sequence[Query]) -> float:
    """Return the median time of a process that answers one query of four syllables and ends."""
    words = next(query.words for query in queries if query.form == "typed" and len(query.words) == 4)
    command = [str(Path(sys.executable).with_name("timviet")), "search", "--index", str(folder), " ".join(words)]
    times = []
    for _ in range(OTHER_TRIES):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    return median(times)


def _sizes(_context: click.Context, _parameter: click.Parameter, value: str) -> list[int | None]:
    try:
        return [None if size == "all" else int(size) for size in value.split()]
    except ValueError as error:
        raise click.BadParameter("give numbers, or `all`, with spaces between") from error


@click.command(help=__doc__)
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sizes", default="50000 200000 all", show_default=True, callback=_sizes, help="Numbers of paragraphs.")
@click.option("--engine", "names", multiple=True, type=click.Choice(list(ENGINES)), help="One to measure; repeatable.")
@click.option("--whoosh-limit", type=int, help="The largest size for stock Whoosh. By default the smallest one.")
@click.option("--queries", "per_cell", default=6, show_default=True, help="Runs of each length and frequency.")
@click.option("--repetitions", default=7, show_default=True, help="Rounds of all queries.")
@click.option("--budget", default=60.0, show_default=True, help="Seconds after which an engine is not asked again.")
@click.option(
    "--jobs", type=int, default=os.cpu_count, show_default="all cores", help="Processes or threads to build with."
)
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), help="Folder for speed.png, speed.json.")
def main(
    files: Sequence[Path],
    sizes: Sequence[int | None],
    names: Sequence[str],
    whoosh_limit: int | None,
    per_cell: int,
    repetitions: int,
    budget: float,
    jobs: int,
    output: Path | None,
) -> None:
    """Measure each size, and report."""
    output = output or Path(tempfile.mkdtemp(prefix="timviet-speed-"))
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        samples = write_samples(files or sorted(CORPUS.glob("*.jsonl.gz")), sizes, Path(folder))
        smallest = min(samples)
        engines = [ENGINES[name]() for name in names or ENGINES]
        settings = Settings(engines, whoosh_limit or smallest, repetitions, budget, jobs)
        queries = draw_queries(list(read_sample(samples[smallest])), per_cell)
        measured = []
        for size, sample in samples.items():
            measured.append(measure(size, sample, queries, settings, one_job=size == smallest))
            click.echo(f"\n{report.tables(measured[-1], queries)}\n")
    if len(measured) > 1:
        click.echo(report.growths(measured, queries))
    report.save_figures(output / "speed.json", measured, queries)
    report.save_plot(output / "speed.png", measured, queries)
    click.echo(f"all figures, and a plot: {output}")


if __name__ == "__main__":
    main()
