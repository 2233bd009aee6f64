"""A commit changes the index as a whole or not at all, and lets go of its lock however it ends."""

import errno
import os
import random
import shutil
from contextlib import nullcontext
from itertools import count

import pytest
from whoosh.index import clean_files

from helpers import no_merging
from timviet.index import Document, open_index
from timviet.index.columnfile import DamagedFileError
from timviet.index.commit import Commit, merge_segments
from timviet.index.contents import write_contents
from timviet.index.errors import IndexAccessError, NotAnIndexError
from timviet.index.storage import FolderStorage, LockedError

SEGMENTS = 7
IDS = [f"{number}{letter}" for number in range(SEGMENTS) for letter in "ab"]


class Interrupted(BaseException):
    """An exception that is no error."""


@pytest.fixture(params=["real", "in memory"])
def index(request, tmp_path):
    """An index of segments of two documents each, which the next commit merges."""
    with open_index(tmp_path / "chỉ mục" if request.param == "real" else ":memory:", create=True) as index:
        with no_merging():
            for number in range(SEGMENTS):
                add(index, number)
        yield index


@pytest.fixture
def folder(tmp_path):
    """The folder of an index of two segments."""
    with no_merging(), open_index(tmp_path / "chỉ mục", create=True) as index:
        add(index, 0)
        add(index, 1)
    return tmp_path / "chỉ mục"


def add(index, number, **options):
    """Commit two documents of one paragraph each."""
    with index.writer(**options) as writer:
        for letter in "ab":
            writer.add(Document(id=f"{number}{letter}", text=f"Lượt {number}", title="Đảng ủy"))


def files(index):
    """The names and contents of the index's files."""
    storage, found = index.whoosh.storage, {}
    for name in storage.list():
        if not name.endswith("LOCK"):
            with storage.open_file(name) as file:
                found[name] = bytes(file.read())
    return found


def contents(reader):
    """What a reader finds: stored fields, and each term's documents."""
    return (
        list(reader.all_stored_fields()),
        {(field, term): list(reader.postings(field, term).all_ids()) for field, term in reader.all_terms()},
    )


def ids(index):
    """The ids of an index's documents."""
    return sorted(document.id for document in index.documents())


def raising(error, after=None):
    """A function that raises, once it has done what another one does, if any."""

    def fail(*arguments, **options):
        if after is not None:
            after(*arguments, **options)
        raise error("Hỏng")

    return fail


