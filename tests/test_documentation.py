"""Every command and snippet in the documentation does what the page says."""

import contextlib
import io
import os
import re
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_BLOCK = re.compile(r"^```(?P<kind>\w*)\n(?P<code>.*?)^```", re.MULTILINE | re.DOTALL)
_VARIES = re.compile(r"\d[\d.,]* (?:ms|s|paragraphs/s)\b|(?<=· )\d+\.\d\d$|\d\.\d{3,4}", re.MULTILINE)
_LINK = re.compile(r"\]\((?!https?:)(?P<target>[^)#]+)")


def blocks(page: Path, kind: str) -> list[str]:
    return [block["code"] for block in _BLOCK.finditer(page.read_text("utf-8")) if block["kind"] == kind]


def steps(transcript: str) -> list[tuple[str, str]]:
    parts = re.split(r"^\$ (.*)\n", transcript, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def test_the_readme_transcripts(tmp_path):
    """Each command of the README's transcripts prints what stands below it, times and scores aside."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environment = {name: value for name, value in os.environ.items() if name != "TIMVIET_INDEX"} | {"PATH": path}
    transcript = "".join(blocks(ROOT / "README.md", "console"))
    assert transcript
    for command, expected in steps(transcript):
        done = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.stderr == ""
        assert _VARIES.sub("N", done.stdout) == _VARIES.sub("N", expected), command


# The recipes for other apps are run by test_web_recipes: each makes an app of its own.
@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "web.md"], ids=lambda page: page.name)
def test_python_snippets(page, tmp_path, monkeypatch):
    """Python snippets of a page run one after the other; what a comment at a line's end shows is printed."""
    monkeypatch.chdir(tmp_path)
    snippets = blocks(page, "python")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        for snippet in snippets:
            exec(compile(snippet, page.name, "exec"), {})  # noqa: S102
    shown = re.findall(r"^ *print\(.*\)  # (.*)$", "".join(snippets), re.MULTILINE)
    for line in shown:
        assert line in printed.getvalue().splitlines()


def test_the_snippets_show_output():
    """The pages that have Python snippets show what they print, so that the test above can fail."""
    for name in ("README.md", "docs/python-api.md"):
        assert re.search(r"print\(.*\)  # ", "".join(blocks(ROOT / name, "python")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links(page):
    """Links within the project lead to files that are there."""
    for link in _LINK.finditer(page.read_text("utf-8")):
        assert (page.parent / link["target"]).exists(), link["target"]


@pytest.mark.parametrize("name", ["command-line.md", "format.md"])
def test_pages_are_fresh(name):
    """A page that is made from the code is what `make docs` writes."""
    done = subprocess.run(
        [sys.executable, "-c", f"import generate; print(generate.PAGES[{name!r}](), end='')"],
        cwd=ROOT / "docs",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == (ROOT / "docs" / name).read_text("utf-8")


def test_the_query_language_page():
    """Queries that the page calls plain text are taken as such, and its limits are the defaults."""
    from timviet.search import Limits
    from timviet.search.parser import parse
    from timviet.search.query import Words

    page = (ROOT / "docs" / "query-language.md").read_text("utf-8")
    for text in ("Hà Nội - Huế", "153/153 = 100%"):
        assert text in page
        assert isinstance(parse(text, {}, strict="=" not in text), Words)
    for name, limit in asdict(Limits()).items():
        assert re.search(rf"^\| `{name}` \|.* {limit:,g}[^\d,]", page, re.MULTILINE), name


@pytest.mark.parametrize("side", ["index", "search"])
def test_the_design_names_every_module(side):
    """Each module and folder of either side stands in the table of what it is for."""
    design = (ROOT / "docs/design.md").read_text("utf-8")
    folder = ROOT / side / "timviet" / side
    modules = {path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    named = set(re.findall(r"`(\w+)`", design))
    assert modules - {"__init__", "__main__"} - named == set()
