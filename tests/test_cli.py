"""The command line, as real processes see it."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import unmeasured
from timviet.index.formats import limits
from timviet.search.cli import main
from timviet.search.cli.options import read_input

TIMVIET = str(Path(sys.executable).with_name("timviet"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder to work in, with two texts in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TIMVIET_INDEX", raising=False)
    texts = tmp_path / "van-ban"
    texts.mkdir()
    (texts / "tin.txt").write_text("Đảng uỷ Công an tỉnh họp.\n\nPhòng, chống ma tuý.\n", "utf-8")
    (texts / "thoi-tiet.txt").write_text("Đà Nẵng mưa to, mà tùy lúc.\n", "utf-8")
    return tmp_path


def run(*arguments: str, **options):
    return subprocess.run([TIMVIET, *arguments], capture_output=True, text=True, check=False, **options)


@pytest.fixture
def indexed(folder):
    """The same folder, indexed."""
    assert run("index", "van-ban").returncode == 0
    return folder


def test_help_teaches():
    """Every command has help with a summary and an example or its options, and `-h` shows it."""
    for name in main.list_commands(None):
        done = CliRunner().invoke(main, [name, "-h"])
        assert done.exit_code == 0
        assert done.output.startswith(f"Usage: main {name}")
        assert len(done.output.splitlines()) > 5


def test_every_option_has_help():
    """No option of any command is left unexplained."""
    for name in main.list_commands(None):
        for parameter in main.get_command(None, name).params:
            assert parameter.param_type_name == "argument" or parameter.help, f"{name} {parameter.name}"


def test_version():
    """`--version` tells the version of the installed package."""
    from importlib.metadata import version

    assert run("--version").stdout == f"timviet, version {version('timviet')}\n"


def test_index_then_search(indexed):
    """A folder is indexed, and words without marks find its paragraphs."""
    done = run("search", "dang", "uy")
    assert done.returncode == 0
    assert "Đảng uỷ Công an tỉnh họp." in done.stdout
    assert "van-ban/tin.txt · paragraph 0" in done.stdout


def test_second_index_reads_nothing(indexed):
    """An unchanged folder is not read again, and the summary says so."""
    assert "(0 new, 0 changed, 2 unchanged, 0 removed, 0 skipped)" in run("index", "van-ban").stdout


def test_prune(indexed):
    """`--prune` removes documents whose file is gone."""
    (indexed / "van-ban" / "tin.txt").unlink()
    assert "1 removed" in run("index", "--prune", "van-ban").stdout
    assert run("search", "dang uy").returncode == 1


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        pytest.param(["search", "mưa"], 0, id="found"),
        pytest.param(["search", "khongco"], 1, id="nothing found"),
        pytest.param(["search", ""], 2, id="empty query"),
        pytest.param(["search", '"" () -+*?~^ 😀 ́'], 2, id="only marks, quotes, operators, emoji"),
        pytest.param(["search", "x" * 20_000], 2, id="query too long"),
        pytest.param(["search", "--strict", "(mưa"], 2, id="strict syntax"),
        pytest.param(["search", "--index", "khong-co", "mưa"], 2, id="no index"),
        pytest.param(["search", "--index", "van-ban", "mưa"], 2, id="another folder"),
        pytest.param(["search", "--marks", "some", "mưa"], 2, id="unknown choice"),
        pytest.param(["index", "khong-co"], 2, id="no such path"),
        pytest.param(["explain", "mưa", "van-ban/tin.txt"], 1, id="not found by the query"),
        pytest.param(["remove", "khong-co"], 1, id="no such document"),
        pytest.param(["khong-co"], 2, id="no such command"),
    ],
)
def test_exit_status(indexed, arguments, status):
    """0 done or found, 1 nothing found, 2 error; an error is told on standard error, and never as a traceback."""
    done = run(*arguments)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert status < 2 or ("Error: " in done.stderr and not done.stdout)


def test_a_missing_path_makes_no_index(folder):
    """A path that is not there is told before an index is made."""
    done = run("index", "khong-co")
    assert "there is no such file or folder" in done.stderr
    assert not (folder / ".timviet").exists()


def test_json_has_all_that_python_has(indexed):
    """JSON output has the results' fields, and spans that cut the matches out of the snippet."""
    answer = json.loads(run("search", "--format", "json", "da nang").stdout)
    assert set(answer) == {"query", "correction", "total", "took_ms", "relaxed", "truncated", "hits"}
    hit = answer["hits"][0]
    fields = "document_id paragraph score title path metadata start text section page others snippet"
    assert set(hit) == set(fields.split())
    snippet = hit["snippet"]
    assert [snippet["text"][start:end] for start, end in snippet["spans"]][:1] == ["Đà Nẵng"]


