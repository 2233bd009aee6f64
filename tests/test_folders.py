"""An index is brought up to date with files and folders: what is new, changed or gone, and nothing else."""

import os
from pathlib import Path
from unicodedata import normalize

import pytest

from places import Place, counts, follower, lines
from timviet.index import open_index, sync
from timviet.index.errors import IndexLockedError, SourceError
from timviet.index.folders.run import GONE


@pytest.fixture
def place(tmp_path):
    """An empty place."""
    return Place(tmp_path)


def test_up_to_date(place):
    """Each run tells what is new, changed and unchanged, and writes what is new or changed."""
    place.write("kho/a.txt", "Một\nHai")
    place.write("kho/sâu/b.md", "# Ba")
    summary = place.sync("kho")
    assert (counts(summary), summary.paragraphs, summary.seconds > 0) == ((2, 0, 0, 0, 0), 3, True)
    place.write("kho/a.txt", "Bốn")
    place.write("kho/c.jsonl", lines("x5 y6"))
    assert counts(place.sync("kho")) == (2, 1, 1, 0, 0)
    assert place.contents() == {"kho/a.txt": "Bốn", "kho/sâu/b.md": "# Ba", "x": "5", "y": "6"}
    assert counts(place.sync("kho")) == (0, 0, 4, 0, 0)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_document_beyond_a_limit(place, monkeypatch, jobs):
    """A file with too long a paragraph, too many, or too much text, is a fault of its own: the others are indexed."""
    monkeypatch.setattr("timviet.index.preparing.MAX_RECORD_SIZE", 1000)
    monkeypatch.setattr("timviet.index.preparing.MAX_PARAGRAPHS", 5)
    monkeypatch.setattr("timviet.index.preparing.MAX_TEXT", 2000)
    for name, content in (("a", "Một"), ("b", "a" * 1000), ("c", "a\n" * 6), ("d", "Hai"), ("e", f"{'a' * 600}\n" * 4)):
        place.write(f"kho/{name}.txt", content)
    assert counts(place.sync("kho", jobs=jobs)) == (2, 0, 0, 0, 3)
    assert counts(place.sync("kho", jobs=jobs)) == (0, 0, 2, 0, 3)
    assert place.contents() == {"kho/a.txt": "Một", "kho/d.txt": "Hai"}


def test_exclude(place):
    """What is left out is not indexed, is counted, and is removed when pruning."""
    for name in ("kho/a.txt", "kho/nháp/b.txt", "kho/nháp/c.txt"):
        place.write(name, name)
    assert counts(place.sync("kho")) == (3, 0, 0, 0, 0)
    summary = place.sync("kho", exclude=["nháp"])
    assert (counts(summary), summary.left_out) == ((0, 0, 1, 0, 0), 1)
    place.write("kho/.gitignore", "nháp/")
    assert counts(place.sync("kho", prune=True)) == (0, 0, 1, 2, 0)
    with pytest.raises(SourceError, match="cannot leave out by what is no pattern"):
        place.sync("kho", exclude=["!"])


def test_prune(place):
    """Documents whose file is gone are removed on request, but only those under the paths given."""
    names = ["kho/a.txt", "kho/sâu/b.txt", "kho2/c.txt", "d.txt"]
    paths = [place.write(name, "Một") for name in names]
    place.sync(*names, stream=b"Hai")
    for path in paths:
        path.unlink()
    assert counts(place.sync("kho")) == (0, 0, 0, 0, 0)
    assert counts(place.sync("kho/sâu", prune=True)) == (0, 0, 0, 1, 0)
    assert counts(place.sync("kho", prune=True)) == (0, 0, 0, 1, 0)
    assert counts(place.sync("kho2", "d.txt", prune=True)) == (0, 0, 0, 2, 0)  # a file that is named is gone itself
    assert place.contents().keys() == {"-"}


@pytest.mark.parametrize("named", ["kho", "kho/sâu/b.txt"])
def test_a_folder_that_is_gone_is_not_pruned(place, named):
    """A folder that is gone, as on a disk that is not there for now, is an error, and nothing of it is removed."""
    place.write("kho/a.txt", "Một")
    place.write("kho/sâu/b.txt", "Hai")
    place.sync("kho")
    with open_index(place.index) as index:
        own = follower(place, index)
        own.sync()
        moved = (place.folder / "kho").rename(place.folder / "kho cũ")
        with pytest.raises(SourceError, match="there is no such file or folder"):
            place.sync(named, prune=True)
        summary = own.sync(changed=[place.folder / "kho", place.folder / "kho/a.txt"])
        assert ([error.reason for error in summary.errors], summary.removed) == ([GONE], 0)
        assert len(place.contents()) == 2
        moved.rename(place.folder / "kho")
        (place.folder / "kho/a.txt").unlink()
        assert own.sync(changed=[place.folder / "kho", place.folder / "kho/a.txt"]).removed == 1


