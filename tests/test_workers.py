"""Several processes build what one does, and leave nothing behind, however they end."""

import errno
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from enum import StrEnum
from itertools import count
from pathlib import Path

import pytest

import unmeasured
from timviet.index import Document, open_index, sync, vocabulary
from timviet.index.analysis import indexed_forms
from timviet.index.errors import NotAnIndexError, WorkerError
from timviet.index.storage import FolderStorage
from timviet.search import Searcher

TEXTS = [f"Xã {number} họp bàn về {word} ở thôn {number % 7}" for number in range(400) for word in ("đường", "đê")]
SMALL = 1  # megabytes, so that these texts make several segments
WRITE_ON = """
import sys, itertools
from timviet.index import Document, open_index
if __name__ == "__main__":
    with open_index(sys.argv[1]) as index:
        writer = index.writer(jobs=2, memory=1)
        for number in itertools.count():
            writer.add(Document(id=str(number), text="Nước sông lên cao " * 20))
            if number == 500:
                print("ready", flush=True)
"""


@pytest.fixture
def folder(tmp_path):
    """The folder of an index that holds a document."""
    folder = tmp_path / "chỉ mục"
    with open_index(folder, create=True) as index, index.writer() as writer:
        writer.add(Document(id="cũ", text="Đường làng"))
    return folder


def fill(folder, jobs):
    """Index the texts with so many processes, replace some, and remove some."""
    with open_index(folder, create=True) as index, index.writer(jobs=jobs, memory=SMALL) as writer:
        for number, text in enumerate(TEXTS):
            writer.add(Document(id=str(number), text=text))
        writer.add(Document(id="3", text="Xã 3 thôi họp"))
        writer.remove("5")


def answers(folder, query):
    """What a search finds: ids, scores, texts, and how many in all."""
    with open_index(folder) as index, Searcher(index) as searcher:
        results = searcher.search(query, limit=50)
        return results.total, [(hit.document_id, hit.score, hit.text) for hit in results]


def children_of(parent):
    """The numbers of a process's child processes."""
    return [int(number) for number in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def is_alive(number):
    """Whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("query", ["duong", "họp thôn 3", '"thôi họp"', "xa 5"])
def test_same_as_one_process(tmp_path, query):
    """An index that two processes build answers as one that this process builds."""
    fill(tmp_path / "một", 1)
    fill(tmp_path / "hai", 2)
    assert answers(tmp_path / "hai", query) == answers(tmp_path / "một", query)


def test_little_text_is_not_shared_out(folder):
    """No process is started for the first, and only, segment before the commit."""
    with open_index(folder) as index:
        writer = index.writer(jobs=2)
        writer.add(Document(id="mới", text="Ngõ xóm"))
        assert not multiprocessing.active_children()
        writer.rollback()


def test_in_memory():
    """An index in memory is built by this process, whatever is asked for."""
    with open_index(":memory:", create=True) as index:
        with index.writer(jobs=2, memory=SMALL) as writer:
            for number, text in enumerate(TEXTS):
                writer.add(Document(id=str(number), text=text))
            assert not multiprocessing.active_children()
        assert index.document_count == len(TEXTS)


@pytest.mark.parametrize("option", [{"jobs": 0}, {"memory": 0}])
def test_refused(folder, option):
    """Fewer processes than one, and less memory than a megabyte, are refused before the lock is taken."""
    with open_index(folder) as index:
        with pytest.raises(ValueError, match="must be at least 1"):
            index.writer(**option)
        index.writer(timeout=0).rollback()


def test_a_process_that_is_killed(folder):
    """Where one of the processes is killed, that is told, and the index is as it was, without a file more."""
    before = sorted(folder.iterdir())
    with open_index(folder) as index:
        with pytest.raises(WorkerError, match="was ended"), index.writer(jobs=2, memory=SMALL) as writer:
            for number in range(100_000):
                writer.add(Document(id=str(number), text="Nước sông lên cao " * 20))
                for child in multiprocessing.active_children() if number == 500 else ():
                    os.kill(child.pid, signal.SIGKILL)
        assert index.document_count == 1
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    "place",
    [
        pytest.param("concurrent.futures.process.ProcessPoolExecutor.__init__", id="there is nothing to talk by"),
        pytest.param("multiprocessing.util.spawnv_passfds", id="there is no process"),
    ],
)
def test_processes_that_cannot_be_started(folder, monkeypatch, place):
    """Where no process can be started, that is told, and the index is as it was."""
    before = sorted(folder.iterdir())

    def refuse(*_arguments, **_options):
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(place, refuse)
    with open_index(folder) as index:
        writer = index.writer(jobs=2, memory=SMALL)
        with pytest.raises(WorkerError, match=rf"cannot start .* \({os.strerror(errno.EAGAIN)}\): try again with one"):
            for number, text in enumerate(TEXTS):
                writer.add(Document(id=str(number), text=text))
        assert index.document_count == 1
        index.writer(timeout=0).rollback()
    assert sorted(folder.iterdir()) == before


def test_an_error_in_a_process(folder):
    """What goes wrong in another process comes up here, and the index is as it was."""
    with open_index(folder) as index:
        writer = index.writer(jobs=2, memory=SMALL)
        writer._workers._storage = FolderStorage(str(folder / "không có"))
        with pytest.raises(NotAnIndexError, match="không có"):
            for number in range(100_000):
                writer.add(Document(id=str(number), text="Nước sông lên cao " * 20))
        assert index.document_count == 1
        index.writer(timeout=0).rollback()


def test_they_end_with_the_process_that_started_them(folder):
    """When the process that indexes is killed, those that it started end, too, and the index is as it was."""
    with subprocess.Popen([sys.executable, "-c", WRITE_ON, folder], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        children = children_of(process.pid)
        process.kill()
    assert len(children) >= 2
    end = time.monotonic() + 20
    while any(map(is_alive, children)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(map(is_alive, children))
    with open_index(folder) as index:
        assert index.document_count == 1


START = """
import signal, sys
from multiprocessing import util
from timviet.index import Document, open_index
if __name__ == "__main__":
    spawn = util.spawnv_passfds
    def tell(path, arguments, descriptors):
        print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ()))
        return spawn(path, arguments, descriptors)
    util.spawnv_passfds = tell
    with open_index(sys.argv[1]) as index, index.writer(jobs=2, memory=1) as writer:
        for number in range(2000):
            writer.add(Document(id=str(number), text="Nước sông lên cao " * 20))
