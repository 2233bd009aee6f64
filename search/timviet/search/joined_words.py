"""Which words of an index one word is made of, between which spaces were left out."""

from collections.abc import Callable, Iterator, Mapping
from heapq import nlargest
from itertools import combinations, pairwise

from timviet.index.analysis import Forms, forms
from timviet.index.unicode import nfc
from timviet.search.readings import in_a_row, terms_of
from timviet.search.word_counts import WordCounts

# So many words may have been joined at most, of so many letters together, that the index has in a row so often.
_MOST_JOINED = 3
_LONGEST_JOINED = 21
_IN_A_ROW = 3

Likelihoods = Mapping[str, float]


def joined_words(
    text: str, most: int, readings_of: Callable[[Forms], Likelihoods], counts: WordCounts
) -> dict[str, float]:
    """Return the words of which one may be made, as the index has them in a row: two, or if there are none, three.

    Args:
        text: the word as typed.
        most: how many to return at most.
        readings_of: tells which keyed terms a part of it may be, each with how likely that is.
        counts: how often the index has which words.

    Returns:
        Rows of keyed terms (see `in_a_row`), each with how likely it is that what begins as it does goes on so.
    """
    found: dict[str, float] = {}
    for count in range(2, _MOST_JOINED + 1):
        for parts in _parts(nfc(text), count, counts) if not found else ():
            found |= _in_a_row([readings_of(part) for part in parts], counts)
    return {row: found[row] / counts.single(terms_of(row)[0]) for row in nlargest(most, found, key=found.__getitem__)}


def _parts(letters: str, count: int, counts: WordCounts) -> Iterator[list[Forms]]:
    """Yield the ways to cut a word into so many that the index has, of three no single letter; numbers stay whole."""
    cuts = [place for place in range(1, len(letters)) if not letters[place - 1 : place + 1].isdigit()]
    for places in combinations(cuts, count - 1) if len(letters) <= _LONGEST_JOINED else ():
        parts = [letters[start:end] for start, end in pairwise([0, *places, len(letters)])]
        every = [forms(part) for part in parts if len(part) >= count - 1]
        if len(every) == count and all(counts.folded_paragraphs(part.folded) >= _IN_A_ROW for part in every):
            yield every


def _in_a_row(readings: list[Likelihoods], counts: WordCounts) -> dict[str, float]:
    """Return the readings of words that follow one another, each row with how often it does, by pairs and marks."""
    found = {term: likelihood * counts.single(term) for term, likelihood in readings[0].items()}
    for before, after in pairwise(readings):
        rows = counts.pairs([*before], [*after]).tolist()
        following = {term: dict(zip(after, row, strict=True)) for term, row in zip(before, rows, strict=True)}
        found = {
            in_a_row(row, term): often * after[term] * count / counts.single(last)
            for row, often in found.items()
            for last in terms_of(row)[-1:]
            for term, count in following[last].items()
            if count >= _IN_A_ROW
        }
    return found