def test_a_gone_file_is_named_with_letters_composed_otherwise(place):
    """A file that is gone is pruned by its name, however the letters of that are composed."""
    place.write(normalize("NFD", "kho/đất.txt"), "Một")
    place.sync("kho")
    (place.folder / normalize("NFD", "kho/đất.txt")).unlink()
    assert counts(place.sync(normalize("NFC", "kho/đất.txt"), prune=True)) == (0, 0, 0, 1, 0)


@pytest.mark.parametrize("prune", [False, True])
def test_missing_path(place, prune):
    """A path that is not there, and of which the index knows nothing, is an error; nothing is indexed or removed."""
    place.write("kho/a.txt", "Một")
    place.sync("kho")
    place.write("kho/a.txt", "Hai")
    with pytest.raises(SourceError, match="there is no such file or folder") as caught:
        place.sync("kho", "kh", prune=prune)
    assert (caught.value.path, caught.value.line) == (place.folder / "kh", None)
    assert place.contents() == {"kho/a.txt": "Một"}


def test_what_is_left_out(place):
    """Hidden files are passed over in silence and other suffixes counted; what is named is read, or an error."""
    for name in ("a.txt", ".b.txt", ".git/c.txt", "d.PNG", "e.png", "f.png", "Makefile"):
        place.write(f"kho/{name}", "Một")
    summary = place.sync("kho")
    told = {reason.split(" is no format")[0]: count for reason, count in summary.skipped.items()}
    assert (told, summary.errors) == ({".png": 3, "a file without a suffix": 1}, [])
    assert place.contents().keys() == {"kho/a.txt"}
    summary = place.sync("kho/.b.txt", "kho/.git", "kho/d.PNG")
    assert [error.path for error in summary.errors] == [place.folder / "kho/d.PNG"]
    assert place.contents().keys() == {"kho/a.txt", "kho/.b.txt", "kho/.git/c.txt"}


def test_named_twice(place):
    """A file that several of the paths lead to is read once."""
    place.write("kho/sâu/a.txt", "Một")
    assert counts(place.sync("kho", "kho", "kho/sâu", "kho/sâu/a.txt")) == (1, 0, 0, 0, 0)
    assert counts(place.sync("kho", "kho/sâu/a.txt")) == (0, 0, 1, 0, 0)


@pytest.mark.parametrize(
    ("runs", "errors", "contents"),
    [
        pytest.param([{"a": "x1 y2", "b": "z3"}, {"a": "y4"}], [0, 0], "y4 z3", id="a line goes"),
        pytest.param([{"a": "x1 y2"}, {"a": "x3 !"}], [0, 1], "x3 y2", id="a line breaks, maybe that of y"),
        pytest.param([{"a": "x1 x2 y3"}], [1], "x1 y3", id="an id twice in a file: the first stays"),
        pytest.param([{"a": "x1", "b": "x2 y3"}], [1], "x1 y3", id="an id in two files"),
        pytest.param([{"b": "x1"}, {"a": "x2 y3"}], [0, 1], "x1 y3", id="an id in two runs"),
        pytest.param([{"a": "x1"}, {"a": "x2", "b": "x3"}], [0, 1], "x2", id="an id in two runs, changed in the first"),
        pytest.param([{"a": "x1 y2"}, {"a": None, "b": "x1 y2"}], [0, 0], "x1 y2", id="a file is renamed"),
        pytest.param([{"a": "x1 y2"}, {"a": "y2", "b": "x1"}], [0, 0], "x1 y2", id="a line moves to the next file"),
        pytest.param([{"b": "x1 y2"}, {"b": "y2", "a": "x1"}], [0, 0], "x1 y2", id="a line moves to the file before"),
    ],
)
def test_lines(place, runs, errors, contents):
    """After several runs, the index holds the first document of each id that the files have, and has told the rest."""
    for files, told in zip(runs, errors, strict=True):
        for name, words in files.items():
            path = place.write(f"kho/{name}.jsonl", lines(words or ""))
            if words is None:
                path.unlink()
        assert len(place.sync("kho", prune=True).errors) == told
    assert place.contents() == {word[0]: word[1:] for word in contents.split()}


def test_stream(place):
    """A stream is indexed with the files; the next one replaces documents of its ids and leaves the others."""
    place.write("a.jsonl", lines("y1"))
    assert counts(place.sync("a.jsonl", stream=b"Hai")) == (2, 0, 0, 0, 0)
    assert counts(place.sync(stream=lines("x3 y4 !").encode())) == (1, 0, 0, 0, 2)
    assert counts(place.sync(stream=b"Ba", prune=True)) == (0, 1, 0, 0, 0)
    assert counts(place.sync(stream=b"")) == (0, 0, 0, 0, 1)
    assert place.contents() == {"y": "1", "-": "Ba", "x": "3"}


def test_an_exception_rolls_back(place):
    """An exception in the middle leaves the index as it was and lets the next run do it all."""

    def interrupt(_done, _total):
        raise KeyboardInterrupt

    place.write("kho/a.txt", "Một")
    place.sync("kho")
    for name in "abc":
        place.write(f"kho/{name}.txt", "Hai")
    with pytest.raises(KeyboardInterrupt):
        place.sync("kho", progress=interrupt)
    assert place.contents() == {"kho/a.txt": "Một"}
    assert counts(place.sync("kho", timeout=0)) == (2, 1, 0, 0, 0)


