"""Documents to be read, with what a query matches in them."""

import pytest

from timviet.index import Document, Passage, open_index
from timviet.search import Searcher

PARAGRAPHS = [
    Passage("Quy chế chợ Bến Đò", "Điều 1", 1),
    Passage("Chợ họp từ năm giờ; dang uy theo dõi.", "Điều 1", 1),
    Passage("Đảng uỷ xã & ban quản lý giữ trật tự.", "Điều 2", 2),
]


@pytest.fixture
def searcher():
    with open_index(":memory:", create=True) as index:
        with index.writer() as writer:
            writer.add(Document(id="khac", text="Đảng ủy phường."))
            writer.add(Document(id="quy-che", title="Quy chế", metadata={"năm": 2024}, paragraphs=PARAGRAPHS))
        with Searcher(index) as searcher:
            yield searcher


def test_a_document_is_read_whole_and_in_order(searcher):
    """All of its paragraphs are there, as written, with their places, and none of another document's."""
    document = searcher.document("quy-che")
    assert (document.id, document.title, document.path, document.metadata) == (
        "quy-che",
        "Quy chế",
        None,
        {"năm": 2024},
    )
    places = [(own.paragraph, own.text, own.section, own.page) for own in document.paragraphs]
    assert places == [(number, own.text, own.section, own.page) for number, own in enumerate(PARAGRAPHS)]
    assert document.paragraph_count == 3
    assert [own.spans for own in document.paragraphs] == [(), (), ()]
    assert [own.start for own in document.paragraphs] == [0, 19, 57]


@pytest.mark.parametrize(
    ("query", "options", "marked"),
    [
        ("dang uy", {}, ["dang uy", "Đảng uỷ"]),  # words without marks find all their readings
        ("đảng ủy", {}, ["Đảng uỷ"]),  # a paragraph that has marks elsewhere means those that it lacks
        ("ddarng uyr", {}, ["Đảng uỷ"]),  # what the query was meant to say
        ('"cho hop" nam', {"match": "all"}, ["Chợ họp", "năm"]),  # "Chợ" alone is no part of the phrase
        ("đảng ủy", {"marks": "ignore"}, ["dang uy", "Đảng uỷ"]),
        ("không-có", {}, []),
    ],
)
def test_what_the_query_matches_is_marked(searcher, query, options, marked):
    """In all paragraphs, by the same rules as in results, whatever else was found."""
    document = searcher.document("quy-che", query, **options)
    assert [own.text[slice(*span)] for own in document.paragraphs for span in own.spans] == marked


def test_html_is_escaped(searcher):
    """Whatever a text holds is shown as text."""
    assert searcher.document("quy-che", "dang uy").paragraphs[2].to_html() == (
        "<mark>Đảng uỷ</mark> xã &amp; ban quản lý giữ trật tự."
    )


@pytest.mark.parametrize(
    ("offset", "limit", "numbers"), [(0, None, [0, 1, 2]), (1, 1, [1]), (2, 9, [2]), (3, 9, []), (0, 0, [])]
)
def test_a_part_of_it(searcher, offset, limit, numbers):
    """A part has the paragraphs asked for, and tells how many there are in all."""
    document = searcher.document("quy-che", offset=offset, limit=limit)
    assert [own.paragraph for own in document.paragraphs] == numbers
    assert document.paragraph_count == 3


def test_no_such_document(searcher):
    """There is nothing to read where there is no document of that id."""
    assert searcher.document("quy") is None


@pytest.mark.parametrize(
    ("arguments", "error"),
    [(("quy-che", "", -1), ValueError), (("quy-che", "", 0, -1), ValueError), ((7,), TypeError)],
)
def test_mistakes_are_told(searcher, arguments, error):
    """What cannot be meant is an error."""
    with pytest.raises(error):
        searcher.document(*arguments)


def test_a_commit_has_an_id_of_its_own():
    """The id changes with each commit, and only with it; two indexes with as many commits have others."""
    with open_index(":memory:", create=True) as index, open_index(":memory:", create=True) as other:
        searcher = Searcher(index)
        ids = [searcher.commit_id]
        for text in ("một", "hai"):
            for own in (index, other):
                with own.writer() as writer:
                    writer.add(Document(id="1", text=text))
            assert searcher.commit_id == ids[-1]
            searcher.refresh()
            ids.append(searcher.commit_id)
        assert len(set(ids)) == 3
        assert Searcher(other).commit_id != ids[-1]
