"""Names of fields, terms that sort as values do, and a schema that remembers its rules."""

import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timviet.index import schema
from timviet.index.analysis import rules_fingerprint
from timviet.index.schema import ParagraphSchema, metadata_key, number_term, sort_terms, text_term, value_bounds
from timviet.index.spelling import fold
from timviet.index.tokens import surfaces

numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False).filter(
    lambda number: str(number) != "-0.0"
)
any_text = st.text(st.characters(exclude_categories=()))
letters = st.text(st.sampled_from("aáăâbdđeioơuyỹ0129 -./"))


@pytest.fixture
def fields():
    """A schema of paragraphs."""
    return ParagraphSchema()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # In the wild
        ("Ngày ban hành", "ngay_ban_hanh"),
        ("NGÀY BAN HÀNH", "ngay_ban_hanh"),
        ("Nga\u0300y  ban\u00a0hành ", "ngay_ban_hanh"),  # decomposed, with spaces of all sorts
        ("ngày_ban-hành", "ngay_ban_hanh"),
        ("Số / ngày, năm", "so_ngay_nam"),
        ("năm", "nam"),
        ("Đơn vị", "don_vi"),
        ("Điều 5", "dieu_5"),
        ("year", "year"),
        ("dc.date", "dc_date"),
        # Synthetic
        ("", ""),
        (" \t", ""),
    ],
)
def test_metadata_key(name, expected):
    """A metadata name loses marks and case; what is no letter or digit becomes an underscore between the words."""
    assert metadata_key(name) == expected


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Ngày ban hành", ["ngày_ban_hành", "ngay_ban_hanh", "NGÀY-BAN-HÀNH"]),
        ("Ngày ký", ["ngày_ký", "ngay_ky", "Ngày kí", "ngày_kí", "ngay_ki"]),
        ("Kỹ thuật", ["kỹ_thuật", "ky_thuat", "ky-thuat", "Kĩ thuật", "ki_thuat"]),
        ("Số/Ký hiệu", ["Số / Ký hiệu", "số_ký_hiệu", "so_ky_hieu", "so_ki_hieu"]),
        ("TỶ LỆ", ["Tỷ lệ", "tỉ lệ", "tỷ_lệ", "ty_le", "ti_le"]),
    ],
)
def test_a_metadata_name_is_typed_in_many_ways(name, typed):
    """A name is one key with spaces or underscores, with marks or without, and with i or y where either is right."""
    assert {metadata_key(variant) for variant in typed} == {metadata_key(name)}


@given(any_text | letters)
def test_metadata_keys_are_plain(name):
    """A key is letters, digits and underscores, so that none is the name of another one's twin field."""
    assert all(character.isalnum() or character == "_" for character in metadata_key(name))


@given(numbers, numbers)
def test_number_terms_sort_as_numbers(one, other):
    """The terms of two numbers, whole or not, finite or not, sort as the numbers do."""
    assert (number_term(str(one)) < number_term(str(other))) == (float(one) < float(other))


@pytest.mark.parametrize(
    ("one", "other"), [("1", "1.0"), ("10000000000000000", "1e+16"), ("5", " 5 "), ("3", "３"), ("0", "-0.0")]
)
def test_equal_numbers_have_one_term(one, other):
    """A number has one term, however it is written."""
    assert number_term(one) == number_term(other)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "nan", "NaN", "-nan", "2024-05-01", "31,77", "1.000.000", "M519", "12E4", "12e4", "1_000", "\ud83d"],
)
def test_what_is_no_number_has_no_number_term(text):
    """A text that is no number, or is the one that equals nothing, has no number term."""
    assert number_term(text) is None


def test_mixed_values_sort_as_numbers():
    """Numbers and texts of numbers sort together, before all texts."""
    ascending = [-2024, -1.5, "-1", 0, 5e-324, "0.1", 9, "10", 2024, "1e+10", 1e16]
    terms = [min(sort_terms(value)) for value in ascending]
    assert terms == sorted(terms)
    assert len(set(terms)) == len(terms)
    assert max(terms) < min(sort_terms(""))


@pytest.mark.parametrize(
    ("value", "texts", "count"),
    [(2024, "t2024", 2), (" 2024 ", "t2024", 2), ("Hà Nội", "tha noi", 1), (True, "ttrue", 1), (math.nan, "tnan", 1)],
)
def test_sort_terms(value, texts, count):
    """A value has a term as text, without marks, and one more where it is a number."""
    terms = list(sort_terms(value))
    assert terms[-1] == texts
    assert len(terms) == count


