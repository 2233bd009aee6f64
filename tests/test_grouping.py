"""Grouped by document, what was found comes by the best paragraph of each, with the others counted."""

import numpy as np
from hypothesis import example, given

from refining import EVERY, collection_of, found_of, make_collection, picks, segments
from timviet.index import open_index
from timviet.search.refine.found import Found
from timviet.search.refine.grouping import group_by_document


def best_first(found):
    """The places of what was found, best first, equal ones in the order of the index."""
    return sorted(range(len(found.numbers)), key=lambda at: (-found.scores[at], found.numbers[at]))


@given(segments, picks)
@example([([], set())], EVERY)
def test_groups(changes, picks):
    """Of each document the best paragraph is there, the first of equal ones, and the number of the others found."""
    collection = make_collection(changes)
    found = found_of(collection, picks)
    by_document = {}
    for place in best_first(found):
        by_document.setdefault(collection.paragraphs[int(found.numbers[place])]["id"], []).append(place)
    expected = sorted((places[0], len(places) - 1) for places in by_document.values())
    grouped = group_by_document(collection.columns, found)
    assert grouped.others.tolist() == [others for _, others in expected]
    for name, column in grouped.best._asdict().items():
        assert column.tolist() == [getattr(found, name)[place] for place, _ in expected]


def test_paragraphs_apart_from_each_other():
    """A document is one also where Whoosh's own writer was given paragraphs of others between its own."""
    index = open_index(":memory:", create=True)
    writer = index.whoosh.writer()
    for place, identity in enumerate("01021"):
        writer.add_document(id=identity, paragraph=place, text="a")
    writer.commit()
    found = Found(np.arange(5), np.array([1.0, 2.0, 3.0, 1.0, 2.0]))
    grouped = group_by_document(collection_of(index).columns, found)
    assert grouped.best.numbers.tolist() == [1, 2, 3]
    assert grouped.others.tolist() == [1, 1, 0]
