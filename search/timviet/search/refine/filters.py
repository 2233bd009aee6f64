"""Filters on the metadata: parts of a plan that keep what has some values, and add nothing to the score.

A value is compared as a whole, and each of several by itself: a number as a number, text by its tokens. Marks count as
in the query language, but for values that are written without any: `luat` keeps `Luật` and `luat`, `luật` keeps neither
`luất` nor `luat`; with `marks="strict"` each keeps itself alone, with `marks="ignore"` all of them. A range compares
text without marks, as one of the query language does; see `timviet.search.value_ranges`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence, Set

from timviet.index.analysis import Forms, indexed_forms, keyed
from timviet.index.errors import FilterError
from timviet.index.preparing import searched_values
from timviet.index.schema import metadata_field, number_term, text_term, value_bounds, value_field
from timviet.search.lexicon import Lexicon
from timviet.search.marks import Level, Marks, level
from timviet.search.metadata_keys import MetadataKeys
from timviet.search.nodes import All, AnyOf, Between, Everything, Filter, Leaf, Node, TermGroup, TermSequence, Without
from timviet.search.query import Phrase, Word, are_reversed
from timviet.search.rank import TermStatistics
from timviet.search.value_ranges import between_values

FilterValue = str | int | float
FilterRange = tuple[FilterValue | None, FilterValue | None]
Wanted = FilterValue | FilterRange | None
Filters = Mapping[str, Wanted | Iterable[Wanted]]

_LEVELS = {Level.SAME, Level.COMPLETES}
_STRICT = {Level.SAME}
_UNSCORED = TermStatistics(inverse_document_frequency=1.0, average_length=1.0)


def plan_filters(filters: Filters, keys: MetadataKeys, lexicon: Lexicon, marks: Marks = "auto") -> list[Filter]:
    """Return the nodes of a plan that keep what has some values; all of them are to be required.

    Args:
        filters: for each key of the metadata a value; or a range, as a pair of its lowest and highest value, either of
            which may be None for no bound; or None for what has no value; or an iterable of these, any of which will
            do.
        keys: the keys of the metadata.
        lexicon: the terms of the snapshot.
        marks: how typed marks count.

    Raises:
        UnknownKeyError: there is no such key.
        FilterError: a tuple that is no pair, a range whose lowest value is above its highest one, or nothing to keep.
        TypeError: a value that is neither text nor a number.
    """
    planner = _Planner(keys, lexicon, marks)
    return [Filter(planner.any_of(name, wanted)) for name, wanted in filters.items()]


class _Planner:
    def __init__(self, keys: MetadataKeys, lexicon: Lexicon, marks: Marks) -> None:
        self._keys = keys
        self._lexicon = lexicon
        self._marks = marks

    def any_of(self, name: str, wanted: Wanted | Iterable[Wanted]) -> Node:
        """Return what finds any of several values or ranges."""
        field = metadata_field(self._keys.require(name))
        if isinstance(wanted, str | bytes | tuple) or not isinstance(wanted, Iterable):
            return self._one_of(name, field, wanted)
        clauses = [self._one_of(name, field, own) for own in wanted]
        if not clauses:
            raise FilterError(name, "keeps nothing: name a value, or leave the filter away")
        return AnyOf(clauses)

    def _one_of(self, name: str, field: str, wanted: object) -> Node:
        match wanted:
            case None:
                return Without(Everything(), Between(value_field(field), *value_bounds(None, None)))
            case str() | int() | float():
                return self._value(field, str(wanted))
            case tuple():
                return between_values(field, *_ends(name, wanted))
        raise TypeError(f"cannot filter {name!r} by {wanted!r}: give text, a number, a range, or a list of these")

    def _value(self, field: str, text: str) -> Node:
        """Return what finds a whole value."""
        term = number_term(text) or text_term(text)
        whole = Between(value_field(field), term, term)
        typed = indexed_forms(text)
        is_marked = any(form.canonical != form.folded for form in typed)
        if number_term(text) or not typed or self._marks == "ignore" or (self._marks == "auto" and not is_marked):
            return whole
        key = (field, *(form.canonical for form in typed), self._marks)
        if key not in self._lexicon.marked_values:
            self._lexicon.marked_values[key] = self._marked_value(whole, field, typed)
        return self._lexicon.marked_values[key]

    def _marked_value(self, whole: Between, field: str, typed: Sequence[Forms]) -> Node:
        """Return what finds a whole value with the marks that were typed.

        Its words are looked for with these marks. Where there are some with other marks, too, the values are read: the
        words may be those of another value.
        """
        levels = _STRICT if self._marks == "strict" else _LEVELS
        found = All([whole, self._in_a_row(field, [self._group(field, form, levels) for form in typed])])
        others = AnyOf([self._group(field, form, set(Level) - levels) for form in typed])
        doubtful = self._lexicon.stored(All([found, others]))
        wrong = {own["id"] for own in doubtful if not _has_value(own, field, typed, levels)}
        return Without(found, AnyOf([Between("id", own, own) for own in sorted(wrong)])) if wrong else found

    def _in_a_row(self, field: str, groups: Sequence[TermGroup]) -> Leaf:
        """Return what finds tokens next to each other."""
        if len(groups) == 1:
            return groups[0]
        phrase = Phrase(field, [Word(field, group.asked.text) for group in groups])
        return TermSequence(field, phrase, _UNSCORED, self._lexicon.paragraph_count, tuple(groups))

    def _group(self, field: str, typed: Forms, levels: Set[Level]) -> TermGroup:
        """Return what finds a token with marks of some levels."""
        readings = self._lexicon.readings(field, typed.folded)
        weights = {keyed(typed.folded, own): 1.0 for own in readings if level(typed.canonical, own) in levels}
        return TermGroup(field, Word(field, typed.canonical), _UNSCORED, self._lexicon.paragraph_count, weights)


def _has_value(stored: Mapping[str, str], field: str, typed: Sequence[Forms], levels: Set[Level]) -> bool:
    """Tell whether a paragraph has a value with marks of some levels."""
    values = (value for key, value in searched_values(json.loads(stored["metadata"])) if metadata_field(key) == field)
    return any(_answers(typed, indexed_forms(str(value)), levels) for value in values)


def _answers(typed: Sequence[Forms], written: Sequence[Forms], levels: Set[Level]) -> bool:
    return [form.folded for form in typed] == [form.folded for form in written] and all(
        level(one.canonical, other.canonical) in levels for one, other in zip(typed, written, strict=True)
    )


def _ends(name: str, pair: tuple[object, ...]) -> tuple[str | None, str | None]:
    """Return the ends of a range as text.

    Raises:
        FilterError: these are not two values, the first of which is not above the second.
    """
    match pair:
        case (None | str() | int() | float() as low, None | str() | int() | float() as high):
            ends = None if low is None else str(low), None if high is None else str(high)
            if are_reversed(*ends):
                raise FilterError(name, f"keeps nothing: {low} is above {high}; give the lowest value first")
            return ends
    raise FilterError(name, f"is no range: {pair!r}; give its lowest and its highest value")
