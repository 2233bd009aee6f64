"""What documents and queries hold comes out as text: no mark-up of theirs in HTML, no control codes on a terminal."""

import json
import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers import make_index
from timviet.index import Document, open_index
from timviet.search import NameHit, Searcher, Snippet

TIMVIET = str(Path(sys.executable).with_name("timviet"))

# Mark-up as attackers write it, and what looks like it; each is put around, between and into words.
MARK_UP = [
    "<script>alert(1)</script>",
    "</mark><img src=x onerror=alert(1)>",
    "<mark>",
    "\"><svg/onload='alert(1)'>",
    "'onmouseover='alert(1)",
    "&lt;script&gt;",
    "&amp;lt;b&amp;gt;",
    "&#60;b&#x3e;",
    "<!--",
    "]]>",
    "<\0script>",
    "<scr\u200bipt>",
    "＜script＞",
    "<b\u0300>",
    "<ma",
    "javascript:alert(1)",
    "{{7*7}}",
    "%3Cscript%3E",
]
CONTROLS = [
    "\x1b[2J",
    "\x1b]0;tên\x07",
    "\x9b31m",
    "\x90q\x9c",
    "\x08\x08",
    "\r",
    "\x7f",
    "\x00",
    "\u202e",
    "\u2066",
    "\x1b[1;31m",
]
words = st.sampled_from(["ma", "túy", "đảng", "ủy", "M519", "a", "công"])
pieces = st.sampled_from([*MARK_UP, *CONTROLS, " ", ", ", "\n", "\u0323"])
texts = st.lists(words | pieces | st.text(max_size=3)).map("".join)


class Reader(HTMLParser):
    """Reads HTML as browsers do: the tags, and the text between them."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.text = [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        """Keep a tag with its attributes."""
        self.tags.append((tag, *attributes))

    def handle_endtag(self, tag):
        """Keep the end of a tag."""
        self.tags.append((f"/{tag}",))

    def handle_data(self, data):
        """Keep text."""
        self.text += data

    def unknown_decl(self, data):
        """Keep whatever else there is, as a tag."""
        self.tags.append((data,))

    handle_comment = handle_decl = handle_pi = unknown_decl


def assert_escaped(html, text, spans):
    """HTML is a text with its matches in marks, whole, and has no other mark-up."""
    read = Reader(html)
    assert read.tags == [("mark",), ("/mark",)] * len(spans)
    assert read.text == text
    assert not re.search(r"""["']""", re.sub("</?mark>", "", html))


@pytest.mark.parametrize("mark_up", MARK_UP)
@pytest.mark.parametrize("around", ["{} ma túy", "ma{}túy", "ma {} túy", "m{}a túy {}", "{}"])
def test_mark_up(mark_up, around):
    """Mark-up in texts, titles, ids, paths and metadata is text in HTML, wherever it stands, whatever was asked for."""
    own = around.replace("{}", mark_up)
    document = Document(id=own, title=own, path=own, text=own, metadata={"tên": f"{own} ma", own: "ma túy"})
    with open_index(":memory:", create=True) as index:
        with index.writer() as writer:
            writer.add(document)
        with Searcher(index) as searcher:
            for query in ("ma tuy", own, f'"{own}"', "m*", "=ma", mark_up, "alert script"):
                for length in (10, 240):
                    for hit in searcher.search(query, snippet_length=length, facets=["tên"]):
                        assert hit.text == hit.title == hit.path == hit.document_id == own
                        assert_escaped(hit.snippet.to_html(), hit.snippet.text, hit.snippet.spans)
            for name in ("ma", own, mark_up):
                for hit in searcher.lookup(name, ["title", "path", "tên"]):
                    assert hit.value.startswith(own)
                    assert_escaped(hit.to_html(), hit.value, hit.spans)


@given(texts, texts, st.integers(1, 60))
@settings(max_examples=150)
@example("<ma>", "ma", 3)
@example("&ma;túy", "&ma;", 240)
def test_any_text(text, query, length):
    """Whatever a text holds and whatever is asked for, HTML has no mark-up but marks."""
    with Searcher(make_index([text, "ma túy"])) as searcher:
        for hit in searcher.search(query, match="any", snippet_length=length):
            assert_escaped(hit.snippet.to_html(), hit.snippet.text, hit.snippet.spans)
            assert unprintable(hit.snippet.to_ansi()) == []


@given(texts, st.data())
def test_any_spans(text, data):
    """Wherever matches are, also within mark-up, all of the text is escaped."""
    ends = data.draw(st.lists(st.integers(0, len(text)), max_size=6, unique=True).map(sorted))
    spans = tuple(zip(ends[::2], ends[1::2], strict=False))
    for html in (Snippet(text, spans).to_html(), NameHit(text, "1", "title", "exact", spans).to_html()):
        assert_escaped(html, text, spans)


