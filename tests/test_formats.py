"""Files of any format become documents, and whatever is wrong with them is told by its kind."""

import doctest
import gzip
import pkgutil
import random
import re
import subprocess
import sys
import zlib
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from format_files import fault_of, in_sections, passages, read_all, read_one, texts
from timviet.index import formats
from timviet.index.documents import Document
from timviet.index.errors import SourceError
from timviet.index.files import NEEDS_EXTRA, is_readable, load, read_content
from timviet.index.formats import limits
from timviet.index.formats.parts import UNSAID, RecordFields
from timviet.index.formats.web import page

SUFFIXES = [".txt", ".md", ".jsonl", ".json", ".csv", ".tsv", ".html", ".htm", ".docx", ".odt", ".epub", ".pdf"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [(f"sổ tay{suffix}{packed}", True) for suffix in SUFFIXES for packed in ("", ".gz", ".GZ")]
    + [("SỔ.DOCX", True)]
    + [(name, False) for name in ("a.doc", "a.zip", "a.gz", "a.zip.gz", "a.txt.gz.gz", ".txt", ".txt.gz", "a", "pdf")],
)
def test_is_readable(name, expected):
    """The suffix tells whether a file is read, in whatever case; archives are not."""
    assert is_readable(Path(name)) == expected


MARKDOWN = """\
# Sổ tay

Lời đầu
## Tưới ##
```sh
# không phải tiêu đề
```
Tưới sáng.
#### Nhỏ giọt
~~~
## cũng không
~~~~
#nhãn
## Bón
Bón chiều.
"""


def test_markdown():
    """A line of Markdown stands under the headings before it, but for the title; fences hold none."""
    document = read_one("a.md", MARKDOWN.encode())
    assert document.title == "Sổ tay"
    assert in_sections(document) == [
        (None, "# Sổ tay"),
        (None, "Lời đầu"),
        (None, "## Tưới ##"),
        ("Tưới", "```sh"),
        ("Tưới", "# không phải tiêu đề"),
        ("Tưới", "```"),
        ("Tưới", "Tưới sáng."),
        ("Tưới", "#### Nhỏ giọt"),
        ("Tưới › Nhỏ giọt", "~~~"),
        ("Tưới › Nhỏ giọt", "## cũng không"),
        ("Tưới › Nhỏ giọt", "~~~~"),
        ("Tưới › Nhỏ giọt", "#nhãn"),
        (None, "## Bón"),
        ("Bón", "Bón chiều."),
    ]


def test_long_headings():
    """Of a heading as long as a paragraph, a section shows the start."""
    document = read_one("a.md", f"## {'rất ' * 100}dài\nx".encode())
    section = passages(document)[1].section
    assert section.startswith("rất rất")
    assert section.endswith("…")
    assert len(section) < 130


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0",
        b"\xff\xfe\x00",
        b"PK\x03\x04" + bytes(30),
        b"%PDF-1.7\n",
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(99),
        b"<" * 999,
        b'"' * 999,
        b"[" * 99_999,
    ],
    ids=lambda content: repr(content[:8]),
)
def test_what_no_file_of_its_suffix_holds(suffix, content):
    """A file that is not what its suffix says is faults, or what little text it has, and nothing else comes up."""
    found = read_all(f"a{suffix}", content)
    assert found
    assert all(isinstance(own, Document | SourceError) for own in found)


BYTES = st.binary(max_size=200)
MARKUP = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<table>", "<tr>", "<td>", "</table>", "<h1>", "<br>", "<!--", "]]>", "&amp;", "&#0;"]
    )
    | st.sampled_from(
        ["<nav>", "<a href=x>", "</a>", "<pre>", "<script>", '<div class="menu">', "Đảng uỷ", "{", ",", "\n"]
    )
    | st.text(max_size=4),
    max_size=30,
).map(lambda parts: "".join(parts).encode(errors="replace"))


