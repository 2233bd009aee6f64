"""Postings are those that counting by hand gives, and are written in the columns they need."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from whoosh.filedb.filestore import RamStorage

from fields import KEYED, any_texts, by_hand, dictionary, file_of, inverted, runs_by_hand, whole, written
from timviet.index.columnwriter import create_column_file
from timviet.index.postings import (
    Runs,
    _sort,
    fold_ends,
    folded_form,
    invert,
    occurrences_by_term,
    runs,
    write_field,
)

BEYOND_16_BITS = [0, 1, 65_535, 65_536, 65_537, 131_072, 131_073]
POSTINGS = {
    *("terms", "term_ends", "posting_ends"),
    *("documents", "documents.large_places", "documents.large_numbers"),
}
FREQUENCIES = {"frequencies", "frequencies.large_places", "frequencies.large_numbers"}
OCCURRENCES = {
    "run_ends",
    *("run_documents", "run_documents.large_places", "run_documents.large_numbers"),
    *("positions", "positions.large_places", "positions.large_numbers"),
}
KEYS = {"follower_ends", "followers", "fold_ends", "fold_frequencies"}

large_texts = st.lists(st.lists(st.sampled_from(BEYOND_16_BITS), max_size=8), max_size=8)


def split(column, ends):
    """A column's parts, by where each ends."""
    return [part.tolist() for part in np.split(column, ends)][:-1]


def at_once(pieces):
    """The only piece of a column."""
    (piece,) = pieces
    return piece


def keyed_by_hand(numbered_texts):
    """Runs as columns: the end of each term's runs, the followers, and the texts and positions of each run."""
    ends, followers, places = [], [], []
    counted = runs_by_hand(numbered_texts)
    for term in range(max(counted, default=-1) + 1):
        own = {0 if follower is None else follower + 1: found for follower, found in counted.get(term, {}).items()}
        followers += sorted(own)
        places += [own[follower] for follower in sorted(own)]
        ends.append(len(followers))
    return ends, followers, places


@given(any_texts)
@example({0: [KEYED[0]] * 3, 1: [], 2: [KEYED[0], KEYED[4]]})
def test_invert(texts):
    """Each term has the texts it occurs in, ascending, with how often, as counting by hand gives."""
    terms = dictionary(texts)
    counted = by_hand(texts)
    for with_positions in (True, False):
        postings = inverted(texts, terms, with_positions)
        documents, frequencies = at_once(postings.documents), at_once(postings.frequencies)
        assert split(documents.numbers, postings.posting_ends) == [list(counted[term]) for term in terms]
        assert documents.lengths.tolist() == [len(counted[term]) for term in terms]
        own = [[len(positions) for positions in counted[term].values()] for term in terms]
        assert split(frequencies, postings.posting_ends) == own
        assert not postings.are_weights
        assert (postings.occurrences is not None) == with_positions


@given(any_texts)
@example({0: [KEYED[0]] * 3, 1: [KEYED[0]], 2: [KEYED[0], KEYED[4]]})
def test_invert_runs(texts):
    """Each run is where a term is followed by another, or by the end of the text, ascending, as counted by hand."""
    terms = dictionary(texts)
    numbers = {number: [terms.index(term) for term in text] for number, text in texts.items()}
    ends, followers, places = keyed_by_hand(numbers)
    occurrences = inverted(texts, terms).occurrences
    documents, positions = at_once(occurrences.documents), at_once(occurrences.positions)
    assert (occurrences.follower_ends.tolist(), occurrences.followers.tolist()) == (ends, followers)
    assert documents.lengths.tolist() == [len(own) for own in places]
    assert split(documents.numbers, occurrences.run_ends) == [[text for text, _ in own] for own in places]
    assert split(positions, occurrences.run_ends) == [[position for _, position in own] for own in places]


@given(large_texts)
@settings(max_examples=20)
def test_invert_many_terms(texts):
    """Terms beyond the 65,536th, and what follows them, are told apart from those before."""
    occurring, documents, positions = (
        np.array(
            [(term, text, position) for text, own in enumerate(texts) for position, term in enumerate(own)], np.uint32
        )
        .reshape(-1, 3)
        .T
    )
    postings = invert(occurring, documents, positions, 131_074)
    ends, followers, places = keyed_by_hand(dict(enumerate(texts)))
    counted, found = by_hand(dict(enumerate(texts))), split(at_once(postings.documents).numbers, postings.posting_ends)
    assert [(number, own) for number, own in enumerate(found) if own] == [
        (own, [*counted[own]]) for own in sorted(counted)
    ]
    assert postings.occurrences.follower_ends.tolist() == ends + [len(followers)] * (131_074 - len(ends))
    assert postings.occurrences.followers.tolist() == followers
    found = split(at_once(postings.occurrences.positions), postings.occurrences.run_ends)
    assert found == [[position for _, position in own] for own in places]


