"""One run that brings an index up to date with files and folders."""

from collections.abc import Callable, Collection, Iterable, Iterator, Set
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from timviet.index.encodings.decoders import UNICODE, UTF_8
from timviet.index.encodings.detection import is_unicode
from timviet.index.errors import SourceError
from timviet.index.files import Reading, load, needs_library, read_content, read_stream
from timviet.index.folders.changes import STREAM, Changes
from timviet.index.folders.comparing import Comparison
from timviet.index.folders.finding import Finder, FoundFile
from timviet.index.folders.known import Known
from timviet.index.folders.names import is_under, may_be_there, name_of, path_of
from timviet.index.folders.passed_over import merge, sum_up
from timviet.index.folders.reading_ahead import read_ahead
from timviet.index.folders.skipped import Skipped, SkippedFile, load_skipped, save_skipped
from timviet.index.folders.summary import FileEncoding, FileFields, Summary
from timviet.index.folders.touched import load_touched, save_touched
from timviet.index.formats.parts import UNSAID, RecordFields
from timviet.index.preparing import PreparedDocument, Source
from timviet.index.store import Index
from timviet.index.writer import Writer

_DIGEST_BYTES = 16
GONE = "is gone, and its documents are kept: to remove them, prune a folder above it"
"""Why nothing is removed of a folder that is not there any more."""


class _Loaded(NamedTuple):
    """What was read of a file.

    Attributes:
        digest: the digest of its content; nothing where it could not be read.
        readings: its documents and faults; None where it has the content that the index has.
        said: what was said of its encoding, or None, and of its records.
    """

    digest: str
    readings: Iterable[Reading] | None
    said: tuple[str | None, RecordFields] = (None, UNSAID)


def _takes_long(file: FoundFile) -> bool:
    return needs_library(file.path)


def _size_of(file: FoundFile) -> int:
    return file.source.size


