"""The Whoosh schema of an index of paragraphs, and the names of its fields.

An entry of the index is a paragraph. Each searched field exists under its own name, whose terms are canonical forms
keyed by their folded forms, and as `NAME.folded`, whose terms are folded forms; a field of metadata is `meta.KEY`,
with a third one, `meta.KEY.value`, whose single terms sort as the values do, for ranges.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from whoosh.fields import ID, NUMERIC, STORED, TEXT, FieldType, Schema
from whoosh.util.numeric import float_to_sortable_long

from timviet.index.analysis import Form, VietnameseAnalyzer, indexed_forms, rules_fingerprint
from timviet.index.spelling import fold
from timviet.index.tokens import surfaces
from timviet.index.unicode import collation_key

SCHEMA_VERSION = 3
TEXT_FIELDS = ("text", "title", "path")
SCORED_FIELDS = ("text", "title")
# The constants of BM25, here and on a cluster. Less than the usual 1.2 and 0.75: in paragraphs, which are short, which
# words there are tells more than how often.
BM25_K1, BM25_B = 0.6, 0.7
PARAGRAPH_FIELD = NUMERIC(stored=True, signed=False, shift_step=0)
# Holds one term, UNMARKED, for paragraphs that were typed without marks.
UNMARKED_FIELD = "unmarked"
UNMARKED = "1"

_METADATA = "meta."
_FOLDED = ".folded"
LAST_CHARACTER = "\U0010ffff"
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]\d+)?")  # as Python writes them; `12E4` is a code
_NO_KEY_CHARACTER = re.compile(r"\W")


class ParagraphSchema(Schema):
    """The fields of a paragraph, with the version of this layout and the fingerprint of the rules of analysis.

    Attributes:
        version: the layout's number; an index of another one has to be rebuilt.
        rules: the digest of what the rules of analysis do; likewise.
    """

    def __init__(self, **fields: FieldType) -> None:
        super().__init__(**(fields or _fields()))
        self.version = SCHEMA_VERSION
        self.rules = rules_fingerprint()
        # Whoosh takes the first pattern that fits.
        self.add(folded_field(metadata_field("*")), _unscored("folded"), glob=True)
        self.add(value_field(metadata_field("*")), ID(), glob=True)
        self.add(metadata_field("*"), _unscored("keyed"), glob=True)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle as version and rules: the fields follow from them."""
        return restore_schema, (self.version, self.rules)


def restore_schema(version: int, rules: str) -> ParagraphSchema:
    """Return the schema that was pickled, with the fields of this version."""
    schema = ParagraphSchema()
    schema.version, schema.rules = version, rules
    return schema


def folded_field(field: str) -> str:
    """Return the name of the field's twin whose terms are folded: `text.folded` for `text`."""
    return f"{field}{_FOLDED}"


def is_folded_field(field: str) -> bool:
    """Tell whether a field's terms are folded forms: true of `text.folded`."""
    return field.endswith(_FOLDED)


def unfolded_field(field: str) -> str:
    """Return the name of a field without `.folded`: `text` for `text.folded` and for `text`."""
    return field.removesuffix(_FOLDED)


def metadata_field(key: str) -> str:
    """Return the name of the field of a metadata key: `meta.year` for `year`."""
    return f"{_METADATA}{key}"


def value_field(field: str) -> str:
    """Return the name of a metadata field's twin whose terms sort as the values do: `meta.year.value`."""
    return f"{field}.value"


def is_metadata_field(field: str) -> bool:
    """Tell whether a name is that of a metadata field, not of one of its twins.

    Example:
        >>> is_metadata_field("meta.year"), is_metadata_field("meta.year.folded"), is_metadata_field("text")
        (True, False, False)
    """
    return field.startswith(_METADATA) and "." not in field.removeprefix(_METADATA)


def query_name(field: str) -> str:
    """Return the name by which people know a field: `year` for `meta.year`, `text` for `text`."""
    return field.removeprefix(_METADATA)


@lru_cache(maxsize=1 << 10)
def metadata_key(name: str) -> str:
    """Return the key that all spellings of a metadata name share: its tokens without marks, `_` between them.

    Example:
        >>> metadata_key("Ngày ban hành"), metadata_key("NGÀY_BAN_HÀNH")
        ('ngay_ban_hanh', 'ngay_ban_hanh')
    """
    return _NO_KEY_CHARACTER.sub("", "_".join(map(fold, surfaces(name))))


