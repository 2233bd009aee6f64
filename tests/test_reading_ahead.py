"""Files that take long are read several at once, and all are handed on in their order."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timviet.index.documents import Document
from timviet.index.files import read_content
from timviet.index.folders.reading_ahead import read_ahead

SAMPLES = Path(__file__).parent / "data" / "formats"
TIMVIET = str(Path(sys.executable).with_name("timviet"))


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 4))
def test_the_order(files, jobs):
    """Each file comes with what was read of it, in order, whichever take long."""
    numbered = list(enumerate(files))
    read = list(read_ahead(numbered, lambda file: file[0] * 10, lambda file: file[1], jobs))
    assert read == [(file, file[0] * 10) for file in numbered]


def test_several_at_once():
    """As many files that take long are read at once as there are jobs."""
    together = threading.Barrier(3, timeout=30)
    assert len(list(read_ahead(range(6), lambda _: together.wait(), lambda _: True, 3))) == 6


def test_what_is_quick_is_read_when_its_turn_comes():
    """A file that takes no time is not read before those before it have been taken."""
    seen = []
    for file, _ in read_ahead(range(4), seen.append, lambda _: False, 2):
        assert seen == list(range(file + 1))


def test_a_fault_comes_in_its_turn():
    """What is raised while a file is read comes after all files before it, and ends the reading."""

    def read(file):
        if file == 3:
            raise OSError("hỏng")

    taken = []
    with pytest.raises(OSError, match="hỏng"):
        taken.extend(file for file, _ in read_ahead(range(100), read, lambda _: True, 2))
    assert taken == [0, 1, 2]


def test_processes_end_with_it():
    """Processes that read files are for one run: they end with it, and no other run ends them."""
    content = (SAMPLES / "libreoffice.pdf").read_bytes()

    def read(_):
        return [reading.content for reading in read_content(content, SAMPLES / "libreoffice.pdf", "a.pdf")]

    before = set(_children(os.getpid()))
    runs = [read_ahead(range(3), read, lambda _: True, 1) for _ in range(2)]
    firsts = [next(run) for run in runs]
    with pytest.raises(InterruptedError):
        runs[0].throw(InterruptedError)
    found = [firsts[1], *runs[1]]
    assert [type(own) for _, readings in found for own in readings] == [Document] * 3
    assert set(_children(os.getpid())) <= before


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(tmp_path, signal_number):
    """Ctrl-C while files are read ends at once, with all processes, and leaves the index as it was."""
    folder = tmp_path / "kho"
    folder.mkdir()
    for number in range(200):
        (folder / f"{number}.pdf").write_bytes((SAMPLES / "libreoffice.pdf").read_bytes() + b"%%%d" % number)
    command = [TIMVIET, "--index", str(tmp_path / "chỉ mục"), "index", "--jobs", "2", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
        end = time.monotonic() + 60
        while len(children := _children(process.pid)) < 2:
            assert time.monotonic() < end
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal_number)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert b"Traceback" not in errors
    assert not any(Path(f"/proc/{child}/exe").exists() for child in children)
    done = subprocess.run([*command[:3], "info"], capture_output=True, text=True, check=True)
    assert "documents  0" in done.stdout


def _children(process):
    path = Path(f"/proc/{process}/task/{process}/children")
    return [int(child) for child in path.read_text().split()] if path.exists() else []
