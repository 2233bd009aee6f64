"""Nodes of a plan find what they ask for, and score it, as counting by hand does."""

from dataclasses import replace
from itertools import pairwise
from math import log, prod
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from whoosh.query import Term
from whoosh.util.numeric import byte_to_length, length_to_byte

from helpers import add_segment, lexicon_of, make_index
from test_groups import counted, is_marked, is_unmarked, likely, numbered, occurrences, plan_leaves, weight
from timviet.index import canonical, fold
from timviet.index.snapshot import Snapshot
from timviet.search import Searcher, leaf_postings, match
from timviet.search.groups import GroupReader
from timviet.search.marks import Level, level
from timviet.search.match import SegmentMatcher
from timviet.search.nodes import (
    All,
    AnyOf,
    Everything,
    Filter,
    Highest,
    Maybe,
    TermGroup,
    TermSequence,
    WhooshQuery,
    Without,
    scored_leaves,
)
from timviet.search.parser import parse, query_fields
from timviet.search.plan import make_plan
from timviet.search.rank import PAIR_WEIGHT, RANKING, rounded_length

SYLLABLES = ["a", "á", "ạ", "ba", "bà", "bả"]
words = st.sampled_from(SYLLABLES)
texts = st.lists(st.lists(words, max_size=12).map(" ".join), min_size=1, max_size=4)
segments = st.lists(texts, min_size=1, max_size=3)
queries = st.lists(words, min_size=1, max_size=3)

LEAVES = ["a", "á^3", "ba", "bà", "b*", '"a ba"', '"a ba"^3', '"a b*"~2', "xã"]
# Shares of the paragraphs above which what is found is kept, and scores are bounded, paragraph by paragraph.
ALWAYS, NEVER = 0, 1000
either_way = pytest.mark.parametrize("share", [pytest.param(ALWAYS, id="dense"), pytest.param(NEVER, id="sparse")])


def inverse_document_frequency(found: float, total: int) -> float:
    """How much what is found in some of the paragraphs tells them apart."""
    return log(1 + (total - found + 0.5) / (found + 0.5))


def rarity(typed: str, query: list[str], paragraphs: list[list[str]]) -> float:
    """A word's inverse document frequency; its readings are taken to be spread independently, and others count 0.3."""
    total = len(paragraphs)
    if not any(map(is_marked, query)):
        return inverse_document_frequency(sum(any(fold(token) == typed for token in own) for own in paragraphs), total)
    typed_bare = [own for own in paragraphs if is_unmarked(own)]
    shares, answering = [], 0
    for reading in SYLLABLES:
        count = sum(reading in own for own in paragraphs)
        if level(canonical(typed), canonical(reading)) is Level.BARE:
            count = min(count, len(typed_bare))
        own_weight = weight(typed, reading, query, [fold(typed)])
        shares.append(own_weight * count / total)
        answering += count if own_weight else 0
    alike = sum(any(fold(token) == fold(typed) for token in own) for own in paragraphs)
    found = total * (1 - prod(1 - share for share in shares)) + 0.3 * max(0, alike - answering)
    return inverse_document_frequency(found, total)


def bm25(rarity: float, frequency: float, tokens: list[str], paragraphs: list[list[str]]) -> float:
    """Okapi BM25 for a paragraph whose length is kept in a byte, in 255 levels; what is found reaches the first."""
    length = byte_to_length(length_to_byte(len(tokens))) or 1
    average = rounded_length(max(sum(map(len, paragraphs)), 1) / max(sum(map(bool, paragraphs)), 1))
    relative_length = 1 - RANKING.b + RANKING.b * length / average
    level = max(1, round(255 * frequency / (frequency + RANKING.k1 * relative_length))) if frequency else 0
    return rarity * (RANKING.k1 + 1) * level / 255


