"""Leaves of a plan find their paragraphs and positions, and score them, as counting by hand does."""

from collections.abc import Iterable
from itertools import pairwise, product
from math import log, prod

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from whoosh.query import Term
from whoosh.util.numeric import byte_to_length, length_to_byte

from helpers import add_segment, lexicon_of, make_index
from timviet.index import Document, canonical, fold
from timviet.index.snapshot import Snapshot
from timviet.search import Searcher
from timviet.search.marks import Level, level
from timviet.search.match import SegmentMatcher
from timviet.search.nodes import All, Filter, TermGroup, TermSequence, WhooshQuery, Without, scored_leaves
from timviet.search.parser import parse
from timviet.search.plan import make_plan
from timviet.search.rank import K1, LEVEL_WEIGHTS, PAIR_WEIGHT, B

SYLLABLES = ["a", "á", "ạ", "ba", "bà", "bả"]
words = st.sampled_from(SYLLABLES)
texts = st.lists(st.lists(words, max_size=12).map(" ".join), min_size=1, max_size=4)
segments = st.lists(texts, min_size=1, max_size=3)
queries = st.lists(words, min_size=1, max_size=3)


def is_marked(word: str) -> bool:
    """Whether a syllable has any mark."""
    return fold(word) != canonical(word)


def weight(typed: str, written: str, query: list[str], paragraph: list[str]) -> float:
    """What one occurrence of a written syllable counts for a typed one of a query.

    All readings count in full where no mark was typed; one without marks only in a paragraph typed without marks.
    """
    if fold(typed) != fold(written):
        return 0.0
    own = level(canonical(typed), canonical(written))
    if own is Level.BARE and 10 * sum(map(is_marked, paragraph)) > len(paragraph):
        return 0.0
    marked = any(map(is_marked, query))
    return 1.0 if own is Level.COMPLETES and not marked else LEVEL_WEIGHTS.get(own, 0.0)


def occurrences(phrase: list[str], query: list[str], tokens: list[str], slop: int = 1) -> dict[int, float]:
    """The places where a phrase ends, each with the weight of the best way to get there: every way is tried."""
    weights = [{at: weight(word, token, query, tokens) for at, token in enumerate(tokens)} for word in phrase]
    places = [[place for place, own in by_place.items() if own] for by_place in weights]
    ends: dict[int, float] = {}
    for way in product(*places):
        if all(1 <= after - before <= slop for before, after in pairwise(way)):
            counts = prod(by_place[place] for by_place, place in zip(weights, way, strict=True))
            ends[way[-1]] = max(ends.get(way[-1], 0.0), counts)
    return ends


def counted(weights: Iterable[float]) -> float:
    """What occurrences count together: those with the marks typed each, the others as likely as one is meant."""
    return sum(own == 1 for own in weights) + 1 - prod(1 - own for own in weights if own < 1)


def inverse_document_frequency(found: float, total: int) -> float:
    """How much what is found in some of the paragraphs tells them apart."""
    return log(1 + (total - found + 0.5) / (found + 0.5))


def rarity(typed: str, query: list[str], paragraphs: list[list[str]]) -> float:
    """A word's inverse document frequency; its readings are taken to be spread independently."""
    total = len(paragraphs)
    if not any(map(is_marked, query)):
        return inverse_document_frequency(sum(any(fold(token) == typed for token in own) for own in paragraphs), total)
    typed_bare = [own for own in paragraphs if own and 10 * sum(map(is_marked, own)) <= len(own)]
    shares = []
    for reading in SYLLABLES:
        count = sum(reading in own for own in paragraphs)
        if level(canonical(typed), canonical(reading)) is Level.BARE:
            count = min(count, len(typed_bare))
        shares.append(weight(typed, reading, query, [fold(typed)]) * count / total)
    return inverse_document_frequency(total * (1 - prod(1 - share for share in shares)), total)


def bm25(rarity: float, frequency: float, tokens: list[str], paragraphs: list[list[str]]) -> float:
    """Okapi BM25 for a paragraph whose length is kept in a byte."""
    length = byte_to_length(length_to_byte(len(tokens))) or 1
    average = max(sum(map(len, paragraphs)), 1) / len(paragraphs)
    return rarity * (K1 + 1) * frequency / (frequency + K1 * (1 - B + B * length / average))


