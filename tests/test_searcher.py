"""A searcher answers for one snapshot: what is found, in which order, in pages, and what had to be loosened."""

import json
import pickle
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from whoosh.query import And, Every, FuzzyTerm, Not, NullQuery, Or, Prefix, Term

from helpers import add_segment, found, make_index, make_searcher
from timviet.index import Document, open_index
from timviet.index.columnfile import ColumnFile
from timviet.index.errors import NotAnIndexError, QueryLimitError, QuerySyntaxError
from timviet.search import Searcher
from timviet.search.finder import ENOUGH

TEXTS = [
    "Đảng ủy xã họp về phòng chống ma túy",
    "dang uy xa hop ve phong chong ma tuy",
    "ĐẢNG UỶ PHƯỜNG RA NGHỊ QUYẾT",
    "Người dân đang đăng ký, ủy ban phường hướng dẫn",
    "Chợ hoa mở tùy ngày, mà phường không thu phí",
]
SPELLINGS = ["hòa", "hoà", "thủy", "thuỷ", "khỏe", "khoẻ", "kỹ", "quý", "đường", "việt", "ma", "tuý"]
RANDOM_TEXTS = [" ".join(random.Random(seed).choices(SPELLINGS, k=5 + seed % 40)) for seed in range(150)]  # noqa: S311

signs = st.sampled_from([*'"“()+-=~^*?:[]{} ', " AND ", " NOT ", "title:", "year:[", " TO ", "\ud83d", "\u3164"])
queries = st.lists(signs | st.sampled_from(["đảng", "uy", "a", "1"])).map("".join).filter(lambda text: len(text) < 300)
page_queries = st.sampled_from(["hoa", "thủy ma", "hoa thuy khoe ky quy duong viet ma", '"viet ma"', "k*", "-ma"])


@pytest.fixture(scope="module")
def searcher(back_end):
    """A searcher of a few paragraphs typed in different ways, on each back end."""
    with make_index(TEXTS, location=back_end()) as index, Searcher(index) as searcher:
        yield searcher


@pytest.fixture(scope="module")
def many(back_end):
    """A searcher of many paragraphs in several segments, on each back end."""
    segments = RANDOM_TEXTS[:60], RANDOM_TEXTS[60:140], RANDOM_TEXTS[140:]
    with make_index(*segments, location=back_end()) as index, Searcher(index) as searcher:
        yield searcher


def test_a_hit_has_all_that_is_shown():
    """A hit has its document's id, title, path and metadata, its place there, its text as written and a snippet."""
    index = open_index(":memory:", create=True)
    document = Document("qd", "Điều 1\n\nĐảng <ủy>", title="Quyết định", metadata={"Năm": 2024}, path="a/qd.txt")
    add_segment(index, document)
    with Searcher(index) as searcher:
        results = searcher.search("dang uy")
    (hit,) = results
    assert (hit.document_id, hit.paragraph, hit.start, hit.text) == ("qd", 1, 8, "Đảng <ủy>")
    assert (hit.title, hit.path, hit.metadata) == ("Quyết định", "a/qd.txt", {"Năm": 2024})
    assert hit.snippet.to_html() == "<mark>Đảng</mark> &lt;<mark>ủy</mark>&gt;"
    as_json = json.loads(json.dumps(results.to_dict()))
    assert (as_json["total"], as_json["relaxed"]) == (1, None)
    assert as_json["hits"] == json.loads(json.dumps([hit.to_dict()]))
    assert as_json["hits"][0]["snippet"] == {"text": "Đảng <ủy>", "spans": [[0, 4], [6, 8]]}


def test_results_are_a_sequence(searcher):
    """Results are the hits of the page, in order, best first."""
    results = searcher.search("dang")
    assert [*results] == [results[place] for place in range(len(results))] == [*results[:]]
    assert results.total == len(results) == 4
    assert [hit.score for hit in results] == sorted((hit.score for hit in results), reverse=True)
    assert results.took_ms > 0


@settings(max_examples=25)
@given(page_queries, st.integers(9, 60), st.sampled_from(["all", "any", "auto"]))
def test_pages_are_parts_of_the_whole(many, query, size, match):
    """Pages of any size, one after the other, are the whole; each tells the same exact total."""
    whole = many.search(query, limit=1000, match=match)
    pages = [many.search(query, limit=size, offset=offset, match=match) for offset in range(0, whole.total + 1, size)]
    assert {page.total for page in pages} == {whole.total} == {len(whole)}
    assert [hit for page in pages for hit in page] == [*whole]
    assert {page.relaxed for page in pages} == {whole.relaxed}


