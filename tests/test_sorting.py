"""What was found is sorted as sorting by hand does: Vietnamese text as in dictionaries, numbers as numbers."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from refining import EVERY, documents_with, found_of, make_collection, order, picks, segments, values_of
from timviet.index import Document
from timviet.index.errors import UnknownKeyError
from timviet.index.unicode import collation_key
from timviet.search.refine import sorting
from timviet.search.refine.arranging import arrange
from timviet.search.refine.sorting import Sort, first_places, parse_sort, sort_ranks

# Shares of the values above which their order is worked out for all of them.
ALWAYS, NEVER = 0, 1000
either_way = pytest.mark.parametrize("share", [pytest.param(ALWAYS, id="all"), pytest.param(NEVER, id="those found")])


def orders_of(collection, number, name):
    """What sorts as each of a paragraph's values does, of several spellings the first in the segment."""
    stored = collection.paragraphs[number]
    if name in ("title", "path"):
        return [collation_key(stored[name])] if stored.get(name) is not None else []
    classes = collection.columns.values(name)
    own = classes.of_paragraphs[number]
    return (
        [order(text) for text in values_of(collection.paragraphs[int(classes.firsts[own])], name)] if own >= 0 else []
    )


def ids_in_order(collection, sort):
    """The ids of all documents of one paragraph, sorted."""
    ranked = arrange(collection.columns, found_of(collection, EVERY), None, sort).ranked
    return [collection.paragraphs[number]["id"] for number, _ in ranked]


def sorted_by_hand(collection, found, sort):
    """The numbers of what was found, sorted."""
    scores = dict(zip(found.numbers.tolist(), found.scores.tolist(), strict=True))
    orders = {number: orders_of(collection, number, sort.name) for number in scores}
    by_score = sorted(scores, key=lambda number: (-scores[number], number))
    with_value = [number for number in by_score if orders[number]]
    first = max if sort.descending else min
    with_value.sort(key=lambda number: first(orders[number]), reverse=sort.descending)
    return [*with_value, *(number for number in by_score if not orders[number])]


@either_way
@given(changes=segments, picks=picks, name=st.sampled_from(["title", "path", "loai", "nam"]), descending=st.booleans())
@example(changes=[([Document("0", title=""), Document("1")], set())], picks=EVERY, name="title", descending=True)
@example(changes=[([], set())], picks=EVERY, name="nam", descending=False)
def test_sorted(share, changes, picks, name, descending):
    """By title, path or a key come the least first, or the greatest, what has none last, equal ones by score."""
    collection = make_collection(changes)
    found, sort = found_of(collection, picks), Sort(name, descending)
    with patch.object(sorting, "_REMEMBERED_SHARE", share):
        for _ in range(2):  # and again, remembered or not
            ranked = arrange(collection.columns, found, None, sort).ranked
            assert [number for number, _ in ranked] == sorted_by_hand(collection, found, sort)


@pytest.mark.parametrize("name", ["loai", "title"])
@pytest.mark.parametrize(
    "in_order",
    [
        pytest.param("a à ả ã á ạ ă ằ ẳ ẵ ắ ặ â ầ ẩ ẫ ấ ậ b", id="the letters of a, each with its tones, as in CLDR"),
        pytest.param("d đ e ê g i", id="letters with marks are letters of their own"),
        pytest.param("o ô ơ p u ư v", id="likewise"),
        pytest.param("da dà dan đa", id="tones only where the letters are the same"),
        pytest.param("Dĩ_An Đà_Lạt Đà_Nẵng Đắk_Lắk Hà_Giang Hải_Phòng", id="names"),
        pytest.param("Kim_Liên Kon_Tum Kỳ_Anh", id="y as written, not the i for it"),
    ],
)
def test_the_order_of_text(name, in_order):
    """Text comes as in a Vietnamese dictionary, whether it is a value or a title."""
    texts = [text.replace("_", " ") for text in in_order.split()]
    every = [Document(text, "a", title=text, metadata={"loại": text}) for text in reversed(texts)]
    assert ids_in_order(make_collection([(every, set())]), Sort(name)) == texts


