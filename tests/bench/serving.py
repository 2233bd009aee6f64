"""Measure a server under load: how many requests it answers on loopback, how fast, and in how much memory.

    python tests/bench/serving.py --index .timviet
    python tests/bench/serving.py --index .timviet --workers 2 --writing

Queries of one to eight words, typed and stripped of their marks, are drawn from the paragraphs of the index by a fixed
seed. After each was asked once, each client asks one after the other by chance, each time for the ten best with their
snippets; clients and server share the machine. With --writing, a copy of the index gets a paragraph in a commit every
second.
"""

import asyncio
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

import click
import httpx2
from figures import percentile
from queries import draw_queries

sys.path.insert(0, str(Path(__file__).parents[1]))

from serving_process import Server, serving
from timviet.index import Document, open_index
from timviet.index.snapshot import Snapshot

SEED = 13
SAMPLE = 20_000  # paragraphs that queries are drawn from
CLIENTS = (1, 8, 64)


def sample_texts(folder: Path) -> list[str]:
    """Return some of the paragraphs of an index."""
    with open_index(folder) as index:
        snapshot = Snapshot(index.whoosh.searcher())
        count = snapshot.paragraph_count
        numbers = random.Random(SEED).sample(range(count), min(SAMPLE, count))  # noqa: S311
        return [snapshot.stored(number)["text"] for number in sorted(numbers)]


async def ask(
    url: str, queries: Sequence[str], until: float, times: list[float], statuses: Counter[int], seed: int
) -> None:
    """Ask one query after the other, until the time is up."""
    chance = random.Random(seed)  # noqa: S311
    async with httpx2.AsyncClient(base_url=url, timeout=60) as client:
        while time.monotonic() < until:
            started = time.perf_counter()
            answer = await client.get("/search", params={"q": chance.choice(queries)})
            times.append((time.perf_counter() - started) * 1000)
            statuses[answer.status_code] += 1


async def ask_once(url: str, queries: Sequence[str]) -> None:
    """Ask each query, so that what the index has of its words is read."""
    async with httpx2.AsyncClient(base_url=url, timeout=60) as client:
        for query in queries:
            await client.get("/search", params={"q": query})


async def load(url: str, queries: Sequence[str], clients: int, seconds: float) -> tuple[list[float], Counter[int]]:
    """Have some clients ask for so long; return the milliseconds of each request, and how many had which status."""
    times: list[float] = []
    statuses: Counter[int] = Counter()
    until = time.monotonic() + seconds
    await asyncio.gather(*(ask(url, queries, until, times, statuses, SEED + number) for number in range(clients)))
    return times, statuses


def megabytes(server: Server) -> float:
    """Return how much memory the processes of a server have for themselves, and a share of what they share."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    total = 0
    for process in (str(server.process.pid), *children):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


@contextmanager
def writing(folder: Path, is_wanted: bool) -> Iterator[Counter[str]]:
    """Add a paragraph in a commit every second, where that is wanted, and count the commits."""
    counts: Counter[str] = Counter()
    ended = Event()

    def write() -> None:
        with open_index(folder) as index:
            while not ended.wait(1):
                with index.writer() as writer:
                    writer.add(Document(id=f"moi-{counts['commits']}", text="Xã họp bàn phòng, chống bão lụt."))
                counts["commits"] += 1

    thread = Thread(target=write)
    if is_wanted:
        thread.start()
    try:
        yield counts
    finally:
        ended.set()
        if is_wanted:
            thread.join()


@click.command(help=__doc__)
@click.option("--index", "folder", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--workers", default=1, show_default=True, help="Processes of the server.")
@click.option("--seconds", default=60.0, show_default=True, help="For how long each number of clients asks.")
@click.option("--writing", "is_writing", is_flag=True, help="Write to a copy of the index meanwhile.")
def main(folder: Path, workers: int, seconds: float, is_writing: bool) -> None:
    """Draw, serve, ask, print."""
    drawn = [own for own in draw_queries(sample_texts(folder), 8) if own.kind in ("all", "prefix")]
    random.Random(SEED).shuffle(drawn)  # noqa: S311
    queries = [" ".join(own.words) + "*" * (own.kind == "prefix") for own in drawn]
    with TemporaryDirectory() as scratch:
        if is_writing:
            folder = Path(shutil.copytree(folder, Path(scratch) / "index"))
        with (
            serving(folder, "--workers", str(workers), "--no-access-log") as server,
            writing(folder, is_writing) as counts,
        ):
            asyncio.run(ask_once(server.url, queries))
            print(f"{len(queries)} queries, {workers} processes, {seconds:g} s each; memory {megabytes(server):.0f} MB")
            for clients in CLIENTS:
                times, statuses = asyncio.run(load(server.url, queries, clients, seconds))
                figures = " / ".join(f"{percentile(times, share):.1f}" for share in (0.5, 0.95, 0.99))
                told = ", ".join(f"{status}: {number:,}" for status, number in sorted(statuses.items()))
                rate = f"{clients:>2} clients: {len(times) / seconds:,.0f} requests/s"
                print(f"{rate}; {figures} ms (50, 95, 99 %); {told}; memory {megabytes(server):.0f} MB", flush=True)
            if is_writing:
                print(f"{counts['commits']} commits meanwhile")


if __name__ == "__main__":
    main()