@pytest.mark.parametrize(
    ("query", "options", "expected", "kinds"),
    [
        pytest.param("đảng ủy", {"match": "all"}, "012", (), id="all the words"),
        pytest.param("chợ họp", {"match": "any"}, "014", (), id="any of the words"),
        pytest.param("đảng phường", {}, "2", ("match",), id="all the words, then some"),
        pytest.param("chợ họp", {}, "", ("match",), id="some of the words"),
        pytest.param("chợ", {}, "4", (), id="no other paragraph holds any"),
        pytest.param("chờ", {}, "4", ("marks",), id="other marks, where nothing has these"),
        pytest.param("chờ", {"marks": "strict"}, "", (), id="strictly, no other marks"),
        pytest.param("chờ", {"match": "all"}, "4", ("marks",), id="other marks, all the words"),
        pytest.param("chờ xuân", {}, "", ("match", "marks"), id="some of the words, with other marks"),
        pytest.param("chờ xuân", {"match": "all"}, "", (), id="no other marks help"),
        pytest.param("xuân", {}, "", (), id="nothing at all"),
    ],
)
def test_what_is_loosened(searcher, query, options, expected, kinds):
    """Where little is found, some words are enough; where nothing is, other marks; and the answer says so."""
    results = searcher.search(query, **options)
    assert tuple(own.kind for own in results.relaxed or ()) == kinds
    assert (results.relaxed is None) == (not kinds)
    assert all(own.message for own in results.relaxed or ())
    places = [hit.document_id for hit in results]
    if "match" in kinds:
        assert places[: len(expected)] == [*expected]
        assert len(places) > len(expected)
    else:
        assert sorted(places) == [*expected]


@pytest.mark.parametrize("complete", [ENOUGH - 1, ENOUGH])
def test_enough_is_enough(complete):
    """Paragraphs with some of the words are added only where fewer than ten have all, and come after them."""
    with make_searcher(*["b b b b"] * 5, *[f"a b {'x ' * 80}"] * complete, *["y"] * 50) as searcher:
        results = searcher.search("a b", limit=50)
    assert results.total == (complete if complete >= ENOUGH else complete + 5)
    assert (results.relaxed is None) == (complete >= ENOUGH)
    assert all("a" in hit.text for hit in results[:complete])


@pytest.mark.parametrize("query", ["", "  ", "🎉", '""', "-", "?!", "\ud83d", NullQuery])
def test_a_query_without_words_finds_nothing(searcher, query):
    """Where there is nothing to search for, nothing is found, and nothing is loosened for it."""
    results = searcher.search(query)
    assert (results.total, results.hits, results.relaxed) == (0, (), None)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param(Term("text.folded", "dang"), "0123", id="a folded term"),
        pytest.param(Term("text", "dang"), "1", id="a term without marks"),
        pytest.param(Term("text", "zzz"), "", id="a term that there is not"),
        pytest.param(Prefix("text.folded", "phuo"), "234", id="a prefix"),
        pytest.param(FuzzyTerm("text.folded", "phuong", maxdist=2), "01234", id="slips"),
        pytest.param(Not(Term("text.folded", "dang")), "4", id="what does not hold a term"),
        pytest.param(And([Every(), Not(Term("text.folded", "phuong"))]), "01", id="a tree"),
        pytest.param(Or([Term("id", "0"), Term("id", "3")]), "03", id="documents by their ids"),
        pytest.param(Every(), "01234", id="everything"),
        pytest.param(Or([]), "", id="any of nothing"),
        pytest.param(And([]), "", id="all of nothing"),
    ],
)
def test_ready_queries(query, expected):
    """A Whoosh query finds what Whoosh finds; the terms it looks for in the text are marked."""
    with make_searcher(*TEXTS) as searcher:
        results = searcher.search(query)
    assert sorted(hit.document_id for hit in results) == [*expected]
    assert results.relaxed is None
    looks_for_words = isinstance(query, Term | Prefix | FuzzyTerm)
    assert [bool(hit.snippet.spans) for hit in results] == [looks_for_words] * len(expected)


