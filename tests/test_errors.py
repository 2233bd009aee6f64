"""The errors: the tree that is documented is the real one, and what a program needs is in attributes."""

import inspect
import pickle
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timviet.index import errors
from timviet.index.errors import (
    AmbiguousIdError,
    ClusterError,
    DocumentError,
    EncodingError,
    EvaluationError,
    FilterError,
    IndexAccessError,
    IndexLockedError,
    IndexNotFoundError,
    IndexPlaceError,
    IndexVersionError,
    MissingExtraError,
    NotAnIndexError,
    QueryLimitError,
    QuerySyntaxError,
    QueryTimeoutError,
    SourceError,
    TimvietError,
    UndecidableError,
    UnknownKeyError,
    UnknownParagraphError,
    UnsupportedQueryError,
    WorkerError,
    quoted,
)
from timviet.index.storage import LockHolder

ONE_OF_EACH = [
    pytest.param(TimvietError("lỗi"), {}, id="TimvietError"),
    pytest.param(IndexPlaceError("lỗi", "kho"), {"location": "kho"}, id="IndexPlaceError"),
    pytest.param(IndexNotFoundError("lỗi", "kho"), {"location": "kho"}, id="IndexNotFoundError"),
    pytest.param(NotAnIndexError("lỗi", "kho"), {"location": "kho"}, id="NotAnIndexError"),
    pytest.param(IndexVersionError("lỗi", "kho"), {"location": "kho"}, id="IndexVersionError"),
    pytest.param(
        IndexLockedError("lỗi", "kho", 2.5, LockHolder(7, "may-chu", "2024-05-01 08:00:00+07:00")),
        {"location": "kho", "waited": 2.5, "holder": LockHolder(7, "may-chu", "2024-05-01 08:00:00+07:00")},
        id="IndexLockedError",
    ),
    pytest.param(
        IndexAccessError("lỗi", "kho", "kho/MAIN_a.terms", 28),
        {"location": "kho", "path": "kho/MAIN_a.terms", "errno": 28},
        id="IndexAccessError",
    ),
    pytest.param(
        ClusterError("search", "opensearch://tim.example.vn:9200/kho", "nó bận", "thử lại sau", 429),
        {"location": "opensearch://tim.example.vn:9200/kho", "operation": "search", "status": 429},
        id="ClusterError",
    ),
    pytest.param(WorkerError("lỗi"), {}, id="WorkerError"),
    pytest.param(DocumentError("lỗi"), {}, id="DocumentError"),
    pytest.param(
        SourceError(Path("a.txt"), "hỏng", 3, "cột 2"),
        {"path": Path("a.txt"), "reason": "hỏng", "line": 3, "detail": "cột 2"},
        id="SourceError",
    ),
    pytest.param(EncodingError("lỗi", "vps", 3), {"encoding": "vps", "position": 3}, id="EncodingError"),
    pytest.param(
        UndecidableError([("vps", 0.6), ("vni", 0.4)], is_binary=True),
        {"candidates": (("vps", 0.6), ("vni", 0.4)), "is_almost_utf_8": False, "is_binary": True},
        id="UndecidableError",
    ),
    pytest.param(
        QuerySyntaxError('"đảng', 0, "no end"),
        {"query": '"đảng', "position": 0, "reason": "no end"},
        id="QuerySyntaxError",
    ),
    pytest.param(QueryLimitError("quá dài", 10, 11), {"limit": 10, "actual": 11}, id="QueryLimitError"),
    pytest.param(QueryTimeoutError(2.5), {"seconds": 2.5}, id="QueryTimeoutError"),
    pytest.param(UnsupportedQueryError("Every()"), {"query": "Every()"}, id="UnsupportedQueryError"),
    pytest.param(
        UnknownKeyError("nam", ["loai", "year"]), {"key": "nam", "keys": ("loai", "year")}, id="UnknownKeyError"
    ),
    pytest.param(FilterError("nam", "trống"), {"key": "nam", "reason": "trống"}, id="FilterError"),
    pytest.param(
        AmbiguousIdError("tìm", ["ti\u0300m", "tìm"]),
        {"document_id": "tìm", "candidates": ("ti\u0300m", "tìm")},
        id="AmbiguousIdError",
    ),
    pytest.param(
        UnknownParagraphError("a", 7, 2),
        {"document_id": "a", "paragraph": 7, "paragraph_count": 2},
        id="UnknownParagraphError",
    ),
    pytest.param(EvaluationError("lỗi"), {}, id="EvaluationError"),
    pytest.param(MissingExtraError("watch folders", "watchfiles", "watch"), {"extra": "watch"}, id="MissingExtraError"),
]


