"""What of a query can be corrected is what it asks for, in runs of neighbours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timviet.index.errors import QueryLimitError
from timviet.search.limits import Limits
from timviet.search.typed_words import typed_runs

FIELDS = {"title": "title", "text": "text", "noidung": "meta.noidung", "year": "meta.year"}


@pytest.mark.parametrize(
    ("query", "expected", "why"),
    [
        ("dang uy", ["dang uy"], "words side by side are one run"),
        ("  dang,  uy?", ["dang, uy?"], "whatever stands between spaces"),
        ("", [], "nothing was typed"),
        ("quýt -dang uy", ["quýt", "uy"], "what is left out is not corrected, and parts what stands around it"),
        ("quýt NOT dang", ["quýt"], "left out in words"),
        ('quýt -(dang uy) -"cong an"', ["quýt"], "a group and a phrase left out"),
        ("+dang uy", ["dang", "uy"], "what is required is asked for; a sign parts"),
        ("uy +dang", ["uy", "dang"], "on either side"),
        ("dang AND uy OR xa", ["dang", "uy", "xa"], "operators part"),
        ('dang "uy xa" an', ["dang", "uy xa", "an"], "quotation marks part"),
        ("dang (uy xa) an", ["dang uy xa an"], "brackets do not, nor do pairs end there"),
        ("dang (uy -xa) an (cong OR an)", ["dang uy", "an", "cong", "an"], "operators in them do"),
        ("đường^2 bo", ["đường bo"], "a boost does not"),
        ('"dang uy"~3', ["dang uy"], "nor is a phrase's slop part of it"),
        ("title:dang uy", ["dang", "uy"], "titles are corrected, apart from what is asked of the text"),
        ('title:(dang uy) title:"cong an"', ["dang uy", "cong an"], "groups and phrases of titles"),
        ('year:dang noidung:"dang uy" noidung:(cong an) xa', ["xa"], "names and values of other fields"),
        ("year:[hai TO ba] xa", ["xa"], "bounds"),
        ('nam:dang nam:"dang uy" 10:30', ["dang uy"], "a name that is no field's, and what stands right after it"),
        ("=dang =(cong an) xa", ["xa"], "exact words"),
        ("dda?ng uy~ uyr~2 nghi*", ["dda?ng uy~ uyr~2 nghi*"], "signs that may be keys of an input method"),
        ('"“ (', [], "signs alone"),
    ],
)
def test_runs(query, expected, why):
    """A run ends at operators, quotation marks and fields."""
    assert [" ".join(piece.text for piece in run) for run in typed_runs(query, FIELDS, Limits())] == expected, why


@given(st.lists(st.sampled_from([*'ab đ-+="“():^~*?[]2\t\u3000', " AND ", " NOT ", "year:"])).map("".join))
def test_places(query):
    """Whatever was typed, pieces are parts of the query, one after the other, none of them empty."""
    end = 0
    for piece in (piece for run in typed_runs(query, FIELDS, Limits(depth=100)) for piece in run):
        assert piece.start >= end
        end = piece.start + len(piece.text)
        assert query[piece.start : end] == piece.text != ""


@pytest.mark.parametrize("query", ["(" * 21 + "a" + ")" * 21, "a" * 10_001])
def test_limits(query):
    """What a search refuses is refused."""
    with pytest.raises(QueryLimitError):
        list(typed_runs(query, FIELDS, Limits()))