def phrase_scores(
    phrase: list[str], query: list[str], paragraphs: list[list[str]], slop: int = 1, readings=None
) -> list[float]:
    """What a phrase adds to each paragraph's score: it is as rare as the paragraphs that hold it."""
    frequencies = [counted(occurrences(phrase, query, own, slop, likely=readings).values()) for own in paragraphs]
    own_rarity = inverse_document_frequency(sum(map(bool, frequencies)), len(paragraphs))
    return [bm25(own_rarity, *own, paragraphs) for own in zip(frequencies, paragraphs, strict=True)]


def word_scores(word: str, query: list[str], paragraphs: list[list[str]]) -> list[float]:
    """What a word adds to each paragraph's score."""
    frequencies = [counted([weight(word, token, query, own) for token in own]) for own in paragraphs]
    own_rarity = rarity(word, query, paragraphs)
    return [bm25(own_rarity, *own, paragraphs) for own in zip(frequencies, paragraphs, strict=True)]


@given(segments, queries)
@example([["a " * 15], ["a"]], ["a"])  # a length that is rounded
@example([["a ba", "ba a"], ["a"]], ["a", "ba", "a", "ba"])  # a pair that counts twice
def test_scores_of_words(segments, query):
    """A paragraph's score is the sum of the BM25 of its words and, by 0.6, of its pairs of neighbouring words."""
    paragraphs = list(numbered(segments).values())
    parts = [word_scores(word, query, paragraphs) for word in query]
    pairs = [
        phrase_scores([*pair], query, paragraphs, readings=likely([*pair], query, paragraphs))
        for pair in pairwise(query)
    ]
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
    leaf, other = plan_leaves(lexicon_of(make_index(["a ba"])), "a AND ba")
    assert scored_leaves(All([Without(leaf, other), Filter(other), WhooshQuery(Term("id", "0"))])) == [leaf]


def node(draw, leaves, depth):
    """A node of any kind over some leaves."""
    kinds = [None, Everything, WhooshQuery, *([All, AnyOf, Highest, Maybe, Without, Filter] if depth else [])]
    kind = draw(st.sampled_from(kinds))
    if kind is None:
        return draw(st.sampled_from(leaves))
    if kind is Everything:
        return Everything()
    if kind is WhooshQuery:
        return Filter(WhooshQuery(Term("id", str(draw(st.integers(0, 9))))))
    if kind in (All, AnyOf, Highest):
        boost = [] if kind is Highest else [draw(st.sampled_from([1.0, 2.0]))]
        return kind([node(draw, leaves, depth - 1) for _ in range(draw(st.integers(1, 3)))], *boost)
    return kind(*(node(draw, leaves, depth - 1) for _ in range(1 if kind is Filter else 2)))


def by_hand(node, segment, ids):
    """What a node finds in a segment: scores by the paragraphs' numbers there, from what each leaf has there."""

    def own(part):
        return by_hand(part, segment, ids)

    match node:
        case TermGroup() | TermSequence():
            found = GroupReader(segment).postings(node)
            return {
                number: node.asked.boost * node.statistics.level_score * level
                for number, level in zip(found.documents.tolist(), found.levels.tolist(), strict=True)
            }
        case All():
            parts = [own(clause) for clause in node.clauses]
            both = set.intersection(*map(set, parts)) if parts else set()
            return {number: node.boost * sum(part[number] for part in parts) for number in both}
        case AnyOf():
            parts = [own(clause) for clause in node.clauses]
            either = set().union(*parts)
            return {number: node.boost * sum(part.get(number, 0) for part in parts) for number in either}
        case Highest():
            parts = [own(clause) for clause in node.clauses]
            return {number: max(part.get(number, 0) for part in parts) for number in set().union(*parts)}
        case Maybe():
            more = own(node.optional)
            return {number: score + more.get(number, 0) for number, score in own(node.wanted).items()}
        case Without():
            excluded = own(node.excluded)
            return {number: score for number, score in own(node.wanted).items() if number not in excluded}
        case Filter():
            return dict.fromkeys(own(node.clause), 0)
        case Everything():
            return dict.fromkeys(ids, 0)
        case WhooshQuery():
            return {number: 1 for number, document in ids.items() if document == node.query.text}


