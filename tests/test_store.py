"""An index is created, opened, refused, locked and counted; other processes are real ones."""

import gc
import os
import shutil
import subprocess
import sys
import time
import warnings
from contextlib import contextmanager
from itertools import count

import pytest
import whoosh.index
from whoosh.fields import TEXT, Schema
from whoosh.index import TOC
from whoosh.qparser import QueryParser
from whoosh.query import Phrase, Prefix, Term

from timviet.index import Document, Passage, open_index, verify
from timviet.index.analysis import forms
from timviet.index.contents import write_contents
from timviet.index.errors import (
    IndexAccessError,
    IndexLockedError,
    IndexNotFoundError,
    IndexVersionError,
    NotAnIndexError,
    TimvietError,
)
from timviet.index.schema import ParagraphSchema
from timviet.index.storage import FolderStorage

OPEN = """
import sys
from timviet.index import Document, open_index
index = open_index(sys.argv[1])
"""
HOLD = """
writer = index.writer()
writer.add(Document(id="dở", text="Chưa ghi xong"))
writer.remove("qd-05")
print("ready", flush=True)
sys.stdin.read()
writer.commit()
"""
COUNT = "print(index.document_count, index.paragraph_count, *(document.id for document in index.documents()))"
WAIT = "writer = index.writer(); index.writer(timeout=0.2)"


@pytest.fixture
def folder(tmp_path):
    """The folder of an index of two documents with three paragraphs in all."""
    folder = tmp_path / "chỉ mục"
    with open_index(folder, create=True) as index, index.writer() as writer:
        writer.add(Document(id="qd-05", title="Quyết định 05", text="Đảng uỷ xã\nCông an tỉnh"))
        writer.add(Document(id="ct-01", text="Chỉ thị về công tác đê điều", metadata={"năm": 2024}))
    return folder


def run(script, location):
    """Run a script on an index in a process of its own and return what it printed."""
    command = [sys.executable, "-c", OPEN + script, location]
    return subprocess.run(command, capture_output=True, check=True, timeout=10, text=True).stdout


@contextmanager
def holder(folder):
    """Another process that holds a writer, with uncommitted changes, until its input ends or it is killed."""
    command = [sys.executable, "-c", OPEN + HOLD, folder]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def ids(index):
    """The ids of an index's documents."""
    return [document.id for document in index.documents()]


def files(place):
    """All that is at a place: paths and contents."""
    return {path: path.is_file() and path.read_bytes() for path in (place, *place.rglob("*"))}


