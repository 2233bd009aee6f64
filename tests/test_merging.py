"""Merged segments hold what building all that is left at once would hold."""

from contextlib import nullcontext
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from whoosh.reading import SegmentReader

from fields import columns_of
from helpers import commit, no_merging, segments_of
from timviet.index import open_index
from timviet.index.codec import ColumnSegment
from timviet.index.lengths import LENGTHS
from timviet.index.merging import merge_segments
from timviet.index.schema import ParagraphSchema

SCORED = ["text", "text.folded", "title", "title.folded"]
WORDS = ["Đảng", "dang", "ủy", "an", "31,77%", "\u3164"]

words = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
# Long enough that Whoosh rounds their length.
long_texts = st.sampled_from(["an " * 300, "Đảng ủy " * 1000])
changes = st.tuples(
    st.sampled_from(["a", "b", "ab", "Đ"]),
    st.none()
    | st.fixed_dictionaries(
        {"paragraphs": st.lists(words | long_texts, min_size=1, max_size=3)},
        optional={
            "title": words,
            "path": st.just("kho/Đảng.txt"),
            "metadata": st.dictionaries(st.sampled_from(["năm", "cơ quan"]), st.integers(2020, 2024) | words),
        },
    ),
)
# So many numbers are merged at a time, and of so many bytes a dictionary is made: few, or all there are.
pieces = st.sampled_from([1, 5, 1 << 21])
trainings = st.sampled_from([1, 500, 1 << 20])


def merged(storage, segments):
    """The segment that several become, in the same storage."""
    target = ColumnSegment("MAIN")
    merge_segments(storage, segments, target)
    return target


def reader_of(storage, segment):
    """Whoosh's reader of a segment, and the terms' reader."""
    return SegmentReader(storage, ParagraphSchema(), segment), segment.codec().terms_reader(storage, segment)


def contents(storage, segment):
    """All that can be found in a segment without deletions, by the documents' ids and the paragraphs' numbers.

    Each field's terms with their paragraphs, frequencies and positions; lengths; and what is stored.
    """
    reader, terms_reader = reader_of(storage, segment)
    stored = {number: reader.stored_fields(number) for number in reader.all_doc_ids()}
    names = {number: (fields["id"], fields["paragraph"]) for number, fields in stored.items()}
    found = {}
    for field in reader.indexed_field_names():
        terms = terms_reader.field(field)
        for number, term in enumerate(terms):
            documents, frequencies = (column.tolist() for column in terms.postings(number))
            positions = iter(terms.occurrences(number)[1].tolist() if terms.has_positions else [])
            for document, frequency in zip(documents, frequencies, strict=True):
                own = [next(positions) for _ in range(frequency)] if terms.has_positions else None
                found.setdefault((field, term), {})[names[document]] = (frequency, own)
            assert list(positions) == []
    lengths = {
        (field, name): reader.doc_field_length(number, field) for number, name in names.items() for field in SCORED
    }
    totals = {field: (reader.field_length(field), reader.max_field_length(field)) for field in SCORED}
    return found, lengths, totals, {names[number]: fields for number, fields in stored.items()}


def in_order(storage, segment):
    """All columns of each field of a segment, and what is stored of each paragraph, by its number."""
    reader, terms = reader_of(storage, segment)
    return {name: columns_of(terms.field(name)) for name in terms.written_field_names()}, list(
        reader.all_stored_fields()
    )


@pytest.mark.parametrize("apart", [True, False], ids=["segments apart", "some merged by commits"])
@given(st.lists(st.lists(changes, max_size=5), max_size=5), pieces, trainings)
@example([[("a", {"paragraphs": ["Đảng"]})], [("b", {"paragraphs": ["an"], "title": "Đảng"})], [("a", None)]], 1, 1)
@example([[("a", {"text": "Đảng", "metadata": {"năm": 2024}}), ("b", {"text": ""})], [("a", None)]], 1, 1)
@example([[("a", {"paragraphs": ["an " * 300] * 3})], [("b", {"paragraphs": ["Đảng ủy " * 1000] * 2})]], 2, 1 << 20)
@settings(max_examples=40, deadline=None)
def test_same_as_built_at_once(apart, sessions, piece, training):
    """After any commits, merged or not, one segment of several is what building all that is left at once makes."""
    left = {}
    with (
        open_index(":memory:", create=True) as index,
        open_index(":memory:", create=True) as at_once,
        patch("timviet.index.field_merging._PIECE", piece),
        patch("timviet.index.stored._TRAINING_SIZE", training),
    ):
        for session in sessions:
            with no_merging() if apart else nullcontext():
                commit(index, session)
            for identity, fields in session:
                left.pop(identity, None)
                if fields is not None:
                    left[identity] = fields
        commit(at_once, left.items())
        segments, expected = segments_of(index), segments_of(at_once)
        assert bool(segments) == bool(expected)
        if segments:
            one, storage = merged(index.whoosh.storage, segments), index.whoosh.storage
            assert one.doc_count_all() == one.doc_count() == expected[0].doc_count()
            assert contents(storage, one) == contents(at_once.whoosh.storage, expected[0])
            if apart:
                assert in_order(storage, one) == in_order(at_once.whoosh.storage, expected[0])