def test_json_lines(indexed):
    """`--format jsonl` has one hit a line."""
    lines = run("search", "--format", "jsonl", "--match", "any", "ma").stdout.splitlines()
    assert {json.loads(line)["document_id"] for line in lines} == {"van-ban/tin.txt", "van-ban/thoi-tiet.txt"}


def test_json_lines_are_hits_alone(indexed):
    """As JSON lines, what is told beside the hits goes to standard error."""
    done = run("search", "--format", "jsonl", "đảng uỷ côgn an mưa")
    assert {"document_id", "text"} <= json.loads(done.stdout.splitlines()[0]).keys()
    assert done.stderr.startswith("Ý bạn là: đảng uỷ công an mưa?\n(")
    assert run("search", "--format", "jsonl", "mưa").stderr == ""


def test_paging(indexed):
    """`--limit` and `--offset` cut pages out of one ranking, and ranks go on."""
    whole = run("search", "--format", "jsonl", "ma").stdout.splitlines()
    second = run("search", "--format", "jsonl", "--limit", "1", "--offset", "1", "ma").stdout.splitlines()
    assert second == whole[1:2]
    assert run("search", "--offset", "1", "ma").stdout.startswith("2. ")


def test_standard_input(folder):
    """`-` reads JSON lines, or a text."""
    record = json.dumps({"id": "a", "text": "Hạ Long"})
    assert run("index", "-", input=record).returncode == 0
    assert run("index", "-", input="Cửa Lò").returncode == 0
    names = [
        json.loads(run("search", "--format", "jsonl", query).stdout)["document_id"] for query in ("ha long", "cua lo")
    ]
    assert names == ["a", "-"]


def test_the_nearest_index_upwards(indexed):
    """Commands find `.timviet` in the nearest folder above, as git finds its repository."""
    below = indexed / "van-ban" / "sau" / "nua"
    below.mkdir(parents=True)
    assert run("search", "mưa", cwd=below).returncode == 0


def test_where_the_index_is(indexed):
    """`--index`, after or before the command, wins over `$TIMVIET_INDEX`, and that over `.timviet`."""
    (indexed / "mot.txt").write_text("Hạ Long", "utf-8")
    (indexed / "hai.txt").write_text("Cửa Lò", "utf-8")
    assert run("index", "--index", "mot", "mot.txt").returncode == 0
    assert run("--index", "hai", "index", "hai.txt").returncode == 0
    environment = os.environ | {"TIMVIET_INDEX": "mot"}
    assert run("search", "ha long", env=environment).returncode == 0
    assert run("search", "--index", "hai", "cua lo", env=environment).returncode == 0
    assert run("--index", "hai", "search", "cua lo", env=environment).returncode == 0
    assert run("search", "ha long").returncode == 1


def test_faults_are_told_and_the_rest_is_indexed(folder):
    """A file that cannot be read is named with its reason, the status is 2, and the others are found."""
    (folder / "van-ban" / "anh.txt").write_bytes(b"\x89PNG\0\0")
    (folder / "van-ban" / "luat.jsonl").write_text('{"id": "1", "text": "Hạ Long"}\n{"id": \n', "utf-8")
    done = run("index", "van-ban")
    assert done.returncode == 2
    assert "anh.txt: is not text" in done.stderr
    assert "luat.jsonl, line 2: is not JSON" in done.stderr
    assert run("search", "ha long").returncode == 0