"""


def test_interrupts_while_they_start(folder, tmp_path):
    """No process can be interrupted while it starts, before it can ignore that: also none that helps these to start."""
    script = tmp_path / "bắt đầu.py"
    script.write_text(START, encoding="utf-8")
    run = subprocess.run([sys.executable, script, folder], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout.split() == ["True"] * 3


ENDED = """
import os, signal, sys
from concurrent.futures import ProcessPoolExecutor
from timviet.index import Document, open_index
if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    start = ProcessPoolExecutor._start_executor_manager_thread
    def interrupted(pool):
        os.kill(os.getpid(), int(sys.argv[2]))
        start(pool)
    ProcessPoolExecutor._start_executor_manager_thread = interrupted
    with open_index(sys.argv[1]) as index, index.writer(jobs=2, memory=1) as writer:
        for number in range(2000):
            writer.add(Document(id=str(number), text="Nước sông lên cao " * 20))
"""


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_ended_while_they_start(folder, tmp_path, by):
    """What ends a program that has started a process, but does not know of it yet, leaves none behind that waits."""
    script = tmp_path / "kết thúc.py"
    script.write_text(ENDED, encoding="utf-8")
    command = [sys.executable, script, folder, str(int(by))]
    run = subprocess.run(command, capture_output=True, text=True, env=unmeasured.environment(), timeout=60, check=False)
    assert run.stderr.splitlines()[-1] == "KeyboardInterrupt"
    with open_index(folder) as index:
        assert index.document_count == 1


def test_folders(tmp_path):
    """`sync` indexes with several processes, too."""
    (tmp_path / "tin.txt").write_text("\n".join(TEXTS), encoding="utf-8")
    with open_index(tmp_path / "chỉ mục", create=True) as index:
        assert sync(index, [tmp_path / "tin.txt"], jobs=2, memory=SMALL).paragraphs == len(TEXTS)


class Kind(StrEnum):
    """Texts that are of a class derived from strings."""

    NEWS = "tin"


def test_texts_of_other_classes(tmp_path):
    """Texts of a class derived from strings are indexed by other processes, too."""
    with open_index(tmp_path / "chỉ mục", create=True) as index:
        with index.writer(jobs=2, memory=SMALL) as writer:
            writer.add(Document(id=Kind.NEWS, title=Kind.NEWS, paragraphs=[Kind.NEWS], metadata={"loại": Kind.NEWS}))
            for number, text in enumerate(TEXTS):
                writer.add(Document(id=str(number), text=text))
        with Searcher(index) as searcher:
            assert [(hit.document_id, hit.title, hit.text) for hit in searcher.search("tin")] == [("tin", "tin", "tin")]


def test_a_main_module_without_a_guard(folder, tmp_path):
    """A script that each process would run again is told what it lacks, and the index is as it was."""
    script = tmp_path / "không gác.py"
    unguarded = WRITE_ON.replace('if __name__ == "__main__":', "if True:")
    script.write_text(unguarded, encoding="utf-8")
    run = subprocess.run([sys.executable, script, folder], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode != 0
    assert 'if __name__ == "__main__"' in run.stderr.splitlines()[-1]
    assert "cannot index with several processes" in run.stderr
    with open_index(folder) as index:
        assert index.document_count == 1


@pytest.mark.parametrize("after", range(8))
def test_what_an_interrupted_writer_knew(monkeypatch, after):
    """A writer that is interrupted at any place in analysing leaves nothing behind that others would take up."""
    texts = ["cong an tinh", "dang uy", "(TP.HCM), Đảng bộ 05-CT/TW"]
    calls = count()

    def interrupted(text):
        if next(calls) == after:
            raise KeyboardInterrupt
        return indexed_forms(text)

    monkeypatch.setattr(vocabulary, "indexed_forms", interrupted)
    with open_index(":memory:", create=True) as index:
        with suppress(KeyboardInterrupt), index.writer() as writer:
            for number, text in enumerate(texts):
                writer.add(Document(id=str(number), text=text))
        with index.writer() as writer:
            for number, text in enumerate(texts):
                writer.add(Document(id=str(number), text=text))
        with Searcher(index) as searcher:
            assert [[hit.document_id for hit in searcher.search(f'"{text}"')] for text in texts] == [
                ["0"],
                ["1"],
                ["2"],
            ]


def test_several_writers_at_once():
    """Writers of different indexes do not disturb each other in threads of one process."""

    def write(seed):
        with open_index(":memory:", create=True) as index:
            with index.writer() as writer:
                for number in range(300):
                    writer.add(Document(id=str(number), text=f"a{seed * number} b{number} chung"))
            with Searcher(index) as searcher:
                return [searcher.search(f"b{number}", match="all").total for number in range(0, 300, 50)]

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(write, range(1, 9))) == [[1] * 6] * 8
