"""Measure what a new commit costs a searcher: how long it takes to go over to it, and to answer again.

    python tests/bench/refreshing.py --index .timviet

The index is copied. Each question is asked of a new searcher, and again; then a document is added or replaced, the
searcher is refreshed, and each is asked once more. Told is the processor's time of one thread in milliseconds, the
median of all rounds: other programs make no difference to it.
"""

import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from statistics import median

import click

from timviet.index import Document, open_index
from timviet.search import Searcher

QUERIES = [
    "dang uy cong an",
    "thanh pho ho chi minh",
    "phòng chống ma túy",
    "UBND tinh",
    '"công an nhân dân"',
    "dang k*",
]
QUESTIONS: dict[str, Callable[[Searcher], object]] = {
    **{f"search {query}": lambda searcher, query=query: searcher.search(query) for query in QUERIES},
    "search, grouped": lambda searcher: searcher.search("dang uy", group_by_document=True),
    "suggest cong a": lambda searcher: searcher.suggest("cong a"),
    "lookup nguyen van": lambda searcher: searcher.lookup("nguyen van"),
    "correct thanh pho": lambda searcher: searcher.correct("thanh pho ho chi minh"),
}


def milliseconds(call: Callable[[], object]) -> float:
    """Return how much of the processor's time a call takes."""
    started = time.thread_time()
    call()
    return (time.thread_time() - started) * 1000


@click.command(help=__doc__)
@click.option("--index", "folder", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--rounds", default=6, show_default=True, help="How many commits to make.")
@click.option("--replace", is_flag=True, help="Replace documents instead of adding them.")
def main(folder: Path, rounds: int, replace: bool) -> None:
    """Copy, ask, commit, refresh, ask, print."""
    times: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as place:
        copied = shutil.copytree(folder, Path(place) / "index")
        with open_index(copied) as index, Searcher(index) as searcher:
            known = [document.id for document in islice(index.documents(), rounds)]
            for turn in range(rounds + 1):
                for state in ("new" if turn == 0 else "refreshed", "again"):
                    for name, ask in QUESTIONS.items():
                        times[name, state].append(milliseconds(lambda ask=ask: ask(searcher)))
                if turn < rounds:
                    with index.writer() as writer:
                        writer.add(
                            Document(known[turn] if replace else f"mới {turn}", text="Đảng ủy xã bàn việc đê điều")
                        )
                    times["refresh", "refreshed"].append(milliseconds(searcher.refresh))
                    times["refresh", "again"].append(milliseconds(searcher.refresh))
    for name in ("refresh", *QUESTIONS):
        told = (
            f"{state} {median(times[name, state]):8.2f}"
            for state in ("new", "refreshed", "again")
            if times[name, state]
        )
        click.echo(f"{name:32}{'   '.join(told)}")


if __name__ == "__main__":
    main()