def real_tree():
    """Each error of the module with its parent."""
    classes = [item for item in vars(errors).values() if inspect.isclass(item) and issubclass(item, Exception)]
    return {item.__name__: item.__base__.__name__ for item in classes if item is not TimvietError}


def documented_tree():
    """Each error of the tree drawn in the module's docstring with its parent, and what is said of it."""
    drawing = errors.__doc__.split("```")[1].strip().splitlines()
    parents, said, branch = {}, {}, [drawing[0]]
    for line in drawing[1:]:
        twigs, name, words = re.fullmatch(r"((?:│   |    )*)[├└]── (\w+)(.*)", line).groups()
        depth = len(twigs) // 4 + 1
        parents[name] = branch[depth - 1]
        said[name] = words.strip()
        branch[depth:] = [name]
    return parents, said


def documented_attributes(kind):
    """The attributes that an error's docstring, and those of its parents, name."""
    sections = [parent.__doc__.partition("Attributes:")[2] for parent in kind.__mro__[:-3] if parent.__doc__]
    return {name for section in sections for name in re.findall(r"^ +(\w+): ", section, re.MULTILINE)}


def test_the_documented_tree_is_the_real_one():
    """The docstring draws every error under its real parent."""
    assert documented_tree()[0] == real_tree()


def test_every_leaf_is_explained():
    """The docstring says of every error that is raised what it means."""
    leaves = real_tree().keys() - set(real_tree().values())
    said = documented_tree()[1]
    assert {name for name in leaves if not said.get(name)} == set()


def test_there_is_one_of_each():
    """No error is left out of the table that the tests below go through."""
    assert {parameter.id for parameter in ONE_OF_EACH} == {"TimvietError", *real_tree()}


@pytest.mark.parametrize(("error", "attributes"), ONE_OF_EACH)
def test_attributes(error, attributes):
    """An error carries its data in attributes, which are those that are documented."""
    assert {name: getattr(error, name) for name in documented_attributes(type(error))} == attributes
    assert vars(error) == attributes


@pytest.mark.parametrize(("error", "attributes"), ONE_OF_EACH)
def test_pickled(error, attributes):
    """An error comes back from another process with its message and attributes."""
    received = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (type(received), str(received), vars(received)) == (type(error), str(error), attributes)


@pytest.mark.parametrize(("error", "_attributes"), ONE_OF_EACH)
def test_one_root_and_a_message(error, _attributes):
    """Catching TimvietError catches each of them, and each says what happened."""
    assert isinstance(error, TimvietError)
    assert str(error).strip()


@given(st.text(max_size=300))
def test_quoted_texts_are_short(text):
    """A message quotes a short text whole, and of a long one no more than a line."""
    assert quoted(text) == repr(text) if len(repr(text)) <= 100 else len(quoted(text)) <= 100


@pytest.mark.parametrize(
    "error",
    [
        QuerySyntaxError("từ " * 1000, 3, "no closing quote"),
        UnknownKeyError("k" * 1000, ["năm"]),
        UnknownParagraphError("k" * 1000, 7, 2),
        FilterError("k" * 1000, "keeps nothing"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_messages_are_short(error):
    """However long what was asked for is, a message is of a length to be read; the attributes have the whole."""
    assert len(str(error)) < 200
    assert any(len(value) >= 1000 for value in vars(error).values() if isinstance(value, str))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        pytest.param(SourceError(Path("kho/a.txt"), "hỏng"), "kho/a.txt: hỏng", id="whole file"),
        pytest.param(SourceError(Path("kho/a.jsonl"), "hỏng", 12), "kho/a.jsonl, line 12: hỏng", id="line"),
        pytest.param(
            QuerySyntaxError('từ "đảng', 3, "no closing quote"),
            "cannot parse the query: no closing quote at position 3: 'từ \"đảng'",
            id="query",
        ),
    ],
)
def test_message_says_where(error, message):
    """A message names the place and the cause."""
    assert str(error) == message
