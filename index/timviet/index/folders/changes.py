"""What a run changes in an index: the documents that it adds, leaves and removes, and whose each id is."""

from collections.abc import Callable, Collection, Iterable, Set
from dataclasses import replace
from pathlib import Path

from timviet.index.documents import Document
from timviet.index.errors import DocumentError, SourceError
from timviet.index.folders.finding import FoundFile
from timviet.index.folders.known import Known
from timviet.index.folders.names import is_under, may_be_there, path_of
from timviet.index.folders.summary import Summary
from timviet.index.folders.touched import MOST, Touch
from timviet.index.preparing import NEVER, PreparedDocument, Source, encode_source
from timviet.index.writer import Writer

STREAM = Path("-")
"""What stands for standard input where a file's path would."""


class Changes:
    """Makes the changes of a run, and counts them.

    Args:
        writer: the index's writer, for this run.
        known: what the index knows.
        base: the folder that files' names are relative to.
        summary: where changes are counted, and faults are told.

    Attributes:
        added: the documents that have been written, each with its file.
        removed: those that have been removed.
        waiting: the files that have an id that other ones have, each with these.
        touched: the files that have another time and the same content, by their names.
        to_be_read: the names of the files that are read in this run, so that ids they had may be another file's now.
    """

    def __init__(self, writer: Writer, known: Known, base: Path, summary: Summary) -> None:
        self._writer = writer
        self._known = known
        self._base = base
        self._summary = summary
        self._seen: dict[str, str] = {}
        self._replaced: set[str] = set()  # by a file of another name
        self.added: dict[str, Source | None] = {}
        self.removed: set[str] = set()
        self.waiting: dict[Path, set[Path]] = {}
        self.to_be_read: Set[str] = frozenset()
        self.touched: dict[str, Touch] = {}

    def add(self, document: Document, source: Source | None, line: int | None) -> bool:
        """Add a document, unless its id is another one's, or it cannot be kept, which is told then.

        Args:
            document: the document.
            source: its file; None for standard input.
            line: its line, for what is told.

        Returns:
            Whether it was added.
        """
        origin = source.path if source else str(STREAM)
        path = path_of(origin, self._base) if source else STREAM
        owner = self._owner_of(document.id, origin)
        if owner:
            self._tell_taken(document.id, path, owner, line)
            return False
        try:
            self._summary.paragraphs += self._put(document, source)
        except DocumentError as error:
            self._summary.add_error(SourceError(path, "cannot be kept", line, str(error)))
            return False
        self._seen[document.id] = origin
        self._summary.documents += 1
        if document.id in self._known.sources:
            self._summary.changed += 1
        else:
            self._summary.new += 1
        return True

    def mark_unread(self, document: Document, source: Source) -> None:
        """Write a document once more, so that its file does not look unchanged in the next run."""
        self._put(document, replace(source, modified_ns=NEVER))

    def leave(self, name: str, identities: Collection[str]) -> None:
        """Leave documents of a file as they are."""
        self._summary.unchanged += len(identities)
        self._seen.update(dict.fromkeys(identities, name))

    def touch(self, file: FoundFile, digest: str, read_document: Callable[[str], PreparedDocument]) -> None:
        """Keep a file's new time; where other files have taken ids of its documents, have it read again.

        Args:
            file: the file, of which the index has documents.
            digest: the digest of its content, which is the same.
            read_document: returns a document of the index, by its id.
        """
        identities = self._known.documents[file.source.path]
        taken = self._seen.keys() & identities
        left = [identity for identity in identities if identity not in taken]
        for identity in sorted(taken):
            self._tell_taken(identity, file.path, self._seen[identity])
        if taken or len(self.touched) == MOST:
            for identity in left:
                source = replace(
                    self._known.sources[identity] or file.source,
                    modified_ns=NEVER if taken else file.source.modified_ns,
                )
                self._writer.add_prepared(read_document(identity)._replace(source=encode_source(source)))
                self.added[identity] = source
        else:
            self.touched[file.source.path] = Touch(file.source.size, file.source.modified_ns, digest)
        self.leave(file.source.path, left)

    def drop_rest(self, name: str) -> None:
        """Remove the documents of a file that this run has not come by."""
        self._remove(self._known.documents.get(name, ()))

    def drop_old_name(self, digest: str) -> None:
        """Remove what was read of one file that is gone, and of which another one has the content now.

        Args:
            digest: the digest of that content.
        """
        for name in self._known.with_digest(digest):
            if name not in self._replaced and not may_be_there(path_of(name, self._base)):
                self._replaced.add(name)
                self._summary.renamed += 1
                identities = self._known.documents[name]
                self._remove(identity for identity in identities if self._known.has_digest(identity, digest))
                return

    def prune(self, roots: Set[Path], found: Set[str], unreadable: Set[Path]) -> None:
        """Remove the documents of files that are gone.

        Args:
            roots: the files and folders that have been looked at.
            found: the names of the files that are there.
            unreadable: the files and folders of which nothing is known.
        """
        for name, identities in self._known.documents.items():
            if name in found or self.removed.issuperset(identities):
                continue
            path = path_of(name, self._base)
            if is_under(path, roots) and not is_under(path, unreadable):
                self.drop_rest(name)

    def _owner_of(self, identity: str, origin: str) -> str | None:
        """Return the file that an id belongs to, if it is another one and may still have it."""
        if identity in self._seen:
            return self._seen[identity]
        known = self._known.sources.get(identity)
        if known is None or known.path == origin or known.path in self.to_be_read:
            return None
        return known.path if may_be_there(path_of(known.path, self._base)) else None

    def _tell_taken(self, identity: str, path: Path, owner: str, line: int | None = None) -> None:
        """Tell that a file has the id of a document, and have it wait for that if the document is of another file."""
        owner_path = path_of(owner, self._base)
        if path != owner_path:
            self.waiting.setdefault(path, set()).add(owner_path)
        self._summary.add_error(SourceError(path, "has the id of another document", line, f"{identity!r}, of {owner}"))

    def _put(self, document: Document, source: Source | None) -> int:
        count = self._writer.add(document, source)
        self.added[document.id] = source
        return count

    def _remove(self, identities: Iterable[str]) -> None:
        for identity in identities:
            if identity not in self._seen and identity not in self.removed:
                self._writer.remove(identity)
                self.removed.add(identity)
                self._summary.removed += 1
