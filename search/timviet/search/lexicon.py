"""What an index knows of its terms: all that a plan is made from."""

from collections.abc import Iterator, Sequence
from math import ceil
from typing import NamedTuple

import numpy as np

from timviet.index.analysis import KEY_SEPARATOR
from timviet.index.columnfile import Column
from timviet.index.schema import UNMARKED, UNMARKED_FIELD, folded_field
from timviet.index.snapshot import Snapshot
from timviet.search.match import SegmentMatcher
from timviet.search.nodes import TermSequence

_COUNTED_PARAGRAPHS = 1024


class Lexicon:
    """The terms of one snapshot of an index, with their statistics.

    Args:
        snapshot: the snapshot.
        matchers: what finds a plan's nodes in each of its segments.
    """

    def __init__(self, snapshot: Snapshot, matchers: Sequence[SegmentMatcher]) -> None:
        self._snapshot = snapshot
        self._matchers = matchers
        self.paragraph_count = snapshot.paragraph_count

    def readings(self, field: str, folded: str) -> list[str]:
        """Return the canonical forms that stand in a field and fold to `folded`: `dang`, `đang`, `đảng`, ….

        Args:
            field: the field's own name, not its folded twin's.
            folded: a folded form.
        """
        marked = self._snapshot.prefixed(field, f"{folded}{KEY_SEPARATOR}")
        canonical_forms = [term.partition(KEY_SEPARATOR)[2] for term in marked]
        return [folded, *canonical_forms] if self.document_frequency(field, folded) else canonical_forms

    def folded_forms(self, field: str, prefix: str) -> list[str]:
        """Return the folded forms in a field that start with `prefix`, sorted."""
        return self._snapshot.prefixed(folded_field(field), prefix)

    def neighbours(self, field: str, folded: str, distance: int) -> Iterator[str]:
        """Yield the folded forms in a field that are at most `distance` edits away from `folded`."""
        return self._snapshot.neighbours(folded_field(field), folded, distance)

    def document_frequency(self, field: str, term: str) -> int:
        """Return how many paragraphs hold a term, deleted ones included until they are merged away."""
        return self._snapshot.document_frequency(field, term)

    def unmarked_count(self) -> int:
        """Return how many paragraphs were typed without marks."""
        return self.document_frequency(UNMARKED_FIELD, UNMARKED)

    def sequence_frequency(self, sequence: TermSequence) -> float:
        """Return in about how many paragraphs term groups follow one another.

        That is counted among the first paragraphs of each segment that hold the rarest of the groups, and taken to be
        the same share of all others: exact where there are fewer than a thousand or so of them.
        """
        found = 0.0
        for matcher in self._matchers:
            sample = _sample(matcher, sequence)
            if len(sample.documents):
                found += sample.scale * len(matcher.postings(sequence, sample.documents).documents)
        return found

    def pair_frequencies(self, pairs: Sequence[TermSequence]) -> list[float]:
        """Return the same for pairs of neighbouring words, counted all at once.

        Args:
            pairs: sequences of two groups, with steps of one.
        """
        found = np.zeros(len(pairs))
        for matcher in self._matchers if pairs else ():
            samples = [_sample(matcher, pair) for pair in pairs]
            documents = np.unique(np.concatenate([sample.documents for sample in samples]))
            last = np.array([sample.documents[-1] if len(sample.documents) else -1 for sample in samples])
            counted = matcher.pairs(pairs, documents)
            inside = documents[counted.places] <= last[counted.tags]
            found += [sample.scale for sample in samples] * np.bincount(counted.tags[inside], minlength=len(pairs))
        return found.tolist()

    def average_length(self, field: str) -> float:
        """Return a field's mean number of tokens a paragraph."""
        return self._snapshot.average_length(field)


class _Sample(NamedTuple):
    documents: Column
    scale: float


def _sample(matcher: SegmentMatcher, sequence: TermSequence) -> _Sample:
    """Return the first paragraphs of a segment that hold the rarest group, and how many times as many do in all."""
    rarest = min(sequence.groups, key=lambda group: group.document_frequency)
    documents = matcher.postings(rarest).documents
    share = min(1.0, _COUNTED_PARAGRAPHS / max(rarest.document_frequency, 1))
    counted = documents[: ceil(share * len(documents))]
    return _Sample(counted, len(documents) / max(len(counted), 1))
