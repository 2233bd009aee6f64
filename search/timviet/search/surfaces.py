"""How an index's texts and titles write a term: canonical forms have lost the place of the tone, and i or y."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from cachetools import LRUCache

from timviet.index.analysis import forms
from timviet.index.columnfile import Column, DamagedFileError
from timviet.index.schema import SCORED_FIELDS
from timviet.index.snapshot import SegmentView
from timviet.index.tokens import TOKEN
from timviet.index.unicode import nfc
from timviet.search.deadline import check_time

_REMEMBERED = 1 << 12
# In so many paragraphs and titles it is looked up, spread evenly over those that have it.
SAMPLES = 5
# After so many words the time is checked: that takes a millisecond or two.
_WORDS_AT_ONCE = 1 << 10


class Surfaces:
    """Tells how terms are written.

    Args:
        written: returns how some paragraphs and titles write a keyed term, after another one where that is given.
    """

    def __init__(self, written: Callable[[str, str | None], Iterator[str]]) -> None:
        self._written = written
        self._known: LRUCache[object, list[str]] = LRUCache(_REMEMBERED)

    def of(self, term: str, before: str | None) -> str:
        """Return a term as it is written in most of some paragraphs and titles, in lower case.

        Args:
            term: a keyed term that texts or titles have.
            before: the term that should stand before it, as it matters for i and y; where it never does, any may.

        Raises:
            DamagedFileError: nothing of what should have it does.
        """
        written = self._samples(term, before) or self._samples(term, None)
        if not written:
            raise DamagedFileError(f"no paragraph has {term!r}, which the index has")
        return Counter(nfc(surface.lower()) for surface in written).most_common(1)[0][0]

    def are_capitals(self, term: str) -> bool:
        """Tell whether a term is written in capitals in most of some paragraphs and titles, as abbreviations are."""
        written = self._samples(term, None)
        return 2 * sum(map(str.isupper, written)) > len(written)

    def _samples(self, term: str, before: str | None) -> list[str]:
        if (term, before) not in self._known:
            self._known[term, before] = list(self._written(term, before))
        return self._known[term, before]


def samples(segments: Sequence[SegmentView], term: str, before: str | None) -> Iterator[str]:
    """Yield how some paragraphs and titles of segments write a term.

    Args:
        segments: the segments.
        term: the keyed term.
        before: the term that has to stand before it; None for any.
    """
    having = [
        (segment, field, documents)
        for segment in segments
        for field in SCORED_FIELDS
        if len(documents := _documents(segment, field, term, before))
    ]
    for segment, field, documents in having:
        share = min(max(SAMPLES // len(having), 1), len(documents))
        chosen = documents[np.linspace(0, len(documents) - 1, share).astype(np.int64)]
        for text in segment.stored_texts(field, chosen.tolist()):
            surface = first_surface(text or "", term, before)
            if surface is not None:
                yield surface


def _documents(segment: SegmentView, field: str, term: str, before: str | None) -> Column:
    """Return the paragraphs of a segment that have a term in a field, after another one where that is given."""
    terms = segment.terms(field)
    number = terms.find(term.encode()) if terms is not None else None
    none = np.empty(0, np.int64)
    if terms is None or number is None:
        return none
    if before is None:
        return terms.postings(number)[0]
    first = terms.find(before.encode())
    if terms.keyed is None or first is None:
        return none
    runs, _ = terms.keyed.followed_by(first, np.array([number]))
    return terms.keyed.run_documents(runs).numbers


def first_surface(text: str, term: str, before: str | None) -> str | None:
    """Return how a text writes a term where it has it first, after another one where that is given."""
    previous = None
    for number, match in enumerate(TOKEN.finditer(text)):
        if number % _WORDS_AT_ONCE == 0:
            check_time()
        own = forms(match.group()).keyed
        if own == term and before in (None, previous):
            return match.group()
        previous = own or previous
    return None
