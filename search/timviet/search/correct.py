"""What a query was meant to say, by what the index has: marks restored, slips repaired, input methods' keys decoded."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from heapq import nlargest
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
# A word that the index has, too, is changed where what it is changed for stands beside another word so often, and such
# a part of either's occurrences: `ma tùy` is `ma túy`, but `tín dụng đen` is not `tín dụng đến`.
_TOGETHER = 3
_BELONGING = 0.05
# Slips are looked for in so many first letters of a word; Vietnamese syllables have seven at most.
_LONGEST_SLIP = 12
# What stands between spaces, quotation marks and brackets.
_PIECE = re.compile(r"[^\s\"“”„()]+")
# A piece with any of these in it is left as it is: wildcards, fields and ranges, exact words, boosts.
_SYNTAX = re.compile(r"[*\[\]{}=]|\w:\S|\^\d")
# So is one with any of these, unless they are keys of VIQR.
_SYNTAX_OR_KEYS = re.compile(r"\w\?+\w|~\d?$")
_SENTENCE_END = ".?"
# No syllable takes more keys of an input method than this.
_MOST_KEYS = 16
# So many of the terms that a word may be meant for are compared, those that are most likely by themselves.
_MOST_MEANT = 32
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
    is_marked = any(own.canonical != own.folded for own in map(forms, TOKEN.findall(query)))
    for run in _runs(words):
        best = likely_readings([word.meant for word in run], lexicon)
        for place, word in enumerate(run):
            if (not is_marked and _kind(word, best[place]) == "marks") or _is_sure(word, best, place, lexicon):
                changes += _change(word, best, place, lexicon)
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
        keys, decoded = _decoded(piece.group(), lexicon)
        if not decoded and _SYNTAX_OR_KEYS.search(piece.group()):
            continue
        start = piece.start()
        if decoded and not keys.isalnum():  # VIQR's marks are no letters
            yield _Typed(start, start + len(keys), keys, decoded, frozenset(decoded))
            continue
        for token in TOKEN.finditer(piece.group()):
            own = forms(token.group())
            if own.canonical:
                meant = _meant(own, lexicon)
                keyed_in = {term for term, likelihood in decoded.items() if likelihood > meant.get(term, 0)}
                meant |= {term: decoded[term] for term in keyed_in}
                yield _Typed(start + token.start(), start + token.end(), token.group(), meant, keyed_in)


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


def _decoded(piece: str, lexicon: Lexicon) -> tuple[str, dict[str, float]]:
    """Return the part of a piece of a query that is keys of an input method, and the known words that they make."""
    if not piece.isascii():
        return piece, {}
    # A question mark or a full stop at the end belongs to the sentence, unless the word makes none without it.
    sentence = piece.rstrip(_SENTENCE_END)
    if sentence != piece and _is_known(forms(sentence), lexicon):
        return piece, {}
    possible = dict.fromkeys((piece, piece.rstrip(_AROUND)))
    for keys in possible:
        if len(keys) <= _MOST_KEYS and not _is_known(forms(keys), lexicon):
            found = [forms(word) for word in decodings(keys)]
            known = {own.keyed: _INPUT_METHOD for own in found if lexicon.document_frequency("text", own.keyed)}
            if known:
                return keys, known
    return piece, {}


def _is_known(own: Forms, lexicon: Lexicon) -> bool:
    """Tell whether more than a few paragraphs have a word as it was typed, or with more marks."""
    answering = (Level.SAME, Level.COMPLETES)
    readings = [
        reading for reading in lexicon.readings("text", own.folded) if level(own.canonical, reading) in answering
    ]
    found = sum(lexicon.document_frequency("text", keyed(own.folded, reading)) for reading in readings)
    return found > min(_RARE, _RARE_SHARE * lexicon.paragraph_count)


def _meant(own: Forms, lexicon: Lexicon) -> dict[str, float]:
    """Return the known terms that a word may have been meant for, each with how likely that is."""
    meant = {own.keyed: 1.0} | _readings(own, own.folded, 1.0, lexicon)
    if own.folded.isalpha() and not _is_known(own, lexicon):
        for folded in _one_slip_away(own.folded):
            if lexicon.document_frequency(folded_field("text"), folded):
                meant |= _readings(own, folded, _LETTER_SLIP, lexicon)
    if len(meant) <= _MOST_MEANT:
        return meant
    frequencies = {term: lexicon.document_frequency("text", term) for term in meant}
    likeliest = nlargest(_MOST_MEANT, meant, key=lambda term: (term == own.keyed, meant[term] * frequencies[term]))
    return {term: meant[term] for term in likeliest}


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


def _is_sure(word: _Typed, best: Sequence[str], place: int, lexicon: Lexicon) -> bool:
    """Tell whether a word may be changed that the index has, or that has only the keys of an input method.

    What it was meant for has to belong to a word beside it: a good part of either's occurrences are next to the other.
    """
    if not lexicon.document_frequency("text", forms(word.text).keyed) and best[place] not in word.decoded:
        return True
    pairs = [pair for pair in (best[max(place - 1, 0) : place + 1], best[place : place + 2]) if len(pair) == 2]
    if best[place] in word.decoded and not pairs:
        return True
    for before, after in pairs:
        together = int(lexicon.ngrams.pairs("text", [before], [after])[0, 0])
        fewest = min(lexicon.ngrams.single("text", term) for term in (before, after))
        if together and (best[place] in word.decoded or (together >= _TOGETHER and together > _BELONGING * fewest)):
            return True
    return False


def _change(word: _Typed, best: Sequence[str], place: int, lexicon: Lexicon) -> Iterator[Change]:
    """Yield the change of a word for the term that it was meant for, if there is any."""
    term = best[place]
    if forms(word.text).keyed != term:
        written = lexicon.surfaces.of(term, best[place - 1] if place else None)
        yield Change(word.start, word.end, _in_case_of(word.text, written), _kind(word, term))


def _kind(word: _Typed, term: str) -> Kind:
    own = forms(word.text)
    folded, _, canonical = term.partition(KEY_SEPARATOR)
    if term in word.decoded:
        return "input method"
    if folded != own.folded:
        return "slip"
    return "slip" if level(own.canonical, canonical or folded) is Level.CONTRADICTS else "marks"


def _in_case_of(typed: str, written: str) -> str:
    if typed.isupper() and len(typed) > 1 and written.upper() not in _OPERATORS:
        return nfc(written.upper())
    return nfc(written.capitalize() if typed[:1].isupper() else written.lower())