def refusal(folder):
    """How opening a folder is refused; what Whoosh leaves open of a damaged file is closed here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        with pytest.raises(TimvietError) as caught:
            open_index(folder)
        found = caught.type, caught.value.location
        del caught
        gc.collect()
    return found


@pytest.mark.parametrize("folders", ["", "kho/chỉ mục"], ids=["empty folder", "new folders"])
def test_create_and_reopen(tmp_path, folders):
    """A new index is empty and on disk at once, in an empty folder or one made with its parents."""
    place = str(tmp_path / folders)
    with open_index(place, create=True) as index, open_index(place) as reopened:
        for one in (index, reopened):
            assert (one.location, one.document_count, one.paragraph_count, ids(one)) == (place, 0, 0, [])


@pytest.mark.parametrize("create", [False, True])
def test_open_keeps_what_is_there(folder, create):
    """Opening an index finds what was committed, also where it may be created."""
    with open_index(folder, create=create) as index:
        assert (ids(index), index.document_count, index.paragraph_count) == (["qd-05", "ct-01"], 2, 3)


@pytest.mark.parametrize("create", [False, True])
def test_in_memory(tmp_path, monkeypatch, create):
    """An index in memory is a new one each time and leaves no file."""
    monkeypatch.chdir(tmp_path)
    with open_index(":memory:", create=create) as index, open_index(":memory:", create=create) as other:
        with index.writer() as writer:
            writer.add(Document(id="1", text="Đảng ủy"))
        assert (index.location, index.document_count, other.document_count) == (":memory:", 1, 0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("things", "create", "error"),
    [
        pytest.param([], False, IndexNotFoundError, id="nothing, opened"),
        pytest.param(["kho/"], False, IndexNotFoundError, id="empty folder, opened"),
        pytest.param(["kho"], False, IndexNotFoundError, id="file, opened"),
        pytest.param(["kho/", "kho/a.txt"], False, IndexNotFoundError, id="folder with a file, opened"),
        pytest.param(["kho"], True, NotAnIndexError, id="file, created"),
        pytest.param(["kho/", "kho/a.txt"], True, NotAnIndexError, id="folder with a file, created"),
    ],
)
def test_no_index(tmp_path, things, create, error):
    """Where no index is, none is opened; where something else is, none is made; and what is there stays."""
    for thing in things:
        (tmp_path / thing).mkdir() if thing.endswith("/") else (tmp_path / thing).write_text("ghi chú")
    before = files(tmp_path)
    with pytest.raises(error, match=r"name (another place|a new or an empty folder)$") as caught:
        open_index(tmp_path / "kho", create)
    assert caught.value.location == str(tmp_path / "kho")
    assert files(tmp_path) == before


def test_errors_of_the_system(tmp_path):
    """A folder that cannot be made, or a file that cannot be opened, is named with the cause."""
    (tmp_path / "a.txt").write_text("ghi chú")
    (tmp_path / "_MAIN_0.toc").mkdir()
    with pytest.raises(IndexAccessError, match=r"cannot make the index .*: Not a directory"):
        open_index(tmp_path / "a.txt" / "kho", create=True)
    with pytest.raises(IndexAccessError, match=r"cannot read the index .*: Is a directory"):
        open_index(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_read_only_place(folder):
    """Where nothing may be written, an index is read; to create one and to write are errors that name the cause."""
    folder.chmod(0o500)
    with open_index(folder) as index:
        assert index.document_count == 2
        with pytest.raises(IndexAccessError, match=r"cannot write to the index .*: Permission denied"):
            index.writer()
    with pytest.raises(IndexAccessError, match=r"cannot make the index .*: Permission denied"):
        open_index(folder / "kho", create=True)
    folder.chmod(0o700)


@pytest.mark.parametrize("name", [None, "KHAC"])
def test_another_whoosh_index(tmp_path, name):
    """Another program's Whoosh index is refused, whether or not one may be created, and stays as it is."""
    whoosh.index.create_in(tmp_path, Schema(text=TEXT), name)
    before = files(tmp_path)
    for create in (False, True):
        with pytest.raises(NotAnIndexError):
            open_index(tmp_path, create)
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda _: "Đây là ghi chú, không phải mục lục. ".encode() * 9, id="text"),
        pytest.param(lambda _: bytes(500), id="zeros"),
        pytest.param(lambda toc: toc[:20] + bytes(len(toc) - 20), id="zeros from the twentieth byte on"),
        pytest.param(lambda toc: toc[len(toc) // 2 :], id="second half"),
        pytest.param(lambda toc: toc[:3] + toc[4:], id="a byte is gone"),
        *(pytest.param(lambda toc, part=part: toc[: len(toc) * part // 9], id=f"{part}/9") for part in range(1, 9)),
        pytest.param(lambda toc: toc[:-1], id="all but a byte"),
    ],
)
def test_damaged(folder, damage):
    """A table of contents that cannot be read is no index."""
    toc = folder / "_MAIN_1.toc"
    toc.write_bytes(damage(toc.read_bytes()))
    assert refusal(folder) == (NotAnIndexError, str(folder))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda schema: setattr(schema, "version", schema.version + 1), id="newer layout"),
        pytest.param(lambda schema: setattr(schema, "rules", "0123456789abcdef"), id="other rules"),
    ],
)
def test_another_version(tmp_path, change):
    """An index built by another layout or other rules is refused, also where one may be created, and stays."""
    schema = ParagraphSchema()
    change(schema)
    write_contents(FolderStorage(str(tmp_path)), TOC(schema, [], 0))
    before = files(tmp_path)
    for create in (False, True):
        with pytest.raises(IndexVersionError, match=str(tmp_path)) as caught:
            open_index(tmp_path, create)
        assert caught.value.location == str(tmp_path)
    assert files(tmp_path) == before


def test_locked(folder):
    """A second writer waits for as long as it is told, then says that another one is at work."""
    with open_index(folder) as index, holder(folder):
        started = time.monotonic()
        with pytest.raises(IndexLockedError, match=r"another writer is at work .* after 0\.5 s") as caught:
            index.writer(timeout=0.5)
        assert 0.5 <= time.monotonic() - started < 5
    assert (caught.value.location, caught.value.waited) == (str(folder), 0.5)


