"""What a run that brings an index up to date has done."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from timviet.index.errors import SourceError
from timviet.index.formats.parts import RecordFields


class FileEncoding(NamedTuple):
    """The encoding that a file was read in.

    Attributes:
        path: the file.
        encoding: its encoding.
        confidence: how sure that is, as a probability from 0 to 1; 1 where it was given.
        replaced: at how many places bytes that are none of it were replaced, where it was given.
    """

    path: Path
    encoding: str
    confidence: float
    replaced: int = 0


class FileFields(NamedTuple):
    """What was taken for what in a file of records, where any of that was guessed.

    Attributes:
        path: the file.
        fields: the names of the fields.
    """

    path: Path
    fields: RecordFields


@dataclass(slots=True)
class Summary:
    """What a run of `sync` did.

    Attributes:
        documents: how many documents it wrote.
        paragraphs: how many paragraphs they have.
        new: how many of them the index did not know.
        changed: how many of them it knew.
        unchanged: how many documents were left as they are, their file being unchanged.
        removed: how many documents were removed, their file or line being gone.
        renamed: how many files have got another name; their documents are among the new and the removed ones.
        left_out: how many files and folders rules for what is to be left out did leave out.
        skipped: files and lines left out, counted by reason.
        errors: every file or line that ought to be indexed and could not be.
        encodings: every file that was read in another encoding than UTF-8, or with bytes replaced.
        guesses: every file of records of which it was guessed what is where.
        seconds: how long the run took.
    """

    documents: int = 0
    paragraphs: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    renamed: int = 0
    left_out: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    errors: list[SourceError] = field(default_factory=list)
    encodings: list[FileEncoding] = field(default_factory=list)
    guesses: list[FileFields] = field(default_factory=list)
    seconds: float = 0.0

    def add_error(self, error: SourceError) -> None:
        """Tell and count what is wrong with a file or line that is left out."""
        self.skipped[error.reason] += 1
        self.errors.append(error)
