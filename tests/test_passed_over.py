"""What an index does not have of the folders it follows is remembered, so that it can be listed, and within bounds."""

import json
import os
from zlib import crc32

import pytest

from places import Place
from timviet.index import open_index, skipped_files
from timviet.index.folders.passed_over import MOST, PassedOver, merge
from timviet.index.folders.skipped import load_skipped
from timviet.index.folders.syncing import Follower, SyncOptions
from timviet.index.formats.records.json_file import NO_TEXT


@pytest.fixture
def place(tmp_path):
    """A place where there is something for every reason not to be read."""
    place = Place(tmp_path)
    place.write("kho/a.jsonl", '{"id": "1", "text": "Một"}\n')
    place.write("kho/b.jsonl", '{"id": "1", "text": "Hai"}\n' * 2)
    place.write("kho/c.jsonl", "hỏng\n")
    place.write("kho/b.txt", b"\xff\xff")
    for name in ("a.jpg", "b.JPG", "sâu/c.jpg", "d.doc", "kho.zip", "không đuôi"):
        place.write(f"kho/{name}", "x")
    (place.folder / "kho/liên kết.txt").symlink_to("không có")
    (place.folder / "kho/vòng").symlink_to("..")
    return place


def told(place):
    """What is listed: names below the folder, reasons, lines and details."""
    return {
        (str(error.path.relative_to(place.folder / "kho")), error.reason, error.line, error.detail)
        for error in place.skipped()
    }


ALL = {
    ("a.jpg", ".jpg is no format that timviet reads", None, "and 2 more"),
    ("d.doc", ".doc is no format that timviet reads", None, ""),
    ("kho.zip", ".zip is no format that timviet reads", None, ""),
    ("không đuôi", "a file without a suffix is no format that timviet reads", None, ""),
    ("liên kết.txt", "is a link that leads nowhere", None, ""),
    ("vòng", "is a link to a folder, which is not followed", None, ""),
    ("b.jsonl", "has the id of another document", 1, "'1', of kho/a.jsonl, and 1 more"),
    ("c.jsonl", "is not JSON", 1, "Expecting value, column 1"),
    ("b.txt", "is not UTF-8, and its encoding cannot be told: name it with --encoding", None, ""),
}


def test_all_is_listed(place):
    """Files, folders, links and lines that are not in the index are listed, those of a format together."""
    place.sync("kho")
    assert told(place) == ALL
    place.sync("kho")
    assert told(place) == ALL


def test_what_is_there_now_is_not_listed(place):
    """What a run finds no longer is not listed any more, wherever it was."""
    place.sync("kho")
    for name in ("a.jpg", "liên kết.txt", "kho.zip", "vòng"):
        (place.folder / "kho" / name).unlink()
    place.write("kho/b.jsonl", '{"id": "2", "text": "Hai"}\n')
    place.write("kho/c.jsonl", '{"id": "3", "text": "Ba"}\n')
    place.sync("kho")
    assert {(name, detail) for name, _, _, detail in told(place)} == {
        ("b.JPG", "and 1 more"),
        ("b.txt", ""),
        ("d.doc", ""),
        ("không đuôi", ""),
    }


def test_other_roots(place):
    """What was found below other folders stays, but not twice: what is below two is told for the upper one."""
    place.sync("kho/sâu")
    assert told(place) == {("sâu/c.jpg", ".jpg is no format that timviet reads", None, "")}
    place.sync("kho")
    place.sync("kho/sâu", "kho/b.txt")
    assert told(place) == ALL
    (place.folder / "kho/sâu/c.jpg").unlink()
    (place.folder / "kho/sâu").rmdir()
    place.write("nơi khác.txt", "Một")
    place.sync("nơi khác.txt")
    assert told(place) == ALL


def test_a_named_file_of_no_format(place):
    """A file that is named itself is an error, and listed as well."""
    assert [error.reason for error in place.sync("kho/d.doc").errors] == [".doc is no format that timviet reads"]
    assert told(place) == {("d.doc", ".doc is no format that timviet reads", None, "")}