class Run:
    """One run: what the index knew before, what this run has seen and done, and the summary of both.

    Args:
        index: the index.
        writer: its writer, for this run.
        known: what it knows.
        roots: the files and folders that it is to be up to date with.
        exclude: patterns of what to leave out of the folders.
        encoding: the encoding of all that is read; None where it is to be told.
        fields: what is where in records, as far as it is said.
        prunes: whether documents are to be removed whose file is gone or is no text any more.

    Attributes:
        changes: what it has changed.
        summary: what it has done.
    """

    def __init__(
        self,
        index: Index,
        writer: Writer,
        known: Known,
        roots: Collection[Path],
        exclude: Iterable[str],
        encoding: str | None,
        fields: RecordFields,
        prunes: bool = False,
    ) -> None:
        self._index = index
        self._prunes = prunes
        self._base = index.base
        self._known = known
        self._encoding = encoding
        self._fields = fields
        self._skipped: dict[str, SkippedFile] = {}
        self._before = load_skipped(index)
        self._touched_before = load_touched(index)
        self._skipped_before = self._before.files
        self.summary = Summary()
        self.changes = Changes(writer, known, self._base, self.summary)
        self._finder = Finder(index, roots, exclude, self.summary)
        self._comparison = Comparison(known, self._skipped_before, self._touched_before, encoding, fields)

    @property
    def has_changed(self) -> bool:
        """Whether there is anything to commit."""
        return bool(self.changes.added or self.changes.removed)

    def keep_lost(self, roots: Iterable[Path]) -> None:
        """Tell which roots are gone, as a disk is that is not there for now, and keep all documents below them."""
        for root in roots:
            if not may_be_there(root) and not self._known.had_file(root, self._base):
                self.summary.add_error(SourceError(root, GONE))
                self._finder.unreadable.add(root)

    def find_files(self, changed: Iterable[Path] | None) -> Iterator[FoundFile]:
        """Yield the files that can be read, among those that may have changed; None for all."""
        return self._finder.files(changed)

    def is_unchanged(self, file: FoundFile) -> bool:
        """Tell whether a file is as it was when it was read, and count it then, and tell its faults again."""
        if not self._comparison.is_unchanged(file):
            return False
        name = file.source.path
        if name in self._skipped_before:
            self._skipped[name] = self._skipped_before[name]
            for error in self._skipped[name].errors(file.path):
                self._tell(error, name, self._skipped[name].is_foreign)
        if not self._is_to_be_pruned(name):
            self.changes.leave(name, self._known.documents.get(name, ()))
        return True

    def index_all(self, files: list[FoundFile], stream: bytes | None, jobs: int) -> Iterator[int]:
        """Read files and what came by standard input, and yield the sizes of what has been read.

        Args:
            files: the files.
            stream: what came by standard input, or None.
            jobs: how many files to read at once, of those that take long.
        """
        self.changes.to_be_read = {file.source.path for file in files}
        with self._index.reading_documents() as read_document:
            for file, loaded in read_ahead(files, self._load, _takes_long, _size_of, jobs):
                yield from self._index_file(file, loaded, read_document)
        if stream is not None:
            yield from self._index_readings(read_stream(stream, self._encoding, self._fields), None)

    def prune(self, roots: Iterable[Path], found: Set[str]) -> None:
        """Remove the documents of files below some folders that were not found there, or are no text any more."""
        texts = {name for name in found if not self._is_to_be_pruned(name)}
        self.changes.prune(set(roots), texts, self._finder.unreadable)

    def remember_skipped(self, roots: Iterable[Path]) -> None:
        """Keep this run's faults, and earlier ones of files that it did not come by and that may come back."""
        below, unreadable = set(roots), self._finder.unreadable

        def is_elsewhere(name: str) -> bool:
            path = path_of(name, self._base)
            is_there = may_be_there(path) or path.is_symlink()
            return is_there and (not is_under(path, below) or is_under(path, unreadable))

        before = self._skipped_before.items()
        files = {name: own for name, own in before if self._is_left(name) or is_elsewhere(name)} | self._skipped
        others = [own for own in self._before.others if is_elsewhere(own.root or own.name)]
        above = {path_of(own.root, self._base) for own in others if own.root}
        found = [own for own in self._finder.passed_over(below) if not is_under(path_of(own.root, self._base), above)]
        skipped = Skipped(files, merge(others, [*sum_up(self._unremembered(), self._base), *found]))
        if skipped != self._before:
            save_skipped(self._index, skipped)

    def remember_touched(self) -> None:
        """Keep the times of files that were touched, in this run or, not having been read since, before."""
        read = self.changes.to_be_read
        before = {
            name: own
            for name, own in self._touched_before.items()
            if name in self._known.documents and name not in read
        }
        touched = before | self.changes.touched
        if touched != self._touched_before:
            save_touched(self._index, touched)

    def _tell(self, error: SourceError, name: str, is_foreign: bool) -> None:
        """Tell why a file is not read; a file of no text is only passed over, unless documents of it are left."""
        if is_foreign and (self._prunes or name not in self._known.documents):
            self._finder.pass_over(error)
        else:
            self.summary.add_error(error)

    def _is_left(self, name: str) -> bool:
        """Tell whether a file was not read, as one that is gone or left out, and has documents in the index."""
        identities = self._known.documents.get(name, {}).keys()
        return name not in self.changes.to_be_read and not identities <= self.changes.removed

    def _is_to_be_pruned(self, name: str) -> bool:
        return self._prunes and name in self._skipped and self._skipped[name].is_foreign

    def _unremembered(self) -> list[SourceError]:
        """Return the errors of this run of files that are none of those with faults."""
        own = (error for error in self.summary.errors if error.path != STREAM)
        with_faults = {name for name, skipped in self._skipped.items() if not skipped.is_foreign}
        return [error for error in own if name_of(error.path, self._base) not in with_faults]

    def _load(self, file: FoundFile) -> _Loaded:
        """Read a file, in any thread."""
        try:
            content = load(file.path)
        except OSError as error:
            fault = SourceError(file.path, f"cannot be read: {error.strerror}")
            return _Loaded("", [Reading(fault, file.source.size, is_lasting=False)])
        digest = blake2b(content, digest_size=_DIGEST_BYTES).hexdigest()
        if self._comparison.is_touched(file, digest):
            return _Loaded(digest, None)
        said = self._comparison.said_of(file, digest)
        if not self._encoding and said[0] not in UNICODE and is_unicode(content):
            said = None, said[1]  # what was said before is of what the file held then
        readings = read_content(content, file.path, file.source.path, *said)
        return _Loaded(digest, list(readings) if _takes_long(file) else readings, said)

    def _index_file(
        self, file: FoundFile, loaded: _Loaded, read_document: Callable[[str], PreparedDocument]
    ) -> Iterator[int]:
        if loaded.readings is None:
            self.changes.touch(file, loaded.digest, read_document)
            yield file.source.size
            return
        documents_before = self.summary.documents
        encoding, fields = loaded.said
        source = replace(file.source, digest=loaded.digest, said_encoding=encoding or "", fields=fields.to_json())
        yield from self._index_readings(loaded.readings, file, source)
        if file.source.path not in self._known.documents and self.summary.documents > documents_before:
            self.changes.drop_old_name(loaded.digest)

    def _index_readings(
        self, readings: Iterable[Reading], file: FoundFile | None, source: Source | None = None
    ) -> Iterator[int]:
        errors_before, documents_before = len(self.summary.errors), self.summary.documents
        last, encoding, guess, are_lasting, foreign = None, None, None, True, ""
        as_said = replace(source, encoding="", digest="") if source else None
        for content, size, line, encoding, is_lasting, guess, is_foreign in readings:  # noqa: B007  # it is the same for each
            are_lasting = are_lasting and is_lasting
            if source and source.encoding != encoding.encoding:
                source = replace(source, encoding=encoding.encoding)
            if isinstance(content, SourceError) and is_foreign and file:
                foreign = content.reason
                self._tell(content, file.source.path, is_foreign)
            elif isinstance(content, SourceError):
                self.summary.add_error(content)
            elif self.changes.add(content, source, line):
                last = content
            yield size
        if encoding and (encoding.encoding != UTF_8 or encoding.replaced):
            self.summary.encodings.append(FileEncoding(file.path if file else STREAM, *encoding))
        if guess:
            said = RecordFields.from_json(source.fields) if source else self._fields
            self.summary.guesses.append(FileFields(file.path if file else STREAM, guess.without(said)))
        if file is None or as_said is None:
            return
        if foreign:
            self._skipped[file.source.path] = SkippedFile.foreign(as_said, foreign)
            return
        errors = self.summary.errors[errors_before:]
        if not errors:
            self.changes.drop_rest(file.source.path)
            return
        name = file.source.path
        if are_lasting and file.path not in self.changes.waiting:
            self._skipped[name] = SkippedFile.of(as_said, self.summary.documents - documents_before, errors)
            return
        if name in self._skipped_before:  # what was wrong with it then still is, and still has to be told
            self._skipped[name] = self._skipped_before[name]
        if last and source:
            self.changes.mark_unread(last, source)
