"""Trials of what an engine promises of its commits, timviet and stock Whoosh alike: what tests and bench share.

A trial copies an index as it was before a step, lets a process of its own take that step, in which something goes
wrong, and looks: the index holds the documents of before or of after, and those of after where the step had returned;
nothing in it disagrees; another commit works; and then no file is left that belongs to none.
"""

import os
import pickle
import shutil
import signal
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from itertools import cycle, islice, repeat
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple
from unittest.mock import patch

from contenders import Change, Engine
from power_loss import Disk, State
from storages import CHANGES, Call, Fault, Kind, Layer

Documents = dict[str, str] | None
"""What an index holds: the text of each document by its id; None where there is no index."""

_LONG = "Nước sông lên cao, dân đắp đê. " * 700
COMMITS: Sequence[Change] = (
    {f"tin {number}": f"Xã {number} họp bàn về đê điều.\nThôn {number} góp công." for number in range(12)},
    {"tin 20": "Chợ phiên họp sớm.", "tin 21": "Mưa to ở đầu nguồn."},  # a small segment beside a large one
    {"tin 1": "Xã 1 đã họp xong.", "tin 20": None},  # replaced and removed in both
    {f"tin {number}": f"Huyện {number} chống lụt." for number in range(30, 39)},  # merged with what is there
    {f"tin {number}": None for number in range(2, 12)},  # mostly deleted, so written anew
    {},
    {f"dài {number}": f"Quyển {number}. {_LONG}" for number in range(2)},  # several segments of one commit
    dict.fromkeys(["tin 0", "tin 1", "tin 21", *(f"tin {number}" for number in range(30, 39)), "dài 0", "dài 1"]),
    {"tin 0": "Viết lại từ đầu."},
)
"""Commits of all kinds: adding, replacing and removing, with segments side by side, merged, rewritten and gone."""

NEXT: Change = {"sau": "Lần ghi sau sự cố."}
"""The commit after something went wrong."""


def changed(documents: Documents, change: Change) -> dict[str, str]:
    """Return the documents after a change."""
    after: Mapping[str, str | None] = {**(documents or {}), **change}
    return {name: text for name, text in after.items() if text is not None}


class Failure(NamedTuple):
    """A promise that was broken.

    Attributes:
        kind: "damaged" where the index cannot be read, or holds what was never committed together; "lost" where a
            commit is gone that had returned; "stuck" where another commit fails; "littered" where that leaves files
            behind; "unnamed" where an error does not tell of which file it is; "wrong" where an answer is; "exhausted"
            where one takes too much memory or time, or the process was ended; "run" where a file's content was run.
        detail: what was found.
    """

    kind: str
    detail: str


class History(NamedTuple):
    """System calls, and what the index may hold after a power loss.

    Attributes:
        calls: the calls that changed something, and None wherever a step has returned.
        possible: the documents that the index may hold after so many steps have returned.
        first: how many steps return before the first power loss.
    """

    calls: list[Call | None]
    possible: list[list[Documents]]
    first: int = 0

    def states(self, in_order: bool, most: int, random: Random) -> Iterator[tuple[State, list[Documents]]]:
        """Yield what a disk may hold after a power loss, each with the documents that the index may hold then."""
        for state in Disk(in_order).states(self.calls, most, random, self.first):
            yield state, self.possible[state.returned]


