"""Whether a file is as it was when an index read it, by its size and time, or by what it holds."""

from collections.abc import Mapping
from dataclasses import replace

from timviet.index.files import has_records, takes_encoding
from timviet.index.folders.finding import FoundFile
from timviet.index.folders.known import Known
from timviet.index.folders.skipped import SkippedFile
from timviet.index.folders.touched import Touch
from timviet.index.formats.decoding import not_text_in
from timviet.index.formats.parts import NO_COLUMN, RecordFields
from timviet.index.preparing import NEVER, Source


class Comparison:
    """Compares files with what an index knows of them.

    Args:
        known: what it knows.
        skipped: the files with faults that it remembers, by their names.
        touched: the files that it remembers to have been touched, by their names.
        encoding: the encoding of all that is read; None where it is to be told.
        fields: what is where in records, as far as it is said.
    """

    def __init__(
        self,
        known: Known,
        skipped: Mapping[str, SkippedFile],
        touched: Mapping[str, Touch],
        encoding: str | None,
        fields: RecordFields,
    ) -> None:
        self._known = known
        self._skipped = skipped
        self._touched = touched
        self._encoding = encoding or ""
        self._fields = fields
        self._fields_as_kept = fields.to_json()

    def is_unchanged(self, file: FoundFile) -> bool:
        """Tell whether a file has the size and the time that it had when it was read."""
        sources = self._sources(file)
        said = self._as_said(file)
        current = sum(self._is_as_read(source, said) for source in sources)
        skipped = self._skipped.get(file.source.path)
        if skipped:
            return skipped.source == said and skipped.documents == current
        return 0 < current == len(sources)

    def is_touched(self, file: FoundFile, digest: str) -> bool:
        """Tell whether a file of another time has the same content that was read, without a fault.

        Args:
            file: the file.
            digest: the digest of its content.
        """
        sources, said = self._sources(file), self._as_said(file)
        return (
            bool(sources)
            and file.source.path not in self._skipped
            and all(source and self._is_same_content(source, digest, said) for source in sources)
        )

    def said_of(self, file: FoundFile, digest: str = "") -> tuple[str | None, RecordFields]:
        """Return what is said of a file's encoding and of its records: now, or when it was read, be it by another name.

        Args:
            file: the file.
            digest: the digest of its content, if that is known.
        """
        said = self._as_said(file, digest)
        return said.said_encoding or None, RecordFields.from_json(said.fields)

    def _last_read(self, name: str, digest: str) -> Source | None:
        """Return how a file was read when it had documents, or else last, without what was said then in vain."""
        skipped = self._skipped.get(name)
        if skipped and name not in self._known.documents:
            source, reasons = skipped.source, [fault.reason for fault in skipped.faults]
            if not_text_in(source.said_encoding) in reasons:
                source = replace(source, said_encoding="")
            return replace(source, fields="") if any(own.startswith(NO_COLUMN) for own in reasons) else source
        names = [name] if name in self._known.documents else self._known.with_digest(digest)
        known = (self._known.sources[identity] for own in names for identity in self._known.documents[own])
        return next(filter(None, known), None)

    def _as_said(self, file: FoundFile, digest: str = "") -> Source:
        """Return a file with what is said of it, as it is remembered if it has faults."""
        encoding, fields, own = self._encoding, self._fields_as_kept, file.source
        before = self._last_read(own.path, digest)
        if before:
            encoding = encoding or before.said_encoding
        if before and before.fields:
            fields = self._fields.or_else(RecordFields.from_json(before.fields)).to_json()
        return Source(
            own.path,
            own.size,
            own.modified_ns,
            encoding="",
            fields=fields if has_records(file.path) else "",
            said_encoding=encoding if takes_encoding(file.path) else "",
        )

    def _sources(self, file: FoundFile) -> list[Source | None]:
        return [self._known.sources[identity] for identity in self._known.documents.get(file.source.path, ())]

    def _is_as_read(self, source: Source | None, said: Source) -> bool:
        if source is None or not _is_as_said(source, said):
            return False
        if (source.size, source.modified_ns) == (said.size, said.modified_ns):
            return True
        touch = Touch(said.size, said.modified_ns, source.digest)
        return source.modified_ns != NEVER and self._touched.get(said.path) == touch

    def _is_same_content(self, source: Source, digest: str, said: Source) -> bool:
        return source.digest == digest and source.modified_ns != NEVER and _is_as_said(source, said)


def _is_as_said(source: Source, said: Source) -> bool:
    """Tell whether a file was read as is said now; an encoding that is not said may be any."""
    return said.said_encoding in ("", source.encoding) and source.fields == said.fields
