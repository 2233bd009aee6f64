"""An explanation takes a score apart: into parts that add up to it, down to readings and their levels."""

from math import prod

import pytest
from whoosh.query import And, Term

from helpers import add_segment, make_searcher
from timviet.index import Document, open_index
from timviet.index.spelling import canonical
from timviet.search import Searcher
from timviet.search.parser import parse
from timviet.search.rank import PAIR_WEIGHT, RANKING, rounded_length

SEGMENTS = [
    [
        Document("qd", "Đảng ủy xã họp\nĐảng uỷ họp với công an", title="Chỉ thị", metadata={"Năm": 2021}),
        Document("old", "đảng ủy cũ"),
    ],
    [Document("bare", "dang uy xa hop, dang uy huyen", path="a/b.txt")],
    [Document("long", f"{'từ ' * 32} đảng, công an", title="Chị và thị xã"), Document("short", "uy tín")],
]

QUERIES = [
    pytest.param("dang uy", id="words without marks"),
    pytest.param("Đảng ủy", id="words with marks"),
    pytest.param("đảng ủy xã họp", id="some of the words"),
    pytest.param('"dang uy"', id="a phrase"),
    pytest.param('"ủy họp"~3 xã', id="a loose phrase and a word"),
    pytest.param('"đảng u*"', id="a phrase with a prefix"),
    pytest.param("đả* u*", id="patterns"),
    pytest.param("dong~ uy~2", id="slips"),
    pytest.param('đảng^3 (ủy xã)^.5 "công an"^2', id="boosts"),
    pytest.param("uy uy ủy", id="a word more than once"),
    pytest.param("title:chỉ title:thị", id="words in the title"),
    pytest.param('đảng title:"chi thi"', id="a word and a phrase in the title"),
    pytest.param("đảng nam:2021", id="metadata"),
    pytest.param("uy nam:[2000 TO 2030]", id="a range"),
    pytest.param("đảng -huyện", id="a word left out"),
    pytest.param("+uy đảng họp", id="a word required"),
    pytest.param("(đảng AND ủy) OR (công AND an)", id="operators"),
    pytest.param("họp OR (đảng -xã)", id="an alternative with a word left out"),
    pytest.param("đảng AND (xã OR (ủy zzz))", id="an alternative of which some is found"),
    pytest.param("=uy", id="an exact word"),
    pytest.param("đáng", id="no marks in the text"),
    pytest.param("tư", id="other marks"),
]


@pytest.fixture(scope="module")
def searcher():
    """A searcher of documents in three segments, one of which has been deleted."""
    index = open_index(":memory:", create=True)
    for segment in SEGMENTS:
        add_segment(index, *segment)
    add_segment(index, remove=["old"])
    return Searcher(index)


def average_length(field):
    """The mean number of tokens of the texts, or of the titles, that have any, deleted ones included."""
    documents = [document for segment in SEGMENTS for document in segment]
    paragraphs = [(document, paragraph) for document in documents for paragraph in document.iter_paragraphs()]
    texts = [paragraph.text if field.startswith("text") else document.title or "" for document, paragraph in paragraphs]
    lengths = [len(text.replace(",", " ").split()) for text in texts]
    return rounded_length(sum(lengths) / sum(map(bool, lengths)))


def readings(explanation):
    """What took part of each word or pattern: its readings with level, weight and frequency."""
    parts = [part for part in explanation.parts if part.kind != "pair"]
    return [[(own.term, own.level, own.weight, own.frequency) for own in part.readings] for part in parts]


@pytest.mark.parametrize("match", ["all", "any", "auto"])
@pytest.mark.parametrize("query", QUERIES)
def test_parts_add_up(searcher, query, match):
    """A paragraph's explanation has its place and score in the search; its parts are all of the score."""
    results = searcher.search(query, match=match, limit=50)
    for rank, hit in enumerate(results, 1):
        explanation = searcher.explain(query, hit.document_id, hit.paragraph, match=match)
        place = (explanation.document_id, explanation.paragraph, explanation.rank, explanation.total)
        assert place == (hit.document_id, hit.paragraph, rank, results.total)
        assert sum(part.score for part in explanation.parts) == pytest.approx(explanation.score)
        assert explanation.score == pytest.approx(hit.score)
        assert explanation.remainder == pytest.approx(0)