class Stage(NamedTuple):
    """Where an engine is tried.

    Attributes:
        engine: the engine.
        place: a folder; in it are copies of what there was before each step: making an index, and each commit.
        states: the documents before each step, and at the end.
        calls: the system calls of each step that changed something.
        attempts: the kinds of all system calls of each step.
    """

    engine: Engine
    place: Path
    states: list[Documents]
    calls: list[list[Call]]
    attempts: list[list[Kind]]

    @classmethod
    def set_up(cls, engine: Engine, place: Path) -> "Stage":
        """Take all steps once, without any fault."""
        stage = cls(engine, place, [None, {}], [], [])
        root = place / "root"
        root.mkdir(parents=True)
        for number in range(len(COMMITS) + 1):
            shutil.copytree(root, place / f"before {number}")
            calls: list[Call] = []
            with Layer(root, log=calls.append) as layer:
                stage.step(number, root)
            stage.calls.append([call for call in calls if call.kind in CHANGES])
            stage.attempts.append(layer.attempts)
            if number:
                stage.states.append(changed(stage.states[-1], COMMITS[number - 1]))
            assert engine.documents(root / "index") == stage.states[-1]
        return stage

    def step(self, number: int, root: Path) -> None:
        """Make the index, or a commit."""
        if number:
            self.engine.commit(root / "index", COMMITS[number - 1])
        else:
            self.engine.create(root / "index")

    def faults(
        self, error: int | None = None, kinds: frozenset[Kind] = CHANGES, is_lasting: bool = False
    ) -> list[tuple[int, Fault]]:
        """Return a fault for each call of each step, and one for the middle of each that writes."""
        found = []
        for number, attempts in enumerate(self.attempts):
            prone = [kind for kind in attempts if kind in kinds]
            for at, kind in enumerate(prone):
                fault = Fault(at, error, kinds, is_lasting=is_lasting)
                found.append((number, fault))
                if kind is Kind.WRITE:
                    found.append((number, fault._replace(is_half=True)))
        return found

    def try_fault(self, number: int, fault: Fault) -> Failure | None:
        """Let something go wrong in a step, and return what is wrong then."""
        with self.copy(number) as root:
            outcome = in_process(lambda _: self._take(number, root, fault))
            before, after = self.states[number : number + 2]
            failure = self.check(root, [after] if outcome.has_returned else [before, after])
            if failure is None and outcome.error is not None and not self.engine.is_named(outcome.error):
                return Failure("unnamed", f"{outcome.error!r}")
            return failure

    def count_calls(self, number: int) -> int:
        """Return how many calls that change something a step makes, those of all its processes together."""
        with self.copy(number) as root:
            in_process(lambda _: self._take(number, root, Fault(-1)))
            return (root.parent / "counter").stat().st_size

    def try_kill(self, seconds: float) -> Failure | None:
        """Kill a process that makes one commit after the other after some seconds, and return what is wrong then."""

        def commit_on(report: Callable[[object], None]) -> None:
            for change in cycle(COMMITS):
                self.engine.commit(root / "index", change)
                report("returned")

        with self.copy(1) as root:
            returned = len(in_process(commit_on, seconds).reports)
            states: list[Documents] = [{}]
            for change in islice(cycle(COMMITS), returned + 1):
                states.append(changed(states[-1], change))
            return self.check(root, states[-2:])

    def try_state(self, state: State, possible: Sequence[Documents]) -> Failure | None:
        """Return what is wrong with what a power loss left."""
        with TemporaryDirectory(dir=self.place) as root:
            state.build(Path(root))
            return self.check(Path(root), possible)

    def history(self) -> History:
        """Return what all steps do, one after the other."""
        return History(self._calls(len(self.calls)), [self.states[at : at + 2] for at in range(len(self.states))])

    def history_of(self, number: int, fault: Fault) -> History:
        """Return what is done when something goes wrong in a step, and another commit follows."""
        calls = self._calls(number)
        before, after = self.states[number : number + 2]
        with self.copy(number) as root:
            calls += in_process(lambda report: self._take(number, root, fault, report)).reports
            found = self.engine.documents(root / "index")
            calls += in_process(lambda report: self._follow(root, found, report)).reports
        then = changed(found, NEXT)
        changes = [call for call in calls if call is None or call.kind in CHANGES]
        return History([*changes, None], [[]] * number + [[before, after, then], [then]], number)

    def check(self, root: Path, possible: Sequence[Documents]) -> Failure | None:
        """Return what is wrong with what was left, if anything.

        Args:
            root: the folder that the index is in.
            possible: what it may hold.
        """
        folder = root / "index"
        try:
            found = self.engine.documents(folder)
        except Exception as error:  # noqa: BLE001  # whatever it is, the index cannot be read
            return Failure("damaged", f"{error!r}")
        if found not in possible:
            return Failure("lost" if found in self.states else "damaged", f"it holds {found and [*found]}")
        try:
            self._follow(root, found)
            then = self.engine.documents(folder)
        except Exception as error:  # noqa: BLE001
            return Failure("stuck", f"{error!r}")
        if then != changed(found, NEXT):
            return Failure("damaged", f"after another commit it holds {then and [*then]}")
        left = {path.name for path in folder.iterdir()} - self.engine.files(folder)
        return Failure("littered", f"{left}") if left else None

    @contextmanager
    def copy(self, number: int) -> Iterator[Path]:
        """Yield a copy of what there was before a step."""
        with TemporaryDirectory(dir=self.place) as folder:
            yield shutil.copytree(self.place / f"before {number}", Path(folder) / "root")

    def _calls(self, steps: int) -> list[Call | None]:
        return [call for calls in self.calls[:steps] for call in (*calls, None)]

    def _take(self, number: int, root: Path, fault: Fault, log: Callable[[Call], object] = lambda _: None) -> None:
        with Layer(root, fault, log, root.parent / "counter"):
            self.step(number, root)

    def _follow(self, root: Path, found: Documents, log: Callable[[Call], object] = lambda _: None) -> None:
        with Layer(root, log=log):
            if found is None:
                self.engine.create(root / "index")
            self.engine.commit(root / "index", NEXT)


