"""Which folded forms a slip of letters makes of another one: by sounds that are taken for one another, or by keys.

Sources for the sounds: Hoàng Thị Châu, "Phương ngữ học tiếng Việt" (2004), on what the dialects do not tell apart; for
`g` and `gh`, `ng` and `ngh`, `c`, `k` and `q`, the spelling rules that write one sound in several ways.
"""

import re
from collections.abc import Iterator
from string import ascii_lowercase

from timviet.search.names.letters import one_slip_away
from timviet.search.word_counts import WordCounts

_INITIAL = re.compile(r"ngh|ch|gh|ng|ph|tr|gi(?=[aeouy])|[^aeiouy]")
_FINAL = re.compile(r"(?:ch|ng|nh|.)$")
_INITIALS_ALIKE = (
    {"s", "x"},
    {"ch", "tr"},
    {"d", "gi", "r", "v"},
    {"l", "n"},
    {"g", "gh"},
    {"ng", "ngh"},
    {"c", "k", "q"},
    {"f", "ph"},
)
_FINALS_ALIKE = ({"c", "t"}, {"ch", "t"}, {"n", "ng"}, {"n", "nh"}, {"i", "y"}, {"o", "u"})
_TWICE = re.compile(r"(.)(?=\1)")
# Of slips in so many first letters each is looked up, other ones are found among the words that start with these.
_FIRST_LETTERS = 3


def sounding_alike(folded: str) -> Iterator[str]:
    """Yield the forms of which the first or the last sound is taken for another one, or a letter was typed twice.

    Args:
        folded: a folded form of two letters or more.

    Example:
        >>> list(sounding_alike("nghanh")), list(sounding_alike("ann"))
        (['nganh', 'nghan'], ['anng', 'annh', 'an'])
    """
    initial, final = _INITIAL.match(folded), _FINAL.search(folded)
    if initial:
        yield from (f"{other}{folded[initial.end() :]}" for other in _alike(initial.group(), _INITIALS_ALIKE))
    if final:
        yield from (f"{folded[: final.start()]}{other}" for other in _alike(final.group(), _FINALS_ALIKE))
    yield from without_twice(folded)


def without_twice(letters: str) -> Iterator[str]:
    """Yield some letters with one that stands there twice once.

    Example:
        >>> list(without_twice("tuuys"))
        ['tuys']
    """
    yield from (letters[: twice.start()] + letters[twice.end() :] for twice in _TWICE.finditer(letters))


def _alike(sound: str, every: tuple[set[str], ...]) -> list[str]:
    return sorted({other for alike in every if sound in alike for other in alike} - {sound})


def one_key_away(folded: str, counts: WordCounts) -> Iterator[str]:
    """Yield the forms with one letter more, less, or other, or two neighbouring ones in the other order.

    Args:
        folded: a folded form.
        counts: how often the index has which words.
    """
    splits = [(folded[:place], folded[place:]) for place in range(min(len(folded) + 1, _FIRST_LETTERS))]
    fewer = {before + after[1:] for before, after in splits if after}
    swapped = {before + after[1] + after[0] + after[2:] for before, after in splits if len(after) > 1}
    others = {before + letter + after[1:] for before, after in splits if after for letter in ascii_lowercase}
    more = {before + letter + after for before, after in splits for letter in ascii_lowercase}
    for form in (fewer | swapped | others | more) - {folded, ""}:
        if counts.folded_paragraphs(form):
            yield form
    if len(folded) >= _FIRST_LETTERS:
        yield from (form for form in counts.folded_forms(folded[:_FIRST_LETTERS]) if one_slip_away(folded, form))