@pytest.mark.parametrize("query", QUERIES)
def test_parts_are_products(searcher, query):
    """A part's score is boost times inverse document frequency times the saturation of its frequency, in 255 levels."""
    results = searcher.search(query, match="any", limit=50)
    assert results
    for hit in results:
        for part in searcher.explain(query, hit.document_id, hit.paragraph, match="any").parts:
            relative_length = 1 - RANKING.b + RANKING.b * part.length / average_length(part.field)
            level = max(1, round(255 * part.frequency / (part.frequency + RANKING.k1 * relative_length)))
            saturation = (RANKING.k1 + 1) * level / 255
            assert part.score == pytest.approx(part.boost * part.inverse_document_frequency * saturation)
            in_full = sum(own.frequency for own in part.readings if own.weight == 1)
            others = 1 - prod((1 - own.weight) ** own.frequency for own in part.readings if own.weight < 1)
            assert not part.readings or part.frequency == pytest.approx(in_full + others)


@pytest.mark.parametrize(
    ("query", "text", "options", "expected"),
    [
        pytest.param(
            "đang ủy",
            "đang, đăng; uy ủy uỷ",
            {},
            [
                [("đang", "same", 1.0, 1), ("đăng", "completes", 0.3, 1)],
                [("ủy", "same", 1.0, 2)],
            ],
            id="levels of words with marks",
        ),
        pytest.param("ủy", "xa huyen uy", {}, [[("uy", "bare", 0.7, 1)]], id="a paragraph typed without marks"),
        pytest.param(
            "dang uy",
            "Đảng, đang; dang uỷ",
            {},
            [
                [("dang", "same", 1.0, 1), ("đang", "completes", 1.0, 1), ("đảng", "completes", 1.0, 1)],
                [("ủy", "completes", 1.0, 1)],
            ],
            id="levels of words without marks",
        ),
        pytest.param("đàng", "Đảng", {}, [[("đảng", "contradicts", 0.2, 1)]], id="other marks"),
        pytest.param("đàng", "Đảng", {"marks": "ignore"}, [[("đảng", "contradicts", 1.0, 1)]], id="marks ignored"),
        pytest.param("đả*", "đảng đá dang", {}, [[("đảng", "same", 1.0, 1)]], id="a prefix"),
        pytest.param(
            "đong~", "đang đăng", {}, [[("đang", "same", 0.5, 1), ("đăng", "completes", 0.15, 1)]], id="a slip"
        ),
        pytest.param("đnag~", "đang", {}, [[("đang", "same", 0.5, 1)]], id="two letters in the other order"),
        pytest.param("đả*", "dang xa", {}, [[("dang", "bare", 0.7, 1)]], id="a prefix, where all was typed without"),
        pytest.param("(uy AND xyz) OR xa", "ủy xã", {}, [[("xã", "completes", 1.0, 1)]], id="of what matches only"),
        pytest.param("kỹ", "kĩ KỸ", {}, [[("kỹ", "same", 1.0, 2)]], id="i and y"),
        pytest.param('"dang uy"', "đảng ủy", {}, [[]], id="none of a phrase"),
    ],
)
def test_readings(query, text, options, expected):
    """Each reading in the paragraph is told with its mark level, its weight and how often it occurs."""
    with make_searcher(text) as searcher:
        told = readings(searcher.explain(query, "0", **options))
    wanted = [[(canonical(term), *rest) for term, *rest in part] for part in expected]
    assert [sorted(part) for part in told] == [sorted(part) for part in wanted]