class Outcome(NamedTuple):
    """How a process ended.

    Attributes:
        reports: what it reported while it ran.
        error: the exception that ended it, if one did.
        was_killed: whether it was.
    """

    reports: list[object]
    error: Exception | None
    was_killed: bool

    @property
    def has_returned(self) -> bool:
        """Whether it did what it had to."""
        return self.error is None and not self.was_killed


def in_process(task: Callable[[Callable[[object], None]], object], kill_after: float | None = None) -> Outcome:
    """Run a task in a copy of this process, which must have no threads; processes that it leaves behind are killed.

    Args:
        task: what to run; it is given a function to report with.
        kill_after: after how many seconds to kill it; None to let it end.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.setpgid(0, 0)
        with os.fdopen(writing, "wb", buffering=0) as pipe:
            _run(task, lambda report: pipe.write(pickle.dumps(report)))
    os.close(writing)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading, "rb") as pipe:
        reports = [*_load_all(pipe)]
    _, status = os.waitpid(child, 0)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    # It may not be the last: a file that it left open is written to when it is forgotten.
    error = next((report for report in reports if isinstance(report, Exception)), None)
    return Outcome([report for report in reports if report is not error], error, os.WIFSIGNALED(status))


def _run(task: Callable[[Callable[[object], None]], object], report: Callable[[object], None]) -> None:
    try:
        task(report)
    except Exception as error:  # noqa: BLE001  # it is looked at in the other process
        try:
            report(error)
        except (TypeError, AttributeError, pickle.PicklingError):
            report(RuntimeError(traceback.format_exc()))
    finally:
        os._exit(0)


def _load_all(pipe) -> Iterator[object]:
    while True:
        try:
            yield pickle.load(pipe)  # noqa: S301  # it is from this program
        except (EOFError, pickle.UnpicklingError):
            return


@contextmanager
def unmeasured() -> Iterator[None]:
    """Have processes that are started meanwhile not measure what they cover, which takes as long as the trials.

    Who is killed cannot tell what it has covered anyway.
    """
    with patch.dict(os.environ):
        for name in ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"):
            os.environ.pop(name, None)
        yield


class Trials:
    """Runs trials in several processes, each of which tries for itself.

    Args:
        stage: where they take place: what has methods that try.
    """

    def __init__(self, stage: object) -> None:
        self._pool = ProcessPoolExecutor(os.cpu_count(), get_context("spawn"), _take_place, (stage,))

    def __enter__(self) -> "Trials":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def map(self, method: str, trials: Sequence[tuple[object, ...]]) -> Iterator[object]:
        """Yield what a method of the stage returns for each of some arguments."""
        return self._pool.map(_call, repeat(method), trials, chunksize=4)

    def run(self, method: str, trials: Sequence[tuple[object, ...]]) -> list[tuple[object, Failure]]:
        """Return what was wrong in which trials: a method of the stage, with each of some arguments."""
        outcomes = self.map(method, trials)
        return [(trial, failure) for trial, failure in zip(trials, outcomes, strict=True) if failure is not None]


def _take_place(stage: object) -> None:
    _here.append(stage)


def _call(method: str, arguments: tuple[object, ...]) -> object:
    return getattr(_here[0], method)(*arguments)


_here: list[object] = []
"""The stage, in a process that tries."""
