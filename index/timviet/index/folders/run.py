"""One run that brings an index up to date with files and folders."""

import os
import stat
from collections.abc import Collection, Iterable, Iterator, Set
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from whoosh.reading import IndexReader

from timviet.index.damage import damage_told
from timviet.index.documents import Document
from timviet.index.encodings.decoders import UTF_8
from timviet.index.errors import DocumentError, SourceError
from timviet.index.files import (
    Reading,
    has_records,
    is_readable,
    load,
    needs_library,
    read_content,
    read_stream,
    takes_encoding,
)
from timviet.index.folders.known import Known, read_document
from timviet.index.folders.names import absolute, base_folder, is_under, may_be_there, name_of
from timviet.index.folders.reading_ahead import read_ahead
from timviet.index.folders.skipped import SkippedFile, load_skipped, save_skipped
from timviet.index.folders.summary import FileEncoding, Summary
from timviet.index.folders.walking import Walk
from timviet.index.formats.parts import UNSAID, RecordFields
from timviet.index.preparing import Source, encode_source
from timviet.index.store import Index
from timviet.index.writer import Writer

# No file was changed at this time.
_NEVER = -1
_STREAM = Path("-")
_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file, and what is known of it before it is read."""

    path: Path
    source: Source


class _Loaded(NamedTuple):
    """What was read of a file.

    Attributes:
        digest: the digest of its content; nothing where it could not be read.
        readings: its documents and faults; None where it has the content that the index has.
    """

    digest: str
    readings: Iterable[Reading] | None


def _takes_long(file: FoundFile) -> bool:
    return needs_library(file.path)


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

    Attributes:
        added: the documents that it has written, each with its file.
        removed: those that it has removed.
        waiting: the files that have an id that other ones have, each with these.
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
    ) -> None:
        self._index = index
        self._index_folder = f"{absolute(Path(index.location))}{os.sep}"
        self._base = base_folder(index)
        self._writer = writer
        self._known = known
        self._roots = set(roots)
        self._encoding = encoding
        self._fields = fields
        self._walk = Walk(roots, exclude, self._skip, self._leave_out)
        self._seen: dict[str, str] = {}
        self._changed: set[str] = set()
        self._replaced: set[str] = set()  # by a file of another name
        self._storage = index.whoosh.storage
        self._location = index.location
        with damage_told(self._location):
            self._skipped_before = load_skipped(self._storage)
        self._skipped: dict[str, SkippedFile] = {}
        self.added: dict[str, Source | None] = {}
        self.removed: set[str] = set()
        self.waiting: dict[Path, set[Path]] = {}
        self.summary = Summary()

    @property
    def has_changed(self) -> bool:
        """Whether there is anything to commit."""
        return bool(self.added or self.removed)

    def is_known(self, root: Path) -> bool:
        """Tell whether the index has a document of a file or of a folder."""
        return any(is_under(self._path(name), {root}) for name in self._known.documents)

    def find_files(self, changed: Iterable[Path] | None) -> Iterator[FoundFile]:
        """Yield the files that can be read, among those that may have changed; None for all."""
        for path in self._walk.files(changed):
            if f"{path}{os.sep}".startswith(self._index_folder):
                continue
            name = name_of(path, self._base)
            try:
                name.encode()
                status = path.stat()
            except UnicodeEncodeError:
                self._skip(SourceError(path, "its name is not UTF-8"))
            except OSError as error:
                self._walk.cannot_read(path, error)
            else:
                unreadable = None if stat.S_ISREG(status.st_mode) else "is no regular file"
                if not is_readable(path):
                    unreadable = f"{path.suffix or 'a file without a suffix'} is no format that timviet reads"
                if unreadable is None:
                    yield FoundFile(path, Source(name, status.st_size, status.st_mtime_ns))
                elif path in self._roots:
                    self._skip(SourceError(path, unreadable))
                else:
                    self.summary.skipped[unreadable] += 1

    def is_unchanged(self, file: FoundFile) -> bool:
        """Tell whether a file has the size and the time that it had when it was read, and count it then."""
        name = file.source.path
        if self._is_read_as_said(name):
            return False
        identities = self._known.documents.get(name, ())
        current = sum(self._is_as_read(self._known.sources[identity], file) for identity in identities)
        skipped = self._skipped_before.get(name)
        if skipped and skipped.source == self._with_fault(file) and skipped.documents == current:
            self._skipped[name] = skipped
            for error in skipped.errors(file.path):
                self._skip(error)
        elif skipped or not identities or current < len(identities):
            return False
        self._leave(name, identities)
        return True

    def _leave(self, name: str, identities: Collection[str]) -> None:
        self.summary.unchanged += len(identities)
        self._seen.update(dict.fromkeys(identities, name))

    def _is_as_read(self, known: Source | None, file: FoundFile) -> bool:
        """Tell whether a file is as it was, and was read in the encoding that is given, if one is."""
        return (
            known is not None
            and (known.size, known.modified_ns) == (file.source.size, file.source.modified_ns)
            and self._encoding_of(file) in (None, known.encoding)
        )

    def _encoding_of(self, file: FoundFile) -> str | None:
        """Return the encoding that is given for a file, if one is."""
        return self._encoding if takes_encoding(file.path) else None

    def _is_read_as_said(self, name: str) -> bool:
        """Tell whether what a file is read as depends on what is said of its records."""
        return self._fields != UNSAID and has_records(Path(name))

    def _with_fault(self, file: FoundFile) -> Source:
        return replace(file.source, encoding=self._encoding_of(file) or "")

    def index_all(self, files: list[FoundFile], stream: bytes | None, jobs: int) -> Iterator[int]:
        """Read files and what came by standard input, and yield the sizes of what has been read.

        Args:
            files: the files.
            stream: what came by standard input, or None.
            jobs: how many files to read at once, of those that take long.
        """
        self._changed = {file.source.path for file in files}
        with self._index.reader() as reader:
            for file, loaded in read_ahead(files, self._load, _takes_long, jobs):
                yield from self._index_file(file, loaded, reader)
        if stream is not None:
            yield from self._index_readings(read_stream(stream, self._encoding, self._fields), None)

    def _load(self, file: FoundFile) -> _Loaded:
        """Read a file, in any thread."""
        try:
            content = load(file.path)
        except OSError as error:
            fault = SourceError(file.path, f"cannot be read: {error.strerror}")
            return _Loaded("", [Reading(fault, file.source.size, is_lasting=False)])
        digest = blake2b(content, digest_size=_DIGEST_BYTES).hexdigest()
        if self._is_touched(file, digest):
            return _Loaded(digest, None)
        readings = read_content(content, file.path, file.source.path, self._encoding, self._fields)
        return _Loaded(digest, list(readings) if _takes_long(file) else readings)

    def _index_file(self, file: FoundFile, loaded: _Loaded, reader: IndexReader) -> Iterator[int]:
        if loaded.readings is None:
            self._touch(file, loaded.digest, reader)
            yield file.source.size
            return
        documents_before = self.summary.documents
        yield from self._index_readings(loaded.readings, file, loaded.digest)
        if file.source.path not in self._known.documents and self.summary.documents > documents_before:
            self._replace(loaded.digest)

    def _is_touched(self, file: FoundFile, digest: str) -> bool:
        """Tell whether a file of another time has the same content that was read, without a fault."""
        name = file.source.path
        sources = [self._known.sources[identity] for identity in self._known.documents.get(name, ())]
        return (
            bool(sources)
            and name not in self._skipped_before
            and not self._is_read_as_said(name)
            and all(
                own
                and (own.digest == digest and own.modified_ns != _NEVER)
                and self._encoding_of(file) in (None, own.encoding)
                for own in sources
            )
        )

    def _touch(self, file: FoundFile, digest: str, reader: IndexReader) -> None:
        """Keep a file's new time with those of its documents whose ids no other file has taken."""
        identities = self._known.documents[file.source.path]
        taken = self._seen.keys() & identities
        for identity in identities:
            if identity in taken:
                self._tell_taken(identity, file.path, self._seen[identity])
                continue
            known = self._known.sources[identity]
            source = replace(file.source, digest=digest, encoding=known.encoding if known else UTF_8)
            source = replace(source, modified_ns=_NEVER) if taken else source
            self._writer.add_prepared(read_document(reader, identity)._replace(source=encode_source(source)))
            self.added[identity] = source
        self._leave(file.source.path, identities.keys() - taken)

    def _replace(self, digest: str) -> None:
        """Remove what the index has of one file that is gone, and of which another one has the content now."""
        for name in self._known.with_digest(digest):
            if name not in self._replaced and not may_be_there(self._path(name)):
                self._replaced.add(name)
                self.summary.renamed += 1
                self._remove(
                    identity
                    for identity in self._known.documents[name]
                    if identity not in self._seen and self._known.has_digest(identity, digest)
                )
                return

    def prune(self, roots: Iterable[Path], found: Set[str]) -> None:
        """Remove the documents of files below some folders that were not found there."""
        below = set(roots)
        for name, identities in self._known.documents.items():
            path = self._path(name)
            if name not in found and is_under(path, below) and not is_under(path, self._walk.unreadable):
                self._remove(identity for identity in identities if identity not in self._seen)

    def remember_skipped(self, roots: Iterable[Path]) -> None:
        """Keep this run's faults, and earlier ones of files that are still there and that it was not to come by."""
        below = set(roots)
        elsewhere = {
            name: skipped
            for name, skipped in self._skipped_before.items()
            if (not is_under(path := self._path(name), below) or is_under(path, self._walk.unreadable))
            and may_be_there(path)
        }
        skipped = elsewhere | self._skipped
        if skipped != self._skipped_before:
            with damage_told(self._location, "write to"):
                save_skipped(self._storage, skipped)

    def _index_readings(self, readings: Iterable[Reading], file: FoundFile | None, digest: str = "") -> Iterator[int]:
        errors_before, documents_before = len(self.summary.errors), self.summary.documents
        source = replace(file.source, digest=digest) if file else None
        last, encoding, is_lasting = None, None, True
        for content, size, line, encoding, is_lasting_too in readings:
            is_lasting = is_lasting and is_lasting_too
            if source and source.encoding != encoding.encoding:
                source = replace(source, encoding=encoding.encoding)
            if isinstance(content, SourceError):
                self._skip(content)
            elif self._add(content, source, line):
                last = content
            yield size
        if encoding and encoding.encoding != UTF_8:
            self.summary.encodings.append(FileEncoding(file.path if file else _STREAM, *encoding))
        if file is None:
            return
        errors = self.summary.errors[errors_before:]
        if not errors:
            gone = self._known.documents.get(file.source.path, ())
            self._remove(identity for identity in gone if identity not in self._seen)
        elif is_lasting and file.path not in self.waiting and not self._is_read_as_said(file.source.path):
            self._skipped[file.source.path] = SkippedFile.of(
                self._with_fault(file), self.summary.documents - documents_before, errors
            )
        elif last and source:
            # It is to be read again, for which its documents must not look unchanged.
            self._put(last, replace(source, modified_ns=_NEVER))

    def _add(self, document: Document, source: Source | None, line: int | None) -> bool:
        origin = source.path if source else str(_STREAM)
        path = self._path(origin) if source else _STREAM
        owner = self._owner_of(document.id, origin)
        if owner:
            self._tell_taken(document.id, path, owner, line)
            return False
        try:
            self.summary.paragraphs += self._put(document, source)
        except DocumentError as error:
            self._skip(SourceError(path, "cannot be kept", line, str(error)))
            return False
        self._seen[document.id] = origin
        self.summary.documents += 1
        if document.id in self._known.sources:
            self.summary.changed += 1
        else:
            self.summary.new += 1
        return True

    def _owner_of(self, identity: str, origin: str) -> str | None:
        """Return the file that an id belongs to, if it is another one and may still have it."""
        if identity in self._seen:
            return self._seen[identity]
        known = self._known.sources.get(identity)
        if known is None or known.path == origin or known.path in self._changed:
            return None
        return known.path if may_be_there(self._path(known.path)) else None

    def _tell_taken(self, identity: str, path: Path, owner: str, line: int | None = None) -> None:
        """Tell that a file has the id of a document, and have it wait for that if the document is of another file."""
        if path != self._path(owner):
            self.waiting.setdefault(path, set()).add(self._path(owner))
        self._skip(SourceError(path, "has the id of another document", line, f"{identity!r}, of {owner}"))

    def _put(self, document: Document, source: Source | None) -> int:
        count = self._writer.add(document, source)
        self.added[document.id] = source
        return count

    def _remove(self, identities: Iterable[str]) -> None:
        for identity in identities:
            self._writer.remove(identity)
            self.removed.add(identity)
            self.summary.removed += 1

    def _leave_out(self) -> None:
        self.summary.left_out += 1

    def _skip(self, error: SourceError) -> None:
        """Count a file or line that is left out, and keep its fault."""
        self.summary.skipped[error.reason] += 1
        self.summary.errors.append(error)

    def _path(self, name: str) -> Path:
        return self._base / name
