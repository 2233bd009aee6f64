"""From a leaf of a query to the terms of an index that answer it, each with its weight."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from timviet.index.analysis import forms, keyed
from timviet.index.schema import folded_field
from timviet.index.spelling import marks as marks_of
from timviet.search.deadline import check_time
from timviet.search.lexicon import Lexicon
from timviet.search.marks import Level, Marks, compare
from timviet.search.marks import level as mark_level
from timviet.search.pattern import Shape, shape
from timviet.search.query import Fuzzy, OneToken, Pattern, Word
from timviet.search.rank import LEVEL_WEIGHTS, SLIP_WEIGHT

Weights = Mapping[Level, float]
_SAME_ONLY: Weights = {Level.SAME: 1.0}
_ANY_READING: Weights = dict.fromkeys(Level, 1.0)
_MORE_MARKS: Weights = LEVEL_WEIGHTS | {Level.COMPLETES: 1.0}
_CONTRADICTING_WEIGHT = 0.2


class Expanded(NamedTuple):
    """The terms that answer a leaf.

    Attributes:
        field: the indexed field they stand in.
        weights: each term's weight, from 0 to 1.
        bare: those terms of the text that answer only in paragraphs typed without marks.
    """

    field: str
    weights: dict[str, float]
    bare: frozenset[str] = frozenset()


def level_weights(marks: Marks, marked: bool, contradicting: bool) -> Weights:
    """Return how much each mark level counts; a level that is missing does not match.

    Args:
        marks: how typed marks count.
        marked: whether any mark was typed in the whole query. Where none was, readings with marks count in full.
        contradicting: whether readings with other marks than typed match, too.

    Example:
        >>> level_weights("auto", marked=True, contradicting=False)[Level.COMPLETES]
        0.3
    """
    if marks == "strict":
        return _SAME_ONLY
    if marks == "ignore" or (not marked and contradicting):
        return _ANY_READING
    weights = LEVEL_WEIGHTS if marked else _MORE_MARKS
    return {**weights, Level.CONTRADICTS: _CONTRADICTING_WEIGHT} if contradicting else weights


def has_marks(leaf: OneToken) -> bool:
    """Tell whether any mark was typed in a leaf."""
    if isinstance(leaf, Pattern):
        return shape(leaf.text).has_marks
    own = forms(leaf.text)
    return own.canonical != own.folded


def expand(leaf: Word | Pattern | Fuzzy, lexicon: Lexicon, weights: Weights) -> Expanded:
    """Return the terms that answer a leaf.

    Args:
        leaf: what was asked for.
        lexicon: the terms there are.
        weights: how much each mark level counts.
    """
    folded = _folded_forms(leaf, lexicon)
    if weights is _ANY_READING or (not has_marks(leaf) and weights[Level.SAME] == weights.get(Level.COMPLETES)):
        return Expanded(folded_field(leaf.fieldname), folded)
    readings: dict[str, float] = {}
    bare: set[str] = set()
    bare_counts_everywhere = leaf.fieldname != "text" or Level.CONTRADICTS in weights
    for form, weight in folded.items():
        for reading in lexicon.readings(leaf.fieldname, form):
            level = reading_level(leaf, form, reading)
            if level in weights:
                readings[keyed(form, reading)] = weight * weights[level]
            if level is Level.BARE and not bare_counts_everywhere:
                bare.add(keyed(form, reading))
    return Expanded(leaf.fieldname, readings, frozenset(bare))


def reading_level(leaf: Word | Pattern | Fuzzy, folded: str, reading: str) -> Level:
    """Return the mark level at which a term answers a leaf.

    Args:
        leaf: what was asked for.
        folded: the term's folded form, which answers the leaf's letters.
        reading: the term's canonical form.
    """
    if isinstance(leaf, Pattern):
        return shape(leaf.text).level(folded, reading)
    if folded == leaf.forms.folded:
        return mark_level(leaf.forms.canonical, reading)
    # Letters have slipped, so that places cannot be compared: the marks themselves are.
    typed, written = ([(0, mark) for _, mark in marks_of(form)] for form in (leaf.forms.canonical, reading))
    return compare(frozenset(typed), frozenset(written))


def _swapped(folded: str) -> Iterator[str]:
    """Yield the form with each two neighbouring letters in the other order: the commonest slip of fingers."""
    for i in range(len(folded) - 1):
        yield folded[:i] + folded[i + 1] + folded[i] + folded[i + 2 :]


def _fits(own: Shape, form: str) -> bool:
    check_time()
    return own.fits(form)


def _folded_forms(leaf: Word | Pattern | Fuzzy, lexicon: Lexicon) -> dict[str, float]:
    if isinstance(leaf, Pattern):
        own = shape(leaf.text)
        forms = (form for prefix in own.prefixes for form in lexicon.folded_forms(leaf.fieldname, prefix))
        return {form: 1.0 for form in forms if _fits(own, form)}
    if isinstance(leaf, Fuzzy):
        typed = leaf.forms.folded
        neighbours = [*lexicon.neighbours(leaf.fieldname, typed, leaf.maxdist), *_swapped(typed)]
        weights = dict.fromkeys(neighbours, SLIP_WEIGHT) | {typed: 1.0}
        field = folded_field(leaf.fieldname)
        return {form: weight for form, weight in weights.items() if lexicon.document_frequency(field, form)}
    return {leaf.forms.folded: 1.0}
