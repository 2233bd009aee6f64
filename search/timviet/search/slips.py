"""Which folded forms of an index a slip of letters makes of another one."""

from collections.abc import Iterator
from string import ascii_lowercase

from timviet.search.names.letters import one_slip_away
from timviet.search.word_counts import WordCounts

# Of slips in so many first letters each is looked up, other ones are found among the words that start with these.
_FIRST_LETTERS = 3


def forms_one_slip_away(folded: str, counts: WordCounts) -> Iterator[str]:
    """Yield the forms with one letter more, less, or other, or two neighbouring ones in the other order.

    Args:
        folded: a folded form.
        counts: how often the index has which words.
    """
    splits = [(folded[:place], folded[place:]) for place in range(min(len(folded) + 1, _FIRST_LETTERS))]
    fewer = {before + after[1:] for before, after in splits if after}
    swapped = {before + after[1] + after[0] + after[2:] for before, after in splits if len(after) > 1}
    others = {before + letter + after[1:] for before, after in splits if after for letter in ascii_lowercase}
    more = {before + letter + after for before, after in splits for letter in ascii_lowercase}
    for form in (fewer | swapped | others | more) - {folded, ""}:
        if counts.folded_paragraphs(form):
            yield form
    if len(folded) >= _FIRST_LETTERS:
        yield from (form for form in counts.folded_forms(folded[:_FIRST_LETTERS]) if one_slip_away(folded, form))
