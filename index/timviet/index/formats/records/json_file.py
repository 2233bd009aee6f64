"""JSON: an array of objects, each one document, or one object."""

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

from timviet.index.formats.decoding import decode_text, encoding_of
from timviet.index.formats.parts import UNSAID, Part, RawFile, RecordFields, UnreadableError
from timviet.index.formats.records import json_lines
from timviet.index.formats.records.decoder import DECODER
from timviet.index.formats.records.documents import SAMPLE, Row, read_records, records_of
from timviet.index.formats.records.fields import choose_fields, has_text_by_name, is_text_name

_BLANK = re.compile(r"[ \t\n\r]*")  # RFC 8259, section 2
_FEWEST_WORDS = 5  # of a text that one object has, if its name says nothing
NO_TEXT = "is JSON without a field that is text: name one by --text-field"
"""Why JSON is not read that has no records."""


def read(file: RawFile) -> Iterator[Part]:
    """Read JSON; where it is an object that holds one array of objects and no text beside it, that array.

    Lines of JSON are read as such, too: they often come by this suffix.

    Raises:
        UnreadableError: it is no text, or a blank one, or has no record with a text, as settings have none.
    """
    decoded = decode_text(file.content, file.encoding, structured=True)
    text = decoded.text
    start = _skip_blank(text, 0)
    rows: Callable[[], Iterator[Row]]
    if text[start : start + 1] == "[":
        rows = partial(_elements, text, start)
    else:
        try:
            value, end = DECODER.raw_decode(text, start)
        except (ValueError, RecursionError) as error:
            rows = partial(iter, [_broken(error, 1)])
        else:
            if _skip_blank(text, end) < len(text):
                yield from json_lines.read(file)
                return
            rows = partial(_rows, value, file.fields)
    if not file.fields.text and not _have_text(rows()):
        raise UnreadableError(NO_TEXT, is_foreign=True)
    yield from read_records(rows, file, encoding_of(decoded))


def _elements(text: str, start: int) -> Iterator[Row]:
    """Yield the elements of an array; what follows after it, or after one that is no JSON, is a fault."""
    line, place, number = 1, 0, 0
    position = _skip_blank(text, start + 1)
    while text[position : position + 1] != "]":
        line += text.count("\n", place, position)
        place = position
        try:
            value, position = DECODER.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            yield _broken(error, line)
            return
        position = _skip_blank(text, position)
        number += 1
        yield Row(_object(value), None, position / len(text), f"item {number}")
        if text[position : position + 1] == ",":
            position = _skip_blank(text, position + 1)
        elif text[position : position + 1] != "]":
            yield Row(UnreadableError("is not JSON", "an array ends too early, or a comma is missing"), line, 1.0)
            return
    end = _skip_blank(text, position + 1)
    if end < len(text):
        line += text.count("\n", place, end)
        yield Row(UnreadableError("is not JSON", "there is more after the end of the array"), line, 1.0)


def _rows(value: object, said: RecordFields) -> Iterator[Row]:
    """Yield the records that a value is: itself, or those of the one array that it has."""
    if isinstance(value, dict) and not has_text_by_name(value, said):
        arrays = [own for own in value.values() if isinstance(own, list) and own and isinstance(own[0], dict)]
        if len(arrays) == 1:
            for number, own in enumerate(arrays[0], 1):
                yield Row(_object(own), None, 1.0, f"item {number}")
            return
        text = choose_fields([value], said).text
        if not said.text and not is_text_name(text[0] if text else "") and not any(map(_is_sentence, value.values())):
            return
    yield Row(_object(value), None, 1.0)


def _is_sentence(value: object) -> bool:
    return isinstance(value, str) and len(value.split()) >= _FEWEST_WORDS


def _have_text(rows: Iterator[Row]) -> bool:
    """Tell whether any object of some rows has a text, or what is broken might have had one."""
    while sample := list(islice(rows, SAMPLE)):
        if any(row.line is not None for row in sample) or choose_fields(records_of(sample), UNSAID).text:
            return True
    return False


def _object(value: object) -> dict[str, object] | UnreadableError:
    return value if isinstance(value, dict) else UnreadableError("is JSON, but not an object or an array of objects")


def _broken(error: ValueError | RecursionError, line: int) -> Row:
    if isinstance(error, json.JSONDecodeError):
        return Row(UnreadableError("is not JSON", f"{error.msg}, column {error.colno}"), error.lineno, 1.0)
    return Row(UnreadableError("is not JSON that can be read", str(error)), line, 1.0)


def _skip_blank(text: str, position: int) -> int:
    return _BLANK.match(text, position).end()  # type: ignore[union-attr]  # it matches nothing, too
