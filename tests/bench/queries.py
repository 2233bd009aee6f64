"""Queries drawn from a sample by a fixed seed: runs of 1 to 8 adjacent syllables in Latin letters, common and rare.

Each run is asked typed and stripped of its marks, and in every kind: all words, any of them, the phrase, and all words
with the last one cut to its first letters.
"""

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

SEED = 7
KINDS = ("all", "any", "phrase", "prefix")
FORMS = ("typed", "stripped")
STRATA = ("common", "middling", "rare")
LENGTHS = range(1, 9)

# Shares of the paragraphs: every syllable of a common run is in more, some syllable of a rare run is in no more.
COMMON = 0.01
RARE = 0.001

_TRIES = 50_000
_SYLLABLE = re.compile(r"[^\W_]+")

Kind = Literal["all", "any", "phrase", "prefix"]
Run = tuple[str, ...]


class Query(NamedTuple):
    """One query, before an engine's syntax.

    Attributes:
        kind: how its words are to be found; of a prefix query, the last word is the prefix.
        words: small letters and digits alone, composed.
        form: "typed" with its marks, "stripped" without.
        stratum: how common its syllables are.
    """

    kind: Kind
    words: Run
    form: str
    stratum: str


def draw_queries(texts: Sequence[str], per_cell: int) -> list[Query]:
    """Return the set of queries.

    Args:
        texts: the paragraphs they are drawn from.
        per_cell: how many runs of each length and stratum; there may be fewer where the texts have none.
    """
    frequencies = Counter[str]()
    for text in texts:
        frequencies.update(set(syllables(strip_marks(text))))
    chance = random.Random(SEED)  # noqa: S311
    queries = []
    for length in LENGTHS:
        for stratum, runs in _draw_runs(texts, frequencies, length, per_cell, chance).items():
            for run in runs:
                queries += _ask_every_way(run, stratum)
    return queries


def syllables(text: str) -> Run:
    """Return a text's runs of letters and digits, composed and in small letters."""
    return tuple(_SYLLABLE.findall(unicodedata.normalize("NFC", text).lower()))


def strip_marks(text: str) -> str:
    """Return a text as a person types it who leaves out all marks: `strip_marks("Đường")` is `"Duong"`."""
    letters = (letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", "".join(letters)).replace("đ", "d").replace("Đ", "D")


def _draw_runs(
    texts: Sequence[str], frequencies: Mapping[str, int], length: int, per_cell: int, chance: random.Random
) -> dict[str, list[Run]]:
    """Draw runs of one length until every stratum has enough of them, or there seem to be no more."""
    cells: dict[str, list[Run]] = {stratum: [] for stratum in STRATA}
    for _ in range(_TRIES):
        words = syllables(chance.choice(texts))
        if len(words) < length:
            continue
        start = chance.randrange(len(words) - length + 1)
        run = words[start : start + length]
        if not strip_marks("".join(run)).isascii():
            continue
        cell = cells[_stratum(run, frequencies, len(texts))]
        if len(cell) < per_cell and run not in cell:
            cell.append(run)
        if all(len(cell) == per_cell for cell in cells.values()):
            break
    return cells


def _stratum(run: Run, frequencies: Mapping[str, int], total: int) -> str:
    rarest = min(frequencies[strip_marks(word)] for word in run)
    if rarest <= max(RARE * total, 1):
        return "rare"
    return "common" if rarest > COMMON * total else "middling"


def _ask_every_way(run: Run, stratum: str) -> list[Query]:
    queries = []
    for form in FORMS:
        words = run if form == "typed" else tuple(strip_marks(word) for word in run)
        queries += [Query("all", words, form, stratum), Query("any", words, form, stratum)]
        if len(words) > 1:
            queries.append(Query("phrase", words, form, stratum))
        queries.append(Query("prefix", (*words[:-1], _first_letters(words[-1])), form, stratum))
    return queries


def _first_letters(word: str) -> str:
    """Return the first half of a word, two letters at least where it has them."""
    return word[: max(2, (len(word) + 1) // 2)]
