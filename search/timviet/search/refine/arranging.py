"""Arrange all that was found as was asked: by score or by a key, paragraph by paragraph or grouped by document."""

from typing import NamedTuple

from timviet.index.columnfile import Column
from timviet.search.refine.columns import Columns
from timviet.search.refine.found import Found
from timviet.search.refine.grouping import group_by_document
from timviet.search.refine.sorting import Sort, first_places, sort_ranks


class Arranged(NamedTuple):
    """What was found, in the order that was asked for.

    Attributes:
        total: how many paragraphs were found; grouped, how many documents.
        ranked: the first of them: each paragraph's number in the snapshot, and its score.
        others: of each of these, how many other paragraphs of its document were found; None where not grouped.
        counted: the numbers of all paragraphs that count in facets: grouped, one for each document.
    """

    total: int
    ranked: list[tuple[int, float]]
    others: list[int] | None
    counted: Column


def arrange(
    columns: Columns, found: Found, limit: int | None, sort: Sort | None = None, group: bool = False
) -> Arranged:
    """Return the first of what was found.

    Args:
        columns: what the paragraphs of the snapshot have in common.
        found: what was found.
        limit: how many to return at most; None for all.
        sort: what to sort by; None for the score.
        group: whether to return the best paragraph of each document only.
    """
    shown, others = group_by_document(columns, found) if group else (found, None)
    ranks = [] if sort is None else [sort_ranks(columns, sort, shown.numbers)]
    places = first_places([*ranks, -shown.scores], limit)
    return Arranged(
        total=len(shown.numbers),
        ranked=list(zip(shown.numbers[places].tolist(), shown.scores[places].tolist(), strict=True)),
        others=None if others is None else others[places].tolist(),
        counted=shown.numbers,
    )
