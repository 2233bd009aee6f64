"""A search keeps, counts, sorts and groups what it finds as it is asked to, in Python and on the command line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from timviet.index import Document, open_index
from timviet.index.errors import UnknownKeyError
from timviet.search import Searcher

TIMVIET = str(Path(sys.executable).with_name("timviet"))
RECORDS = [
    ("a", "Đề án", 2020, "Sở Y tế", ["thuế nhà đất", "thuế xe", "phí cầu đường"]),
    ("b", "An toàn", 2024, "Bộ Công an", ["thuế thuế thuế", "mưa to"]),
    ("c", "Ăn uống", 2022, "Bộ Công an", ["thuế chợ", "thuế bãi giữ xe và thuế đò"]),
    ("d", None, None, None, ["thuế"]),
]


@pytest.fixture(scope="module")
def searcher():
    """A searcher of documents of several paragraphs, with years, offices and titles."""
    with open_index(":memory:", create=True) as index:
        with index.writer() as writer:
            for name, title, year, office, paragraphs in RECORDS:
                metadata = {"năm": year, "cơ quan": office} if year else {}
                writer.add(Document(id=name, title=title, metadata=metadata, paragraphs=paragraphs))
        with Searcher(index) as searcher:
            yield searcher


def names(results):
    """The documents of results, in order."""
    return [hit.document_id for hit in results]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"năm": 2024}, "b"),
        ({"nam": (2021, None)}, "bcc"),
        ({"năm": [2020, 2024]}, "aab"),
        ({"cơ quan": "bo cong an", "năm": (None, 2022)}, "cc"),
        ({"năm": None}, "d"),
        ({"năm": 1999}, ""),
    ],
)
def test_filters(searcher, filters, expected):
    """A search keeps what has the values asked for, and its total counts just that."""
    results = searcher.search("thuế", filters=filters)
    assert "".join(sorted(names(results))) == expected
    assert results.total == len(expected)


def test_filters_change_no_scores(searcher):
    """What is kept scores as without filters."""
    plain = {(hit.document_id, hit.paragraph): hit.score for hit in searcher.search("thuế xe", match="any")}
    kept = searcher.search("thuế xe", match="any", filters={"năm": (2020, 2024)})
    assert {(hit.document_id, hit.paragraph): hit.score for hit in kept}.items() <= plain.items()


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("title", ["b", "c", "a", "d"]),
        ("-title", ["a", "c", "b", "d"]),
        ("năm", ["a", "c", "b", "d"]),
        ("-nam", ["b", "c", "a", "d"]),
    ],
)
def test_sorting(searcher, sort, expected):
    """Titles come as in a Vietnamese dictionary, numbers by value, and what has no value last either way."""
    assert names(searcher.search("thuế", sort=sort, group_by_document=True)) == expected


def test_grouping(searcher):
    """Grouped, each document comes once, by its best paragraph, with the number of others that were found."""
    results = searcher.search("thuế", group_by_document=True)
    assert results.total == 4
    assert {hit.document_id: hit.others for hit in results} == {"a": 1, "b": 0, "c": 1, "d": 0}
    best = {hit.document_id: hit.score for hit in reversed(searcher.search("thuế").hits)}
    assert {hit.document_id: hit.score for hit in results} == best
    pages = [searcher.search("thuế", limit=1, offset=at, group_by_document=True) for at in range(4)]
    assert [names(page) for page in pages] == [[name] for name in names(results)]


def test_facets(searcher):
    """Facets count all that is found, not the page alone; grouped, they count documents."""
    results = searcher.search("thuế", limit=1, facets=["cơ quan"])
    assert [(own.value, own.count) for own in results.facets["cơ quan"]] == [("Bộ Công an", 3), ("Sở Y tế", 2)]
    assert results.facets["cơ quan"].missing == 1
    grouped = searcher.search("thuế", facets=["nam"], group_by_document=True).facets["nam"]
    assert [(own.value, own.count) for own in grouped] == [("2020", 1), ("2022", 1), ("2024", 1)]
    assert searcher.search("thuế").facets is None


@pytest.mark.parametrize("options", [{"filters": {"x": 1}}, {"facets": ["x"]}, {"sort": "x"}])
def test_unknown_keys(searcher, options):
    """A key that no document has is refused, and the message names those there are."""
    with pytest.raises(UnknownKeyError, match=r"there are .*'cơ quan', 'năm'"):
        searcher.search("thuế", **options)


def test_too_little_is_widened_within_the_filter(searcher):
    """Where too few of what is kept hold all words, those of it that hold some are found."""
    results = searcher.search("thuế cầu", filters={"năm": 2024})
    assert names(results) == ["b"]
    assert results.relaxed[0].kind == "match"


@pytest.fixture
def folder(tmp_path):
    """A folder with an index of the same documents."""
    lines = [
        {"id": name, "text": "\n".join(paragraphs)} | ({"title": title, "năm": year, "cơ quan": office} if year else {})
        for name, title, year, office, paragraphs in RECORDS
    ]
    (tmp_path / "luat.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    subprocess.run([TIMVIET, "index", "luat.jsonl"], cwd=tmp_path, check=True, capture_output=True)
    return tmp_path


def run(folder, *arguments):
    done = subprocess.run([TIMVIET, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_on_the_command_line(folder):
    """The options of `search` do the same, and what they tell can be read."""
    status, told = run(
        folder, "search", "thuế", "--filter", "năm=2020..2022", "--sort", "-năm", "--group", "--facet", "năm"
    )
    assert status == 0
    assert [line.split(" · ")[2] for line in told.splitlines() if line[:2] in ("1.", "2.")] == ["c", "a"]
    assert "paragraph 1 and 1 other" in told
    assert "năm: 2020 (1), 2022 (1)" in told
    assert "2 documents in " in told


def test_json_has_facets_and_others(folder):
    """As JSON, facets and the numbers of other paragraphs are there where they were asked for."""
    told = json.loads(run(folder, "search", "thuế", "--group", "--facet", "nam", "--format", "json")[1])
    assert told["facets"]["nam"]["values"][0] == {"value": "2020", "count": 1}
    assert {hit["document_id"]: hit["others"] for hit in told["hits"]} == {"a": 1, "b": 0, "c": 1, "d": 0}
    assert "facets" not in json.loads(run(folder, "search", "thuế", "--format", "json")[1])


def test_json_lines_are_hits_alone(folder):
    """As JSON lines, facets are told on standard error, as a person reads them."""
    command = [TIMVIET, "search", "thuế", "--facet", "năm", "--limit", "1", "--format", "jsonl"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == "năm: 2020 (2), 2022 (2), 2024 (1), no value (1)\n"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--filter", "năm"], "KEY=VALUE"),
        (["--filter", "x=1"], "there is no key 'x'"),
        (["--sort", "x"], "there is no key 'x'"),
        (["--filter", "năm=2024..2020"], "the filter on 'năm' keeps nothing: 2024 is above 2020"),
    ],
)
def test_errors_on_the_command_line(folder, arguments, expected):
    """What cannot be done is told with what can, and with exit status 2."""
    status, told = run(folder, "search", "thuế", *arguments)
    assert status == 2
    assert expected in told
