"""An index is brought up to date with files and folders: what is new, changed or gone, and nothing else."""

import errno
import json
import os
from dataclasses import replace
from pathlib import Path
from shutil import copy
from unittest.mock import Mock

import pytest

from encoders import encode
from places import Place, counts, lines
from timviet.index import RecordFields, Writer, open_index, skipped_files, sync
from timviet.index.errors import EncodingError, IndexLockedError, SourceError
from timviet.index.files import NEEDS_EXTRA
from timviet.index.folders.syncing import Follower, SyncOptions
from timviet.index.formats.decoding import ALMOST_UTF_8


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
    time = place.write(name, content).stat().st_mtime_ns
    assert counts(place.sync(name)) == (0, 0, new, 0, 0)
    after = place.documents()
    assert {document.source.modified_ns for document in after} == {time}
    assert [replace(document, source=None) for document in before] == [
        replace(document, source=None) for document in after
    ]
    assert place.verified() == ()
    monkeypatch.setattr("timviet.index.folders.run.load", None)
    assert counts(place.sync(name)) == (0, 0, new, 0, 0)


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


@pytest.mark.parametrize("said", [{"text": ("không có",)}, {"text": ("text",)}])
def test_a_fault_outlasts_a_run_in_which_fields_are_said(place, said):
    """What is wrong with a line is told again after a run in which it was said what is where, well or in vain."""
    place.write("kho/a.jsonl", lines("x1 ! y2"))
    assert counts(place.sync("kho")) == (2, 0, 0, 0, 1)
    assert place.sync("kho", fields=RecordFields(**said)).errors
    assert 2 in [error.line for error in place.skipped()]
    summary = place.sync("kho")
    assert ([error.line for error in summary.errors], sorted(place.contents())) == ([2], ["x", "y"])


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
    paths[2].parent.rmdir()
    assert counts(place.sync("kho2", "d.txt", prune=True)) == (0, 0, 0, 2, 0)  # the paths themselves are gone
    assert place.contents().keys() == {"-"}


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
    ("name", "fault"),
    [
        pytest.param("a.txt", b"", id="emptied"),
        pytest.param("a.md", b"\xff\xfe", id="not UTF-8"),
        pytest.param("a.jsonl", b"{\n", id="broken line"),
        pytest.param("a.jsonl", b'{"id": "x", "text": "a", "n": NaN}\n', id="metadata that are no JSON"),
    ],
)
def test_a_fault_keeps_what_was_there(place, name, fault):
    """What the index held of a file that has a fault now stays, until the file is whole again."""
    good = lines("x1") if name == "a.jsonl" else "Một"
    place.write(f"kho/{name}", good)
    place.sync("kho")
    before = place.contents()
    path = place.write(f"kho/{name}", fault)
    summary = place.sync("kho", prune=True)
    assert (counts(summary), [error.path for error in summary.errors]) == ((0, 0, 0, 0, 1), [path])
    assert place.contents() == before != {}
    place.write(f"kho/{name}", good)
    assert counts(place.sync("kho")) == (0, 1, 0, 0, 0)


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


@pytest.mark.parametrize("fault", [lines("x2"), '{"id": "y", "text": "a", "n": NaN}\n'], ids=["repeated id", "NaN"])
def test_a_line_that_cannot_be_indexed(place, fault):
    """A line that is found wanting only when it is indexed is told with its number, too."""
    path = place.write("a.jsonl", f"{lines('x1')}\n{fault}{lines('z3')}")
    assert [(error.path, error.line) for error in place.sync("a.jsonl").errors] == [(path, 3)]
    assert place.contents() == {"x": "1", "z": "3"}


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


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_permission_denied(place):
    """A file that may not be read is a fault that gives the system's reason; it is read as soon as it may be."""
    path = place.write("kho/a.txt", "Một")
    path.chmod(0)
    assert [error.reason for error in place.sync("kho").errors] == ["cannot be read: Permission denied"]
    path.chmod(0o600)
    assert counts(place.sync("kho")) == (1, 0, 0, 0, 0)


