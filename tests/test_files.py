"""Files and streams become documents, and whatever is wrong with them is told with its place."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoders import encode
from timviet.index.documents import Document
from timviet.index.errors import SourceError
from timviet.index.files import read_content, read_stream

TEXT = "Đảng ủy xã họp phiên thứ hai.\nBàn việc sửa đường liên thôn.\n"
MARK = b"\xef\xbb\xbf"


@pytest.fixture
def read(tmp_path):
    """Write a file of the name and read it: a function that returns what was read."""

    def read_written(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return [reading.content for reading in read_content(path.read_bytes(), path, f"kho/{name}")]

    return read_written


def record(**fields):
    """A line of JSON with an id and a text."""
    return json.dumps({"id": "1", "text": "một", **fields}, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("name", ["a.txt", "a.TXT", "quyết định 5.txt", "a.b.txt"])
def test_text_is_one_document(read, name):
    """A file of text is one document with its name as id and path, and its text untouched."""
    assert read(name, TEXT) == [Document(id=f"kho/{name}", text=TEXT, path=f"kho/{name}")]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        pytest.param(MARK + "Điều 1".encode(), "Điều 1", id="byte order mark"),
        pytest.param(MARK * 2 + b"a", "\ufeffa", id="a second byte order mark is text"),
        pytest.param("Điều 1\r\nĐiều 2\r\n".encode(), "Điều 1\r\nĐiều 2\r\n", id="carriage returns"),
        pytest.param(b"  \t a \n\n\n", "  \t a \n\n\n", id="odd whitespace"),
        pytest.param("Đie\u0302\u0300u".encode(), "Đie\u0302\u0300u", id="decomposed"),
        pytest.param("😀 \x1b[0m".encode(), "😀 \x1b[0m", id="emoji and control characters"),
    ],
)
def test_text_is_untouched(read, content, text):
    """A text is what the file holds, but for one byte order mark at its start."""
    assert [document.text for document in read("a.txt", content)] == [text]


@pytest.mark.parametrize(
    ("content", "title"),
    [
        pytest.param("# Quyết định 5\n\nĐiều 1", "Quyết định 5", id="heading"),
        pytest.param("#   Quyết định 5   \r\nĐiều 1", "Quyết định 5", id="spaces and carriage return around"),
        pytest.param("\ufeff# Quyết định 5", "Quyết định 5", id="after a byte order mark"),
        pytest.param("Lời đầu\n# Một\n# Hai", "Một", id="first of several, after other text"),
        pytest.param("## Chương 1\nĐiều 1", None, id="second level"),
        pytest.param("#nhãn", None, id="hash without space"),
        pytest.param("# \nĐiều 1", None, id="empty heading"),
        pytest.param("Điều # 1", None, id="hash in a line"),
    ],
)
def test_markdown_title(read, content, title):
    """A Markdown file's title is its first heading of the first level; the text keeps it."""
    (document,) = read("a.md", content)
    assert document.title == title
    whole = Document("d", content.removeprefix("\ufeff"))
    assert [own[:3] for own in document.iter_paragraphs()] == [own[:3] for own in whole.iter_paragraphs()]


def test_text_has_no_heading(read):
    """A text file has no title, whatever it starts with."""
    assert read("a.txt", "# Quyết định 5")[0].title is None


WHOLE_FILE_FAULTS = [
    pytest.param(b"", "holds no text", id="empty"),
    pytest.param(b" \r\n\t\n", "holds no text", id="blank"),
    pytest.param(b"PK\x03\x04\0\0a", "is not text", id="binary"),
    pytest.param(b"\xff\xfea", "is not utf-16-le text", id="cut in UTF-16"),
    pytest.param("abc Điê".encode("cp1258"), "is not UTF-8, and its encoding cannot be told", id="too short to tell"),
    pytest.param("Điều".encode()[:-1] + b"a\xe1\xbb", "is not UTF-8, and its encoding", id="cut in a letter"),
]


@pytest.mark.parametrize(
    ("content", "reason"),
    [pytest.param(MARK, "holds no text", id="byte order mark only"), *WHOLE_FILE_FAULTS],
)
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_faults_of_a_text(read, tmp_path, name, content, reason):
    """A file that is no text is a fault that names the file and the reason, without a line."""
    (fault,) = read(name, content)
    assert isinstance(fault, SourceError)
    assert (fault.path, fault.line) == (tmp_path / name, None)
    assert fault.reason.startswith(reason)


def test_json_lines(read):
    """Each line is a document: id, text, title, the rest as metadata, the file as path."""
    lines = record(id="a", title="Quyết định", năm=2024, loại=["nghị quyết"]) + record(id="b", text="")
    first = Document("a", "một", "Quyết định", {"năm": 2024, "loại": ["nghị quyết"]}, "kho/a.jsonl")
    assert read("a.jsonl", lines) == [first, Document("b", path="kho/a.jsonl")]


