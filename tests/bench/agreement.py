"""Whether engines that drop marks find the same paragraphs, and why not.

The queries without marks for all words and for phrases are asked of each, timviet regarding letters alone. Each may
cut and fold its own way, which explains some differences:

* FTS5 takes đ for a letter of its own, which `d` does not find;
* timviet takes i and y for the same where orthography admits both: `ki` finds `kỹ`;
* FTS5 and tantivy cut or keep apart what stands decomposed or with invisible characters in a text.

What these do not explain is shown. Where more than a thousand paragraphs are found, they are not looked at.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from processes import Answer, Server
from queries import Query

from timviet.index import fold

STROKE, I_FOR_Y, WRITTEN = "đ", "i for y", "decomposed or invisible characters"
MANY, UNEXPLAINED = "more than are looked at", "unexplained"

_MANY = 1000
_EXAMPLES = 5
_EXCERPT = 160


class Agreement(NamedTuple):
    """How another engine's answers compare to timviet's.

    Attributes:
        asked: how many queries.
        same: how many of them both find the same number of paragraphs for.
        reasons: how many differ for which reason.
        common: of the best ten paragraphs, the share that both have, over queries with the same totals.
        examples: some differences that are not explained, a line each.
    """

    asked: int
    same: int
    reasons: dict[str, int]
    common: float
    examples: list[str]


def compare(
    own: Server, others: Sequence[Server], queries: Sequence[Query], texts: Sequence[str]
) -> dict[str, Agreement]:
    """Ask engines, and compare their answers.

    Args:
        own: timviet.
        others: other engines that drop marks.
        queries: the whole set; those without marks, for all words and phrases, are taken.
        texts: the paragraphs by their numbers.

    Returns:
        How each of the others agrees with timviet, by its name.
    """
    asked = [query for query in queries if query.form == "stripped" and query.kind in ("all", "phrase")]
    answers = own.matches(asked, 10)
    return {other.engine.name: _compare(own, answers, other, asked, texts) for other in others}


def _compare(
    own: Server, answers: Sequence[Answer], other: Server, asked: Sequence[Query], texts: Sequence[str]
) -> Agreement:
    shares, examples, reasons = [], [], Counter[str]()
    for query, (total, best), (other_total, other_best) in zip(asked, answers, other.matches(asked, 10), strict=True):
        if total == other_total:
            shares += [len({*best} & {*other_best}) / len(best)] if best else []
            continue
        reason = _reason_in_query(query, other) or (MANY if max(total, other_total) > _MANY else WRITTEN)
        odd = [texts[number] for number in _difference(own, other, query)] if reason == WRITTEN else []
        unexplained = [text for text in odd if not _is_special(text)]
        if unexplained:
            reason = UNEXPLAINED
            examples.append(_example(query, total, other_total, unexplained[0]))
        reasons[reason] += 1
    same = len(asked) - reasons.total()
    return Agreement(len(asked), same, dict(reasons), sum(shares) / max(len(shares), 1), examples[:_EXAMPLES])


def _reason_in_query(query: Query, other: Server) -> str | None:
    if other.engine.name == "fts5" and any("d" in word for word in query.words):
        return STROKE
    swap = {"i": "y", "y": "i"}
    if any(word[-1] in swap and fold(word) == fold(word[:-1] + swap[word[-1]]) for word in query.words):
        return I_FOR_Y
    return None


def _difference(own: Server, other: Server, query: Query) -> list[int]:
    """Return the paragraphs that one engine finds and the other does not."""
    (_, found), (_, other_found) = own.matches([query], _MANY)[0], other.matches([query], _MANY)[0]
    return sorted({*found} ^ {*other_found})


def _is_special(text: str) -> bool:
    """Tell whether a text has decomposed letters, combining marks, or invisible characters."""
    composed = unicodedata.normalize("NFC", text)
    return composed != text or any(unicodedata.category(letter) in ("Mn", "Cf") for letter in composed)


def _example(query: Query, total: int, other_total: int, text: str) -> str:
    return f"{query.kind} {' '.join(query.words)!r}: {total} and {other_total}, as in {text[:_EXCERPT]!r}"
