"""A table of contents from a stranger runs nothing, takes little memory and time, and is refused."""

import pickle

import pytest

from helpers import add_segment
from hostile import CALLS, HOSTILE, MARK, Runs, table
from limited import limited
from timviet.index import Document, open_index
from timviet.index.errors import IndexVersionError, NotAnIndexError
from timviet.index.schema import ParagraphSchema


@pytest.fixture(scope="module")
def processes():
    """What does tasks in processes of their own."""
    with limited() as own:
        yield own


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The folder of an index of one segment, which is copied."""
    folder = tmp_path_factory.mktemp("nguyên")
    with open_index(folder, create=True) as index:
        add_segment(index, Document(id="1", text="Đảng ủy xã"))
    return folder


@pytest.fixture
def folder(whole, tmp_path, monkeypatch):
    """The folder of such an index, where what is run would leave a mark."""
    monkeypatch.chdir(tmp_path)
    for path in whole.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def test_a_table_made_by_hand(folder):
    """The tables that these tests make are like those that are written."""
    path = folder / "_MAIN_1.toc"
    path.write_bytes(table())
    with open_index(folder) as index:
        assert index.document_count == 0


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile(processes, folder, content):
    """It is refused in little time and memory by a clean error, and nothing of it is run."""
    (folder / "_MAIN_1.toc").write_bytes(content)
    before = {path.name for path in folder.iterdir()}
    outcome = processes.run("open", folder)
    assert (outcome.signal, outcome.error) in [(0, "NotAnIndexError"), (0, "IndexVersionError")], outcome
    assert "_MAIN_1.toc" in outcome.message or "MAIN_aaaaaaaaaaaaaaaa" in outcome.message or "rules" in outcome.message
    assert outcome.megabytes < 64 + 10 * len(content) / 1e6, outcome
    assert {path.name for path in folder.iterdir()} == before


def test_it_would_have_run(folder):
    """What these tests pickle runs where it is unpickled: they could fail."""
    for name in ("os.system", "builtins.eval", "posix.system by name", "os.system by the stack"):
        pickle.loads(CALLS[name])  # noqa: S301
        (folder / MARK).unlink()


@pytest.mark.parametrize(
    ("content", "error", "reason"),
    [
        pytest.param(table(version=4), IndexVersionError, "is of format 4, this version's is 3", id="a newer version"),
        pytest.param(table(version=2), IndexVersionError, "is of format 2, this version's is 3", id="an older version"),
        pytest.param(
            table(schema=pickle.dumps(Runs(ParagraphSchema), 2))[:-12],
            IndexVersionError,
            "timviet.index.schema.ParagraphSchema",
            id="an earlier one, whose schema was pickled as an object",
        ),
        pytest.param(
            table(segments=b"\x80\x02](ctimviet.index.codec\nColumnSegment\n)\x81}be.")[:-12],
            IndexVersionError,
            "timviet.index.codec.ColumnSegment",
            id="an earlier one, whose segments were",
        ),
        pytest.param(table()[:-12], NotAnIndexError, "Whoosh's own writer made", id="Whoosh's own writer"),
        pytest.param(
            table(schema=b"\x80\x02cwhoosh.fields\nSchema\n)\x81.")[:-12],
            NotAnIndexError,
            "that timviet did not write",
            id="another program's",
        ),
    ],
)
def test_versions(folder, content, error, reason):
    """A table of another version, or by another program, is told as such, with the next step."""
    (folder / "_MAIN_1.toc").write_bytes(content)
    with pytest.raises(error, match=reason) as caught:
        open_index(folder)
    assert "_MAIN_1.toc" in str(caught.value)
    assert str(caught.value).endswith(("index again", "name another folder"))


def test_the_last_number_of_a_commit(folder):
    """A table with a number that none can follow is damaged."""
    (folder / "_MAIN_1.toc").unlink()
    for number, is_read in ((2**31 - 2, True), (2**31 - 1, False)):
        (folder / f"_MAIN_{number}.toc").write_bytes(table(generation=number))
        if is_read:
            with open_index(folder) as index:
                assert index.generation == number
        else:
            with pytest.raises(NotAnIndexError, match=f"_MAIN_{number}.toc is damaged"):
                open_index(folder)
