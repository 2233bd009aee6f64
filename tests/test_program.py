"""The program ends with one message whenever Ctrl-C comes, and leaves the index as it was."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

import unmeasured
from timviet.index import open_index

PROGRAM = "import os; from timviet.search.program import main; os.write(1, b'begun'); main()"
TEXT = "Xã họp bàn việc sửa đường liên thôn trước mùa mưa.\n" * 40
FILES = 300


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with texts for several processes, and some that take a reader."""
    folder = tmp_path_factory.mktemp("kho")
    for number in range(FILES):
        (folder / f"{number}.txt").write_text(f"{number} {TEXT}", encoding="utf-8")
        if number % 10 == 0:
            (folder / f"{number}.html").write_text(f"<p>{number} {TEXT}", encoding="utf-8")
    return folder


@pytest.mark.parametrize("place", range(16))
def test_interrupted_at_any_moment(folder, tmp_path, place):
    """Whenever all processes are interrupted, from the first import on, this is told in one line, with status 2."""
    wait = random.Random(place).uniform(place, place + 1) * 0.1  # noqa: S311
    index = tmp_path / "chỉ mục"
    command = [sys.executable, "-c", PROGRAM, "--index", index, "index", "--jobs", "2", "--memory", "1", folder]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=unmeasured.environment(),
        start_new_session=True,
    ) as process:
        assert process.stdout.read(5) == "begun"
        time.sleep(wait)
        os.killpg(process.pid, signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    told = [line for line in errors.splitlines() if line and not line.startswith("Indexing")]
    assert (process.returncode, told) in [
        (2, ["Error: interrupted"]),
        (2, ["Error: interrupted: the index is whole, at its last commit"]),
        (0, []),
    ]
    if index.exists():
        with open_index(index, create=True) as own:
            assert own.document_count == (FILES + FILES // 10 if process.returncode == 0 else 0)
    assert bool(output) == (process.returncode == 0)


def test_interrupted_while_importing():
    """An interrupt while the program imports what it needs ends it, whatever the module makes of that."""
    code = f"""
import os, signal, sys
class Module:
    def find_spec(self, name, *_):
        if name == "timviet.search.cli":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Module())
{PROGRAM}
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env=unmeasured.environment(), check=False)
    assert (done.returncode, done.stderr) == (2, "Error: interrupted\n")