def unprintable(output):
    """Control characters in what a terminal is given, but line ends, tabs and our own colours."""
    plain = re.sub("\x1b\\[(1;31|1|0)m", "", output.replace("\r\n", "\n"))
    return re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", plain)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A folder with files whose names, titles, ids and texts have control codes in them, which are indexed."""
    folder = tmp_path_factory.mktemp("mã")
    controls = "".join(own for own in CONTROLS if own != "\0")
    name = f"tin{controls}"
    texts = folder / "văn bản"
    texts.mkdir()
    (texts / f"{name}.txt").write_text(f"Ma túy{controls}và UBND\n", "utf-8")
    (texts / f"hỏng{controls}.txt").write_bytes(b"\xff")
    (texts / f"gì đó.{controls}").write_text("?")
    record = {"id": name, "title": f"Ma{controls}túy", "text": f"ma{controls}túy", f"t{controls}ên": f"x{controls}y"}
    (texts / "a.jsonl").write_text(json.dumps(record) + "\n" + json.dumps({"id": controls}), "utf-8")
    return folder


def on_a_terminal(folder, *arguments):
    """What a terminal is given by a command; by standard error, as it would be, but for bars of progress."""
    main, other = pty.openpty()
    command = [TIMVIET, "--index", str(folder / "chỉ\x1b[2J mục"), *arguments]
    with subprocess.Popen(command, stdin=other, stdout=other, stderr=subprocess.PIPE, cwd=folder) as process:
        os.close(other)
        output = b""
        with suppress(OSError):  # the end, on Linux
            while piece := os.read(main, 1 << 16):
                output += piece
        output += process.stderr.read()
    os.close(main)
    return output.decode(errors="surrogateescape")


NAME = "tin" + "".join(own for own in CONTROLS if own != "\0")


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        pytest.param(["index", "văn bản"], "hỏng", id="index"),
        pytest.param(["search", "ma tuy"], "túy", id="search"),
        pytest.param(["search", "ma tuy", "--facet", "ten", "--group"], "ten", id="facets"),
        pytest.param(["search", "--format", "json", "ma tuy"], "t\\u001b", id="search, as JSON"),
        pytest.param(["search", "--format", "jsonl", "ma tuy"], "\\u009b", id="search, as JSON lines"),
        pytest.param(["search", "ma\x1b[2J\x9btyu"], "paragraphs", id="a query"),
        pytest.param(["search", "--strict", "(ma\x1b[2J"], "position", id="a query with a fault"),
        pytest.param(["search", "ma", "--filter", "k\x1b[2J\x9b=1"], "there is no key", id="no such key"),
        pytest.param(["lookup", "ma"], "Ma", id="lookup"),
        pytest.param(["lookup", "ma", "--format", "json"], "\\u202e", id="lookup, as JSON"),
        pytest.param(["suggest", "ma"], "", id="suggest"),
        pytest.param(["correct", "ma\x1b[2J tyu\x9b"], "ma", id="correct"),
        pytest.param(["similar", NAME], "", id="similar"),
        pytest.param(["explain", "ma tuy", NAME], "score", id="explain"),
        pytest.param(["explain", "ma tuy", "không\x1b[2J"], "there is no document", id="explain nothing"),
        pytest.param(["info"], "documents", id="info"),
        pytest.param(["verify"], "whole", id="verify"),
        pytest.param(["remove", "không\x1b[2J\x9b"], "cannot remove", id="remove"),
        pytest.param(["analyze", "ma\x1b[2J\x9btúy"], "túy", id="analyze"),
        pytest.param(["repair", "mới\x1b[2J"], "saved", id="repair"),
        pytest.param(["index", "không\x1b[2J\x9b"], "there is no such file", id="index what is not there"),
        pytest.param(["repair", "văn bản"], "something is there", id="repair into a folder"),
        pytest.param(["evaluate", "--queries", "a\x1b[2J", "--qrels", "b\x9b"], "a", id="evaluate what is not there"),
        pytest.param(["\x1b[2J"], "No such command", id="no such command"),
        pytest.param(["search", "--\x1b[2J"], "No such option", id="no such option"),
    ],
)
def test_a_terminal(hostile, arguments, shown):
    """A terminal is given no control codes but our own, whatever files are called and hold."""
    if arguments[0] != "index" and not (hostile / "chỉ\x1b[2J mục").exists():
        on_a_terminal(hostile, "index", "văn bản")
    output = on_a_terminal(hostile, *arguments)
    assert shown in output
    assert unprintable(output) == []
    assert "Traceback" not in output
