"""What a word may have been typed for, by the terms that the index has, each with how likely that is: the error model.

A candidate is a keyed term, or several in a row, between which spaces may have been left out.
"""

from collections.abc import Iterator
from functools import lru_cache
from heapq import nlargest
from itertools import combinations, pairwise
from string import ascii_lowercase

from timviet.index.analysis import Forms, forms, keyed
from timviet.index.schema import folded_field
from timviet.index.spelling import marks
from timviet.index.unicode import nfc
from timviet.search.lexicon import Lexicon
from timviet.search.marks import Level, level
from timviet.search.names.letters import one_slip_away
from timviet.search.readings import in_a_row, terms_of

# How likely it is that a word was typed for another one, beside that it was meant as it stands.
_COMPLETED = 0.1
_TONE_SLIP = 0.005
_VOWEL_MARK_SLIP = 0.001
_SPACE_SLIP = 0.01
_LETTER_SLIP = 0.0001
# Letters have slipped only where hardly any paragraph has them as they are: one in so many, and no more than so many.
_RARE_SHARE = 1 / 20_000
_RARE = 3
# Of slips in so many first letters each is looked up, other ones are found among the words that start with these.
_FIRST_LETTERS = 3
# Spaces have been left out of what at most one paragraph in so many has, between so many words at most, of so many
# letters together, that the index has in a row so often.
_JOINED_SHARE = 1 / 2000
_MOST_JOINED = 3
_LONGEST_JOINED = 21
_IN_A_ROW = 3
# So many of the terms that a word may be meant for are compared, those that are most likely by themselves.
_MOST_COMPARED = 32

_marks_of = lru_cache(maxsize=1 << 14)(marks)


def find_candidates(text: str, with_slips: bool, lexicon: Lexicon) -> dict[str, float]:
    """Return what a word may have been typed for, each with how likely that is.

    Args:
        text: the word as typed.
        with_slips: whether letters may have slipped, or spaces been left out, where the index hardly has the word.
        lexicon: the terms of the index.
    """
    own = forms(text)
    found = {own.keyed: 1.0} | _readings(own, own.folded, 1.0, lexicon)
    # Of a single letter that has slipped, nothing is left to know it by.
    if with_slips and len(own.folded) > 1 and own.folded.isalpha() and not is_known(own, lexicon):
        for folded in _one_slip_away(own.folded, lexicon):
            found |= _readings(own, folded, _LETTER_SLIP, lexicon)
    found = _likeliest(found, own, lexicon)
    if with_slips and _frequency(own.folded, lexicon) <= _JOINED_SHARE * lexicon.paragraph_count:
        found |= _joined(text, lexicon)
    return found


def is_known(own: Forms, lexicon: Lexicon) -> bool:
    """Tell whether more than a few paragraphs have a word as it was typed, or with more marks."""
    answering = (Level.SAME, Level.COMPLETES)
    readings = [
        reading for reading in lexicon.readings("text", own.folded) if level(own.canonical, reading) in answering
    ]
    found = sum(lexicon.document_frequency("text", keyed(own.folded, reading)) for reading in readings)
    return found > min(_RARE, _RARE_SHARE * lexicon.paragraph_count)


def _frequency(folded: str, lexicon: Lexicon) -> int:
    return lexicon.document_frequency(folded_field("text"), folded)


def _likeliest(found: dict[str, float], own: Forms, lexicon: Lexicon) -> dict[str, float]:
    """Return what was typed, and of other terms those that are most likely by themselves."""
    if len(found) <= _MOST_COMPARED:
        return found
    frequencies = {term: lexicon.document_frequency("text", term) for term in found}
    likeliest = nlargest(_MOST_COMPARED, found, key=lambda term: (term == own.keyed, found[term] * frequencies[term]))
    return {term: found[term] for term in likeliest}


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
        {(place if folded == own.folded else 0, mark) for place, mark in _marks_of(form)}
        for form in (own.canonical, reading)
    )
    if typed <= written:
        return _COMPLETED if typed < written else 1.0
    other = {place for place, _ in typed ^ written}
    return _TONE_SLIP if other == {-1} else _VOWEL_MARK_SLIP


def _one_slip_away(folded: str, lexicon: Lexicon) -> Iterator[str]:
    """Yield the forms with one letter more, less, or other, or two neighbouring ones in the other order."""
    splits = [(folded[:place], folded[place:]) for place in range(min(len(folded) + 1, _FIRST_LETTERS))]
    fewer = {before + after[1:] for before, after in splits if after}
    swapped = {before + after[1] + after[0] + after[2:] for before, after in splits if len(after) > 1}
    others = {before + letter + after[1:] for before, after in splits if after for letter in ascii_lowercase}
    more = {before + letter + after for before, after in splits for letter in ascii_lowercase}
    for form in (fewer | swapped | others | more) - {folded, ""}:
        if _frequency(form, lexicon):
            yield form
    if len(folded) >= _FIRST_LETTERS:
        yield from (
            form for form in lexicon.folded_forms("text", folded[:_FIRST_LETTERS]) if one_slip_away(folded, form)
        )


def _joined(text: str, lexicon: Lexicon) -> dict[str, float]:
    """Return the words of which one may be made, as the index has them in a row: two, or if there are none, three."""
    found: dict[str, float] = {}
    for count in range(2, _MOST_JOINED + 1):
        for parts in _parts(nfc(text), count, lexicon) if not found else ():
            found |= _in_a_row(parts, lexicon)
    return {
        row: _SPACE_SLIP * found[row] / lexicon.ngrams.single("text", terms_of(row)[0])
        for row in nlargest(_MOST_COMPARED, found, key=found.__getitem__)
    }


def _parts(letters: str, count: int, lexicon: Lexicon) -> Iterator[list[Forms]]:
    """Yield the ways to cut a word into so many that the index has, of three no single letter; numbers stay whole."""
    cuts = [place for place in range(1, len(letters)) if not letters[place - 1 : place + 1].isdigit()]
    for places in combinations(cuts, count - 1) if len(letters) <= _LONGEST_JOINED else ():
        parts = [letters[start:end] for start, end in pairwise([0, *places, len(letters)])]
        every = [forms(part) for part in parts if len(part) >= count - 1]
        if len(every) == count and all(_frequency(part.folded, lexicon) >= _IN_A_ROW for part in every):
            yield every


def _in_a_row(parts: list[Forms], lexicon: Lexicon) -> dict[str, float]:
    """Return the readings of words that follow one another, each row with how often it does, by pairs and marks."""
    readings = [_readings(part, part.folded, 1.0, lexicon) for part in parts]
    found = {term: likelihood * lexicon.ngrams.single("text", term) for term, likelihood in readings[0].items()}
    for before, after in pairwise(readings):
        counts = lexicon.ngrams.pairs("text", [*before], [*after]).tolist()
        following = {term: dict(zip(after, row, strict=True)) for term, row in zip(before, counts, strict=True)}
        found = {
            in_a_row(row, term): often * after[term] * count / lexicon.ngrams.single("text", last)
            for row, often in found.items()
            for last in terms_of(row)[-1:]
            for term, count in following[last].items()
            if count >= _IN_A_ROW
        }
    return found