def test_a_file_that_cannot_be_read(place, monkeypatch):
    """A file that fails while it is read is a fault that gives the system's reason; it is read again next time."""
    path = place.write("kho/a.txt", "Một")
    with monkeypatch.context() as patch:
        patch.setattr("timviet.index.folders.run.load", Mock(side_effect=OSError(errno.EIO, os.strerror(errno.EIO))))
        assert [str(error) for error in place.sync("kho").errors] == [f"{path}: cannot be read: Input/output error"]
    assert counts(place.sync("kho")) == (1, 0, 0, 0, 0)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_an_unreadable_folder(place):
    """A folder that may not be read is an error, and what the index held of it stays."""
    path = place.write("kho/sâu/a.txt", "Một")
    place.sync("kho")
    path.parent.chmod(0)
    summary = place.sync("kho", prune=True)
    path.parent.chmod(0o700)
    assert ([error.path for error in summary.errors], summary.removed) == ([path.parent], 0)


@pytest.mark.parametrize("name", ["a.jsonl", "a.txt"])
def test_a_file_with_faults_is_told_again_and_not_read_again(place, name):
    """A file with faults is read once; what is wrong with it is told by each run, until it is changed or gone."""
    path = place.write(f"kho/{name}", {"a.jsonl": f"{lines('x1')}{{\n", "a.txt": b"\xff"}[name])
    other = place.write("khác/b.txt", b"\xff")
    place.sync("kho", "khác")
    progress = []
    with open_index(place.index) as index:
        again = sync(index, [place.folder / "kho"], progress=lambda done, total: progress.append(total))
    assert ([str(error) for error in again.errors], progress) == (
        [str(error) for error in place.sync("kho").errors],
        [],
    )
    assert [(error.path, error.line) for error in again.errors] == [(path, 2 if name == "a.jsonl" else None)]
    path.unlink()
    assert [error.path for error in place.sync("kho", "khác").errors] == [other]


def test_faults_outlast_an_interrupted_run(place, monkeypatch):
    """Where a run is interrupted as it commits, the next one reads the file again, and tells its faults."""
    place.write("kho/a.jsonl", f"{lines('x1 y2')}{{\n")
    with monkeypatch.context() as patched:
        patched.setattr(Writer, "commit", raise_interrupt)
        with pytest.raises(KeyboardInterrupt):
            place.sync("kho")
    assert (counts(place.sync("kho")), place.contents()) == ((2, 0, 0, 0, 1), {"x": "1", "y": "2"})
    assert counts(place.sync("kho")) == (0, 0, 2, 0, 1)


def raise_interrupt(*_):
    """Do what Ctrl-C does."""
    raise KeyboardInterrupt


def test_a_document_of_a_file_with_faults_comes_back(place):
    """What was removed by hand of a file with faults comes back the next time, as of any other file."""
    place.write("kho/a.jsonl", f"{lines('x1 y2')}{{\n")
    place.sync("kho")
    with open_index(place.index) as index, index.writer() as writer:
        writer.remove("x")
    assert counts(place.sync("kho")) == (1, 1, 0, 0, 1)
    assert place.contents() == {"x": "1", "y": "2"}


def test_a_record_of_faults_that_is_damaged_is_made_anew(place):
    """Where the record of files with faults cannot be read, they are read again, and it is written again."""
    place.write("kho/a.txt", b"\xff")
    place.sync("kho")
    record = place.index / "skipped.json"
    whole = record.read_bytes()
    for damaged in (whole[:-1], whole.replace(b"UTF-8", b"UTF-9"), b"[" * 100_000, b"[]", b"{}", b"7"):
        record.write_bytes(damaged)
        assert (len(place.sync("kho").errors), record.read_bytes()) == (1, whole)


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


def follower(place, index, **options):
    """What follows the folder `kho`."""
    return Follower(index, [place.folder / "kho"], SyncOptions(prune=True, **options))


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


def test_faults_of_files_that_are_left_out_now(place):
    """Faults of a file that rules leave out now are forgotten; those of files elsewhere are not."""
    place.write("kho/a.json", "{")
    other = place.write("khác/b.json", "{")
    place.sync("kho", "khác")
    rules = place.write("kho/.timvietignore", "a.json")
    place.sync("kho")
    with open_index(place.index) as index:
        assert [error.path for error in skipped_files(index)] == [other]
        rules.unlink()
        follower(place, index).sync(changed=[rules.parent])
        assert [error.path for error in skipped_files(index)] == [rules.with_name("a.json"), other]


