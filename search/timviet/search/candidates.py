"""What a word may have been typed for, by the terms that the index has, each with how likely that is: the error model.

A candidate is a keyed term, or several in a row, between which spaces may have been left out.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from heapq import nlargest

from timviet.index.analysis import KEY_SEPARATOR, Forms, forms
from timviet.index.spelling import HOOK_ABOVE, TILDE, marks
from timviet.index.tokens import TOKEN
from timviet.search.input_methods import decodings
from timviet.search.joined_words import joined_words
from timviet.search.lexicon import Lexicon
from timviet.search.marks import Level, level
from timviet.search.slips import one_key_away, sounding_alike, without_twice
from timviet.search.typed_words import Piece
from timviet.search.word_counts import WordCounts

# How likely it is that a word was typed for another one, beside that it was meant as it stands.
_COMPLETED = 0.1
_HOOK_FOR_TILDE = 0.1
_TONE_SLIP = 0.01
_VOWEL_MARK_SLIP = 0.003
_SPACE_SLIP = 0.05
_SOUND_SLIP = 0.02
_SOUND_SLIP_UNMARKED = 0.001
_LETTER_SLIP = 0.0001
_INPUT_METHOD = 0.1
# Letters have slipped only where hardly any paragraph has them as they are: one in so many, and no more than so many.
_RARE_SHARE = 1 / 20_000
_RARE = 3
# Spaces have been left out of what at most one paragraph in so many has.
_JOINED_SHARE = 1 / 2000
# So many of the terms that a word may be meant for are compared, those that are most likely by themselves.
_MOST_COMPARED = 32
# So many where words are compared again with those that sound alike.
_MOST_COMPARED_AGAIN = 12
_HOOK_AND_TILDE = {(-1, HOOK_ABOVE), (-1, TILDE)}
_SENTENCE_END = ".?"
_AROUND = ".,;:!?'`~-+"

_marks_of = lru_cache(maxsize=1 << 14)(marks)


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a word of a query may have been meant for.

    Attributes:
        start: where the word starts in the query, in code points.
        text: the word as typed.
        meant: the candidates, what was typed among them, each with how likely it is.
        decoded: those for which the word has the keys of an input method.
        is_abbreviation: whether it is one, so that it was meant for nothing but abbreviations.
    """

    start: int
    text: str
    meant: Mapping[str, float]
    decoded: Set[str] = frozenset()
    is_abbreviation: bool = False

    def with_sounds(self, counts: WordCounts) -> "Candidates":
        """Return the same with words, too, that sound like what was typed, however marked."""
        if self.is_abbreviation:
            return self
        alike = _alike(self.forms, counts, _SOUND_SLIP_UNMARKED)
        return replace(self, meant=_likeliest({**alike, **self.meant}, self.forms, counts, _MOST_COMPARED_AGAIN))

    @property
    def forms(self) -> Forms:
        """The forms of what was typed."""
        return forms(self.text)

    @property
    def end(self) -> int:
        """Where the word ends in the query: the first code point that is not part of it."""
        return self.start + len(self.text)


def find_candidates(piece: Piece, is_marked: bool, lexicon: Lexicon) -> Iterator[Candidates]:
    """Yield what the words in a piece of a query may have been meant for; none where it is a pattern.

    Args:
        piece: what stands between spaces.
        is_marked: whether the query was typed with marks: then words that sound alike have the same ones.
        lexicon: the terms of the index.
    """
    keys, decoded = _decoded(piece.text, lexicon.words)
    if decoded and not keys.isalnum():  # VIQR's marks are no letters
        yield Candidates(piece.start, keys, decoded, frozenset(decoded))
        return
    for token in TOKEN.finditer(piece.text) if decoded or not piece.is_pattern else ():
        if forms(token.group()).canonical:
            start = piece.start + token.start()
            if _is_abbreviation(token.group(), lexicon):
                readings = _own_readings(forms(token.group()), lexicon.words)
                meant = {term: own for term, own in readings.items() if lexicon.surfaces.are_capitals(term)}
                yield Candidates(start, token.group(), meant, is_abbreviation=True)
                continue
            meant = _meant(token.group(), not decoded, is_marked, lexicon.words)
            keyed_in = {term for term, likelihood in decoded.items() if likelihood > meant.get(term, 0)}
            meant |= {term: decoded[term] for term in keyed_in}
            yield Candidates(start, token.group(), meant, keyed_in)


def canonical_of(term: str) -> str:
    """Return the canonical form of a keyed term."""
    folded, _, canonical = term.partition(KEY_SEPARATOR)
    return canonical or folded


def folded_of(term: str) -> str:
    """Return the folded form of a keyed term."""
    return term.partition(KEY_SEPARATOR)[0]


def _decoded(typed: str, counts: WordCounts) -> tuple[str, dict[str, float]]:
    """Return the part of a piece of a query that is keys of an input method, and the known words that they make."""
    if not typed.isascii():
        return typed, {}
    # A question mark or a full stop at the end belongs to the sentence, unless the word makes none without it.
    sentence = typed.rstrip(_SENTENCE_END)
    if sentence != typed and is_known(forms(sentence), counts):
        return typed, {}
    possible = dict.fromkeys((typed, typed.rstrip(_AROUND)))
    for keys in possible:
        known = _known(decodings(keys), counts)
        if known:
            return keys, dict.fromkeys(known, _INPUT_METHOD)
    for keys in possible:
        known = _known((word for once in without_twice(keys) for word in decodings(once)), counts)
        if known and not is_known(forms(keys), counts):
            return keys, dict.fromkeys(known, _INPUT_METHOD * _SOUND_SLIP)
    return typed, {}


