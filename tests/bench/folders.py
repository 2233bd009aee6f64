"""Measure how long it takes to bring an index up to date with a folder of many small files.

    python tests/bench/folders.py --files 100000

So many texts of a few sentences are written, a hundred to a folder, and indexed by `timviet index`, each time by a
process of its own: at first, with nothing changed (several times, of which the best counts), with a hundred of them
changed, all touched, and all renamed. Told are the seconds of the whole process, and the load of the machine before it.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

_WORDS = """
    đảng ủy xã họp bàn việc sửa đường liên thôn trước mùa mưa chợ đông khách từ sáng sớm giá rau muống thịt lợn cá chép
    ổn định bà con nông dân gặt lúa hè thu trường tiểu học khai giảng năm mới trạm y tế tiêm phòng cho trẻ em thuế phí
"""
_IN_A_FOLDER = 100
_CHANGED = 100
_COMMAND = "from timviet.search.program import main; main()"


def write(path: Path, chance: random.Random) -> None:
    """Write a text of three sentences."""
    sentences = (" ".join(chance.choices(_WORDS.split(), k=12)).capitalize() + "." for _ in range(3))
    path.write_text("\n".join(sentences), "utf-8")


def index(place: Path, jobs: int) -> tuple[float, str]:
    """Bring the index up to date, and return how many seconds that took and what it says that it did."""
    started = time.perf_counter()
    command = [sys.executable, "-c", _COMMAND, "index", "--prune", "--jobs", str(jobs), "kho"]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=True)
    return time.perf_counter() - started, done.stdout.strip()


def touch_all(paths: list[Path]) -> None:
    """Give files another time, and leave what they hold."""
    for path in paths:
        os.utime(path)


def rename_all(paths: list[Path]) -> None:
    """Give files another name in the same folder."""
    for path in paths:
        path.rename(path.with_name(f"moi-{path.name}"))


@click.command(help=__doc__)
@click.option("--files", default=100_000, show_default=True, help="How many files to write.")
@click.option("--repetitions", default=5, show_default=True, help="How often to run with nothing changed.")
@click.option("--jobs", default=2, show_default=True, help="How many processes to index with.")
def main(files: int, repetitions: int, jobs: int) -> None:
    """Write, index, change, index, print."""
    chance = random.Random(1)  # noqa: S311  # so that all runs have the same texts
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        paths = [place / "kho" / f"{number // _IN_A_FOLDER:05}" / f"{number:07}.txt" for number in range(files)]
        for folder in {path.parent for path in paths}:
            folder.mkdir(parents=True)
        for path in paths:
            write(path, chance)

        def change_some() -> None:
            for path in chance.sample(paths, min(_CHANGED, files)):
                write(path, chance)

        steps = [
            ("first", lambda: None, 1),
            ("nothing changed", lambda: None, repetitions),
            (f"{min(_CHANGED, files)} changed", change_some, 1),
            ("all touched", lambda: touch_all(paths), 1),
            ("all renamed", lambda: rename_all(paths), 1),
        ]
        for step, prepare, times in steps:
            prepare()
            load = os.getloadavg()[0]
            seconds, said = min(index(place, jobs) for _ in range(times))
            click.echo(f"{step:16} {seconds:8.1f} s   load {load:.1f}   {said}")


if __name__ == "__main__":
    main()