def test_an_encoding_that_a_format_does_not_take(place):
    """A file of a format that is in one encoding only is not read again because another one is given."""
    place.write("kho/a.docx", (Path(__file__).parent / "data/formats/libreoffice.docx").read_bytes())
    new = place.sync("kho").new
    assert counts(place.sync("kho", encoding="vps")) == (0, 0, new, 0, 0)
    place.write("kho/b.pdf", b"%PDF")
    assert counts(place.sync("kho", encoding="vps")) == (0, 0, new, 0, 1)


def test_a_renamed_file_with_faults(place):
    """A file of which not all can be read takes the place of its old name, too; what is of an older content stays."""
    path = place.write("kho/a.csv", "id,text\n1,Một\n2,Hai\n")
    place.sync("kho")
    place.write("kho/a.csv", "id,text\n1,Ba\n3,Bốn,năm\n")
    place.sync("kho")
    path.rename(path.with_name("b.csv"))
    assert place.sync("kho").renamed == 1
    assert place.contents() == {"kho/b.csv#1": "Ba", "kho/a.csv#2": "Hai"}


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


VILLAGE = "Đảng uỷ xã Hải Bình họp bàn việc sửa đường liên thôn."


def test_encodings(place):
    """What is read in another encoding than UTF-8 is told with how sure that is, once, as it is read once."""
    place.write("kho/a.txt", VILLAGE)
    old = place.write("kho/b.txt", encode(VILLAGE, "tcvn3"))
    record = json.dumps({"id": "x", "text": VILLAGE}, ensure_ascii=False)
    lines_of = place.write("kho/c.jsonl", encode(record, "vni"))
    summary = place.sync("kho", stream=encode(VILLAGE, "viqr"))
    told = {(file.path, file.encoding) for file in summary.encodings}
    assert told == {(old, "tcvn3"), (lines_of, "vni"), (Path("-"), "viqr")}
    assert all(0.9 < file.confidence <= 1 for file in summary.encodings)
    assert set(place.contents().values()) == {VILLAGE}
    assert (counts(again := place.sync("kho")), again.encodings) == ((0, 0, 3, 0, 0), [])


def test_a_named_encoding(place):
    """A file whose encoding cannot be told is a fault until it is named; then it is read, and stays as it is."""
    path = place.write("kho/a.txt", encode("tài hồng", "tcvn3"))
    assert [error.path for error in place.sync("kho").errors] == [path]
    assert [error.path for error in place.sync("kho").errors] == [path]
    assert counts(place.sync("kho/a.txt", encoding="VISCII")) == (1, 0, 0, 0, 0)
    assert place.contents() == {"kho/a.txt": "tội hăng"}
    assert counts(place.sync("kho/a.txt", encoding="viscii")) == counts(place.sync("kho")) == (0, 0, 1, 0, 0)
    assert counts(place.sync("kho/a.txt", encoding="tcvn3")) == (0, 1, 0, 0, 0)
    assert place.contents() == {"kho/a.txt": "tài hồng"}


def test_broken_bytes_of_a_named_encoding(place):
    """A few broken bytes are a fault that tells how to have them replaced; then it is told where that was done."""
    text = "Đảng ủy xã họp bàn về phí chợ.\n" * 5
    place.write("kho/a.txt", text.encode().replace("ợ".encode(), b"\xe1\xbb", 2))
    place.write("kho/b.txt", text)
    assert [error.reason for error in place.sync("kho").errors] == [ALMOST_UTF_8]
    summary = place.sync("kho", encoding="utf-8")
    assert (counts(summary), summary.errors) == ((1, 0, 1, 0, 0), [])
    assert [(file.path.name, file.encoding, file.replaced) for file in summary.encodings] == [("a.txt", "utf-8", 2)]
    assert place.contents()["kho/a.txt"].count("ph\u00ed ch\ufffd.") == 2
    assert (counts(again := place.sync("kho")), again.errors) == ((0, 0, 2, 0, 0), [])


def test_a_fault_of_a_named_encoding(place):
    """What cannot be read in the encoding that was named is read again where none is, or another one."""
    place.write("kho/a.txt", "Hội")
    assert counts(place.sync("kho", encoding="ascii")) == (0, 0, 0, 0, 1)
    assert counts(place.sync("kho", encoding="ascii")) == (0, 0, 0, 0, 1)
    assert counts(place.sync("kho")) == (1, 0, 0, 0, 0)
    with pytest.raises(EncodingError, match="there is no encoding 'tcvn4'"):
        place.sync("kho", encoding="tcvn4")