def test_faults_of_a_query(searcher):
    """A fault in a query is an error only where the search is strict."""
    assert found(searcher, '"đảng ủy') == found(searcher, "đảng ủy")
    with pytest.raises(QuerySyntaxError, match="quotation mark"):
        searcher.search('"đảng ủy', strict=True)


@pytest.mark.parametrize("options", [{"limit": 0}, {"limit": -1}, {"offset": -1}, {"snippet_length": 0}])
def test_faults_of_a_call(searcher, options):
    """A page or a snippet of impossible size is refused."""
    with pytest.raises(ValueError, match="limit and snippet_length must be at least 1, offset at least 0"):
        searcher.search("đảng", **options)


def test_pages_and_snippets_have_their_size(searcher):
    """A page has no more hits than the limit, a page after the last none; snippets are as short as asked for."""
    assert [len(searcher.search("dang", limit=limit, offset=offset)) for limit, offset in [(3, 0), (3, 3), (9, 4)]] == [
        3,
        1,
        0,
    ]
    assert all(len(hit.snippet.text.strip(" …")) <= 12 for hit in searcher.search("dang", snippet_length=12))


@given(queries)
@example("year:[\ud83d TO x]")
@example(' AND + AND "')
@example("a^" + "9" * 200)
def test_any_text_can_be_searched(searcher, text):
    """Whatever was typed, there is an answer, and what is marked in it is in the paragraph."""
    try:
        results = searcher.search(text)
    except QueryLimitError:
        return
    assert all(hit.snippet.text == hit.text for hit in results)


def test_a_searcher_keeps_its_snapshot():
    """A searcher answers from its snapshot until it is refreshed, whatever is committed, or removed, meanwhile."""
    index = make_index(["Đảng ủy"])
    with Searcher(index) as searcher:
        assert not searcher.refresh()
        with index.writer() as writer:
            writer.add(Document(id="1", text="Đảng bộ"))
            writer.remove("0")
            assert found(searcher, "dang") == ["0"]
        assert found(searcher, "dang") == ["0"]
        assert found(Searcher(index), "dang") == ["1"]
        assert searcher.refresh()
        assert found(searcher, "dang") == ["1"]
        assert not searcher.refresh()


def test_new_metadata_can_be_searched_after_a_refresh():
    """A field that a commit brings is known once the searcher is refreshed."""
    index = make_index(["a"])
    with Searcher(index) as searcher:
        add_segment(index, Document(id="new", text="a", metadata={"Năm": 2024}))
        assert found(searcher, "nam:2024", match="all") == []
        searcher.refresh()
        assert found(searcher, "nam:2024", match="all") == found(searcher, "nam:[2000 TO 2030]") == ["new"]


def test_closing():
    """A closed searcher answers no more, may be closed again, and leaves the index and other searchers open."""
    index = make_index(["Đảng ủy"])
    with Searcher(index) as other:
        with Searcher(index) as searcher:
            searcher.close()
        for ask in (lambda: searcher.search("dang"), lambda: searcher.explain("dang", "0"), searcher.refresh):
            with pytest.raises(ValueError, match="the searcher of :memory: is closed"):
                ask()
        assert found(other, "dang") == found(Searcher(index), "dang") == ["0"]


def test_an_empty_index_is_searched():
    """Where nothing is indexed, nothing is found."""
    with make_searcher() as searcher:
        for query in ("dang", "-dang", "dang*", "title:dang", Every()):
            assert found(searcher, query) == []
        assert searcher.explain("dang", "0") is None


def test_results_are_pickled_with_their_snippets():
    """Results that go to another process, or into a cache, keep all that they show."""
    with make_searcher("Đảng ủy xã") as searcher:
        results = searcher.search("dang")
    again = pickle.loads(pickle.dumps(results))  # noqa: S301
    assert again.to_dict() == results.to_dict()
    assert again[0].snippet.to_html() == "<mark>Đảng</mark> ủy xã"