@pytest.mark.parametrize("error", [OSError, MemoryError, KeyboardInterrupt, Interrupted])
@pytest.mark.parametrize(
    ("place", "after"),
    [
        pytest.param("builder.SegmentBuilder.write", None, id="before writing"),
        pytest.param("builder.write_documents", None, id="half written"),
        pytest.param("commit.segments_to_merge", None, id="written"),
        pytest.param("commit.merge_segments", None, id="merging"),
        pytest.param("merging.write_documents", None, id="half merged"),
        pytest.param("commit.merge_segments", merge_segments, id="merged"),
        pytest.param("commit.write_contents", None, id="table of contents"),
    ],
)
def test_an_exception_while_finishing(index, monkeypatch, error, place, after):
    """Whatever fails while a commit ends, the index and its files stay, the lock is free, and the error goes on."""
    before = files(index)
    writer = index.writer()
    writer.remove("0a")
    for identity in ("3b", "7a", "7b"):
        writer.add(Document(id=identity, text="Một\nHai"))
    with monkeypatch.context() as patch:
        patch.setattr(f"timviet.index.{place}", raising(error, after))
        with pytest.raises(error, match="Hỏng"):
            writer.commit()
    assert files(index) == before
    assert ids(index) == IDS
    add(index, 7, timeout=0)
    assert ids(index) == [*IDS, "7a", "7b"]


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
@pytest.mark.parametrize("place", ["builder.write_documents", "commit.merge_segments"])
def test_an_exception_in_a_with_statement(index, monkeypatch, error, place):
    """Where the commit at the end of a `with` fails, that is all that happens: nothing is rolled back twice."""
    before = files(index)
    with monkeypatch.context() as patch:
        patch.setattr(f"timviet.index.{place}", raising(error))
        with pytest.raises(error, match="Hỏng"), index.writer() as writer:
            writer.add(Document(id="7a", text="Một"))
    assert files(index) == before
    add(index, 7, timeout=0)


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_a_half_written_table_of_contents(index, monkeypatch, error):
    """A table of contents that was written and did not get its name is deleted with the segments it names."""
    before = files(index)
    with monkeypatch.context() as patch:
        patch.setattr(index.whoosh.storage, "replace", raising(error))
        with pytest.raises(error, match="Hỏng"):
            add(index, 7)
    assert files(index) == before
    add(index, 7, timeout=0)
    assert ids(index) == [*IDS, "7a", "7b"]


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
@pytest.mark.parametrize(
    ("place", "after"),
    [
        pytest.param("write_contents", write_contents, id="table of contents written"),
        pytest.param("clean_files", None, id="before old files are deleted"),
        pytest.param("clean_files", clean_files, id="old files deleted"),
    ],
)
def test_an_exception_after_the_table_of_contents(index, monkeypatch, error, place, after):
    """Once the table of contents has been written, whatever fails, the commit counts, and the next one tidies up.

    That files cannot be deleted is no error of the commit.
    """
    is_told = place != "clean_files" or error is not OSError
    with monkeypatch.context() as patch:
        patch.setattr(f"timviet.index.commit.{place}", raising(error, after))
        with pytest.raises(error, match="Hỏng") if is_told else nullcontext(), index.writer() as writer:
            writer.remove("0a")
            writer.add(Document(id="7a", text="Một"))
    assert ids(index) == [*IDS[1:], "7a"]
    add(index, 7, timeout=0)
    assert ids(index) == [*IDS[1:], "7a", "7b"]
    tables = [name for name in files(index) if name.endswith(".toc")]
    segments = {name.partition(".")[0] for name in files(index)} - {tables[0].partition(".")[0]}
    assert (len(tables), len(segments)) == (1, 2)


@pytest.mark.parametrize(
    ("failing", "is_told"),
    [
        pytest.param(0, True, id="beginning"),
        pytest.param(1, False, id="old files are deleted"),
        pytest.param(2, False, id="end"),
    ],
)
def test_a_folder_that_cannot_be_listed(folder, monkeypatch, failing, is_told):
    """Whenever the index's folder cannot be listed, nothing is deleted that a commit holds."""
    listings = count()
    list_folder = os.listdir

    def list_or_fail(path):
        if next(listings) == failing:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE), path)
        return list_folder(path)

    with open_index(folder) as index:
        with monkeypatch.context() as patch:
            patch.setattr(os, "listdir", list_or_fail)
            with pytest.raises(IndexAccessError, match=str(folder)) if is_told else nullcontext():
                add(index, 2)
        assert next(listings) > failing
        assert ids(index) == IDS[: 4 if is_told else 6]


@pytest.mark.parametrize("end", ["commit", "rollback", "failed commit"])
def test_a_writer_that_has_ended(index, monkeypatch, end):
    """A writer that has ended can be rolled back, which does nothing, and not be committed: what it did stays."""
    writer = index.writer()
    writer.add(Document(id="7a", text="Một"))
    with monkeypatch.context() as patch:
        if end == "failed commit":
            patch.setattr("timviet.index.commit.write_contents", raising(OSError))
            with pytest.raises(OSError, match="Hỏng"):
                writer.commit()
        else:
            getattr(writer, end)()
    writer.rollback()
    with pytest.raises(ValueError, match="this writer has ended"):
        writer.commit()
    assert ids(index) == [*IDS, "7a"][: None if end == "commit" else -1]
    add(index, 8, timeout=0)


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_writer_that_has_ended_writes_nothing(index, end):
    """A commit that is refused leaves the files alone: another writer may be at work on them."""
    writer = index.writer()
    writer.add(Document(id="7a", text="Một"))
    getattr(writer, end)()
    after = files(index)
    with pytest.raises(ValueError, match="this writer has ended"):
        writer.commit()
    assert files(index) == after


