"""What the reader of a format takes, and what it yields: documents and faults."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple, Self

from timviet.index.documents import MAX_PARAGRAPHS, MAX_TEXT, Document, Passage
from timviet.index.encodings.decoders import UTF_8
from timviet.index.encodings.detection import Detection

IN_UTF_8 = Detection(UTF_8, 1.0)
LOCKED = "is locked with a password"
"""Why a file of any format is not read that asks for one."""
NO_COLUMN = "has no column"
"""How it begins why a table is not read that has not the columns that were said."""


class RecordFields(NamedTuple):
    """What is where in the records of tables and JSON.

    Attributes:
        id: the name of the field that names the record, or None.
        title: the one that has its title, or None.
        text: those that have its text; where there are several, each is a section.
    """

    id: str | None = None
    title: str | None = None
    text: tuple[str, ...] = ()

    def or_else(self, other: Self) -> Self:
        """Return what is said here, and of what is not, what is said elsewhere.

        Example:
            >>> RecordFields(title="tên").or_else(RecordFields("mã", "tiêu đề"))
            RecordFields(id='mã', title='tên', text=())
        """
        return type(self)(self.id or other.id, self.title or other.title, self.text or other.text)

    def without(self, other: Self) -> Self:
        """Return what is said here and not elsewhere.

        Example:
            >>> RecordFields("mã", "tên").without(RecordFields(title="tên"))
            RecordFields(id='mã', title=None, text=())
        """
        return type(self)(
            None if other.id else self.id, None if other.title else self.title, () if other.text else self.text
        )

    def to_json(self) -> str:
        """Return it as JSON, or nothing where nothing is said."""
        return json.dumps(self, ensure_ascii=False) if self != UNSAID else ""

    @classmethod
    def from_json(cls, kept: str) -> Self:
        """Return what `to_json` made JSON of; nothing is said where it is none of that.

        Example:
            >>> RecordFields.from_json(RecordFields("mã", None, ("nội dung",)).to_json())
            RecordFields(id='mã', title=None, text=('nội dung',))
        """
        try:
            identity, title, text = json.loads(kept or "[null, null, []]")
            fields = cls(identity, title, tuple(text))
        except (ValueError, TypeError, RecursionError):
            return cls()
        are_names = all(isinstance(name, str) for name in fields.text)
        is_sane = are_names and isinstance(identity, str | None) and isinstance(title, str | None)
        return fields if is_sane else cls()


UNSAID = RecordFields()
"""Nothing is said of what is where: it is guessed."""


class RawFile(NamedTuple):
    """A file to be read.

    Attributes:
        content: what it holds, unpacked.
        name: by what name its documents shall know it.
        encoding: its encoding, where it is not to be told from what it says.
        fields: what is where in its records, as far as that is said.
    """

    content: bytes
    name: str
    encoding: str | None = None
    fields: RecordFields = UNSAID


class UnreadableError(Exception):
    """What is wrong with a file or a part of it; whoever knows the file's path makes a `SourceError` of it.

    Attributes:
        reason: what is wrong, in a few words, the same for all faults of a kind.
        detail: what more there is to say of this one, or nothing.
        is_lasting: whether it comes of what the file holds, and so up again each time that this is read.
        is_foreign: whether nothing is wrong with the file, which is just no text, as one of another format.
    """

    def __init__(self, reason: str, detail: str = "", is_lasting: bool = True, is_foreign: bool = False) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
        self.is_lasting = is_lasting
        self.is_foreign = is_foreign


class Part(NamedTuple):
    """What a format's reader found next in a file.

    Attributes:
        content: a document, or why there is none.
        line: the line's number from 1, or None where it is a whole file.
        done: how much of the file has been read with it, from 0 to 1.
        encoding: the encoding that it was read in.
        guess: of a record, what was taken for what, where any of that was guessed.
    """

    content: Document | UnreadableError
    line: int | None = None
    done: float = 1.0
    encoding: Detection = IN_UTF_8
    guess: RecordFields | None = None


def few_enough(passages: Iterable[Passage]) -> list[Passage]:
    """Return the paragraphs of a document, which all are in memory together.

    Raises:
        UnreadableError: they are too many, or too long together.
    """
    taken = list(islice(_short_enough(passages), MAX_PARAGRAPHS + 1))
    if len(taken) > MAX_PARAGRAPHS:
        raise UnreadableError(f"has more paragraphs than the limit of {MAX_PARAGRAPHS:,} paragraphs")
    return taken


def too_long() -> UnreadableError:
    """Return the fault of a document whose paragraphs are too long together."""
    return UnreadableError(f"has more text than the limit of {MAX_TEXT:,} characters: split it")


def _short_enough(passages: Iterable[Passage]) -> Iterator[Passage]:
    left = MAX_TEXT
    for passage in passages:
        left -= len(passage.text)
        if left < 0:
            raise too_long()
        yield passage


def whole_file(
    file: RawFile,
    kind: str,
    title: str | None,
    metadata: Mapping[str, object],
    passages: Iterable[Passage],
    encoding: Detection = IN_UTF_8,
) -> Part:
    """Return the one document that a file is.

    Args:
        file: the file.
        kind: its format, for its metadata.
        title: its title, or None.
        metadata: what it tells of itself: `author`, `date`, `modified`, `language`, `keywords`, `subject`, `publisher`,
            as far as its format has these.
        passages: its paragraphs.
        encoding: the encoding that it was read in.

    Raises:
        UnreadableError: it has no paragraphs, or too many.
    """
    paragraphs = few_enough(passages)
    if not paragraphs:
        raise UnreadableError("holds no text")
    document = Document(file.name, "", title, {**metadata, "format": kind}, file.name, paragraphs)
    return Part(document, encoding=encoding)
