"""An index is kept up to date with folders while they change."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

import unmeasured
from timviet.index import Document, open_index, watch
from timviet.index.errors import MissingExtraError, SourceError

TIMVIET = str(Path(sys.executable).with_name("timviet"))
PATIENCE = 30  # seconds; what is waited for takes one


class Place:
    """A folder that is watched, with the index in it."""

    def __init__(self, folder):
        self.folder = folder
        self.index = folder / "chỉ mục"
        self.summaries = []

    def write(self, name, content="Một"):
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
        return path

    def ids(self):
        """The ids of the documents of the last commit."""
        with open_index(self.index) as index:
            return sorted(document.id for document in index.documents())

    def sources(self):
        """The file that each document was read from."""
        with open_index(self.index) as index:
            return {document.id: document.source.path for document in index.documents()}

    @contextmanager
    def watched(self, **options):
        """Meanwhile, keep the index up to date, in another thread."""
        stop, errors = Event(), []

        def follow():
            try:
                with open_index(self.index, create=True) as index:
                    self.summaries.extend(watch(index, [self.folder], stop=stop, **options))
            except BaseException as error:
                errors.append(error)
                raise

        thread = Thread(target=follow)
        thread.start()
        try:
            wait_until(lambda: self.index.exists() and any(self.index.glob("*.toc")))
            yield
        finally:
            stop.set()
            thread.join()
        assert errors == []


@pytest.fixture
def place(tmp_path):
    """A place with a file."""
    own = Place(tmp_path / "kho")
    own.write("a.txt")
    return own


def wait_until(holds):
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def move(place):
    """Move a folder with files in it below the one that is watched."""
    outside = place.folder.parent / "ngoài"
    (outside / "sâu").mkdir(parents=True)
    (outside / "sâu/x.txt").write_text("Một", "utf-8")
    outside.rename(place.folder / "trong")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(lambda place: place.write("b.txt"), ["a.txt", "b.txt"], id="a new file"),
        pytest.param(lambda place: place.write("sâu/hơn/b.txt"), ["a.txt", "sâu/hơn/b.txt"], id="in new folders"),
        pytest.param(lambda place: (place.folder / "a.txt").unlink(), [], id="a deleted file"),
        pytest.param(lambda place: (place.folder / "a.txt").rename(place.folder / "b.txt"), ["b.txt"], id="renamed"),
        pytest.param(
            lambda place: (place.write("b.txt"), place.write(os.fsdecode(b"c\xe9.txt")), place.write("d.txt")),
            ["a.txt", "b.txt", "c\\xe9.txt", "d.txt"],
            id="a name that is not UTF-8",
        ),
        pytest.param(move, ["a.txt", "trong/sâu/x.txt"], id="a folder that comes from elsewhere"),
        pytest.param(lambda place: place.write(".gitignore", "a.*"), [], id="rules that leave a file out"),
        pytest.param(
            lambda place: [
                place.write(f"{number}.jsonl", f'{{"id": {number}, "text": "Hai"}}') for number in range(50)
            ],
            sorted(["a.txt", *map(str, range(50))]),
            id="many files",
        ),
    ],
)
def test_changes(place, change, expected):
    """What has changed is soon in the index, and what is gone is not."""
    with place.watched():
        wait_until(lambda: place.ids() == ["a.txt"])
        change(place)
        wait_until(lambda: place.ids() == expected)


def test_nothing_else_is_done(place):
    """What is committed is no change, nor is what is hidden or left out; changes that come together, one commit."""
    place.write("chỉ mục cũ/x.jsonl", '{"id": "x", "text": "Một"}')
    with place.watched(exclude=["*.tmp"]):
        wait_until(lambda: place.ids() == ["a.txt", "x"])
        place.write(".ẩn.txt")
        place.write("b.tmp")
        place.write("c.txt")
        wait_until(lambda: "c.txt" in place.ids())
        time.sleep(1)
    assert [summary.documents for summary in place.summaries if summary.documents] == [2, 1]
    assert len(place.summaries) <= 3


def test_what_changes_while_another_writer_is_at_work(place):
    """Changes wait for another writer, and what that one has written is known then."""
    with place.watched():
        wait_until(lambda: place.ids() == ["a.txt"])
        with open_index(place.index) as index, index.writer() as writer:
            place.write("b.txt")
            writer.remove("a.txt")
            time.sleep(1)
        wait_until(lambda: len(place.summaries) > 1 and "b.txt" in place.ids())
        assert place.ids() == ["b.txt"]


def removed(folder):
    """Remove a folder, and tell whether it is gone: what is at work in it may remove a file at the same time."""
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()


def test_an_index_that_was_made_anew(place):
    """Where an index was made anew, with as many commits, what was known of the old one is not taken to be in it."""
    with place.watched():
        wait_until(lambda: place.ids() == ["a.txt"])
        wait_until(lambda: removed(place.index))
        with open_index(place.index, create=True) as index, index.writer() as writer:
            writer.add(Document("x", text="Một"))
        place.write("b.txt")
        wait_until(lambda: place.ids() == ["b.txt", "x"])
        (place.folder / "a.txt").touch()
        wait_until(lambda: place.ids() == ["a.txt", "b.txt", "x"])


def test_faults(place):
    """A file with a fault is told once, and read again when it has changed."""
    with place.watched():
        wait_until(lambda: len(place.summaries) == 1)
        place.write("b.jsonl", "{")
        wait_until(lambda: any(summary.errors for summary in place.summaries))
        place.write("b.jsonl", '{"id": "b", "text": "Một"}')
        wait_until(lambda: "b" in place.ids())


def test_an_id_that_gets_free(place):
    """A file that waits for the id of another one is read when that one is deleted."""
    place.write("b.jsonl", '{"id": "x", "text": "Một"}')
    place.write("c.jsonl", '{"id": "x", "text": "Hai"}')
    with place.watched():
        wait_until(lambda: place.ids() == ["a.txt", "x"])
        (place.folder / "b.jsonl").unlink()
        wait_until(lambda: place.sources() == {"a.txt": "a.txt", "x": "c.jsonl"})


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_the_command(place, signal_number):
    """`timviet index --watch` tells what it does, and ends with Ctrl-C, as if that were no fault."""
    command = [TIMVIET, "--index", str(place.index), "index", "--watch", str(place.folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=unmeasured.environment()
    ) as process:
        assert "1 document, 1 paragraph indexed" in process.stdout.readline()
        assert "watching for changes" in process.stderr.readline()
        place.write("b.txt")
        assert "(1 new, 0 changed" in process.stdout.readline()
        process.send_signal(signal_number)
        _, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (0, "stopped\n")


def test_what_cannot_be_watched(place, monkeypatch):
    """A file or a folder that is not there cannot be watched; without watchfiles, the error says what to install."""
    with open_index(":memory:", create=True) as index:
        for path in ("a.txt", "mất"):
            with pytest.raises(SourceError, match="is no folder that is there"):
                next(watch(index, [place.folder / path]))
        monkeypatch.setitem(sys.modules, "watchfiles", None)
        with pytest.raises(MissingExtraError, match=r"pip install 'timviet\[watch\]'"):
            next(watch(index, [place.folder]))
