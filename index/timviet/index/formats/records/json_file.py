"""JSON: an array of objects, each one document, or one object."""

import json
import re
from collections.abc import Iterator

from timviet.index.formats.decoding import decode_text, encoding_of
from timviet.index.formats.parts import Part, RawFile, RecordFields, UnreadableError
from timviet.index.formats.records import json_lines
from timviet.index.formats.records.documents import Row, read_records
from timviet.index.formats.records.fields import has_text_by_name

_BLANK = re.compile(r"[ \t\n\r]*")  # RFC 8259, section 2
_DECODER = json.JSONDecoder()


def read(file: RawFile) -> Iterator[Part]:
    """Read JSON; where it is an object that holds one array of objects and no text beside it, that array.

    Lines of JSON are read as such, too: they often come by this suffix.

    Raises:
        UnreadableError: it is no text, or a blank one.
    """
    decoded = decode_text(file.content, file.encoding, structured=True)
    text = decoded.text
    start = _skip_blank(text, 0)
    if text[start : start + 1] == "[":
        rows = _elements(text, start)
    else:
        try:
            value, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError) as error:
            rows = iter([_broken(error, 1)])
        else:
            if _skip_blank(text, end) < len(text):
                yield from json_lines.read(file)
                return
            rows = (Row(_object(own), 1, 1.0) for own in _records(value, file.fields))
    yield from read_records(rows, file, encoding_of(decoded))


def _elements(text: str, start: int) -> Iterator[Row]:
    """Yield the elements of an array; what follows after it, or after one that is no JSON, is a fault."""
    line, place = 1, 0
    position = _skip_blank(text, start + 1)
    while text[position : position + 1] != "]":
        line += text.count("\n", place, position)
        place = position
        try:
            value, position = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            yield _broken(error, line)
            return
        position = _skip_blank(text, position)
        yield Row(_object(value), line, position / len(text))
        if text[position : position + 1] == ",":
            position = _skip_blank(text, position + 1)
        elif text[position : position + 1] != "]":
            yield Row(UnreadableError("is not JSON", "an array ends too early, or a comma is missing"), line, 1.0)
            return
    end = _skip_blank(text, position + 1)
    if end < len(text):
        line += text.count("\n", place, end)
        yield Row(UnreadableError("is not JSON", "there is more after the end of the array"), line, 1.0)


def _records(value: object, said: RecordFields) -> list[object]:
    if not isinstance(value, dict) or has_text_by_name(value, said):
        return [value]
    arrays = [own for own in value.values() if isinstance(own, list) and own and isinstance(own[0], dict)]
    return arrays[0] if len(arrays) == 1 else [value]


def _object(value: object) -> dict[str, object] | UnreadableError:
    return value if isinstance(value, dict) else UnreadableError("is JSON, but not an object or an array of objects")


def _broken(error: ValueError | RecursionError, line: int) -> Row:
    if isinstance(error, json.JSONDecodeError):
        return Row(UnreadableError("is not JSON", f"{error.msg}, column {error.colno}"), error.lineno, 1.0)
    return Row(UnreadableError("is not JSON that can be read", str(error)), line, 1.0)


def _skip_blank(text: str, position: int) -> int:
    return _BLANK.match(text, position).end()  # type: ignore[union-attr]  # it matches nothing, too