@pytest.mark.parametrize("damage", [lambda content: b"", lambda content: content[:-9], lambda content: b"x" * 5000])
@pytest.mark.parametrize("suffix", ["terms", "documents"])
def test_a_damaged_index(indexed, suffix, damage):
    """Commands on an index with a damaged segment say so and end with status 2."""
    (segment,) = (indexed / ".timviet").glob(f"*.{suffix}")
    segment.write_bytes(damage(segment.read_bytes()))
    for arguments in (["search", "mưa"], ["info"], ["remove", "x"], ["index", "van-ban"]):
        done = run(*arguments)
        assert done.returncode == 2
        assert "is damaged" in done.stderr
        assert "Traceback" not in done.stderr


def test_places_are_told(folder):
    """A hit tells its page and its section, as text and as JSON, where the file has these."""
    sample = Path(__file__).parent / "data" / "formats" / "libreoffice.pdf"
    (folder / "van-ban" / "so-tay.pdf").write_bytes(sample.read_bytes())
    assert run("index", "van-ban").returncode == 0
    heading = "1. Sổ tay giữ rừng ngập mặn · van-ban/so-tay.pdf · trang 3 · Chia phần hưởng lợi · paragraph "
    assert run("search", '"tín chỉ"').stdout.startswith(heading)
    (hit,) = json.loads(run("search", "--format", "json", '"tín chỉ"').stdout)["hits"]
    assert (hit["page"], hit["section"], hit["metadata"]["format"]) == (3, "Chia phần hưởng lợi", "pdf")
    (hit,) = json.loads(run("search", "--format", "json", "đà nẵng").stdout)["hits"]
    assert (hit["page"], hit["section"]) == (None, None)


def test_fields_are_said(folder):
    """What is where in a table is guessed, or said; an id that was guessed follows the file's name."""
    (folder / "hoi-dap.csv").write_text("mã,hỏi,đáp\n7,Chợ họp lúc nào?,Từ năm giờ sáng.\n", "utf-8")
    told = run("index", "hoi-dap.csv").stderr
    assert told == f"guessed: id from 'mã'; text from 'hỏi': {folder / 'hoi-dap.csv'}\n"
    assert run("search", "chợ họp").stdout.startswith("1. hoi-dap.csv#7 · paragraph 0 · ")
    said = ["--id-field", "MA", "--title-field", "hoi", "--text-field", "đáp"]
    assert run("index", "hoi-dap.csv", *said).returncode == 0
    assert run("search", "năm giờ").stdout.startswith("1. Chợ họp lúc nào? · hoi-dap.csv · 7 · paragraph 0 · ")
    assert run("index", "hoi-dap.csv", "--text-field", "hỏi", "--text-field", "đáp").returncode == 0
    heading = "1. Chợ họp lúc nào? · hoi-dap.csv · 7 · đáp · paragraph 1 · "
    assert run("search", "năm giờ").stdout.startswith(heading)
    fault = run("index", "hoi-dap.csv", "--text-field", "lời").stderr
    assert "has no column 'lời' (it has 'mã', 'hỏi', 'đáp')" in fault


def test_many_faults_are_summed_up(folder):
    """Of many faults the first twenty are told, and how many more there are."""
    (folder / "luat.jsonl").write_text("{\n" * 30, "utf-8")
    assert "10 more files or lines with errors" in run("index", "luat.jsonl").stderr


def test_info(indexed):
    """`info` counts what is there and tells the schema and the rules it was built by."""
    facts = json.loads(run("info", "--format", "json").stdout)
    assert (facts["documents"], facts["paragraphs"], facts["schema"]) == (2, 3, 3)
    assert facts["bytes"] > 0
    assert "paragraphs 3" in run("info").stdout


def test_info_of_skipped_files(indexed):
    """`info --skipped` lists what is left out because of a fault, until that is mended."""
    broken = indexed / "van-ban" / "hỏng.jsonl"
    broken.write_text('{"id": 1, "text": "Mưa"}\n{\n', "utf-8")
    assert run("index", "van-ban").returncode == 2
    told = run("info", "--skipped").stdout
    assert told.startswith(f"{broken}, line 2: is not JSON (")
    (record,) = json.loads(run("info", "--skipped", "--format", "json").stdout)
    assert (record["path"], record["line"], record["reason"]) == (str(broken), 2, "is not JSON")
    assert json.loads(run("info", "--format", "json").stdout)["skipped"] == 1
    broken.write_text('{"id": 1, "text": "Mưa"}\n', "utf-8")
    assert run("index", "van-ban").returncode == 0
    assert run("info", "--skipped").stdout == ""


