"""Read documents from files of any format, by their suffix, and from standard input."""

import os
from codecs import BOM_UTF8, BOM_UTF16_LE
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from timviet.index.documents import Document
from timviet.index.encodings.detection import Detection
from timviet.index.errors import SourceError
from timviet.index.formats import limits
from timviet.index.formats.gunzip import gunzip
from timviet.index.formats.isolation import read_isolated
from timviet.index.formats.parts import IN_UTF_8, UNSAID, Part, RawFile, RecordFields, UnreadableError

NEEDS_EXTRA = "needs an extra package: install it by `pip install 'timviet[formats]'`"
"""Why a file is not read whose format needs a library that is not there."""

_BEFORE_TEXT = BOM_UTF8 + BOM_UTF16_LE + b" \t\r\n\v\f\0"  # in any order, as those of UTF-16 are
_GZIP = ".gz"


class _Format(NamedTuple):
    """What reads a format.

    Attributes:
        module: the module of `timviet.index.formats` whose `read` does.
        library: the library that it needs, or None; what needs one is read in a process of its own.
        takes_encoding: whether files of it may be in several encodings.
    """

    module: str
    library: str | None = None
    takes_encoding: bool = True


_TEXT, _JSON_LINES = _Format("text"), _Format("records.json_lines")
_FORMATS = {
    ".txt": _TEXT,
    ".md": _Format("markdown"),
    ".jsonl": _JSON_LINES,
    ".json": _Format("records.json_file"),
    ".csv": _Format("records.table"),
    ".tsv": _Format("records.table"),
    ".html": _Format("web.page", "lxml"),
    ".htm": _Format("web.page", "lxml"),
    ".docx": _Format("zipped.docx", "lxml", takes_encoding=False),
    ".odt": _Format("zipped.odt", "lxml", takes_encoding=False),
    ".epub": _Format("zipped.epub", "lxml", takes_encoding=False),
    ".pdf": _Format("pdf.document", "pypdfium2", takes_encoding=False),
}


class Reading(NamedTuple):
    """What a stretch of a file turned out to be.

    Attributes:
        content: a document, or why there is none.
        size: how many bytes of the file it took; those of all readings together are the file's.
        line: the line's number from 1, or None where it is a whole file.
        encoding: the encoding it was read in.
        is_lasting: whether it turns out as that each time that the file is read, as long as the file does not change.
        guess: of a record, what was taken for what, where any of that was guessed.
        is_foreign: whether nothing is wrong with a file without documents, which is just no text.
    """

    content: Document | SourceError
    size: int
    line: int | None = None
    encoding: Detection = IN_UTF_8
    is_lasting: bool = True
    guess: RecordFields | None = None
    is_foreign: bool = False


