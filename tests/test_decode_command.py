"""`timviet decode`: texts in any encoding come out as UTF-8, and what they were is told."""

import gzip
import json
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner

from encoders import encode
from timviet.index.formats import limits
from timviet.search.cli import main

TIMVIET = str(Path(sys.executable).with_name("timviet"))
TEXT = "Đảng uỷ xã Hải Bình họp phiên thứ hai,\r\nbàn việc sửa đường liên thôn.\n"


def run(*arguments, **options):
    return subprocess.run([TIMVIET, "decode", *map(str, arguments)], capture_output=True, check=False, **options)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-16-be", "windows-1258", "viscii", "vps", "tcvn3", "vni", "viqr", "ncr"]
)
def test_a_file(tmp_path, encoding):
    """A file comes out as UTF-8, line ends as they were, and its encoding is told on standard error."""
    path = tmp_path / "cũ.txt"
    path.write_bytes(encode(TEXT, encoding))
    done = run(path)
    assert (done.returncode, done.stdout.decode()) == (0, TEXT)
    assert done.stderr.decode() == f"{path}: {encoding} (confidence 1.00)\n"


def test_letters_are_composed():
    """Decomposed letters come out composed, those of UTF-8 as well; the byte order mark is left out."""
    done = run("-", input="\ufeff".encode() + unicodedata.normalize("NFD", TEXT).encode())
    assert (done.stdout.decode(), done.stderr) == (TEXT, b"-: utf-8 (confidence 1.00)\n")


def test_several_files(tmp_path):
    """Files come out one after the other; what cannot be read or told is left out and told, and the status is 2."""
    for name, content in {"a": encode(TEXT, "vps"), "b": b"caf\xe9", "c": encode(TEXT, "vni")}.items():
        (tmp_path / name).write_bytes(content)
    done = run("a", "b", "khong-co", "c", cwd=tmp_path)
    assert (done.returncode, done.stdout.decode()) == (2, TEXT * 2)
    assert done.stderr.decode().splitlines() == [
        "a: vps (confidence 1.00)",
        "b: cannot tell the encoding: it is not UTF-8, and looks like Vietnamese in no other; name the right one",
        "khong-co: No such file or directory",
        "c: vni (confidence 1.00)",
    ]


@pytest.mark.parametrize("output", ["text", "json"])
def test_half_of_a_surrogate_pair(output):
    """What no UTF-8 can say is no text, whatever Python's codec makes of it."""
    done = run("--encoding", "utf-7", "--format", output, "-", input=b"+2AA-")
    assert (done.returncode, done.stdout.strip()) == (2, b"[]" if output == "json" else b"")
    assert done.stderr.decode() == "-: is not utf-7 text: it has half of a surrogate pair\n"


def test_broken_bytes():
    """Where the encoding is named, a few bytes that are none of it are replaced, which is told; many are an error."""
    broken = (TEXT * 3).encode().replace("ả".encode(), b"\xe1\xba", 1)
    done = run("-", "--encoding", "utf-8", input=broken)
    assert (done.returncode, done.stdout.decode()) == (0, (TEXT * 3).replace("ả", "\ufffd", 1))
    assert done.stderr == b"-: utf-8 (confidence 1.00), with broken bytes replaced at 1 place\n"
    assert json.loads(run("-", "--encoding", "utf-8", "--format", "json", input=broken).stdout)[0]["replaced"] == 1
    assert run("-", "--encoding", "utf-8", input=encode(TEXT, "tcvn3")).returncode == 2
    assert b"--encoding utf-8" in run("-", input=broken).stderr


def test_what_is_no_text():
    """Of what has bytes of zero, as programs and pictures have, it is told that it is no text, not how to read it."""
    for content in (b"\x89PNG\0\0\xff" * 50, (TEXT * 9).encode() + b"\0\xff"):
        assert run("-", input=content).stderr == b"-: cannot tell the encoding: it is not text\n"


def test_a_packed_file(tmp_path, monkeypatch):
    """A file that gzip packed is unpacked, as indexing does it, within the same limits."""
    path = tmp_path / "cũ.txt.GZ"
    path.write_bytes(gzip.compress(encode(TEXT, "vni")))
    assert (run(path).returncode, run(path).stdout.decode()) == (0, TEXT)
    path.write_bytes(b"a")
    assert run(path).stderr.decode() == f"{path}: is not gzip, as its name says\n"
    path.write_bytes(gzip.compress(b"a" * (1 << 20)))
    monkeypatch.setattr(limits, "MAX_UNPACKED_SIZE", 1 << 19)
    assert "unpacks to more than the limit" in CliRunner().invoke(main, ["decode", str(path)]).stderr


def test_a_file_without_end(tmp_path, monkeypatch):
    """Of a file that is larger than may be, no more is read than that takes to tell."""
    monkeypatch.setattr(limits, "MAX_FILE_SIZE", 1 << 20)
    path = tmp_path / "lớn.txt"
    path.write_bytes(b"a" * (1 << 20))
    assert CliRunner().invoke(main, ["decode", str(path)]).exit_code == 0
    with path.open("ab") as file:
        file.truncate(1 << 40)
    done = CliRunner().invoke(main, ["decode", str(path)])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.endswith("lớn.txt: is larger than the limit of 1 MiB\n")


def test_json():
    """As JSON, each text is there with its encoding and confidence."""
    told = json.loads(run("--format", "json", "-", input=encode(TEXT, "tcvn3")).stdout)
    assert [set(text) for text in told] == [{"file", "encoding", "confidence", "replaced", "text"}]
    assert (told[0]["file"], told[0]["encoding"], told[0]["text"]) == ("-", "tcvn3", TEXT)
    assert 0.99 < told[0]["confidence"] <= 1


def test_a_named_encoding():
    """The encoding that is named is the one used; a name that is no encoding's, or a wrong one, is an error."""
    assert run("-", "--encoding", "tcvn3-upper", input=encode("đảng bộ", "tcvn3")).stdout.decode() == "ĐẢNG BỘ"
    unknown, wrong = run("-", "--encoding", "tcvn4", input=b"a"), run("-", "--encoding", "ascii", input=b"\xe9")
    assert (unknown.returncode, wrong.returncode, unknown.stdout, wrong.stdout) == (2, 2, b"", b"")
    assert unknown.stderr.startswith(b"Error: there is no encoding 'tcvn4': there are utf-8, ")
    assert wrong.stderr == b"-: is not ascii text: byte 0 is none\n"


def test_indexing_tells_encodings(tmp_path):
    """`timviet index` tells of each file that is not in UTF-8 how it was read, and of the twenty-first on how many."""
    for number in range(23):
        (tmp_path / f"{number:02}.txt").write_bytes(encode(TEXT, "vni" if number == 22 else "tcvn3"))
    index = [TIMVIET, "index", "--jobs", "1", "."]
    done = subprocess.run(index, capture_output=True, text=True, cwd=tmp_path, check=True)
    lines = done.stderr.splitlines()
    assert lines[0] == f"read as tcvn3 (confidence 1.00): {tmp_path / '00.txt'}"
    assert (len(lines), lines[-2:]) == (22, ["read as tcvn3: 2 more files", "read as vni: 1 more file"])
    done = subprocess.run([*index, "--encoding", "tcvn3"], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert (done.stderr, "(0 new, 1 changed, 22 unchanged, " in done.stdout) == ("", True)