def test_skipped_files_are_counted(indexed):
    """All files that are skipped are counted, and the most frequent reasons told where that is, the others counted."""
    for number, suffix in enumerate(["jpg", "doc", "zip", "xls", "ppt", "mp3", "exe"]):
        for copy in range(1 + (number == 1)):
            (indexed / "van-ban" / f"{copy}.{suffix}").write_bytes(b"a")
    (indexed / "van-ban" / "hỏng.jsonl").write_text("{\n" * 1010, "utf-8")
    told = run("index", "--exclude", "*.exe", "van-ban").stdout
    assert " skipped [is not JSON: 1,010, .doc is no format that timviet reads: 2, " in told
    assert " reads: 1, and 2 other reasons], 1 left out) in " in told
    assert json.loads(run("info", "--format", "json").stdout)["skipped"] == 1017


def test_what_is_left_out(indexed):
    """What rules leave out is counted, and removed when pruning."""
    done = run("index", "--prune", "--exclude", "t*.txt", "van-ban")
    assert (done.returncode, "2 removed, 0 skipped, 2 left out" in done.stdout) == (0, True)
    done = run("index", "--exclude", "!", "van-ban")
    assert (done.returncode, "cannot leave out by what is no pattern" in done.stderr) == (2, True)


def test_remove(indexed):
    """`remove` takes a document out, and names those that were not there."""
    done = run("remove", "van-ban/tin.txt", "khong-co")
    assert done.stdout == "1 document removed\n"
    assert "khong-co" in done.stderr
    assert run("search", "dang uy").returncode == 1


def test_analyze():
    """`analyze` shows each token's forms and span."""
    tokens = json.loads(run("analyze", "--format", "json", "Ủy 31,7").stdout)
    assert [(token["surface"], token["folded"], token["start"], token["end"]) for token in tokens] == [
        ("Ủy", "uy", 0, 2),
        ("31", "31", 3, 5),
        ("7", "7", 6, 7),
    ]
    assert "0-2" in run("analyze", "Ủy 31,7").stdout


def test_explain(indexed):
    """`explain` tells the parts of a score, which add up to it."""
    explanation = json.loads(run("explain", "--format", "json", "đảng uy^2", "van-ban/tin.txt").stdout)
    assert sum(part["score"] for part in explanation["parts"]) == pytest.approx(explanation["score"])
    shown = run("explain", "đảng uy^2", "van-ban/tin.txt").stdout
    for reading in (own for part in explanation["parts"] for own in part["readings"]):
        surfaces = ", ".join(reading["surfaces"])
        assert f"{reading['frequency']} × {surfaces}: {reading['level']}, weight {reading['weight']:g}\n" in shown


def test_demo():
    """`demo` shows searches over the sample articles, with and without marks."""
    done = run("demo")
    assert done.returncode == 0
    assert "8 sample articles" in done.stdout
    assert done.stdout.count("$ timviet search") >= 4


def through_terminal(arguments: list[str], environment: dict[str, str], cwd: Path) -> str:
    """Return what a command prints on a terminal."""
    reading, writing = pty.openpty()
    process = subprocess.Popen([TIMVIET, *arguments], stdout=writing, stderr=writing, env=environment, cwd=cwd)
    os.close(writing)
    output = b""
    while True:
        try:
            chunk = os.read(reading, 65536)
        except OSError:  # the terminal's other end is closed
            break
        if not chunk:
            break
        output += chunk
    os.close(reading)
    process.wait()
    return output.decode()


