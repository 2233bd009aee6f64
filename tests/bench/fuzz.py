"""Fuzz the parser, the analyzer, the decoder, the search, and the readers of an index's files.

    python tests/bench/fuzz.py --inputs 100000

Where atheris is installed, inputs are those that coverage suggests; otherwise what there is to begin with is changed
by chance. Each target runs in a process of its own, which may take little memory. What breaks a rule is kept in a
folder, the shortest of its kind; `tests/test_fuzzing.py` is the place for it. The targets are in `tests/fuzzing.py`.
"""

import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

MEMORY = 2 << 30
LONGEST = 4096
SECONDS = 10  # an input that takes longer is a find
_PIECES = [*'()"*~^đẫ-=:[]{}\\\0\u0300\u200b', "TO", "NOT", "\ud800"]


class Run:
    """One target's inputs.

    Args:
        check: does something with an input, and raises where a rule is broken.
        inputs: how many there are to be.
        folder: where finds are kept.
    """

    def __init__(self, check: Callable[[bytes], None], inputs: int, folder: Path) -> None:
        self._check = check
        self._inputs = inputs
        self._folder = folder
        self._finds: dict[str, bytes] = {}
        self._done = 0
        self._started = time.perf_counter()

    def one(self, data: bytes) -> None:
        """Try an input; after the last one, tell of all and end the process."""
        started = time.perf_counter()
        try:
            self._check(data)
        except Exception as error:  # noqa: BLE001  # all are finds
            frames = traceback.extract_tb(error.__traceback__)[:0:-1]
            where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[:4])
            self._find(f"{type(error).__name__} {str(error)[:100]!r} at {where}", data)
        if time.perf_counter() - started > SECONDS:
            self._find(f"more than {SECONDS} s", data)
        self._done += 1
        if self._done >= self._inputs:
            self._tell()
            sys.stdout.flush()
            os._exit(0)  # coverage-guided fuzzing knows no other end

    def _find(self, what: str, data: bytes) -> None:
        if what not in self._finds or len(data) < len(self._finds[what]):
            self._finds[what] = data

    def _tell(self) -> None:
        took = time.perf_counter() - self._started
        print(f"{self._done:,} inputs, {len(self._finds)} finds, {took:,.0f} s")
        for what, data in self._finds.items():
            path = self._folder / blake2b(data, digest_size=8).hexdigest()
            path.write_bytes(data)
            print(f"  {what}\n    {path}: {data[:200]!r}")


def fuzz(name: str, inputs: int, seed: int, folder: Path) -> None:
    """Fuzz a target in this process, which ends with it."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    try:
        import atheris
    except ImportError:
        target = _targets()[name]
        run, changes = Run(target.check, inputs, folder), Changes(target.seeds, seed)
        print("by chance:", end=" ")
        while True:
            run.one(changes.next())
    with atheris.instrument_imports(include=["timviet"]):
        target = _targets()[name]
    print("guided by coverage:", end=" ")
    with tempfile.TemporaryDirectory() as corpus:
        for number, data in enumerate(target.seeds):
            (Path(corpus) / str(number)).write_bytes(data)
        arguments = [sys.argv[0], corpus, f"-max_len={LONGEST}", f"-seed={seed}", "-rss_limit_mb=0", "-verbosity=0"]
        atheris.Setup(arguments, Run(target.check, inputs, folder).one)
        atheris.Fuzz()


def _targets():
    import fuzzing

    return fuzzing.TARGETS


class Changes:
    """Changes inputs by chance.

    Args:
        seeds: what to begin with.
        seed: by which chance.
    """

    def __init__(self, seeds: Sequence[bytes], seed: int) -> None:
        self._seeds = seeds
        self._chance = random.Random(seed)  # noqa: S311
        self._pieces = [piece.encode(errors="surrogatepass") for piece in _PIECES]

    def next(self) -> bytes:
        """Return another input."""
        data = bytearray(self._chance.choice(self._seeds))
        for _ in range(self._chance.choice([1, 1, 2, 4, 8])):
            place = self._chance.randrange(len(data) + 1)
            self._chance.choice([self._flip, self._set, self._insert, self._delete, self._splice])(data, place)
        return bytes(data[:LONGEST])

    def _flip(self, data: bytearray, place: int) -> None:
        data[place : place + 1] = bytes(byte ^ 1 << self._chance.randrange(8) for byte in data[place : place + 1])

    def _set(self, data: bytearray, place: int) -> None:
        data[place : place + 1] = self._chance.randbytes(1)

    def _insert(self, data: bytearray, place: int) -> None:
        data[place:place] = self._chance.choice([*self._pieces, self._chance.randbytes(3)])

    def _delete(self, data: bytearray, place: int) -> None:
        del data[place : place + self._chance.choice([1, 2, 8, 30])]

    def _splice(self, data: bytearray, place: int) -> None:
        other = self._chance.choice(self._seeds)
        start, length = self._chance.randrange(len(other) + 1), self._chance.choice([1, 3, 10, 30])
        data[place : place + self._chance.choice([0, 3, 10])] = other[start : start + length]


@click.command(help=__doc__)
@click.option("--inputs", default=10_000, show_default=True, help="How many for each target.")
@click.option("--target", "names", multiple=True, help="One to fuzz; repeatable. By default all.")
@click.option("--seed", default=1, show_default=True, help="By which chance.")
@click.option("--finds", type=click.Path(file_okay=False, path_type=Path), help="Where to keep what breaks a rule.")
@click.option("--here", is_flag=True, hidden=True, help="In this process.")
def main(inputs: int, names: tuple[str, ...], seed: int, finds: Path | None, here: bool) -> None:
    """Fuzz each target in a process of its own, and report."""
    finds = finds or Path(tempfile.mkdtemp(prefix="timviet-finds-"))
    finds.mkdir(parents=True, exist_ok=True)
    if here:
        fuzz(names[0], inputs, seed, finds)
    for name in names or _targets():
        click.echo(f"{name}: ", nl=False)
        options = ["--inputs", str(inputs), "--target", name, "--seed", str(seed), "--finds", str(finds)]
        done = subprocess.run(
            [sys.executable, __file__, *options, "--here"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        click.echo(done.stdout.rstrip() or f"ended by itself with status {done.returncode}")
    click.echo(f"finds: {finds}")


if __name__ == "__main__":
    main()
