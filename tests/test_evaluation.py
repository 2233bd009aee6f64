"""An evaluation measures what searches find, tells what it left out, and compares query by query."""

import json
import os
import random
import sys

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from helpers import add_segment, make_index, stripped
from test_cli import through_terminal
from timviet.index import Document, canonical, fold, open_index, sync, tokenize
from timviet.index.errors import EvaluationError, MissingExtraError
from timviet.search import Searcher, evaluate
from timviet.search.cli import main
from timviet.search.evaluation.comparison import QueryChange, compare
from timviet.search.evaluation.measures import Estimate
from timviet.search.evaluation.stripping import strip_marks
from timviet.search.evaluation.trec import read_qrels, read_queries

TEXTS = ["Đảng uỷ Công an tỉnh họp bàn.", "Phòng, chống ma tuý.", "Đà Nẵng mưa to, mà tùy lúc."]
QUERIES = {"hop": "Đảng ủy họp", "ma tuy": "ma túy", "mua": "mưa ở Đà Nẵng"}
QRELS = {"hop": {"0": 1}, "ma tuy": {"1": 2}, "mua": {"2": 1}}
CERTAIN, NEVER = Estimate(1.0, 1.0, 1.0), Estimate(0.0, 0.0, 0.0)


def means(evaluation, measure="MRR@10"):
    """The mean of a measure by engine."""
    return {engine.name: engine.estimates[measure].mean for engine in evaluation.engines}


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        # What keeps all marks finds "ma tuý" by "ma", which has none, and nothing else.
        pytest.param("all", {"timviet": 1.0, "keeps all marks": 1 / 3, "drops all marks": 1.0}, id="without marks"),
        pytest.param("none", {"timviet": 1.0, "keeps all marks": 1.0, "drops all marks": 1.0}, id="as typed"),
    ],
)
def test_engines(marks, expected):
    """Marks that are left out are missed by what keeps all of them, and by nothing else."""
    evaluation = evaluate(make_index(TEXTS), QUERIES, QRELS, strip_marks=marks)
    assert means(evaluation) == pytest.approx(expected)
    assert evaluation.engines[0].estimates["recall@100"] == CERTAIN
    assert evaluation.run["hop"][0] == "0"


def test_what_is_left_out_is_told():
    """Queries without a relevant document do not count, nor what is judged for others; documents that are gone do."""
    index = make_index(TEXTS)
    add_segment(index, remove=["1"])
    queries = QUERIES | {"not judged": "họp", "nothing relevant": "bàn"}
    qrels = QRELS | {"nothing relevant": {"0": 0, "2": -1}, "not asked": {"0": 1}}
    evaluation = evaluate(index, queries, qrels)
    assert (evaluation.unjudged, evaluation.unasked, evaluation.missing, evaluation.wordless) == (2, 1, 1, 0)
    assert list(evaluation.queries) == ["hop", "ma tuy", "mua"]
    assert means(evaluation)["timviet"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("queries", "qrels", "told"),
    [
        pytest.param(
            QUERIES, {"khac": {"0": 1}}, "no query has a document that is judged relevant", id="other queries"
        ),
        pytest.param(QUERIES, {"hop": {"0": 0}}, "no query has a document that is judged relevant", id="none relevant"),
        pytest.param(QUERIES, {"hop": {"a": 1}}, "the index :memory: has none of the documents", id="other documents"),
        pytest.param(QUERIES, {"hop": {"0": 10**7}}, "relevance may be 1,000,000 at most", id="too relevant"),
        pytest.param({"hop": "x" * 20_000}, QRELS, "cannot ask query 'hop': the query has 20,000", id="too long"),
    ],
)
def test_what_cannot_be_evaluated(queries, qrels, told):
    """Where nothing fits together, or a query cannot be asked, the error says what."""
    with pytest.raises(EvaluationError, match=told):
        evaluate(make_index(TEXTS), queries, qrels)


def test_whose_marks():
    """Marks are left out in one of the ways that there are."""
    with pytest.raises(ValueError, match="strip_marks is one of 'all', 'half', 'none', not 'some'"):
        evaluate(make_index(TEXTS), QUERIES, QRELS, strip_marks="some")


def test_the_package_is_missing(monkeypatch):
    """Without ir_measures the error comes before anything is searched, and says what to install."""
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'timviet\[evaluate\]'"):
        evaluate(make_index(TEXTS), QUERIES, QRELS, progress=pytest.fail)


