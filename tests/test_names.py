"""Columns of names find what comparing each name with what was typed finds."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from timviet.index import analyze
from timviet.search.names import name_columns as names_module
from timviet.search.names.name_columns import Names
from timviet.search.names.typed_name import KINDS, MAX_NAME_WORDS, TypedName

words = st.sampled_from(["an", "ân", "anh", "ban", "bna", "ky", "kim", "ki", "tho", "thoa", "oth", "31"])
some_names = st.lists(st.lists(words, min_size=1, max_size=4).map(" ".join), max_size=6)


def columns(texts):
    """The names of these texts."""
    tokens = [[token.forms.folded for token in analyze(text)] for text in texts]
    different = sorted({word for own in tokens for word in own})
    numbers = [different.index(word) for own in tokens for word in own]
    counts, documents = [len(own) for own in tokens], range(len(texts))
    return Names(different, *(np.array(column, np.int64) for column in (numbers, counts, documents)))


@pytest.mark.parametrize("few", [pytest.param(0, id="all tokens"), pytest.param(2, id="those of names reached")])
@pytest.mark.parametrize("kind", KINDS)
@given(some_names, st.lists(words, min_size=1, max_size=3).map(" ".join))
@example(["an", "an an", "ban an"], "an an")
@example(["tho an", "thoa an", "oth tho"], "tho tho")
@example(["an tho an", "tho"], "tho an")
def test_each_kind(few, kind, texts, typed):
    """Of each kind those names are found that answer as it asks."""
    name = TypedName(typed)
    expected = [number for number, text in enumerate(texts) if name.fit(kind, analyze(text)) is not None]
    with patch.object(names_module, "_FEW", few):
        assert columns(texts).find(kind, name).tolist() == expected


def test_lengths():
    """A name is as long as its letters are many, spaces aside."""
    assert columns(["Nguyễn Văn Thọ", "An", "𨻻 Kỳ"]).lengths.tolist() == [12, 2, 3]


def test_names_with_too_many_words():
    """A name of too many words is none; the others keep their documents."""
    names = columns(["an " * (MAX_NAME_WORDS + 1), "an bình"])
    assert names.documents.tolist() == [1]
    assert [names.documents[names.find(kind, TypedName("an"))].tolist() for kind in KINDS[:4]] == [[], [1], [1], [1]]