@pytest.mark.parametrize(
    ("name", "in_order"),
    [
        pytest.param("loai", "-5 0 2.5 9 10 2024 10_điều", id="as numbers where they are values, before text"),
        pytest.param("title", "-5 0 10 10_điều 2.5 2024 9", id="as text where they are titles"),
    ],
)
def test_the_order_of_numbers(name, in_order):
    """Numbers come as such among values, and as text among titles."""
    texts = [text.replace("_", " ") for text in in_order.split()]
    every = [Document(text, "a", title=text, metadata={"loại": text}) for text in reversed(texts)]
    assert ids_in_order(make_collection([(every, set())]), Sort(name)) == texts


def test_several_values():
    """Of several values, the one counts that comes first in the direction asked for."""
    collection = documents_with(["e", "b"], ["a", "d"], "c", ["c", "f", "c"], [])
    assert ids_in_order(collection, Sort("loai")) == [*"10234"]
    assert ids_in_order(collection, Sort("loai", descending=True)) == [*"30124"]


def test_spellings_of_a_title():
    """Titles come as they are written, small letters before capitals; values of metadata that differ so are equal."""
    every = [Document(title, "a", title=title, metadata={"loại": title}) for title in ("An", "an", "ăn", "AN")]
    collection = make_collection([(every, set())])
    assert ids_in_order(collection, Sort("title")) == ["an", "An", "AN", "ăn"]
    assert ids_in_order(collection, Sort("loai")) == ["An", "an", "AN", "ăn"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        pytest.param(None, None, id="nothing said"),
        pytest.param("score", None, id="score"),
        pytest.param("title", Sort("title"), id="title"),
        pytest.param("-Path", Sort("path", descending=True), id="path, from the last, in capitals"),
        pytest.param("Loại", Sort("loai"), id="a key, as written"),
        pytest.param("-loai", Sort("loai", descending=True), id="a key, from the last"),
    ],
)
def test_what_can_be_sorted_by(sort, expected):
    """Results are sorted by score, title, path or any key, the last three in either direction."""
    assert parse_sort(sort, documents_with("Luật").keys) == expected


@pytest.mark.parametrize("sort", ["", "-", "lọai_", "text"])
def test_what_cannot_be_sorted_by(sort):
    """Anything else is refused, and the message names what there is; the best come first in any case."""
    with pytest.raises(UnknownKeyError, match="'score', 'title', 'path', 'Năm'"):
        parse_sort(sort, documents_with(2024, key="Năm").keys)


def test_the_score_has_no_reverse():
    """Of the score there is no reverse, and the message says so; a key of that name has one."""
    with pytest.raises(UnknownKeyError, match="there is no key '-score': there are 'score'"):
        parse_sort("-score", documents_with(2024, key="năm").keys)
    assert parse_sort("-score", documents_with(2024, key="score").keys) == Sort("score", descending=True)


@given(st.lists(st.tuples(*[st.integers(0, 2)] * 3), max_size=30), st.integers(1, 12))
def test_the_first_places(rows, limit):
    """What comes first by several keys comes as sorting all by all of them gives it; equal ones in order."""
    keys = [np.array([row[at] for row in rows], np.int64) for at in range(3)]
    expected = sorted(range(len(rows)), key=rows.__getitem__)
    assert first_places(keys, None).tolist() == expected
    assert first_places(keys, limit).tolist() == expected[:limit]


def test_an_order_is_worked_out_once():
    """Where much was found, what is stored is read once for both directions; where little was, that alone."""
    collection = documents_with(*range(40))
    every = np.arange(40)
    with patch.object(collection.snapshot, "stored_texts", wraps=collection.snapshot.stored_texts) as reading:
        sort_ranks(collection.columns, Sort("loai"), every[:2])
        assert [len(call.args[1]) for call in reading.call_args_list] == [2]
        sort_ranks(collection.columns, Sort("loai"), every[:5])
        sort_ranks(collection.columns, Sort("loai", descending=True), every)
        assert [len(call.args[1]) for call in reading.call_args_list] == [2, 40]