def phrase_scores(phrase: list[str], query: list[str], paragraphs: list[list[str]], slop: int = 1) -> list[float]:
    """What a phrase adds to each paragraph's score: it is as rare as the paragraphs that hold it."""
    frequencies = [counted(occurrences(phrase, query, own, slop).values()) for own in paragraphs]
    own_rarity = inverse_document_frequency(sum(map(bool, frequencies)), len(paragraphs))
    return [bm25(own_rarity, *own, paragraphs) for own in zip(frequencies, paragraphs, strict=True)]


def word_scores(word: str, query: list[str], paragraphs: list[list[str]]) -> list[float]:
    """What a word adds to each paragraph's score."""
    frequencies = [counted([weight(word, token, query, own) for token in own]) for own in paragraphs]
    own_rarity = rarity(word, query, paragraphs)
    return [bm25(own_rarity, *own, paragraphs) for own in zip(frequencies, paragraphs, strict=True)]


def plan_leaf(index, query):
    """The one leaf of a query's plan."""
    (leaf,) = scored_leaves(make_plan(parse(query, {}), lexicon_of(index)))
    return leaf


def postings(index, leaf, within=None):
    """What a leaf finds: how much its occurrences count, by document."""
    snapshot = Snapshot(index.whoosh.searcher())
    found = {}
    for segment in snapshot.segments:
        own = SegmentMatcher(segment).postings(leaf, within)
        numbers = (own.documents + segment.first).tolist()
        found |= {snapshot.stored(number)["id"]: count for number, count in zip(numbers, own.frequencies, strict=True)}
    return found


def by_hand(paragraphs, phrase, slop=1):
    """What is to be found: how much the occurrences count, by document."""
    found = {document: occurrences(phrase, phrase, tokens, slop) for document, tokens in paragraphs.items()}
    return {document: pytest.approx(counted(ends.values())) for document, ends in found.items() if ends}


def numbered(segments: list[list[str]]) -> dict[str, list[str]]:
    """The tokens of each document by its id, as `make_index` numbers them."""
    every = [text.split() for segment in segments for text in segment]
    return {str(number): tokens for number, tokens in enumerate(every)}


@given(segments, words, st.data())
def test_postings_of_words(segments, word, data):
    """A word is found at each place of a reading that answers it, in every segment, not in deleted documents."""
    index = make_index(*segments)
    paragraphs = numbered(segments)
    removed = data.draw(st.sets(st.sampled_from(sorted(paragraphs))))
    add_segment(index, Document(id="new", text="á ba"), remove=removed)
    left = {document: tokens for document, tokens in paragraphs.items() if document not in removed}
    leaf = plan_leaf(index, word)
    assert isinstance(leaf, TermGroup)
    assert postings(index, leaf) == by_hand(left | {"new": ["á", "ba"]}, [word])


@given(segments, st.lists(words, min_size=2, max_size=4), st.integers(1, 4))
@example([["ba ba ba a"]], ["ba", "ba", "a"], 2)
@example([["a ba a ba ba"]], ["a", "ba", "ba"], 3)
@example([["á ba a bà"]], ["á", "bà"], 3)
def test_postings_of_phrases(segments, phrase, slop):
    """A phrase is found wherever its words follow one another within the slop, whichever way fits best."""
    index = make_index(*segments)
    leaf = plan_leaf(index, f'"{" ".join(phrase)}"~{slop}')
    assert isinstance(leaf, TermSequence)
    assert postings(index, leaf) == by_hand(numbered(segments), phrase, slop)


