"""What a folder's rules leave out is what git leaves out."""

import os
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import Mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from timviet.index.errors import SourceError
from timviet.index.folders.ignoring import IgnoreRules
from timviet.index.folders.walking import Walk

NAMES = ["a", "b", "nháp", "tin.txt", "tin.tmp", "đơn từ.txt", "c.d"]
PATTERNS = ["*.txt", "!tin.txt", "nháp", "nháp/", "/a", "a/*", "!a/b", "**/b", "b/**", "a/**/b", "*.t?p", "[ab]", "#a"]
PATTERNS += ["\\#a", "tin.*", "!*.tmp", "đơn\\ từ.txt", "  ", "a/b/", "*", "!*/", "!/a/"]


def walk(root, exclude=()):
    """The files that are found in a folder, the faults, and how many are left out."""
    errors, left_out = [], []
    found = Walk([root], exclude, errors.append, lambda: left_out.append(1), Mock()).files()
    return [path.relative_to(root).as_posix() for path in found], errors, len(left_out)


def make(root, paths, rules):
    """Make empty files, and files of rules in folders."""
    for path in paths:
        own = root / path
        if not any(parent.is_file() for parent in own.parents) and not own.exists():
            own.parent.mkdir(parents=True, exist_ok=True)
            own.touch()
    for folder, lines in rules.items():
        if (root / folder).is_dir():
            (root / folder / ".gitignore").write_text("".join(f"{line}\n" for line in lines), "utf-8")


def found_by_git(root):
    """The files that git would take, but for hidden ones."""
    git = ["git", "-C", str(root), "-c", "core.excludesFile=/dev/null"]
    subprocess.run([*git, "init", "-q"], check=True)
    listed = subprocess.run(
        [*git, "ls-files", "-z", "--others", "--exclude-standard"], check=True, capture_output=True
    ).stdout
    names = (os.fsdecode(name) for name in listed.split(b"\0") if name)
    return sorted(name for name in names if not any(part.startswith(".") for part in Path(name).parts))


paths = st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join), min_size=1, max_size=10)
rules = st.dictionaries(
    st.sampled_from([".", "a", "b", "a/b", "nháp"]), st.lists(st.sampled_from(PATTERNS), max_size=4), max_size=3
)


@settings(max_examples=60)
@given(paths, rules)
@example(["a/b/tin.txt", "a/c.d"], {".": ["a/*", "!a/b"], "a/b": ["!tin.txt"]})
@example(["nháp/tin.txt", "b/nháp"], {".": ["nháp/", "!nháp/tin.txt"]})
@example(["nháp/a/b"], {".": ["**/b"], "nháp": ["!*/"]})
@example(["a/b", "a/c/b", "c"], {".": ["*", "!a/", "!a/c"]})
def test_as_git(paths, rules):
    """Of any files and any rules in folders and folders below, those are found that git does not ignore."""
    with TemporaryDirectory() as name:
        root = Path(name)
        make(root, paths, rules)
        found, errors, _ = walk(root)
        assert errors == []
        assert sorted(found) == found_by_git(root)


@pytest.mark.parametrize(
    ("rules", "exclude", "expected"),
    [
        pytest.param({}, [], ["tin.tmp", "tin.txt", "nháp/a.txt"], id="no rules"),
        pytest.param({}, ["*.tmp"], ["tin.txt", "nháp/a.txt"], id="what is named"),
        pytest.param(
            {".gitignore": "*.txt"}, ["!tin.txt"], ["tin.tmp", "tin.txt"], id="what is named goes before files"
        ),
        pytest.param({".timvietignore": "nháp"}, [], ["tin.tmp", "tin.txt"], id="a file of timviet's own"),
        pytest.param(
            {".gitignore": "*.txt", ".timvietignore": "!*.txt"},
            [],
            ["tin.tmp", "tin.txt", "nháp/a.txt"],
            id="timviet's own goes before git's",
        ),
        pytest.param(
            {".gitignore": "\ufefftin.*\r\n"}, [], ["nháp/a.txt"], id="a file that an editor of Windows wrote"
        ),
        pytest.param({".gitignore": b"\xe1\xba\n*.tmp"}, [], ["tin.txt", "nháp/a.txt"], id="a line that is no text"),
        pytest.param({".gitignore": "nháp/\r\n".encode("utf-16")}, [], ["tin.tmp", "tin.txt"], id="UTF-16"),
    ],
)
def test_rules(tmp_path, rules, exclude, expected):
    """Patterns come from folders' files and from the user, who has the last word."""
    make(tmp_path, ["tin.txt", "tin.tmp", "nháp/a.txt"], {})
    for name, content in rules.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    found, errors, left_out = walk(tmp_path, exclude)
    assert (found, errors) == (expected, [])
    assert left_out == 3 - len(expected)