def index_of(segments, removed):
    """An index without some of its documents, and its snapshot."""
    index = make_index(*segments)
    add_segment(index, remove=map(str, removed))
    return index, Snapshot(index.whoosh.searcher())


def leaves_of(index):
    """Leaves of all kinds, by what they ask for."""
    lexicon = lexicon_of(index)
    leaves = {}
    for query in LEAVES:
        (leaves[query],) = plan_leaves(lexicon, query)
    return leaves


def ids_of(snapshot, segment):
    """The ids of the documents that are left in a segment, by their paragraphs' numbers there."""
    left = [number for number in range(segment.paragraph_count) if segment.kept is None or segment.kept[number]]
    return {number: snapshot.stored(segment.first + number)["id"] for number in left}


@either_way
@given(segments=segments, removed=st.sets(st.integers(0, 9), max_size=4), data=st.data())
def test_what_nodes_find(share, segments, removed, data):
    """A node finds what its parts do, joined; among some paragraphs, those of them that it finds among all."""
    index, snapshot = index_of(segments, removed)
    asked = node(data.draw, [*leaves_of(index).values()], 3)
    with patch.object(match, "DENSE_SHARE", share), patch.object(leaf_postings, "DENSE_SHARE", share):
        for segment in snapshot.segments:
            expected = by_hand(asked, segment, ids_of(snapshot, segment))
            every = np.array(sorted(data.draw(st.sets(st.integers(0, segment.paragraph_count - 1)))), np.int64)
            matcher = SegmentMatcher(segment)
            documents, scores = matcher.matches(asked)
            assert documents.tolist() == sorted(expected)
            assert scores.tolist() == pytest.approx([expected[number] for number in sorted(expected)])
            places, scores = matcher.among(asked, every)
            assert every[places].tolist() == [number for number in every if number in expected]
            assert scores.tolist() == pytest.approx([expected[number] for number in every[places]])


some = st.lists(st.sampled_from(LEAVES), max_size=5)


def unit_of(plan):
    """The score of one unit of a plan's bounds: all weights together have room for 257 units a level, rounded up."""
    leaves = scored_leaves(plan)
    return sum(leaf.asked.boost * leaf.statistics.level_score for leaf in leaves) / (257 - len(leaves))


def assert_bounded(bounds, plan, found, count):
    """Bounds are above 0 exactly where a plan finds something, and too high by less than their slack."""
    expected = np.zeros(count)
    expected[found.documents] = found.scores
    assert (bounds.units > 0).tolist() == (expected > 0).tolist()
    too_high = bounds.units - expected / unit_of(plan)
    assert np.all((too_high > -1e-9) & (too_high < bounds.slack))


@either_way
@given(
    segments=segments,
    removed=st.sets(st.integers(0, 9), max_size=4),
    join=st.sampled_from([All, AnyOf]),
    wanted=some.filter(bool),
    optional=some,
)
@example(segments=[["a", "ba"]], removed=set(), join=AnyOf, wanted=["a"], optional=["ba"])
@example(segments=[["a", "a", "ba"]], removed={0}, join=AnyOf, wanted=["a", "á^3"], optional=["a"])
@example(segments=[["a ba", "a", "ba"]], removed=set(), join=All, wanted=["a", "ba"], optional=[])
@example(segments=[["a ba", "ba"]], removed=set(), join=AnyOf, wanted=['"a ba"', '"a ba"^3', '"a ba"'], optional=[])
def test_bounds(share, segments, removed, join, wanted, optional):
    """Bounds are above 0 exactly where a node finds something, and too high by less than their slack."""
    index, snapshot = index_of(segments, removed)
    leaves = leaves_of(index)
    plan = join([leaves[query] for query in wanted])
    if optional:
        plan = Maybe(plan, AnyOf([leaves[query] for query in optional]))
    with patch.object(match, "DENSE_SHARE", ALWAYS), patch.object(leaf_postings, "DENSE_SHARE", share):
        for segment in snapshot.segments:
            matcher = SegmentMatcher(segment)
            found = matcher.matches(plan)
            bounds = matcher.bounds(plan)
            assert (bounds is None) == (len(found.documents) == 0 or (join is All and share is NEVER))
            assert matcher.bounds(replace(plan, boost=2.0) if isinstance(plan, join) else All([plan])) is None
            if bounds is not None:
                assert_bounded(bounds, plan, found, segment.paragraph_count)