@given(letters, letters)
def test_text_terms_sort_as_folded_texts(one, other):
    """The terms of two texts sort as the texts' tokens do without marks; what is between them does not count."""
    folded_one, folded_other = (" ".join(fold(token) for token in surfaces(text)) for text in (one, other))
    assert (text_term(one) < text_term(other)) == (folded_one < folded_other)
    assert text_term(f" {one}\n") == text_term(one)


@given(numbers, numbers, numbers)
def test_bounds_of_numbers_hold_the_numbers_between(low, value, high):
    """A number's term is within the bounds of a range of numbers if the number is in the range, open ends included."""
    term = number_term(str(value))
    for bounds, within in (
        ((low, high), float(low) <= float(value) <= float(high)),
        ((low, None), float(low) <= float(value)),
        ((None, high), float(value) <= float(high)),
    ):
        first, last = value_bounds(*(None if bound is None else str(bound) for bound in bounds))
        assert (first <= term <= last) == within


@pytest.mark.parametrize(
    ("low", "high", "within", "without"),
    [
        ("2024-05-01", "2024-06-30", ["2024-05-01", "2024-06", "2024-06-30"], ["2024-04-30", "2024-07-01", 2025]),
        ("2024-05", None, ["2024-05-01", "2025-01-01", "Đà Nẵng"], ["2024-04-30"]),
        (None, "b", ["An", "Ân", "b"], ["Bình", "c"]),
        ("2024", "nay", ["2024", 2025, "Nam"], ["Ninh", "1999"]),  # one end is no number: both are texts
        (None, None, ["", "An", "越南", 5], []),
    ],
)
def test_bounds_of_texts(low, high, within, without):
    """A range whose ends are not both numbers holds the texts between them, without marks."""
    first, last = value_bounds(low, high)
    inside = [value for value in [*within, *without] if any(first <= term <= last for term in sort_terms(value))]
    assert inside == within


@pytest.mark.parametrize(
    ("field", "form", "scored"),
    [
        ("text", "keyed", True),
        ("text.folded", "folded", True),
        ("title", "keyed", True),
        ("title.folded", "folded", True),
        ("path", "keyed", False),
        ("path.folded", "folded", False),
        ("meta.year", "keyed", False),
        ("meta.year.folded", "folded", False),
        ("meta.ngay_ban_hanh", "keyed", False),
        ("meta.folded", "keyed", False),  # keys that are named as the twins are
        ("meta.value", "keyed", False),
        ("meta.value.folded", "folded", False),
    ],
)
def test_a_field_has_its_form(fields, field, form, scored):
    """Each field, listed or of any metadata key, has the analyzer of its form, and is scored or only filters."""
    assert field in fields
    assert fields[field].analyzer.form == form
    assert bool(fields[field].scorable) == scored


def test_names_of_fields():
    """A field has a twin of folded terms, one of values if it is metadata, and the name it is asked for by."""
    year = schema.metadata_field("year")
    names = [year, schema.folded_field(year), schema.value_field(year), "text", schema.folded_field("text")]
    assert names == ["meta.year", "meta.year.folded", "meta.year.value", "text", "text.folded"]
    assert [name for name in names if schema.is_metadata_field(name)] == ["meta.year"]
    assert [name for name in names if schema.is_folded_field(name)] == ["meta.year.folded", "text.folded"]
    assert [schema.query_name(name) for name in ("meta.year", "text")] == ["year", "text"]


def test_unknown_fields_are_unknown(fields):
    """Only listed fields and those of metadata exist."""
    assert "year" not in fields
    assert "text.value" not in fields


def test_the_schema_remembers_its_rules(fields):
    """A schema has the layout's version and the fingerprint of the rules it was made by, also when pickled."""
    fields.version, fields.rules = 0, "other rules"
    restored = pickle.loads(pickle.dumps(fields))  # noqa: S301
    assert (restored.version, restored.rules) == (0, "other rules")
    made = ParagraphSchema()
    assert (made.version, made.rules) == (schema.SCHEMA_VERSION, rules_fingerprint())


def test_the_schema_pickles_with_its_fields(fields):
    """A pickled schema has the same fields, listed and of metadata."""
    restored = pickle.loads(pickle.dumps(fields))  # noqa: S301
    assert restored.names() == fields.names()
    names = ["text", "text.folded", "meta.year", "meta.year.folded"]
    assert [restored[name].analyzer.form for name in names] == ["keyed", "folded", "keyed", "folded"]


@pytest.mark.parametrize("name", schema.TEXT_FIELDS)
def test_texts_are_stored_as_written(fields, name):
    """A searched text is stored once: with its field, not with the folded twin."""
    assert fields[name].stored
    assert not fields[schema.folded_field(name)].stored
