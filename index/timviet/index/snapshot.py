"""What a searcher of one commit sees, segment by segment, as columns."""

import sys
from bisect import bisect_right
from collections.abc import Callable, Hashable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
from cachetools import LRUCache
from whoosh.reading import SegmentReader
from whoosh.searching import Searcher

from timviet.index.analysis import KEY_SEPARATOR
from timviet.index.columnfile import Column
from timviet.index.contents import commit_id
from timviet.index.preparing import require_paragraph
from timviet.index.schema import PARAGRAPH_FIELD, UNMARKED, UNMARKED_FIELD
from timviet.index.terms import Terms

if TYPE_CHECKING:
    from timviet.index.codec import ColumnSegment
    from timviet.index.codec_readers import DocumentsReader, TermsReader

_Made = TypeVar("_Made")

# Bytes, about, of what is kept of paragraphs to be shown: to read it once more takes most of the time of a short query.
_REMEMBERED_BYTES = 1 << 24
_PARAGRAPH_MEMORY = 1 << 9  # without its values
_REMEMBERED_PREFIXES = 1 << 12
_REMEMBERED_TERMS = 100  # of a prefix; those of a syllable's readings are some twenty


class SegmentView:
    """One segment of a snapshot.

    Args:
        searcher: Whoosh's searcher of it.
        first: the number of its first paragraph in the snapshot.

    Attributes:
        searcher: the same.
        reader: Whoosh's reader of it.
        first: the same.
        paragraph_count: how many paragraphs it has, deleted ones included.
    """

    def __init__(self, searcher: Searcher, first: int) -> None:
        self.searcher = searcher
        self.reader = reader = cast("SegmentReader", searcher.reader())
        self.first = first
        self.paragraph_count = int(reader.doc_count_all())
        # Whoosh hides them; there is no other way from its reader to the codec's.
        self._terms: TermsReader = reader._terms
        self._documents: DocumentsReader = reader._perdoc
        self._shown = self.remembered(_shown_cache)

    def terms(self, field: str) -> Terms | None:
        """Return a field's terms, or None where it has none."""
        return self._terms.field(field)

    def lengths(self, field: str) -> Column:
        """Return each paragraph's length in a field, as a byte; see `timviet.index.lengths`."""
        return self._documents.columns.get(f"lengths.{field}", self._no_lengths)

    def stored(self, number: int) -> dict[str, Any]:
        """Return what is kept of a paragraph to be shown, by its number in the segment; it is not to be changed."""
        fields = self._shown.get(number)
        if fields is None:
            fields = require_paragraph(self._documents.stored_fields(number))
            if _memory(fields) <= self._shown.maxsize:
                self._shown[number] = fields
        return fields

    def stored_texts(self, name: str, numbers: Sequence[int]) -> list[str | None]:
        """Return what is kept under a name of some paragraphs, by their numbers; faster than `stored` for many."""
        return list(self._documents.stored.texts(name, numbers))

    @cached_property
    def _no_lengths(self) -> Column:
        return np.zeros(self.paragraph_count, np.uint8)

    @cached_property
    def kept(self) -> Column | None:
        """For each paragraph, whether it is not deleted; None where none is."""
        if not self.reader.has_deletions():
            return None
        kept = np.ones(self.paragraph_count, bool)
        kept[list(self.reader.deleted_docs_set)] = False
        return kept

    @property
    def unmarked(self) -> Column:
        """For each paragraph, whether it was typed without marks."""
        return self.remembered(_having, UNMARKED_FIELD, UNMARKED.encode())

    @property
    def first_paragraphs(self) -> Column:
        """For each paragraph, whether it is the first one of its document."""
        return self.remembered(_having, "paragraph", bytes(PARAGRAPH_FIELD.to_bytes(0)))

    def remembered(self, make: Callable[..., _Made], *arguments: Hashable) -> _Made:
        """Return what a function makes of this segment, once for all commits that one reader after another reads of it.

        Args:
            make: the function, which takes the segment and further arguments. What it returns holds whatever is deleted
                of the segment, and does not hold the segment itself.
            arguments: the further arguments.
        """
        made = self._terms.made
        key = (make, arguments)
        if key not in made:
            made[key] = make(self, *arguments)
        return cast("_Made", made[key])


def _shown_cache(segment: SegmentView) -> LRUCache[int, dict[str, Any]]:
    """Return where what is kept of the paragraphs last shown is remembered."""
    del segment
    return LRUCache(_REMEMBERED_BYTES, _memory)


def _memory(fields: dict[str, Any]) -> int:
    """Return about how many bytes of memory the fields of a paragraph take."""
    return _PARAGRAPH_MEMORY + sum(sys.getsizeof(value) for value in fields.values())


def _having(segment: SegmentView, field: str, term: bytes) -> Column:
    """Return for each paragraph whether it has a term."""
    having = np.zeros(segment.paragraph_count, bool)
    terms = segment.terms(field)
    number = terms.find(term) if terms is not None else None
    if terms is not None and number is not None:
        having[terms.postings(number)[0]] = True
    return having


