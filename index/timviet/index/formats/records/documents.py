"""From records, as tables and JSON have them, to documents."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import NamedTuple

from timviet.index.documents import Document, Passage
from timviet.index.encodings.detection import Detection
from timviet.index.formats.parts import UNSAID, Part, RawFile, RecordFields, UnreadableError, few_enough
from timviet.index.formats.records.fields import Record, choose_fields

SAMPLE = 50
"""Records that a guess is made by."""


class Row(NamedTuple):
    """A record's place in a file.

    Attributes:
        content: the record, or why there is none.
        line: where it starts, from 1, or None where that says nothing.
        done: how much of the file has been read with it, from 0 to 1.
        place: what tells it otherwise.
    """

    content: Mapping[str, object] | UnreadableError
    line: int | None
    done: float
    place: str = ""


def read_records(
    rows: Callable[[], Iterator[Row]],
    file: RawFile,
    encoding: Detection,
    keeps_blank: bool = True,
    by_name: RecordFields = UNSAID,
) -> Iterator[Part]:
    """Read documents from records.

    A document has the id that a field has which was said to. An id from a field that was guessed, or the number of the
    record where there is none, may come up in another file as well: it follows the file's name. Where no record of the
    first ones has a text, the first later one that has decides what is where.

    Args:
        rows: returns the records, from the first one on.
        file: the file.
        encoding: the encoding that it was read in.
        keeps_blank: whether empty texts are metadata.
        by_name: what is where in any record that has this text, whatever is guessed of the others.
    """
    first = rows()
    sample = list(islice(first, SAMPLE))
    fields = choose_fields(records_of(sample), file.fields)
    found: Iterator[Row] = chain(sample, first)
    if not fields.text:
        fields, found = _later_fields(first, fields, file.fields), rows()
    guess = fields if fields.text and _is_guessed(fields, file.fields) else None
    maker = _Maker(file, keeps_blank)
    for number, (record, line, done, place) in enumerate(found, 1):
        content: Document | UnreadableError
        try:
            if isinstance(record, UnreadableError):
                content = record
            elif not by_name.text or record.keys().isdisjoint(by_name.text):
                content = maker.make(record, number, fields, bool(file.fields.id))
            else:
                content = maker.make(record, number, by_name, has_said_id=True)
        except UnreadableError as fault:
            content = fault
        if place and isinstance(content, UnreadableError):
            content = UnreadableError(content.reason, ", ".join(part for part in (place, content.detail) if part))
        yield Part(content, line, done, encoding, guess)


def records_of(rows: Sequence[Row]) -> list[Record]:
    """Return the records that rows have, without those at fault."""
    return [row.content for row in rows if not isinstance(row.content, UnreadableError)]


def _later_fields(rows: Iterator[Row], fields: RecordFields, said: RecordFields) -> RecordFields:
    """Return what is where in the first of further records that have a text; what is where before, if none has."""
    while sample := list(islice(rows, SAMPLE)):
        found = choose_fields(records_of(sample), said)
        if found.text:
            return found
    return fields


def _is_guessed(fields: RecordFields, said: RecordFields) -> bool:
    return any(found and not told for found, told in zip(fields, said, strict=True))


class _Maker:
    """Makes the documents of one file.

    Args:
        file: the file.
        keeps_blank: whether empty texts are metadata.
    """

    def __init__(self, file: RawFile, keeps_blank: bool) -> None:
        self._name = file.name
        self._keeps_blank = keeps_blank
        self._seen: set[str] = set()

    def make(self, record: Record, number: int, fields: RecordFields, has_said_id: bool) -> Document:
        """Return the document that a record is.

        A field that was only guessed to be the id may be searched like any other: it is metadata as well, and a title
        where there is no other and it is more than a number.

        Args:
            record: the record.
            number: its number in the file.
            fields: what is where in it.
            has_said_id: whether the id is no guess.

        Raises:
            UnreadableError: it has no text, or not the id that it has to have.
        """
        identity = _said_identity(record, fields.id) if fields.id and has_said_id else None
        text = record.get(fields.text[0]) if len(fields.text) == 1 else None
        passages = None if isinstance(text, str) else few_enough(_passages(record, fields.text))
        title = record.get(fields.title) if fields.title else None
        if not isinstance(title, str | None):
            raise UnreadableError(f'has a "{fields.title}" that is not text')
        if not title and identity is None:
            title = _speaking(_identity(record, fields.id)) or title
        own = {fields.title, *fields.text} | ({fields.id} if has_said_id else set())
        return Document(
            id=f"{self._name}#{self._guessed_identity(record, number, fields.id)}" if identity is None else identity,
            text=text if isinstance(text, str) else "",
            title=title if self._keeps_blank else title or None,
            metadata={
                name: value for name, value in record.items() if name not in own and (self._keeps_blank or value != "")
            },
            path=self._name,
            paragraphs=passages,
        )

    def _guessed_identity(self, record: Record, number: int, name: str | None) -> str:
        """Return what tells a record from all others of the file: by a guess, where that does, or else its number."""
        if name is None:
            return str(number)
        identity = _identity(record, name)
        if identity is None or not identity.strip() or identity in self._seen:
            identity = f"r{number}"
        while identity in self._seen:
            identity = f"r{identity}"
        self._seen.add(identity)
        return identity


def _said_identity(record: Record, name: str) -> str:
    identity = _identity(record, name)
    if identity is None:
        raise UnreadableError(f'has no "{name}" that is text or a whole number')
    return identity


def _identity(record: Record, name: str | None) -> str | None:
    identity = record.get(name) if name else None
    if isinstance(identity, int) and not isinstance(identity, bool):
        return str(identity)
    return identity if isinstance(identity, str) and identity else None


def _speaking(identity: str | None) -> str | None:
    """Return an id that people may know, as `01/QĐ-UBND`, and a mere number is none."""
    return identity if identity and any(map(str.isalpha, identity)) else None


def _passages(record: Record, names: Sequence[str]) -> Iterator[Passage]:
    if not names:
        raise UnreadableError("has no field that could be its text: say which one is")
    texts = {name: _texts(record.get(name)) for name in names}
    if all(text is None for text in texts.values()):
        raise UnreadableError(f'has no "{names[0]}" that is text')
    for name, own in texts.items():
        for text in own or ():
            for paragraph in Document("-", text).iter_paragraphs() if text else ():
                yield Passage(paragraph.text, name if len(names) > 1 else None)


def _texts(value: object) -> list[str] | None:
    """Return what there is of text in a field: one, or a list of some."""
    if isinstance(value, str):
        return [value]
    return value if isinstance(value, list) and all(isinstance(text, str) for text in value) else None