def test_colours(indexed):
    """Matches are coloured on a terminal only, and not under NO_COLOR; progress shows on a terminal."""
    plain = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm"}
    assert "\x1b[1;31mĐà Nẵng\x1b[0m" in through_terminal(["search", "da nang"], plain, indexed)
    for value in ("1", "foo", "0"):  # whatever it is, https://no-color.org says
        for command in (["search", "da nang"], ["lookup", "da nang"], ["similar", "van-ban/thoi-tiet.txt"]):
            assert "\x1b" not in through_terminal(command, plain | {"NO_COLOR": value}, indexed)
    assert "\x1b" in through_terminal(["search", "da nang"], plain | {"NO_COLOR": ""}, indexed)
    assert "\x1b" not in run("search", "da nang").stdout
    (indexed / "van-ban" / "them.txt").write_text("Hạ Long", "utf-8")
    assert "100%" in through_terminal(["index", "van-ban"], plain, indexed)


def test_control_characters_do_not_reach_the_terminal(folder):
    """What a text or a title would make a terminal do is replaced."""
    (folder / "a.jsonl").write_text(json.dumps({"id": "1", "title": "x\x1b[2J", "text": "Hạ\x1b[31m Long"}), "utf-8")
    assert run("index", "a.jsonl").returncode == 0
    assert "\x1b" not in run("search", "ha long").stdout


