"""Searches of a small corpus rank it as they should, each paragraph for a reason: see `data/golden`.

A back end conforms when every search finds the paragraphs of its ranking, in that order, and no others.
"""

import tomllib
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import with_tones_on_first, with_tones_on_last
from timviet.index import Document, Index, open_index
from timviet.search import Searcher

FOLDER = Path(__file__).with_name("data") / "golden"
CORPUS, *SUBJECTS = (
    tomllib.loads((FOLDER / f"{subject}.toml").read_text("utf-8"))
    for subject in ("corpus", "marks", "words", "operators")
)
SEARCHES = [pytest.param(search, id=search["rule"]) for subject in SUBJECTS for search in subject["search"]]
WORDS = sorted({word for text in CORPUS["paragraphs"].values() for word in text.split()})

SPELLINGS = {
    "composed": lambda text: unicodedata.normalize("NFC", text),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "capitals": str.upper,
    "tones on the first vowel": with_tones_on_first,
    "tones on the last vowel": with_tones_on_last,
    "i for y": lambda text: text.replace("kỹ", "kĩ").replace("Kỹ", "Kĩ"),
}


def fill(index: Index) -> Index:
    """Put the corpus in an index, and return that."""
    with index.writer() as writer:
        for name, text in CORPUS["paragraphs"].items():
            writer.add(Document(id=name, text=text))
        for name, own in CORPUS["documents"].items():
            metadata = {"year": own["year"]}
            writer.add(Document(id=name, text=own["text"], title=own["title"], path=own["path"], metadata=metadata))
    return index


@pytest.fixture(scope="module")
def searcher(back_end):
    """A searcher of the corpus, on each back end."""
    with open_index(back_end(), create=True) as index, Searcher(fill(index)) as searcher:
        yield searcher


def lines(search, table):
    """What the lines of a search's table name, each with its reason."""
    return dict(line.split(maxsplit=1) for line in search.get(table, "").splitlines() if line)


def ranked(searcher, search, query):
    """What a search finds, best first, with the scores."""
    options = {option: search[option] for option in ("marks", "match") if option in search}
    return [(hit.document_id, hit.score) for hit in searcher.search(query, limit=50, **options)]


@pytest.mark.parametrize("search", SEARCHES)
def test_rankings(searcher, search):
    """A search finds the paragraphs of its ranking, in its order, and none that it has to leave out."""
    scores = ranked(searcher, search, search["query"])
    assert [name for name, _ in scores] == [*lines(search, "ranking")]
    assert not {name for name, _ in scores} & {*lines(search, "absent")}


@pytest.mark.parametrize("search", SEARCHES)
def test_rankings_are_no_matter_of_chance(searcher, search):
    """Neighbours in a ranking are told apart by their scores, not by their order in the index."""
    scores = [score for _, score in ranked(searcher, search, search["query"])]
    assert all(one != other for one, other in pairwise(scores))


@pytest.mark.parametrize("search", SEARCHES)
def test_rankings_of_other_spellings(searcher, search):
    """However a query is spelled, it finds the same, with the same scores."""
    query = search["query"]
    answers = {spelling: ranked(searcher, search, respell(query)) for spelling, respell in SPELLINGS.items()}
    assert answers == dict.fromkeys(SPELLINGS, ranked(searcher, search, query))


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join), st.sampled_from([*SPELLINGS]))
def test_other_spellings_of_any_words(searcher, query, spelling):
    """Words of the corpus, in any number and order, find the same in any spelling."""
    assert ranked(searcher, {}, SPELLINGS[spelling](query)) == ranked(searcher, {}, query)


@pytest.mark.parametrize("name", CORPUS["paragraphs"])
def test_paragraphs_are_found_by_themselves(searcher, name):
    """A paragraph that is searched for as it stands comes first, in every spelling."""
    text = CORPUS["paragraphs"][name]
    scores = [ranked(searcher, {}, respell(text))[0] for respell in (str, *SPELLINGS.values())]
    assert scores == [(name, scores[0][1])] * len(scores)


@pytest.mark.parametrize("search", SEARCHES)
def test_the_rankings_can_be_read(search):
    """Each line of a ranking names a paragraph of the corpus and gives a reason."""
    table = lines(search, "ranking") | lines(search, "absent")
    assert {*table} <= {*CORPUS["paragraphs"], *CORPUS["documents"]}
    assert lines(search, "ranking")
    assert all(len(reason) > 3 for reason in table.values())
