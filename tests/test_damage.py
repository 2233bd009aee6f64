"""Whatever happens to the files of an index, it answers as before, or names the file that is damaged.

By default some 2,000 ways to damage it are tried; the environment variable TIMVIET_TRIALS sets how many.
"""

import os
import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from damaging import CLEAN_ERRORS, DOCUMENTS, answers, damages, files_of, make_sample
from helpers import add_segment
from timviet.index import Document, open_index, repair, verify
from timviet.index.errors import IndexNotFoundError, IndexPlaceError
from trials import Failure, Trials, unmeasured

TRIALS = int(os.environ.get("TIMVIET_TRIALS", "2000"))
REPAIRED = 20  # one of so many
NAME = re.compile(r"_MAIN_\d+\.toc|MAIN_\w+\.(terms|documents)")


class Sample:
    """An index whose files are damaged one after the other.

    Attributes:
        folder: the index's folder.
        files: its files as they were written.
        answers: what it answers.
        paragraphs: what is kept of its paragraphs.
        damages: ways to damage it.
    """

    def __init__(self, place: Path) -> None:
        self.folder = place / "chỉ mục"
        make_sample(self.folder)
        others = [files_of(self.folder)]
        make_sample(place / "khác", DOCUMENTS[::-1])
        others.append(files_of(place / "khác"))
        with open_index(self.folder) as index:
            add_segment(index, Document(id="mới", text="Xã họp thêm một lần nữa về đê điều."))
        self.files = files_of(self.folder)
        self.answers = answers(self.folder)
        self.paragraphs = paragraphs_of(self.folder)
        self.damages = list(damages(self.files, others, TRIALS))

    def damage(self, damage):
        """Damage the index, and nothing else."""
        shutil.rmtree(self.folder)
        self._write(self.folder, damage)

    def _write(self, folder, damage):
        folder.mkdir()
        for name, content in (self.files | {damage.name: damage.content}).items():
            if content is not None:
                (folder / name).write_bytes(content)

    def wrong_answer(self, damage):
        """What is wrong with what a damaged copy of the index answers, if anything."""
        with TemporaryDirectory(dir=self.folder.parent) as place:
            folder = Path(place) / "chỉ mục"
            self._write(folder, damage)
            found = answers(folder)
            for asked, answer in found.items():
                if not self._is_right(damage, folder, asked, answer):
                    return Failure("wrong", f"{asked}: {answer!r}")
            if found != self.answers and not problems_of(folder):
                return Failure("missed", "`verify` finds nothing")
        return None

    def _is_right(self, damage, folder, asked, answer):
        """Whether an answer is as before, or a clean error that names the file, or that there is no index any more."""
        if not isinstance(answer, CLEAN_ERRORS):
            return answer == self.answers[asked]
        is_named = damage.name in str(answer) or (damage.kind == "exchanged" and NAME.search(str(answer)))
        is_lost = isinstance(answer, IndexNotFoundError) or "its table of contents is lost" in str(answer)
        is_gone = is_lost and damage.kind == "missing"
        return (is_named or is_gone) and str(folder) in str(answer)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """An index to damage."""
    return Sample(tmp_path_factory.mktemp("hỏng"))


def paragraphs_of(folder):
    """What is kept of an index's paragraphs, by document and number."""
    with open_index(folder) as index, index.reader() as reader:
        return {(fields["id"], fields["paragraph"]): fields for fields in reader.all_stored_fields()}


def problems_of(folder):
    """What `verify` finds."""
    try:
        with open_index(folder) as index:
            return verify(index).problems
    except IndexPlaceError as error:
        return [error]


def test_that_much_is_tried(sample):
    """The ways to damage the index are as many as they are said to be, and for every file there are all kinds."""
    assert len(sample.damages) > TRIALS
    tried = {(damage.name, damage.kind) for damage in sample.damages}
    kinds = {kind for _, kind in tried if kind != "exchanged"}
    assert TRIALS < 2000 or tried >= {(name, kind) for name in sample.files for kind in kinds}


def test_answers(sample):
    """Each answer is as before, or an error that names the file; `verify` finds all that makes a difference."""
    with unmeasured(), Trials(sample) as trials:
        assert trials.run("wrong_answer", [(damage,) for damage in sample.damages]) == []


def without_file(kept):
    """What is kept of a paragraph, but for the file, which is to be read again."""
    return {name: own for name, own in kept.items() if name != "source"}


def test_repair(sample, tmp_path):
    """What is repaired verifies, has what could be read as it was, and says where something is missing."""
    for number, damage in enumerate(sample.damages[::REPAIRED]):
        sample.damage(damage)
        before = files_of(sample.folder)
        new = tmp_path / str(number)
        try:
            repaired = repair(sample.folder, new)
        except IndexNotFoundError:
            pytest.fail(f"nothing was saved after {damage}")
        assert files_of(sample.folder) == before
        assert not problems_of(new), damage
        # In place of first paragraphs that are lost there are empty ones.
        saved = {
            place: own
            for place, own in paragraphs_of(new).items()
            if own["text"] or not sample.paragraphs.get(place, own)["text"]
        }
        for place in saved.keys() & sample.paragraphs.keys():
            assert without_file(saved[place]) == without_file(sample.paragraphs[place]), damage
        lost, more = sample.paragraphs.keys() - saved.keys(), saved.keys() - sample.paragraphs.keys()
        assert not lost or damage.name.endswith(".documents"), damage
        assert not more or damage.name.endswith(".toc"), damage
        assert repaired.losses or not (lost or more), damage
        assert repaired.paragraphs == len(saved)


def test_the_segments_that_are_left(sample, tmp_path):
    """Where one file of documents is missing, all paragraphs of the others are saved."""
    for name in (name for name in sample.files if name.endswith(".documents")):
        sample.damage(next(own for own in sample.damages if (own.kind, own.name) == ("missing", name)))
        repaired = repair(sample.folder, tmp_path / name)
        (loss,) = repaired.losses
        assert name in loss
        assert 0 < repaired.paragraphs < len(sample.paragraphs)


def test_writing(sample):
    """A writer on a damaged index adds what it is given, or raises a clean error and leaves the lock free."""
    for damage in sample.damages[1::REPAIRED]:
        sample.damage(damage)
        try:
            with open_index(sample.folder) as index, index.writer(timeout=0) as writer:
                writer.add(Document(id="ct-01", text="Viết lại."))
            with open_index(sample.folder) as index:
                assert "ct-01" in index
        except CLEAN_ERRORS:
            continue
        finally:
            if (sample.folder / "MAIN_WRITELOCK").exists() and damage.content is not None:
                sample.damage(damage._replace(content=sample.files[damage.name]))
                with open_index(sample.folder) as index:
                    index.writer(timeout=0).rollback()
