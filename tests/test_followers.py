"""Which terms follow one another is told as reading all texts tells it, and so is which phrases have some initials."""

from collections import Counter
from itertools import pairwise, product
from math import prod
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helpers import make_index
from timviet.index.analysis import indexed_forms
from timviet.index.snapshot import Snapshot
from timviet.search.abbreviations import followers as followers_module
from timviet.search.abbreviations import initial_phrases as initial_phrases_module
from timviet.search.abbreviations.followers import Followers, are_among
from timviet.search.abbreviations.initial_phrases import initial_phrases
from timviet.search.abbreviations.surroundings import Neighbours, Surroundings

words = st.sampled_from(["an", "ấn", "ninh", "trật", "tự", "y", "ưu", "dân"])
texts = st.lists(st.lists(words, max_size=12), min_size=1, max_size=5).filter(any)
NONE = Neighbours.of({}, lambda _: 1.0)


def terms_of(own):
    """The texts' terms, as they are keyed, text by text."""
    return [[form.keyed.encode() for form in indexed_forms(" ".join(text))] for text in own]


def followers_of(own):
    """The followers in an index of the texts."""
    (segment,) = Snapshot(make_index([" ".join(text) for text in own]).whoosh.searcher()).segments
    return Followers(segment.terms("text"))


def counted(terms):
    """How often each two terms follow one another."""
    return Counter(pair for text in terms for pair in pairwise(text))


@given(texts)
@example([["an", "an", "an"], ["ninh"]])
def test_neighbours(own):
    """Before a term and after it stand the terms that do in the texts, as often."""
    followers, terms = followers_of(own), terms_of(own)
    every, pairs = sorted({term for text in terms for term in text}), counted(terms)
    lengths = followers.terms.run_lengths
    assert followers.frequencies.tolist() == [sum(text.count(term) for text in terms) for term in every]
    for number, term in enumerate(every):
        before, after = followers.before(number), followers.after(number)
        counts = dict(zip((every[own] for own in before.numbers), lengths(before.run_numbers).tolist(), strict=True))
        assert counts == {one: count for (one, other), count in pairs.items() if other == term}
        counts = dict(zip((every[own] for own in after.numbers), lengths(after.run_numbers).tolist(), strict=True))
        assert counts == {other: count for (one, other), count in pairs.items() if one == term}


@given(texts, st.sets(words), st.sets(words), st.integers(1, 3))
def test_tables(own, firsts, seconds, least):
    """How often some terms follow some others is told for each two, however it is asked for."""
    followers, pairs = followers_of(own), counted(terms_of(own))
    asked = [sorted(form.keyed.encode() for word in side for form in indexed_forms(word)) for side in (firsts, seconds)]
    (numbers, places), (others, other_places) = map(followers.numbers, asked)
    found = [[asked[0][place] for place in places], [asked[1][place] for place in other_places]]
    assert [followers.terms[number] for number in [*numbers, *others]] == [*found[0], *found[1]]
    assert followers.table(numbers, others).tolist() == [[pairs[one, other] for other in found[1]] for one in found[0]]
    runs = [followers.run(int(one), int(other)) for one, other in product(numbers, others)]
    for few in (0, 100):
        with patch.object(followers_module, "_FEW", few):
            assert followers.runs_between(numbers, others).tolist() == [run for run in runs if run is not None]
    ranges = [[range(number, number + 1) for number in side.tolist()] for side in (numbers, others)]
    if ranges[0]:
        columns = followers.pairs(*ranges, least)
        counts = {
            (followers.terms[one], followers.terms[other]): count for one, other, count in zip(*columns, strict=True)
        }
        expected = {pair: pairs[pair] for pair in product(*found) if pairs[pair] >= least}
        assert counts == expected
        assert columns.firsts.tolist() == sorted(columns.firsts.tolist())


@given(texts, st.lists(words, min_size=2, max_size=4), st.integers(1, 2))
@example([["an", "an", "an", "an"]], ["an", "an", "an"], 1)
@example([["an", "ninh", "an", "ninh", "trật"]], ["an", "ninh", "trật"], 2)
def test_phrases_end(own, phrase, least):
    """A phrase ends wherever its words stand one after the other, if each two of them do so often enough."""
    followers, terms = followers_of(own), terms_of(own)
    ((*asked,),) = terms_of([phrase])
    numbers = [followers.terms.find(term) for term in asked]
    if None in numbers:
        return
    places = [(document, end) for document, text in enumerate(terms) for end in range(len(text))]
    ends = [
        (document << 32) + end
        for document, end in places
        if end + 1 >= len(asked) and terms[document][end + 1 - len(asked) : end + 1] == asked
    ]
    is_often = all(counted(terms)[pair] >= least for pair in pairwise(asked))
    assert followers.phrase_ends(numbers, least).tolist() == (ends if is_often else [])


