"""Whether a file is as it was when an index read it, by its size and time, or by what it holds."""

from collections.abc import Mapping
from dataclasses import replace

from timviet.index.files import has_records, takes_encoding
from timviet.index.folders.finding import FoundFile
from timviet.index.folders.known import Known
from timviet.index.folders.skipped import SkippedFile
from timviet.index.formats.parts import UNSAID, RecordFields
from timviet.index.preparing import NEVER, Source


class Comparison:
    """Compares files with what an index knows of them.

    Args:
        known: what it knows.
        skipped: the files with faults that it remembers, by their names.
        encoding: the encoding of all that is read; None where it is to be told.
        fields: what is where in records, as far as it is said.
    """

    def __init__(
        self, known: Known, skipped: Mapping[str, SkippedFile], encoding: str | None, fields: RecordFields
    ) -> None:
        self._known = known
        self._skipped = skipped
        self._encoding = encoding
        self._fields = fields

    def is_unchanged(self, file: FoundFile) -> bool:
        """Tell whether a file has the size and the time that it had when it was read."""
        sources = self._sources(file)
        said = self.as_said(file)
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
        sources, said = self._sources(file), self.as_said(file)
        return (
            bool(sources)
            and file.source.path not in self._skipped
            and all(source and self._is_same_content(source, digest, said) for source in sources)
        )

    def fields_of(self, file: FoundFile, digest: str = "") -> RecordFields:
        """Return what is said of a file's records: now, or when it was read, be it under another name.

        Args:
            file: the file.
            digest: the digest of its content, if that is known.
        """
        if not has_records(file.path) or self._fields != UNSAID:
            return self._fields if has_records(file.path) else UNSAID
        names = [file.source.path] if file.source.path in self._known.documents else self._known.with_digest(digest)
        known = (self._known.sources[identity] for name in names for identity in self._known.documents[name])
        return next((RecordFields.from_json(source.fields) for source in known if source), UNSAID)

    def as_said(self, file: FoundFile) -> Source:
        """Return a file with what is said of its encoding and its records, as it is remembered if it has faults."""
        return replace(file.source, encoding=self._encoding_of(file) or "", fields=self.fields_of(file).to_json())

    def _sources(self, file: FoundFile) -> list[Source | None]:
        return [self._known.sources[identity] for identity in self._known.documents.get(file.source.path, ())]

    def _is_as_read(self, source: Source | None, said: Source) -> bool:
        return (
            source is not None
            and (source.size, source.modified_ns) == (said.size, said.modified_ns)
            and _is_as_said(source, said)
        )

    def _is_same_content(self, source: Source, digest: str, said: Source) -> bool:
        return source.digest == digest and source.modified_ns != NEVER and _is_as_said(source, said)

    def _encoding_of(self, file: FoundFile) -> str | None:
        return self._encoding if takes_encoding(file.path) else None


def _is_as_said(source: Source, said: Source) -> bool:
    """Tell whether a file was read as is said now; an encoding that is not said may be any."""
    return said.encoding in ("", source.encoding) and source.fields == said.fields
