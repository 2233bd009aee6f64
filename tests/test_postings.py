"""Postings are those that counting by hand gives, and a dictionary finds terms as a sorted list does."""

from bisect import bisect_left

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh.filedb.filestore import RamStorage

from timviet.index.columnfile import ColumnFile, create_column_file
from timviet.index.postings import Postings, field_columns, invert, runs, sorted_order, write_field
from timviet.index.terms import FieldTerms

WORDS = ["ăn", "an", "đảng", "dang", "ủy", "xã"]
BEYOND_16_BITS = [0, 1, 65_535, 65_536, 65_537, 131_072, 131_073]

texts = st.lists(st.lists(st.sampled_from(range(len(WORDS))), max_size=8), max_size=8)
large_texts = st.lists(st.lists(st.sampled_from(BEYOND_16_BITS), max_size=8), max_size=8)
any_terms = st.sets(st.binary(max_size=4)).map(sorted)
# Few bytes, so that many terms begin alike.
alike_terms = st.sets(st.lists(st.sampled_from([0, 9, 97, 255]), max_size=4).map(bytes)).map(sorted)


def by_hand(texts):
    """Each term's positions in each text: `{term: {text: [positions]}}`."""
    counted = {}
    for document, text in enumerate(texts):
        for position, term in enumerate(text):
            counted.setdefault(term, {}).setdefault(document, []).append(position)
    return counted


def inverted(texts, term_count, with_positions=True):
    """The postings of texts that are lists of terms' numbers."""
    return invert(
        np.array([term for text in texts for term in text], np.uint32),
        np.array([document for document, text in enumerate(texts) for _ in text], np.uint32),
        np.array([position for text in texts for position in range(len(text))], np.uint32) if with_positions else None,
        term_count,
    )


def written(terms, postings, values=None):
    """A field's terms, read from a file that has another one, too."""
    storage = RamStorage()
    with create_column_file(storage, "cột", {}) as writer:
        write_field(writer, "1", field_columns(terms, postings, values))
        write_field(writer, "10", field_columns([b"z"], inverted([[0, 0]], 1), [b"z"]))
    return FieldTerms(ColumnFile.open(storage, "cột").below("1"))


def plain(terms):
    """A sorted list as a field's terms, each in one text."""
    return written(terms, inverted([list(range(len(terms)))], len(terms)))


def split(column, ends):
    """A column's parts, by where each ends."""
    return [part.tolist() for part in np.split(column, ends)][:-1]


@pytest.mark.parametrize("with_positions", [True, False])
@given(texts)
def test_invert(with_positions, texts):
    """Each term has the texts it occurs in, ascending, with how often and where, as counting by hand gives."""
    postings, counted = inverted(texts, len(WORDS), with_positions), by_hand(texts)
    for number, (documents, frequencies) in enumerate(
        zip(
            split(postings.documents, postings.posting_ends),
            split(postings.frequencies, postings.posting_ends),
            strict=True,
        )
    ):
        own = counted.get(number, {})
        assert (documents, frequencies) == (list(own), [len(positions) for positions in own.values()])
    if with_positions:
        assert split(postings.positions, postings.occurrence_ends) == [
            [position for positions in counted.get(number, {}).values() for position in positions]
            for number in range(len(WORDS))
        ]
    else:
        assert (postings.positions, postings.occurrence_ends) == (None, None)


@given(large_texts)
@settings(max_examples=20)
def test_invert_many_terms(texts):
    """Terms beyond the 65,536th are told apart from those before."""
    postings, counted = inverted(texts, 131_074), by_hand(texts)
    assert (len(postings.posting_ends), len(postings.occurrence_ends)) == (131_074, 131_074)
    field = FieldTerms(field_columns([b""] * 131_074, postings))
    for number in BEYOND_16_BITS:
        own = counted.get(number, {})
        assert field.documents(number).tolist() == list(own)
        assert field.frequencies(number).tolist() == [len(positions) for positions in own.values()]
        assert field.positions(number).tolist() == [place for positions in own.values() for place in positions]


def test_every_one_of_many_terms():
    """With 70,000 terms, each once in each of two texts, each has both texts and its places in them."""
    count = 70_000
    first, second = np.random.default_rng(7).permuted(np.tile(np.arange(count, dtype=np.uint32), (2, 1)), axis=1)
    postings = invert(
        np.concatenate([first, second]), np.repeat([0, 1], count), np.tile(np.arange(count), 2), term_count=count
    )
    assert np.array_equal(postings.posting_ends, 2 * np.arange(1, count + 1))
    assert np.array_equal(postings.documents, np.tile([0, 1], count))
    assert np.array_equal(postings.frequencies, np.ones(2 * count))
    assert np.array_equal(first[postings.positions[::2]], np.arange(count))
    assert np.array_equal(second[postings.positions[1::2]], np.arange(count))


