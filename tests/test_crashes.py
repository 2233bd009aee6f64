"""However a writer or the machine is stopped, the index holds the last commit that returned or the one in flight.

Each trial is one of `trials.Stage`. TIMVIET_TRIALS tells how many there are of those that are chosen at random.
"""

import errno
import os
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest

from contenders import Timviet
from power_loss import Disk
from storages import CHANGES, ERRORS, Fault, Kind, Layer
from timviet.index.folders.skipped import Fault as FileFault
from timviet.index.folders.skipped import Skipped, SkippedFile, load_skipped, save_skipped
from timviet.index.preparing import Source
from timviet.index.storage import FolderStorage, read_file, write_file
from trials import COMMITS, Stage, Trials, unmeasured

CHOSEN = int(os.environ.get("TIMVIET_TRIALS", "240"))
SEVERAL = 7  # the step that builds several segments
LONGEST = 0.2  # seconds until a process is killed: about as long as all commits take
MEMORY = Path("/dev/shm")  # noqa: S108  # what is tried needs no disk, and syncs of one take time


@pytest.fixture(scope="module")
def place():
    """A folder in memory, where there is such a thing."""
    with TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def stage(place):
    """Where timviet is tried."""
    return Stage.set_up(Timviet(), place / "một")


@pytest.fixture(scope="module")
def trials(stage):
    """Processes that try."""
    with unmeasured(), Trials(stage) as trials:
        yield trials


def chance():
    """What chooses, the same each time."""
    return Random(1)  # noqa: S311


def some(every):
    """As many of them as are to be tried, chosen at random; where there are fewer, all."""
    return chance().sample(every, min(CHOSEN, len(every)))


def test_what_is_tried(stage):
    """The commits do all that commits can do: no trial would tell anything of what none of them does."""
    for kind in CHANGES - {Kind.REMOVE_FOLDER}:
        assert any(call.kind is kind for calls in stage.calls for call in calls), kind
    made = [sum(call.kind is Kind.CREATE and call.path.endswith(".terms") for call in calls) for calls in stage.calls]
    # None for an empty index and where nothing is added; two where what was there is merged with it.
    assert made == [0, 1, 1, 2, 2, 1, 0, 3, 0, 1]


def test_kills(stage, trials):
    """A writer that is killed at any system call, or half-way through a write, leaves one commit or the other."""
    faults = stage.faults()
    assert trials.run("try_fault", faults) == []
    assert len(faults) > 260


def test_kills_at_any_moment(trials):
    """A writer that is killed at any moment, from outside, leaves one commit or the other."""
    random = chance()
    assert trials.run("try_kill", [(random.uniform(0, LONGEST),) for _ in range(CHOSEN)]) == []


def test_kills_of_one_of_several_processes(place):
    """Where several processes index and one of them is killed, whichever it is, that leaves one commit or the other."""
    stage = Stage.set_up(Timviet(jobs=2), place / "hai")
    with Trials(stage) as trials:
        (together,) = trials.map("count_calls", [(SEVERAL,)])
        assert together > len(stage.calls[SEVERAL])
        places = chance().sample(range(together), CHOSEN // 40)
        assert trials.run("try_fault", [(SEVERAL, Fault(at, is_half=at % 2 == 0)) for at in places]) == []


def test_a_full_disk(stage, trials):
    """Where the disk is full from any system call on, the error names a file, and the commit is whole or not at all."""
    faults = stage.faults(errno.ENOSPC, ERRORS[errno.ENOSPC], is_lasting=True)
    assert trials.run("try_fault", faults) == []
    assert len(faults) > 200


@pytest.mark.parametrize("error", ERRORS, ids=map(os.strerror, ERRORS))
def test_errors(stage, trials, error):
    """The same holds of all that may go wrong, at any call that it may come of, once or from then on."""
    faults = [own for is_lasting in (False, True) for own in stage.faults(error, ERRORS[error], is_lasting)]
    assert trials.run("try_fault", some(faults)[: CHOSEN // 4]) == []


@pytest.mark.parametrize("in_order", [True, False], ids=["names in order", "names in any order"])
def test_power_losses(stage, trials, in_order):
    """A power loss at any moment leaves one commit or the other, whatever of all that was not synced is lost."""
    states = [*stage.history().states(in_order, CHOSEN, chance())]
    assert {state.returned for state, _ in states} == {*range(len(COMMITS) + 2)}
    assert trials.run("try_state", some(states)) == []


def test_power_losses_after_faults(stage, trials):
    """The same holds when something went wrong before, and another commit was made or begun since."""
    faults = some(stage.faults() + stage.faults(errno.EIO, ERRORS[errno.EIO]))[: CHOSEN // 6]
    histories = trials.map("history_of", faults)
    states = [state for own in histories for state in own.states(in_order=False, most=8, random=chance())]
    assert trials.run("try_state", some(states)) == []


def test_power_losses_while_an_index_is_made(stage, trials):
    """The same holds when making the index was stopped anywhere, and it was made again then."""
    faults = [fault for fault in stage.faults() if not fault[0]]
    histories = trials.map("history_of", faults)
    states = [state for own in histories for state in own.states(in_order=False, most=8, random=chance())]
    assert trials.run("try_state", some(states)) == []


class FolderRecords(NamedTuple):
    """What is kept beside the segments of an index, without these."""

    storage: FolderStorage

    def load_record(self, name, largest):
        """Return what a file holds."""
        return read_file(self.storage, name, largest)

    def save_record(self, name, content):
        """Write a file."""
        write_file(self.storage, name, content)


@pytest.mark.parametrize("in_order", [True, False], ids=["names in order", "names in any order"])
def test_power_losses_and_skipped_files(place, tmp_path, in_order):
    """The record of skipped files is the last that was saved, or the one before, whatever a power loss takes."""
    records = [Skipped({}), *(Skipped({"tin.txt": skipped(size)}) for size in (1, 70_000, 2))]
    calls = []
    storage = FolderStorage(str(tmp_path))
    with Layer(tmp_path, log=calls.append):
        for record in records[1:]:
            save_skipped(FolderRecords(storage), record)
            calls.append(None)
    changes = [call for call in calls if call is None or call.kind in CHANGES]
    for state in Disk(in_order).states(changes, CHOSEN, chance()):
        with TemporaryDirectory(dir=place) as root:
            state.build(Path(root))
            assert load_skipped(FolderRecords(FolderStorage(root))) in records[state.returned : state.returned + 2]


def skipped(size):
    """The record of a file whose fault takes so many letters to tell."""
    return SkippedFile(Source("tin.txt", size, 0), 0, (FileFault("x" * size, None, ""),))
