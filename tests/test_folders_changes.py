"""Files that are touched, changed, renamed or swapped are told apart, and only what has to be is read again."""

import errno
import os
from pathlib import Path
from shutil import copy

import pytest

from encoders import encode
from places import Place, counts, follower, lines
from timviet.index import open_index


@pytest.fixture
def place(tmp_path):
    """An empty place."""
    return Place(tmp_path)


@pytest.mark.parametrize(
    ("content", "later", "changed"), [("Hội", 0, False), ("Hội", 1, True), ("Hội", -1, True), ("Mười", 0, True)]
)
def test_unchanged_files_are_not_read(place, content, later, changed):
    """A file is read again if its size or time is another one, be it by a nanosecond, and only then."""
    time = place.write("a.txt", "Một").stat().st_mtime_ns
    place.sync("a.txt")
    os.utime(place.write("a.txt", content), ns=(0, time + later))
    assert counts(place.sync("a.txt")) == (0, int(changed), int(not changed), 0, 0)
    assert place.contents() == {"a.txt": content if changed else "Một"}


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
def test_a_file_of_another_time(place, name, monkeypatch):
    """A file with the same content at another time is read once, and its documents are as they were."""
    content = lines("x1 y2") if name.endswith("l") else "Một\n\nHai"
    place.write(name, content)
    new = place.sync(name).new
    before = place.documents()
    place.write(name, content)
    commits = set(place.index.iterdir())
    assert counts(place.sync(name)) == (0, 0, new, 0, 0)
    assert (place.documents(), place.verified()) == (before, ())
    assert set(place.index.iterdir()) - commits == {place.index / "touched.json"}  # nothing else is written
    monkeypatch.setattr("timviet.index.folders.run.load", None)
    assert counts(place.sync(name)) == (0, 0, new, 0, 0)


def test_too_many_files_of_another_time(place, monkeypatch):
    """Where too many files are to be remembered, the documents of further ones are written with their new time."""
    monkeypatch.setattr("timviet.index.folders.changes.MOST", 1)
    for _ in range(2):
        times = [place.write(f"kho/{name}.txt", name).stat().st_mtime_ns for name in "abc"]
        place.sync("kho")
    assert [document.source.modified_ns == time for document, time in zip(place.documents(), times, strict=True)] == [
        False,
        True,
        True,
    ]
    monkeypatch.setattr("timviet.index.folders.run.load", None)
    assert counts(place.sync("kho")) == (0, 0, 3, 0, 0)


@pytest.mark.parametrize(
    "content", [b"", b"[" * 100_000, b'{"files": {}, "checksum": 1}', b'{"files": [], "checksum": 0}']
)
def test_a_broken_record_of_touched_files(place, content):
    """Where the record of touched files is broken, they are read, and it is written again."""
    place.write("a.txt", "Một")
    place.sync("a.txt")
    place.write("a.txt", "Một")
    place.sync("a.txt")
    record = place.index / "touched.json"
    whole = record.read_bytes()
    record.write_bytes(content)
    assert counts(place.sync("a.txt")) == (0, 0, 1, 0, 0)
    assert record.read_bytes() == whole
    place.write("a.txt", "Hai")
    place.sync("a.txt")
    assert b"a.txt" not in record.read_bytes()


def test_a_file_of_another_time_and_encoding(place):
    """Where another encoding is given, a file is read again though its content is the same."""
    content = encode("tài hồng", "tcvn3")
    place.write("a.txt", content)
    place.sync("a.txt", encoding="tcvn3")
    place.write("a.txt", content)
    assert counts(place.sync("a.txt", encoding="viscii")) == (0, 1, 0, 0, 0)
    place.write("a.txt", content)
    assert counts(place.sync("a.txt")) == (0, 0, 1, 0, 0)
    assert place.contents() == {"a.txt": "tội hăng"}


def test_renamed_files(place):
    """A file of the same content takes the place of one that is gone, without being told to prune."""
    paths = [place.write(f"kho/{name}", name) for name in ("a.txt", "b.txt")]
    place.write("kho/c.jsonl", lines("x1 y2"))
    place.sync("kho")
    paths[0].rename(place.folder / "kho/a1.txt")
    (place.folder / "kho/c.jsonl").rename(place.folder / "d.jsonl")
    summary = place.sync("kho", "d.jsonl")
    assert (counts(summary), summary.renamed) == ((1, 2, 1, 1, 0), 2)
    assert place.contents() == {"kho/a1.txt": "a.txt", "kho/b.txt": "b.txt", "x": "1", "y": "2"}
    assert counts(place.sync("kho", "d.jsonl")) == (0, 0, 4, 0, 0)
    assert place.verified() == ()


def test_a_renamed_file_is_pruned_once(place):
    """Documents of a file that has got another name count as removed once, told to prune or not."""
    path = place.write("kho/a.txt", "Một")
    place.sync("kho")
    path.rename(path.with_name("b.txt"))
    summary = place.sync("kho", prune=True)
    assert (counts(summary), summary.renamed) == ((1, 0, 0, 1, 0), 1)