def _known(words: Iterable[str], counts: WordCounts) -> list[str]:
    """Return the keyed terms of those words that the index has."""
    return [term for term in (forms(word).keyed for word in words) if counts.paragraphs(term)]


def _is_abbreviation(text: str, lexicon: Lexicon) -> bool:
    """Tell whether a word was typed in capitals, and the index has it in capitals."""
    term = forms(text).keyed
    is_upper = len(text) > 1 and text.isupper()
    return is_upper and lexicon.words.paragraphs(term) > 0 and lexicon.surfaces.are_capitals(term)


def _meant(text: str, with_slips: bool, is_marked: bool, counts: WordCounts) -> dict[str, float]:
    """Return what a word may have been typed for, each with how likely that is.

    Args:
        text: the word as typed.
        with_slips: whether letters may have slipped, or spaces been left out, where the index hardly has the word.
        is_marked: see `find_candidates`.
        counts: how often the index has which words.
    """
    own = forms(text)
    found = {own.keyed: 1.0} | _readings(own, own.folded, 1.0, counts)
    if with_slips and is_marked:
        found = _with_same_marks(own, _alike(own, counts, _SOUND_SLIP)) | found
    # Of a single letter that has slipped, nothing is left to know it by.
    if with_slips and len(own.folded) > 1 and own.folded.isalpha() and not is_known(own, counts):
        for folded in one_key_away(own.folded, counts):
            found |= _readings(own, folded, _LETTER_SLIP, counts)
        found |= _alike(own, counts, _SOUND_SLIP)
    found = _likeliest(found, own, counts)
    if with_slips and counts.folded_paragraphs(own.folded) <= _JOINED_SHARE * counts.paragraph_count:
        readings_of = partial(_own_readings, counts=counts)
        joined = joined_words(text, _MOST_COMPARED, readings_of, counts)
        found |= {row: _SPACE_SLIP * likelihood for row, likelihood in joined.items()}
    return found


def _alike(own: Forms, counts: WordCounts, likelihood: float) -> dict[str, float]:
    """Return the readings of what sounds like a word, each with how likely that slip is."""
    found: dict[str, float] = {}
    for folded in sounding_alike(own.folded) if len(own.folded) > 1 and own.folded.isalpha() else ():
        found |= _readings(own, folded, likelihood, counts)
    return found


def _with_same_marks(own: Forms, alike: Mapping[str, float]) -> dict[str, float]:
    """Return those of some readings that have the marks which were typed."""
    if own.canonical == own.folded:
        return {term: likelihood for term, likelihood in alike.items() if KEY_SEPARATOR not in term}
    return {term: likelihood for term, likelihood in alike.items() if likelihood == _SOUND_SLIP}


def is_known(own: Forms, counts: WordCounts) -> bool:
    """Tell whether more than a few paragraphs have a word as it was typed, or with more marks."""
    answering = (Level.SAME, Level.COMPLETES)
    readings = [term for term in counts.readings(own.folded) if level(own.canonical, canonical_of(term)) in answering]
    found = sum(map(counts.paragraphs, readings))
    return found > min(_RARE, _RARE_SHARE * counts.paragraph_count)


def _likeliest(found: dict[str, float], own: Forms, counts: WordCounts, most: int = _MOST_COMPARED) -> dict[str, float]:
    """Return what was typed, and of other terms those that are most likely by themselves."""
    if len(found) <= most:
        return found
    frequencies = {term: counts.paragraphs(term) for term in found}
    likeliest = nlargest(most, found, key=lambda term: (term == own.keyed, found[term] * frequencies[term]))
    return {term: found[term] for term in likeliest}


def _own_readings(own: Forms, counts: WordCounts) -> dict[str, float]:
    return _readings(own, own.folded, 1.0, counts)


def _readings(own: Forms, folded: str, likelihood: float, counts: WordCounts) -> dict[str, float]:
    unmarked = own.canonical == own.folded
    return {
        term: likelihood * _mark_likelihood(own, folded, canonical_of(term), unmarked)
        for term in counts.readings(folded)
    }


@lru_cache(maxsize=1 << 14)
def _mark_likelihood(own: Forms, folded: str, reading: str, unmarked: bool) -> float:
    """Return how likely it is that a word was typed for a reading, as far as their marks go."""
    if unmarked or own.canonical == reading:
        return 1.0
    typed, written = (
        {(place if folded == own.folded else min(place, 0), mark) for place, mark in _marks_of(form)}
        for form in (own.canonical, reading)
    )
    if typed <= written:
        return _COMPLETED if typed < written else 1.0
    other = typed ^ written
    if other == _HOOK_AND_TILDE:
        return _HOOK_FOR_TILDE
    return _TONE_SLIP if {place for place, _ in other} == {-1} else _VOWEL_MARK_SLIP
