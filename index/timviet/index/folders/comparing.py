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
        if self.is_read_as_said(file):
            return False
        sources = self._sources(file)
        current = sum(self._is_as_read(source, file) for source in sources)
        skipped = self._skipped.get(file.source.path)
        if skipped:
            return skipped.source == self.with_fault(file) and skipped.documents == current
        return 0 < current == len(sources)

    def is_touched(self, file: FoundFile, digest: str) -> bool:
        """Tell whether a file of another time has the same content that was read, without a fault.

        Args:
            file: the file.
            digest: the digest of its content.
        """
        sources = self._sources(file)
        return (
            bool(sources)
            and file.source.path not in self._skipped
            and not self.is_read_as_said(file)
            and all(source and self._is_same_content(source, file, digest) for source in sources)
        )

    def is_read_as_said(self, file: FoundFile) -> bool:
        """Tell whether what a file is read as depends on what is said of its records."""
        return self._fields != UNSAID and has_records(file.path)

    def with_fault(self, file: FoundFile) -> Source:
        """Return a file as it is remembered if it has faults: with the encoding that is given for it, if one is."""
        return replace(file.source, encoding=self._encoding_of(file) or "")

    def _sources(self, file: FoundFile) -> list[Source | None]:
        return [self._known.sources[identity] for identity in self._known.documents.get(file.source.path, ())]

    def _is_as_read(self, source: Source | None, file: FoundFile) -> bool:
        return (
            source is not None
            and (source.size, source.modified_ns) == (file.source.size, file.source.modified_ns)
            and self._encoding_of(file) in (None, source.encoding)
        )

    def _is_same_content(self, source: Source, file: FoundFile, digest: str) -> bool:
        return (
            source.digest == digest
            and source.modified_ns != NEVER
            and self._encoding_of(file) in (None, source.encoding)
        )

    def _encoding_of(self, file: FoundFile) -> str | None:
        return self._encoding if takes_encoding(file.path) else None
