"""Check an index: that its files hold what was written, and that terms, lengths and texts agree.

The texts are analysed again, some at a time, and for each paragraph the terms that they give are compared with those
that the index has, by sums of hashes: in whatever order terms are read, the sum of a paragraph's is the same.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice, pairwise
from typing import Any

import numpy as np

from timviet.index.builder import SegmentBuilder
from timviet.index.codec import DOCUMENTS, TERMS, ColumnSegment
from timviet.index.codec_readers import DocumentsReader, TermsReader
from timviet.index.columnfile import FAULTS, Column, ColumnFile, DamagedFileError
from timviet.index.contents import read_contents
from timviet.index.damage import damage_told, left_to_cluster
from timviet.index.postings import fold_ends
from timviet.index.preparing import require_paragraph, restore
from timviet.index.schema import unfolded_field
from timviet.index.storage import IndexStorage, MemoryStorage
from timviet.index.store import Index
from timviet.index.terms import FieldTerms
from timviet.index.vocabulary import Vocabulary
from timviet.index.whoosh_index import WhooshIndex

_PARAGRAPHS_AT_ONCE = 1 << 12
_OCCURRENCES_AT_ONCE = 1 << 20
_PROBLEMS_A_SEGMENT = 20
# Odd numbers without a pattern: what is multiplied by them differs in all bits.
_POSITION, _FOLLOWER, _FREQUENCY, _MIX = (
    np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xFF51AFD7ED558CCD)
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an index.

    Attributes:
        place: the file it is wrong in.
        reason: what is wrong.
    """

    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked, and what is wrong.

    Attributes:
        segments: how many segments the index has.
        paragraphs: how many paragraphs those have, deleted ones included.
        problems: what is wrong; nothing where the index is whole.
    """

    segments: int
    paragraphs: int
    problems: tuple[Problem, ...]


def verify(index: Index, quick: bool = False, progress: Callable[[int, int], None] | None = None) -> Verification:
    """Check the last commit of an index: that its files hold what was written, and that they agree with each other.

    Args:
        index: the index.
        quick: compare checksums alone; texts are not analysed again, which takes longer than to index them.
        progress: called with how many paragraphs are done, of how many.

    Raises:
        IndexNotFoundError: the index is not there any more.
        NotAnIndexError: its table of contents is damaged.
        IndexAccessError: the system refused to read a file of it.
        ClusterError: it is on a cluster, which checks what it keeps itself.

    Example:
        >>> from timviet.index import Document, open_index
        >>> with open_index(":memory:", create=True) as index:
        ...     with index.writer() as writer:
        ...         writer.add(Document(id="1", text="Đảng ủy xã"))
        ...     verify(index)
        1
        Verification(segments=1, paragraphs=1, problems=())
    """
    if not isinstance(index, WhooshIndex):
        raise left_to_cluster("verify", index.location)
    with damage_told(index.location):
        checks = _open_checks(index)
        total, done = sum(check.paragraph_count for check in checks), 0
        for check in checks:
            check.files()
            if not check.problems and not quick:
                for count in check.paragraphs():
                    if progress is not None:
                        progress(done + count, total)
            done += check.paragraph_count
    return Verification(len(checks), total, tuple(problem for check in checks for problem in check.problems))


def _open_checks(index: WhooshIndex) -> "list[_SegmentCheck]":
    """Return the checks of the last commit's segments, all files open: another commit may delete them meanwhile."""
    while True:
        contents = read_contents(index.whoosh.storage)
        checks = [_SegmentCheck(index.whoosh.storage, segment) for segment in contents.segments]
        if not any(check.is_missing for check in checks) or index.generation == contents.generation:
            return checks