@pytest.mark.parametrize("size", [1, 30], ids=["each document", "several documents"])
def test_rollback_of_written_segments(index, monkeypatch, size):
    """Rolling back deletes the segments that were written before because the memory was full."""
    monkeypatch.setattr("timviet.index.whoosh_writer._BYTES_PER_CODE_POINT", 512_000_000 // size)
    before = files(index)
    writer = index.writer()
    for number in range(20):
        writer.add(Document(id=f"{number}a", text="Một hai ba"))
    assert len(files(index)) > len(before)
    writer.rollback()
    assert files(index) == before
    add(index, 7, timeout=0)


def test_written_segments_are_committed(index, monkeypatch):
    """Segments that were written on the way become part of the index together, with what was replaced since."""
    monkeypatch.setattr("timviet.index.whoosh_writer._BYTES_PER_CODE_POINT", 512_000_000 // 30)
    with index.writer() as writer:
        for turn in ("cũ", "mới"):
            for number in range(20):
                writer.add(Document(id=f"{number}a", text=f"Lượt {number} {turn}"))
        assert ids(index) == IDS
    with index.reader() as reader:
        found = {fields["id"]: fields["text"] for fields in reader.all_stored_fields()}
        others = {f"{number}b": f"Lượt {number}" for number in range(SEGMENTS)}
        assert found == {f"{number}a": f"Lượt {number} mới" for number in range(20)} | others
        assert reader.doc_count() == len(found)


@pytest.mark.parametrize("end", ["finish", "end"])
def test_the_lock(index, end):
    """A commit keeps other ones out from when it is made until it has ended, either way."""
    commit = Commit(index.whoosh, 0)
    with pytest.raises(LockedError):
        Commit(index.whoosh, 0)
    assert not commit.is_ended
    getattr(commit, end)()
    assert commit.is_ended
    Commit(index.whoosh, 0).end()


def test_nothing_changed(index):
    """A commit of no changes keeps all documents."""
    with index.reader() as reader:
        before = contents(reader)
    with index.writer():
        pass
    with index.reader() as reader:
        assert contents(reader) == before


def test_deletions_wait_for_the_end(index):
    """Deleted paragraphs are found until the commit has ended, and for good where it is cancelled."""
    for end in ("end", "finish"):
        commit = Commit(index.whoosh, 0)
        commit.delete_by_term("id", b"3a")
        commit.delete_by_term("id", b"3a")
        commit.delete_by_term("id", "không có".encode())
        commit.delete_by_term("không có", b"3a")
        assert ids(index) == IDS
        getattr(commit, end)()
    assert ids(index) == [identity for identity in IDS if identity != "3a"]


def test_a_reader_keeps_its_snapshot(tmp_path):
    """A reader that stays open finds what it found, though all is replaced, merged away and its files deleted."""
    with open_index(tmp_path, create=True) as index:
        for number in range(SEGMENTS):
            add(index, number)
        with index.reader() as reader:
            before = contents(reader)
            names = set(files(index))
            for turn in range(3 * SEGMENTS):
                with index.writer() as writer:
                    writer.remove(f"{turn % SEGMENTS}a")
                    writer.remove(f"{turn % SEGMENTS}b")
                    writer.add(Document(id=f"mới {turn}", text="Công an\nĐê điều"))
            assert not names & set(files(index))
            assert contents(reader) == before
        assert ids(index) == sorted(f"mới {turn}" for turn in range(3 * SEGMENTS))


def test_the_first_commit(tmp_path, monkeypatch):
    """The first commit begins by syncing the folder: its files without a table of contents would look like others."""
    names_when_synced = []
    monkeypatch.setattr(FolderStorage, "sync", lambda own, _names=(): names_when_synced.append(sorted(own.list())))
    with open_index(tmp_path, create=True) as index:
        names_when_synced.clear()
        add(index, 0)
        assert names_when_synced[0] == ["MAIN_WRITELOCK", "_MAIN_0.toc"]
        names_when_synced.clear()
        add(index, 1)
        assert "_MAIN_new.tmp" in names_when_synced[0]


def test_a_snapshot_of_an_empty_index(tmp_path):
    """A reader of an empty index stays empty."""
    with open_index(tmp_path, create=True) as index, index.reader() as reader:
        add(index, 0)
        assert (reader.doc_count(), ids(index)) == (0, IDS[:2])


@pytest.mark.parametrize("ending", [".terms", ".documents"])
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda content: content[:-1], id="all but a byte"),
        pytest.param(lambda content: content[: len(content) // 2], id="first half"),
        pytest.param(lambda content: content[len(content) // 2 :], id="second half"),
        pytest.param(lambda content: bytes(len(content)), id="zeros"),
        pytest.param(lambda content: content[:-40] + bytes(40), id="zeros at the end"),
        pytest.param(lambda content: content.replace(b'{"columns"', b'{"colums"'), id="directory"),
        pytest.param(lambda _: "Đây là ghi chú, không phải tệp cột. ".encode() * 9, id="text"),
    ],
)
def test_a_damaged_file(folder, ending, damage):
    """A segment's file that is damaged is told to readers and writers, which leave the lock free, and nothing more."""
    path = next(path for path in sorted(folder.iterdir()) if path.suffix == ending)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    with open_index(folder) as index:
        before = files(index)
        for opened in (index.reader, index.writer, index.writer):
            with pytest.raises(NotAnIndexError, match=r"is damaged .*: save what can be saved") as caught:
                opened()
            assert caught.value.location == str(folder)
            assert isinstance(caught.value.__cause__, DamagedFileError)
        assert files(index) == before
        path.write_bytes(whole)
        add(index, 2, timeout=0)
        assert ids(index) == IDS[:6]


@pytest.mark.parametrize("ending", [".terms", ".documents"])
def test_a_missing_file(folder, ending):
    """A segment's file that is missing is told to readers and writers as damage, which leave the lock free."""
    path = next(path for path in sorted(folder.iterdir()) if path.suffix == ending)
    kept = shutil.copy(path, folder.parent / "giữ lại")
    path.unlink()
    with open_index(folder) as index:
        for opened in (index.reader, index.writer, index.writer):
            with pytest.raises(NotAnIndexError, match="is damaged") as caught:
                opened()
            assert isinstance(caught.value.__cause__, FileNotFoundError)
        shutil.move(kept, path)
        add(index, 2, timeout=0)
        assert ids(index) == IDS[:6]


def test_what_a_killed_writer_left(folder):
    """Files that belong to no commit are deleted by the next one; what is not the index's stays."""
    names = ["MAIN_0123456789abcdef.terms", "MAIN_0123456789abcdef.documents", "_MAIN_new.tmp", "ghi chú.txt"]
    for name in names:
        (folder / name).write_bytes(b"")
    with open_index(folder) as index:
        add(index, 2)
        assert ids(index) == IDS[:6]
    assert [name for name in names if (folder / name).exists()] == ["ghi chú.txt"]


def test_programs_that_seed_chance(tmp_path):
    """A program that seeds `random`, as for the same run each time, makes segments of other names each time."""
    with no_merging(), open_index(tmp_path / "index", create=True) as index:
        for added, removed in [("a", ""), ("b", ""), ("", "a"), ("c", "")]:
            random.seed(7)
            with index.writer() as writer:
                if added:
                    writer.add(Document(id=added, text="Đảng ủy xã"))
                else:
                    writer.remove(removed)
        assert sorted(document.id for document in index.documents()) == ["b", "c"]