def load(path: Path) -> bytes:
    """Return what a file holds, or, where that is more than the limit, a byte more than that: it may be growing.

    Args:
        path: the file.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        size = min(os.fstat(file.fileno()).st_size, limits.MAX_FILE_SIZE) + 1
        content = file.read(size)
        return content if len(content) < size else content + file.read(limits.MAX_FILE_SIZE + 1 - size)


def load_all(path: Path) -> bytes:
    """Return what a file holds, unpacked where its name says that gzip packed it.

    Args:
        path: the file.

    Raises:
        OSError: it cannot be read.
        SourceError: it is larger than the limit, or not gzip, as its name says, or unpacks to more than the limits.
    """
    content = load(path)
    try:
        _require_size(len(content))
        return gunzip(content) if _is_packed(path) else content
    except UnreadableError as fault:
        raise SourceError(path, fault.reason, detail=fault.detail) from fault


def read_content(
    content: bytes, path: Path, name: str, encoding: str | None = None, fields: RecordFields = UNSAID
) -> Iterator[Reading]:
    r"""Read the documents of a file, by its suffix.

    Text, Markdown, web pages, Word, OpenDocument, PDF and e-books are one document each, named as the file is; a row of
    a table, an object of JSON or a line of JSON lines is one. Any of them may be packed by gzip.

    Args:
        content: what the file holds; see `load`.
        path: the file.
        name: by what name the documents shall know it.
        encoding: the file's encoding, where it is not to be told from what it says; see `decode`.
        fields: what is where in records, as far as it is not to be guessed.

    Yields:
        Each document, or what is wrong with its place in the file; reading goes on after a fault where it can.

    Example:
        >>> table = "mã,tiêu đề,nội dung\nqd-05,Quyết định 05,Đảng ủy xã họp.\n".encode()
        >>> [(reading.content.id, reading.content.text) for reading in read_content(table, Path("a.csv"), "a.csv")]
        [('a.csv#qd-05', 'Đảng ủy xã họp.')]
    """
    raw = RawFile(content, name, encoding, fields)
    yield from _readings(_parts(_FORMATS[_suffix(path)], raw, _is_packed(path)), path, len(content))


def read_stream(content: bytes, encoding: str | None = None, fields: RecordFields = UNSAID) -> Iterator[Reading]:
    """Read documents from what came by standard input: JSON lines if it starts like them, otherwise one text.

    Args:
        content: what came.
        encoding: its encoding, where it is not to be told from what it says; see `decode`.
        fields: what is where in records, as far as it is not to be guessed.

    Yields:
        As `read_content`; a text's document has the id "-".
    """
    own_format = _JSON_LINES if content.lstrip(_BEFORE_TEXT).startswith(b"{") else _TEXT
    parts = _parts(own_format, RawFile(content, "-", encoding, fields), is_packed=False)
    yield from _readings(parts, Path("-"), len(content))


def is_readable(path: Path) -> bool:
    """Tell whether a file's suffix is one that `read_content` knows.

    Example:
        >>> is_readable(Path("quyết-định.PDF")), is_readable(Path("bảng.csv.gz")), is_readable(Path("kho.zip"))
        (True, True, False)
    """
    return _suffix(path) in _FORMATS


def has_records(path: Path) -> bool:
    """Tell whether a file's suffix is one of records: a table, JSON, or lines of it.

    Example:
        >>> has_records(Path("bảng.csv.gz")), has_records(Path("bảng.html"))
        (True, False)
    """
    return _FORMATS[_suffix(path)].module.startswith("records.")


def takes_encoding(path: Path) -> bool:
    """Tell whether a file's suffix is one of a format that may be in several encodings.

    Example:
        >>> takes_encoding(Path("quyết-định.txt")), takes_encoding(Path("quyết-định.docx"))
        (True, False)
    """
    return _FORMATS[_suffix(path)].takes_encoding


def needs_library(path: Path) -> bool:
    """Tell whether a file's suffix is one of a format that takes a library to read, and so a process of its own.

    Example:
        >>> needs_library(Path("quyết-định.pdf")), needs_library(Path("bảng.csv.gz"))
        (True, False)
    """
    return _FORMATS[_suffix(path)].library is not None


def _readings(parts: Iterator[Part], path: Path, size: int) -> Iterator[Reading]:
    part: Part | None = next(parts, Part(UnreadableError("holds no text")))
    told = 0
    while part:
        following = next(parts, None)
        until = round(part.done * size) if following else size
        found = part.content
        if isinstance(found, UnreadableError):
            fault = SourceError(path, found.reason, part.line, found.detail)
            how = found.is_lasting, part.guess, found.is_foreign
            yield Reading(fault, until - told, part.line, part.encoding, *how)
        else:
            yield Reading(found, until - told, part.line, part.encoding, guess=part.guess)
        part, told = following, until


def _parts(own_format: _Format, file: RawFile, is_packed: bool) -> Iterator[Part]:
    try:
        _require_sane(own_format, len(file.content))
        if is_packed:
            file = file._replace(content=gunzip(file.content))
        if own_format.library:
            yield from read_isolated(own_format.module, file)
        else:
            yield from import_module(f"timviet.index.formats.{own_format.module}").read(file)
    except UnreadableError as fault:
        yield Part(fault)


def _require_size(size: int) -> None:
    if size > limits.MAX_FILE_SIZE:
        raise limits.beyond("is larger", limits.MAX_FILE_SIZE, "bytes")


def _require_sane(own_format: _Format, size: int) -> None:
    if not size:
        raise UnreadableError("holds no text")
    _require_size(size)
    if own_format.library and find_spec(own_format.library) is None:
        raise UnreadableError(NEEDS_EXTRA, is_lasting=False)


def _suffix(path: Path) -> str:
    """Return a file's suffix in small letters, the one before `.gz` where it has that."""
    name, suffix = os.path.splitext(path.name.lower())  # noqa: PTH122  # for each of many files
    return os.path.splitext(name)[1] if suffix == _GZIP else suffix  # noqa: PTH122


def _is_packed(path: Path) -> bool:
    return path.name.lower().endswith(_GZIP)
