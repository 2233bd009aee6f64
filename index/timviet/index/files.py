"""Read documents from files: plain text, Markdown and JSON lines."""

import json
import re
from codecs import BOM_UTF8, BOM_UTF16_LE
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from timviet.index.documents import Document
from timviet.index.encodings.decoders import UTF_8
from timviet.index.encodings.decoding import Decoded, decode
from timviet.index.encodings.detection import Detection, is_utf_8
from timviet.index.errors import DocumentError, EncodingError, SourceError, UndecidableError

_HEADING = re.compile(r"^# +(?P<title>\S.*)", re.MULTILINE)
_BYTE_ORDER_MARK = "\ufeff"
_BEFORE_TEXT = BOM_UTF8 + BOM_UTF16_LE + b" \t\r\n\v\f\0"  # in any order, as those of UTF-16 are
_FIRST_LINES = 1 << 20
_IN_UTF_8 = Detection(UTF_8, 1.0)


class Reading(NamedTuple):
    """What a stretch of a file turned out to be.

    Attributes:
        content: a document, or why there is none.
        size: how many bytes of the file it took, with the blank lines around it.
        line: the line's number from 1, or None where it is a whole file.
        encoding: the encoding it was read in.
    """

    content: Document | SourceError
    size: int
    line: int | None = None
    encoding: Detection = _IN_UTF_8


def read_content(content: bytes, path: Path, name: str, encoding: str | None = None) -> Iterator[Reading]:
    """Read the documents of a file, by its suffix.

    A `.txt` or `.md` file is one document, named as the file is; a line of a `.jsonl` file is one.

    Args:
        content: what the file holds.
        path: the file.
        name: by what name the documents shall know it.
        encoding: the file's encoding, where it is not to be told from what it says; see `decode`.

    Yields:
        Each document, or what is wrong with its place in the file; reading goes on after a fault where it can.
    """
    yield from _READERS[path.suffix.lower()](content, path, name, encoding)


def read_stream(content: bytes, encoding: str | None = None) -> Iterator[Reading]:
    """Read documents from what came by standard input: JSON lines if it starts like them, otherwise one text.

    Args:
        content: what came.
        encoding: its encoding, where it is not to be told from what it says; see `decode`.

    Yields:
        As `read_content`; a text's document has the id "-".
    """
    reader = _read_json_lines if content.lstrip(_BEFORE_TEXT).startswith(b"{") else _read_text
    yield from reader(content, Path("-"), "-", encoding)


def is_readable(path: Path) -> bool:
    """Tell whether a file's suffix is one that `read_content` knows.

    Example:
        >>> is_readable(Path("quyết-định.TXT")), is_readable(Path("ảnh.png"))
        (True, False)
    """
    return path.suffix.lower() in _READERS


def _read_text(content: bytes, path: Path, name: str, encoding: str | None) -> Iterator[Reading]:
    yield _read_whole(content, path, encoding, lambda text: Document(id=name, text=text, path=name))


def _read_markdown(content: bytes, path: Path, name: str, encoding: str | None) -> Iterator[Reading]:
    def document(text: str) -> Document:
        heading = _HEADING.search(text)
        return Document(id=name, text=text, path=name, title=heading["title"].rstrip() if heading else None)

    yield _read_whole(content, path, encoding, document)


def _read_whole(content: bytes, path: Path, encoding: str | None, make: Callable[[str], Document]) -> Reading:
    try:
        decoded = _decode(content, path, encoding)
    except SourceError as error:
        return Reading(error, len(content))
    return Reading(_document(decoded.text, path, make), len(content), encoding=_encoding_of(decoded))


def _read_json_lines(content: bytes, path: Path, name: str, encoding: str | None) -> Iterator[Reading]:
    lines, detected = content, _IN_UTF_8
    if encoding or not _starts_in_utf_8(content):
        try:
            decoded = _decode(content, path, encoding, structured=True)
        except SourceError as error:
            if encoding:
                yield Reading(error, len(content))
                return
        else:
            lines, detected = decoded.text.encode(), _encoding_of(decoded)
    if not lines.strip():
        yield Reading(SourceError(path, "holds no text"), len(content))
        return
    scale = len(content) / len(lines)
    position = len(lines) - len(lines.rstrip())
    told_size = 0
    for number, line in enumerate(lines.rstrip().splitlines(keepends=True), 1):
        position += len(line)
        if line.strip():
            size = round(position * scale) - told_size
            told_size += size
            yield Reading(_line(line, path, name, number), size, number, detected)


def _starts_in_utf_8(content: bytes) -> bool:
    """Tell by its first lines whether a file is in UTF-8: each line is decoded later, and files may be large."""
    start = content[: content.rfind(b"\n", 0, _FIRST_LINES) + 1] or content
    return b"\0" not in start and is_utf_8(start)


def _decode(content: bytes, path: Path, encoding: str | None, structured: bool = False) -> Decoded:
    try:
        return decode(content, encoding, structured)
    except EncodingError as error:
        raise SourceError(path, f"is not {error.encoding} text", detail=f"byte {error.position}") from error
    except UndecidableError as error:
        if b"\0" in content:
            raise SourceError(path, "is not text") from error
        maybe = " or ".join(f"{name} ({probability:.2f})" for name, probability in error.candidates)
        reason = "is not UTF-8, and its encoding cannot be told: name it with --encoding"
        raise SourceError(path, reason, detail=f"maybe {maybe}" if maybe else "") from error


def _encoding_of(decoded: Decoded) -> Detection:
    return Detection(decoded.encoding, decoded.confidence)


def _line(line: bytes, path: Path, name: str, number: int) -> Document | SourceError:
    try:
        text = line.decode().removeprefix(_BYTE_ORDER_MARK)
    except UnicodeDecodeError as error:
        return SourceError(path, "is not UTF-8 text", number, f"byte {error.start}")
    return _document(text, path, lambda text: _record(text, name), number)


def _document(
    text: str, path: Path, make: Callable[[str], Document], line: int | None = None
) -> Document | SourceError:
    if "\0" in text:
        return SourceError(path, "is not text", line)
    if not text.strip():
        return SourceError(path, "holds no text", line)
    try:
        return make(text)
    except json.JSONDecodeError as error:
        return SourceError(path, "is not JSON", line, f"{error.msg}, column {error.colno}")
    except (ValueError, RecursionError) as error:
        return SourceError(path, "is not JSON that can be read", line, str(error))
    except DocumentError as error:
        return SourceError(path, str(error), line)


def _record(line: str, name: str) -> Document:
    record = json.loads(line)
    if not isinstance(record, dict):
        raise DocumentError("is JSON, but not an object with an id and a text")
    identity, text, title = (record.pop(key, None) for key in ("id", "text", "title"))
    if isinstance(identity, int) and not isinstance(identity, bool):
        identity = str(identity)
    if not isinstance(identity, str) or not identity:
        raise DocumentError('has no "id" that is text or a whole number')
    if not isinstance(text, str):
        raise DocumentError('has no "text" that is text')
    if not isinstance(title, str | None):
        raise DocumentError('has a "title" that is not text')
    return Document(id=identity, text=text, title=title, metadata=record, path=name)


_READERS: dict[str, Callable[[bytes, Path, str, str | None], Iterator[Reading]]] = {
    ".txt": _read_text,
    ".md": _read_markdown,
    ".jsonl": _read_json_lines,
}
