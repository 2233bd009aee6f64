"""Real articles are found by any of their sentences, typed in any way, and by what people look for in them."""

import unicodedata

import pytest
from whoosh.query import Every

from helpers import stripped, with_tones_on_first, with_tones_on_last
from timviet.index import open_index, sync
from timviet.index.unicode import sentence_boundaries
from timviet.search import Searcher

SPELLINGS = {
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "capitals": str.upper,
    "tones on the first vowel": with_tones_on_first,
    "tones on the last vowel": with_tones_on_last,
}


@pytest.fixture(scope="module")
def searcher(shared):
    """A searcher of five news articles."""
    index = open_index(":memory:", create=True)
    sync(index, [shared / "corpus" / "news"])
    with Searcher(index) as searcher:
        yield searcher


@pytest.fixture(scope="module")
def paragraphs(searcher):
    """The text of every paragraph there is, by its document and number."""
    return {(hit.document_id, hit.paragraph): hit.text for hit in searcher.search(Every(), limit=1000)}


def sentences(text):
    """The sentences of a paragraph that have a letter or a digit."""
    ends = sentence_boundaries(text)
    cut = (text[start:end] for start, end in zip([0, *ends], ends, strict=False))
    return [sentence for sentence in cut if any(map(str.isalnum, sentence))]


def holding(paragraphs, words):
    """The paragraphs that hold the words side by side, in any case and spelling."""
    return {place for place, text in paragraphs.items() if plain(words) in plain(text)}


def plain(text):
    """The text in small letters, composed, with tones where they once were."""
    return with_tones_on_first(unicodedata.normalize("NFC", text)).lower()


def places(results):
    """Where the paragraphs of a result are."""
    return [(hit.document_id, hit.paragraph) for hit in results]


def test_every_sentence_finds_its_paragraph(searcher, paragraphs):
    """A sentence finds its paragraph first: as typed and without marks, decomposed, in capitals, tones elsewhere.

    Spellings that are equal give equal scores.
    """
    searched = 0
    for text in paragraphs.values():
        for sentence in sentences(text):
            typed = searcher.search(sentence, limit=1)[0]
            assert sentence.strip() in typed.text
            assert sentence.strip() in searcher.search(stripped(sentence), limit=1)[0].text, stripped(sentence)
            for name, respell in SPELLINGS.items():
                hit = searcher.search(respell(sentence), limit=1)[0]
                assert (hit.text, hit.score) == (typed.text, typed.score), (name, sentence)
            searched += 1
    assert searched > 80


@pytest.mark.parametrize("query", ["Đảng ủy Công an", "Đảng uỷ Công an", "ĐẢNG UỶ CÔNG AN", "đảng ủy công an"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_one_query_in_many_spellings(searcher, query, form):
    """The same words find the same paragraphs with the same scores, in old and new spelling, capitals and any form."""
    results = searcher.search(unicodedata.normalize(form, query), limit=100)
    expected = searcher.search("Đảng ủy Công an", limit=100)
    assert [*results] == [*expected] != []


@pytest.mark.parametrize("query", ["dang uy cong an", "Đảng ủy Công an"])
def test_both_spellings_are_found_and_marked(searcher, paragraphs, query):
    """The words are found and marked as each author spelled them."""
    results = searcher.search(query, limit=100, snippet_length=10_000)
    assert holding(paragraphs, "Đảng ủy Công an") <= {*places(results)}
    marked = {hit.snippet.text[start:end] for hit in results for start, end in hit.snippet.spans}
    assert {"Đảng ủy Công an", "Đảng uỷ Công an"} <= marked


@pytest.mark.parametrize("query", ["ma túy", "ma tuý", "ma tuy", "MA TUÝ", '"ma tuy"'])
def test_drugs(searcher, paragraphs, query):
    """The paragraphs about drugs are found, and no others, in every spelling and without marks."""
    results = searcher.search(query, limit=100)
    assert {*places(results)} == holding(paragraphs, "ma túy") != set()
    assert results.relaxed is None


@pytest.mark.parametrize("query", ["Thanh Hoá", "Thanh Hóa", "thanh hoa"])
def test_a_province(searcher, paragraphs, query):
    """A province is found in both spellings and without marks: first, and as a phrase nothing else."""
    expected = holding(paragraphs, "Thanh Hóa")
    results = searcher.search(query, limit=100)
    assert results.total > len(expected) > 1
    assert places(results)[0] in expected <= {*places(results)}
    assert {*places(searcher.search(f'"{query}"', limit=100))} == expected


@pytest.mark.parametrize(
    ("query", "words", "marked"),
    [
        pytest.param('"05-CT/TW"', "05-CT/TW", "05-CT/TW", id="the number of a directive, quoted"),
        pytest.param("05-ct/tw", "05-CT/TW", "05-CT/TW", id="the number of a directive"),
        pytest.param("31,77%", "31,77%", "31,77", id="a percentage"),
        pytest.param("FULRO", "FULRO", "FULRO", id="a name in capitals"),
        pytest.param("fulro", "FULRO", "FULRO", id="a name in small letters"),
        pytest.param("ANTT", "ANTT", "ANTT", id="an abbreviation"),
    ],
)
def test_codes_and_names(searcher, paragraphs, query, words, marked):
    """A code, a number or a name finds the paragraphs that hold it, and no others, and is marked in one piece."""
    results = searcher.search(query, limit=100)
    assert {*places(results)} == holding(paragraphs, words) != set()
    assert all(f"<mark>{marked}</mark>" in hit.snippet.to_html() for hit in results)