def sort_terms(value: object) -> Iterator[str]:
    """Yield terms that sort as the values do, one for the text and one for the number where it is one.

    Example:
        >>> number = lambda value: min(sort_terms(value))
        >>> number(9) < number("10") < number(2024)
        True
    """
    number = number_term(str(value))
    if number is not None:
        yield number
    yield text_term(str(value))


def number_term(text: str) -> str | None:
    """Return the term of a number, which sorts as the number does, or None where the text is none."""
    number = text.strip()
    if not _NUMBER.fullmatch(number):
        return None
    without_minus_zero = float(number) + 0.0
    return f"n{float_to_sortable_long(without_minus_zero, signed=True):016x}"


def text_term(text: str) -> str:
    """Return the term of a text, which sorts as its folded tokens do.

    Example:
        >>> text_term("2024-05-01") < text_term("2024-05-02")
        True
    """
    return f"t{' '.join(map(fold, surfaces(text)))}"


def value_order(text: str) -> bytes:
    """Return what sorts as values of the metadata do: numbers, and then text.

    Example:
        >>> sorted(["10", "Đà Nẵng", "9", "Dĩ An"], key=value_order)
        ['9', '10', 'Dĩ An', 'Đà Nẵng']
    """
    number = number_term(text)
    return number.encode() if number is not None else b"t" + collation_key(text)


def value_identity(text: str) -> str:
    """Return what all values of the metadata share that count as the same: a number, or canonical forms.

    Example:
        >>> value_identity("Hoà Bình") == value_identity("Hòa  Bình"), value_identity("7") == value_identity("7.0")
        (True, True)
    """
    return number_term(text) or f"t{' '.join(form.canonical for form in indexed_forms(text))}"


def value_bounds(
    low: str | None, high: str | None, without_low: bool = False, without_high: bool = False
) -> tuple[str, str]:
    """Return the terms between which values lie: as numbers where both ends are numbers, otherwise as text.

    Args:
        low: the lowest value, or None for no bound.
        high: the highest value, or None for no bound.
        without_low: whether texts that begin as the lowest value are left out.
        without_high: whether texts that begin as the highest value are left out.

    Example:
        >>> first, last = value_bounds("2024-05-01", "2024-06")
        >>> first <= text_term("2024-06-30") <= last
        True
    """
    numbers = [number_term(end) for end in (low, high) if end]
    if not numbers or None in numbers:
        return text_bounds(low, high, without_low, without_high)
    return (number_term(low) if low else None) or "n", (number_term(high) if high else None) or f"n{LAST_CHARACTER}"


def text_bounds(
    low: str | None, high: str | None, without_low: bool = False, without_high: bool = False
) -> tuple[str, str]:
    """Return the terms between which values lie as texts; see `value_bounds`."""
    first, last = text_term(low or ""), text_term(high or "")
    return (
        _after(first) if low and without_low else first,
        last if high and without_high else _after(last) if high else last + LAST_CHARACTER,
    )


def _after(term: str) -> str:
    """Return what sorts after all texts that begin with the tokens of a text."""
    return f"{term} {LAST_CHARACTER}"


def _fields() -> dict[str, FieldType]:
    fields = {
        "id": ID(stored=True),
        "paragraph": PARAGRAPH_FIELD,
        UNMARKED_FIELD: ID(),
        "start": STORED(),
        "metadata": STORED(),
        "source": STORED(),
        "section": STORED(),
        "page": STORED(),
        "text": _scored("keyed"),
        "title": _scored("keyed"),
        "path": _unscored("keyed"),
    }
    folded = {"text": _scored("folded"), "title": _scored("folded"), "path": _unscored("folded")}
    for name, twin in folded.items():
        fields[name].stored = True
        fields[folded_field(name)] = twin
    return fields


def _scored(form: Form) -> TEXT:
    return TEXT(analyzer=VietnameseAnalyzer(form))


def _unscored(form: Form) -> TEXT:
    field = TEXT(analyzer=VietnameseAnalyzer(form))
    field.scorable = False
    return field