@given(st.lists(st.lists(changes, min_size=1, max_size=3), min_size=2, max_size=4), pieces, trainings)
@settings(max_examples=30, deadline=None)
def test_merging_in_steps(sessions, piece, training):
    """Merging two segments after the other is the same as merging all of them at once."""
    with (
        open_index(":memory:", create=True) as index,
        patch("timviet.index.field_merging._PIECE", piece),
        patch("timviet.index.stored._TRAINING_SIZE", training),
    ):
        with no_merging():
            for session in sessions:
                commit(index, session)
        storage, segments = index.whoosh.storage, segments_of(index)
        if segments:
            at_once = merged(storage, segments)
            step = merged(storage, segments[:1])
            for segment in segments[1:]:
                step = merged(storage, [step, segment])
            assert contents(storage, step) == contents(storage, at_once)
            assert in_order(storage, step) == in_order(storage, at_once)


@pytest.mark.parametrize("real", [True, False], ids=["real", "in memory"])
def test_sources_stay(tmp_path, real):
    """Merging adds the new segment's two files and leaves those of the others."""
    with no_merging(), open_index(tmp_path if real else ":memory:", create=True) as index:
        commit(index, [("a", {"text": "Đảng ủy"}), ("b", {"text": "Công an"})])
        commit(index, [("c", {"text": "Đê điều"}), ("a", None)])
        storage = index.whoosh.storage
        before = {name: storage.open_file(name) for name in storage.list()}
        before = {name: (file.read(), file.close())[0] for name, file in before.items()}
        target = merged(storage, segments_of(index))
        assert set(storage.list()) - set(before) == {target.make_filename(".terms"), target.make_filename(".documents")}
        for name, content in before.items():
            with storage.open_file(name) as file:
                assert bytes(file.read()) == bytes(content)


def test_order():
    """Paragraphs keep the order of the segments and of the paragraphs in them, without those that are gone."""
    with no_merging(), open_index(":memory:", create=True) as index:
        commit(index, [("c", {"text": "Một\nHai"}), ("gone", {"text": "Ba"}), ("a", {"text": "Bốn"})])
        commit(index, [("b", {"text": "Năm"}), ("gone", None)])
        reader, _ = reader_of(index.whoosh.storage, merged(index.whoosh.storage, segments_of(index)))
        assert [fields["text"] for fields in reader.all_stored_fields()] == ["Một", "Hai", "Bốn", "Năm"]


def test_terms_of_what_is_gone():
    """Terms that only deleted paragraphs had are gone, too."""
    with no_merging(), open_index(":memory:", create=True) as index:
        commit(index, [("a", {"text": "Đê điều"}), ("b", {"text": "Công an"}), ("c", {"text": "Công an"})])
        commit(index, [("a", None)])
        _, terms = reader_of(index.whoosh.storage, merged(index.whoosh.storage, segments_of(index)))
        assert [term for field, term in terms.terms() if field == "text.folded"] == [b"an", b"cong"]


def test_nothing_left():
    """A segment whose paragraphs are all deleted becomes an empty one."""
    with open_index(":memory:", create=True) as index:
        commit(index, [("a", {"text": "Đê điều"})])
        (segment,) = segments_of(index)
        segment.delete_document(0)
        target = merged(index.whoosh.storage, [segment])
        reader, _ = reader_of(index.whoosh.storage, target)
        assert (target.doc_count_all(), list(reader.all_stored_fields()), list(reader.all_terms())) == (0, [], [])


def test_lengths_in_all_are_exact():
    """How many tokens a field has is counted, not added up from lengths that Whoosh rounds."""
    assert 300 not in LENGTHS
    with no_merging(), open_index(":memory:", create=True) as index:
        for number in range(3):
            commit(index, [(str(number), {"text": "an " * 300})])
        target = merged(index.whoosh.storage, segments_of(index))
        assert contents(index.whoosh.storage, target)[2]["text"][0] == 900
