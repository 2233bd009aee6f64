"""More like this: paragraphs that share what tells most about a given one."""

import pytest

from helpers import add_segment, make_index
from timviet.index import Document, open_index
from timviet.index.errors import UnknownParagraphError
from timviet.search import Searcher

TEXTS = [
    "Công an tỉnh phá đường dây ma túy qua biên giới, bắt năm người.",
    "Bộ đội biên phòng bắt nhóm buôn ma túy qua biên giới.",
    "Công an phường vận động người dân giao nộp vũ khí.",
    "Giá lúa tăng, người dân được mùa.",
    "Chợ hoa mở cửa từ sáng sớm.",
]


@pytest.fixture(scope="module")
def searcher():
    """A searcher of a few paragraphs."""
    with Searcher(make_index(TEXTS)) as searcher:
        yield searcher


def test_the_most_similar_come_first(searcher):
    """Paragraphs come by the words that they share, those that tell more first; the given one is left out."""
    results = searcher.similar("0")
    assert [hit.document_id for hit in results] == ["1", "2", "3"]
    assert results.total == 3
    assert "ma túy" in results[0].snippet.to_html()


def test_limit(searcher):
    """No more are returned than asked for; the total counts those: what shares any word is no number to tell."""
    results = searcher.similar("0", limit=1)
    assert (len(results), results.total) == (1, 1)


def test_nothing_similar(searcher):
    """Nothing is found for a paragraph that shares no word."""
    results = searcher.similar("4")
    assert (results.total, results.hits) == (0, ())


@pytest.mark.parametrize(
    ("document_id", "paragraph", "message"),
    [
        ("unknown", 0, "there is no document with the id 'unknown'"),
        ("0", 7, "document '0' has no paragraph 7: it has 1, from 0 on"),
        ("0", -1, "document '0' has no paragraph -1"),
    ],
)
def test_what_there_is_not(searcher, document_id, paragraph, message):
    """A document or paragraph that there is not is an error, which tells how many paragraphs there are."""
    with pytest.raises(UnknownParagraphError, match=message) as caught:
        searcher.similar(document_id, paragraph)
    assert isinstance(caught.value, ValueError)


def test_other_paragraphs_of_the_document_are_found():
    """Only the paragraph itself is left out, not its document."""
    with open_index(":memory:", create=True) as index:
        with index.writer() as writer:
            writer.add(Document(id="a", paragraphs=["Giá lúa tăng", "Nắng to", "Giá lúa giảm"]))
        with Searcher(index) as searcher:
            assert [hit.paragraph for hit in searcher.similar("a", 2)] == [0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("dang uy xa hop", ["Đảng ủy xã họp"], id="typed without marks: any reading"),
        pytest.param("Đang họp ở xã", ["Đảng ủy xã họp"], id="typed with marks: the words as written"),
    ],
)
def test_marks_count_as_written(text, expected):
    """Words are looked for with their marks, but for paragraphs typed without any."""
    with Searcher(make_index([text, "Đảng ủy xã họp", "đăng uy", "dâng uy"])) as searcher:
        assert [hit.text for hit in searcher.similar("0")][:1] == expected


def test_the_limit_is_checked(searcher):
    """A limit below one is refused."""
    with pytest.raises(ValueError, match="limit"):
        searcher.similar("0", limit=0)


def test_what_was_replaced_or_removed_is_not_looked_at():
    """A paragraph is the one that the document has now; of a document that is gone there is none."""
    index = make_index(["Mèo đen ngủ ngày", "Mèo đen ngủ ngày nắng", "Luật thuế thu nhập", "Thuế thu nhập cá nhân"])
    add_segment(index, Document(id="0", text="Luật thuế đất"), remove=["1"])
    with Searcher(index) as searcher:
        assert [hit.document_id for hit in searcher.similar("0")] == ["2", "3"]
        assert searcher.similar("0").total == 2
        with pytest.raises(UnknownParagraphError):
            searcher.similar("1")


def test_what_was_similar_changes_no_search():
    """A search scores the same whether or not similar paragraphs were looked for before."""
    index = make_index(["dang uy xa hop ban", "Đảng ủy họp bàn", "dáng uy", "đang họp"])
    with Searcher(index) as searcher, Searcher(index) as other:
        searcher.similar("0")
        own, its = (each.search("dang uy hop ban", marks="ignore") for each in (searcher, other))
        assert [(hit.document_id, hit.score) for hit in own] == [(hit.document_id, hit.score) for hit in its]
