"""Columns put paragraphs together that have the same document, or the same metadata, and no others."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given

from refining import documents_with, identity, make_collection, segments, values_of
from timviet.index import Document
from timviet.index.errors import UnknownKeyError
from timviet.search.refine import columns

KEYS = ["loai", "nam", "title"]


def classes_by_hand(collection, common):
    """The numbers of the paragraphs by what they have in common, those left out that have None."""
    classes = {}
    for number, stored in collection.paragraphs.items():
        if common(stored) is not None:
            classes.setdefault(common(stored), []).append(number)
    return classes


def classes_of(classes):
    """The numbers of the paragraphs of each class."""
    every = range(len(classes.firsts))
    return [np.flatnonzero(classes.of_paragraphs == number).tolist() for number in every]


@given(segments)
def test_documents(changes):
    """Paragraphs are together that have the same id, those that are deleted in none."""
    collection = make_collection(changes)
    expected = classes_by_hand(collection, lambda stored: stored["id"])
    found = collection.columns.documents
    assert classes_of(found) == [*expected.values()]
    assert found.firsts.tolist() == [numbers[0] for numbers in expected.values()]


@given(segments)
@example([([Document("0", "a", metadata={"loại": ["Luật", "luat"]})], set())])
def test_values(changes):
    """Paragraphs that are together have the same values; each has its own, as the first of them is written."""
    collection = make_collection(changes)
    for key in KEYS:
        found = collection.columns.values(key)
        every = collection.columns.values_of(key, np.arange(len(found.firsts)))
        assert found.firsts.tolist() == [numbers[0] for numbers in classes_of(found)]
        assert every == collection.columns.values_of(key, np.arange(len(found.firsts)))
        for number, stored in collection.paragraphs.items():
            own = found.of_paragraphs[number]
            written = values_of(stored, key)
            assert (own < 0) == (not written)
            if written:
                first = values_of(collection.paragraphs[int(found.firsts[own])], key)
                assert {value.text for value in every[own]} <= set(first)
                identities = [identity(value.text) for value in every[own]]
                assert sorted(map(str, identities)) == sorted({str(identity(text)) for text in written})


@pytest.mark.parametrize(
    ("one", "other", "are_same"),
    [
        pytest.param("Luật", "LUẬT", True, id="another case"),
        pytest.param("Hòa Bình", "Hoà Bình", True, id="the tone in another place"),
        pytest.param("Kĩ thuật", "Kỹ thuật", True, id="i for y"),
        pytest.param("Đà Nẵng", "Đa\u0300 Na\u0306\u0303ng", True, id="decomposed"),
        pytest.param("05-CT/TW", "05 CT TW", True, id="other punctuation"),
        pytest.param(2024, "2024", True, id="a number, and text of it"),
        pytest.param(2024, 2024.0, True, id="a number, and the same one with a fraction"),
        pytest.param(["Luật", "Lệnh"], ["Lệnh", "Luật", "Lệnh"], True, id="lists of the same in another order"),
        pytest.param("Luật", "Luất", False, id="other marks"),
        pytest.param("Luật", "luat", False, id="without marks"),
        pytest.param(5, -5, False, id="a minus"),
        pytest.param("Hòa Bình", "Bình Hòa", False, id="words in another order"),
        pytest.param(["Trần Hưng", "Lê Hùng"], ["Trần Hùng", "Lê Hưng"], False, id="marks on other words of a list"),
        pytest.param(["Hà", "Nội"], "Hà Nội", False, id="two values, and one"),
        pytest.param(2.5, "2 5", False, id="a number, and text of its digits"),
    ],
)
def test_what_counts_as_the_same_value(one, other, are_same):
    """Values count as one whose spellings are the same, or that are the same number."""
    found = documents_with(one, other).columns
    values = found.values_of("loai", np.arange(len(found.values("loai").firsts)))
    first, second = (values[number] for number in found.values("loai").of_paragraphs)
    assert ({value.identity for value in first} == {value.identity for value in second}) == are_same


def test_keys():
    """The keys are those of any document's metadata, without marks; their names may be spelled in any way."""
    collection = documents_with("Luật", key="Loại văn bản")
    assert collection.keys.names == ["loai_van_ban"]
    assert collection.keys.require("loại VĂN bản") == "loai_van_ban"
    assert documents_with(None).keys.names == []


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param("Luật", "there is no key 'lạoi': there are 'title', 'loại'", id="others"),
        pytest.param(None, "there is no key 'lạoi': there are 'title'", id="no metadata"),
    ],
)
def test_unknown_keys(value, message):
    """A key that there is not is refused, and the message names those that there are."""
    found = documents_with(value).keys
    with pytest.raises(UnknownKeyError, match=message) as error:
        found.require("lạoi", ["title"])
    assert isinstance(error.value, ValueError)
    assert error.value.keys == ("title", "loại")[: 1 + len(found.names)]


def test_values_are_remembered_up_to_a_limit():
    """The values of some thousands of paragraphs are remembered, those of the keys asked for last."""
    with patch.object(columns, "_REMEMBERED_CLASSES", 2):
        found = make_collection([([Document(str(at), "a", metadata={"x": at, "z": at}) for at in range(3)], set())])
    with patch.object(found.snapshot, "stored_texts", wraps=found.snapshot.stored_texts) as reading:

        def read(key, *classes):
            before = reading.call_count
            assert [own[0].text for own in found.columns.values_of(key, np.array(classes))] == [*map(str, classes)]
            return [call.args[1].tolist() for call in reading.call_args_list[before:]]

        assert read("x", 0, 1) == [[0, 1]]
        assert read("x", 1) == [[]]
        assert read("z", 2) == [[2]]
        assert read("x", 0) == [[0]]  # z has taken its place
        assert read("x", 0, 1, 2) == [[1, 2]]  # too many
        assert read("x", 0) == [[0]]


def test_too_large_to_be_remembered():
    """What is too large to be remembered is made each time."""
    with patch.object(columns, "_REMEMBERED_BYTES", 1):
        found = documents_with("Luật", None).columns
        assert found.values("loai") is not found.values("loai")
    found = documents_with("Luật", None).columns
    assert found.values("loai") is found.values("loai")
