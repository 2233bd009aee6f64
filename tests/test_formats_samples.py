"""One text in every format, as programs write it, is found by the same queries, each hit with its file and place."""

from pathlib import Path

import pytest

from format_files import fault_of, passages, read_one
from timviet.index import Document, open_index
from timviet.index.files import is_readable, read_content
from timviet.search import Searcher

FOLDER = Path(__file__).parent / "data" / "formats"
LOCKED = "locked.pdf"
FILES = sorted(path for path in FOLDER.iterdir() if path.name != LOCKED)
DOCUMENTS = [path for path in FILES if path.suffix in {".docx", ".odt", ".pdf", ".epub", ".html"}]
TITLE = "Sổ tay giữ rừng ngập mặn"
# What is asked for, the section that answers it, and its page where it is printed.
QUERIES = {
    "song vao toi chan de": ("Vì sao phải giữ rừng", 1),
    '"không dùng dao, và làm lúc nước ròng"': ("Lịch chăm sóc", 2),
    "tín chỉ các-bon": ("Chia phần hưởng lợi", 3),
}


@pytest.fixture(scope="module")
def searcher():
    """A searcher of all samples, and each paragraph's place: its file, section and page."""
    index = open_index(":memory:", create=True)
    places = {}
    with index.writer() as writer:
        for path in FILES:
            for number, reading in enumerate(read_content(path.read_bytes(), path, path.name)):
                document = reading.content
                assert isinstance(document, Document)
                identity = f"{path.name} {document.id or number}"
                writer.add(Document(identity, paragraphs=[passage.text for passage in passages(document)]))
                for place, passage in enumerate(passages(document)):
                    places[identity, place] = (path.name, passage.section or document.title, passage.page)
    return Searcher(index), places


def test_every_format_is_there():
    """The samples have every format, and each that is text also packed."""
    suffixes = {"".join(path.suffixes) for path in FILES}
    plain = {".txt", ".md", ".csv", ".tsv", ".json", ".jsonl"}
    assert suffixes == plain | {f"{suffix}.gz" for suffix in plain} | {".html", ".docx", ".odt", ".pdf", ".epub"}
    assert all(map(is_readable, FILES))


@pytest.mark.parametrize(("query", "place"), QUERIES.items(), ids=QUERIES)
def test_every_file_is_found(searcher, query, place):
    """Each file is found by each query, in the paragraph that answers it, whose section or page is told."""
    search, places = searcher
    found = {}
    for hit in search.search(query, limit=1000):
        name, section, page = places[hit.document_id, hit.paragraph]
        found.setdefault(name, (section, page))
    assert found.keys() == {path.name for path in FILES}
    section, page = place
    for name, (found_section, found_page) in found.items():
        is_told = name.split(".")[1] != "txt" and name != "chromium.pdf"
        assert (section in (found_section or "")) == is_told, name
        assert found_page == (page if name.endswith(".pdf") else None), name


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_documents(path):
    """Title, author and paragraphs of a document are those of its source, whichever program wrote it."""
    document = read_one(path.name, path.read_bytes())
    assert document.title == TITLE
    assert document.metadata.get("author", "Lê Thị Bần") == "Lê Thị Bần"
    found = {passage.text.removeprefix("• "): passage for passage in passages(document)}
    source = read_one("so-tay.md", (FOLDER / "so-tay.md").read_bytes())
    paragraphs = [passage.text for passage in passages(source) if not passage.text.startswith(("|", "#", "- "))]
    text = " ".join(" ".join(found).split())
    for paragraph in paragraphs:
        assert " ".join(paragraph.split()) in text
    assert "Loại bỏ trái có vết mọt ở đầu." in found
    assert "Sổ tay của tổ cộng đồng" not in text
    if path.suffix != ".pdf":
        assert found["Mười một | Dặm cây chết, gỡ rong bám ngọn | Tổ bà Út Lành"].section.endswith("Lịch chăm sóc")


def test_metadata():
    """What programs write of a document is read: for one, its author, its language and when it was made."""
    metadata = read_one("pandoc.epub", (FOLDER / "pandoc.epub").read_bytes()).metadata
    assert (metadata["author"], metadata["language"]) == ("Lê Thị Bần", "vi")
    assert metadata["date"] == metadata["modified"]
    assert metadata["date"].endswith("+00:00")


def test_locked():
    """A PDF that LibreOffice locked by a password is refused."""
    assert fault_of(LOCKED, (FOLDER / LOCKED).read_bytes()) == "is locked with a password"