def test_rules_that_are_not_what_they_begin_as(tmp_path):
    """A file of rules that is not what it begins as is a fault, and its folder is as if it could not be read."""
    make(tmp_path, ["tin.txt"], {})
    (tmp_path / ".timvietignore").write_bytes(b"\xff\xfe\n*.tm")
    found, (error,), _ = walk(tmp_path)
    assert (found, error.path, error.reason) == ([], tmp_path / ".timvietignore", "is not UTF-16 text, as it begins")


def test_hidden_files(tmp_path):
    """Names that start with a full stop are left out, and not counted."""
    make(tmp_path, ["tin.txt", ".tin.txt", ".git/a.txt"], {})
    assert walk(tmp_path) == (["tin.txt"], [], 0)


def test_a_file_that_is_named_is_never_left_out(tmp_path):
    """Rules say what of a folder is left out; a file that is a path itself is read."""
    make(tmp_path, ["tin.txt"], {".": ["*"]})
    errors = []
    assert list(Walk([tmp_path / "tin.txt"], ["*"], errors.append, errors.clear, Mock()).files()) == [
        tmp_path / "tin.txt"
    ]


def test_some_that_have_changed(tmp_path):
    """Of changed paths those are found that a walk from the root would find; folders with all that is in them."""
    make(tmp_path, ["a/b/tin.txt", "a/c.d", "nháp/a.txt", ".a/x", "b"], {".": ["c.d", "nháp"]})
    changed = [tmp_path / name for name in ("a", "a/b/tin.txt", "a/c.d", "nháp/a.txt", ".a/x", "b", "mất", "../x")]
    found = Walk([tmp_path], [], [].append, lambda: None, Mock()).files(changed)
    assert [path.relative_to(tmp_path).as_posix() for path in found] == ["a/b/tin.txt", "b"]


def test_lines_that_are_no_patterns(tmp_path):
    """What the user names has to be a pattern; of a folder's rules, lines that are none are passed over, as by git."""
    with pytest.raises(SourceError, match="cannot leave out by what is no pattern"):
        IgnoreRules(tmp_path, ["!"])
    make(tmp_path, ["tin.txt", "tin.tmp"], {".": ["!", "*.tmp", "/"]})
    assert walk(tmp_path) == (["tin.txt"], [], 1)


def test_rules_that_cannot_be_read(tmp_path):
    """Where it cannot be read what is left out, nothing in that folder is read, which is told."""
    make(tmp_path, ["tin.txt", "a/tin.txt", "a/b/tin.txt"], {})
    (tmp_path / "a/.gitignore").write_bytes(b"#" * 1_000_000)
    found, errors, _ = walk(tmp_path)
    assert found == ["tin.txt"]
    assert [error.path for error in errors] == [tmp_path / "a/.gitignore"]
    assert errors[0].reason.startswith("is larger than the limit of")
    assert list(Walk([tmp_path], [], errors.append, lambda: None, Mock()).files([tmp_path / "a/tin.txt"])) == []
    assert len(errors) == 2


@pytest.mark.parametrize("make_it", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_rules_that_are_no_file(tmp_path, make_it):
    """A folder or a pipe by the name of a file of rules says nothing, as with git."""
    make_it(tmp_path / ".gitignore")
    (tmp_path / "tin.txt").touch()
    assert walk(tmp_path) == (["tin.txt"], [], 0)


STARS = [
    "*a*a*a*a*a*a*a*b",
    "*a*?*[ab]*a*[!c]*a*?b*",
    "/*a*a**a*a*/*a*a*a*a*b*",
    "*\\(*(*)*a*a*a*b",
    "***a***b***a***b",
]


@pytest.mark.parametrize("pattern", STARS)
def test_many_stars(tmp_path, pattern):
    """A pattern with many stars takes no longer than one with few."""
    rules = IgnoreRules(tmp_path, [pattern])
    assert not rules.leave_out(tmp_path / ("(a)" * 80) / ("(a)" * 80 + "c"), is_folder=False)


words = st.text(alphabet="ab*?()", max_size=8)


@settings(max_examples=300)
@given(words.filter(lambda pattern: pattern.strip("*")), st.text(alphabet="ab()", min_size=1, max_size=8))
def test_stars(pattern, name):
    """Stars and question marks stand for what they stand for in names of a shell."""
    rules = IgnoreRules(Path("kho"), [pattern])
    assert rules.leave_out(Path("kho", name), is_folder=False) == fnmatchcase(name, pattern)
