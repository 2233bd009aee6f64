"""How an index's texts write a term: canonical forms have lost case, the place of the tone, and i or y."""

from collections.abc import Iterator

import numpy as np
from cachetools import LRUCache

from timviet.index.analysis import forms
from timviet.index.columnfile import DamagedFileError
from timviet.index.snapshot import SegmentView, Snapshot
from timviet.index.tokens import surfaces

_REMEMBERED = 1 << 12
# In so many paragraphs of a segment it is looked up.
_SAMPLES = 3


class Surfaces:
    """Tells how terms of the text are written.

    Args:
        snapshot: the snapshot of the index.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._segments = snapshot.segments
        self._known: LRUCache[object, str] = LRUCache(_REMEMBERED)

    def of(self, term: str, before: str | None) -> str:
        """Return a term as it is written in one of a few paragraphs, in lower case if that is done anywhere there.

        Args:
            term: a keyed term that the text has.
            before: the term that should stand before it, as it matters for i and y; where it never does, any may.

        Raises:
            DamagedFileError: no text of those that should have it does.
        """
        if (term, before) not in self._known:
            found = list(self._written(term, before)) or list(self._written(term, None))
            if not found:
                raise DamagedFileError(f"no paragraph has {term!r}, which the index has")
            self._known[term, before] = next((own for own in found if own == own.lower()), found[0])
        return self._known[term, before]

    def _written(self, term: str, before: str | None) -> Iterator[str]:
        for segment in self._segments:
            for document in _some_documents(segment, term, before):
                previous = None
                for surface in surfaces(segment.stored(document)["text"]):
                    own = forms(surface).keyed
                    if own == term and before in (None, previous):
                        yield surface
                    previous = own or previous


def _some_documents(segment: SegmentView, term: str, before: str | None) -> list[int]:
    """Return a few paragraphs of a segment that have a term, after another one where that is given."""
    terms = segment.terms("text")
    number = terms.find(term.encode()) if terms is not None else None
    if terms is None or number is None:
        return []
    documents = terms.postings(number)[0] if before is None else np.empty(0, np.int64)
    first = terms.find(before.encode()) if before is not None else None
    if terms.keyed is not None and first is not None:
        runs, _ = terms.keyed.followed_by(first, np.array([number]))
        documents = terms.keyed.run_documents(runs).numbers
    return [int(document) for document in documents[:_SAMPLES]]
