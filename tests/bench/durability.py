"""Measure what becomes of commits that are killed, refused or overtaken by a power loss, and what syncing them costs.

    python tests/bench/durability.py --trials 2000 --index .timviet

timviet and stock Whoosh go through the same trials, those of `tests/trials.py` and `tests/damage_trials.py`. A failure
is "damaged" where the index cannot be read, or holds what was never committed together; "lost" where a commit is gone
that had returned; "stuck" where another commit fails; "littered" where that leaves files behind for good; "wrong" where
an index whose files were changed answers something else; "exhausted" where it takes more than 256 MB or ten seconds;
"run" where it runs what a file has in it; and "unnamed" where an error does not tell which file it is about.
"""

import errno
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple
from unittest.mock import patch

import click

sys.path.insert(0, str(Path(__file__).parents[1]))

from contenders import Engine, StockWhoosh, Timviet
from damage_trials import Specimen
from storages import ERRORS
from timviet.index import Document, open_index
from trials import COMMITS, Failure, Stage, Trials

ENGINES: dict[str, Engine] = {"timviet": Timviet(), "stock Whoosh": StockWhoosh()}
LONGEST = 0.2  # seconds until a process is killed
SMALL, LARGE_COMMIT = 1_000, 20_000  # paragraphs
TEXT = "Xã, huyện và tỉnh họp bàn về việc chống lụt mùa mưa năm nay: dân góp công đắp kè, giữ đất ruộng vườn."


class Kind(NamedTuple):
    """Trials of a kind.

    Attributes:
        name: what is tried.
        stage: what has the method that tries.
        method: the method.
        trials: its arguments.
    """

    name: str
    stage: object
    method: str
    trials: Sequence[tuple[object, ...]]


def kinds_of_trials(engine: Engine, place: Path, chosen: int, chance: Random) -> Iterator[Kind]:
    """Yield all that is tried."""
    stage = Stage.set_up(engine, place / "stage")
    yield Kind("killed at each system call", stage, "try_fault", stage.faults())
    yield Kind("killed at any moment", stage, "try_kill", [(chance.uniform(0, LONGEST),) for _ in range(chosen)])
    for in_order, name in ((True, "in order"), (False, "in any order")):
        states = [*stage.history().states(in_order, chosen, chance)]
        own = chance.sample(states, min(chosen, len(states)))
        yield Kind(f"power loss, names kept {name}", stage, "try_state", own)
    own = states_after_faults(stage, chosen, chance)
    yield Kind("power loss after another fault", stage, "try_state", own)
    for error, kinds in ERRORS.items():
        every = [own for is_lasting in (False, True) for own in stage.faults(error, kinds, is_lasting)]
        yield Kind(f"{os.strerror(error)}, at each system call", stage, "try_fault", every)
    specimen = Specimen.make(engine, place / "damaged", COMMITS[:4])
    yield Kind("damaged files", specimen, "try_damage", specimen.damages(2 * chosen))
    specimen = Specimen.make(engine, place / "hostile", COMMITS[:1])
    yield Kind("hostile pickles", specimen, "try_damage", specimen.tables())


