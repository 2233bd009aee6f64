"""A file with a fault is told and remembered, keeps what the index held of it, and stops no other one."""

import errno
import os
from unittest.mock import Mock

import pytest

from places import Place, counts, follower, lines
from timviet.index import RecordFields, open_index, skipped_files, sync
from timviet.index.files import NEEDS_EXTRA
from timviet.index.whoosh_writer import WhooshWriter


@pytest.fixture
def place(tmp_path):
    """An empty place."""
    return Place(tmp_path)


@pytest.mark.parametrize("said", [{"text": ("không có",)}, {"text": ("text",)}])
def test_a_fault_outlasts_a_run_in_which_fields_are_said(place, said):
    """What is wrong with a line is told again after a run in which it was said what is where, well or in vain."""
    place.write("kho/a.jsonl", lines("x1 ! y2"))
    assert counts(place.sync("kho")) == (2, 0, 0, 0, 1)
    assert place.sync("kho", fields=RecordFields(**said)).errors
    assert 2 in [error.line for error in place.skipped()]
    summary = place.sync("kho")
    assert ([error.line for error in summary.errors], sorted(place.contents())) == ([2], ["x", "y"])


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        pytest.param("a.txt", b"", id="emptied"),
        pytest.param("a.md", b"\xff\xfe", id="not UTF-8"),
        pytest.param("a.jsonl", b"{\n", id="broken line"),
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


def test_a_line_that_cannot_be_indexed(place):
    """A line that is found wanting only when it is indexed is told with its number, too."""
    path = place.write("a.jsonl", f"{lines('x1')}\n{lines('x2 z3')}")
    assert [(error.path, error.line) for error in place.sync("a.jsonl").errors] == [(path, 3)]
    assert place.contents() == {"x": "1", "z": "3"}


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
        patched.setattr(WhooshWriter, "commit", raise_interrupt)
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


def test_very_many_faults(place, monkeypatch):
    """Of a file with more faults than are remembered, it is told how many there are; the rest stays."""
    monkeypatch.setattr("timviet.index.folders.skipped.MOST_FAULTS", 5)
    place.write("kho/a.jsonl", lines("x1 " + "! " * 12))
    place.write("kho/b.jsonl", lines("y1 !"))
    assert len(place.sync("kho").errors) == 13
    told = [error.reason for error in place.skipped()]
    assert len(told) == 5 + 1 + 1
    assert "7 more faults" in told
    assert counts(place.sync("kho")) == (0, 0, 2, 0, 7)


def test_a_record_that_would_be_too_large_to_be_read(place, monkeypatch):
    """Where there are faults of too many files, those of some are remembered, and none is lost over the others."""
    monkeypatch.setattr("timviet.index.folders.skipped._LARGEST", 4_000)
    for number in range(40):
        place.write(f"kho/{number}.jsonl", "{")
    assert len(place.sync("kho").errors) == 40
    assert 0 < len(place.skipped()) < 40
    assert len(place.sync("kho").errors) == 40


@pytest.mark.parametrize("prune", [False, True])
def test_faults_of_what_is_left_out_for_a_time(place, prune):
    """Faulty lines of a file are told as long as its others are in the index, also after it was left out for a run."""
    place.write("kho/a.jsonl", '{"id": "1", "text": "một"}\n{sai\n')
    assert len(place.sync("kho").errors) == 1
    assert place.sync("kho", exclude=["a.jsonl"], prune=prune).errors == []
    assert len(place.skipped()) == (0 if prune else 1)
    again = place.sync("kho")
    assert (len(again.errors), again.new, again.unchanged) == ((1, 1, 0) if prune else (1, 0, 1))


def test_faults_of_what_is_gone_for_a_time(place):
    """The same holds for a file that is gone and comes back as it was."""
    path = place.write("kho/a.jsonl", '{"id": "1", "text": "một"}\n{sai\n')
    assert len(place.sync("kho").errors) == 1
    path.rename(place.folder / "a.jsonl")
    place.sync("kho")
    (place.folder / "a.jsonl").rename(path)
    assert len(place.sync("kho").errors) == 1