@settings(max_examples=25)
@given(BYTES | MARKUP, st.sampled_from(SUFFIXES), st.booleans())
def test_anything_is_read(content, suffix, is_packed):
    """Whatever a file of any suffix holds, it is documents and faults, at least one of them, and sizes add up."""
    name = f"a{suffix}.gz" if is_packed else f"a{suffix}"
    content = gzip.compress(content) if is_packed else content
    readings = list(read_content(content, Path(name), name))
    assert readings
    assert all(isinstance(reading.content, Document | SourceError) for reading in readings)
    assert sum(reading.size for reading in readings) == len(content)
    assert all(reading.size >= 0 for reading in readings)


SAMPLES = sorted((Path(__file__).parent / "data" / "formats").glob("*.*"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_damaged_samples_are_read(sample):
    """Files that programs wrote, cut short or with some bytes changed, are documents and faults."""
    whole = sample.read_bytes()
    chance = random.Random(sample.name)  # noqa: S311
    for _ in range(3):
        content = bytearray(whole[: chance.randrange(len(whole))] if chance.random() < 0.3 else whole)
        for _ in range(chance.randrange(1, 20)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        found = [reading.content for reading in read_content(bytes(content), sample, sample.name)]
        assert found
        assert all(isinstance(own, Document | SourceError) for own in found)


def test_gzip():
    """A packed file is read as what it holds, also where it was packed in several goes."""
    packed = gzip.compress("Điều 1\n".encode()) + gzip.compress("Điều 2".encode())
    assert texts(read_one("a.txt.gz", packed)) == ["Điều 1", "Điều 2"]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        pytest.param(b"text", "is not gzip, as its name says", id="no gzip"),
        pytest.param(gzip.compress(b"text" * 99)[:-12], "is gzip that ends too early", id="cut short"),
        pytest.param(gzip.compress(b"text")[:-8] + bytes(8), "is damaged gzip (", id="wrong checksum"),
        pytest.param(gzip.compress(b""), "holds no text", id="empty"),
    ],
)
def test_faults_of_gzip(content, fault):
    """What is no gzip, or damaged, is told."""
    assert fault_of("a.txt.gz", content).startswith(fault)


def test_a_bomb_of_gzip():
    """What unpacks to many times its size is refused before it has, by the limit that it is beyond."""
    bomb = gzip.compress(bytes(64 << 20))
    assert len(bomb) < 1 << 20
    assert fault_of("a.txt.gz", bomb) == "unpacks to more than the limit of 200 times its size"


def test_a_large_file_of_gzip(monkeypatch):
    """What unpacks to more than there may be is refused, however little it is packed."""
    monkeypatch.setattr(limits, "MAX_UNPACKED_SIZE", 2 << 20)
    noise = random.Random(1).randbytes(3 << 20)  # noqa: S311
    assert fault_of("a.txt.gz", gzip.compress(noise, 1)) == "unpacks to more than the limit of 2 MiB"


def test_sizes_are_not_taken_from_headers():
    """What a gzip file says of its size counts for nothing."""
    content = gzip.compress(b"Ba\n")
    lying = content[:-4] + (1 << 31).to_bytes(4, "little")
    assert "length" in fault_of("a.txt.gz", lying)
    assert zlib.crc32(b"Ba\n") == int.from_bytes(lying[-8:-4], "little")


def test_a_file_without_end(tmp_path, monkeypatch):
    """A file that is larger than the limit is refused by it, also when it grows without end."""
    monkeypatch.setattr(limits, "MAX_FILE_SIZE", 1 << 20)
    path = tmp_path / "không hết.txt"
    path.symlink_to("/dev/zero")
    (reading,) = read_content(load(path), path, path.name)
    assert reading.content.reason == "is larger than the limit of 1 MiB"


def test_without_the_extra():
    """A format that needs a library names the extra that has it; the other formats are read."""
    with patch("timviet.index.files.find_spec", return_value=None):
        for suffix in (".html", ".docx", ".odt", ".epub", ".pdf"):
            fault = fault_of(f"a{suffix}", b"x")
            assert fault == NEEDS_EXTRA
        for suffix in (".txt", ".md"):
            assert texts(read_one(f"a{suffix}", b"Ba")) == ["Ba"]
        assert texts(read_one("a.csv", b"text\nBa")) == ["Ba"]
        assert texts(read_one("a.json", b'{"text": "Ba"}')) == ["Ba"]


PROBE = """
import sys
from pathlib import Path
from timviet.index.files import read_content
for name in ("a.txt", "a.md", "a.csv", "a.tsv", "a.json", "a.jsonl", "a.txt.gz"):
    list(read_content(b"Ba", Path(name), name))
print(*{"lxml", "pypdfium2", "timviet.index.formats.isolated"}.intersection(sys.modules))
"""


def test_libraries_are_not_imported():
    """Reading formats that need no library imports none, and one that needs it only in a process of its own."""
    assert subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True).stdout == "\n"
    list(read_content(b"<p>Ba", Path("a.html"), "a.html"))
    assert "timviet.index.formats.isolated" not in sys.modules