def states_after_faults(stage: Stage, chosen: int, chance: Random) -> list[tuple[object, ...]]:
    """Return what a power loss may leave when something went wrong before."""
    faults = stage.faults() + stage.faults(errno.EIO, ERRORS[errno.EIO])
    with Trials(stage) as trials:
        histories = [*trials.map("history_of", chance.sample(faults, min(chosen // 4, len(faults))))]
    states = [state for own in histories for state in own.states(in_order=False, most=8, random=chance)]
    return chance.sample(states, min(chosen, len(states)))


def failures_of(kind: Kind, label: str) -> str:
    """Try, and tell how many trials there were, and how many failures of each kind."""
    found: Counter[str] = Counter()
    with (
        Trials(kind.stage) as trials,
        click.progressbar(
            trials.map(kind.method, kind.trials), length=len(kind.trials), label=label, file=sys.stderr
        ) as outcomes,
    ):
        found.update(failure.kind for failure in outcomes if isinstance(failure, Failure))
    told = ", ".join(f"{number:,} {name}" for name, number in found.most_common())
    row = f"{len(kind.trials):,} | {found.total():,}{f' ({told})' if told else ''}"
    click.echo(f"{label}: {row}", err=True)
    return row


def show_trials(chosen: int, memory: Path) -> None:
    """Print what became of the trials of each kind."""
    rows: dict[str, list[str]] = {}
    for name, engine in ENGINES.items():
        with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
            for kind in kinds_of_trials(engine, Path(folder), chosen, Random(1)):  # noqa: S311
                rows.setdefault(kind.name, []).append(failures_of(kind, f"{name}, {kind.name}"))
    columns = " | ".join(f"trials of {name} | failures" for name in ENGINES)
    click.echo(f"| | {columns} |\n|{' --- |' * (1 + 2 * len(ENGINES))}")
    for name, own in rows.items():
        click.echo(f"| {name} | {' | '.join(own)} |")


def commit_seconds(index: Path, paragraphs: int, number: int, is_synced: bool) -> float:
    """Return how long a commit of so many paragraphs takes, from opening the index until it has returned."""
    texts = [f"Tin {number}.{paragraph}. {TEXT}" for paragraph in range(paragraphs)]
    unsynced = patch("os.fsync", lambda _: None)
    with nullcontext() if is_synced else unsynced:
        started = time.perf_counter()
        with open_index(index, create=True) as opened, opened.writer() as writer:
            writer.add(Document(id=f"tin {number}", text="\n".join(texts)))
        return time.perf_counter() - started


def show_cost(place: Path, given: Path | None, repetitions: int) -> None:
    """Print how long commits take with and without syncs, in turn, each on an index of its own that grows."""
    commit_seconds(place / "small", SMALL, -1, is_synced=True)
    cases = [("one paragraph, into 1,000", place / "small", 1), ("20,000 paragraphs", None, LARGE_COMMIT)]
    if given is not None:
        with open_index(given) as opened:
            cases.insert(1, (f"one paragraph, into {opened.paragraph_count:,}", given, 1))
    click.echo("\n| a commit of | synced | not synced | ratio |\n| --- | --- | --- | --- |")
    for name, source, paragraphs in cases:
        seconds: dict[bool, list[float]] = {True: [], False: []}
        with TemporaryDirectory(dir=place) as folder:
            for is_synced in seconds if source else ():
                shutil.copytree(source, Path(folder) / str(is_synced))
            os.sync()  # what was copied is not to be synced by the first commit
            for number in range(repetitions):
                for is_synced, own in seconds.items():
                    own.append(commit_seconds(Path(folder) / str(is_synced), paragraphs, number, is_synced))
        synced, unsynced = median(seconds[True]), median(seconds[False])
        click.echo(f"| {name} | {synced * 1000:,.1f} ms | {unsynced * 1000:,.1f} ms | {synced / unsynced:.2f} |")


@click.command(help=__doc__)
@click.option("--part", type=click.Choice(["trials", "cost"]), help="Which table to print; by default, both.")
@click.option("--trials", "chosen", default=1000, show_default=True, help="How many of each kind that is of chance.")
@click.option("--repetitions", default=25, show_default=True, help="How many commits of each size are timed.")
@click.option(
    "--index", "given", type=click.Path(exists=True, path_type=Path), help="Also time commits to a copy of it."
)
@click.option("--memory", default=Path("/dev/shm"), type=click.Path(path_type=Path), help="Where to try.")  # noqa: S108
@click.option("--disk", default=Path(), type=click.Path(path_type=Path), help="Where to time; by default, here.")
def main(part: str | None, chosen: int, repetitions: int, given: Path | None, memory: Path, disk: Path) -> None:
    """Print both tables."""
    if part != "cost":
        show_trials(chosen, memory)
    if part != "trials":
        with TemporaryDirectory(dir=disk) as folder:
            show_cost(Path(folder), given, repetitions)


if __name__ == "__main__":
    main()
