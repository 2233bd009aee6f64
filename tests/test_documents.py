"""A document is cut into paragraphs that are found in it again."""

import dataclasses
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from timviet.index.documents import Document, Paragraph, Passage
from timviet.index.errors import DocumentError, TimvietError

# Whatever ends a line, whatever is blank, and letters.
lines = st.text(st.sampled_from("aế 1.\t\u00a0\u3000\u200b\n\r\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029😀\u0301"))
any_text = st.text(st.characters(exclude_categories=()))


def paragraphs(**document):
    """The paragraphs of a document made of the arguments."""
    return list(Document(id="d", **document).iter_paragraphs())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # In the wild
        pytest.param("Điều 1\nĐiều 2", [(0, "Điều 1"), (7, "Điều 2")], id="line feed"),
        pytest.param("Điều 1\r\nĐiều 2\r\n", [(0, "Điều 1"), (8, "Điều 2")], id="carriage return and line feed"),
        pytest.param("Điều 1\rĐiều 2", [(0, "Điều 1"), (7, "Điều 2")], id="carriage return"),
        pytest.param("Điều 1\n\n \t\u00a0\n\nĐiều 2", [(0, "Điều 1"), (13, "Điều 2")], id="blank lines"),
        pytest.param("\n\nĐiều 1\n\n", [(2, "Điều 1")], id="blank lines around"),
        pytest.param("  Điều 1  ", [(0, "  Điều 1  ")], id="spaces around are the author's"),
        pytest.param(
            "a\fb\vc\u2028d\u2029e\x85f", [(0, "a"), (2, "b"), (4, "c"), (6, "d"), (8, "e"), (10, "f")], id="rare"
        ),
        pytest.param("😀\nA", [(0, "😀"), (2, "A")], id="places in code points"),
        pytest.param("De\u0302\u0301n\nA", [(0, "De\u0302\u0301n"), (6, "A")], id="decomposed text stays so"),
        # Negative
        pytest.param("một. hai; ba", [(0, "một. hai; ba")], id="sentences are no paragraphs"),
        pytest.param("", [(0, "")], id="empty"),
        pytest.param(" \n\t\r\n", [(0, "")], id="blank"),
    ],
)
def test_text_is_cut_into_lines(text, expected):
    """Each line that is not blank is a paragraph, exactly as written; a document without any has one empty one."""
    assert paragraphs(text=text) == [Paragraph(number, *where) for number, where in enumerate(expected)]


@given(lines | any_text)
@example("\r\n\n\r")
def test_paragraphs_slice_back(text):
    """A paragraph is what the text has at its start, and paragraphs are numbered in order."""
    found = paragraphs(text=text)
    assert [paragraph.number for paragraph in found] == list(range(len(found)))
    assert all(text[start : start + len(own)] == own for _, start, own, *_ in found)
    assert all(one.start + len(one.text) < other.start for one, other in pairwise(found))


@given(lines | any_text)
def test_paragraphs_are_the_lines(text):
    """Paragraphs are Python's lines without the blank ones: nothing that can be read is left out."""
    expected = [line for line in text.splitlines() if line.strip()] or [""]
    assert [paragraph.text for paragraph in paragraphs(text=text)] == expected


@given(st.lists(lines, min_size=1))
def test_given_paragraphs_are_kept(given_paragraphs):
    """Given paragraphs stay as they are and start where they would in a text of them joined by line ends."""
    found = paragraphs(paragraphs=given_paragraphs)
    joined = "\n".join(given_paragraphs)
    assert [paragraph.text for paragraph in found] == given_paragraphs
    assert [paragraph.number for paragraph in found] == list(range(len(given_paragraphs)))
    assert all(joined[start : start + len(own)] == own for _, start, own, *_ in found)
    assert [start for _, start, *_ in found[1:]] == [start + len(own) + 1 for _, start, own, *_ in found[:-1]]


@pytest.mark.parametrize("given_paragraphs", [[], (), None])
def test_no_paragraphs_are_one_empty_one(given_paragraphs):
    """A document without paragraphs has a single empty one, so that its title is found."""
    assert paragraphs(title="Quyết định", paragraphs=given_paragraphs) == [Paragraph(0, 0, "")]


def test_passages_have_places():
    """Passages bring their places, and start where they say, or else as given texts do."""
    passages = [Passage("một", "Chương I", 2), "hai", Passage("ba", page=3, start=40)]
    assert paragraphs(paragraphs=passages) == [
        Paragraph(0, 0, "một", "Chương I", 2),
        Paragraph(1, 4, "hai"),
        Paragraph(2, 40, "ba", page=3),
    ]


def test_paragraphs_can_be_read_again():
    """Each pass over a document's paragraphs yields all of them."""
    document = Document(id="d", text="một\nhai")
    assert (
        list(document.iter_paragraphs())
        == list(document.iter_paragraphs())
        == [
            Paragraph(0, 0, "một"),
            Paragraph(1, 4, "hai"),
        ]
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"id": ""}, r"cannot index a document with the id '': give it an id that is text"),
        ({"id": 5}, r"cannot index a document with the id 5: give it an id that is text"),
        ({"id": None}, r"cannot index a document with the id None: give it an id"),
        ({"id": "d", "text": b"bytes"}, r"cannot index document 'd': its text is not text"),
        ({"id": "d", "text": None}, r"cannot index document 'd': its text is not text"),
        ({"id": "d", "text": "a", "paragraphs": ["a"]}, r"cannot index document 'd': give either .* not both"),
        ({"id": "d", "paragraphs": [Passage("a", page="3")]}, r"cannot index document 'd': its paragraphs is not text"),
        ({"id": "d", "paragraphs": [Passage("a", 5)]}, r"cannot index document 'd': its paragraphs is not text"),
        ({"id": "d", "text": "a", "paragraphs": []}, r"cannot index document 'd': give either .* not both"),
    ],
)
def test_what_cannot_be_indexed_is_refused(arguments, message):
    """A document that could not be found or shown again is refused at once, with its id, the cause and what to do."""
    with pytest.raises(DocumentError, match=message) as caught:
        Document(**arguments)
    assert isinstance(caught.value, TimvietError)


@pytest.mark.parametrize("document_id", ["0", " ", "qd/05-CT", "văn bản", "va\u0306n"])
def test_any_text_is_an_id(document_id):
    """An id is any text but the empty one, and stays as given."""
    assert Document(id=document_id).id == document_id


def test_a_document_does_not_change():
    """A document is a value: its fields cannot be set, and equal fields make equal documents."""
    document = Document(id="d", text="một", metadata={"year": 2024})
    assert document == Document(id="d", text="một", metadata={"year": 2024})
    with pytest.raises(dataclasses.FrozenInstanceError):
        document.text = "hai"


def test_documents_share_no_metadata():
    """Each document without metadata has an empty one of its own."""
    one, other = Document(id="1"), Document(id="2")
    assert one.metadata == other.metadata == {}
    assert one.metadata is not other.metadata
