"""What can be read of a damaged index is saved into a new one, and what is lost is said."""

import csv
import json
import random

import numpy as np
import pytest

from crafting import Crafted
from damaging import make_sample
from helpers import add_segment
from timviet.index import Document, open_index, repair, sync, verify
from timviet.index.errors import IndexNotFoundError, NotAnIndexError


@pytest.fixture
def folder(tmp_path):
    """The folder of an index."""
    make_sample(tmp_path / "chỉ mục")
    return tmp_path / "chỉ mục"


def contents(folder):
    """What an index keeps of its paragraphs, but for their files, in the order of documents and paragraphs."""
    with open_index(folder) as index, index.reader() as reader:
        fields = [{name: own[name] for name in own if name != "source"} for own in reader.all_stored_fields()]
        assert verify(index).problems == ()
    return sorted(fields, key=lambda own: (own["id"], own["paragraph"]))


def write_records(path, records):
    """Write records as lines of JSON or as a table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            writer = csv.DictWriter(file, records[0])
            writer.writeheader()
            writer.writerows(records)
        else:
            file.writelines(f"{json.dumps(record)}\n" for record in records)


def test_a_whole_index(folder, tmp_path):
    """All documents of a whole index are saved; their files are read again, and have nothing else."""
    told = []
    saved = repair(folder, tmp_path / "mới", lambda *done: told.append(done))
    assert (saved.documents, saved.paragraphs, saved.losses) == (5, 8, ())
    assert told[-1] == (9, 9)
    assert contents(tmp_path / "mới") == contents(folder)
    with open_index(tmp_path / "mới") as index:
        summary = sync(index, [tmp_path / f"văn bản của {folder.name}"])
        assert (summary.new, summary.changed, summary.unchanged) == (0, 1, 0)


def test_without_a_table_of_contents(folder, tmp_path):
    """Without a table of contents all files are taken, and documents that had been removed come back."""
    before = contents(folder)
    (table,) = folder.glob("*.toc")
    table.write_bytes(b"?")
    saved = repair(folder, tmp_path / "mới")
    assert (saved.documents, saved.paragraphs, len(saved.losses)) == (6, 9, 1)
    assert "_MAIN_3.toc is damaged" in saved.losses[0]
    assert [own for own in contents(tmp_path / "mới") if own["id"] != "cũ"] == before


def test_a_document_that_was_replaced(tmp_path):
    """Of a document that was added twice in one commit, the last version is saved, also without a table of contents."""
    with open_index(tmp_path / "cũ", create=True) as index, index.writer() as writer:
        for text in ("Một\nHai", "Ba", "Bốn\nNăm\nSáu"):
            writer.add(Document(id="1", text=text))
    before = contents(tmp_path / "cũ")
    next((tmp_path / "cũ").glob("*.toc")).unlink()
    saved = repair(tmp_path / "cũ", tmp_path / "mới")
    assert (saved.documents, saved.paragraphs) == (1, 3)
    assert contents(tmp_path / "mới") == before


def test_a_lost_block(tmp_path):
    """Of a document of which some paragraphs cannot be read, the others are saved; it is read again when synced."""
    texts = tmp_path / "kho"
    texts.mkdir()
    (texts / "dài.txt").write_text("\n".join(f"Đoạn {number} {'dài ' * 300}" for number in range(9)), "utf-8")
    (texts / "ngắn.txt").write_text("Ngắn.", "utf-8")
    with open_index(tmp_path / "cũ", create=True) as index:
        sync(index, [texts])
    crafted = Crafted(tmp_path / "cũ", random.Random(1))  # noqa: S311
    _, columns, _ = crafted.largest(".documents")
    columns["stored"][columns["stored_block_ends"][0] + 20] ^= 1
    crafted.write()
    saved = repair(tmp_path / "cũ", tmp_path / "mới")
    (loss,) = saved.losses
    assert "paragraphs before paragraph 4 of document 'kho/dài.txt' cannot be read" in loss
    assert (saved.documents, saved.paragraphs) == (2, 8)
    assert contents(tmp_path / "mới")
    with open_index(tmp_path / "mới") as index:
        assert (summary := sync(index, [texts])).changed == 2, summary
        assert index.paragraph_count == 10


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_records_that_were_lost(tmp_path, name):
    """Documents that were lost whole come back when their file is indexed again; those that have changed are gone."""
    records = [{"id": f"{number}", "text": f"Đoạn {number} {'dài ' * 300}"} for number in range(40)]
    path = tmp_path / name
    write_records(path, records)
    with open_index(tmp_path / "cũ", create=True) as index:
        sync(index, [path])
    before = contents(tmp_path / "cũ")
    crafted = Crafted(tmp_path / "cũ", random.Random(1))  # noqa: S311
    columns = crafted.largest(".documents")[1]
    columns["stored"][columns["stored_block_ends"][0] + 20] ^= 1
    crafted.write()
    saved = repair(tmp_path / "cũ", tmp_path / "mới")
    assert 0 < saved.documents < 40
    with open_index(tmp_path / "mới") as index:
        assert sync(index, [path]).new == 40 - saved.documents
        assert index.document_count == 40
        assert sync(index, [path]).unchanged == 40
    assert contents(tmp_path / "mới") == before


@pytest.mark.parametrize("is_there", [True, False])
def test_a_document_without_its_beginning(tmp_path, is_there):
    """Of a document whose first paragraphs were lost, the others belong to its file, if that is still there."""
    path = tmp_path / "a.txt"
    path.write_text("\n".join(f"Đoạn {number} {'dài ' * 300}" for number in range(40)), "utf-8")
    with open_index(tmp_path / "cũ", create=True) as index:
        sync(index, [path])
    crafted = Crafted(tmp_path / "cũ", random.Random(1))  # noqa: S311
    crafted.largest(".documents")[1]["stored"][20] ^= 1
    crafted.write()
    if not is_there:
        path.unlink()
    assert 0 < repair(tmp_path / "cũ", tmp_path / "mới").paragraphs < 40
    with open_index(tmp_path / "mới") as index:
        assert sync(index, [tmp_path], prune=True).changed == is_there
        assert (index.paragraph_count == 40) == is_there


def test_a_paragraph_that_is_none(folder, tmp_path):
    """What is stored and is no paragraph is lost; the others are saved."""
    crafted = Crafted(folder, random.Random(1))  # noqa: S311
    _, columns, _ = crafted.largest(".documents")
    columns["stored_record_ends"][0] -= np.uint16(1)
    crafted.write()
    saved = repair(folder, tmp_path / "mới")
    assert (len(saved.losses), saved.paragraphs) == (1, 6)
    assert "2 paragraphs before paragraph 0 of document 'ct-01' cannot be read" in saved.losses[0]
    assert contents(tmp_path / "mới")


def test_where_something_is(folder, tmp_path):
    """Nothing is saved into a folder that has something in it, or a file; and nothing from where no index is."""
    (tmp_path / "tệp").write_text("ghi chú")
    for new in (tmp_path, folder, tmp_path / "tệp"):
        with pytest.raises(NotAnIndexError, match="something is there"):
            repair(folder, new)
    (tmp_path / "trống").mkdir()
    with pytest.raises(IndexNotFoundError, match="there are no files of an index"):
        repair(tmp_path / "trống", tmp_path / "mới")
    assert not (tmp_path / "mới").exists()
    assert repair(folder, tmp_path / "trống").paragraphs == 8


def test_the_damaged_index_stays(folder, tmp_path):
    """The damaged index stays as it is."""
    with open_index(folder) as index:
        add_segment(index, Document("8", "Thêm"))
    gone = min(folder.glob("*.terms"))
    gone.write_bytes(b"")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert repair(folder, tmp_path / "mới").losses == ()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