def test_waiting_to_make_an_index(tmp_path, monkeypatch):
    """Where another process is at making the index, and does not come to an end, that is told with its number."""
    monkeypatch.setattr("timviet.index.whoosh_index.PATIENCE", 0.5)
    lock = FolderStorage(str(tmp_path)).lock("MAIN_WRITELOCK")
    assert lock.acquire()
    with pytest.raises(IndexLockedError, match=rf"at work on it \(process {os.getpid()} on .* after 0\.5 s") as caught:
        open_index(tmp_path, create=True)
    assert (caught.value.location, caught.value.waited) == (str(tmp_path), 0.5)
    lock.release()
    open_index(tmp_path, create=True).close()


@pytest.mark.parametrize("jump", [-86_400, 86_400], ids=["back", "ahead"])
def test_waiting_while_the_clock_jumps(folder, monkeypatch, jump):
    """How long a writer waits does not depend on the clock of the day, to which a day is added or taken each time."""
    clock = count(time.time(), jump)
    monkeypatch.setattr(time, "time", lambda: next(clock))
    started = time.monotonic()
    with open_index(folder) as index, index.writer(), pytest.raises(IndexLockedError):
        index.writer(timeout=0.5)
    assert 0.5 <= time.monotonic() - started < 5


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 100, b"7", b"[]", b'{"process": 7}', b'{"process": 7, "host": "a", "since": "b", "c": 1}', b"\xff{"],
)
def test_rubbish_in_the_lock(folder, content):
    """Whatever the lock's file holds, a writer takes the lock; who waits is told that it is locked, if not by whom."""
    (folder / "MAIN_WRITELOCK").write_bytes(content)
    with open_index(folder) as index:
        with index.writer(timeout=0):
            (folder / "MAIN_WRITELOCK").write_bytes(content)
            with pytest.raises(IndexLockedError, match="another writer is at work on it, and") as caught:
                index.writer(timeout=0)
            assert caught.value.holder is None
        index.writer(timeout=0).rollback()


def test_locked_in_memory():
    """A second writer on an index in memory waits no longer than it is told, either."""
    with pytest.raises(subprocess.CalledProcessError) as caught:
        run(WAIT, ":memory:")
    assert "IndexLockedError: cannot write to the index :memory:" in caught.value.stderr


def test_waiting_for_the_lock(folder):
    """A second writer gets to work when the other one ends within its time, and builds on what that one committed."""
    with open_index(folder) as index, holder(folder) as process:
        process.stdin.close()
        with index.writer(timeout=20) as writer:
            writer.remove("ct-01")
        assert ids(index) == ["dở"]


def test_lock_dies_with_its_process(folder):
    """A killed writer leaves neither a lock nor anything of what it had not committed."""
    with open_index(folder) as index, holder(folder) as process:
        process.kill()
        process.wait()
        with index.writer(timeout=0) as writer:
            writer.add(Document(id="moi", text="Viết lại ngay"))
        assert sorted(ids(index)) == ["ct-01", "moi", "qd-05"]


@pytest.mark.parametrize("is_made_anew", [False, True], ids=["deleted", "made anew"])
@pytest.mark.parametrize("text", ["Ngõ xóm", "Nước sông lên cao " * 2000], ids=["one segment", "several segments"])
def test_an_index_that_goes_while_it_is_written_to(folder, text, is_made_anew):
    """A writer whose index is deleted meanwhile commits nothing, not to the one in its place either."""
    with open_index(folder) as index:
        writer = index.writer(memory=1)
        writer.add(Document(id="moi", text=text))
        shutil.rmtree(folder)
        if is_made_anew:
            with open_index(folder, create=True) as other, other.writer(timeout=0) as another:
                another.add(Document(id="khac", text="Chỉ mục khác"))
        before = files(folder) if is_made_anew else {}
        with pytest.raises(IndexNotFoundError, match="it was deleted, or made anew, meanwhile") as caught:
            writer.commit()
        assert caught.value.location == str(folder)
        assert (files(folder) if folder.exists() else {}) == before


@pytest.mark.parametrize("is_empty", [False, True], ids=["deleted", "emptied"])
def test_an_index_that_is_gone(folder, is_empty):
    """An index whose folder is deleted or emptied is told to be gone; readers that are open go on reading."""
    with open_index(folder) as index, index.reader() as reader:
        shutil.rmtree(folder)
        if is_empty:
            folder.mkdir()
        for opened in (index.reader, index.writer, lambda: ids(index), lambda: index.committed, lambda: verify(index)):
            with pytest.raises(IndexNotFoundError, match="is gone: make it again") as caught:
                opened()
            assert caught.value.location == str(folder)
        assert {fields["id"] for fields in reader.all_stored_fields()} == {"qd-05", "ct-01"}