TABLE = "mã,hỏi,đáp\n1,Chợ họp lúc nào?,Từ năm giờ sáng.\n"


def test_said_fields(place):
    """Tables and JSON are read again where something else is said of their fields, and other files are not."""
    place.write("kho/a.csv", TABLE)
    place.write("kho/b.txt", "Một")
    assert counts(place.sync("kho")) == (2, 0, 0, 0, 0)
    assert place.contents() == {"kho/a.csv#1": "Chợ họp lúc nào?", "kho/b.txt": "Một"}
    assert counts(place.sync("kho", fields=RecordFields("mã", text=("hỏi", "đáp")))) == (1, 0, 1, 1, 0)
    assert place.contents() == {"1": "Chợ họp lúc nào?\nTừ năm giờ sáng.", "kho/b.txt": "Một"}
    assert counts(place.sync("kho")) == (0, 0, 2, 0, 0)


def test_said_fields_are_remembered(place):
    """What was said of a file's fields holds when it is read again, changed or renamed, until something else is."""
    path = place.write("kho/a.csv", TABLE)
    said = RecordFields("MA", text=("dap",))
    assert counts(place.sync("kho", fields=said)) == (1, 0, 0, 0, 0)
    assert counts(place.sync("kho", fields=said)) == counts(place.sync("kho")) == (0, 0, 1, 0, 0)
    place.write("kho/a.csv", TABLE.replace("sáng", "chiều"))
    place.write("kho/b.csv", TABLE.replace("1,", "2,"))
    assert counts(place.sync("kho")) == (1, 1, 0, 0, 0)
    assert place.contents() == {"1": "Từ năm giờ chiều.", "kho/b.csv#2": "Chợ họp lúc nào?"}
    path.rename(path.with_name("c.csv"))
    assert place.sync("kho").renamed == 1
    place.write("kho/c.csv", TABLE)
    assert place.sync("kho").changed == 1
    assert place.contents()["1"] == "Từ năm giờ sáng."
    assert counts(place.sync("kho", fields=RecordFields(text=("hỏi",)))) == (1, 1, 0, 1, 0)
    assert place.contents() == {"kho/b.csv#2": "Chợ họp lúc nào?", "kho/c.csv#1": "Chợ họp lúc nào?"}


def test_guesses_are_told(place):
    """What was guessed of a file's fields is told when it is read; what was said, or has to be so, is not."""
    place.write("kho/a.csv", TABLE)
    place.write("kho/b.jsonl", lines("x1"))
    guess = RecordFields("mã", None, ("hỏi",))
    assert [(file.path.name, file.fields) for file in place.sync("kho").guesses] == [("a.csv", guess)]
    assert place.sync("kho").guesses == []
    assert place.sync("kho", fields=RecordFields("mã", "đáp", ("hỏi",))).guesses == []


def test_faults_of_said_fields(place):
    """A fault that comes of what is said is not remembered, and what the index held stays."""
    place.write("kho/a.csv", TABLE)
    summary = place.sync("kho", fields=RecordFields(text=("lời",)))
    assert [error.reason for error in summary.errors] == ["has no column 'lời'"]
    assert counts(place.sync("kho")) == (1, 0, 0, 0, 0)
    assert counts(place.sync("kho", fields=RecordFields(text=("lời",)))) == (0, 0, 0, 0, 1)
    assert place.contents() == {"kho/a.csv#1": "Chợ họp lúc nào?"}


def test_a_missing_extra_is_not_remembered(place, monkeypatch):
    """A file that needs a library is read as soon as that is there, though the file has not changed."""
    place.write("kho/a.html", "<p>Một")
    place.write("kho/b.txt", "Hai")
    with monkeypatch.context() as patched:
        patched.setattr("timviet.index.files.find_spec", lambda _: None)
        for unchanged in (0, 1):
            summary = place.sync("kho")
            assert ([error.reason for error in summary.errors], summary.unchanged) == ([NEEDS_EXTRA], unchanged)
    assert counts(place.sync("kho")) == (1, 0, 1, 0, 0)
    assert place.contents() == {"kho/a.html": "Một", "kho/b.txt": "Hai"}


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
