"""From a document to what a segment takes: what is stored, the texts to analyse, and ready terms."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple, Self

from timviet.index.columnfile import DamagedFileError
from timviet.index.documents import MAX_PARAGRAPHS, MAX_TEXT, Document
from timviet.index.errors import DocumentError, quoted
from timviet.index.schema import metadata_field, metadata_key, sort_terms, value_field
from timviet.index.stored import MAX_RECORD_SIZE

NO_METADATA = "{}"
NEVER = -1
"""The time of a file that is to be read again, whatever its time is: none was changed then."""
# What is kept of every paragraph, and what of some.
_KEPT = {"id": str, "paragraph": int, "start": int, "text": str, "metadata": str}
_MAY_BE_KEPT = {"title": str, "path": str, "source": str, "section": str, "page": int}
_MOST_DEPTH = 100  # of metadata
_LAST_PARAGRAPH = (1 << 32) - 1
# A paragraph takes as much memory as so many code points of its text, whatever it says.
_PARAGRAPH_COST = 16
# A code point takes at most so many bytes in a record, as `\u0001` does; without its text, a record takes a few more.
_MOST_BYTES, _MOST_WITHOUT_TEXT = 6, 200
# What JSONEncoder(ensure_ascii=False) does to a string, without its own overhead.
_quote = json.encoder.encode_basestring


@dataclass(frozen=True, slots=True)
class Source:
    """The file a document was read from, as it was then; an unchanged one need not be read again.

    Attributes:
        path: the file's path.
        size: its size in bytes.
        modified_ns: when it was last changed, in nanoseconds since 1970.
        encoding: the encoding that it was read in; nothing of a file with faults.
        digest: the BLAKE2 digest of what it held, in hexadecimal digits; nothing where that is not known.
        fields: what was said of its records, as JSON; nothing where nothing was, or it has none.
        said_encoding: the encoding that it was said to be in; nothing where that was told from the text.
    """

    path: str
    size: int
    modified_ns: int
    encoding: str = "utf-8"
    digest: str = ""
    fields: str = ""
    said_encoding: str = ""

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """Return what was kept of a file.

        Raises:
            TypeError: it is not what is kept of one.
        """
        source = cls(**kept)
        numbers = source.size, source.modified_ns
        texts = source.path, source.encoding, source.digest, source.fields, source.said_encoding
        if not (all(type(own) is int for own in numbers) and all(type(own) is str for own in texts)):
            raise TypeError("what is kept of a file is of another kind")
        return source


_SOURCE_FIELDS = tuple(field.name for field in fields(Source))


class PreparedDocument(NamedTuple):
    """A document as a segment takes it.

    Attributes:
        stored: what is kept with each of its paragraphs, by name.
        source: what is kept with the first one, as JSON; or None.
        texts: the texts that all of its paragraphs have in a field.
        terms: the terms that all of its paragraphs have in a field.
        paragraphs: the number, the start, the text, the section and the page of each; see
            `timviet.index.documents.Paragraph`.
    """

    stored: dict[str, str]
    source: str | None
    texts: dict[str, list[str]]
    terms: dict[str, list[bytes]]
    paragraphs: list[tuple[int, int, str, str | None, int | None]]

    @property
    def size(self) -> int:
        """About how many code points take as much memory, those counted again that all of its paragraphs have."""
        _, start, text, *_ = self.paragraphs[-1]
        common = sum(map(len, self.stored.values()))
        for texts in self.texts.values():
            common += sum(map(len, texts))
        for terms in self.terms.values():
            common += sum(map(len, terms))
        return start + len(text) + len(self.paragraphs) * (common + _PARAGRAPH_COST)


def prepare(document: Document, source: Source | None) -> PreparedDocument:
    """Return a document as a segment takes it.

    Args:
        document: the document.
        source: the file it was read from, if it was.

    Raises:
        DocumentError: the id or the metadata cannot be kept, or it has too many paragraphs, or too long a one.
    """
    try:
        stored = {"id": _plain(document.id), "metadata": _encode(document.metadata)}
        for name, text in (("title", document.title), ("path", document.path)):
            if text is not None:
                stored[name] = _plain(text)
        texts, terms = _searched(stored, document.metadata or {})
    except (TypeError, ValueError, RecursionError) as error:
        raise DocumentError(f"cannot keep the id and metadata of document {document.id!r} as JSON: {error}") from error
    encoded = encode_source(source) if source else None
    paragraphs = [
        (number, start, _plain(text), _plain(section) if section else None, page)
        for number, start, text, section, page in islice(document.iter_paragraphs(), MAX_PARAGRAPHS + 1)
    ]
    prepared = PreparedDocument(stored, encoded, texts, terms, paragraphs)
    _require_sane(prepared)
    return prepared


def iter_records(document: PreparedDocument) -> Iterator[bytes]:
    """Yield what is kept of each paragraph, as `timviet.index.stored` takes it."""
    common = "".join(f'"{name}":{_quote(value)},' for name, value in document.stored.items())
    source = f'"source":{_quote(document.source)},' if document.source else ""
    for number, start, text, section, page in document.paragraphs:
        place = "" if section is None else f'"section":{_quote(section)},'
        place += "" if page is None else f'"page":{page},'
        record = f'{{{common}{source}{place}"paragraph":{number},"start":{start},"text":{_quote(text)}}}'
        source = ""
        yield record.encode(errors="surrogatepass")


def _require_sane(document: PreparedDocument) -> None:
    if len(document.paragraphs) > MAX_PARAGRAPHS:
        raise _too_long(document, f"{MAX_PARAGRAPHS:,} paragraphs")
    if sum([len(text) for _, _, text, _, _ in document.paragraphs]) > MAX_TEXT:
        raise _too_long(document, f"{MAX_TEXT:,} characters")
    common = sum(map(len, document.stored.values())) + len(document.source or "")
    longest = max([len(text) + len(section or "") for _, _, text, section, _ in document.paragraphs])
    if _MOST_BYTES * (common + longest + _MOST_WITHOUT_TEXT) > MAX_RECORD_SIZE:
        for record in iter_records(document):
            if len(record) > MAX_RECORD_SIZE:
                message = f"cannot keep a paragraph of {len(record):,} bytes: {MAX_RECORD_SIZE:,} is the limit"
                raise DocumentError(message)


def _too_long(document: PreparedDocument, limit: str) -> DocumentError:
    return DocumentError(f"cannot keep document {quoted(document.stored['id'])}: it has more than {limit}")


def require_paragraph(fields: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept of a paragraph, by name.

    Raises:
        DamagedFileError: it is not what is kept of one.
    """
    has_all = all(type(fields.get(name)) is kind for name, kind in _KEPT.items())
    has_others = all(type(fields[name]) is kind for name, kind in _MAY_BE_KEPT.items() if name in fields)
    if not (
        has_all
        and has_others
        and fields["id"]
        and 0 <= fields["paragraph"] <= _LAST_PARAGRAPH
        and fields["start"] >= 0
        and fields.get("page", 0) >= 0
    ):
        raise DamagedFileError("what is stored of a paragraph is of another kind than was written")
    return fields