@pytest.mark.parametrize(
    ("content", "ids"),
    [
        pytest.param("\n" + record(id="a") + "\n \t\n" + record(id="b") + "\n\n", ["a", "b"], id="blank lines"),
        pytest.param(record(id="a").replace("\n", "\r\n") * 2, ["a", "a"], id="carriage returns"),
        pytest.param("\ufeff" + record(id="a"), ["a"], id="byte order mark"),
        pytest.param(record(id="a") + record(id="b").strip(), ["a", "b"], id="no line end at the end"),
        pytest.param(record(id="a", text="x\u2028y\x85z"), ["a"], id="line separators in a text are no line ends"),
        pytest.param(record(id=5), ["5"], id="whole number as id"),
        pytest.param(record(id=0), ["0"], id="zero as id"),
        pytest.param(record(title=None), ["1"], id="null title"),
        pytest.param('{"id": "\\ud83d\\ude00", "text": "a"}', ["😀"], id="escaped"),
    ],
)
def test_json_lines_in_the_wild(read, content, ids):
    """Blank lines and line ends of any kind do no harm."""
    assert [document.id for document in read("a.jsonl", content)] == ids


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param('{"id": "1", "text": ', "is not JSON", id="broken JSON"),
        pytest.param("Điều 1", "is not JSON", id="plain text"),
        pytest.param(record().strip() * 2, "is not JSON", id="two objects"),
        pytest.param("[" * 100_000, "is not JSON", id="nested too deeply"),
        pytest.param('{"id": "1", "text": ' + "[" * 100_000 + "]" * 100_000 + "}", "is not JSON", id="so is a value"),
        pytest.param('["1", "một"]', "is JSON, but not an object", id="array"),
        pytest.param("null", "is JSON, but not an object", id="null"),
        pytest.param('{"text": "a"}', 'has no "id"', id="no id"),
        pytest.param('{"id": "", "text": "a"}', 'has no "id"', id="empty id"),
        pytest.param('{"id": null, "text": "a"}', 'has no "id"', id="null id"),
        pytest.param('{"id": ["1"], "text": "a"}', 'has no "id"', id="list as id"),
        pytest.param('{"id": 1.5, "text": "a"}', 'has no "id"', id="fraction as id"),
        pytest.param('{"id": true, "text": "a"}', 'has no "id"', id="true as id"),
        pytest.param('{"id": "1"}', 'has no "text"', id="no text"),
        pytest.param('{"id": "1", "text": 5}', 'has no "text"', id="number as text"),
        pytest.param('{"id": "1", "text": "a", "title": 5}', 'has a "title"', id="number as title"),
        pytest.param('{"id": "1", "text": "a\0"}', "is not text", id="NUL"),
        pytest.param(b'{"id": "1", "text": "\xff"}', "is not UTF-8 text", id="not UTF-8"),
        pytest.param("\u00a0", "holds no text", id="no-break space only"),
    ],
)
def test_faults_of_a_line(read, tmp_path, line, reason):
    """A faulty line is told with its number, and the lines around it are read."""
    line = line if isinstance(line, bytes) else line.encode()
    before, fault, after = read("a.jsonl", b"\n" + record(id="a").encode() + line + b"\n" + record(id="b").encode())
    assert (before.id, after.id) == ("a", "b")
    assert isinstance(fault, SourceError)
    assert (fault.path, fault.line) == (tmp_path / "a.jsonl", 3)
    assert fault.reason.startswith(reason)


def test_a_fault_names_one_line(read):
    """The message of a fault in JSON does not name a second line beside the file's."""
    _, fault = read("a.jsonl", record() + '{"id": "1",\n')
    assert str(fault).count("line ") == 1


VILLAGE = "Đảng uỷ xã Hải Bình họp phiên thứ hai, bàn việc sửa đường liên thôn.\n"


