"""A writer adds, replaces and removes documents, keeps them as they are, and commits all or nothing."""

import json
import subprocess
import sys
import time
from contextlib import contextmanager
from functools import reduce

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from whoosh.query import Term

from timviet.index import Document, Source, StoredDocument, open_index
from timviet.index.documents import Passage
from timviet.index.errors import DocumentError
from timviet.index.preparing import iter_records, prepare
from timviet.index.schema import is_metadata_field
from timviet.index.workers import Workers

OPEN = """
import sys, itertools
from timviet.index import Document, open_index
index = open_index(sys.argv[1])
"""
WRITE = """
writer = index.writer()
writer.remove("cũ")
for number in itertools.count():
    writer.add(Document(id=f"mới {number % 50}", text="Nước sông lên cao"))
    if number == 200:
        print("ready", flush=True)
"""
COMMIT = """
for turn in itertools.count(int(sys.argv[2])):
    with index.writer() as writer:
        for number in range(10):
            writer.add(Document(id=str(number), text=f"Lượt {turn}"))
    print(turn, flush=True)
"""


@pytest.fixture
def index():
    """An index in memory that holds a document."""
    with open_index(":memory:", create=True) as index:
        with index.writer() as writer:
            writer.add(Document(id="cũ", text="Đường làng\nNgõ xóm"))
        yield index


def contents(index):
    """The texts of each document's paragraphs by its id; paragraphs are numbered in order."""
    found = {}
    with index.whoosh.reader() as reader:
        for fields in reader.all_stored_fields():
            found.setdefault(fields["id"], {})[fields["paragraph"]] = fields["text"]
    assert all(list(paragraphs) == list(range(len(paragraphs))) for paragraphs in found.values())
    return {identity: list(paragraphs.values()) for identity, paragraphs in found.items()}


def find(index, field, term):
    """The ids and numbers of the paragraphs that have a term."""
    with index.whoosh.searcher() as searcher:
        hits = searcher.search(Term(field, term), limit=None)
        return sorted((hit["id"], hit["paragraph"]) for hit in hits)


