"""What is fuzzed: for each target what is done with some bytes, what has to be true of it, and bytes to begin with."""

import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path
from zlib import crc32

import numpy as np
from whoosh.filedb.filestore import RamStorage

from helpers import make_index, tree
from timviet.index import Document, canonical, decode, fold
from timviet.index.analysis import KEY_SEPARATOR, MAX_TERM_LENGTH, analyze, indexed_forms
from timviet.index.columnfile import SIGNATURE, ColumnFile, DamagedFileError
from timviet.index.columnwriter import create_column_file
from timviet.index.contents import NAME, read_contents
from timviet.index.encodings.decoders import DECODERS
from timviet.index.errors import QueryLimitError, QuerySyntaxError, SourceError
from timviet.index.files import read_content, read_stream
from timviet.index.folded_terms import FoldedTerms
from timviet.index.stored import StoredReader, StoredWriter
from timviet.index.terms import FieldTerms
from timviet.index.unicode import nfd, nfkc_casefold
from timviet.search import Searcher
from timviet.search.input_methods import decodings
from timviet.search.parser import parse, query_fields, unknown_fields

_MOST_KEYS = 16
FIELDS = query_fields(["meta.nam", "meta.loai"])
TEXTS = [
    "Uỷ ban nhân dân (UBND) tỉnh quyết định tu bổ đê điều, 31,77% kinh phí.",
    "Đảng uỷ, công an xã bàn cách phòng, chống ma tuý <b>& ma tùy</b>.",
    "Dang uy xa hop voi cong an ve viec chong ma tuy; ăn, ân, an.",
]


@dataclass(frozen=True)
class Target:
    """What is fuzzed.

    Attributes:
        check: does something with some bytes, and raises where a rule is broken.
        seeds: bytes to begin with.
    """

    check: Callable[[bytes], None]
    seeds: Sequence[bytes]


def text_of(data: bytes) -> str:
    """Any text, as bytes: UTF-8, also of lone surrogates; other bytes are such surrogates, too."""
    try:
        return data.decode(errors="surrogatepass")
    except UnicodeDecodeError:
        return data.decode(errors="surrogateescape")


def _parser(data: bytes) -> None:
    """Any text is parsed or has a fault at a place in it; what the strict parser accepts, the lenient takes alike."""
    text = text_of(data)
    try:
        lenient = parse(text, FIELDS)
        unknown_fields(text, FIELDS)
    except QueryLimitError:
        return
    shape = tree(lenient)
    try:
        assert tree(parse(text, FIELDS, strict=True)) == shape
    except QuerySyntaxError as error:
        assert 0 <= error.position <= len(text)


def _analyzer(data: bytes) -> None:
    """Tokens are where they are said to be; forms can be written, and are those of any other way to write the same."""
    text = text_of(data)
    tokens = analyze(text)
    assert [token.forms for token in tokens] == indexed_forms(text)
    end = 0
    for token in tokens:
        assert end <= token.start < token.end
        assert text[token.start : token.end] == token.surface
        end = token.end
        for form in token.forms:
            assert 0 < len(form) <= MAX_TERM_LENGTH
            assert KEY_SEPARATOR not in form
            assert form.encode().decode() == form
        if len(token.surface) < MAX_TERM_LENGTH // 4:
            forms = canonical(token.surface), fold(token.surface)
            assert forms == token.forms
            assert (canonical(forms[0]), fold(forms[0]), fold(forms[1])) == (*forms, forms[1])
            assert canonical(nfd(token.surface)) == forms[0]
            assert canonical(nfkc_casefold(token.surface)) == forms[0]


def _decoder(data: bytes) -> None:
    """What was typed for an input method is decoded to other text; so are bytes in any encoding, and any file."""
    text = text_of(data)
    for encoding in DECODERS:
        decode(data, encoding).text.encode()
    for word in text[:300].split():
        assert word.lower() not in decodings(word[:_MOST_KEYS])
    suffixes = (".txt", ".md", ".jsonl", ".json", ".csv", ".txt.gz")
    files = (list(read_content(data, Path(f"tệp{suffix}"), "tệp")) for suffix in suffixes)
    for readings in (list(read_stream(data)), *files):
        assert sum(reading.size for reading in readings) == len(data)
        for reading in readings:
            if isinstance(reading.content, SourceError):
                str(reading.content)
            elif reading.content.text:
                for paragraph in reading.content.iter_paragraphs():
                    own = reading.content.text[paragraph.start : paragraph.start + len(paragraph.text)]
                    assert own == paragraph.text


@cache
def _searcher() -> Searcher:
    documents = zip(TEXTS, ["Quyết định 05", None, "Thư gửi"], strict=True)
    index = make_index()
    with index.writer() as writer:
        for number, (text, title) in enumerate(documents):
            metadata = {"năm": 2020 + number, "loại": ["Luật", "Thư"][: number + 1]}
            writer.add(Document(id=str(number), text=text, title=title, metadata=metadata))
    return Searcher(index)


