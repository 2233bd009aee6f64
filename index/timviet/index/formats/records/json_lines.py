"""JSON lines: an object a line, each one document."""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice

from timviet.index.encodings.decoders import is_almost_utf_8
from timviet.index.encodings.detection import Detection, is_utf_8
from timviet.index.formats.decoding import ALMOST_UTF_8, decode_any, encoding_of, require_text
from timviet.index.formats.parts import IN_UTF_8, UNSAID, Part, RawFile, RecordFields, UnreadableError
from timviet.index.formats.records.decoder import DECODER
from timviet.index.formats.records.documents import SAMPLE, Row, read_records, records_of

_BYTE_ORDER_MARK = "\ufeff"
_FIRST_LINES = 1 << 20
_USUAL = RecordFields("id", "title", ("text",))


def read(file: RawFile) -> Iterator[Part]:
    """Read JSON lines: of `id`, `text`, if it is there `title`, and metadata.

    Where the first lines have no `text`, it is guessed what is where in lines without one.

    Raises:
        UnreadableError: it holds nothing, or is not in the encoding that was said.
    """
    lines, encoding = _decode(file)
    if not lines.strip():
        raise UnreadableError("holds no text")
    said = file.fields
    records = records_of(list(islice(_rows(lines), SAMPLE)))
    if said == UNSAID and records and not any("text" in record for record in records):
        yield from read_records(partial(_rows, lines), file, encoding, by_name=_USUAL)
        return
    fields = RecordFields(said.id or _USUAL.id, said.title or _USUAL.title, said.text or _USUAL.text)
    yield from read_records(partial(_rows, lines), file._replace(fields=fields), encoding)


def _decode(file: RawFile) -> tuple[bytes, Detection]:
    """Return the lines in UTF-8; where no encoding fits them, as they are: each is told that is at fault."""
    if not file.encoding and _starts_in_utf_8(file.content):
        return file.content, IN_UTF_8
    try:
        decoded = decode_any(file.content, file.encoding, structured=True)
    except UnreadableError:
        if file.encoding:
            raise
        return file.content, IN_UTF_8
    return decoded.text.encode(), encoding_of(decoded)


def _starts_in_utf_8(content: bytes) -> bool:
    """Tell by its first lines whether a file is in UTF-8: each line is decoded later, and files may be large."""
    start = content[: content.rfind(b"\n", 0, _FIRST_LINES) + 1] or content
    return b"\0" not in start and is_utf_8(start)


def _rows(lines: bytes) -> Iterator[Row]:
    done = 0
    for number, line in enumerate(lines.splitlines(keepends=True), 1):
        done += len(line)
        if line.strip():
            yield Row(_object(line), number, done / len(lines))


def _object(line: bytes) -> Mapping[str, object] | UnreadableError:
    try:
        text = line.decode().removeprefix(_BYTE_ORDER_MARK)
        require_text(text)
        value = DECODER.decode(text)
    except UnreadableError as fault:
        return fault
    except UnicodeDecodeError as error:
        return UnreadableError(ALMOST_UTF_8 if is_almost_utf_8(line) else "is not UTF-8 text", f"byte {error.start}")
    except json.JSONDecodeError as error:
        return UnreadableError("is not JSON", f"{error.msg}, column {error.colno}")
    except (ValueError, RecursionError) as error:
        return UnreadableError("is not JSON that can be read", str(error))
    return value if isinstance(value, dict) else UnreadableError("is JSON, but not an object with an id and a text")