@either_way
@given(segments, st.lists(st.lists(st.sampled_from(LEAVES), min_size=1, max_size=3), min_size=1, max_size=3), some)
@example([["a ba", "ba"]], [["a", "ba"]], ["a"])
@example([["a ba", "a", "ba"]], [["a", "ba", "á^3"], ["a"]], [])
def test_bounds_where_the_highest_score_counts(share, segments, either, optional):
    """Where words may count in the place of others, bounds are for all together, and the slack for what is too much."""
    index, snapshot = index_of(segments, set())
    leaves = leaves_of(index)
    clauses = [Highest([AnyOf([leaves[query] for query in wanted]), leaves[wanted[-1]]]) for wanted in either]
    plan = Maybe(AnyOf(clauses), AnyOf([leaves[query] for query in optional])) if optional else AnyOf(clauses)
    with patch.object(match, "DENSE_SHARE", ALWAYS), patch.object(leaf_postings, "DENSE_SHARE", share):
        for segment in snapshot.segments:
            matcher = SegmentMatcher(segment)
            found = matcher.matches(plan)
            bounds = matcher.bounds(plan)
            assert (bounds is None) == (len(found.documents) == 0)
            if bounds is not None:
                assert_bounded(bounds, plan, found, segment.paragraph_count)


@pytest.mark.parametrize(
    "nothing", [All([]), AnyOf([]), All([All([]), Everything()]), Without(Everything(), Everything())]
)
def test_nothing_is_found(nothing):
    """Clauses of which there are none find nothing, alone and in others."""
    (segment,) = Snapshot(make_index(["đảng ủy"]).whoosh.searcher()).segments
    matcher = SegmentMatcher(segment)
    for asked in (nothing, All([nothing, Everything()]), AnyOf([nothing]), Maybe(nothing, Everything())):
        assert matcher.matches(asked).documents.tolist() == []
        assert matcher.among(asked, np.array([0])).places.tolist() == []
    assert matcher.matches(Without(Everything(), nothing)).documents.tolist() == [0]


@pytest.mark.parametrize(
    ("query", "match", "is_bounded"),
    [
        pytest.param("công an", "any", True, id="any of two words"),
        pytest.param("công an", "all", True, id="both of two words"),
        pytest.param("công", "all", True, id="one word"),
        pytest.param("công +an", "any", True, id="one of two words required"),
        pytest.param("công OR an", "all", True, id="alternatives"),
        pytest.param("công OR (an xã)", "all", False, id="alternatives that are no words"),
        pytest.param("công an -xã", "any", False, id="one left out"),
        pytest.param("công an text:[a TO z]", "any", False, id="a filter"),
        pytest.param("xóm OR ấp", "all", False, id="words that few paragraphs have"),
        pytest.param("công xóm", "all", False, id="one of two words required that few paragraphs have"),
        pytest.param("công OR an^0", "all", False, id="a word that counts for nothing"),
        pytest.param("công OR xóm^999", "all", True, id="a word that counts for much more"),
        pytest.param(" OR ".join(["công an"] * 99), "all", False, id="too many words to tell them apart"),
    ],
)
def test_what_is_bounded(query, match, is_bounded):
    """There are bounds where some or all of some words will do, and a good part of the paragraphs has them."""
    index = make_index([*["công an"] * 40, "công an xã", "xóm"])
    (segment,) = Snapshot(index.whoosh.searcher()).segments
    plan = make_plan(parse(query, query_fields([])), lexicon_of(index), match=match)
    assert (SegmentMatcher(segment).bounds(plan) is not None) == is_bounded