def test_progress():
    """Each query is told when it has been asked."""
    told = []
    evaluate(make_index(TEXTS), QUERIES, QRELS, progress=lambda *numbers: told.append(numbers))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_document_ranks_where_its_best_paragraph_does():
    """However many paragraphs of a document come first, it is one, and the next document is the second."""
    index = open_index(":memory:", create=True)
    long = Document(id="dài", text="\n".join(["họp bàn"] * 450))
    add_segment(index, long, Document(id="ngắn", text="họp bàn về nhiều việc khác"))
    evaluation = evaluate(index, {"q": "họp bàn"}, {"q": {"ngắn": 1}})
    assert evaluation.run == {"q": ["dài", "ngắn"]}
    assert means(evaluation) == {"timviet": 0.5, "keeps all marks": 0.5, "drops all marks": 0.5}


def test_no_more_than_a_hundred_documents():
    """A hundred documents are enough."""
    evaluation = evaluate(make_index(["họp"] * 130), {"q": "họp"}, {"q": {"99": 1, "100": 1}})
    assert evaluation.run == {"q": [str(number) for number in range(100)]}
    assert means(evaluation, "recall@100")["timviet"] == 0.5


def test_equal_scores_keep_the_order_of_the_answer():
    """Measures go by the order in which documents are shown, also where scores are equal or paragraphs hold less."""
    index = make_index(["họp bàn", "họp bàn", "họp", "bàn bàn bàn bàn"])
    order = [hit.document_id for hit in Searcher(index).search("họp bàn")]
    for place, document in enumerate(order, 1):
        assert means(evaluate(index, {"q": "họp bàn"}, {"q": {document: 1}}))["timviet"] == pytest.approx(1 / place)


def without(share, text):
    """The text with the marks of a share of its tokens left out."""
    return strip_marks(text, share, random.Random(20))  # noqa: S311


@given(text=st.text(alphabet=st.sampled_from("đảngĐẢNGuỷýyi ,-?\u0301"), max_size=30))
def test_stripping_all_marks(text):
    """No token has a mark left, all are the same but for marks, and a text without any stays as it is."""
    plain = without(1.0, text)
    tokens = [token.surface for token in tokenize(plain)]
    assert list(map(canonical, tokens)) == list(map(fold, tokens))
    assert list(map(fold, tokens)) == [fold(token.surface) for token in tokenize(text)]
    assert without(1.0, plain) == plain
    assert without(0.0, text) == text


@pytest.mark.parametrize("text", ["Kỹ sư OR Đảng uỷ (Harvard)", "ĐÀ NẴNG, 24/5/1932", "Trịnh Thị Thuý"])
def test_case_and_operators_stay(text):
    """What is no mark stays: case, y and i, operators, punctuation."""
    assert without(1.0, text) == stripped(text)


def test_half_of_the_marks():
    """About half of the syllables lose their marks, and a query's the same whichever other queries there are."""
    text = " ".join(["đã"] * 400)
    asked = [
        evaluate(make_index(TEXTS), queries, QRELS, strip_marks="half").queries["mua"]
        for queries in ({"hop": "họp", "mua": text}, {"mua": text})
    ]
    assert asked[0] == asked[1]
    assert 150 < asked[0].count("da") < 250


def test_comparing():
    """Queries gain or lose by reciprocal rank at 10, the largest changes first; one that is not there found nothing."""
    evaluation = evaluate(make_index(TEXTS), QUERIES, QRELS)
    comparison = compare(evaluation, {"hop": ["0"], "ma tuy": ["2", "1"], "khac": ["0"]})
    assert (comparison.gained, comparison.lost, comparison.unchanged, comparison.unanswered) == (2, 0, 1, 1)
    assert comparison.changes == (
        QueryChange("mua", "mưa ở Đà Nẵng", 0.0, 1.0),
        QueryChange("ma tuy", "ma túy", 0.5, 1.0),
    )
    assert comparison.differences["MRR@10"].mean == pytest.approx(0.5)
    worse = compare(evaluate(make_index(TEXTS), {"mua": "họp"}, QRELS), {"mua": ["2"]})
    assert (worse.gained, worse.lost, worse.changes) == (0, 1, (QueryChange("mua", "họp", 1.0, 0.0),))


def test_comparing_with_itself():
    """Against its own run nothing changes, and that is certain."""
    evaluation = evaluate(make_index(TEXTS), QUERIES, QRELS)
    comparison = compare(evaluation, evaluation.run)
    assert (comparison.gained, comparison.lost, comparison.changes) == (0, 0, ())
    assert set(comparison.differences.values()) == {NEVER}


