"""Measure suggestions: how long they take while somebody types.

    python tests/bench/suggestions.py --index .timviet

Prefixes are drawn from the paragraphs of an index by a fixed seed: one to four words, the last one cut to its first
one to three letters, every other prefix without marks. Each is asked for the first time, and again; what was read for
one, the next ones need not read, as when people type.
"""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import click
from figures import percentile
from queries import strip_marks, syllables

from timviet.index import open_index
from timviet.index.snapshot import Snapshot
from timviet.search.suggestions.suggest import Suggester

SEED = 11
MOST_WORDS = 4
MOST_LETTERS = 3


def draw_prefixes(snapshot: Snapshot, number: int) -> Iterator[str]:
    """Yield prefixes of what paragraphs have."""
    chance = random.Random(SEED)  # noqa: S311
    while number:
        words = syllables(snapshot.stored(chance.randrange(snapshot.paragraph_count))["text"])
        length = chance.randint(1, MOST_WORDS)
        if len(words) >= length:
            start = chance.randrange(len(words) - length + 1)
            *whole, last = words[start : start + length]
            prefix = " ".join([*whole, last[: chance.randint(1, MOST_LETTERS)]])
            yield strip_marks(prefix) if number % 2 else prefix
            number -= 1


def milliseconds(suggester: Suggester, prefixes: list[str]) -> list[float]:
    """Return how long the suggestions for each prefix take."""
    times = []
    for prefix in prefixes:
        started = time.perf_counter()
        suggester.suggest(prefix)
        times.append((time.perf_counter() - started) * 1000)
    return times


@click.command(help=__doc__)
@click.option("--index", "folder", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--prefixes", "number", default=300, show_default=True, help="How many to ask.")
def main(folder: Path, number: int) -> None:
    """Draw, ask, print."""
    with open_index(folder) as index:
        snapshot = Snapshot(index.whoosh.searcher())
        prefixes = list(draw_prefixes(snapshot, number))
        suggester = Suggester(snapshot)
        (opening,) = milliseconds(suggester, ["x"])
        print(f"{snapshot.paragraph_count:,} paragraphs; the first suggestions of all: {opening:.1f} ms")
        for when in ("first", "again"):
            times = milliseconds(suggester, prefixes)
            figures = " / ".join(f"{percentile(times, share):.2f}" for share in (0.5, 0.95, 0.99))
            print(f"{number} prefixes, {when}: {figures} ms (50 %, 95 %, 99 %)", flush=True)


if __name__ == "__main__":
    main()
