"""Runs what is asked of an index in processes of their own, which may take little memory and time.

Run as a program, it reads a task a line, as JSON, does each in a child of its own, and writes what became of it.
"""

import json
import os
import resource
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Outcome:
    """What became of a task.

    Attributes:
        error: the type of the error that was raised, or None.
        message: what it says, or what was answered.
        where: where it came up.
        signal: the signal that ended the process, or 0.
        megabytes: how much memory it took more than a process that does nothing.
    """

    error: str | None = None
    message: str = ""
    where: str = ""
    signal: int = 0
    megabytes: float = 0.0


class Limited:
    """Does tasks one after the other, each in a process of its own.

    Args:
        process: this program.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, task: str, folder: Path, megabytes: int = 256, seconds: int = 20) -> Outcome:
        """Do a task.

        Args:
            task: one of `TASKS`.
            folder: the index to do it with.
            megabytes: how much memory it may take more than what is there when it begins.
            seconds: how much of the processor's time it may take.
        """
        order = {"task": task, "folder": str(folder), "megabytes": megabytes, "seconds": seconds}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return Outcome(**json.loads(self._process.stdout.readline()))


@contextmanager
def limited() -> Iterator[Limited]:
    """Yield what does tasks in processes of their own."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "ignore", __file__]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield Limited(process)
        process.stdin.close()


def _open(folder: Path) -> str:
    from timviet.index import open_index

    with open_index(folder) as index:
        return str(index.document_count)


def _ask(folder: Path) -> str:
    """Ask all that can be asked; of what is raised that is no clean error, the last is raised in the end."""
    from damaging import asked

    last = None
    for _, _, error in asked(folder):
        last = error or last
    if last is not None:
        raise last
    return "answered"


def _verify(folder: Path) -> str:
    from timviet.index import open_index, verify

    with open_index(folder) as index:
        return "\n".join(map(str, verify(index).problems))


def _repair(folder: Path) -> str:
    from timviet.index import repair

    return "\n".join(repair(folder, folder.parent / f"{folder.name} mới").losses)


TASKS = {"open": _open, "ask": _ask, "verify": _verify, "repair": _repair}


def _serve() -> None:
    import numpy  # noqa: F401  # once, not in each child

    import damaging  # noqa: F401
    import timviet.index.repairing
    import timviet.index.verifying  # noqa: F401

    idle = _memory(os.fork() or os._exit(0))[1]
    for line in sys.stdin:
        order = json.loads(line)
        receiving, sending = os.pipe()
        child = os.fork()
        if not child:
            os.close(receiving)
            with os.fdopen(sending, "w") as pipe:
                pipe.write(json.dumps(asdict(_outcome(**order))))
            os._exit(0)
        os.close(sending)
        with os.fdopen(receiving) as pipe:
            told = pipe.read()
        status, memory = _memory(child)
        outcome = json.loads(told) if told else asdict(Outcome())
        more = {"signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, "megabytes": memory - idle}
        print(json.dumps(outcome | more), flush=True)


def _memory(child: int) -> tuple[int, float]:
    """Wait for a child, and return its status and how many megabytes it took at most."""
    _, status, usage = os.wait4(child, 0)
    return status, usage.ru_maxrss / 1024


def _outcome(task: str, folder: str, megabytes: int, seconds: int) -> Outcome:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    most = pages * resource.getpagesize() + megabytes * MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        return Outcome(message=TASKS[task](Path(folder))[:1000])
    except BaseException as error:  # noqa: BLE001  # all are told
        frames = traceback.extract_tb(error.__traceback__)[-3:]
        where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
        return Outcome(type(error).__name__, str(error)[:1000], where)


if __name__ == "__main__":
    _serve()
