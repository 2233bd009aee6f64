"""Files are indexed, found, shown and removed whatever bytes their names are, on a command line as in Python."""

import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from timviet.index import Document, open_index
from timviet.index.errors import AmbiguousIdError
from timviet.index.file_names import escape_bytes, escape_name, unescape_name
from timviet.index.typed_ids import find_id

TIMVIET = str(Path(sys.executable).with_name("timviet"))
LATIN_1, UTF_8 = b"caf\xe9.txt", rb"caf\xe9.txt"
COMPOSED = "Quyết định.txt"
APART = unicodedata.normalize("NFD", COMPOSED)
NAMES = {
    b"tin.txt": "tin.txt",
    LATIN_1: r"caf\xe9.txt",
    UTF_8: r"caf\x5cxe9.txt",
    rb"c\temp\x41.txt": r"c\temp\x41.txt",
    rb"\x5c.txt": r"\x5cx5c.txt",
    b"\\\xff.txt": r"\\xff.txt",
    b"\xc4\x91\xc4.txt": r"đ\xc4.txt",
    APART.encode(): APART,
    b"hai  d\nng 'b\"c.txt": "hai  d\nng 'b\"c.txt",
}

names = st.lists(st.sampled_from([*"\\x5ce9đ\u0309", *map(chr, range(0xDC80, 0xDD00, 0x19))])).map("".join)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder that holds a file of each name, which says it; its own name is no UTF-8 either."""
    folder = tmp_path / os.fsdecode(b"kho \xe9")
    (folder / "van-ban").mkdir(parents=True)
    monkeypatch.chdir(folder)
    for number, name in enumerate(NAMES):
        Path("van-ban", os.fsdecode(name)).write_text(f"Đảng ủy họp lần {number}.", "utf-8")
    return folder


def run(*arguments, status=0):
    """Run the command line, in UTF-8 whatever the names are, and return what it prints."""
    command = [TIMVIET, *arguments]
    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": "utf-8"})
    told = done.stdout.decode() + done.stderr.decode()
    assert (done.returncode, "Traceback" in told) == (status, False), told
    return told


def ids():
    """Return the ids of all documents, as a search shows them."""
    hits = json.loads(run("search", "dang", "--format", "json", "--limit", "100"))["hits"]
    return sorted(hit["document_id"] for hit in hits)


@given(name=names)
@example(name=os.fsdecode(UTF_8))
@example(name=os.fsdecode(LATIN_1))
def test_names_come_back(name):
    """A name that is escaped can be printed, and comes back from that, so that no two are the same."""
    escaped = escape_name(name)
    escaped.encode()
    assert unescape_name(escaped) == name
    assert escape_bytes(escaped) == escaped


@pytest.mark.parametrize(("name", "shown"), NAMES.items())
def test_how_names_are_shown(name, shown):
    """What is not UTF-8 is escaped, and what looks as if it were; nothing else is."""
    assert escape_name(os.fsdecode(name)) == shown


def test_any_name(folder):
    """A file of any name is indexed, found again unchanged, shown, and removed by that very name."""
    assert f"({len(NAMES)} new," in run("index", "van-ban")
    assert f"{len(NAMES)} unchanged, 0 removed, 0 skipped)" in run("index", "van-ban")
    assert ids() == sorted(f"van-ban/{name}" for name in NAMES.values())
    assert all(" ".join(name.split()) in run("search", "dang") for name in NAMES.values())
    typed = [b"van-ban/" + name for name in NAMES if name != UTF_8]  # which is the id of another one
    for number, name in enumerate(NAMES):
        if name != UTF_8:
            assert "number 1 of 1" in run("explain", f'"lần {number}"', b"van-ban/" + name)
    run("similar", typed[1])
    assert "8 documents removed" in run("remove", *typed)
    assert ids() == [r"van-ban/caf\x5cxe9.txt"]


def test_any_name_is_pruned(folder):
    """The documents of files that are gone are removed, whatever these were called, and those of others stay."""
    run("index", "van-ban")
    Path("van-ban", os.fsdecode(LATIN_1)).unlink()
    assert "1 removed" in run("index", "--prune", "van-ban")
    Path("van-ban", os.fsdecode(UTF_8)).rename(Path("van-ban", os.fsdecode(LATIN_1)))
    assert "1 removed, 0 skipped, 1 renamed)" in run("index", "van-ban")
    assert r"van-ban/caf\xe9.txt" in ids()


def test_any_name_is_typed(folder):
    """A file or a folder is named as the disk has it, and searches are asked for it."""
    run("index", b"van-ban/" + LATIN_1)
    assert r"van-ban/caf\xe9.txt" in run("search", b"path:" + LATIN_1)
    assert r"van-ban/caf\xe9.txt" in run("lookup", "--field", "path", LATIN_1)
    run("index", b"van-ban/\xff", status=2)
    run("--index", b"\xff", "index", "van-ban")
    assert r"\xff" in run("--index", b"\xff", "info")
    assert r'"\\xff"' in run("--index", b"\xff", "info", "--format", "json")
    assert r"\xff" in run("--index", b"\xff", "verify")
    assert r"caf\\xe9" in run("decode", "--format", "json", b"van-ban/" + LATIN_1)


def test_faults_of_any_name(folder):
    """What is wrong with a file is told, whatever it is called."""
    Path("van-ban", os.fsdecode(b"h\xff.pdf")).write_bytes(b"%PDF-")
    Path("van-ban", os.fsdecode(b"\xff.\xff")).touch()
    told = run("index", "van-ban", status=2)
    assert r"h\xff.pdf: " in told
    assert r".\xff is no format" in told
    assert r"h\xff.pdf" in run("info", "--skipped")
    assert r"h\\xff.pdf" in run("info", "--skipped", "--format", "json")


@pytest.mark.parametrize(("on_disk", "typed"), [(APART, COMPOSED), (COMPOSED, APART)])
def test_composed_or_not(folder, on_disk, typed):
    """It does not matter how the letters of a name are composed that is typed, for a file, a folder or an id."""
    place = Path("van-ban", APART)
    place.unlink()
    place = Path(f"van-ban/{on_disk}/{on_disk}")
    place.parent.mkdir()
    place.write_text("Đảng ủy xã họp.", "utf-8")
    assert "1 document, 1 paragraph indexed" in run("index", f"van-ban/{typed}/{typed}")
    assert "1 unchanged" in run("index", f"van-ban/{typed}")
    assert "number 1 of 1" in run("explain", "dang", f"van-ban/{typed}/{typed}")
    assert "1 document removed" in run("remove", f"van-ban/{typed}/{typed}")


def test_several_that_are_composed_otherwise(folder):
    """A name that several have but for how their letters are composed is not guessed: they are told."""
    half = APART.replace("i\u0323", "ị")
    Path("van-ban", half).write_text("Đảng ủy xã họp.", "utf-8")
    run("index", "van-ban")
    assert r"e\u0302\u0301t \u0111i\u0323nh" in run("remove", f"van-ban/{COMPOSED}", status=2)
    assert "1 document removed" in run("remove", f"van-ban/{half}")
    assert "may be one of several" in run("index", f"van-ban/{COMPOSED}", status=2)
    assert "1 unchanged" in run("index", f"van-ban/{APART}")


def test_ids():
    """The id as typed goes before those that are composed otherwise; a removed one is none of these."""
    with open_index(":memory:", create=True) as index:
        with index.writer() as writer:
            for name in (APART, COMPOSED, "tin.txt"):
                writer.add(Document(id=name, text="Đảng ủy"))
        typed = APART.replace("i\u0323", "ị")
        assert [find_id(index, own) for own in (APART, COMPOSED, "tin", "")] == [APART, COMPOSED, None, None]
        with pytest.raises(AmbiguousIdError) as caught:
            find_id(index, typed)
        assert sorted(caught.value.candidates) == sorted([APART, COMPOSED])
        with index.writer() as writer:
            writer.remove(APART)
        assert find_id(index, typed) == COMPOSED


def test_a_name_that_looks_escaped():
    """Where one file's name looks as another one's is shown, neither is taken for the other."""
    raw, literal = os.fsdecode(b"caf\xe9.txt"), r"caf\xe9.txt"
    with open_index(":memory:", create=True) as index:
        with index.writer() as writer:
            for name in (raw, literal):
                writer.add(Document(id=escape_name(name), text="Đảng ủy"))
        assert find_id(index, raw) == escape_name(raw)
        assert find_id(index, escape_name(literal)) == escape_name(literal)
        with pytest.raises(AmbiguousIdError):
            find_id(index, literal)


def test_paths_are_ids(folder):
    """A file is also found by any other path that leads to it, from where one is."""
    Path("van-ban", "tin.txt").write_text("Đảng ủy xã họp.", "utf-8")
    run("index", "van-ban")
    assert "number 1" in run("explain", "dang", "./van-ban/../van-ban/tin.txt")
    told = run("remove", str(Path("van-ban", "tin.txt").absolute()))
    assert "1 document removed" in told
    assert "van-ban/tin.txt" in told
