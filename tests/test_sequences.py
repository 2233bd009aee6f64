"""Sequences end, and occurrences count, where trying every way finds that they do."""

from itertools import pairwise, product
from math import prod

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from timviet.search.sequences import Occurrences, counted, follow, occurrence_keys

# Each occurrence's weight by its paragraph and position.
places = st.tuples(st.sampled_from([0, 1, 2, 1 << 30]), st.integers(0, 8))
columns = st.dictionaries(places, st.sampled_from([1.0, 0.7, 0.5, 0.25]), max_size=12)


def to_occurrences(weights):
    """Occurrences by paragraph and position as columns."""
    ordered = sorted(weights)
    documents, positions = (np.array([place[side] for place in ordered], np.int64) for side in (0, 1))
    return Occurrences(occurrence_keys(documents, positions), np.array([weights[place] for place in ordered], float))


@given(st.sets(st.tuples(st.integers(0, (1 << 31) - 1), st.integers(0, (1 << 32) - 1))))
def test_keys_sort_as_places_do(own_places):
    """A key tells the paragraph first, then the position, and no two places share one."""
    ordered = sorted(own_places)
    keys = to_occurrences(dict.fromkeys(own_places, 1.0)).keys.tolist()
    assert keys == sorted(set(keys))
    assert [divmod(key, 1 << 32) for key in keys] == ordered


@given(st.lists(columns, min_size=1, max_size=4), st.integers(1, 4))
@example([{(0, 0): 0.5, (0, 1): 1.0}, {(0, 2): 0.5}], 2)  # a longer step first, a better one after it
@example([{(0, 0): 1.0, (0, 1): 0.5}, {(0, 2): 0.5}], 2)
@example([{(0, 8): 1.0}, {(1, 0): 1.0}], 4)  # no step goes on in the next paragraph
@example([{}, {(0, 1): 1.0}], 1)
@example([{(0, 0): 1.0}, {}, {(0, 2): 1.0}], 1)
def test_follow(parts, slop):
    """A sequence ends wherever one occurrence of each leads there by steps within the slop, by the best way."""
    ends = {}
    for way in product(*parts):
        steps = [(after[0] - before[0], after[1] - before[1]) for before, after in pairwise(way)]
        if all(document == 0 and 1 <= step <= slop for document, step in steps):
            counts = prod(weights[place] for weights, place in zip(parts, way, strict=True))
            ends[way[-1]] = max(ends.get(way[-1], 0.0), counts)
    found = follow([to_occurrences(weights) for weights in parts], slop)
    assert found.keys.tolist() == [(document << 32) + position for document, position in sorted(ends)]
    assert found.weights.tolist() == pytest.approx([ends[place] for place in sorted(ends)])


@given(columns)
@example({})
@example({(0, 0): 1.0, (0, 3): 1.0, (2, 1): 1.0})
@example({(0, 0): 0.5, (0, 3): 1.0, (2, 1): 0.5, (2, 2): 0.5})
def test_counted(weights):
    """Occurrences in full count each; the others count, together, as likely as any of them is what was meant."""
    documents, frequencies = counted(to_occurrences(weights))
    expected = {}
    for document in sorted({document for document, _ in weights}):
        own = [weight for (other, _), weight in weights.items() if other == document]
        expected[document] = own.count(1.0) + 1 - prod(1 - weight for weight in own if weight < 1)
    assert documents.tolist() == [*expected]
    assert frequencies.tolist() == pytest.approx([*expected.values()])
