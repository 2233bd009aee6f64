"""`timviet lookup`: what it prints, and its exit status."""

import json

import pytest
from click.testing import CliRunner

from timviet.index import Document, open_index
from timviet.search.cli import main
from timviet.search.cli.lookup_command import show_names
from timviet.search.names.lookup import NameHit, NameHits


@pytest.fixture
def folder(tmp_path):
    """The folder of an index of three documents."""
    with open_index(tmp_path / "index", create=True) as index, index.writer() as writer:
        writer.add(Document(id="nvt", title="Nguyễn Văn Thọ", metadata={"Tác giả": "Lê An"}, path="kho/tho.txt"))
        writer.add(Document(id="dn\nx", title="Đà\nNẵng\x1b[2J", metadata={"Tác giả": ["Lê An", "Trần Thọ"]}))
        writer.add(Document(id="none", text="Không có tên."))
    return tmp_path / "index"


def run(folder, *arguments):
    return CliRunner().invoke(main, ["lookup", *arguments, "--index", str(folder)])


def test_what_it_prints(folder):
    """Each name is a line with its kind, its field and its document's id; control characters are replaced."""
    assert run(folder, "nguyen", "van").output == "1. Nguyễn Văn Thọ · prefix · title · nvt\n1 name\n"
    assert run(folder, "da nang").output == "1. Đà Nẵng\ufffd[2J · prefix · title · dn x\n1 name\n"


def test_fields(folder):
    """`--field` may be given more than once, and be a key of the metadata in any spelling."""
    lines = run(folder, "tho", "--field", "title", "--field", "Tác giả", "--field", "path").output.splitlines()
    assert lines == [
        "1. Trần Thọ · word prefix · Tác giả · dn x",
        "2. kho/tho.txt · word prefix · path · nvt",
        "3. Nguyễn Văn Thọ · word prefix · title · nvt",
        "3 names",
    ]


def test_limit(folder):
    """`--limit` is how many names are shown at most, and it is told how many answer as well, and that others may."""
    assert run(folder, "le an", "--field", "tac_gia", "--limit", "1").output.endswith("1 of 2 names or more\n")
    assert run(folder, "le an", "--field", "tac_gia", "--limit", "2").output.endswith("2 names or more\n")
    assert run(folder, "le an", "--field", "tac_gia", "--limit", "99").output.endswith(" names\n")
    assert len(run(folder, "le an", "--field", "tac_gia", "--limit", "1", "--format", "jsonl").output.splitlines()) == 1


def test_keys_of_input_methods(folder):
    """What was looked up in place of keys is told."""
    first, second, *_ = run(folder, "nguyeenx", "vawn").output.splitlines()
    assert first == "(no name is, or starts with, 'nguyeenx vawn'; this is what 'nguyễn văn' finds)"
    assert second == "1. Nguyễn Văn Thọ · prefix · title · nvt"
    lines = run(folder, "nguyeenx", "vawn", "--format", "jsonl")
    assert (lines.stderr, json.loads(lines.stdout)["document_id"]) == (f"{first}\n", "nvt")


def test_json(folder):
    """JSON output has all that Python has, as one value or a line for each name."""
    hit = {"value": "Nguyễn Văn Thọ", "document_id": "nvt", "field": "title", "kind": "one slip", "spans": [[7, 14]]}
    told = {"name": "vam tho", "total": 1, "hits": [hit]}
    assert json.loads(run(folder, "--format", "json", "vam", "tho").output) == told
    assert json.loads(run(folder, "--format", "jsonl", "vam tho").output) == hit


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        pytest.param(["van tho"], 0, "1 name", id="found"),
        pytest.param(["xyz"], 1, "0 names", id="nothing found"),
        pytest.param(["xyz", "--format", "jsonl"], 1, "", id="nothing found, as lines"),
        pytest.param([" - "], 2, "nothing to look up in ' - '", id="no letter or digit"),
        pytest.param(["an", "--field", "author"], 2, "'title', 'path', 'Tác giả'", id="no such field"),
        pytest.param(["an", "--limit", "0"], 2, "--limit", id="a limit of nothing"),
        pytest.param([], 2, "Missing argument 'NAME...'", id="no name"),
    ],
)
def test_exit_status(folder, arguments, status, told):
    """0 found, 1 nothing found, 2 error, with what is wrong and what there is instead."""
    done = run(folder, *arguments)
    assert done.exit_code == status
    assert told in done.output


@pytest.mark.parametrize(("color", "shown"), [(True, "\x1b[1;31mVăn Thọ\x1b[0m"), (False, "Văn Thọ")])
def test_colours(capsys, color, shown):
    """What answers is marked where colours are shown."""
    hit = NameHit("Nguyễn Văn Thọ", "nvt", "title", "word prefix", ((7, 14),))
    show_names(NameHits("tho", 1, (hit,)), limit=10, color=color)
    assert capsys.readouterr().out == f"1. Nguyễn {shown} · word prefix · title · nvt\n1 name\n"
