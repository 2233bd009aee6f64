"""What an index knows of its terms: all that a plan is made from."""

from collections.abc import Iterator

from whoosh.reading import IndexReader

from timviet.index.analysis import KEY_SEPARATOR
from timviet.index.schema import UNMARKED, UNMARKED_FIELD, folded_field
from timviet.search.match import Leaf


class Lexicon:
    """The terms of one snapshot of an index, with their statistics.

    Args:
        reader: the snapshot's Whoosh reader.
    """

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader
        self.paragraph_count = reader.doc_count_all()

    def readings(self, field: str, folded: str) -> list[str]:
        """Return the canonical forms that stand in a field and fold to `folded`: `dang`, `đang`, `đảng`, ….

        Args:
            field: the field's own name, not its folded twin's.
            folded: a folded form.
        """
        marked = self._reader.expand_prefix(field, f"{folded}{KEY_SEPARATOR}")
        canonical_forms = [term.decode().partition(KEY_SEPARATOR)[2] for term in marked]
        return [folded, *canonical_forms] if self.document_frequency(field, folded) else canonical_forms

    def folded_forms(self, field: str, prefix: str) -> Iterator[str]:
        """Yield the folded forms in a field that start with `prefix`, sorted."""
        return (term.decode() for term in self._reader.expand_prefix(folded_field(field), prefix))

    def neighbours(self, field: str, folded: str, distance: int) -> Iterator[str]:
        """Yield the folded forms in a field that are at most `distance` edits away from `folded`."""
        return iter(self._reader.terms_within(folded_field(field), folded, distance))

    def document_frequency(self, field: str, term: str) -> int:
        """Return how many paragraphs hold a term, deleted ones included until they are merged away."""
        return int(self._reader.doc_frequency(field, term))

    def unmarked_count(self) -> int:
        """Return how many paragraphs were typed without marks."""
        return self.document_frequency(UNMARKED_FIELD, UNMARKED)

    def count(self, leaf: Leaf) -> int:
        """Return how many paragraphs a leaf of a plan finds, which reads its postings."""
        return sum(len(leaf.postings(reader)) for reader, _ in self._reader.leaf_readers())

    def average_length(self, field: str) -> float:
        """Return a field's mean number of tokens a paragraph."""
        return max(self._reader.field_length(field), 1) / max(self.paragraph_count, 1)