def read_metadata(kept: str) -> dict[str, Any]:
    """Return the metadata that are kept with a paragraph.

    Raises:
        DamagedFileError: they are not what is kept as such.
    """
    try:
        metadata = json.loads(kept) if kept != NO_METADATA else {}
    except (ValueError, RecursionError) as error:
        raise DamagedFileError("what is stored as metadata cannot be read") from error
    if not isinstance(metadata, dict):
        raise DamagedFileError("what is stored as metadata is none")
    return metadata


def encode_source(source: Source) -> str:
    """Return what is kept of the file that a document was read from."""
    kept = {field: getattr(source, field) for field in _SOURCE_FIELDS}
    return json.dumps({field: value for field, value in kept.items() if value != ""})


@lru_cache(maxsize=1 << 10)
def read_source(kept: str) -> Source:
    """Return the file that a document was read from, as it is kept with the first paragraph.

    Raises:
        DamagedFileError: it is not what is kept as such.
    """
    try:
        return Source.of(json.loads(kept))
    except (TypeError, ValueError, RecursionError) as error:
        raise DamagedFileError("what is stored of a document's file is none") from error


def restore(paragraphs: Sequence[Mapping[str, Any]]) -> PreparedDocument:
    """Return a document, or a part of it, as a segment took it.

    Args:
        paragraphs: what is kept of each of its paragraphs, by name.

    Raises:
        DamagedFileError: it is not what is kept of paragraphs.
    """
    first = paragraphs[0]
    stored = {name: first[name] for name in ("id", "metadata", "title", "path") if name in first}
    texts, terms = _searched(stored, read_metadata(first["metadata"]))
    restored = [
        (own["paragraph"], own["start"], own["text"], own.get("section"), own.get("page")) for own in paragraphs
    ]
    return PreparedDocument(stored, first.get("source"), texts, terms, restored)


def _searched(
    stored: Mapping[str, str], metadata: Mapping[str, object]
) -> tuple[dict[str, list[str]], dict[str, list[bytes]]]:
    """Return the texts and the terms that all paragraphs of a document have, by their fields."""
    texts: dict[str, list[str]] = {}
    terms: dict[str, list[bytes]] = {"id": [stored["id"].encode()]}
    for key, value in searched_values(metadata):
        field = metadata_field(key)
        texts.setdefault(field, []).append(_plain(str(value)))
        terms.setdefault(value_field(field), []).extend(
            term.encode(errors="surrogatepass") for term in sort_terms(value)
        )
    return texts | {name: [stored[name]] for name in ("title", "path") if name in stored}, terms


def _plain(text: str) -> str:
    """Return a text as a string proper, not one of a class derived from it."""
    return text if type(text) is str else "".join((text,))


def _encode(metadata: Mapping[str, object] | None) -> str:
    if not metadata:
        return NO_METADATA
    _require_depth(metadata, _MOST_DEPTH)
    return json.dumps(dict(metadata), ensure_ascii=False, allow_nan=False)


def _require_depth(value: object, left: int) -> None:
    """Refuse what has too much within one another: whoever takes it apart does so step by step."""
    if isinstance(value, Mapping | list | tuple):
        if not left:
            raise ValueError(f"it has more than {_MOST_DEPTH} lists within one another")
        for own in value.values() if isinstance(value, Mapping) else value:
            _require_depth(own, left - 1)


def searched_values(metadata: Mapping[str, object]) -> Iterator[tuple[str, str | int | float]]:
    """Yield what is searched of a document's metadata: keys as `metadata_key` has them, each with one of its values.

    Example:
        >>> list(searched_values({"Năm": 2024, "loại": ["Luật", "Lệnh"], "nguồn": None, "mới": True}))
        [('nam', 2024), ('loai', 'Luật'), ('loai', 'Lệnh'), ('moi', 'true')]
    """
    for name, value in metadata.items():
        key = metadata_key(name)
        for item in (value if isinstance(value, list | tuple) else [value]) if key else ():
            if isinstance(item, bool):
                yield key, "true" if item else "false"
            elif isinstance(item, str | int | float):
                yield key, item
