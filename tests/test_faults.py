"""What the machine refuses is told with the file that it is about, and the index stays as it was, to be written to."""

import errno
import os
import re
import resource
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner

from storages import ERRORS, Fault, Layer
from timviet.index import Document, open_index, sync, verify
from timviet.index.errors import IndexAccessError, IndexNotFoundError
from timviet.index.folders.syncing import Follower, SyncOptions
from timviet.search import Searcher
from timviet.search.cli import main
from trials import in_process

NOBODY = 65_534
NEW = {f"tin {number}.txt": f"Xã {number} họp bàn về đê điều ở thôn {number % 7}.\n" * 40 for number in range(40)}
EVERY = 4  # calls; each one is tried below the command line, in test_crashes.py
TODAY, FUTURE = 1_700_000_000, 4_000_000_000  # seconds since 1970: in 2023, and in 2096


@pytest.fixture
def place():
    """A folder that everybody may read, with an index of one file in it, and forty files that are not in it."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        (place / "cũ").mkdir()
        (place / "cũ" / "cũ.txt").write_text("Đường làng", "utf-8")
        with open_index(place / "chỉ mục", create=True) as index:
            sync(index, [place / "cũ"])
        (place / "mới").mkdir()
        for name, text in NEW.items():
            (place / "mới" / name).write_text(text, "utf-8")
        yield place


def timviet(place, *arguments):
    """The exit status and the output of a command, which is run in this process and has to end in an orderly way."""
    result = CliRunner().invoke(main, ["--index", str(place / "chỉ mục"), *map(str, arguments)], prog_name="timviet")
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result.exit_code, result.output


def is_told(place, output, error, operation="(make|read|write to)"):
    """Whether the output is one line that names what was done to the index, the cause, a file and the next step."""
    folder = re.escape(str(place / "chỉ mục"))
    line = rf"Error: cannot {operation} the index {folder}: {os.strerror(error)} \({folder}\S*\); .+, and try again\n"
    return re.fullmatch(line, output) is not None


def index_new(place, jobs=1):
    """What `timviet index` says of the new files, with little memory, so that there are several segments."""
    return timviet(place, "index", "--jobs", jobs, "--memory", jobs, place / "mới")


def check(place, *possible):
    """The index has one of some numbers of documents, and is whole; and the new files are indexed after that."""
    with open_index(place / "chỉ mục") as index:
        assert index.document_count in possible
        assert not verify(index).problems
    assert index_new(place)[0] == 0
    with open_index(place / "chỉ mục") as index:
        assert index.document_count == 1 + len(NEW)
        assert not verify(index).problems
    kinds = sorted({"".join(path.suffixes) for path in (place / "chỉ mục").iterdir()})
    assert kinds == ["", ".documents", ".terms", ".toc"]


@pytest.mark.parametrize("error", ERRORS, ids=map(os.strerror, ERRORS))
def test_errors_on_the_command_line(place, error):
    """Whatever call fails, the command works, or ends with exit status 2 and one line that names file and cause."""
    shutil.copytree(place / "chỉ mục", place / "trước")
    with Layer(place / "chỉ mục") as layer:
        index_new(place)
    prone = sum(kind in ERRORS[error] for kind in layer.attempts)
    statuses = []
    for at in range(0, prone, EVERY):
        shutil.rmtree(place / "chỉ mục")
        shutil.copytree(place / "trước", place / "chỉ mục")
        with Layer(place / "chỉ mục", Fault(at, error, ERRORS[error], is_lasting=True)):
            status, output = index_new(place)
        statuses.append(status)
        if status:
            assert status == 2
            assert is_told(place, output, error), output
        with open_index(place / "chỉ mục") as index:
            assert index.document_count in ({1, 1 + len(NEW)} if status else {1 + len(NEW)})
    assert statuses.count(2) > len(statuses) // 2
    check(place, 1, 1 + len(NEW))


@pytest.mark.parametrize(("jobs", "size"), [(1, 0), (1, 60), (1, 400), (1, 3_000), (1, 20_000), (2, 400), (2, 3_000)])
def test_a_limit_to_the_size_of_files(place, jobs, size):
    """Where files cannot get larger than so many bytes, as where there is no room, a file is named, and all stays."""

    def limited(report):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        report(index_new(place, jobs))

    ((status, output),) = in_process(limited).reports
    assert status == 2
    assert is_told(place, output, errno.EFBIG, "write to"), output
    check(place, 1)


@pytest.mark.parametrize("more", range(12))
def test_a_limit_to_open_files(place, more):
    """With room for so many more open files, a command works, or says that there are too many, and all stays."""

    def limited(report):
        free = os.dup(0)
        os.close(free)
        resource.setrlimit(resource.RLIMIT_NOFILE, (free + more, free + more))
        report(index_new(place))

    ((status, output),) = in_process(limited).reports
    assert status in {0, 2}
    assert status == 0 or is_told(place, output, errno.EMFILE), output
    assert more > 2 or status == 2
    check(place, 1, 1 + len(NEW))


def as_nobody(task):
    """How a task ends that is run by a user who may write nothing; all that it needs has to be loaded."""

    def drop_and_run(report):
        if not os.geteuid():
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        report(task())

    return in_process(drop_and_run)


def test_a_folder_that_may_only_be_read(place):
    """Where a user may only read, searching works, and whatever would write names what it may not write."""
    commands = {
        ("search", "đường"): (0, "Đường làng"),
        ("verify",): (0, "whole"),
        ("index", "--jobs", "1", place / "mới"): (2, "MAIN_WRITELOCK"),
        ("remove", "cũ/cũ.txt"): (2, "MAIN_WRITELOCK"),
    }
    shutil.copytree(place, place.parent / f"{place.name} khác")
    for command in commands:  # loads all that it needs
        timviet(place.parent / f"{place.name} khác", *command)
    shutil.rmtree(place.parent / f"{place.name} khác")
    (place / "chỉ mục").chmod(0o555)
    (place / "chỉ mục" / "MAIN_WRITELOCK").chmod(0o444)
    for command, (status, said) in commands.items():
        ((found_status, output),) = as_nobody(lambda command=command: timviet(place, *command)).reports
        assert (found_status, said in output) == (status, True), output
        assert status == 0 or is_told(place, output, errno.EACCES, "write to"), output
    (place / "chỉ mục").chmod(0o755)
    (place / "chỉ mục" / "MAIN_WRITELOCK").chmod(0o644)
    check(place, 1)


def test_a_folder_that_may_not_be_entered(place):
    """What the index has of a folder stays while that may not be entered, and what else is new is indexed."""
    own, deep = place / "riêng", place / "riêng" / "sâu"
    deep.mkdir(parents=True)
    (deep / "a.txt").write_text("Đường làng", "utf-8")
    (place / "chỉ mục riêng").mkdir()
    for path in (own, deep, deep / "a.txt", place / "chỉ mục riêng"):
        shutil.chown(path, NOBODY)

    def task():
        with open_index(place / "chỉ mục riêng", create=True) as index:
            follower = Follower(index, [own], SyncOptions(prune=True))
            follower.sync()
            deep.chmod(0)
            (own / "b.txt").write_text("Đường làng", "utf-8")
            told = [follower.sync(changed=changed) for changed in (None, [deep], [deep / "a.txt"], None)]
            also = sync(index, [deep / "a.txt"], prune=True)
            deep.chmod(0o700)
            return [(len(summary.errors), summary.removed) for summary in (*told, also)], index.document_count

    ((told, count),) = as_nobody(task).reports
    assert (told, count) == ([(1, 0)] * 5, 2)


def test_a_place_where_no_index_may_be_made(place):
    """Where a user may not make a folder, that folder is named."""
    place.chmod(0o555)
    other = place / "không được"
    error = as_nobody(lambda: open_index(other, create=True)).error
    assert isinstance(error, IndexAccessError)
    assert (error.location, error.path, error.errno) == (str(other), str(other), errno.EACCES)
    assert str(error) == (
        f"cannot make the index {other}: Permission denied ({other}); get the right to it, or name another folder, "
        "and try again"
    )
    place.chmod(0o755)


def test_a_folder_that_is_deleted_under_a_searcher(place):
    """A searcher finds what it found, also what it had not looked for; to see anything newer is refused."""
    with open_index(place / "chỉ mục") as index, Searcher(index) as searcher:
        shutil.rmtree(place / "chỉ mục")
        assert [hit.text for hit in searcher.search("duong lang")] == ["Đường làng"]
        with pytest.raises(IndexNotFoundError, match="is gone: make it again"):
            searcher.refresh()
        assert [hit.text for hit in searcher.search("làng")] == ["Đường làng"]


def test_a_clock_that_goes_back(place):
    """A file that was changed is read again, whichever way its time went; one that was not is left alone."""
    path = place / "cũ" / "cũ.txt"
    with open_index(place / "chỉ mục") as index:
        for seconds, text, changed in (
            (FUTURE, "Đường xa", 1),  # the clock was ahead
            (FUTURE, "Đường xa", 0),
            (TODAY, "Đường gần", 1),  # it was set right, and the file changed
            (TODAY - 86_400, "Đường cao", 1),  # it was set back by a day, and the file changed
            (TODAY - 86_400, "Đường cao", 0),
        ):
            path.write_text(text, "utf-8")
            os.utime(path, (seconds, seconds))
            summary = sync(index, [place / "cũ"])
            assert (summary.changed, summary.unchanged) == (changed, 1 - changed)
            with Searcher(index) as searcher:
                assert [hit.text for hit in searcher.search("duong")] == [text]


@pytest.mark.parametrize("seconds", [0, FUTURE], ids=["back", "ahead"])
def test_commits_from_another_time(place, seconds):
    """Which commit is the last does not depend on when files were written, by whatever clock."""
    with open_index(place / "chỉ mục") as index:
        for number in range(5):
            with index.writer() as writer:
                writer.add(Document(id=f"{number}", text="Đường làng"))
            for path in (place / "chỉ mục").iterdir():
                os.utime(path, (seconds, seconds))
            seconds += -1 if seconds else 1
            assert index.document_count == number + 2
        assert not verify(index).problems
