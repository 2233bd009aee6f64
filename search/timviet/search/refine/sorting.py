"""Put what was found in another order than by score: by title, by path, or by a key of the metadata.

Text is compared as in Vietnamese dictionaries. Among values of the metadata, numbers come before text, and are compared
as numbers; of several values, that which comes first counts, and of several spellings of one, the first in the segment.
What has no value comes last, in either direction. Of equal ones, those with the better scores come first.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from timviet.index.columnfile import Column
from timviet.index.schema import metadata_key, value_order
from timviet.index.unicode import collation_key
from timviet.search.metadata_keys import MetadataKeys
from timviet.search.refine.columns import Columns

SCORE = "score"
STORED = ("title", "path")
"""What can be sorted by besides keys of the metadata."""

_LAST = np.iinfo(np.int32).max
# Where a greater share of all values is found, their order is worked out for all of them, and remembered.
_REMEMBERED_SHARE = 1 / 16


class Sort(NamedTuple):
    """What to sort by.

    Attributes:
        name: "title", "path" or a key of the metadata.
        descending: whether the last value comes first.
    """

    name: str
    descending: bool = False


def parse_sort(sort: str | None, keys: MetadataKeys) -> Sort | None:
    """Return what to sort by, or None for the score.

    Args:
        sort: "score", "title", "path" or a key of the metadata, the last three with a minus before them for the
            reverse; None is "score".
        keys: the keys of the metadata.

    Raises:
        UnknownKeyError: there is no such key.
    """
    if sort is None or (metadata_key(sort) == SCORE and not sort.startswith("-")):
        return None
    name = sort.removeprefix("-")
    key = metadata_key(name)
    if key == SCORE and key not in keys.names:
        name = sort  # as it was named, for the message
    return Sort(key if key in STORED else keys.require(name, [SCORE, *STORED]), sort != name)


def sort_ranks(columns: Columns, sort: Sort, numbers: Column) -> Column:
    """Return for each of some paragraphs where it comes among them; equal ones share a number.

    Args:
        columns: what the paragraphs of the snapshot have in common.
        sort: what to sort by.
        numbers: the paragraphs' numbers in the snapshot.
    """
    classes = columns.documents if sort.name in STORED else columns.values(sort.name)
    own = classes.of_paragraphs[numbers]
    ranks = columns.ranks.get(sort.name)
    if ranks is None:
        found = np.unique(own[own >= 0])
        is_much = len(found) > _REMEMBERED_SHARE * len(classes.firsts)
        asked = np.arange(len(classes.firsts)) if is_much else found
        ranks = _class_ranks(_orders(columns, sort.name, asked), asked, len(classes.firsts))
        if is_much and ranks.nbytes <= columns.ranks.maxsize:
            columns.ranks[sort.name] = ranks
    in_order: Column = ranks[int(sort.descending), own]
    return in_order


def first_places(keys: Sequence[Column], limit: int | None) -> Column:
    """Return the places of what comes first, in order; what is equal in all keys comes in the order of places.

    Args:
        keys: what to sort by, the first one first; the least comes first.
        limit: how many to return at most; None for all.

    Example:
        >>> first_places([np.array([1, 0, 0]), np.array([5, 9, 7])], 2).tolist()
        [2, 1]
    """
    places = np.arange(len(keys[0]))
    if limit is not None:
        places = _narrowed(keys, places, limit)
    return places[np.lexsort([key[places] for key in reversed(keys)])]


def _narrowed(keys: Sequence[Column], places: Column, limit: int) -> Column:
    """Return those of some places that come first; what is equal in all keys in the order in which it is given."""
    if len(places) <= limit or not keys:
        return places[:limit]
    key = keys[0][places]
    last = np.partition(key, limit - 1)[limit - 1]
    before = places[key < last]
    return np.concatenate([before, _narrowed(keys[1:], places[key == last], limit - len(before))])


def _orders(columns: Columns, name: str, numbers: Column) -> list[list[bytes]]:
    """Return what sorts as each value does that some classes have."""
    if name in STORED:
        texts = columns.stored_texts(name, numbers)
        return [[] if text is None else [collation_key(text)] for text in texts]
    return [[value_order(text) for text in own] for own in columns.written_values(name, numbers)]


def _class_ranks(orders: Sequence[Sequence[bytes]], numbers: Column, count: int) -> Column:
    """Return where each of some classes comes, by its least value from the front, by its greatest one from the back.

    Args:
        orders: what sorts as the values of each do.
        numbers: the classes' numbers.
        count: how many classes there are in all.

    Returns:
        Two rows with a place for each class, and one more for paragraphs of none.
    """
    places = {order: place for place, order in enumerate(sorted({order for own in orders for order in own}))}
    every = [[places[order] for order in own] for own in orders]
    ranks = np.full((2, count + 1), _LAST, np.int32)
    ranks[0, numbers] = [min(own) if own else _LAST for own in every]
    ranks[1, numbers] = [len(places) - max(own) if own else _LAST for own in every]
    return ranks