def _search(data: bytes) -> None:
    """Any text is searched for, completed, looked up and corrected; snippets are cut out of texts, and escaped."""
    text, searcher = text_of(data), _searcher()
    marks = ("auto", "strict", "ignore")[len(data) % 3]
    try:
        results = searcher.search(text, marks=marks, match=("auto", "any", "all")[len(data) // 3 % 3])
        searcher.correct(text)
    except QueryLimitError:
        return
    assert len(results) <= results.total <= len(TEXTS)
    for hit in results:
        assert hit.text in TEXTS
        html = hit.snippet.to_html()
        assert unescape(html.replace("<mark>", "").replace("</mark>", "")) == hit.snippet.text
        assert html.count("<") == html.count(">") == 2 * len(hit.snippet.spans)
        searcher.explain(text, hit.document_id, hit.paragraph, marks=marks)
    searcher.suggest(text[:100])
    searcher.lookup(text[:100], ["title", "loại"])


def _column_file(data: bytes) -> None:
    """A file of columns is read as it was written, or damaged; nothing outside of it is read."""
    for content in (data, _with_end(data)):
        try:
            columns = ColumnFile(content)
        except DamagedFileError:
            continue
        for name in columns:
            assert columns.unchecked(name).nbytes <= len(content)
            with suppress(DamagedFileError):
                assert len(columns[name]) == columns.count(name)
        with suppress(DamagedFileError):
            columns.verify()
        with suppress(DamagedFileError):
            StoredReader(columns)


def _with_end(data: bytes) -> bytes:
    """Some bytes as a file of columns whose signatures and whose checksum of the directory fit."""
    content, _, directory = data.partition(b"{")
    directory = b"{" + directory
    end = struct.pack("<QQI8s", 8 + len(content), len(directory), crc32(directory), SIGNATURE)
    return SIGNATURE + content + directory + end


def _contents(data: bytes) -> None:
    """A table of contents has segments with plain names, or is damaged; also where its checksum fits."""
    for content in (data, data + struct.pack("<7sBI", b"TIMVIET", 3, crc32(data))):
        storage = RamStorage()
        storage.files[f"_{NAME}_1.toc"] = content
        try:
            contents = read_contents(storage)
        except DamagedFileError:
            continue
        for segment in contents.segments:
            assert segment.segment_id().replace("_", "").isalnum()
            assert 0 <= segment.deleted_count() <= segment.doc_count_all()


def _fields(data: bytes) -> None:
    """The terms of a field, whatever its columns are, answer what is asked, or are damaged."""
    columns, count = _columns_of(data)
    with suppress(DamagedFileError):
        terms = FieldTerms(columns.below("0"), count)
        every = [terms, *_made(lambda: FoldedTerms(terms))]
        for own in every:
            for number in range(min(len(own), 20)):
                for ask in (own.__getitem__, own.document_frequency, own.postings, own.occurrences, own.span):
                    _answer(ask, number)
            for asked in (b"", b"a", b"dang\tda", b"\xff"):
                _answer(own.find, asked)
        for number in range(min(len(terms), 20) if terms.keyed else 0):
            _answer(terms.followed_by, number, np.arange(3))
            _answer(terms.occurrence_counts, 0, number)
            _answer(terms.run_documents, np.array([number]))
            _answer(terms.run_positions, np.array([number]))


def _columns_of(data: bytes) -> tuple[ColumnFile, int]:
    """Bytes as the columns of a field: of each its type, how many bytes it has, and those, in their order."""
    storage, count = RamStorage(), data[0] if data else 0
    place = 1
    with create_column_file(storage, "cột", {}) as writer:
        for name in _NAMES:
            kind, length = _HEAD.unpack(data[place : place + _HEAD.size].ljust(_HEAD.size, b"\0"))
            content = data[place + _HEAD.size : place + _HEAD.size + length]
            place += _HEAD.size + length
            if kind != _NO_COLUMN:
                dtype = np.dtype(_DTYPES[kind % len(_DTYPES)])
                writer.add(
                    f"0.{name}", np.frombuffer(content[: len(content) // dtype.itemsize * dtype.itemsize], dtype)
                )
    return ColumnFile.open(storage, "cột"), count


def _bytes_of(columns: ColumnFile, prefix: str, count: int) -> bytes:
    """The columns of a field as such bytes."""
    packed = bytes([count])
    for name in _NAMES:
        column = columns.get(f"{prefix}.{name}")
        content = b"" if column is None else column.tobytes()
        packed += _HEAD.pack(_NO_COLUMN if column is None else _DTYPES.index(column.dtype.str), len(content)) + content
    return packed


_HEAD = struct.Struct("<BH")
_NO_COLUMN = 255
_DTYPES = ["|u1", "<u2", "<u4", "<i8", "<f4", "<i2"]
_NAMES = ["terms", "term_ends", "posting_ends"]
_NAMES += [
    f"{name}{part}"
    for name in ("documents", "frequencies", "run_documents", "positions")
    for part in ("", ".large_places", ".large_numbers")
]
_NAMES += ["run_ends", "follower_ends", "followers", "fold_ends", "fold_frequencies", "weights", "values", "value_ends"]


def _made(make):
    try:
        return [make()]
    except DamagedFileError:
        return []


def _answer(ask, *arguments) -> None:
    try:
        ask(*arguments)
    except (DamagedFileError, IndexError):
        pass
    except ValueError as error:
        assert "no positions" in str(error), repr(error)


_STORED_NAMES = ["block_ends", "block_documents", "block_dictionaries", "record_ends"]


def _stored(data: bytes) -> None:
    """Records, whatever their blocks hold, are read, or damaged."""
    blocks, _, rest = data.partition(b"\xff\xff")
    numbers = np.frombuffer(rest, np.uint8)
    parts = np.array_split(numbers, 4)
    storage = RamStorage()
    with create_column_file(storage, "cột", {}) as writer:
        writer.add("stored", blocks)
        for name, part in zip(_STORED_NAMES, parts, strict=True):
            writer.add(f"stored_{name}", part)
        writer.add("stored_dictionaries", blocks[:64])
        writer.add("stored_dictionary_ends", np.array([len(blocks[:64])], np.uint8))
    with suppress(DamagedFileError):
        reader = StoredReader(ColumnFile.open(storage, "cột"))
        for number in range(len(reader.record_ends)):
            with suppress(DamagedFileError):
                assert isinstance(reader.fields(number), dict)


def _seed_columns() -> list[bytes]:
    """Files of columns of a segment, and the columns of a field of it."""
    storage = make_index(TEXTS).whoosh.storage
    return [bytes(storage.files[name]) for name in storage.files if name.endswith((".terms", ".documents"))]


def _seed_contents() -> list[bytes]:
    storage = make_index(TEXTS[:1], TEXTS[1:]).whoosh.storage
    (content,) = (bytes(storage.files[name]) for name in storage.files if name.endswith(".toc"))
    return [content, content[:-12]]


def _seed_fields() -> list[bytes]:
    """The fields of a segment, as bytes; large numbers are there, too."""
    index = make_index([" ".join(["xã"] * 300 + ["a", "xa", "ủy"]), *TEXTS[1:]])
    storage = index.whoosh.storage
    (name,) = (name for name in storage.files if name.endswith(".terms"))
    columns = ColumnFile.open(storage, name)
    return [_bytes_of(columns, prefix, 3) for prefix in columns.facts["fields"].values()]


def _seed_stored() -> list[bytes]:
    writer, storage = StoredWriter(), RamStorage()
    for text in TEXTS:
        writer.add({"id": "1", "text": text})
    with create_column_file(storage, "cột", {}) as columns:
        writer.write(columns)
    block = ColumnFile.open(storage, "cột")["stored"].tobytes()
    return [block + b"\xff\xff" + bytes([len(block), 1, 0, 99])]


_QUERIES = """
dang uy cong an
"ma túy" -=tùy^2
title:(quyết định) OR +năm:[2020 TO 2024]
công~2 ubn? đ*
(a (b OR c)) NOT d
"công an"~3^1.5 loại:thư
ddarng uyr d9ang3 u?y
[a TO b] {c TO }
UBND 31,77% 05-CT/TW
=ma "" () * ? ~ ^
\ud800 \u0301\u0301 ﷺ ß ı İ ǅ
AND OR NOT TO
http://a.vn:80/x?y=z
“ngoặc” „kép“ 'đơn'
""".strip().splitlines()
_SEED_TEXTS = [query.encode(errors="surrogatepass") for query in [*_QUERIES, *TEXTS, "a" * 300]]
_SEED_FILES = [
    "# Tiêu đề\n\nĐoạn một.\n\nĐoạn hai.\n".encode(),
    b'{"id": 1, "text": "a\\nb", "x": [1, null, {}]}\n\n{"id": "2", "text": "", "title": "t"}\n{"id"',
    b"\xef\xbb\xbf{}", "Đê điều".encode("utf-16"), b"a\0b", b"a\r\nb\x85c\x0bd", b"[" * 2000,
]  # fmt: skip

TARGETS: dict[str, Target] = {
    "parser": Target(_parser, _SEED_TEXTS),
    "analyzer": Target(_analyzer, _SEED_TEXTS),
    "decoder": Target(_decoder, _SEED_TEXTS + _SEED_FILES),
    "search": Target(_search, _SEED_TEXTS),
    "column file": Target(_column_file, _seed_columns()),
    "contents": Target(_contents, _seed_contents()),
    "fields": Target(_fields, _seed_fields()),
    "stored": Target(_stored, _seed_stored()),
}