MODULES = [module.name for module in pkgutil.walk_packages(formats.__path__, "timviet.index.formats.")]


@pytest.mark.parametrize("name", ["timviet.index.files", *MODULES])
def test_examples(name):
    """The examples in the documentation are true."""
    assert doctest.testmod(import_module(name)).failed == 0


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(("a.md", "a\n" * 6), id="Markdown"),
        pytest.param(("a.html", "<p>a" * 6), id="web page"),
        pytest.param(("a.json", '{"text": "a\\nb", "content": "a\\nb\\nc\\nd"}'), id="JSON"),
    ],
)
def test_too_many_paragraphs(monkeypatch, content):
    """A document with too many paragraphs is refused by that limit, before all of them are in memory."""
    monkeypatch.setattr("timviet.index.formats.parts.MAX_PARAGRAPHS", 5)
    monkeypatch.setattr("timviet.index.files.read_isolated", lambda _, file: page.read(file))
    fields = RecordFields(text=("text", "content")) if content[0] == "a.json" else UNSAID
    fault = fault_of(content[0], content[1].encode(), fields=fields)
    assert fault == "has more paragraphs than the limit of 5 paragraphs"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(("a.txt", "đảng ủy"), id="text"),
        pytest.param(("a.txt", "a" * 60), id="text whose bytes are too many already"),
        pytest.param(("a.md", "# Tên\nb"), id="Markdown"),
        pytest.param(("a.html", "<p>đảng<p>ủy"), id="web page"),
        pytest.param(("a.json", '{"text": "đảng", "content": "ủy"}'), id="JSON"),
    ],
)
def test_too_much_text(monkeypatch, content):
    """A document with too much text is refused by that limit, and may have just as much as that."""
    fields = RecordFields(text=("text", "content")) if content[0] == "a.json" else UNSAID
    monkeypatch.setattr("timviet.index.files.read_isolated", lambda _, file: page.read(file))

    def limit_to(most):
        monkeypatch.setattr("timviet.index.formats.parts.MAX_TEXT", most)
        monkeypatch.setattr("timviet.index.formats.decoding.MAX_TEXT", most)

    limit_to(5)
    fault = fault_of(content[0], content[1].encode(), fields=fields)
    assert fault == "has more text than the limit of 5 characters: split it"
    limit_to(60)
    read_one(content[0], content[1].encode(), fields=fields)


HEADING = re.compile(r" {0,3}(?P<level>#{1,6})(?:[ \t]+(?P<text>.*?))??(?:[ \t]+#+)?[ \t]*")


def section_under(line):
    """What a line of Markdown is as a heading, by the section of the next one."""
    document = read_one("a.md", f"# Tên\n{line}\nx".encode())
    return passages(document)[-1].section or ""


@given(st.text("# \ta", max_size=20))
def test_headings_of_markdown(line):
    """A heading is what CommonMark takes for one, without what closes it."""
    heading = HEADING.fullmatch(line)
    assert section_under(line) == " ".join(((heading and heading["text"]) or "").split())


@pytest.mark.parametrize("between", [" ", "# ", " #", "#"])
def test_long_headings_of_markdown(between):
    """A heading is read in one go, however many blanks and signs are in it."""
    assert section_under(f"## a{between * 1_000_000}b").startswith("a")
