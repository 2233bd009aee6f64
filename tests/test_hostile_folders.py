"""Files are read and written where they are said to be, and nowhere else, whatever a stranger has put there."""

import os

import pytest

from timviet.index import Document, open_index
from timviet.index.errors import NotAnIndexError
from timviet.index.storage import TEMPORARY, FolderStorage, LockHolder


@pytest.fixture
def folder(tmp_path):
    """The folder of an index."""
    folder = tmp_path / "chỉ mục"
    with open_index(folder, create=True) as index, index.writer() as writer:
        writer.add(Document(id="1", text="Đảng ủy xã"))
    return folder


@pytest.fixture
def elsewhere(tmp_path):
    """A file that is not the index's."""
    path = tmp_path / "ghi chú.txt"
    path.write_text("của người khác")
    return path


def add_one(folder):
    """Add a document, in a file with faults, too."""
    with open_index(folder) as index, index.writer(timeout=0) as writer:
        writer.add(Document(id="2", text="Công an tỉnh"))


def test_what_is_written_over(folder, elsewhere):
    """What is written takes the place of what was there before; a link is not followed."""
    (folder / TEMPORARY).symlink_to(elsewhere)
    add_one(folder)
    assert elsewhere.read_text() == "của người khác"
    with open_index(folder) as index:
        assert index.document_count == 2


def test_files_may_be_read_by_whom_they_may(tmp_path):
    """New files have the rights that other programs' files get."""
    (tmp_path / "khác").write_bytes(b"")
    with FolderStorage(str(tmp_path)).create_file("cột") as file:
        file.write(b"a")
    assert (tmp_path / "cột").stat().st_mode == (tmp_path / "khác").stat().st_mode


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["a pipe", "a folder"])
def test_a_lock_that_is_no_file(folder, make):
    """A lock that is a pipe is not waited for."""
    (folder / "MAIN_WRITELOCK").unlink()
    make(folder / "MAIN_WRITELOCK")
    with pytest.raises(NotAnIndexError, match="MAIN_WRITELOCK is no regular file"):
        add_one(folder)


@pytest.mark.parametrize("create", [False, True])
def test_a_lock_that_is_a_link(tmp_path, folder, elsewhere, create):
    """A lock that is a link to another file is not taken, and that file not written to."""
    place = tmp_path / "mới" if create else folder
    place.mkdir(exist_ok=True)
    (place / "MAIN_WRITELOCK").unlink(missing_ok=True)
    (place / "MAIN_WRITELOCK").symlink_to(elsewhere)
    with pytest.raises(NotAnIndexError, match="MAIN_WRITELOCK is no regular file"):
        open_index(place, create=True) if create else add_one(place)
    assert elsewhere.read_text() == "của người khác"


@pytest.mark.parametrize("name", ["_MAIN_1.toc", "*.terms", "*.documents"])
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")], ids=["a pipe", "a device"])
def test_what_is_no_file(folder, name, make):
    """A pipe or a device in the place of a file is not read."""
    (path,) = folder.glob(name)
    path.unlink()
    make(path)
    with pytest.raises(NotAnIndexError, match=f"{path.name} is no regular file"), open_index(folder) as index:
        index.reader()


@pytest.mark.parametrize(
    "name",
    ["_MAIN_2.toc", "_MAIN_007.toc", f"_MAIN_{'9' * 200}.toc"],
    ids=["the next one", "zeros before the number", "a long number"],
)
def test_a_table_that_is_not_there(folder, name):
    """A name of a table of contents under which there is none is told as damage."""
    (folder / name).symlink_to(folder / "không có")
    with pytest.raises(NotAnIndexError, match=r"_MAIN_\d+.toc is missing") as caught:
        open_index(folder)
    assert caught.value.location == str(folder)


@pytest.mark.parametrize(
    ("content", "holder"),
    [
        pytest.param(b'{"process": 7, "host": "a", "since": "b"}', LockHolder(7, "a", "b"), id="as it is written"),
        pytest.param(b"", None, id="empty"),
        pytest.param(b"\xff", None, id="no text"),
        pytest.param(b"[" * 100_000, None, id="nested"),
        pytest.param(b'{"process": 7}', None, id="something is missing"),
        pytest.param(b'{"process": ' + b"7" * 5000 + b"}", None, id="too long"),
        pytest.param(b"[1, 2, 3]", None, id="a list"),
    ],
)
def test_the_holder_of_a_lock(tmp_path, content, holder):
    """Who holds a lock is told where that can be read, and otherwise not."""
    (tmp_path / "LOCK").write_bytes(content)
    assert FolderStorage(str(tmp_path)).lock("LOCK").holder() == holder