@contextmanager
def started(script, *arguments):
    """Another process that runs a script until it is killed, as the system does when memory runs out."""
    command = [sys.executable, "-c", OPEN + script, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_every_paragraph_stores_its_document(index):
    """Each paragraph stores its text, place and document's fields as given, and the first one the source too."""
    text = "\u00a0 Điều 1.\tPhạm  vi \r\n\n  \nĐiều\u200b 2. Hoà\u0300 \n"
    source = Source("kho/a.txt", 60, 1_700_000_000_123_456_789)
    document = Document("a b", text, " Tên\n ", {"năm": 2024, "mục": {"sâu": [None, 1.5]}}, "kho/a b.txt")
    with index.writer() as writer:
        assert writer.add(document, source) == 2
    with index.whoosh.reader() as reader:
        stored = [fields for fields in reader.all_stored_fields() if fields["id"] == "a b"]
    common = {"id": "a b", "title": " Tên\n ", "path": "kho/a b.txt", "metadata": stored[0]["metadata"]}
    assert stored == [
        common | {"paragraph": 0, "start": 0, "text": "\u00a0 Điều 1.\tPhạm  vi ", "source": stored[0]["source"]},
        common | {"paragraph": 1, "start": text.index("Điều\u200b"), "text": "Điều\u200b 2. Hoà\u0300 "},
    ]
    told = StoredDocument(document.id, document.title, document.path, document.metadata, source)
    assert list(index.documents()) == [StoredDocument("cũ", None, None, {}, None), told]


@given(st.lists(st.text(st.characters(exclude_categories=())), min_size=1, max_size=4))
@example(["\ud800", "Đảng \udfff\ud83d ủy"])
@example(["\0\x01\x1b[31m\x7f\ufeff\ufffe\uffff", "👨‍👩‍👧 😀", "\u202eđảo\u202c", "e" + "\u0301" * 300])
@example(["a" * 70_000])
@example(["0\x1f"])
@settings(max_examples=50, deadline=None)
def test_any_text_is_kept(texts):
    """Paragraphs and titles of whatever characters come back exactly."""
    with open_index(":memory:", create=True) as index:
        with index.writer() as writer:
            writer.add(Document(id="a", paragraphs=texts, title=texts[0], metadata={"câu": texts}))
        assert contents(index) == {"a": texts}
        assert [(document.title, document.metadata) for document in index.documents()] == [(texts[0], {"câu": texts})]


def test_title_without_text(index):
    """A document without text is found by its title: it has one empty paragraph."""
    with index.writer() as writer:
        assert writer.add(Document(id="trống", title="Phụ lục đính kèm", path="")) == 1
    assert (contents(index)["trống"], find(index, "title.folded", "phu")) == ([""], [("trống", 0)])
    assert [(document.title, document.path) for document in index.documents()][1] == ("Phụ lục đính kèm", "")


@pytest.mark.parametrize(
    ("metadata", "terms"),
    [
        pytest.param({"Năm": 2024, "year": "2023"}, {"meta.nam": {"2024"}, "meta.year": {"2023"}}, id="number"),
        pytest.param({"Còn": True, "": "một", "/": "hai"}, {"meta.con": {"true"}}, id="truth, and keys of no letter"),
        pytest.param({"Cơ quan": ["Đảng ủy", "Công an"]}, {"meta.co_quan": {"dang", "uy", "cong", "an"}}, id="list"),
        pytest.param({"a": ("một", 2, 3.5)}, {"meta.a": {"mot", "2", "3", "5"}}, id="mixed tuple"),
        pytest.param({"số": "một", "SO": "hai"}, {"meta.so": {"mot", "hai"}}, id="keys that are typed the same"),
        pytest.param({"a": {"b": "c"}, "d": [["e"], {"f": 1}, None, "g"]}, {"meta.d": {"g"}}, id="nested"),
        pytest.param({"a": None, "b": "", "c": [], "d": {}}, {}, id="nothing"),
        pytest.param({"text": "một", "id": "hai"}, {"meta.text": {"mot"}, "meta.id": {"hai"}}, id="names of fields"),
        pytest.param({"a": "b" * 70_000}, {"meta.a": {"b" * 255}}, id="long"),
    ],
)
def test_metadata_is_searched(metadata, terms):
    """Text, numbers and lists of them are searched by their key; what is nested is kept, but not searched."""
    with open_index(":memory:", create=True) as index:
        with index.writer() as writer:
            writer.add(Document(id="a", text="một", metadata=metadata))
        with index.whoosh.reader() as reader:
            fields = {name for name in reader.indexed_field_names() if is_metadata_field(name)}
            found = {name: {term.decode() for term, _ in reader.iter_field(f"{name}.folded")} for name in fields}
        assert {name: values for name, values in found.items() if values} == terms
        assert [document.metadata for document in index.documents()] == [json.loads(json.dumps(metadata))]


circle = []
circle.append(circle)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"id": "\ud800"}, id="id with a lone surrogate"),
        pytest.param({"metadata": {"a": object()}}, id="object"),
        pytest.param({"metadata": {"a": [float("nan")]}}, id="NaN"),
        pytest.param({"metadata": {"a": 10**5000}}, id="endless number"),
        pytest.param({"metadata": {"a": circle}}, id="circle"),
        pytest.param({"metadata": {"a": reduce(lambda items, _: [items], range(100_000), [])}}, id="nested too deeply"),
        pytest.param({"metadata": {1: "a"}}, id="number as key"),
        pytest.param({"metadata": {("a",): "a"}}, id="tuple as key"),
        pytest.param({"title": 5}, id="title that is no text"),
        pytest.param({"paragraphs": ["một", None]}, id="paragraph that is no text"),
    ],
)
def test_refused(index, fields):
    """A document that cannot be kept is an error, and the one it would have replaced stays."""
    with index.writer() as writer:
        with pytest.raises(DocumentError):
            writer.add(Document(**{"id": "cũ"} | fields))
        writer.add(Document(id="mới", text="Sông"))
    assert contents(index) == {"cũ": ["Đường làng", "Ngõ xóm"], "mới": ["Sông"]}


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(
    ("document", "fault"),
    [
        pytest.param({"text": "a\n" * 6}, "it has more than 5 paragraphs", id="paragraphs"),
        pytest.param({"paragraphs": ["a"] * 6}, "it has more than 5 paragraphs", id="given paragraphs"),
        pytest.param({"text": "a" * 1000}, "a paragraph of 1,0.. bytes: 1,000 is the limit", id="text"),
        pytest.param({"text": "\1" * 170}, "a paragraph of 1,0.. bytes: 1,000 is the limit", id="what is escaped"),
        pytest.param({"text": "a\nb", "title": "a" * 1000}, "a paragraph of 1,0.. bytes", id="title"),
        pytest.param({"paragraphs": [Passage("a"), Passage("b", "c" * 1000)]}, "1,000 is the limit", id="section"),
    ],
)
def test_too_large(tmp_path, monkeypatch, jobs, document, fault):
    """A document beyond a limit is an error before anything of it is written, whoever builds the segment."""
    monkeypatch.setattr("timviet.index.preparing.MAX_PARAGRAPHS", 5)
    monkeypatch.setattr("timviet.index.preparing.MAX_RECORD_SIZE", 1000)
    with open_index(tmp_path, create=True) as index:
        with index.writer(jobs=jobs) as writer:
            writer.add(Document(id="a", text="Sông"))
            with pytest.raises(DocumentError, match=fault):
                writer.add(Document(id="a", **document))
            writer.add(Document(id="b", text=f"{'a' * 850}\nb"))
        assert contents(index) == {"a": ["Sông"], "b": ["a" * 850, "b"]}


