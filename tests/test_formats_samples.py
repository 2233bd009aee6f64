"""One text in every format, as programs write it, is found by the same queries, each hit with its file and place."""

import shutil
from pathlib import Path

import pytest

from format_files import fault_of, passages, read_one
from make_formats import write_encoded
from timviet.index import open_index, sync
from timviet.index.files import is_readable
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
def searcher(tmp_path_factory):
    """A searcher of a folder with every format, as programs write it, and every encoding."""
    folder = tmp_path_factory.mktemp("kho")
    write_encoded(folder)
    for path in FILES:
        if path.name != "so-tay.jsonl.gz":  # it has the ids of what is not packed
            shutil.copy(path, folder)
    index = open_index(":memory:", create=True)
    summary = sync(index, [folder])
    assert summary.errors == []
    return Searcher(index), {path.name for path in folder.iterdir()}


def test_every_format_is_there():
    """The samples have every format, and each that is text also packed."""
    suffixes = {"".join(path.suffixes) for path in FILES}
    plain = {".txt", ".md", ".csv", ".tsv", ".json", ".jsonl"}
    assert suffixes == plain | {f"{suffix}.gz" for suffix in plain} | {".html", ".docx", ".odt", ".pdf", ".epub"}
    assert all(map(is_readable, FILES))


@pytest.mark.parametrize(("query", "place"), QUERIES.items(), ids=QUERIES)
def test_every_file_is_found(searcher, query, place):
    """Each file is found by each query, in the paragraph that answers it, with its page or section."""
    search, names = searcher
    found = {}
    for hit in search.search(query, limit=1000):
        found.setdefault(Path(hit.path).name, hit)
    assert found.keys() == names
    assert len(names) > 120
    section, page = place
    for name, hit in found.items():
        has_section = Path(name.removesuffix(".gz")).suffix != ".txt" and name != "chromium.pdf"
        assert (section in (hit.section or hit.title or "")) == has_section, name
        assert hit.page == (page if name.endswith(".pdf") else None), name


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