def test_locked(place):
    """Where another writer is at work, a run waits for no longer than it is told."""
    with open_index(place.index, create=True) as index, index.writer(), pytest.raises(IndexLockedError) as caught:
        place.sync(stream=b"a", timeout=0.1)
    assert caught.value.waited == 0.1


@pytest.mark.parametrize("content", ["Một", lines("x1 y2 !"), f"\n{lines('x1')}\r\n\n{lines('y2')}\n", "\xff", ""])
@pytest.mark.parametrize("stream", [None, b"Hai"])
def test_progress(place, content, stream):
    """Progress grows to its end, all bytes that are read, whatever they are."""
    seen = []
    for name in ("a.jsonl", "b.txt", "c.md"):
        place.write(name, content)
    place.sync("a.jsonl", "b.txt", "c.md", stream=stream, progress=lambda *step: seen.append(step))
    total = 3 * len(content.encode()) + len(stream or b"")
    assert seen == sorted(seen)
    assert {of for _, of in seen} == {seen[-1][0]} == {total}


@pytest.mark.parametrize("location", ["../chỉ mục", "../../trong/chỉ mục", ":memory:"])
def test_names(place, monkeypatch, location):
    """A file is known by its path from the folder around the index, or the working folder, if it is below that."""
    outside = place.write("ngoài.txt", "Một")
    path = place.write("trong/kho/a.txt", "Một")
    monkeypatch.chdir(path.parent)
    with open_index(location, create=True) as index:
        sync(index, [Path("a.txt"), outside])
        sync(index, [path, Path("../kho"), Path("../../ngoài.txt")])
        known = "a.txt" if location == ":memory:" else "kho/a.txt"
        assert {document.id for document in index.documents()} == {known, str(outside)}


@pytest.mark.parametrize("name", ["Số 1", "a'b\"c`", "a\nb", "Đie\u0302\u0300u", "😀", "-", "a\\b", " ", "\x1b[0m"])
def test_odd_names(place, name):
    """Whatever a file is called, it is known by that name: found again unchanged, and pruned when it is gone."""
    path = place.write(f"kho/{name}.txt", "Một")
    assert (counts(place.sync("kho")), place.contents()) == ((1, 0, 0, 0, 0), {f"kho/{name}.txt": "Một"})
    assert counts(place.sync("kho")) == (0, 0, 1, 0, 0)
    path.unlink()
    assert counts(place.sync("kho", prune=True)) == (0, 0, 0, 1, 0)


def test_odd_files(place):
    """A link is read under its own name, a folder's is not followed; no target is an error."""
    place.write("a.txt", "Một")
    (place.folder / "kho").mkdir()
    for name, target in (("c.txt", "../a.txt"), ("d.txt", "e.txt"), ("vòng", "..")):
        (place.folder / "kho" / name).symlink_to(target)
    reasons = [error.reason for error in place.sync("kho", "kho/c.txt").errors]
    assert reasons == ["is a link that leads nowhere"]
    assert place.contents() == {"kho/c.txt": "Một"}


def test_deep_folders(place):
    """A folder is read however deep it is nested."""
    place.folder.joinpath("kho").mkdir()
    folders = [place.folder / "kho"]
    for _ in range(1_100):
        folders.append(folders[-1] / "a")
        folders[-1].mkdir()
    (folders[-1] / "tin.txt").write_text("Một", "utf-8")
    try:
        assert counts(place.sync("kho")) == (1, 0, 0, 0, 0)
        with open_index(place.index) as index:
            assert counts(follower(place, index).sync(changed=[folders[-1] / "tin.txt"])) == (0, 0, 1, 0, 0)
    finally:
        (folders[-1] / "tin.txt").unlink()
        for folder in reversed(folders):
            folder.rmdir()


def test_another_index(place):
    """A folder that is an index is passed over, be it another one."""
    place.write("kho/a.json", "{")
    with open_index(place.folder / "kho/chỉ mục khác", create=True) as other:
        sync(other, [place.folder / "kho"])
    assert [error.path.name for error in place.sync("kho").errors] == ["a.json"]
    assert place.contents() == {}
    with open_index(place.index) as index:
        changed = follower(place, index).sync(changed=[place.folder / "kho/chỉ mục khác/skipped.json"])
    assert (changed.documents, changed.errors) == (0, [])


def test_no_regular_file(place):
    """A pipe among the files is left out, not waited for."""
    place.write("kho/a.txt", "Một")
    os.mkfifo(place.folder / "kho/b.txt")
    summary = place.sync("kho")
    assert (summary.documents, dict(summary.skipped)) == (1, {"is no regular file": 1})


def test_nothing_to_do(place):
    """A run that changes nothing leaves the last commit as it is."""
    place.write("kho/a.txt", "Một")
    place.sync("kho")
    with open_index(place.index) as index:
        before = index.whoosh.latest_generation()
        place.sync("kho", prune=True)
        assert index.whoosh.latest_generation() == before
