"""A search finds abbreviations by what they stand for, and the other way round, after what was typed."""

import pytest

from helpers import make_searcher
from timviet.search.rank import ABBREVIATION_WEIGHT

DEFINED = "Công an giữ gìn an ninh trật tự (ANTT) trên địa bàn xã."
SHORT = "Tình hình ANTT ở xã được giữ vững trong năm."
LONG = "Tình hình an ninh trật tự ở xã được giữ vững trong năm."
OTHERS = ["Chợ hoa mở từ sáng sớm ở xã.", "An toàn trên đường, trật tự ở chợ.", "Ninh Thuận mưa to."] * 4


@pytest.fixture(scope="module")
def searcher():
    """A searcher of paragraphs that define an abbreviation, and use it and what it stands for."""
    with make_searcher(DEFINED, SHORT, LONG, *OTHERS) as searcher:
        yield searcher


def found(searcher, query, **options):
    """The numbers of the paragraphs found, best first, and of what was loosened the kinds."""
    results = searcher.search(query, **options)
    return [hit.document_id for hit in results], [own.kind for own in results.relaxed or ()]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        pytest.param("ANTT", ["0", "1", "2"], id="an abbreviation: both, it, what it stands for"),
        pytest.param("antt xã", ["0", "1", "2"], id="in small letters, beside another word"),
        pytest.param("an ninh trật tự", ["0", "2", "1"], id="words: both, they, their abbreviation"),
        pytest.param("an ninh trat tu", ["0", "2", "1"], id="without marks"),
        pytest.param("an ninh trật tự xã", ["0", "2", "1"], id="beside another word"),
    ],
)
@pytest.mark.parametrize("match", ["all", "any"])
def test_both_ways(searcher, query, first, match):
    """What was typed comes before what stands for it, and the answer says that this was looked for."""
    documents, kinds = found(searcher, query, match=match)
    places = [documents.index(name) for name in first]
    assert places[2] == max(places)
    assert {"0", first[1]} == set(documents[:2])
    assert kinds == ["abbreviation"]


OFTEN = "Trật tự ở chợ: an toàn, ANTT, tự quản, ANTT. Ninh Bình: ANTT, ANTT."
FAR = "Trong năm qua, cán bộ và nhân dân các thôn bàn cách giữ gìn an ninh trật tự, phòng cháy, trồng rừng và nuôi cá."


@pytest.mark.parametrize("match", ["all", "any", "auto"])
def test_an_abbreviation_counts_in_place_of_the_words(match):
    """A paragraph with the words apart scores no more for having their abbreviation, too, however often."""
    with make_searcher(DEFINED, OFTEN, FAR, *OTHERS) as searcher:
        hits = {hit.document_id: hit.score for hit in searcher.search("an ninh trật tự", match=match)}
        without = searcher.search("an ninh trật tự", match=match, abbreviations=False)
        assert hits["1"] < hits["2"]
        assert {name: hits[name] for name in "12"} == {
            hit.document_id: hit.score for hit in without if hit.document_id in "12"
        }
        explanation = searcher.explain("an ninh trật tự", "1", match=match)
        assert "abbreviation" not in [part.kind for part in explanation.parts]
        assert explanation.score == pytest.approx(sum(part.score for part in explanation.parts))


def test_a_rare_expansion_tells_no_more():
    """What an abbreviation stands for counts no more for being rarer than the abbreviation."""
    with make_searcher(*[SHORT] * 20, DEFINED, "An ninh trật tự.", *OTHERS) as searcher:
        documents, _ = found(searcher, "ANTT", limit=50)
        assert documents[-1] == "21"
        (part,) = searcher.explain("ANTT", "21").parts
        (typed,) = searcher.explain("ANTT", "0").parts
        assert part.inverse_document_frequency == typed.inverse_document_frequency


@pytest.mark.parametrize("query", ["ANTT", "an ninh trật tự"])
@pytest.mark.parametrize("options", [{"abbreviations": False}, {"marks": "strict"}, {"marks": "ignore"}])
def test_it_can_be_turned_off(searcher, query, options):
    """Turned off, or with marks taken otherwise, only what was typed is found."""
    documents, kinds = found(searcher, query, match="all", **options)
    assert sorted(documents) == (["0", "1"] if query == "ANTT" else ["0", "2"])
    assert kinds == []


@pytest.mark.parametrize("query", ["=ANTT", '"an ninh trật tự"', "an ninh trật", "title:ANTT"])
def test_what_is_asked_for_exactly_is_not_expanded(searcher, query):
    """An exact word, a phrase, fewer words, another field: none has an abbreviation."""
    assert "abbreviation" not in found(searcher, query)[1]


def test_parts_are_explained_and_add_up(searcher):
    """What was found in place of an abbreviation is a part of its own, with its weight, and the parts add up."""
    for query, document, kind, label in (
        ("ANTT", "2", "expansion", "an ninh trật tự"),
        ("an ninh trật tự", "1", "abbreviation", "ANTT"),
    ):
        explanation = searcher.explain(query, document, match="all")
        assert [(part.kind, part.label, part.boost) for part in explanation.parts] == [
            (kind, label, ABBREVIATION_WEIGHT)
        ]
        assert explanation.score == pytest.approx(sum(part.score for part in explanation.parts))
        assert explanation.remainder == 0


def test_alternatives_are_expanded(searcher):
    """What any of several alternatives finds is no less than what one of them does, abbreviations or not."""
    alone, _ = found(searcher, "ANTT", match="all", limit=50)
    either, kinds = found(searcher, "ANTT OR chợ", match="all", limit=50)
    assert {*alone} < {*either}
    assert kinds == ["abbreviation"]


def test_an_explanation_goes_by_the_search(searcher):
    """Without abbreviations, what they alone found is not explained."""
    assert searcher.explain("ANTT", "2", match="all") is not None
    assert searcher.explain("ANTT", "2", match="all", abbreviations=False) is None


def test_what_stands_for_words_is_highlighted(searcher):
    """A match by abbreviation or expansion is marked as any other."""
    marked = {hit.document_id: hit.snippet.to_html() for hit in searcher.search("ANTT")}
    assert "<mark>an ninh trật tự</mark>" in marked["2"]
    assert "<mark>ANTT</mark>" in marked["1"]