@pytest.mark.parametrize(
    ("change", "renamed", "contents"),
    [
        pytest.param(lambda kho: copy(kho / "a.txt", kho / "b.txt"), 0, ["a", "b"], id="a copy is another file"),
        pytest.param(
            lambda kho: (copy(kho / "a.txt", kho / "b.txt"), (kho / "a.txt").rename(kho / "c.txt")),
            1,
            ["b", "c"],
            id="of two files of the content one takes the place",
        ),
        pytest.param(
            lambda kho: (kho / "a.txt").rename(kho / "b.txt").write_text("khác", "utf-8"),
            0,
            ["a", "b"],
            id="one that has changed, too, is another file",
        ),
        pytest.param(
            lambda kho: ((kho / "a.txt").rename(kho / "b.txt"), (kho / "a.txt").write_text("mới", "utf-8")),
            0,
            ["a", "b"],
            id="the old name is another file's",
        ),
    ],
)
def test_what_is_no_rename(place, change, renamed, contents):
    """Only what is gone is replaced, once, and by nothing but its own content."""
    place.write("kho/a.txt", "Một")
    place.sync("kho")
    change(place.folder / "kho")
    assert place.sync("kho").renamed == renamed
    assert sorted(place.contents()) == [f"kho/{name}.txt" for name in contents]


def test_a_file_that_waits_for_an_id_is_read_again(place):
    """A file that has the id of another file's document does not look unchanged, so that the line comes in later."""
    place.write("kho/a.jsonl", lines("x1"))
    place.write("kho/b.jsonl", lines("x2 y3"))
    assert len(place.sync("kho").errors) == 1
    assert len(place.sync("kho").errors) == 1
    (place.folder / "kho/a.jsonl").unlink()
    assert place.sync("kho", prune=True).errors == []
    assert place.contents() == {"x": "2", "y": "3"}
    assert counts(place.sync("kho")) == (0, 0, 2, 0, 0)


@pytest.mark.parametrize("prune", [False, True])
def test_a_file_of_which_nothing_can_be_told(place, monkeypatch, prune):
    """What the index has of a file stays where the system cannot tell of what kind, how large and how old it is."""
    path = place.write("kho/a.txt", "Một")
    place.sync("kho")
    real = Path.stat

    def failing(own, **options):
        if own == path:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(own))
        return real(own, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", failing)
        assert counts(place.sync("kho", prune=prune)) == (0, 0, 0, 0, 1)
    assert counts(place.sync("kho", prune=prune)) == (0, 0, 1, 0, 0)


def test_a_touched_file_whose_id_is_taken(place):
    """Of two files with one id, the one that was read first keeps it, be the other only touched; that one waits."""
    place.write("kho/b.jsonl", lines("x1 z2"))
    place.sync("kho")
    path = place.write("kho/a.jsonl", lines("x3 y4"))
    place.write("kho/b.jsonl", lines("x1 z2"))
    for _ in range(2):
        summary = place.sync("kho")
        assert [error.reason for error in summary.errors] == ["has the id of another document"]
        assert place.contents() == {"x": "3", "y": "4", "z": "2"}
    path.unlink()
    assert place.sync("kho", prune=True).errors == []
    assert place.contents() == {"x": "1", "z": "2"}


def test_a_content_that_comes_back(place):
    """A file that was there once, broke, and went comes back under another name."""
    path = place.write("kho/a.jsonl", lines("x1 a1 b1 c1 d1 e1 f1"))
    with open_index(place.index, create=True) as index:
        own = follower(place, index)
        own.sync()
        place.write("kho/a.jsonl", lines("! a2 b2 c2 d2 e2 f2"))
        assert counts(own.sync()) == (0, 6, 0, 0, 1)
        path.unlink()
        assert counts(own.sync()) == (0, 0, 0, 7, 0)
        place.write("kho/b.jsonl", lines("x1 a1 b1 c1 d1 e1 f1"))
        assert counts(own.sync()) == (7, 0, 0, 0, 0)
    assert place.contents() == dict.fromkeys("xabcdef", "1")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda place: (place.folder / "kho/a.jsonl").unlink(), id="its file goes"),
        pytest.param(lambda place: place.write("kho/a.jsonl", lines("y4")), id="its line goes"),
    ],
)
def test_an_id_that_is_waited_for(place, change):
    """Where an id gets free that other files wait for, the first of these is read, though it has not changed."""
    path = place.write("kho/a.jsonl", lines("x1"))
    for name in "bc":
        place.write(f"kho/{name}.jsonl", lines("x2"))
    with open_index(place.index, create=True) as index:
        own = follower(place, index)
        assert len(own.sync().errors) == 2
        other = place.write("kho/d.txt", "Ba")
        assert own.sync(changed=[other]).errors == []
        change(place)
        assert len(own.sync(changed=[path]).errors) == 1
        assert {document.id: document.source.path for document in index.documents()}["x"] == "kho/b.jsonl"


def test_a_renamed_file_with_faults(place):
    """A file of which not all can be read takes the place of its old name, too; what is of an older content stays."""
    path = place.write("kho/a.csv", "id,text\n1,Một\n2,Hai\n")
    place.sync("kho")
    place.write("kho/a.csv", "id,text\n1,Ba\n3,Bốn,năm\n")
    place.sync("kho")
    path.rename(path.with_name("b.csv"))
    assert place.sync("kho").renamed == 1
    assert place.contents() == {"kho/b.csv#1": "Ba", "kho/a.csv#2": "Hai"}


def test_a_renamed_file_that_cannot_be_read(place, monkeypatch):
    """What the index has of a file stays, as long as it cannot be read under its new name for want of a library."""
    path = place.write("kho/a.html", "<p>Một")
    place.sync("kho")
    path.rename(path.with_name("b.html"))
    with monkeypatch.context() as patched:
        patched.setattr("timviet.index.files.find_spec", lambda _: None)
        assert counts(place.sync("kho")) == (0, 0, 0, 0, 1)
    assert place.contents() == {"kho/a.html": "Một"}
    assert (place.sync("kho").renamed, place.contents()) == (1, {"kho/b.html": "Một"})
