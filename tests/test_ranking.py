"""What decides the order of paragraphs besides how often their words occur: readings, titles, coverage."""

import pytest

from helpers import make_searcher
from timviet.index import Document, open_index
from timviet.search import Searcher


def order(searcher, query, **options):
    """The paragraphs that a query finds, best first."""
    return [hit.text for hit in searcher.search(query, limit=50, **options)]


COMMON, RARE = (
    "Đảng ủy xã họp với các chi bộ và mặt trận về việc cấp nước",
    "ông cụ có dáng uy nghi đứng ở cổng làng từ lúc sớm",
)
FILLER = "sông sâu nước chảy qua làng rồi ra biển"


@pytest.mark.parametrize(
    ("query", "first"),
    [
        pytest.param("dang uy", COMMON, id="no marks: the reading that the index has most often"),
        pytest.param("đang uy", COMMON, id="some marks: the commonest of the readings that they leave"),
        pytest.param("dáng uy", RARE, id="a mark that only the rarer reading has"),
    ],
)
def test_the_commonest_reading_comes_first(query, first):
    """Of paragraphs of about the same length, those come first whose reading the index has most often."""
    with make_searcher(RARE, *[COMMON] * 9, *[FILLER] * 9) as searcher:
        assert order(searcher, query)[0] == first


@pytest.mark.parametrize(
    ("query", "first"),
    [
        pytest.param("VAT", "VAT", id="typed in capitals, as texts write it"),
        pytest.param("thu VAT", "VAT", id="beside another word"),
        pytest.param("THU VAT", "VAT", id="all in capitals: nobody writes THU so"),
        pytest.param("vat", "vật", id="not typed in capitals"),
        pytest.param("LAN", "lặn", id="texts do not write it in capitals"),
        pytest.param("VẬT", "vật", id="with marks"),
    ],
)
@pytest.mark.parametrize("match", ["all", "any"])
def test_words_in_capitals(query, first, match):
    """What texts write in capitals is found first by who types it so, and otherwise by its commonest reading."""
    lots = ["Bảo tàng thu vật cổ, vật quý, vật lạ.", "Thợ lặn: lặn sâu, lặn lâu."] * 9
    with make_searcher(
        "Cửa hàng ở chợ thu thuế VAT của từng người mua hàng ngày.", "Chị Lan đi chợ.", *lots
    ) as searcher:
        assert first in order(searcher, query, match=match)[0]
        explanation = searcher.explain(query, "0", match=match)
        assert explanation is None or explanation.score == pytest.approx(sum(own.score for own in explanation.parts))


def test_marks_that_are_ignored_tell_no_readings_apart():
    """With marks ignored, a paragraph scores the same whichever reading it has."""
    with make_searcher("dáng uy", *["Đảng ủy"] * 9) as searcher:
        scores = {hit.score for hit in searcher.search("dang uy", marks="ignore")}
    assert len(scores) == 1


@pytest.fixture(scope="module")
def laws():
    """A searcher of documents with titles."""
    records = [
        ("land", "Luật Đất đai", ["Người sử dụng được cấp giấy chứng nhận.", "Trình tự thu hồi do tỉnh quy định."]),
        ("housing", "Luật Nhà ở", ["Trình tự thu hồi nhà do tỉnh quy định.", "Luật đất đai áp dụng khi giao đất."]),
        ("news", None, ["Hội thảo về đất đai ở tỉnh."]),
    ]
    with open_index(":memory:", create=True) as index:
        with index.writer() as writer:
            for name, title, paragraphs in records:
                writer.add(Document(id=name, title=title, paragraphs=paragraphs))
        with Searcher(index) as searcher:
            yield searcher


@pytest.mark.parametrize(
    ("query", "match", "expected"),
    [
        pytest.param("dat dai thu hoi", "all", [("land", 1)], id="some words in the title, some in the text"),
        pytest.param("luat nha o", "all", [("housing", 1), ("housing", 0)], id="all words in the title"),
        pytest.param("luat dat dai ap dung", "all", [("housing", 1)], id="a title that lacks a word"),
        pytest.param('"luat dat dai" trinh', "all", [("land", 1)], id="a phrase in the title"),
        pytest.param("da* chung", "all", [("land", 0)], id="a prefix in the title"),
        pytest.param("dat dai -luat", "all", [("news", 0)], id="what is left out is left out by its title, too"),
    ],
)
def test_words_may_stand_in_the_title(laws, query, match, expected):
    """A word without a field's name is found in the text or in the document's title."""
    hits = laws.search(query, match=match)
    assert [(hit.document_id, hit.paragraph) for hit in hits] == expected


def test_a_title_adds_to_the_score(laws):
    """Of two paragraphs that have a word, the one comes first whose document has it in the title, too."""
    hits = laws.search("thu hoi nha", match="any")
    assert (hits[0].document_id, hits[0].paragraph) == ("housing", 0)


LONG = "mưa to ở huyện và gió lớn ở xã " + "trời nhiều mây " * 9


@pytest.mark.parametrize("query", ["mưa gió", "mưa gió huyện"])
def test_few_words_are_all_meant(query):
    """For up to three words, a paragraph that holds all comes first where those that hold some are found, too."""
    with make_searcher(LONG, "gió gió gió", "gió", *[FILLER] * 40) as searcher:
        results = searcher.search(query)
    assert results.relaxed
    assert results[0].text == LONG


@pytest.mark.parametrize(("query", "boost"), [("mưa gió", 2.0), ("mưa gió huyện trời", 1.0)])
def test_parts_of_what_counts_twice_add_up(query, boost):
    """A word of a short query that counts twice, since all are there, is explained by twice the boost."""
    with make_searcher(LONG, "gió gió gió", *[FILLER] * 40) as searcher:
        hit = next(hit for hit in searcher.search(query) if hit.text == LONG)
        explanation = searcher.explain(query, hit.document_id)
    assert {part.boost for part in explanation.parts if part.kind == "word"} == {boost}
    assert sum(part.score for part in explanation.parts) == pytest.approx(hit.score)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param('"mưa to"', ["mưa to"], id="alone, it is looked for as it stands"),
        pytest.param('"mưa lớn"', [], id="alone, and nowhere found"),
        pytest.param('"mưa to" lớn', ["mưa to", "to mưa", "gió lớn"], id="beside another word"),
        pytest.param('"mưa to" -lớn', ["mưa to"], id="beside what is left out"),
        pytest.param('+"mưa to" lớn', ["mưa to"], id="required"),
    ],
)
def test_phrases_are_taken_apart_where_too_little_is_found(query, expected):
    """Where fewer than ten paragraphs hold all, paragraphs are found, too, that hold the words of a phrase apart."""
    with make_searcher("mưa to", "gió lớn", "to mưa", *[FILLER] * 40) as searcher:
        assert order(searcher, query) == expected
