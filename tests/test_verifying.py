"""Checking an index finds whatever in it does not agree, also where all checksums fit."""

import random
from shutil import copytree
from unittest.mock import patch

import numpy as np
import pytest
import zstandard

from crafting import Crafted
from helpers import add_segment, make_index
from timviet.index import Document, Verification, open_index, verify, verifying

TEXTS = ["Đảng uỷ xã", "Uỷ ban nhân dân (UBND) xã họp bàn.", "dang uy xa", "", "M519 " * 300]


def found(crafted, quick=False):
    """What is found after the changes were written."""
    crafted.write()
    with open_index(crafted.folder) as index:
        return verify(index, quick).problems


def test_a_whole_index(sample_folder):
    """In a whole index, nothing is found; how much was checked is told."""
    told = []
    with open_index(sample_folder) as index:
        verification = verify(index, progress=lambda *done: told.append(done))
    assert (verification.segments, verification.paragraphs, verification.problems) == (2, 9, ())
    assert told[-1] == (9, 9)


@pytest.mark.parametrize("merged", [False, True])
def test_any_texts(merged):
    """Nothing is found in indexes of one segment or several, merged or not, with and without documents removed."""
    index = make_index(TEXTS, TEXTS[::-1], [])
    add_segment(index, Document("1", "Viết lại", "Tên", {"năm": [1, "hai"]}, "tệp.txt"), remove=["0", "7"])
    if merged:
        for number in range(10, 20):
            with index.writer() as writer:
                writer.add(Document(str(number), TEXTS[number % 5]))
    assert verify(index).problems == ()


def test_a_document_that_was_changed_at_once():
    """Nothing is found where a document stands right after what it was before in the same commit."""
    with open_index(":memory:", create=True) as index:
        with index.writer() as writer:
            for title, text in (("Một", "a\nb"), (None, "a"), ("Hai", ""), ("Ba", "a\nc\nd")):
                writer.add(Document("1", text, title))
        assert verify(index).problems == ()


def change(name, place, by):
    """Change a number in a column of the text."""

    def changed(crafted):
        _, columns, facts = crafted.largest(".terms")
        columns[f"{facts['fields']['text']}.{name}"][place] += by

    return changed


def change_length(crafted):
    """Change the length of a paragraph."""
    crafted.largest(".documents")[1]["lengths.text"][1] += 1


def change_total(crafted):
    """Change how many tokens there are said to be."""
    crafted.largest(".documents")[2]["lengths"]["text"] += 1


def change_text(crafted):
    """Change a letter of a title."""
    _, columns, _ = crafted.largest(".documents")
    text = zstandard.ZstdDecompressor().decompress(columns["stored"].tobytes())
    block = zstandard.ZstdCompressor().compress(text.replace("đê điều".encode(), "đê điếu".encode(), 1))
    columns["stored"] = np.frombuffer(block, np.uint8)
    columns["stored_block_ends"] = np.array([len(block)], np.uint32)


def swap_terms(crafted):
    """Exchange two terms of one length."""
    _, columns, facts = crafted.largest(".terms")
    terms = columns[f"{facts['fields']['id']}.terms"]
    place = terms.tobytes().index(b"ct-01")
    terms[place : place + 5] = np.frombuffer(b"ct-02", np.uint8)


def swap_runs(crafted):
    """Exchange the positions of two runs."""
    _, columns, facts = crafted.largest(".terms")
    positions = columns[f"{facts['fields']['text']}.positions"]
    first = next(place for place in range(1, len(positions)) if positions[place] != positions[0])
    positions[[0, first]] = positions[[first, 0]]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        pytest.param(change("frequencies", 3, 1), "has other text than its text gives", id="a frequency"),
        pytest.param(change("positions", 3, 1), "has other text than its text gives", id="a position"),
        pytest.param(swap_runs, "has other text than its text gives", id="two positions"),
        pytest.param(change("followers", 0, 1), "has other text than its text gives", id="what follows a word"),
        pytest.param(change("documents", 0, 1), "has other text than its text gives", id="where a word is"),
        pytest.param(change("run_documents", 0, 1), "has other text than its text gives", id="where an occurrence is"),
        pytest.param(change("fold_frequencies", 2, 1), "fold_frequencies does not fit", id="how often letters occur"),
        pytest.param(change("fold_ends", 0, 1), "fold_ends does not fit", id="which words have the same letters"),
        pytest.param(change("terms", -1, 1), "has other text than its text gives", id="a word"),
        pytest.param(swap_terms, "has other id than its text gives", id="an id"),
        pytest.param(change_length, "has other lengths.text than its text gives", id="a length"),
        pytest.param(change_total, "text is said to have", id="how many words there are"),
        pytest.param(change_text, "has other title than its text gives", id="a letter of a title"),
    ],
)
def test_what_does_not_agree(crafted, wrong, reason):
    """Whatever does not fit the texts is found though all checksums fit; comparing these alone does not find it."""
    wrong(crafted)
    problems = found(crafted)
    assert problems
    assert any(reason in problem.reason for problem in problems), problems
    assert all(problem.place in crafted.files for problem in problems)
    with open_index(crafted.folder) as index:
        assert verify(index, quick=True).problems == ()


def test_many_problems(tmp_path):
    """Of a segment in which much is wrong, some problems are told, and that there are more."""
    with open_index(tmp_path, create=True) as index:
        add_segment(index, *(Document(str(number), "Đảng uỷ xã") for number in range(50)))
    crafted = Crafted(tmp_path, random.Random(1))  # noqa: S311
    _, columns, facts = crafted.largest(".terms")
    columns[f"{facts['fields']['text']}.frequencies"][:] += 1
    problems = found(crafted)
    assert len(problems) == 21
    assert problems[-1].reason == "and more; the rest was not checked"


def test_a_missing_file(sample_folder, tmp_path):
    """A missing file is told, and the other segments are checked."""
    folder = tmp_path / "chỉ mục"
    copytree(sample_folder, folder)
    gone = min(folder.glob("*.terms"))
    gone.unlink()
    with open_index(folder) as index:
        assert [str(problem) for problem in verify(index).problems] == [f"{gone.name}: is missing"]


@pytest.mark.parametrize("place", ["folder", "memory"])
def test_a_commit_meanwhile(place, tmp_path):
    """A file that another commit deletes after the table was read is not missing: what there is then is checked."""
    read_contents = verifying.read_contents
    with open_index(tmp_path / "chỉ mục" if place == "folder" else ":memory:", create=True) as index:
        add_segment(index, Document("a", text=TEXTS[0]))
        add_segment(index, Document("b", text=TEXTS[1]))

        def read_before_a_commit(storage):
            contents = read_contents(storage)
            if len(contents.segments) == 2:
                with index.writer() as writer:
                    writer.add(Document("c", text=TEXTS[2]))
            return contents

        with patch.object(verifying, "read_contents", read_before_a_commit):
            assert verify(index) == Verification(segments=1, paragraphs=3, problems=())