def test_a_name_of_no_field_is_told(searcher):
    """Where a name before a colon is no field's, the answer says that it was taken for a word."""
    results = searcher.search("dang yaer:[2020 TO 2024]", match="any")
    assert [(note.kind, note.message) for note in results.relaxed] == [
        ("field", "there is no field 'yaer': it was searched for as text")
    ]
    assert results.total == searcher.search("dang yaer 2020 2024", match="any").total


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("năm:[2024 TO 2020] OR dang", ["nothing is in nam:[2024 TO 2020]: write the lowest value first"]),
        ("dang OR title:{b TO A]", ["nothing is in title:{b TO A]: write the lowest value first"]),
        ("nam:[2020 TO 2024] nam:[9 TO 10] nam:[5 TO]", []),
    ],
)
def test_a_range_the_wrong_way_round_is_told(query, told):
    """Where a range has its ends the wrong way round, the answer says that nothing is in it."""
    index = open_index(":memory:", create=True)
    add_segment(index, Document("a", "Đang họp", title="A", metadata={"Năm": 2022}))
    with Searcher(index) as searcher:
        results = searcher.search(query)
        assert [note.message for note in results.relaxed or () if note.kind == "range"] == told


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        pytest.param({"query": None}, TypeError, "a query is text", id="no query"),
        pytest.param({"query": b"dang"}, TypeError, "a query is text", id="bytes"),
        pytest.param({"query": "dang", "marks": "AUTO"}, ValueError, "marks is one of 'auto', 'strict'", id="marks"),
        pytest.param({"query": "dang", "match": None}, ValueError, "match is one of 'all', 'any'", id="match"),
    ],
)
def test_arguments_that_mean_nothing(searcher, arguments, error, message):
    """What is no query, or no way to count marks or words, is refused, not taken for the default."""
    with pytest.raises(error, match=message):
        searcher.search(**arguments)
    with pytest.raises(error, match=message):
        searcher.explain(**arguments, document_id="0")


def test_notes_quote_what_was_typed():
    """What was searched for an abbreviation is told in the words of this query, not of one like it before."""
    with make_searcher("Giữ gìn an ninh trật tự (ANTT).") as own:
        for typed in ("an ninh trật tự", "AN Ninh Trật Tự"):
            (note,) = [note for note in own.search(typed).relaxed or () if note.kind == "abbreviation"]
            assert note.message == f"{typed!r} was also searched for as 'ANTT'"


@pytest.mark.parametrize("name", ["limit", "offset", "snippet_length"])
@pytest.mark.parametrize("value", [None, "9", 1.5])
def test_numbers_that_are_none(searcher, name, value):
    """How many to return, and how much of each, are whole numbers."""
    with pytest.raises(TypeError, match=f"{name} has to be a whole number, not {value!r}"):
        searcher.search("dang", **{name: value})


@pytest.mark.parametrize(("suffix", "column"), [("terms", ".documents"), ("documents", "stored")])
def test_damage_that_shows_while_searching_is_told(tmp_path, suffix, column):
    """Whatever error damaged bytes lead to while an index is searched, it is told that the index is damaged."""
    with open_index(tmp_path, create=True) as index:
        with index.writer() as writer:
            writer.add(Document("qd", "Đảng ủy xã", metadata={"năm": 2024}))
        (path,) = tmp_path.glob(f"*.{suffix}")
        content = bytearray(path.read_bytes())
        for name, (_, place, length, _) in ColumnFile(bytes(content))._columns.items():
            if name.endswith(column):
                content[place : place + length] = b"\xff" * length
        path.write_bytes(content)
        with Searcher(index) as searcher, pytest.raises(NotAnIndexError, match="is damaged"):
            searcher.search("dang*")


@pytest.mark.parametrize(
    ("call", "told"),
    [
        pytest.param(lambda own: own.search(None), "cannot search for None", id="search"),
        pytest.param(lambda own: own.explain("đảng", 1), "the document's id has to be text, not 1", id="explain"),
        pytest.param(
            lambda own: own.explain("đảng", "1", "0"), "has to be its number in the document", id="its number"
        ),
        pytest.param(lambda own: own.correct(None), "the query has to be text, not None", id="correct"),
        pytest.param(lambda own: own.suggest(5), "the prefix has to be text, not 5", id="suggest"),
        pytest.param(lambda own: own.lookup(b"an"), "the name has to be text, not b'an'", id="lookup"),
        pytest.param(lambda own: own.similar(1), "the document's id has to be text, not 1", id="similar"),
        pytest.param(lambda own: own.similar("1", paragraph="0"), "from 0, not '0'", id="its paragraph"),
    ],
)
def test_values_of_other_types(call, told):
    """What is no text, or no number, is told by its name."""
    with make_searcher("Đảng ủy") as own, pytest.raises(TypeError, match=told):
        call(own)
