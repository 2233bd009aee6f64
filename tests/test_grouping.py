"""Grouped by document, what was found comes by the best paragraph of each, with the others counted."""

from hypothesis import example, given

from refining import EVERY, found_of, make_collection, picks, segments
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
