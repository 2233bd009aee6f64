"""Files that would take all memory, all time or the process itself are refused, and reading goes on with others."""

import itertools
import linecache
import os
import signal
import subprocess
import sys
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path

import pytest

from format_files import docx, fault_of, paragraph, pdf, read_all, read_one, texts
from timviet.index.errors import SourceError
from timviet.index.files import read_content
from timviet.index.formats import isolation, limits
from timviet.index.formats.parts import RawFile


@pytest.fixture(autouse=True)
def readers():
    """Processes of each test's own: other tests go on with theirs."""
    readers = isolation.Readers()
    with readers.lent():
        yield readers
    readers.end()


SOUND = pdf([[(50, 500, 10, "Đảng uỷ xã")]])


def with_content(content: bytes) -> bytes:
    """A PDF with one page whose content, packed, is this."""
    start = SOUND.rindex(b"\nstream\n") + len(b"\nstream\n")
    end = SOUND.index(b"\nendstream", start)
    packed = SOUND[start:end]
    return SOUND.replace(packed, content).replace(b"/Length %d" % len(packed), b"/Length %d" % len(content))


def forms(depth: int) -> bytes:
    """A PDF whose page draws a form ten times that draws another one ten times, and so on."""
    content = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    content += b"2 0 obj\n<< /Type /Pages /Count 1 /Kids [3 0 R] >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R "
    content += b"/MediaBox [0 0 99 99] /Contents 4 0 R /Resources << /XObject << /X 4 0 R >> >> >>\nendobj\n"
    for number in range(4, 4 + depth):
        form = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]"
        resources = b"/Resources << /XObject << /X %d 0 R >> >>" % (number + 1)
        content += b"%d 0 obj\n<< %b %b /Length 50 >>\nstream\n" % (number, form, resources)
        content += b"/X Do" * 10 + b"\nendstream\nendobj\n"
    return content + b"trailer\n<< /Root 1 0 R >>\n"


def test_memory(monkeypatch):
    """A file that takes more memory than the limit is refused by it."""
    monkeypatch.setattr(limits, "MEMORY", 400 << 20)
    packer = zlib.compressobj()
    bomb = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(500)) + packer.flush()
    fault = fault_of("a.pdf", with_content(bomb))
    assert fault.startswith("ended the process that read it (by SIG")
    assert fault.endswith("as happens beyond the limit of 400 MiB of memory)")


def test_memory_of_python(monkeypatch):
    """So is one that does it where Python can tell."""
    monkeypatch.setattr(limits, "MEMORY", 160 << 20)
    found = read_all("a.docx", docx(paragraph("x") * 400_000))
    assert [isinstance(own, SourceError) and "memory" in str(own) for own in found] == [True]


def test_time(monkeypatch):
    """A file that takes longer than the limit is refused by it; there is a limit for each size."""
    monkeypatch.setattr(limits, "SECONDS", 1)
    monkeypatch.setattr(limits, "SECONDS_PER_MEBIBYTE", 1)
    assert fault_of("a.pdf", forms(12)) == "takes longer to read than the limit (1 seconds for its size)"
    attributes = b" ".join(b"a%d" % number for number in range(200_000))
    fault = fault_of("a.html", b"<p " + attributes + b">x")
    assert fault == "takes longer to read than the limit (2 seconds for its size)"


def test_reading_goes_on(monkeypatch):
    """After a file that ended the process, and after a damaged one, others are read."""
    monkeypatch.setattr(limits, "SECONDS", 1)
    for bad, fault in ((forms(12), "takes longer to read than the limit"), (b"%PDF-1.7", "is damaged")):
        assert fault_of("a.pdf", bad).startswith(fault)
        assert texts(read_one("a.pdf", SOUND)) == ["Đảng uỷ xã"]


def test_one_process_reads_many_files(monkeypatch):
    """A process reads one file after the other, also after faults of these, and not without end."""
    started = []
    popen = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *own, **named: started.append(own) or popen(*own, **named))
    monkeypatch.setattr(isolation, "_FILES", 3)
    for content in (SOUND, b"%PDF-1.7", SOUND, SOUND, SOUND):
        list(read_content(content, Path("a.pdf"), "a.pdf"))
    assert len(started) == 2


def test_reading_is_stopped():
    """Whoever stops reading a file ends the process that does, and nothing is mixed up after it."""
    reading = isolation.read_isolated("pdf.document", RawFile(pdf([[(50, 500, 10, "a")], None]), "a.pdf"))
    next(reading)
    reading.close()
    assert texts(read_one("a.pdf", SOUND)) == ["Đảng uỷ xã"]


