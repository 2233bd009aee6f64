"""A field's terms are found as in a sorted list, with all that is written of where they occur."""

from bisect import bisect_left

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fields import KEYED, any_texts, by_hand, dictionary, field_of, one_text, runs_by_hand, whole, written
from timviet.index.folded_terms import FoldedTerms
from timviet.index.postings import folded_form

any_terms = st.sets(st.binary(max_size=4)).map(sorted)
# Few bytes, so that many terms begin alike.
alike = st.lists(st.sampled_from([0, 9, 97, 255]), max_size=4).map(bytes)
alike_terms = st.sets(alike).map(sorted)
TWO_READINGS = {0: [b"dang", "dang\tđảng".encode()], 1: ["dang\tđảng".encode()]}


def spans(count):
    """All spans of some numbers that are not empty, as the first of them and the one after the last."""
    return [(first, last) for first in range(count) for last in range(first + 1, count + 1)]


def flat(places):
    """Lists of places one after the other: their texts, and their positions."""
    every = [place for own in places for place in own]
    return [text for text, _ in every], [position for _, position in every]


def columns(pair):
    """Two columns as lists."""
    return tuple(column.tolist() for column in pair)


@given(any_terms | alike_terms, st.binary(max_size=4) | alike)
def test_look_up(terms, asked):
    """Terms of any bytes are found where `bisect` finds them in the sorted list, by themselves or by a prefix."""
    field = one_text(terms)
    assert field.first_from(asked) == bisect_left(terms, asked)
    assert field.find(asked) == (terms.index(asked) if asked in terms else None)
    assert list(field.prefixed(asked)) == [number for number, term in enumerate(terms) if term.startswith(asked)]


@given(any_terms | alike_terms)
def test_a_list_of_terms(terms):
    """A field's terms are a list of them: length, each by its number, in order."""
    field = one_text(terms)
    assert (len(field), list(field)) == (len(terms), terms)
    assert [field.find(term) for term in terms] == list(range(len(terms)))
    for number in (-1, len(terms)):
        with pytest.raises(IndexError):
            field[number]


@pytest.mark.parametrize("asked", [b"", b"a", b"\xff"])
def test_no_terms(asked):
    """A field without terms finds none, nor have its folded forms any."""
    for field in (keyed := one_text([]), FoldedTerms(keyed)):
        assert (len(field), field.first_from(asked), field.find(asked), list(field.prefixed(asked))) == (0, 0, None, [])


@pytest.mark.parametrize("remembered", [1, 2, 100])
def test_found_again(monkeypatch, remembered):
    """Terms that are asked for again are found as at first, however many are remembered."""
    monkeypatch.setattr("timviet.index.terms._REMEMBERED_TERMS", remembered)
    field = one_text([b"an", b"dang", b"uy"])
    for asked in [b"an", b"uy", b"xa", b"xa", b"dang", b"an", b"uy", b"an"]:
        assert field.find(asked) == {b"an": 0, b"dang": 1, b"uy": 2}.get(asked)


def test_prefixed_is_lazy():
    """Terms of a prefix are looked up one by one as they are asked for."""
    field = one_text([b"dang", b"dang\tda", b"day"])
    found = field.prefixed(b"dang\t")
    assert next(found) == 1
    assert list(found) == []


@pytest.mark.parametrize("length", [200, 40_000], ids=["ends beyond a byte", "ends beyond two bytes"])
def test_long_terms(length):
    """Terms of any length are kept whole."""
    terms = [b"a" * length, b"b" * length]
    field = one_text(terms)
    assert list(field) == terms
    assert field.find(terms[1]) == 1


@given(any_texts)
def test_postings(texts):
    """Each term has the texts and frequencies that counting by hand gives, by itself and with others after it."""
    counted, terms = by_hand(texts), dictionary(texts)
    own = [[(text, len(positions)) for text, positions in counted[term].items()] for term in terms]
    for with_positions in (True, False):
        field = field_of(texts, with_positions)
        for number, term in enumerate(terms):
            assert field.document_frequency(number) == len(counted[term])
            assert columns(field.postings(number)) == flat([own[number]])
        for first, last in spans(len(terms)):
            documents, frequencies = flat(own[first:last])
            assert columns(field.postings_between(first, last)) == (documents, frequencies)
            assert field.documents_between(first, last).tolist() == documents
            assert field.frequencies_between(first, last).tolist() == frequencies


@given(any_texts)
def test_positions(texts):
    """Terms have the positions that counting by hand gives, text by text, by themselves and taken together."""
    field, counted = field_of(texts), by_hand(texts)
    for number, term in enumerate(field):
        assert field.occurrences(number)[1].tolist() == [place for own in counted[term].values() for place in own]
    for first, last in spans(len(field)):
        own = {*list(field)[first:last]}
        expected = [place for text in texts.values() for place, term in enumerate(text) if term in own]
        assert field.merged_occurrences(first, last)[1].tolist() == expected


@given(any_texts)
def test_occurrences(texts):
    """Occurrences come term by term, those at the end of a text first, then by what follows them."""
    field, counted = field_of(texts), runs_by_hand(texts)
    every = [[counted[term][own] for own in sorted(counted[term], key=lambda own: own or b"")] for term in field]
    for first, last in spans(len(field)):
        assert columns(field.occurrences_between(first, last)) == flat(
            [own for of_term in every[first:last] for own in of_term]
        )
    each = [own for of_term in every for own in of_term]
    for first, last in [(0, len(each)), *((number, number + 1) for number in range(len(each)))] if each else []:
        texts_of_runs, positions = flat(each[first:last])
        assert field.run_documents_between(first, last).tolist() == texts_of_runs
        assert field.run_positions_between(first, last).tolist() == positions