class Snapshot:
    """What a searcher of one commit sees.

    Args:
        searcher: Whoosh's searcher of the index.

    Attributes:
        segments: the segments, in the order of their paragraphs.
        paragraph_count: how many paragraphs there are, deleted ones included until they are merged away.
    """

    def __init__(self, searcher: Searcher) -> None:
        self._reader = searcher.reader()
        self.segments = [
            SegmentView(leaf, first)
            for leaf, first in searcher.leaf_searchers()
            if isinstance(leaf.reader(), SegmentReader)
        ]
        self._firsts = [segment.first for segment in self.segments]
        self.paragraph_count = sum(segment.paragraph_count for segment in self.segments)
        self._found: dict[tuple[str, str], list[str]] = {}
        self._having_tokens: dict[str, int] = {}

    @cached_property
    def commit_id(self) -> str:
        """What tells the commit from all others; see `timviet.index.contents.commit_id`."""
        segments = (cast("ColumnSegment", segment.reader.segment()) for segment in self.segments)
        return commit_id(cast("int", self._reader.generation()), segments)

    def document_frequency(self, field: str, term: str) -> int:
        """Return how many paragraphs hold a term, deleted ones included until they are merged away."""
        total = 0
        for terms in self._terms(field):
            number = terms.find(term.encode())
            total += terms.document_frequency(number) if number is not None else 0
        return total

    def prefixed(self, field: str, prefix: str) -> list[str]:
        """Return the terms of a field that start with `prefix`, sorted."""
        try:
            return self._found[field, prefix]
        except KeyError:
            found = self._find_prefixed(field, prefix)
            if len(self._found) >= _REMEMBERED_PREFIXES:
                self._found = {}
            if len(found) <= _REMEMBERED_TERMS:
                self._found[field, prefix] = found
            return found

    def readings(self, field: str, folded: str) -> list[str]:
        """Return the canonical forms that stand in a field and fold to `folded`: `dang`, `đang`, `đảng`, ….

        Args:
            field: the field's own name, not its folded twin's.
            folded: a folded form.
        """
        marked = [term.partition(KEY_SEPARATOR)[2] for term in self.prefixed(field, f"{folded}{KEY_SEPARATOR}")]
        return [folded, *marked] if self.document_frequency(field, folded) else marked

    def _find_prefixed(self, field: str, prefix: str) -> list[str]:
        encoded = prefix.encode()
        found = [[terms[number] for number in terms.prefixed(encoded)] for terms in self._terms(field)]
        every = found[0] if len(found) == 1 else sorted(set().union(*found))
        return [term.decode() for term in every]

    def field_length(self, field: str) -> int:
        """Return how many tokens a field has in all paragraphs together."""
        return int(self._reader.field_length(field))

    def average_length(self, field: str) -> float:
        """Return a field's mean number of tokens a paragraph, of those that have any."""
        if field not in self._having_tokens:
            lengths = (segment.lengths(field) for segment in self.segments)
            self._having_tokens[field] = sum(int(np.count_nonzero(own)) for own in lengths)
        return max(self.field_length(field), 1) / max(self._having_tokens[field], 1)

    def having(self, field: str, term: str) -> set[int]:
        """Return the numbers of the paragraphs that hold a term, those left out that are deleted."""
        numbers: set[int] = set()
        for segment in self.segments:
            terms = segment.terms(field)
            number = terms.find(term.encode(errors="surrogatepass")) if terms is not None else None
            if terms is not None and number is not None:
                documents = terms.postings(number)[0]
                kept = documents if segment.kept is None else documents[segment.kept[documents]]
                numbers.update(segment.first + own for own in kept.tolist())
        return numbers

    def stored(self, number: int) -> dict[str, Any]:
        """Return what is kept of a paragraph to be shown, by its number in the snapshot."""
        segment, number_there = self.place(number)
        return self.segments[segment].stored(number_there)

    def place(self, number: int) -> tuple[int, int]:
        """Return the place of a paragraph's segment among all of them, and its number there."""
        segment = bisect_right(self._firsts, number) - 1
        return segment, number - self._firsts[segment]

    def stored_texts(self, name: str, numbers: Column) -> list[str | None]:
        """Return what is kept under a name of some paragraphs, by their numbers in the snapshot, which ascend.

        Args:
            name: the name.
            numbers: the paragraphs' numbers.
        """
        ends = np.searchsorted(numbers, [*self._firsts[1:], self.paragraph_count])
        return [
            text
            for segment, start, end in zip(self.segments, [0, *ends], ends, strict=False)
            for text in segment.stored_texts(name, (numbers[start:end] - segment.first).tolist())
        ]

    def _terms(self, field: str) -> list[Terms]:
        every = (segment.terms(field) for segment in self.segments)
        return [terms for terms in every if terms is not None]
