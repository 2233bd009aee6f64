"""Group what was found by documents: of each its best paragraph, and how many others were found."""

from typing import NamedTuple

import numpy as np

from timviet.index.columnfile import Column
from timviet.search.refine.columns import Columns
from timviet.search.refine.found import Found


class Grouped(NamedTuple):
    """The documents that were found, in the order of their best paragraphs in the index.

    Attributes:
        best: the best paragraph of each; of equal ones, the first.
        others: how many other paragraphs of each were found.
    """

    best: Found
    others: Column


def group_by_document(columns: Columns, found: Found) -> Grouped:
    """Return the best paragraph of each document, and how many others were found.

    Args:
        columns: what the paragraphs of the snapshot have in common.
        found: what was found.
    """
    documents = columns.documents.of_paragraphs[found.numbers]
    by_document = np.argsort(documents, kind="stable")  # they mostly are in order, which this sees at once
    starts = np.flatnonzero(np.diff(documents[by_document], prepend=-2))
    if not len(starts):
        return Grouped(found, np.empty(0, np.int64))
    counts = np.diff(starts, append=len(documents))
    groups = np.repeat(np.arange(len(starts)), counts)
    scores = found.scores[by_document]
    are_best = np.flatnonzero(scores == np.maximum.reduceat(scores, starts)[groups])
    first_best = are_best[np.flatnonzero(np.diff(groups[are_best], prepend=-1))]
    places = by_document[first_best]
    in_order = np.argsort(places)
    return Grouped(found.at(places[in_order]), counts[in_order] - 1)