@pytest.mark.parametrize("bound", [1 << 8, 1 << 16, (1 << 16) + 1, 1 << 20, 1 << 32])
@given(data=st.data())
@settings(max_examples=30)
def test_sorted_order(bound, data):
    """The order is that of Python's `sorted`, which leaves equal ones in theirs."""
    near_the_ends = st.integers(0, 3) | st.integers(bound - 4, bound - 1) | st.integers(0, bound - 1)
    numbers = data.draw(st.lists(near_the_ends, max_size=20))
    order = sorted_order(np.array(numbers, np.uint32), bound)
    assert order.tolist() == sorted(range(len(numbers)), key=numbers.__getitem__)


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 5))))
def test_runs(pairs):
    """Runs are Python's ranges, one after the other; some may be empty."""
    starts, lengths = np.array(pairs, np.int64).reshape(-1, 2).T
    assert runs(starts, lengths).tolist() == [
        place for start, length in pairs for place in range(start, start + length)
    ]


@given(
    any_terms | alike_terms, st.binary(max_size=4) | st.lists(st.sampled_from([0, 9, 97, 255]), max_size=4).map(bytes)
)
def test_look_up(terms, asked):
    """Terms of any bytes are found where `bisect` finds them in the sorted list, by themselves or by a prefix."""
    field = plain(terms)
    assert field.first_from(asked) == bisect_left(terms, asked)
    assert field.find(asked) == (terms.index(asked) if asked in terms else None)
    assert list(field.prefixed(asked)) == [number for number, term in enumerate(terms) if term.startswith(asked)]


@given(any_terms | alike_terms)
def test_a_list_of_terms(terms):
    """A field's terms are a list of them: length, each by its number, in order."""
    field = plain(terms)
    assert (len(field), list(field)) == (len(terms), terms)
    assert [field.find(term) for term in terms] == list(range(len(terms)))
    for number in (-1, len(terms)):
        with pytest.raises(IndexError):
            field[number]


@pytest.mark.parametrize("asked", [b"", b"a", b"\xff"])
def test_no_terms(asked):
    """A field without terms finds none."""
    field = plain([])
    assert (len(field), field.first_from(asked), field.find(asked), list(field.prefixed(asked))) == (0, 0, None, [])


def test_prefixed_is_lazy():
    """Terms of a prefix are looked up one by one as they are asked for."""
    assert next(plain([b"dang", b"dang\tda", b"day"]).prefixed(b"dang\t")) == 1


@pytest.mark.parametrize("length", [200, 40_000], ids=["ends beyond a byte", "ends beyond two bytes"])
def test_long_terms(length):
    """Terms of any length are kept whole."""
    terms = [b"a" * length, b"b" * length]
    field = plain(terms)
    assert list(field) == terms
    assert field.find(terms[1]) == 1


@pytest.mark.parametrize("with_positions", [True, False])
@given(texts)
def test_read_what_was_inverted(with_positions, texts):
    """A field's postings are read as they were written: by term, and all at once."""
    names, counted = sorted(word.encode() for word in WORDS), by_hand(texts)
    postings = inverted(texts, len(WORDS), with_positions)
    field = written(names, postings)
    for number in range(len(names)):
        own = counted.get(number, {})
        assert field.document_frequency(number) == len(own)
        assert field.documents(number).tolist() == list(own)
        assert field.frequencies(number).tolist() == [len(positions) for positions in own.values()]
        if with_positions:
            assert field.positions(number).tolist() == [place for positions in own.values() for place in positions]
    every = field.every_posting()
    for name in Postings.__slots__:
        column, read = getattr(postings, name), getattr(every, name)
        assert (column is None) == (read is None)
        assert column is None or np.array_equal(column, read)


def test_no_positions():
    """A field that keeps no positions says so."""
    field = written([b"a"], inverted([[0]], 1, with_positions=False))
    assert not field.has_positions
    with pytest.raises(ValueError, match="no positions"):
        field.positions(0)
    assert plain([b"a"]).has_positions


def test_weights():
    """Weights that are no whole numbers are kept as such."""
    ends, documents = np.array([1, 3]), np.array([0, 0, 1])
    field = written([b"a", b"b"], Postings(ends, documents, np.array([0.5, 1.5, 2.0])))
    assert [field.frequencies(number).tolist() for number in (0, 1)] == [[0.5], [1.5, 2.0]]


@given(st.lists(st.lists(st.binary(max_size=300), min_size=1, max_size=4), max_size=4))
def test_values(values):
    """What else is kept of a posting is found by its term and its place among that one's postings."""
    ends = np.cumsum([len(own) for own in values], dtype=np.int64)
    documents = np.array([document for own in values for document in range(len(own))], np.int64)
    terms = [bytes([number]) for number in range(len(values))]
    field = written(
        terms, Postings(ends, documents, np.ones(len(documents))), [value for own in values for value in own]
    )
    assert [[field.value(number, place) for place in range(len(own))] for number, own in enumerate(values)] == values


def test_no_values():
    """Where nothing else is kept of postings, there is no value."""
    assert plain([b"a"]).value(0, 0) is None


@pytest.mark.parametrize(
    ("documents", "dtype"), [(200, np.uint8), (300, np.uint16), (70_000, np.uint32)], ids=["200", "300", "70,000"]
)
def test_columns_are_narrow(documents, dtype):
    """Numbers are kept in as few bytes as the largest needs, and read as they were."""
    numbers = np.arange(documents)
    field = written([b"a"], invert(np.zeros(documents, np.uint32), numbers, numbers, 1))
    assert (field.documents(0).dtype, field.positions(0).dtype, field.frequencies(0).dtype) == (dtype, dtype, np.uint8)
    assert field.document_frequency(0) == documents
    assert np.array_equal(field.documents(0), numbers)
