"""Terms from one to another, as one group: what ranges and values of the metadata are found by."""

from timviet.search.lexicon import Lexicon
from timviet.search.nodes import Filter, TermGroup
from timviet.search.query import Word
from timviet.search.rank import TermStatistics

_UNSCORED = TermStatistics(inverse_document_frequency=1.0, average_length=1.0)


def terms_between(
    lexicon: Lexicon, field: str, first: str, last: str, without_first: bool = False, without_last: bool = False
) -> TermGroup:
    """Return what finds any of the terms of a field from one to another; it is not meant to add to scores.

    It is remembered, as what is found is by the group itself.

    Args:
        lexicon: the terms of the index.
        field: the indexed field.
        first: the least term.
        last: the greatest term.
        without_first: whether the least term itself is left out.
        without_last: whether the greatest term itself is left out.
    """
    key = (Filter, field, first, last, without_first, without_last)
    group = lexicon.groups.get(key)
    if group is None:
        frequencies = lexicon.frequencies_between(field, first, last)
        for term, is_left_out in ((first, without_first), (last, without_last)):
            if is_left_out:
                frequencies.pop(term, None)
        group = lexicon.groups[key] = TermGroup(
            field=field,
            asked=Word(field, first),
            statistics=_UNSCORED,
            document_frequency=min(sum(frequencies.values()), lexicon.paragraph_count),
            weights=dict.fromkeys(frequencies, 1.0),
        )
    return group