def test_words_without_marks_in_a_marked_paragraph():
    """A word without marks is no reading of one with marks where the paragraph was typed with marks."""
    with make_searcher("Đảng ủy xã họp ở Dang Bình, cấp ủy nhất trí", "dang uy xa hop huyen") as searcher:
        assert readings(searcher.explain("đảng", "0")) == [[(canonical("đảng"), "same", 1.0, 1)]]


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        pytest.param("uy", "uỷ, ủy; UỶ và uỷ", [("uỷ", "ủy", "UỶ")], id="each way once, in the order of the text"),
        pytest.param("ky", "kĩ sư, kỳ họp", [("kĩ",), ("kỳ",)], id="each reading its own"),
        pytest.param("tin*", "Tin tinh tỉnh", [("Tin",), ("tinh",), ("tỉnh",)], id="of a prefix"),
        pytest.param("tỉnh", "ti\u0309nh", [("ti\u0309nh",)], id="as it is composed"),
        pytest.param("title:uy", "ủy", [("UỶ",)], id="as the title does"),
    ],
)
def test_surfaces(query, text, expected):
    """A reading is told as the paragraph, or its title, writes it."""
    with open_index(":memory:", create=True) as index:
        add_segment(index, Document("0", text, title="Đảng UỶ"))
        part = Searcher(index).explain(query, "0").parts[0]
    assert sorted(own.surfaces for own in part.readings) == sorted(expected)


def test_parts_are_named(searcher):
    """A part is named by its kind and what was typed, with the field it was looked for in and its boost."""
    parts = searcher.explain('ĐẢNG Ủy^4 "uỷ họp"^2 title:Chỉ u* ủ~', "qd", match="any").parts
    assert {(part.kind, part.label, part.field, part.boost) for part in parts} == {
        ("word", "ĐẢNG", "text", 1.0),
        ("word", "Ủy", "text", 4.0),
        ("pair", "ĐẢNG Ủy", "text", PAIR_WEIGHT),
        ("phrase", "uỷ họp", "text", 2.0),
        ("word", "Chỉ", "title", 1.0),
        ("pattern", "u*", "text", 1.0),
        ("fuzzy", "ủ", "text", 1.0),
    }


@pytest.mark.parametrize(
    ("query", "document", "paragraph", "expected"),
    [
        pytest.param("công an", "qd", None, 1, id="the best paragraph, where none is named"),
        pytest.param("đảng", "qd", 1, 1, id="the paragraph that is named"),
        pytest.param("công", "qd", 0, None, id="a paragraph that is not found"),
        pytest.param("đảng", "qd", 9, None, id="a paragraph that there is not"),
        pytest.param("đảng", "nobody", None, None, id="a document that there is not"),
        pytest.param("đảng", "old", None, None, id="a document that was deleted"),
        pytest.param("đảng", "short", None, None, id="a document that is not found"),
        pytest.param("zzz", "qd", None, None, id="nothing is found"),
        pytest.param("", "qd", None, None, id="nothing is searched for"),
    ],
)
def test_what_is_explained(searcher, query, document, paragraph, expected):
    """What a search finds can be explained, and nothing else."""
    explanation = searcher.explain(query, document, paragraph)
    assert (explanation and explanation.paragraph) == expected


def test_modes_are_those_of_the_search(searcher):
    """A paragraph is explained for the search's way to count marks and to match."""
    assert searcher.explain("đảng họp", "long", match="all") is None
    assert searcher.explain("đảng họp", "long", match="any").rank == searcher.explain("đảng họp", "long").rank
    assert searcher.explain("đảng", "bare", marks="strict") is None
    assert searcher.explain("đảng", "bare", marks="ignore").parts[0].field == "text.folded"


def test_what_whoosh_adds_is_the_remainder(searcher):
    """Whoosh's own queries have no parts: what they add to the score is left over."""
    whole = searcher.explain(Term("text.folded", "uy"), "bare")
    assert whole.parts == ()
    assert whole.remainder == pytest.approx(whole.score)
    mixed = searcher.explain(And([parse("dang", {}), Term("text.folded", "uy")]), "bare")
    assert mixed.remainder == pytest.approx(whole.remainder)
    assert mixed.remainder + mixed.parts[0].score == pytest.approx(mixed.score)