def test_comparing_with_a_run_of_other_queries():
    """A run that has none of the queries is of something else."""
    with pytest.raises(EvaluationError, match="the earlier run has none of the queries"):
        compare(evaluate(make_index(TEXTS), QUERIES, QRELS), {"khac": ["0"]})


def test_real_questions(shared):
    """On real questions the mean reciprocal rank is that of what searches show first."""
    folder = shared / "quality" / "xquad_vi"
    queries = dict(list(read_queries(folder / "queries.jsonl").items())[::20])
    qrels = read_qrels(folder / "qrels.tsv")
    with open_index(":memory:", create=True) as index:
        sync(index, [folder / "corpus.jsonl"])
        evaluation = evaluate(index, queries, qrels)
        with Searcher(index) as searcher:
            found = {query: [hit.document_id for hit in searcher.search(text)] for query, text in queries.items()}
    ranks = [
        next((1 / rank for rank, document in enumerate(found[query], 1) if document in qrels[query]), 0.0)
        for query in queries
    ]
    assert means(evaluation)["timviet"] == pytest.approx(sum(ranks) / len(ranks))
    assert min(means(evaluation).values()) > 0.8


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with an index, queries and judgements."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TIMVIET_INDEX", raising=False)
    texts = tmp_path / "văn bản"
    texts.mkdir()
    for number, text in enumerate(TEXTS):
        (texts / f"{number}.txt").write_text(text, "utf-8")
    lines = (json.dumps({"id": query, "text": text}) + "\n" for query, text in QUERIES.items())
    (tmp_path / "q.jsonl").write_text("".join(lines), "utf-8")
    lines = (f"{query}\tvăn bản/{document}.txt\t1\n" for query, judged in QRELS.items() for document in judged)
    (tmp_path / "q.tsv").write_text("".join(lines), "utf-8")
    assert CliRunner().invoke(main, ["index", "văn bản"]).exit_code == 0
    return tmp_path


def evaluated(*arguments):
    """What the command makes of the files."""
    return CliRunner().invoke(main, ["evaluate", "--queries", "q.jsonl", "--qrels", "q.tsv", *arguments])


