"""What a query was meant to say, by what the index has: marks restored, slips repaired, input methods' keys decoded."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Literal

from timviet.index.analysis import KEY_SEPARATOR, Forms, forms, keyed
from timviet.index.schema import folded_field
from timviet.index.spelling import marks as marks_of
from timviet.index.tokens import TOKEN
from timviet.index.unicode import nfc
from timviet.search.input_methods import decodings
from timviet.search.lexicon import Lexicon
from timviet.search.marks import Level, level
from timviet.search.readings import likely_readings

Kind = Literal["marks", "slip", "input method"]

# How likely it is that a word was typed for another one, beside that it was meant as it stands.
_COMPLETED = 0.1
_TONE_SLIP = 0.005
_VOWEL_MARK_SLIP = 0.001
_LETTER_SLIP = 0.0001
_INPUT_METHOD = 0.1
# Letters have slipped only where hardly any paragraph has them as they are: one in so many, and no more than so many.
_RARE_SHARE = 1 / 20_000
_RARE = 3
# Slips are looked for in so many first letters of a word; Vietnamese syllables have seven at most.
_LONGEST_SLIP = 12
# What stands between spaces, quotation marks and brackets.
_PIECE = re.compile(r"[^\s\"“”„()]+")
# A piece with any of these in it is left as it is: wildcards, fields and ranges, exact words, boosts.
_SYNTAX = re.compile(r"[*\[\]{}=]|\w:\S|\^\d")
_OPERATORS = {"AND", "OR", "NOT", "TO"}
_AROUND = ".,;:!?'`~-+"


@dataclass(frozen=True, slots=True)
class Change:
    """A word that was meant otherwise than it was typed.

    Attributes:
        start: where it starts in the query as typed, in code points.
        end: where it ends: the first code point that is not part of it.
        written: what was meant.
        kind: "marks" where only marks were added, "slip" where marks or letters were others, "input method" where keys
            of Telex, VNI or VIQR had been left in the text.
    """

    start: int
    end: int
    written: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Correction:
    """What a query was meant to say.

    Attributes:
        query: the query as it was meant.
        changes: what differs from the query as typed, in order.
    """

    query: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class _Typed:
    """A word of the query.

    Attributes:
        start: where it starts in the query, in code points.
        end: where it ends.
        text: the word as typed.
        meant: the keyed terms that it may have been meant for, each with how likely that is.
        decoded: those for which it has the keys of an input method.
    """

    start: int
    end: int
    text: str
    meant: Mapping[str, float]
    decoded: Set[str]


def correct(query: str, lexicon: Lexicon) -> Correction | None:
    """Return what a query was meant to say, by what the index has; None where that is what it says.

    Marks are restored to words typed without; words that the index does not have in this company are repaired where
    another tone, another vowel mark or another letter (a likelier slip in this order) makes words that it has; and keys
    of Telex, VNI and VIQR are decoded where that makes known words. What has a sign of the query language in it stays.

    Args:
        query: as typed.
        lexicon: the terms of the index.
    """
    words = list(_words(query, lexicon))
    changes: list[Change] = []
    for run in _runs(words):
        best = likely_readings([word.meant for word in run], lexicon)
        changes += [change for place, word in enumerate(run) for change in _change(word, best, place, lexicon)]
    if not changes:
        return None
    corrected = query
    for change in reversed(changes):
        corrected = corrected[: change.start] + change.written + corrected[change.end :]
    return Correction(corrected, tuple(changes))


def _words(query: str, lexicon: Lexicon) -> Iterator[_Typed]:
    """Yield the words of a query that can be corrected."""
    for piece in _PIECE.finditer(query):
        if _SYNTAX.search(piece.group()) or piece.group() in _OPERATORS:
            continue
        start, typed = piece.start(), piece.group()
        decoded = _decoded(typed, lexicon)
        tokens = list(TOKEN.finditer(typed))
        if decoded and len(tokens) > 1:  # VIQR's marks are no letters
            yield _Typed(start, start + len(typed), typed, decoded, frozenset(decoded))
            continue
        for token in tokens:
            own = forms(token.group())
            if own.canonical:
                meant = _meant(own, lexicon) | decoded
                yield _Typed(start + token.start(), start + token.end(), token.group(), meant, frozenset(decoded))


def _runs(words: Sequence[_Typed]) -> Iterator[list[_Typed]]:
    """Yield the words that stand side by side and are known in any form, run by run."""
    run: list[_Typed] = []
    for word in words:
        if word.meant:
            run.append(word)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _decoded(piece: str, lexicon: Lexicon) -> dict[str, float]:
    """Return the known words that a piece of a query makes as keys of an input method, if it is no word itself."""
    if not piece.isascii() or _is_known(forms(piece), lexicon):
        return {}
    core = piece.rstrip(_AROUND)
    found = [forms(word) for typed in dict.fromkeys((piece, core)) for word in decodings(typed)]
    return {own.keyed: _INPUT_METHOD for own in found if lexicon.document_frequency("text", own.keyed)}


def _is_known(own: Forms, lexicon: Lexicon) -> bool:
    rare = min(_RARE, _RARE_SHARE * lexicon.paragraph_count)
    return bool(own.canonical) and lexicon.document_frequency(folded_field("text"), own.folded) > rare


def _meant(own: Forms, lexicon: Lexicon) -> dict[str, float]:
    """Return the known terms that a word may have been meant for, each with how likely that is."""
    meant = {own.keyed: 1.0} | _readings(own, own.folded, 1.0, lexicon)
    if own.folded.isalpha() and not _is_known(own, lexicon):
        for folded in _one_slip_away(own.folded):
            if lexicon.document_frequency(folded_field("text"), folded):
                meant |= _readings(own, folded, _LETTER_SLIP, lexicon)
    return meant


def _one_slip_away(folded: str) -> set[str]:
    """Return the forms with one letter more, less, or other, or two neighbouring ones in the other order."""
    splits = [(folded[:place], folded[place:]) for place in range(min(len(folded), _LONGEST_SLIP) + 1)]
    fewer = {before + after[1:] for before, after in splits if after}
    swapped = {before + after[1] + after[0] + after[2:] for before, after in splits if len(after) > 1}
    others = {before + letter + after[1:] for before, after in splits if after for letter in ascii_lowercase}
    more = {before + letter + after for before, after in splits for letter in ascii_lowercase}
    return (fewer | swapped | others | more) - {folded, ""}


def _readings(own: Forms, folded: str, likelihood: float, lexicon: Lexicon) -> dict[str, float]:
    unmarked = own.canonical == own.folded
    return {
        keyed(folded, reading): likelihood * _mark_likelihood(own, folded, reading, unmarked)
        for reading in lexicon.readings("text", folded)
    }


def _mark_likelihood(own: Forms, folded: str, reading: str, unmarked: bool) -> float:
    """Return how likely it is that a word was typed for a reading, as far as their marks go."""
    if unmarked or own.canonical == reading:
        return 1.0
    typed, written = (
        {(place if folded == own.folded else 0, mark) for place, mark in marks_of(form)}
        for form in (own.canonical, reading)
    )
    if typed <= written:
        return _COMPLETED if typed < written else 1.0
    other = {place for place, _ in typed ^ written}
    return _TONE_SLIP if other == {-1} else _VOWEL_MARK_SLIP


def _change(word: _Typed, best: Sequence[str], place: int, lexicon: Lexicon) -> Iterator[Change]:
    """Yield the change of a word for the term that it was meant for, if there is any."""
    term = best[place]
    own = forms(word.text)
    if own.keyed == term:
        return
    before = best[place - 1] if place else None
    written = _in_case_of(word.text, lexicon.surfaces.of(term, before))
    yield Change(word.start, word.end, written, "input method" if term in word.decoded else _kind(own, term))


def _kind(own: Forms, term: str) -> Kind:
    folded, _, canonical = term.partition(KEY_SEPARATOR)
    if folded != own.folded:
        return "slip"
    return "marks" if level(own.canonical, canonical or folded) is Level.COMPLETES else "slip"


def _in_case_of(typed: str, written: str) -> str:
    if typed.isupper() and len(typed) > 1:
        return nfc(written.upper())
    return nfc(written.capitalize() if typed[:1].isupper() else written.lower())
