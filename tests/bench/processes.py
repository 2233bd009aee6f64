"""Engines at work in processes of their own, so that time and memory are theirs alone."""

import multiprocessing
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from corpus import read_sample
from engines import Engine
from queries import Query

# How many paragraphs a query finds, and the numbers of the best.
Answer = tuple[int, list[int]]

_SPAWN = multiprocessing.get_context("spawn")
_LOOK_EVERY = 0.1


class Built(NamedTuple):
    """What building an index took.

    Attributes:
        seconds: from the first paragraph read to the last commit and merge.
        memory: the most bytes resident at a time, child processes and pages of mapped files included.
        size: the bytes of the index on disk.
    """

    seconds: float
    memory: int
    size: int


def build(engine: Engine, folder: Path, sample: Path, jobs: int) -> Built:
    """Build an index in a process of its own; the folder is made."""
    folder.mkdir()
    here, there = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_build, args=(there, engine, folder, sample, jobs))
    process.start()
    there.close()
    family = 0
    while not here.poll(_LOOK_EVERY):
        family = max(family, _family_memory(process.pid or 0))
    seconds, own = _receive(here, engine)
    process.join()
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Built(seconds, max(own, family), size)


class Server:
    """An engine that answers in a process of its own, until the end of the `with`."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self._connection, there = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_serve, args=(there, engine, folder))
        self._process.start()
        there.close()

    def time(self, queries: Sequence[Query], seconds: float = float("inf")) -> list[float]:
        """Return how many milliseconds each query took, of as many as fit into that many seconds."""
        return self._ask(_time, queries, seconds)

    def matches(self, queries: Sequence[Query], limit: int) -> list[Answer]:
        """Return for each query how many paragraphs it finds without regard to marks, and the numbers of the best."""
        return self._ask(_matches, queries, limit)

    def add(self, first: int, texts: Sequence[str]) -> list[float]:
        """Add paragraphs one by one, and return how many milliseconds each took with its commit."""
        return self._ask(_add, first, texts)

    def _ask(self, *task: Any) -> Any:
        self._connection.send(task)
        return _receive(self._connection, self.engine)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._connection.close()
        self._process.join()


def _receive(connection: Connection, engine: Engine) -> Any:
    try:
        return connection.recv()
    except EOFError as error:
        raise RuntimeError(f"{engine.name} ended before it was done: its process told why above") from error


def _build(connection: Connection, engine: Engine, folder: Path, sample: Path, jobs: int) -> None:
    started = time.perf_counter()
    engine.build(folder, read_sample(sample), jobs)
    connection.send((time.perf_counter() - started, _status(Path("/proc/self/status"), "VmHWM")))


def _serve(connection: Connection, engine: Engine, folder: Path) -> None:
    engine.open(folder)
    while True:
        try:
            task, *arguments = connection.recv()
        except EOFError:
            return
        connection.send(task(engine, *arguments))


def _time(engine: Engine, queries: Sequence[Query], seconds: float) -> list[float]:
    written = [engine.write(query) for query in queries]
    end = time.perf_counter() + seconds
    times = []
    for query in written:
        started = time.perf_counter()
        if started > end:
            break
        engine.search(query)
        times.append((time.perf_counter() - started) * 1000)
    return times


def _matches(engine: Engine, queries: Sequence[Query], limit: int) -> list[Answer]:
    return [engine.matches(query, limit) for query in queries]


def _add(engine: Engine, first: int, texts: Sequence[str]) -> list[float]:
    times = []
    for number, text in enumerate(texts, first):
        started = time.perf_counter()
        engine.add(number, text)
        times.append((time.perf_counter() - started) * 1000)
    return times


def _family_memory(parent: int) -> int:
    """Return the bytes that a process and its children hold now, shared pages counted once; 0 without children.

    A process alone tells its peak itself, and exactly: by VmHWM, because ru_maxrss begins with that of the process
    which started it.
    """
    try:
        family = _descendants(parent)
        return sum(_status(Path(f"/proc/{pid}/smaps_rollup"), "Pss") for pid in (parent, *family)) if family else 0
    except (FileNotFoundError, ProcessLookupError):  # one of them has just ended
        return 0


def _descendants(parent: int) -> list[int]:
    found = []
    for children in Path(f"/proc/{parent}/task").glob("*/children"):
        for child in map(int, children.read_text(encoding="ascii").split()):
            found += [child, *_descendants(child)]
    return found


def _status(path: Path, name: str) -> int:
    """Return an entry of one of Linux's tables of a process, in bytes."""
    for line in path.read_text(encoding="ascii", errors="replace").splitlines():
        entry, _, value = line.partition(":")
        if entry == name:
            return int(value.split()[0]) * 1024
    return 0
