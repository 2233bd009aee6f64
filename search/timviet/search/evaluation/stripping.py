"""Queries as people type them: without marks, or with some of them."""

import random
from typing import Literal

from timviet.index.analysis import analyze
from timviet.index.unicode import latin_ascii, nfc
from timviet.search.evaluation.trec import Queries

StripMarks = Literal["all", "half", "none"]
SHARES: dict[StripMarks, float] = {"all": 1.0, "half": 0.5, "none": 0.0}
"""How likely a syllable is to lose its marks."""
_SEED = 20


def as_asked(queries: Queries, whose: StripMarks) -> dict[str, str]:
    """Return queries without the marks of some syllables: of each the same ones, whichever other queries there are."""
    return {
        query: strip_marks(text, SHARES[whose], random.Random(f"{_SEED} {query!r}"))  # noqa: S311
        for query, text in queries.items()
    }


def strip_marks(text: str, share: float, chance: random.Random) -> str:
    """Return a text with the marks of a share of its tokens left out.

    Args:
        text: the text.
        share: how likely a token is to lose its marks, from 0 to 1.
        chance: where chance comes from.

    Example:
        >>> strip_marks("Kỹ sư OR Đảng uỷ", 1.0, random.Random(1))
        'Ky su OR Dang uy'
    """
    for token in reversed(analyze(text)):
        if chance.random() < share and token.forms.canonical != token.forms.folded:
            text = text[: token.start] + latin_ascii(nfc(token.surface)) + text[token.end :]
    return text