def listen_to_interrupts():
    """Undo what a shell does to programs in the background: they do not hear Ctrl-C, nor do the ones they start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(folder, by):
    """Ctrl-C, or being told to end, while indexing ends with a message and leaves the index as it was."""
    assert run("index", "van-ban").returncode == 0
    with (folder / "nhieu.jsonl").open("w", encoding="utf-8") as file:
        for number in range(100_000):
            file.write(json.dumps({"id": str(number), "text": "Đảng ủy Công an tỉnh Thanh Hóa"}) + "\n")
    before = set((folder / ".timviet").iterdir())
    process = subprocess.Popen(
        [TIMVIET, "index", "nhieu.jsonl"],
        stderr=subprocess.PIPE,
        text=True,
        env=unmeasured.environment(),
        preexec_fn=listen_to_interrupts,
    )
    with process:
        while set((folder / ".timviet").iterdir()) == before and process.poll() is None:
            time.sleep(0.01)  # until the writer is at work
        process.send_signal(by)
        try:
            _, complaint = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 2
    assert "interrupted: the index is whole, at its last commit" in complaint
    assert json.loads(run("info", "--format", "json").stdout)["documents"] == 2
    assert set((folder / ".timviet").iterdir()) == before


def test_interrupted_while_reading(indexed, monkeypatch):
    """Who interrupts what only reads need not be told of the index."""

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("timviet.search.Searcher.suggest", interrupt)
    done = CliRunner().invoke(main, ["suggest", "da"])
    assert (done.exit_code, done.stderr) == (2, "Error: interrupted\n")


@pytest.mark.parametrize(
    ("command", "status", "told"),
    [
        pytest.param('"$0" search "da nang" >&-', 2, "Error: cannot write: standard output is closed\n", id="output"),
        pytest.param('"$0" index van-ban 2>&-', 0, "", id="errors"),
        pytest.param('"$0" index - <&-', 2, "Error: cannot read standard input: it is closed\n", id="input"),
        pytest.param('"$0" decode - <&-', 2, "Error: cannot read standard input: it is closed\n", id="input to decode"),
    ],
)
def test_closed_streams(indexed, command, status, told):
    """A stream that is closed is told of, if it is needed."""
    done = subprocess.run(["sh", "-c", command, TIMVIET], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr[-len(told) :] if told else done.stderr) == (status, told)


@pytest.mark.parametrize("command", ["search", "lookup", "suggest", "correct", "explain"])
@pytest.mark.parametrize("query", ["", "?!"])
def test_nothing_to_ask_for(indexed, command, query):
    """What has no letter and no digit is refused, with what to give instead."""
    done = run(command, query, *(["1"] if command == "explain" else []))
    assert done.returncode == 2
    assert "nothing to" in done.stderr
    assert "give a" in done.stderr


def test_a_word_with_a_minus(indexed):
    """A word that starts with a minus and is taken for an option is an error that says what to put before it."""
    done = run("search", "mưa", "-xã")
    assert (done.returncode, "put -- before a word that starts with a minus" in done.stderr) == (2, True)
    assert run("search", "--", "mưa", "-xã").returncode == 0


def test_nobody_reads_on(indexed):
    """Where the reader of a pipe goes away, the status is not that of an error or of nothing found."""
    (indexed / "dài.jsonl").write_text("".join(f'{{"id": "{n}", "text": "mưa {n}"}}\n' for n in range(3000)), "utf-8")
    run("index", "dài.jsonl")
    command = f"{TIMVIET} search --limit 3000 --format jsonl mưa | head -1 > /dev/null; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=indexed, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == (f"{128 + signal.SIGPIPE}\n", "")


@pytest.mark.parametrize(
    ("query", "identity", "told"),
    [
        pytest.param("mưa", "van-ban/khong-co.txt", "there is no document with this id", id="no such document"),
        pytest.param("khôngcó", "van-ban/tin.txt", "'khôngcó' does not find van-ban/tin.txt\n", id="not found by it"),
    ],
)
def test_what_explain_cannot_explain(indexed, query, identity, told):
    """`explain` tells apart that a document is not found and that there is none."""
    done = run("explain", query, identity)
    assert (done.returncode, told in done.stdout) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        pytest.param(["correct", "dang", "uy"], 0, "đảng uỷ\n", id="what was meant, as the texts write it"),
        pytest.param(["correct", "Đảng uỷ"], 1, "Đảng uỷ\n", id="nothing to correct"),
        pytest.param(["similar", "van-ban/tin.txt"], 1, "0 paragraphs", id="nothing similar"),
        pytest.param(["similar", "nobody"], 2, "there is no document with the id 'nobody'", id="no such document"),
        pytest.param(
            ["similar", "van-ban/tin.txt", "--paragraph", "9"], 2, "it has 2, from 0 on", id="no such paragraph"
        ),
    ],
)
def test_what_was_meant_and_what_is_similar(indexed, arguments, status, told):
    """`correct` prints the query as it was meant, `similar` paragraphs; the exit status tells whether there are any."""
    done = run(*arguments)
    assert (done.returncode, told in done.stdout + done.stderr) == (status, True)


def test_corrections_as_json(indexed):
    """As JSON, a correction has what was typed and each change with its place."""
    told = json.loads(run("correct", "uyr", "--format", "json").stdout)
    change = {"start": 0, "end": 3, "written": "uỷ", "kind": "input method"}
    assert told == {"typed": "uyr", "query": "uỷ", "changes": [change]}
    assert json.loads(run("correct", "uỷ", "--format", "json").stdout)["changes"] == []


def test_a_search_asks_back(indexed):
    """Where no paragraph holds all the words, people are asked whether something else was meant."""
    done = run("search", "đảng uỷ côgn an mưa")
    assert done.stdout.startswith("Ý bạn là: đảng uỷ công an mưa?")
    assert (
        json.loads(run("search", "đảng uỷ côgn an mưa", "--format", "json").stdout)["correction"]
        == "đảng uỷ công an mưa"
    )
    assert "Ý bạn là" not in run("search", "dang", "uy").stdout


def test_a_search_for_what_was_meant(indexed):
    """Where what was meant is found, that is shown, and said."""
    done = run("search", "chốgn", "ma", "tuý")
    assert done.stdout.startswith(
        "(no paragraph holds all the words of 'chốgn ma tuý'; this is what 'chống ma tuý' finds)"
    )


def test_similar_as_json(indexed):
    """As JSON, similar paragraphs have all that search results have."""
    (indexed / "van-ban" / "them.txt").write_text("Công an xã họp về ma tuý.\n", "utf-8")
    run("index", "van-ban")
    told = json.loads(run("similar", "van-ban/them.txt", "--format", "json").stdout)
    assert [hit["document_id"] for hit in told["hits"]] == ["van-ban/tin.txt", "van-ban/tin.txt"]


def test_standard_input_has_a_limit(monkeypatch):
    """Of standard input no more is read than of a file: it may be without end."""
    monkeypatch.setattr(limits, "MAX_FILE_SIZE", 2 << 20)
    with Path("/dev/zero").open() as endless:
        monkeypatch.setattr(sys, "stdin", endless)
        with pytest.raises(click.UsageError, match="it is larger than 2 MiB; give it in parts"):
            read_input()