class _SegmentCheck:
    """Checks one segment.

    Attributes:
        paragraph_count: how many paragraphs it has, deleted ones included.
        is_missing: whether a file of it is.
        problems: what is wrong, as far as that is known.
    """

    def __init__(self, storage: IndexStorage, segment: ColumnSegment) -> None:
        self._segment = segment
        self.paragraph_count = segment.doc_count_all()
        self.is_missing = False
        self.problems: list[Problem] = []
        self._files: dict[str, ColumnFile] = {}
        for extension in (TERMS, DOCUMENTS):
            name = segment.make_filename(extension)
            try:
                self._files[extension] = segment.open_columns(storage, extension)
            except FileNotFoundError:
                self.is_missing = True
                self.problems.append(Problem(name, "is missing"))
            except DamagedFileError as error:
                self._tell(name, error)

    def files(self) -> None:
        """Find what is wrong with its files, each by itself."""
        for extension, columns in self._files.items():
            try:
                columns.verify()
            except DamagedFileError as error:
                self._tell(self._segment.make_filename(extension), error)

    def _tell(self, name: str, error: DamagedFileError) -> None:
        self.problems.append(Problem(name, str(error).removeprefix(f"{name} ")))

    def paragraphs(self) -> Iterator[int]:
        """Compare what is kept of paragraphs with their terms and lengths; yield how many paragraphs are done."""
        count = self.paragraph_count
        terms_file, documents_file = (self._segment.make_filename(extension) for extension in (TERMS, DOCUMENTS))
        try:
            documents = DocumentsReader(self._files[DOCUMENTS], self._segment)
            terms = TermsReader(self._files[TERMS], self._files[DOCUMENTS])
            found = {name: _sums(terms, name, count) for name in terms.written_field_names()}
            self._totals(documents, terms)
        except FAULTS as error:
            self.problems.append(Problem(terms_file, f"cannot be read: {error!r}"))
            return
        vocabulary = Vocabulary()
        for first in range(0, count, _PARAGRAPHS_AT_ONCE):
            numbers = range(first, min(first + _PARAGRAPHS_AT_ONCE, count))
            try:
                expected, lengths = _analysed(documents, numbers, vocabulary)
            except FAULTS as error:
                self.problems.append(Problem(documents_file, f"what is kept of paragraphs cannot be read: {error!r}"))
                return
            for name in expected.keys() | found.keys():
                own = found.get(name, np.zeros(count, np.uint64))[first : numbers.stop]
                self._compare(documents, first, own, expected.get(name, np.zeros(len(numbers), np.uint64)), name)
            for name, own in lengths.items():
                column = documents.columns.get(name, np.zeros(count, np.uint8))
                self._compare(documents, first, column[first : numbers.stop], own, name)
            if len(self.problems) > _PROBLEMS_A_SEGMENT:
                self.problems[_PROBLEMS_A_SEGMENT:] = [Problem(terms_file, "and more; the rest was not checked")]
                return
            yield numbers.stop

    def _totals(self, documents: DocumentsReader, terms: TermsReader) -> None:
        """Compare how many tokens each field is said to have with its occurrences."""
        for name, total in documents.totals.items():
            own = terms.field(unfolded_field(name))
            if total != (own.columns.count("positions") if isinstance(own, FieldTerms) else 0):
                file = self._segment.make_filename(DOCUMENTS)
                self.problems.append(Problem(file, f"{name} is said to have {total:,} tokens, and has others"))

    def _compare(self, documents: DocumentsReader, first: int, found: Column, expected: Column, what: str) -> None:
        for place in islice(np.flatnonzero(found != expected).tolist(), _PROBLEMS_A_SEGMENT + 1):
            fields = documents.stored_fields(first + place)
            where = f"paragraph {fields['paragraph']} of document {fields['id']!r}"
            self.problems.append(
                Problem(self._segment.make_filename(TERMS), f"{where} has other {what} than its text gives")
            )


def _analysed(
    documents: DocumentsReader, numbers: range, vocabulary: Vocabulary
) -> tuple[dict[str, Column], dict[str, Column]]:
    """Return what the texts of some paragraphs give: the sums of each field's terms, and the columns of lengths."""
    builder, storage, segment = SegmentBuilder(vocabulary), MemoryStorage(), ColumnSegment("MAIN")
    kept = (require_paragraph(documents.stored_fields(number)) for number in numbers)
    for paragraphs in _by_document(kept):
        builder.add(restore(paragraphs))
    segment.set_doc_count(len(numbers))
    builder.write(storage, segment)
    terms: TermsReader = segment.codec().terms_reader(storage, segment)
    columns = segment.open_columns(storage, DOCUMENTS)
    lengths = {name: columns[name] for name in columns if name.startswith("lengths.")}
    return {name: _sums(terms, name, len(numbers)) for name in terms.written_field_names()}, lengths