@given(any_texts, st.sets(st.integers(0, len(KEYED) - 1)).map(sorted))
@example({0: [KEYED[0], KEYED[1]], 1: [KEYED[0]]}, [0])
@example({0: [KEYED[0]] * 3}, [0])
@example({0: [KEYED[0]] * 3}, [])
def test_followed_by(texts, chosen):
    """The runs in which one of some terms follows another are where counting by hand finds them next to each other."""
    field, counted = field_of(texts), runs_by_hand(texts)
    followers = np.array([own for own in chosen if own < len(field)], np.int64)
    for number, term in enumerate(field):
        numbers, places = field.followed_by(number, followers)
        expected = [(place, counted[term].get(field[own])) for place, own in enumerate(followers.tolist())]
        expected = [(place, own) for place, own in expected if own]
        found = field.run_documents(numbers)
        assert numbers.tolist() == sorted(set(numbers.tolist()))
        assert places.tolist() == [place for place, _ in expected]
        assert found.lengths.tolist() == [len(own) for _, own in expected]
        assert (found.numbers.tolist(), field.run_positions(numbers).tolist()) == flat([own for _, own in expected])


@given(any_texts, st.lists(st.integers(0, 99), max_size=8))
def test_any_runs(texts, chosen):
    """Runs are read in any order, also the same one twice."""
    field = field_of(texts)
    count = len(field.columns["run_ends"])
    numbers = np.array([number % count for number in chosen if count], np.int64)
    found = field.run_documents(numbers)
    own = [field.run_documents_between(number, number + 1).tolist() for number in numbers]
    assert found.lengths.tolist() == [len(documents) for documents in own]
    assert found.numbers.tolist() == [document for documents in own for document in documents]
    positions = [field.run_positions_between(number, number + 1).tolist() for number in numbers]
    assert field.run_positions(numbers).tolist() == [place for own in positions for place in own]


@given(any_texts, st.sampled_from(KEYED) | st.binary(max_size=6))
@example(TWO_READINGS, b"dang\tz")
def test_folded_terms(texts, asked):
    """The folded forms read out of a keyed field are a field that was built of them."""
    keyed = field_of(texts)
    folded = FoldedTerms(keyed)
    expected = field_of({number: [folded_form(term) for term in text] for number, text in texts.items()})
    assert (len(folded), list(folded)) == (len(expected), list(expected))
    between = [term + end for term in [*keyed, *expected] for end in (b"", b"\x00", b"\t", b"0", b"\xff")]
    for term in [*between, *(term[:-1] for term in between), asked]:
        assert folded.first_from(term) == expected.first_from(term)
        assert folded.find(term) == expected.find(term)
        assert list(folded.prefixed(term)) == list(expected.prefixed(term))
    for number, term in enumerate(folded):
        assert folded.document_frequency(number) == expected.document_frequency(number)
        assert columns(folded.postings(number)) == columns(expected.postings(number))
        assert folded.occurrences(number)[1].tolist() == expected.occurrences(number)[1].tolist()
        assert [keyed[own] for own in folded.span(number)] == [own for own in keyed if folded_form(own) == term]
    for number in (-1, len(folded)):
        with pytest.raises(IndexError):
            folded[number]


def test_of_which_field():
    """Folded forms are those of their keyed field, which stands for itself; terms of another kind are of none."""
    keyed = field_of(TWO_READINGS)
    folded, plain = FoldedTerms(keyed), field_of(TWO_READINGS, with_positions=False)
    assert (folded.keyed, keyed.keyed, plain.keyed) == (keyed, keyed, None)
    assert (folded.span(0), keyed.span(1), plain.span(1)) == (range(2), range(1, 2), range(1, 2))
    assert (folded.has_positions, keyed.has_positions, plain.has_positions) == (True, True, False)


def test_no_positions():
    """A field that keeps no positions says so."""
    with pytest.raises(ValueError, match="no positions"):
        field_of(TWO_READINGS, with_positions=False).occurrences(0)


def test_weights():
    """Weights that are no whole numbers are kept as such."""
    field = written([b"a", b"b"], whole(([1, 2], [0, 0, 1], [0.5, 1.5, 2.0])))
    assert [columns(field.postings(number)) for number in (0, 1)] == [([0], [0.5]), ([0, 1], [1.5, 2.0])]


@given(st.lists(st.lists(st.binary(max_size=300), min_size=1, max_size=4), min_size=1, max_size=4))
def test_values(values):
    """What else is kept of a posting is found by its term and its place among that one's postings."""
    lengths = [len(own) for own in values]
    postings = whole((lengths, [document for own in lengths for document in range(own)], [1] * sum(lengths)))
    terms = [bytes([number]) for number in range(len(values))]
    field = written(terms, postings, [value for own in values for value in own])
    assert [[field.value(number, place) for place in range(len(own))] for number, own in enumerate(values)] == values


def test_no_values():
    """Where nothing else is kept of postings, there is no value."""
    assert [field.value(0, 0) for field in (one_text([b"a"]), FoldedTerms(one_text([b"a"])))] == [None, None]


@pytest.mark.parametrize("count", [300, 66_000])
def test_what_no_term_follows(count):
    """A term whose number has no room in the type of those that follow others follows none."""
    field = field_of({number: [f"{number:05}".encode()] for number in range(count)})
    for follower in (254, 255, 256, count - 1):
        runs, places = field.followed_by(0, np.array([follower]))
        assert (len(runs), len(places)) == (0, 0)