@given(st.lists(st.text(st.characters(exclude_categories=())), min_size=1), st.none() | st.text())
def test_no_record_is_longer_than_estimated(texts, section):
    """A record is as long as its letters can be, and a few bytes more: only near the limit is it written to be seen."""
    document = prepare(Document("a", title="b", paragraphs=[Passage(text, section, 1) for text in texts]), None)
    letters = 5 + max(map(len, texts)) + len(section or "")
    assert all(len(record) <= 6 * (letters + 200) for record in iter_records(document))


def test_a_paragraph_has_its_cost():
    """What a paragraph takes whatever it says counts: many short ones are as large as a long one."""
    short, long = (prepare(Document("a", text), None).size for text in ("a\n" * 1000, "a" * 2000))
    assert short > 5 * long


def test_a_large_document_begins_a_segment(index, monkeypatch):
    """A document that a segment has no memory left for is not added to it, but to the next one."""
    built, build = [], Workers.build
    monkeypatch.setattr(
        Workers,
        "build",
        lambda own, segment, **last: built.append(segment.doc_count_all()) or build(own, segment, **last),
    )
    with index.writer(memory=1) as writer:
        for identity, text in (("a", "Sông"), ("b", "a" * 30_000), ("c", "Sông")):
            writer.add(Document(id=identity, text=text))
    assert built == [1, 1, 1]


@pytest.mark.parametrize("commits", [True, False], ids=["each committed", "none committed"])
def test_replace(index, commits):
    """Adding a document again replaces all of it, committed or not, however often: text, metadata and terms."""
    writer = index.writer()
    for turn in range(1, 6):
        text = "\n".join(["Bờ đê"] * (6 - turn))
        writer.add(Document(id="cũ", text=text, title=f"Lượt {turn}", metadata={"lượt": turn}))
        if commits and turn < 5:
            writer.commit()
            writer = index.writer()
    writer.commit()
    assert contents(index) == {"cũ": ["Bờ đê"]}
    assert list(index.documents()) == [StoredDocument("cũ", "Lượt 5", None, {"lượt": 5}, None)]
    assert find(index, "text.folded", "de") == find(index, "meta.luot", "5") == [("cũ", 0)]
    assert find(index, "text.folded", "lang") == []


def test_remove(index):
    """Removing takes a document away, committed or not, also when it is replaced; an unknown one is no error."""
    with index.writer() as writer:
        writer.add(Document(id="mới", text="Một\nHai"))
        writer.add(Document(id="cũ", text="Ba"))
        for identity in ("mới", "cũ", "cũ", "chưa từng có", "c", "\ud800"):
            writer.remove(identity)
    assert (contents(index), index.document_count, index.paragraph_count) == ({}, 0, 0)


def test_ids_are_compared_exactly(index):
    """Only the very same id is replaced: case, marks, spaces, Unicode form and length tell ids apart."""
    ids = ["cũ", "Cũ", "cu", "cũ ", " cũ", "cu\u0303", "cũ mới", "cũ\n", "c", "\0", "x" * 70_000, "x" * 70_001]
    for turn in ("Một", "Hai"):
        with index.writer() as writer:
            for identity in ids:
                writer.add(Document(id=identity, text=turn))
        assert contents(index) == {identity: [turn] for identity in ids}


def test_what_is_no_document_is_refused(index):
    """A dictionary with all that a document has is none, and nothing is added."""
    with index.writer() as writer:
        with pytest.raises(TypeError, match=r"make a timviet\.index\.Document of it"):
            writer.add({"id": "1", "text": "Đảng ủy"})
        writer.add(Document(id="2", text="Đảng ủy"))
    assert "1" not in index
    assert "2" in index


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_exception_rolls_back(index, error):
    """An exception that passes through leaves the index as it was, goes on, and frees the lock."""
    with pytest.raises(error), index.writer() as writer:
        writer.add(Document(id="mới", text="Một"))
        writer.remove("cũ")
        raise error
    assert contents(index) == {"cũ": ["Đường làng", "Ngõ xóm"]}
    with index.writer(timeout=0) as writer:
        writer.remove("cũ")
    assert contents(index) == {}


def test_killed_while_writing(tmp_path):
    """A process killed in the midst of writing leaves the index at its last commit."""
    with open_index(tmp_path, create=True) as index:
        with index.writer() as writer:
            writer.add(Document(id="cũ", text="Đường làng"))
        with started(WRITE, tmp_path) as process:
            assert process.stdout.readline() == "ready\n"
        assert contents(index) == {"cũ": ["Đường làng"]}


@pytest.mark.parametrize("pause", [0.0, 0.003, 0.011, 0.04])
def test_killed_while_committing(tmp_path, pause):
    """A process killed at any moment, commits included, leaves one commit whole: what it told, or the one after."""
    with open_index(tmp_path, create=True) as index:
        for turn in (0, 1000):
            with started(COMMIT, tmp_path, turn) as process:
                assert process.stdout.readline() == f"{turn}\n"
                time.sleep(pause)
                process.kill()
                told = [turn, *map(int, process.stdout.read().split())][-1]
            whole = [{str(number): [f"Lượt {last}"] for number in range(10)} for last in (told, told + 1)]
            assert contents(index) in whole
