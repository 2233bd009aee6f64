"""Queries, judgements and runs are read as evaluation tools write them, and faults are told with their place."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from timviet.index.errors import SourceError
from timviet.search.evaluation.trec import read_qrels, read_queries, read_run, write_run

ids = st.text(min_size=1, max_size=8)


@pytest.fixture
def file(tmp_path):
    """A function that makes a file of a text."""

    def make(content):
        path = tmp_path / "tep"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


def test_queries(file):
    """A query is a line of JSON; numbers will do for ids, blank lines and what else a line has are passed over."""
    lines = '\ufeff{"id": "a", "text": "Đảng ủy"}\r\n\n{"id": 7, "text": "", "kind": 2}\n'
    assert read_queries(file(lines)) == {"a": "Đảng ủy", "7": ""}


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param("q1\tvăn bản.txt\t2\nq1\tb\t0\nq2\tb\t-1\n", id="three columns"),
        pytest.param("q1\t0\tvăn bản.txt\t2\nq1\t0\tb\t0\nq2\t0\tb\t-1\n", id="four columns"),
        pytest.param("q1\tvăn bản.txt\t2\nq1 0 b 0\nq2  0  b  -1\n", id="TREC's spaces"),
        pytest.param("q1\tvăn bản.txt\t2\nq1\tb\t0\nq2\tb\t-1\nq1\tb\t0\n", id="the same twice"),
    ],
)
def test_judgements(file, lines):
    """Judgements have three columns with tabs between them, or TREC's four with any white space."""
    assert read_qrels(file(lines)) == {"q1": {"văn bản.txt": 2, "b": 0}, "q2": {"b": -1}}


def test_a_run_of_another_tool(file):
    """Documents come by score, those of equal score by rank, in whatever order the lines are."""
    lines = "q 0 c 3 1.5 x\nq 0 b 2 1.5 x\nq 0 a 9 1e3 x\nr Q0 a 1 -7 x\nq Q0 d 1 0.5 x\n"
    assert read_run(file(lines)) == {"q": ["a", "b", "c", "d"], "r": ["a"]}


def test_ids_of_another_tool(file):
    """An id with a % that no URL has stays as it is."""
    assert read_run(file("q 0 50%FF 1 1 x\nq 0 50% 2 1 x\nq 0 a%20b 3 1 x\n")) == {"q": ["50%FF", "50%", "a b"]}


def test_what_is_written(tmp_path):
    """Scores count down to 1, so that tools which go by them keep the order; ids are one word each."""
    path = tmp_path / "run"
    assert write_run(path, {"q 1": ["văn bản/a.txt", "b%"], "r": ["b%"]}, "timviet") == 3
    assert path.read_text("utf-8") == (
        "q%201 Q0 văn%20bản/a.txt 1 2 timviet\nq%201 Q0 b%25 2 1 timviet\nr Q0 b%25 1 1 timviet\n"
    )


@given(run=st.dictionaries(ids, st.lists(ids, min_size=1, max_size=4, unique=True), max_size=4))
@example(run={"\ufeff": ["0"]})  # at the start of a file, a byte order mark
def test_a_run_comes_back(tmp_path_factory, run):
    """Whatever ids there are, a run that was written is read as it was."""
    path = tmp_path_factory.mktemp("runs") / "run"
    write_run(path, run, "x")
    assert read_run(path) == run


@pytest.mark.parametrize(
    ("read", "line", "told"),
    [
        pytest.param(read_queries, b'{"id": ', "is not JSON (Expecting value, column 8)", id="no JSON"),
        pytest.param(read_queries, b"[" * 100_000, "recursion", id="JSON too deep"),
        pytest.param(read_queries, b"7", "is JSON, but not an object", id="no object"),
        pytest.param(read_queries, b'{"text": "a"}', 'has no "id"', id="no id"),
        pytest.param(read_queries, b'{"id": true, "text": "a"}', 'has no "id"', id="an id that is none"),
        pytest.param(read_queries, b'{"id": "", "text": "a"}', 'has no "id"', id="an empty id"),
        pytest.param(read_queries, b'{"id": "b"}', 'has no "text"', id="no text"),
        pytest.param(read_queries, b'{"id": "a", "text": "b"}', "has the id of a query before it, 'a'", id="id twice"),
        pytest.param(read_queries, b'{"id": "\xe9"}', "is not UTF-8 text (byte 8)", id="no UTF-8"),
        pytest.param(read_qrels, b"q\ta", "is no judgement", id="two columns"),
        pytest.param(read_qrels, b"q\ta b", "is no judgement", id="two columns, one with a space"),
        pytest.param(read_qrels, b"q 0 a 1 x", "is no judgement", id="five columns"),
        pytest.param(read_qrels, b"query-id\tcorpus-id\tscore", "is no judgement", id="a heading"),
        pytest.param(read_qrels, b"q\ta\t2", "judges 'a' otherwise than a line before it", id="judged otherwise"),
        pytest.param(read_run, b"q Q0 a 1 5", "is not of a run", id="five columns of a run"),
        pytest.param(read_run, b"q Q0 a 1 nhieu x", "is not of a run", id="no score"),
        pytest.param(read_run, b"q Q0 a mot 5 x", "is not of a run", id="no rank"),
        pytest.param(read_run, b"q Q0 b 1 nan x", "has a score that is no number: nan", id="no number"),
        pytest.param(read_run, b"q Q0 a 2 5 x", "finds 'a' at another place", id="found twice"),
    ],
)
def test_faults(file, read, line, told):
    """A line that cannot be read is named with its file, its number and what is wrong."""
    before = {read_queries: b'{"id": "a", "text": "b"}', read_qrels: b"q\ta\t1", read_run: b"q Q0 a 1 5 x"}[read]
    with pytest.raises(SourceError) as caught:
        read(file(b"\n".join((before, b"", line, before))))
    assert str(caught.value).startswith(f"{caught.value.path}, line 3: ")
    assert told in str(caught.value)
