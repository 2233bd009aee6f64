"""Read documents from files: plain text, Markdown and JSON lines."""

import json
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from timviet.index.documents import Document
from timviet.index.errors import DocumentError, SourceError

_HEADING = re.compile(r"^# +(?P<title>\S.*)", re.MULTILINE)
_BYTE_ORDER_MARK = "\ufeff"


class Reading(NamedTuple):
    """What a stretch of a file turned out to be.

    Attributes:
        content: a document, or why there is none.
        size: how many bytes of the file it took, with the blank lines around it.
        line: the line's number from 1, or None where it is a whole file.
    """

    content: Document | SourceError
    size: int
    line: int | None = None


def read_file(path: Path, name: str) -> Iterator[Reading]:
    """Read the documents of a file, by its suffix.

    A `.txt` or `.md` file is one document, named as the file is; a line of a `.jsonl` file is one.

    Args:
        path: the file.
        name: by what name the documents shall know it.

    Yields:
        Each document, or what is wrong with its place in the file; reading goes on after a fault where it can.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        yield Reading(SourceError(path, f"cannot be read: {error.strerror}"), 0)
        return
    yield from _READERS[path.suffix.lower()](content, path, name)


def read_stream(content: bytes) -> Iterator[Reading]:
    """Read documents from what came by standard input: JSON lines if it starts like them, otherwise one text.

    Yields:
        As `read_file`; a text's document has the id "-".
    """
    reader = _read_json_lines if content.removeprefix(BOM_UTF8).lstrip().startswith(b"{") else _read_text
    yield from reader(content, Path("-"), "-")


def is_readable(path: Path) -> bool:
    """Tell whether a file's suffix is one that `read_file` knows.

    Example:
        >>> is_readable(Path("quyết-định.TXT")), is_readable(Path("ảnh.png"))
        (True, False)
    """
    return path.suffix.lower() in _READERS


def _read_text(content: bytes, path: Path, name: str) -> Iterator[Reading]:
    yield Reading(_document(content, path, lambda text: Document(id=name, text=text, path=name)), len(content))


def _read_markdown(content: bytes, path: Path, name: str) -> Iterator[Reading]:
    def document(text: str) -> Document:
        heading = _HEADING.search(text)
        return Document(id=name, text=text, path=name, title=heading["title"].rstrip() if heading else None)

    yield Reading(_document(content, path, document), len(content))


def _read_json_lines(content: bytes, path: Path, name: str) -> Iterator[Reading]:
    if not content.strip():
        yield Reading(SourceError(path, "holds no text"), len(content))
        return
    size = len(content) - len(content.rstrip())
    for number, line in enumerate(content.rstrip().splitlines(keepends=True), 1):
        size += len(line)
        if line.strip():
            yield Reading(_document(line, path, lambda text: _record(text, name), number), size, number)
            size = 0


def _document(
    content: bytes, path: Path, make: Callable[[str], Document], line: int | None = None
) -> Document | SourceError:
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return SourceError(path, "is UTF-16 text, save it as UTF-8", line)
    if b"\0" in content:
        return SourceError(path, "is not text", line)
    try:
        text = content.decode().removeprefix(_BYTE_ORDER_MARK)
    except UnicodeDecodeError as error:
        return SourceError(path, "is not UTF-8 text", line, f"byte {error.start}")
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


_READERS: dict[str, Callable[[bytes, Path, str], Iterator[Reading]]] = {
    ".txt": _read_text,
    ".md": _read_markdown,
    ".jsonl": _read_json_lines,
}