def test_settings(place):
    """JSON that has no texts is passed over like a file of another format, and not read again before it changes."""
    place = Place(place.folder / "khác")
    for number in range(3):
        place.write(f"kho/{number}.json", '{"cỡ chữ": 12}')
    for _ in range(2):
        summary = place.sync("kho")
        assert (summary.errors, dict(summary.skipped), summary.documents) == ([], {NO_TEXT: 3}, 0)
        assert told(place) == {("0.json", NO_TEXT, None, "and 2 more")}
    read = []
    place.sync("kho", progress=lambda done, _: read.append(done))
    assert read == []
    assert [error.reason for error in place.sync("kho/0.json").errors] == [NO_TEXT]
    place.write("kho/0.json", '{"nội dung": "Một"}')
    assert place.sync("kho").documents == 1


@pytest.mark.parametrize("named", ["kho", "kho/0.json"])
@pytest.mark.parametrize("content", ["[]", '{"trạng thái": "đang xuất"}'])
def test_json_that_is_no_text_any_more(tmp_path, named, content):
    """JSON of which there are documents and that has no texts now is a fault that keeps them; pruning removes them."""
    place = Place(tmp_path)
    place.write("kho/0.json", '[{"nội dung": "Một"}, {"nội dung": "Hai"}]')
    assert place.sync(named).documents == 2
    path = place.write("kho/0.json", content)
    for _ in range(2):
        summary = place.sync(named)
        assert ([(error.path, error.reason) for error in summary.errors], summary.removed) == ([(path, NO_TEXT)], 0)
        assert len(place.contents()) == 2
        assert [(error.path, error.reason) for error in place.skipped()] == [(path, NO_TEXT)]
    summary = place.sync(named, prune=True)
    assert (summary.removed, len(summary.errors), place.contents()) == (2, int(named != "kho"), {})
    assert (place.sync("kho").errors, place.skipped()[0].reason) == ([], NO_TEXT)


def test_some_of_a_folder(place):
    """A run by what has changed, as of a folder that is watched, leaves what it does not come by."""
    with open_index(place.index, create=True) as index:
        follower = Follower(index, [place.folder / "kho"], SyncOptions(prune=True))
        follower.sync()
        (place.folder / "kho/liên kết.txt").unlink()
        follower.sync(changed=[place.folder / "kho/liên kết.txt", place.write("kho/e.jpg", "x")])
        assert told(place) == {own for own in ALL if own[0] != "liên kết.txt"}


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_an_unreadable_folder(place):
    """A folder that may not be read is listed until it may be."""
    (place.folder / "kho/sâu").chmod(0)
    place.sync("kho")
    reasons = {(name, reason) for name, reason, *_ in told(place)}
    (place.folder / "kho/sâu").chmod(0o700)
    assert ("sâu", "cannot be read: Permission denied") in reasons
    place.sync("kho")
    assert told(place) == ALL


def test_there_are_not_too_many():
    """Of very many, the first ones are remembered, and how many others there are."""
    many = [PassedOver(f"{number:04}.txt", "cannot be read", number=2) for number in range(MOST + 10)]
    kept = merge(many[:20], many)
    assert (len(kept), kept[:MOST], kept[-1].number) == (MOST + 1, tuple(many[:MOST]), 20)
    assert merge(kept, many) == kept


@pytest.mark.parametrize("own", [[], ["a"], ["a", 7], ["a", "b", "c", "", 1, ""], ["a", "b", None, "", "1", ""], 7])
def test_a_record_of_another_kind(place, own):
    """A record whose parts are of another kind than was written is none, and all is told anew by the next run."""
    place.sync("kho")
    path = place.index / "skipped.json"
    record = json.loads(path.read_bytes())
    record["others"] = [own]
    record["checksum"] = crc32(json.dumps([record["files"], record["others"]]).encode())
    path.write_text(json.dumps(record))
    with open_index(place.index) as index:
        assert (load_skipped(index), skipped_files(index)) == (({}, ()), [])
    place.sync("kho")
    assert told(place) == ALL


def test_as_an_error(place):
    """What is remembered is told as an error: of the file, with the reason, and how many more there are."""
    place.sync("kho")
    with open_index(place.index) as index:
        own = PassedOver("kho/a.jpg", "là ảnh", detail="lớn", number=1001)
        assert str(own.error(index.base)) == f"{place.folder}/kho/a.jpg: là ảnh (lớn, and 1,000 more)"