def _by_document(kept: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Yield the paragraphs of each document; one may come right after what it was before, which is deleted."""
    own: list[dict[str, Any]] = []
    for fields in kept:
        if own and (fields["id"] != own[-1]["id"] or fields["paragraph"] <= own[-1]["paragraph"]):
            yield own
            own = []
        own.append(fields)
    if own:
        yield own


def _sums(terms: TermsReader, field: str, count: int) -> Column:
    """Return for each paragraph the sum of the hashes of its postings and occurrences in a field.

    Raises:
        DamagedFileError: terms or paragraphs are not in order.
    """
    own = terms.field(field)
    sums = np.zeros(count, np.uint64)
    if not isinstance(own, FieldTerms):
        return sums
    every = [*own]
    if any(one >= other for one, other in pairwise(every)):
        raise DamagedFileError(f"the terms of {field} are not in order")
    hashes = np.array([_hash(term) for term in every], np.uint64)
    with np.errstate(over="ignore"):
        for first, last in _pieces(own.columns["posting_ends"]):
            owners = np.repeat(hashes[first:last], _counts(own.columns["posting_ends"], first, last))
            paragraphs, frequencies = own.postings_between(first, last)
            np.add.at(sums, paragraphs, _mixed(owners + frequencies.astype(np.uint64) * _FREQUENCY))
        if own.has_positions:
            _add_occurrences(sums, own, hashes)
    if own.keyed is not None:
        _check_folds(own, every)
    return sums


def _check_folds(terms: FieldTerms, every: list[bytes]) -> None:
    """Compare what is told of folded forms with the terms that have them.

    Raises:
        DamagedFileError: they do not agree.
    """
    ends = fold_ends(every)
    if not np.array_equal(terms.columns["fold_ends"], ends):
        raise terms.columns.damaged("column fold_ends does not fit its terms")
    posting_ends = terms.columns["posting_ends"][ends - 1]
    for first, last in _pieces(posting_ends):
        documents = terms.documents_between(int(ends[first - 1]) if first else 0, int(ends[last - 1]))
        owners = np.repeat(np.arange(last - first), _counts(posting_ends, first, last))
        frequencies = np.bincount(np.unique((owners << 32) + documents) >> 32, minlength=last - first)
        if not np.array_equal(terms.columns["fold_frequencies"][first:last], frequencies):
            raise terms.columns.damaged("column fold_frequencies does not fit the paragraphs")


def _add_occurrences(sums: Column, terms: FieldTerms, hashes: Column) -> None:
    """Add the hashes of occurrences: each of the term, the one that follows it, and the position."""
    run_ends, owners = terms.columns["run_ends"], hashes
    if terms.keyed is not None:
        run_counts = _counts(terms.columns["follower_ends"], 0, len(hashes))
        followers = np.append(np.uint64(0), hashes)[terms.columns["followers"]]
        owners = np.repeat(hashes, run_counts) + followers * _FOLLOWER
    for first, last in _pieces(run_ends):
        positions = terms.run_positions_between(first, last).astype(np.uint64)
        every = np.repeat(owners[first:last], _counts(run_ends, first, last)) + positions * _POSITION
        np.add.at(sums, terms.run_documents_between(first, last), _mixed(every))


def _pieces(ends: Column) -> Iterator[tuple[int, int]]:
    """Yield from which part to before which other one there are about so many entries as are read at once."""
    first = 0
    while first < len(ends):
        before = int(ends[first - 1]) if first else 0
        last = max(int(ends.searchsorted(before + _OCCURRENCES_AT_ONCE)), first + 1)
        yield first, last
        first = last


def _counts(ends: Column, first: int, last: int) -> Column:
    """Return how long the parts from one to before another are, by where parts end."""
    return np.diff(ends[first:last].astype(np.int64), prepend=int(ends[first - 1]) if first else 0)


def _hash(term: bytes) -> int:
    return int.from_bytes(blake2b(term, digest_size=8).digest(), "little")


def _mixed(hashes: Column) -> Column:
    """Return hashes of which each bit depends on all bits; the steps are those of MurmurHash3's finalizer."""
    hashes ^= hashes >> np.uint64(33)
    hashes *= _MIX
    hashes ^= hashes >> np.uint64(29)
    return hashes