def test_threads():
    """Threads read at the same time, each from a process of its own."""
    files = [pdf([[(50, 500, 10, f"Điều {number}")]]) for number in range(12)]
    barrier = threading.Barrier(3)

    def read_after(content: bytes) -> list[str]:
        barrier.wait()
        return texts(read_one("a.pdf", content))

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(read_after, files)) == [[f"Điều {number}"] for number in range(12)]


PROGRAM = """
import os, sys
from pathlib import Path
from timviet.index.files import read_content
def show():
    path = Path(sys.argv[1])
    readings = read_content(path.read_bytes(), path, "a")
    print([next(reading.content.iter_paragraphs()).text for reading in readings], flush=True)
print("say: hello")
show()
if os.fork() == 0:
    show()
    os._exit(0)
os.wait()
"""


def test_programs(tmp_path):
    """A program needs no guard for its main module, may fork, and ends with nothing left to say or to run."""
    (tmp_path / "a.pdf").write_bytes(SOUND)
    command = [sys.executable, "-X", "dev", "-c", PROGRAM, str(tmp_path / "a.pdf")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout.count("['Đảng uỷ xã']")) == (0, 2)


def test_interrupts(readers):
    """Ctrl-C is for the program that reads, not for the process that it has read for it."""
    assert texts(read_one("a.pdf", SOUND)) == ["Đảng uỷ xã"]
    (process,) = readers._idle
    os.kill(process._process.pid, signal.SIGINT)
    assert texts(read_one("a.pdf", SOUND)) == ["Đảng uỷ xã"]


@pytest.mark.parametrize(
    ("executable", "fault"),
    [
        ("/nonexistent", "cannot be read, as no process can be started for it"),
        ("/bin/false", "ended the process that read it (with status 1"),
    ],
)
def test_a_process_that_cannot_start(monkeypatch, executable, fault):
    """Where no such process starts, that is a fault of the file."""
    monkeypatch.setattr(sys, "executable", executable)
    assert fault_of("a.pdf", SOUND).startswith(fault)


def test_interrupted(readers):
    """What is read by processes that are interrupted is a fault, also where it begins just then; no process is left."""
    reading = isolation.read_isolated("pdf.document", RawFile(forms(12), "a.pdf"))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(copy_context().run, next, reading)
        while not readers._busy:
            time.sleep(0.01)
        other = isolation.Readers()
        other.interrupt()
        assert not first.done()
        readers.interrupt()
        for part in (first.result(), next(isolation.read_isolated("pdf.document", RawFile(SOUND, "a.pdf")))):
            assert part.content.reason == "ended the process that read it"
    reading.close()
    assert (readers._idle, readers._busy) == ([], set())


def test_interrupted_anywhere(tmp_path, monkeypatch):
    """Wherever Ctrl-C comes while a file is read, no process is left when those that were lent have been ended."""
    reader = tmp_path / "reader"
    reader.write_text("#!/bin/sh\nexec cat\n")  # which runs until it is told that there is no more to read
    reader.chmod(0o700)
    started, popen = [], subprocess.Popen
    monkeypatch.setattr(sys, "executable", str(reader))
    monkeypatch.setattr(subprocess, "Popen", lambda *own, **named: started.append(popen(*own, **named)) or started[-1])
    steps = 0
    while is_interrupted_at(steps):
        assert all(process.poll() is not None for process in started)
        steps += 1
    assert steps > 20
    assert len(started) > 10


def is_interrupted_at(number):
    """Read a file, interrupted before a line of what does; tell whether there are so many."""
    left = itertools.count(number, -1)

    def trace(frame, event, _):
        if frame.f_code.co_filename != isolation.__file__ or frame.f_code.co_name not in {"read", "_take", "start"}:
            return None
        line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
        # A lock that is taken is left again: no interrupt comes between.
        if event == "line" and "with self._lock" not in line and next(left) == 0:
            raise KeyboardInterrupt
        return trace

    readers = isolation.Readers()
    before = sys.gettrace()
    try:
        sys.settrace(trace)
        with readers.lent():
            next(isolation.read_isolated("text", RawFile(b"a", "a.txt")))
    except KeyboardInterrupt:
        return True
    except TypeError:  # what came back is no answer
        return False
    finally:
        sys.settrace(before)
        readers.end()