@pytest.mark.parametrize(
    ("phrase", "text", "frequency"),
    [
        pytest.param('"công an"', "công an, công an", 2, id="next to each other, twice"),
        pytest.param('"công an"', "công, an", 1, id="across punctuation"),
        pytest.param('"công an"', "công tác an ninh", 0, id="a word between"),
        pytest.param('"công an"', "an công", 0, id="in the other order"),
        pytest.param('"công an"~2', "công tác an ninh", 1, id="a word between is one step more"),
        pytest.param('"công an"~2', "công tác bảo an", 0, id="two words between are too many"),
        pytest.param('"a b c"~2', "a x b x c", 1, id="each step may be as long"),
        pytest.param('"a b c"~2', "a b x x c", 0, id="no step may be longer"),
        pytest.param('"cong an"', "công an công ăn", 2, id="readings with marks count in full without marks"),
        pytest.param('"công an"', "công an công ăn", 1.5, id="readings with more marks count half beside marks"),
        pytest.param('"công an"', "công ăn, công ăn", 0.75, id="two of them less than one without"),
        pytest.param('"công an"', "cong an", 0.7, id="a text without marks counts less"),
        pytest.param('"05-CT/TW"', "Chỉ thị số 05-CT/TW", 1, id="a code"),
        pytest.param('"công a*"', "công an, công ăn, công ty", 1.5, id="a prefix at the end"),
    ],
)
def test_phrases(phrase, text, frequency):
    """A phrase counts as often as it ends somewhere, each time by its words' weights."""
    index = make_index([text])
    found = postings(index, plan_leaf(index, phrase))
    assert sum(found.values()) == pytest.approx(frequency)


@given(segments, queries)
@example([["a " * 15], ["a"]], ["a"])  # a length that is rounded
@example([["a ba", "ba a"], ["a"]], ["a", "ba", "a", "ba"])  # a pair that counts twice
def test_scores_of_words(segments, query):
    """A paragraph's score is the sum of the BM25 of its words and, by half, of its pairs of neighbouring words."""
    paragraphs = list(numbered(segments).values())
    parts = [word_scores(word, query, paragraphs) for word in query]
    pairs = [phrase_scores([*pair], query, paragraphs) for pair in pairwise(query)]
    scores = [sum(own) for own in zip(*parts, strict=True)]
    with_pairs = [score + PAIR_WEIGHT * sum(own[place] for own in pairs) for place, score in enumerate(scores)]
    expected = {str(place): pytest.approx(with_pairs[place]) for place, score in enumerate(scores) if score}
    with Searcher(make_index(*segments)) as searcher:
        results = searcher.search(" ".join(query), match="any", limit=100)
    assert ({} if results.relaxed else {hit.document_id: hit.score for hit in results}) == expected
    assert [hit.score for hit in results] == sorted((hit.score for hit in results), reverse=True)


@given(segments, st.lists(words, min_size=2, max_size=3), st.integers(1, 3))
def test_scores_of_phrases(segments, phrase, slop):
    """A paragraph's score for a phrase is its BM25; each place where it ends is an occurrence."""
    scores = phrase_scores(phrase, phrase, list(numbered(segments).values()), slop)
    expected = {str(place): pytest.approx(score) for place, score in enumerate(scores) if score}
    with Searcher(make_index(*segments)) as searcher:
        results = searcher.search(f'"{" ".join(phrase)}"~{slop}', limit=100)
    assert ({} if results.relaxed else {hit.document_id: hit.score for hit in results}) == expected


@pytest.mark.parametrize(
    ("query", "plain"), [("a^2", "a"), ('"a ba"^2', '"a ba"'), ("(a ba)^2", "a ba"), ("b*^2", "b*"), ("a~^2", "a~")]
)
def test_boosts_multiply(query, plain):
    """A boost multiplies the score of what it stands after."""
    with Searcher(make_index(["a ba", "ba a", "bà", "á"])) as searcher:
        boosted, unboosted = (searcher.search(text, match="any") for text in (query, plain))
    assert [2 * hit.score for hit in unboosted] == pytest.approx([hit.score for hit in boosted])
    assert unboosted


def test_only_what_counts_is_scored():
    """Filters, and what is left out, are no leaves that add to a score."""
    index = make_index(["a ba"])
    leaf, other = plan_leaf(index, "a"), plan_leaf(index, "ba")
    assert scored_leaves(All([Without(leaf, other), Filter(other), WhooshQuery(Term("id", "0"))])) == [leaf]
    (segment,) = Snapshot(index.whoosh.searcher()).segments
    found = SegmentMatcher(segment).matches(Filter(leaf))
    assert (found.documents.tolist(), found.scores.tolist()) == ([0], [0.0])