def test_the_command(folder):
    """The table has a row for each measure and a column for each engine, with intervals."""
    done = evaluated()
    assert (done.exit_code, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "queries, as typed: 3"
    assert lines[1].split(maxsplit=1)[0] == "timviet"
    assert lines[1].endswith("drops all marks")
    assert lines[2].startswith("MRR@10      1.000 [1.000, 1.000]  ")
    assert [line.split()[0] for line in lines[3:7]] == ["nDCG@10", "recall@1", "recall@10", "recall@100"]
    assert max(map(len, lines)) < 80


def test_what_the_command_tells(folder):
    """What was left out is told where there is any."""
    with (folder / "q.jsonl").open("a") as queries, (folder / "q.tsv").open("a") as qrels:
        queries.write('{"id": "them", "text": "x"}\n{"id": "rong", "text": "?!"}\n')
        qrels.write("khac\ta\t1\nhop\tgone\t1\nrong\tgone\t1\n")
    assert evaluated("--strip-marks", "half").stdout.splitlines()[:5] == [
        "queries, with half of their marks: 4",
        "queries left out, because no document is judged relevant to them: 1",
        "queries judged that are not in q.jsonl: 1",
        "documents judged relevant that are not in the index, and count as not found: 1",
        "queries without a word, which find nothing: 1",
    ]


def test_what_was_measured_is_shown_first(folder):
    """Where a run cannot be written, what it took long to measure was shown before."""
    (folder / "b.run").symlink_to("khong-co/a.run")
    done = evaluated("--run", "b.run")
    assert (done.exit_code, "MRR@10" in done.stdout) == (2, True)
    assert "b.run: No such file or directory" in done.stderr


def test_a_run_of_other_queries_is_refused_at_once(folder, monkeypatch):
    """That nothing can be compared is told before any query is asked."""
    monkeypatch.setattr("timviet.search.Searcher.search", None)
    (folder / "a.run").write_text("khac Q0 x 1 1 x\n", "utf-8")
    done = evaluated("--against", "a.run")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "the earlier run has none of the queries" in done.stderr


def test_a_run_and_the_next_one(folder):
    """A run is written with ids of one word each, which is told, and the next evaluation is compared with it."""
    done = evaluated("--run", "a.run", "--strip-marks", "all")
    assert done.stderr == "a.run: ids with white space or %, written as in URLs (%20, %25): 4\n"
    assert (folder / "a.run").read_text("utf-8").splitlines()[0] == "hop Q0 văn%20bản/0.txt 1 1 timviet-all"
    run = (folder / "a.run").read_text("utf-8").replace("mua Q0", "khac Q0")
    (folder / "a.run").write_text(run, "utf-8")
    output = evaluated("--against", "a.run").stdout
    assert "against a.run, queries by MRR@10: 1 gained, 0 lost, 2 unchanged" in output
    assert "queries that it has not, and is taken to have found nothing for: 1" in output
    assert "\n  0.000 → 1.000  mua: mưa ở Đà Nẵng\n" in output


def test_many_changes_are_summed_up(folder):
    """Of many changes the ten largest are shown, and how many more there are."""
    many = [(f"q{number}", "họp") for number in range(12)]
    lines = (json.dumps({"id": query, "text": text}) + "\n" for query, text in many)
    (folder / "q.jsonl").write_text("".join(lines), "utf-8")
    (folder / "q.tsv").write_text("".join(f"{query}\tvăn bản/0.txt\t1\n" for query, _ in many), "utf-8")
    (folder / "a.run").write_text("q0 Q0 x 1 1 x\n", "utf-8")
    output = evaluated("--against", "a.run").stdout
    assert output.count("0.000 → 1.000") == 10
    assert "  and 2 more, which --format json shows" in output


def test_json(folder):
    """JSON output has the measures of every engine and query, and every change."""
    (folder / "a.run").write_text("hop Q0 x 1 1 x\n", "utf-8")
    answer = json.loads(evaluated("--format", "json", "--against", "a.run").stdout)
    assert set(answer) == {
        "strip_marks",
        "query_count",
        "unjudged",
        "unasked",
        "missing",
        "wordless",
        "engines",
        "comparison",
    }
    assert answer["engines"][0]["estimates"]["MRR@10"] == {"mean": 1.0, "low": 1.0, "high": 1.0}
    assert answer["engines"][0]["values"]["ma tuy"]["recall@1"] == 1.0
    assert answer["comparison"]["against"] == "a.run"
    assert answer["comparison"]["changes"][0] == {"query_id": "hop", "text": "Đảng ủy họp", "before": 0.0, "now": 1.0}


@pytest.mark.parametrize(
    ("change", "arguments", "told"),
    [
        pytest.param("q.jsonl", [], "q.jsonl, line 1: is not JSON", id="broken queries"),
        pytest.param("q.tsv", [], "q.tsv, line 1: is no judgement", id="broken judgements"),
        pytest.param("a.run", ["--against", "a.run"], "a.run, line 1: is not of a run", id="broken run"),
        pytest.param(None, ["--qrels", "khong-co.tsv"], "'khong-co.tsv' does not exist", id="no such file"),
        pytest.param(None, ["--run", "khong-co/a.run"], "there is no folder khong-co", id="no such folder"),
        pytest.param(None, ["--index", "khong-co"], "there is no index at khong-co", id="no index"),
        pytest.param(None, ["--strip-marks", "some"], "'some' is not one of", id="unknown choice"),
    ],
)
def test_errors(folder, change, arguments, told):
    """An error is told in a line, and ends with status 2."""
    if change:
        (folder / change).write_text("x {\n", "utf-8")
    done = evaluated(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr


def test_without_the_package(folder, monkeypatch):
    """Where the package that measures is missing, the command says what to install."""
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    done = evaluated()
    assert (done.exit_code, "pip install 'timviet[evaluate]'" in done.stderr) == (2, True)


def test_progress_on_a_terminal(folder):
    """A terminal sees how many queries have been asked."""
    shown = through_terminal(["evaluate", "--queries", "q.jsonl", "--qrels", "q.tsv"], dict(os.environ), folder)
    assert "Asking" in shown
    assert "100%" in shown


def test_control_characters_do_not_reach_the_terminal(folder):
    """What a query's text would make a terminal do is replaced."""
    (folder / "q.jsonl").write_text(json.dumps({"id": "hop", "text": "họp\x1b[2J\nbàn"}), "utf-8")
    (folder / "a.run").write_text("hop Q0 x 1 1 x\n", "utf-8")
    assert "hop: họp\ufffd[2J bàn\n" in evaluated("--against", "a.run").stdout
