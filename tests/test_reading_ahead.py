"""Files that take long are read several at once, and all are handed on in their order."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import unmeasured
from timviet.index.documents import Document
from timviet.index.files import read_content
from timviet.index.folders.reading_ahead import read_ahead

SAMPLES = Path(__file__).parent / "data" / "formats"
TIMVIET = str(Path(sys.executable).with_name("timviet"))


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 4))
def test_the_order(files, jobs):
    """Each file comes with what was read of it, in order, whichever take long."""
    numbered = list(enumerate(files))
    read = list(read_ahead(numbered, lambda file: file[0] * 10, lambda file: file[1], lambda _: 1, jobs))
    assert read == [(file, file[0] * 10) for file in numbered]


def test_several_at_once():
    """As many files that take long are read at once as there are jobs."""
    together = threading.Barrier(3, timeout=30)
    assert len(list(read_ahead(range(6), lambda _: together.wait(), lambda _: True, lambda _: 1, 3))) == 6


def test_large_files_are_not_read_far_ahead(monkeypatch):
    """Of files that take long, no more are begun once those that wait for their turn have many bytes."""
    monkeypatch.setattr("timviet.index.folders.reading_ahead._BYTES", 10)
    begun = []
    for file, _ in read_ahead(range(9), begun.append, lambda _: True, lambda file: 1 if file > 4 else 6, 4):
        assert len(begun) <= file + (2 if file < 4 else 9)
    assert sorted(begun) == list(range(9))


def test_what_is_quick_is_read_when_its_turn_comes():
    """A file that takes no time is not read before those before it have been taken."""
    seen = []
    for file, _ in read_ahead(range(4), seen.append, lambda _: False, lambda _: 1, 2):
        assert seen == list(range(file + 1))


def test_a_fault_comes_in_its_turn():
    """What is raised while a file is read comes after all files before it, and ends the reading."""

    def read(file):
        if file == 3:
            raise OSError("hỏng")

    taken = []
    with pytest.raises(OSError, match="hỏng"):
        taken.extend(file for file, _ in read_ahead(range(100), read, lambda _: True, lambda _: 1, 2))
    assert taken == [0, 1, 2]


def test_processes_end_with_it():
    """Processes that read files are for one run: they end with it, and no other run ends them."""
    content = (SAMPLES / "libreoffice.pdf").read_bytes()

    def read(_):
        return [reading.content for reading in read_content(content, SAMPLES / "libreoffice.pdf", "a.pdf")]

    before = set(_children(os.getpid()))
    runs = [read_ahead(range(3), read, lambda _: True, lambda _: 1, 1) for _ in range(2)]
    firsts = [next(run) for run in runs]
    with pytest.raises(InterruptedError):
        runs[0].throw(InterruptedError)
    found = [firsts[1], *runs[1]]
    assert [type(own) for _, readings in found for own in readings] == [Document] * 3
    assert set(_children(os.getpid())) <= before


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(tmp_path, signal_number):
    """Ctrl-C while files are read ends at once, with all processes, and leaves the index as it was."""
    command = _command(tmp_path, files=200, jobs=2)
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=unmeasured.environment(),
        start_new_session=True,
    ) as process:
        _wait_for_readers(process, 2)
        children = _children(process.pid)
        process.send_signal(signal_number)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert b"Traceback" not in errors
    assert not any(Path(f"/proc/{child}/exe").exists() for child in children)
    done = subprocess.run([*command[:3], "info"], capture_output=True, text=True, check=True)
    assert "documents  0" in done.stdout


def test_a_reader_that_is_killed(tmp_path):
    """A file whose reader is killed, as the system does where memory runs out, is told, and read in the next run."""
    command = _command(tmp_path, files=20, jobs=1)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        os.kill(_wait_for_readers(process, 1)[0], signal.SIGKILL)
        output, errors = process.communicate(timeout=60)
    assert "ended the process that read it (by SIGKILL" in errors
    assert "19 documents" in output
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "1 new, 0 changed, 19 unchanged" in done.stdout


def _command(place, files, jobs):
    """What indexes so many PDF files, which are made."""
    folder = place / "kho"
    folder.mkdir()
    for number in range(files):
        (folder / f"{number}.pdf").write_bytes((SAMPLES / "libreoffice.pdf").read_bytes() + b"%%%d" % number)
    return [TIMVIET, "--index", str(place / "chỉ mục"), "index", "--jobs", str(jobs), str(folder)]


def _wait_for_readers(process, count):
    """Wait until a process has started so many others that read files, and return these."""
    end = time.monotonic() + 60
    while len(readers := _readers(process.pid)) < count:
        assert time.monotonic() < end
        assert process.poll() is None
        time.sleep(0.02)
    return readers


def _readers(process):
    """The processes that read files."""
    return [child for child in _children(process) if "isolated" in _text(Path(f"/proc/{child}/cmdline"))]


def _children(process):
    """The processes that the threads of one have started."""
    return [int(child) for own in Path(f"/proc/{process}/task").glob("*/children") for child in _text(own).split()]


def _text(path):
    """What the system tells of a process or thread; nothing where that has ended."""
    with suppress(OSError):
        return path.read_text()
    return ""
