"""A field that is merged of several segments' is, column for column, the one that is built of all that is left."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fields import KEYED, any_texts, columns_of, dictionary, field_of, long_texts, words, written
from timviet.index.field_merging import FieldPart, merge_field

AN, DANG = KEYED[0], KEYED[4]

# A field that no paragraph of any segment has is not written.
segments = st.lists(st.tuples(any_texts, st.sets(st.integers(0, 5))), min_size=1, max_size=4).filter(
    lambda segments: any(dictionary(texts) for texts, _ in segments)
)
some_texts = any_texts.filter(dictionary)
pieces = st.sampled_from([1, 2, 3, 10, 1 << 21])
few_texts = (
    st.lists(words | words | long_texts, max_size=4).map(lambda texts: dict(enumerate(texts))).filter(dictionary)
)


def parts_of(segments, with_positions=True):
    """A field in each of some segments that has it, and the texts that are left of all of them.

    Args:
        segments: of each, its texts and the places among these of those that are deleted.
        with_positions: whether positions are kept.
    """
    parts, left, first = [], {}, 0
    for texts, deleted in segments:
        kept = np.ones(max(texts, default=0) + 1, bool)
        kept[[number for place, number in enumerate(texts) if place in deleted]] = False
        numbers = np.cumsum(kept) - 1 + first
        left |= {int(numbers[number]): text for number, text in texts.items() if kept[number]}
        if dictionary(texts):
            parts.append(FieldPart(field_of(texts, with_positions), None if kept.all() else kept, numbers))
        first += int(kept.sum())
    return parts, left


@pytest.mark.parametrize("with_positions", [True, False], ids=["keyed", "no positions"])
@given(segments, pieces)
@example([({0: [AN, DANG]}, set()), ({0: [DANG, AN]}, {0})], 1)
@example([({0: [AN], 1: [AN, AN]}, {0}), ({0: [DANG]}, set()), ({0: [AN]}, {0})], 1)
@example([({0: [AN], 70_000: [AN]}, set()), ({300: [AN]}, set())], 1)
@example([({0: [AN]}, {0}), ({0: [DANG]}, {0})], 2)
def test_same_as_built_at_once(with_positions, segments, piece):
    """Terms, postings, what follows, runs and folded forms are those of the texts left, however large a piece is."""
    parts, left = parts_of(segments, with_positions)
    with patch("timviet.index.field_merging._PIECE", piece):
        merged = written(*merge_field(parts))
    assert columns_of(merged) == columns_of(field_of(left, with_positions))


@given(st.lists(some_texts, min_size=1, max_size=3))
def test_nothing_deleted(segments):
    """To say of each paragraph that it is kept is the same as to say that none is deleted."""
    parts, _ = parts_of([(texts, set()) for texts in segments])
    said = [part._replace(kept=np.ones(len(part.numbers), bool)) for part in parts]
    assert columns_of(written(*merge_field(said))) == columns_of(written(*merge_field(parts)))


@given(some_texts)
def test_of_one_segment(texts):
    """A field of one segment, nothing deleted, stays as it is."""
    (part,), _ = parts_of([(texts, set())])
    assert columns_of(written(*merge_field([part]))) == columns_of(part.terms)


@given(segments)
def test_terms_of_what_is_gone(segments):
    """A term has a place only where it is left in any text."""
    parts, left = parts_of(segments)
    assert merge_field(parts)[0] == dictionary(left)


@given(st.lists(st.tuples(few_texts, st.just(set())), min_size=1, max_size=3), st.integers(1, 50))
@example([({0: [AN, KEYED[1], DANG]}, set())], 1)
def test_pieces(segments, piece):
    """Postings come in pieces of whole folded forms, as many as there is room for; one too large comes by itself."""
    with patch("timviet.index.field_merging._PIECE", piece):
        parts, _ = parts_of(segments)
        terms, postings = merge_field(parts)
        sizes = [len(own.numbers) for own in postings.documents]
    merged = written(terms, merge_field(parts)[1])
    fold_ends = merged.columns["fold_ends"]
    ends = np.append(0, merged.columns["posting_ends"])[fold_ends].tolist()
    expected, done = [], 0
    while done < max(ends, default=0):
        end = max([own for own in ends if done < own <= done + piece], default=min(own for own in ends if own > done))
        expected.append(end - done)
        done = end
    assert sizes == expected


def test_numbers_far_apart():
    """Paragraphs whose gaps, and positions, have no room in a byte or two are merged in many pieces like others."""
    segments = [({0: [AN], 65_535: [DANG] * 300}, set()), ({65_536: [AN], 65_537: [*[AN] * 255, DANG]}, {0})]
    parts, left = parts_of(segments)
    assert list(left) == [0, 65_535, 65_536 + 65_536]
    with patch("timviet.index.field_merging._PIECE", 1):
        merged = written(*merge_field(parts))
    assert {65_535, 131_072} <= set(merged.columns["run_documents.large_numbers"].tolist())
    assert merged.columns["positions.large_numbers"].min() == 255
    assert columns_of(merged) == columns_of(field_of(left))
