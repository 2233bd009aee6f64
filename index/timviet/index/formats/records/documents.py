"""From records, as tables and JSON have them, to documents."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import NamedTuple

from timviet.index.documents import Document, Passage
from timviet.index.encodings.detection import Detection
from timviet.index.formats.parts import Part, RawFile, RecordFields, UnreadableError, few_enough
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


def read_records(rows: Iterator[Row], file: RawFile, encoding: Detection, keeps_blank: bool = True) -> Iterator[Part]:
    """Read documents from records.

    A document has the id that a field has which was said to. An id from a field that was guessed, or the number of the
    record where there is none, may come up in another file as well: it follows the file's name.

    Args:
        rows: the records.
        file: the file.
        encoding: the encoding that it was read in.
        keeps_blank: whether empty texts are metadata.
    """
    sample = list(islice(rows, SAMPLE))
    fields = choose_fields(records_of(sample), file.fields)
    guess = fields if fields.text and _is_guessed(fields, file.fields) else None
    for number, (record, line, done, place) in enumerate(chain(sample, rows), 1):
        content: Document | UnreadableError
        try:
            content = (
                record if isinstance(record, UnreadableError) else _document(record, number, file, fields, keeps_blank)
            )
        except UnreadableError as fault:
            content = fault
        if place and isinstance(content, UnreadableError):
            content = UnreadableError(content.reason, ", ".join(part for part in (place, content.detail) if part))
        yield Part(content, line, done, encoding, guess)


def records_of(rows: Sequence[Row]) -> list[Record]:
    """Return the records that rows have, without those at fault."""
    return [row.content for row in rows if not isinstance(row.content, UnreadableError)]


def _is_guessed(fields: RecordFields, said: RecordFields) -> bool:
    return any(found and not told for found, told in zip(fields, said, strict=True))


def _document(record: Record, number: int, file: RawFile, fields: RecordFields, keeps_blank: bool) -> Document:
    identity = _identity(record, fields.id) if fields.id else str(number)
    text = record.get(fields.text[0]) if len(fields.text) == 1 else None
    passages = None if isinstance(text, str) else few_enough(_passages(record, fields.text))
    title = record.get(fields.title) if fields.title else None
    if not isinstance(title, str | None):
        raise UnreadableError(f'has a "{fields.title}" that is not text')
    own = {fields.id, fields.title, *fields.text}
    return Document(
        id=identity if file.fields.id else f"{file.name}#{identity}",
        text=text if isinstance(text, str) else "",
        title=title if keeps_blank else title or None,
        metadata={name: value for name, value in record.items() if name not in own and (keeps_blank or value != "")},
        path=file.name,
        paragraphs=passages,
    )


def _identity(record: Record, name: str) -> str:
    identity = record.get(name)
    if isinstance(identity, int) and not isinstance(identity, bool):
        return str(identity)
    if not isinstance(identity, str) or not identity:
        raise UnreadableError(f'has no "{name}" that is text or a whole number')
    return identity


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