@given(st.lists(st.integers(0, 9)), st.sets(st.integers(0, 9)))
def test_keys_among_others(keys, others):
    """Keys are among others that are there."""
    found = are_among(np.array(keys, np.int64), np.array(sorted(others), np.int64))
    assert found.tolist() == [key in others for key in keys]


@given(texts, st.text("antdyw", min_size=3, max_size=4), st.integers(1, 2))
@example([["an", "ninh", "trật", "tự"] * 3], "antt", 2)
@example([["an", "ninh", "trật", "ấn", "ninh", "tự"]], "ant", 1)
def test_phrases_of_initials(own, letters, least):
    """The phrases of some initials whose words follow one another often enough are found, if there are not too many."""
    followers, pairs = followers_of(own), counted(terms_of(own))
    every = {pair[0] for pair in pairs} | {pair[1] for pair in pairs}
    starts = [
        [term for term in sorted(every) if term.decode()[0] in {"y": "yi", "w": "wu"}.get(own, own)] for own in letters
    ]
    expected = {way for way in product(*starts) if all(pairs[pair] >= least for pair in pairwise(way))}
    with patch.object(initial_phrases_module, "_LIKELIEST", 10_000):
        found = initial_phrases(followers, letters, Surroundings(NONE, NONE), least)
    assert set(found) == expected
    with patch.object(initial_phrases_module, "_LIKELY", 2):
        assert set(initial_phrases(followers, letters, Surroundings(NONE, NONE), least)) <= expected


def test_likeliest_phrases_first():
    """Phrases come first whose words follow one another often; those that do not fit at all do not come."""
    texts = [["xã", "an", "ninh", "tốt", "quá"]] * 9 + [["là", "an", "nhàn", "thì", "hơn"]] * 3
    followers = followers_of(texts)
    often, seldom = (tuple(indexed_forms(phrase)) for phrase in ("an ninh tốt", "an nhàn thì"))
    beside = [Neighbours.of({form.keyed.encode(): 9}, lambda _: 0.01) for form in indexed_forms("là hơn")]
    for around, expected in [
        ((NONE, NONE), [often, seldom]),
        ((beside[0], NONE), [often, seldom]),  # before either stands `an`, which alone is looked at
        ((beside[0], beside[1]), [seldom, often]),
        ((NONE, beside[1]), [seldom]),
    ]:
        found = initial_phrases(followers, "ant", Surroundings(*around), 2)
        assert found == [tuple(form.keyed.encode() for form in phrase) for phrase in expected]


@pytest.mark.parametrize(
    ("counts", "frequency", "fit"),
    [
        pytest.param([0, 0], 100, -1.20, id="never beside it: as unlikely as it gets"),
        pytest.param([1, 2], 100, 0.0, id="as often as anywhere"),
        pytest.param([50, 50], 100, 3.34, id="fifty times as often, and twenty-five times"),
        pytest.param([50, 0], 100, 1.97, id="the commoner one of them"),
    ],
)
def test_fit(counts, frequency, fit):
    """Neighbours fit as much as they are likelier beside a phrase than anywhere, each by how often it is one."""
    neighbours = Neighbours.of({b"a": 4, b"b": 1}, {b"a": 0.01, b"b": 0.02}.get)
    assert neighbours.fit(np.array(counts)[:, None], frequency).tolist() == [pytest.approx(fit, abs=0.01)]


def test_no_neighbours_fit_anywhere():
    """What has no neighbours fits as anything does."""
    assert NONE.fit(np.zeros((0, 3)), np.array([1, 2, 3])).tolist() == [0, 0, 0]


def test_commonest_neighbours():
    """Of many neighbours the commonest are kept, in the order of the index."""
    counts = {f"{number:03}".encode(): number for number in range(1, 100)}
    neighbours = Neighbours.of(counts, lambda _: 0.5)
    assert len(neighbours.terms) < len(counts)
    assert list(neighbours.terms) == sorted(counts)[-len(neighbours.terms) :]
    assert prod(neighbours.weights**2) == pytest.approx(prod(float(counts[term]) for term in neighbours.terms))