@pytest.mark.parametrize("encoding", ["tcvn3", "vni", "windows-1258", "viscii", "vps", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.jsonl"])
def test_old_encodings(tmp_path, name, encoding):
    """A file in an old encoding is read, as are lines of JSON in one; it is said which encoding, and how sure."""
    path = tmp_path / name
    text = record(id="a", text=VILLAGE) + record(id="b", text=VILLAGE) if name == "a.jsonl" else VILLAGE
    path.write_bytes(encode(text, encoding))
    readings = list(read_content(path.read_bytes(), path, name))
    assert {paragraph.text for reading in readings for paragraph in reading.content.iter_paragraphs()} == {VILLAGE[:-1]}
    assert {reading.encoding.encoding for reading in readings} == {encoding}
    assert all(reading.encoding.confidence > 0.99 for reading in readings)
    assert [reading.line for reading in readings] == ([1, 2] if name == "a.jsonl" else [None])
    assert sum(reading.size for reading in readings) == path.stat().st_size


@pytest.mark.parametrize("encoding", ["viqr", "ncr"])
def test_encodings_in_ascii(read, encoding):
    """VIQR and character references are read in texts; in JSON punctuation means something, and stays."""
    assert [document.text for document in read("a.txt", encode(VILLAGE, encoding))] == [VILLAGE]
    written = encode(VILLAGE, encoding).decode()
    assert [document.text for document in read("a.jsonl", record(text=written))] == [written]


@pytest.mark.parametrize(("looked_at", "last"), [(1 << 20, VILLAGE), (50, "is not UTF-8 text")])
def test_first_lines(read, monkeypatch, looked_at, last):
    """Whether lines of JSON are in UTF-8 is told from the first ones; in a file that is, any other is a fault."""
    monkeypatch.setattr("timviet.index.formats.records.json_lines._FIRST_LINES", looked_at)
    plain, old = (encode(record(text=text), "tcvn3") for text in ("mot hai ba bon nam", VILLAGE))
    first, second = read("a.jsonl", plain + old)
    assert (first.text, second.reason if isinstance(second, SourceError) else second.text) == (
        "mot hai ba bon nam",
        last,
    )


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
def test_a_named_encoding(tmp_path, name):
    """A file is read in the encoding that is named, and a fault of it is the file's."""
    path = tmp_path / name
    text = record(text="hạ hạ hạ") if name == "a.jsonl" else "hạ hạ hạ"
    path.write_bytes(encode(text, "vps"))
    (reading,) = read_content(path.read_bytes(), path, name, "vps")
    assert (reading.content.text, reading.encoding) == ("hạ hạ hạ", ("vps", 1.0, 0))
    (reading,) = read_content(path.read_bytes(), path, name, "ascii")
    assert (reading.content.reason, reading.line) == ("is not ascii text", None)


def test_candidates_are_told(read):
    """Where an encoding cannot be told, the fault says which it may be."""
    (fault,) = read("a.txt", encode("tài hồng", "tcvn3"))
    assert fault.reason == "is not UTF-8, and its encoding cannot be told: name it with --encoding"
    assert fault.detail.startswith("maybe tcvn3 (0.")


def test_a_stream_in_an_old_encoding():
    """A stream is read in old encodings, too, be it a text or JSON lines, and in UTF-16."""
    for text, encoding in [(VILLAGE, "vni"), (record(text=VILLAGE), "vni"), (record(text=VILLAGE), "utf-16")]:
        (reading,) = read_stream(encode(text, encoding))
        assert (reading.content.text, reading.content.path) == (VILLAGE, "-")


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_json_lines_without_a_line(read, content):
    """A file of JSON lines that has none is a fault of the file."""
    (fault,) = read("a.jsonl", content)
    assert (fault.reason, fault.line) == ("holds no text", None)


@pytest.mark.parametrize(
    ("content", "ids"),
    [
        pytest.param(TEXT.encode(), ["-"], id="text"),
        pytest.param((record(id="a") + record(id="b")).encode(), ["a", "b"], id="JSON lines"),
        pytest.param(b"\r\n  " + record(id="a").encode(), ["a"], id="JSON lines after blanks"),
        pytest.param(MARK + record(id="a").encode(), ["a"], id="JSON lines after a byte order mark"),
        pytest.param(b'["a"]', ["-"], id="a JSON array is text"),
    ],
)
def test_stream(content, ids):
    """A stream is JSON lines if it starts like them, otherwise one text; its path is a dash."""
    documents = [reading.content for reading in read_stream(content)]
    assert [(document.id, document.path) for document in documents] == [(identity, "-") for identity in ids]


@pytest.mark.parametrize(("content", "reason"), WHOLE_FILE_FAULTS)
def test_faults_of_a_stream(content, reason):
    """A stream that is no text is a fault of "-"."""
    ((fault, *_),) = read_stream(content)
    assert (fault.path, fault.line) == (Path("-"), None)
    assert fault.reason.startswith(reason)


@given(st.binary() | st.binary().map(lambda content: b"{" + content) | st.text().map(str.encode))
def test_anything_is_read(content):
    """Whatever comes by a stream is documents and faults, never an exception, and at least one of them."""
    contents = [reading.content for reading in read_stream(content)]
    assert contents
    assert all(isinstance(content, Document | SourceError) for content in contents)


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.jsonl"])
@pytest.mark.parametrize("content", [TEXT, record() + "\n\r\n" + record() + "{\n\n", "\n\n\n", "a\0b\n"])
def test_sizes_add_up(tmp_path, name, content):
    """The sizes of what was read add up to the file's, so that progress reaches its end."""
    path = tmp_path / name
    path.write_bytes(content.encode())
    assert sum(reading.size for reading in read_content(path.read_bytes(), path, name)) == path.stat().st_size
