"""Files of an index are synced, renamed and locked; whatever the system refuses tells of which file."""

import errno
import mmap
import os
import resource
import stat

import pytest

from timviet.index.columnfile import ColumnFile
from timviet.index.storage import TEMPORARY, FolderStorage, make_folder, write_file


def refuse(number):
    """A function that the system refuses, as it does of open files: without their names."""

    def fail(*_arguments, **_options):
        raise OSError(number, os.strerror(number))

    return fail


def write(file, content):
    """Write a file to its end."""
    with file:
        file.write(content)


@pytest.mark.parametrize("size", [1, 1 << 20], ids=["when it is closed", "at once"])
def test_a_write_that_is_refused(tmp_path, size):
    """That there is no room tells of which file, whether that comes out before it is closed or then."""
    file = FolderStorage(str(tmp_path)).create_file("đầy")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        with pytest.raises(OSError, match=os.strerror(errno.EFBIG)) as caught:
            write(file, bytes(size))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert caught.value.filename == str(tmp_path / "đầy")


def test_a_read_that_is_refused():
    """That a file cannot be read tells which one; the first byte of a process's memory is one that cannot."""
    file = FolderStorage(f"/proc/{os.getpid()}").open_file("mem")
    with file, pytest.raises(OSError, match=os.strerror(errno.EIO)) as caught:
        file.read(1)
    assert caught.value.filename == f"/proc/{os.getpid()}/mem"


def test_a_sync_that_is_refused(tmp_path, monkeypatch):
    """That a file or the folder cannot be synced tells which one."""
    storage = FolderStorage(str(tmp_path))
    write(storage.create_file("a"), b"")
    monkeypatch.setattr(os, "fsync", refuse(errno.EIO))
    for names, path in (["a"], tmp_path / "a"), ([], tmp_path):
        with pytest.raises(OSError, match=os.strerror(errno.EIO)) as caught:
            storage.sync(names)
        assert caught.value.filename == str(path)


@pytest.mark.parametrize("made", ["", "kho", "kho/cũ", "kho/cũ/mới"])
def test_a_new_folder(tmp_path, monkeypatch, made):
    """A new folder is synced with all above it, also those that somebody made before and may not have synced."""
    (tmp_path / made).mkdir(parents=True, exist_ok=True)
    synced = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_ino))
    make_folder(tmp_path / "kho" / "cũ" / "mới")
    above = [tmp_path / "kho" / "cũ", tmp_path / "kho", tmp_path]
    assert synced[:3] == [folder.stat().st_ino for folder in above]


@pytest.mark.parametrize("left", ["", "như mới"], ids=["alone", "as a file that counts"])
def test_a_file_that_a_crash_left(tmp_path, left):
    """What a crash left half written is gone when the next file is, and no file changes whose second name it was."""
    (tmp_path / TEMPORARY).write_text("dở")
    if left:
        (tmp_path / left).hardlink_to(tmp_path / TEMPORARY)
    write_file(FolderStorage(str(tmp_path)), "mới", b"xong")
    found = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert found == {"mới": "xong"} | ({left: "dở"} if left else {})


def test_folders_that_cannot_be_synced(tmp_path, monkeypatch):
    """Where a file system cannot sync folders at all, as some across a network, files are synced, and that is all."""
    storage, sync = FolderStorage(str(tmp_path)), os.fsync
    write(storage.create_file("a"), b"")

    def sync_files(descriptor):
        (refuse(errno.EINVAL) if stat.S_ISDIR(os.fstat(descriptor).st_mode) else sync)(descriptor)

    monkeypatch.setattr(os, "fsync", sync_files)
    storage.sync(["a"])
    make_folder(tmp_path / "kho")
    monkeypatch.setattr(os, "fsync", refuse(errno.EINVAL))
    with pytest.raises(OSError, match=os.strerror(errno.EINVAL)):
        storage.sync(["a"])


def test_a_file_that_cannot_be_mapped(tmp_path, monkeypatch):
    """That a file of columns cannot be mapped into memory tells which one."""
    write(FolderStorage(str(tmp_path)).create_file("a"), b"a")
    monkeypatch.setattr(mmap, "mmap", refuse(errno.EMFILE))
    with pytest.raises(OSError, match=os.strerror(errno.EMFILE)) as caught:
        ColumnFile.open(FolderStorage(str(tmp_path)), "a")
    assert caught.value.filename == str(tmp_path / "a")


def test_a_lock_that_is_refused(tmp_path, monkeypatch):
    """That a file cannot be locked tells which one."""
    monkeypatch.setattr("fcntl.flock", refuse(errno.ENOLCK))
    with pytest.raises(OSError, match=os.strerror(errno.ENOLCK)) as caught:
        FolderStorage(str(tmp_path)).lock("khóa").acquire()
    assert caught.value.filename == str(tmp_path / "khóa")
