"""Packed columns give back any numbers, and gaps the runs they were made of."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from whoosh.filedb.filestore import RamStorage

from timviet.index.columnfile import ColumnFile
from timviet.index.columnwriter import create_column_file
from timviet.index.packing import PackedColumn, gaps, without_gaps, write_packed

BYTE, TWO_BYTES = np.uint8, np.uint16

# Many about the marks of one and two bytes, below which there is room for a number itself.
numbers = st.sampled_from([0, 1, 253, 254, 255, 256, 65_534, 65_535, 65_536, 2**32 - 1]) | st.integers(0, 2**32 - 1)
columns = st.lists(st.lists(numbers, max_size=5), max_size=5)
dtypes = st.sampled_from([BYTE, TWO_BYTES])
ascending_runs = st.lists(st.lists(numbers, max_size=4).map(sorted), max_size=6)


def written(dtype, pieces):
    """The file that a packed column is written to in pieces."""
    storage = RamStorage()
    with create_column_file(storage, "cột", {}) as writer:
        write_packed(writer, "số", dtype, (np.array(piece, np.int64) for piece in pieces))
    return ColumnFile.open(storage, "cột")


def joined(lists):
    """Lists one after the other."""
    return [number for own in lists for number in own]


@given(dtypes, columns, st.lists(st.integers(0, 99), max_size=20))
@example(BYTE, [[255], [254, 255], [], [256]], [3, 2, 1, 0, 0, 1, 2, 3])
@example(TWO_BYTES, [[65_535], [65_534, 65_535], [], [65_536]], [3, 2, 1, 0, 0, 1, 2, 3])
def test_any_numbers(dtype, pieces, chosen):
    """Whatever the pieces, a packed column has their numbers in order, in any part of it and at any places."""
    column, expected = PackedColumn(written(dtype, pieces), "số"), joined(pieces)
    for start in range(len(expected) + 1):
        for end in range(start, len(expected) + 1):
            assert column.read(start, end).tolist() == expected[start:end]
    places = [place % len(expected) for place in chosen if expected]
    assert column.take(np.array(places, np.int64)).tolist() == [expected[place] for place in places]


@pytest.mark.parametrize(
    ("dtype", "content", "large"),
    [
        pytest.param(BYTE, [], [], id="no numbers"),
        pytest.param(BYTE, [0, 254], [], id="room for all in a byte"),
        pytest.param(BYTE, [3, 255, 4], [1], id="the mark itself has no room in a byte"),
        pytest.param(BYTE, [256, 3, 2**32 - 1], [0, 2], id="too large for a byte"),
        pytest.param(TWO_BYTES, [255, 256, 65_534], [], id="room for all in two bytes"),
        pytest.param(TWO_BYTES, [3, 65_535, 4], [1], id="the mark itself has no room in two bytes"),
        pytest.param(TWO_BYTES, [65_536, 3], [0], id="too large for two bytes"),
    ],
)
def test_the_columns(dtype, content, large):
    """Each number takes a byte or two; only those that have no room there are written elsewhere, with their places."""
    file, mark = written(dtype, [content]), np.iinfo(dtype).max
    assert sorted(file) == ["số", "số.large_numbers", "số.large_places"]
    assert file["số"].dtype == dtype
    assert file["số"].tolist() == [mark if place in large else number for place, number in enumerate(content)]
    assert file["số.large_places"].tolist() == large
    assert file["số.large_numbers"].tolist() == [content[place] for place in large]


def test_large_numbers_are_narrow():
    """Large numbers and their places are kept in as few bytes as the largest of them needs."""
    file = written(BYTE, [[300, 1], [70_000], [0] * 300])
    assert (file["số.large_places"].dtype, file["số.large_numbers"].dtype) == (np.uint8, np.uint32)


@given(ascending_runs)
@example([[], [3, 5], [], [], [0, 0], []])
@example([[7, 7, 9]])
@example([[]])
def test_gaps(runs):
    """Gaps are each run's differences, the first number as it is, and what is without them are the runs again."""
    lengths, ascending = np.array([len(own) for own in runs], np.int64), np.array(joined(runs), np.int64)
    differences = gaps(ascending, lengths)
    assert differences.tolist() == joined([own[:1] + [b - a for a, b in pairwise(own)] for own in runs])
    assert without_gaps(differences, lengths).tolist() == ascending.tolist()


@given(ascending_runs)
def test_gaps_leave_what_they_are_given(runs):
    """Neither way changes the columns that it is given."""
    lengths, ascending = np.array([len(own) for own in runs], np.int64), np.array(joined(runs), np.int64)
    differences = gaps(ascending, lengths)
    before = differences.copy()
    without_gaps(differences, lengths)
    assert ascending.tolist() == joined(runs)
    assert np.array_equal(differences, before)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32])
def test_gaps_of_narrow_numbers(dtype):
    """A run that starts below the end of the one before has its gaps, however few bytes its numbers have."""
    assert gaps(np.array([3, 200, 1, 2], dtype), np.array([2, 2])).tolist() == [3, 197, 1, 1]