@pytest.mark.parametrize("bits", [2, 8, 16, 32, 60, 62], ids="numbers of {} bits".format)
@given(data=st.data())
@settings(max_examples=30)
def test_sort(bits, data):
    """Numbers are sorted as Python does, equal ones left in their order, also where places have no room beside them."""
    bound = 1 << bits
    near_the_ends = st.integers(0, 3) | st.integers(bound - 4, bound - 1) | st.integers(0, bound - 1)
    numbers = data.draw(st.lists(near_the_ends, max_size=20))
    found, order = _sort(np.array(numbers, np.int64))
    assert (found.tolist(), order.tolist()) == (sorted(numbers), sorted(range(len(numbers)), key=numbers.__getitem__))


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 5))))
def test_runs(pairs):
    """Runs are Python's ranges, one after the other; some may be empty."""
    starts, lengths = np.array(pairs, np.int64).reshape(-1, 2).T
    assert runs(starts, lengths).tolist() == [
        place for start, length in pairs for place in range(start, start + length)
    ]


@given(st.lists(st.lists(st.lists(st.integers(0, 300), min_size=1, max_size=3), max_size=3), max_size=4))
def test_occurrences_by_term(terms):
    """Without more columns, each term's occurrences are one run, each with its text."""
    lengths = np.array([len(own) for own in terms], np.int64)
    documents = np.array([text for own in terms for text in range(len(own))], np.int64)
    frequencies = np.array([len(positions) for own in terms for positions in own], np.int64)
    positions = np.array([place for own in terms for positions in own for place in positions], np.int64)
    found = occurrences_by_term(Runs(lengths, documents), frequencies, positions)
    own = [[text for text, positions in enumerate(own) for _ in positions] for own in terms]
    assert (found.follower_ends, found.followers) == (None, None)
    assert split(at_once(found.documents).numbers, found.run_ends) == own
    assert at_once(found.documents).lengths.tolist() == list(map(len, own))
    assert np.array_equal(at_once(found.positions), positions)


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        pytest.param("dang", "dang", id="no marks"),
        pytest.param("dang\tđảng", "dang", id="marks"),
        pytest.param("31,77%", "31,77%", id="no letters"),
        pytest.param("", "", id="empty"),
    ],
)
def test_folded_form(term, expected):
    """A term's folded form is what is before the tab, or all of it."""
    assert folded_form(term.encode()) == expected.encode()


@given(st.sets(st.sampled_from(KEYED)).map(sorted))
def test_fold_ends(terms):
    """The terms from one end to the next are all those of a folded form."""
    folds = sorted({folded_form(term) for term in terms})
    parts = [[term for term in terms if folded_form(term) == fold] for fold in folds]
    assert fold_ends(terms).tolist() == np.cumsum([0, *map(len, parts)])[1:].tolist()


@pytest.mark.parametrize(
    ("postings", "values", "names"),
    [
        pytest.param(
            inverted({0: [b"a"]}, [b"a"], with_positions=False), None, POSTINGS | FREQUENCIES, id="no positions"
        ),
        pytest.param(whole(([1], [0], [0.5])), None, POSTINGS | {"weights"}, id="weights"),
        pytest.param(whole(([1], [0], [1])), [b"x"], POSTINGS | FREQUENCIES | {"value_ends", "values"}, id="values"),
        pytest.param(
            whole(([1], [0], [1]))._replace(
                occurrences=occurrences_by_term(Runs(np.array([1]), np.array([0])), np.array([1]), np.array([0]))
            ),
            None,
            POSTINGS | FREQUENCIES | OCCURRENCES,
            id="positions",
        ),
        pytest.param(inverted({0: [b"a"]}, [b"a"]), None, POSTINGS | FREQUENCIES | OCCURRENCES | KEYS, id="keyed"),
    ],
)
def test_the_columns(postings, values, names):
    """A field has the columns that it needs, and no others."""
    assert set(written([b"a"], postings, values).columns) == names


@given(any_texts)
def test_how_many_are_written(texts):
    """Writing a field tells how many occurrences it has, or without positions how many postings."""
    terms = dictionary(texts)
    for with_positions in (True, False):
        with create_column_file(RamStorage(), "cột", {}) as writer:
            count = write_field(writer, "0", terms, inverted(texts, terms, with_positions))
        own = map(len, texts.values()) if with_positions else map(len, map(set, texts.values()))
        assert count == sum(own)


@given(any_texts)
def test_fold_frequencies(texts):
    """A folded form is in as many texts as have any term with it."""
    field = written(terms := dictionary(texts), inverted(texts, terms))
    folds = [{folded_form(term) for term in text} for text in texts.values()]
    expected = [sum(fold in own for own in folds) for fold in sorted(set().union(*folds))]
    assert field.columns["fold_frequencies"].tolist() == expected


@pytest.mark.parametrize(
    ("count", "dtype"),
    [
        pytest.param(200, np.uint8, id="200"),
        pytest.param(300, np.uint16, id="300"),
        pytest.param(70_000, np.uint32, id="70,000"),
    ],
)
def test_columns_are_narrow(count, dtype):
    """What is not packed is kept in as few bytes as the largest number needs."""
    file = file_of([b"a"], inverted({number: [b"a"] for number in range(count)}, [b"a"]))
    for name in ("posting_ends", "run_ends", "fold_frequencies"):
        assert file[f"1.{name}"].dtype == dtype
    assert (file["1.documents"].dtype, file["1.positions"].dtype, file["1.run_documents"].dtype) == (
        np.uint8,
        np.uint8,
        np.uint16,
    )