def test_a_lock_that_is_deleted_while_it_is_waited_for(folder):
    """Who gets a lock whose file somebody has deleted since has none, and takes that of the new file."""
    lock, other = (FolderStorage(str(folder)).lock("MAIN_WRITELOCK") for _ in range(2))
    assert lock.acquire()
    assert lock.is_held()
    (folder / "MAIN_WRITELOCK").unlink()
    assert not lock.is_held()
    assert other.acquire()
    assert other.is_held()
    lock.release()
    assert not lock.acquire()
    other.release()


def test_readers_beside_a_writer(folder):
    """While a writer is at work, readers get the last commit; a reader keeps it, a later one gets the next."""
    with open_index(folder) as index, index.whoosh.reader() as reader:
        with index.writer() as writer:
            writer.remove("qd-05")
            writer.add(Document(id="moi", text="Một\nHai"))
            assert run(COUNT, folder) == "2 3 qd-05 ct-01\n"
        assert run(COUNT, folder) == "2 3 ct-01 moi\n"
        assert {fields["id"] for fields in reader.all_stored_fields()} == {"qd-05", "ct-01"}


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        pytest.param(Term("text.folded", "dang"), ["Đảng uỷ xã"], id="folded term"),
        pytest.param(Term("text", forms("ủy").keyed), ["Đảng uỷ xã"], id="keyed term, spelled otherwise"),
        pytest.param(Prefix("text", "de\t"), ["Chỉ thị về công tác đê điều"], id="all readings of a folded form"),
        pytest.param(Phrase("text.folded", ["cong", "an", "tinh"]), ["Công an tỉnh"], id="phrase"),
        pytest.param(Term("meta.nam", "2024"), ["Chỉ thị về công tác đê điều"], id="metadata"),
        pytest.param("công", ["Chỉ thị về công tác đê điều", "Công an tỉnh"], id="parsed word"),
        pytest.param('"công tác" NOT tỉnh', ["Chỉ thị về công tác đê điều"], id="parsed phrase and NOT"),
        pytest.param("title:quyết xã", ["Đảng uỷ xã"], id="parsed field"),
    ],
)
def test_it_is_a_whoosh_index(folder, query, texts):
    """Whoosh itself opens the index, as `whoosh` gives it, and its own queries and parser run on it."""
    for opened in (whoosh.index.open_dir(folder), open_index(folder).whoosh):
        with opened.searcher() as searcher:
            parsed = QueryParser("text", opened.schema).parse(query) if isinstance(query, str) else query
            assert sorted(hit["text"] for hit in searcher.search(parsed)) == texts


def test_an_index_holds_documents(folder):
    """A document is in the index by its id while a commit holds it, not before and not once it is removed."""
    with open_index(folder) as index:
        assert ["qd-05" in index, "ct-01" in index, "qd" in index, "" in index, "\ud800" in index] == [
            True,
            True,
            *[False] * 3,
        ]
        with index.writer() as writer:
            writer.remove("qd-05")
            assert "qd-05" in index
        assert "qd-05" not in index


def test_documents_are_passed_on_whole(tmp_path):
    """What a writer is given again of a document has its sections and pages, too."""
    passages = [Passage("Chợ họp từ sáng.", "Điều 1", 1), Passage("Đảng uỷ nhắc nhở.", "Điều 2", 2)]
    with open_index(tmp_path / "kho", create=True) as index:
        with index.writer() as writer:
            writer.add(Document("quy-che", paragraphs=passages))
        (prepared,) = index.prepared_documents()
    assert [own[3:] for own in prepared.paragraphs] == [("Điều 1", 1), ("Điều 2", 2)]


@pytest.mark.parametrize("location", ["http://an:bi-mat@127.0.0.1:9200/kho", "Opensearch://127.0.0.1:9200/kho"])
def test_addresses_of_other_kinds(location):
    """An address that is none of an index is refused, and no folder is made of it; no password is shown."""
    with pytest.raises(NotAnIndexError, match=r"write opensearch://HOST:9200/NAME") as told:
        open_index(location, create=True)
    assert "bi-mat" not in str(told.value)
