"""What processes do to one index for some time, each with a role; `test_soak.py` starts them.

The index goes through states that all of them know: what commit N changes is drawn by lot from N. So whatever is found
can be compared with a state, and with one state only: that of the number which one document has.
"""
# ruff: noqa: S311  # lots are drawn, no secrets made

import json
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from timviet.index import Document, Index, open_index, verify
from timviet.index.errors import IndexLockedError
from timviet.search import Searcher

DOCUMENTS = 80
MARK = "dấu"  # the document that each commit replaces
PARAGRAPHS = 2
WAITED = 0.3  # seconds that a writer waits for another one
THREADS = 4
_SYLLABLES = ["đảng", "ủy", "công", "an", "xã", "họp", "bàn", "phòng", "chống", "ma", "túy", "đê", "điều", "lũ"]
PERIODS = 10  # of the time, for each of which is told what a process took


class RolledBackError(Exception):
    """What makes a writer take its changes back."""


class States:
    """What the index holds after each commit: for each document the number of the commit that wrote it.

    Attributes:
        answers: how many answers were found to be those of a state.
    """

    def __init__(self) -> None:
        self._number, self._state = 0, {MARK: 0}
        self.answers = 0

    def __getitem__(self, number: int) -> dict[str, int]:
        """The state after a commit."""
        if number < self._number:
            self._number, self._state = 0, {MARK: 0}
        for own in range(self._number + 1, number + 1):
            for identity, is_kept in changes(own):
                self._state.pop(identity, None)
                if is_kept:
                    self._state[identity] = own
        self._number = number
        return dict(self._state)


def changes(number: int) -> Iterator[tuple[str, bool]]:
    """The documents that a commit changes, and whether it writes them or removes them."""
    lot = random.Random(number)
    for chosen in lot.sample(range(DOCUMENTS), lot.randrange(1, 9)):
        yield str(chosen), lot.random() < 0.8
    yield MARK, True


def document(identity: str, number: int) -> Document:
    """A document as a commit writes it."""
    lot = random.Random(f"{identity} {number}")
    texts = [f"chung tài{identity} lượt {number} {' '.join(lot.choices(_SYLLABLES, k=30))}" for _ in range(PARAGRAPHS)]
    return Document(identity, paragraphs=texts, title=f"Văn bản {identity}", metadata={"lượt": number})


def number_seen(searcher: Searcher, states: States) -> int:
    """The number of the commit that a searcher sees, and of no other one."""
    results = searcher.search("chung", limit=1000, match="all", marks="strict", facets=["lượt"])
    found: dict[str, int] = {}
    for hit in results:
        number = int(hit.text.split()[3])
        assert hit.metadata == {"lượt": number}
        assert found.setdefault(hit.document_id, number) == number
        assert hit.snippet.spans
    assert results.total == len(results) == PARAGRAPHS * len(found)
    assert found == states[found[MARK]], found[MARK]
    values = [*found.values()]
    assert all(PARAGRAPHS * values.count(int(own.value)) == own.count for own in results.facets["lượt"])
    states.answers += 1
    return found[MARK]


def check(searcher: Searcher, states: States) -> int:
    """The same, where no other thread refreshes the searcher; all that can be asked has answers of that commit."""
    number = number_seen(searcher, states)
    held = states[number]
    for identity in random.sample(range(DOCUMENTS), 3):
        found = searcher.search(f"tài{identity}", match="all", marks="strict")
        assert found.total == PARAGRAPHS * (str(identity) in held)
        named = [hit.document_id for hit in searcher.lookup(f"van ban {identity}") if hit.kind == "exact"]
        assert named == [str(identity)] * (str(identity) in held)
        states.answers += 2
    searcher.search('"dang uy" phong* chong~')
    assert searcher.similar(MARK, limit=3).total > 0
    assert searcher.explain("chung", MARK) is not None
    assert searcher.suggest("cong")
    searcher.correct("dang uyr")
    assert number_seen(searcher, states) == number
    return number


def announced(folder: Path) -> int:
    """The number of a commit that has returned, or more have since."""
    numbers = [0]
    for path in folder.glob("writer*.txt"):
        with suppress(ValueError):  # it is being written
            numbers.append(int(path.read_text()))
    return max(numbers)


def write(folder: Path, name: str) -> Callable[[], dict[str, int]]:
    """Commit, in turns with another writer; now and then, take changes back."""
    index, states = open_index(folder / "index"), States()
    done = {"commits": 0, "rolled back": 0, "refused": 0, "answers": 0}

    def run() -> dict[str, int]:
        started = time.monotonic()
        try:
            writer = index.writer(timeout=WAITED)
        except IndexLockedError as error:
            assert time.monotonic() - started >= WAITED == error.waited
            done["refused"] += 1
            return done
        with suppress(RolledBackError), writer:
            with Searcher(index) as searcher:
                number = number_seen(searcher, states) + 1
            done["answers"] = states.answers
            for identity, is_kept in changes(number):
                if is_kept:
                    writer.add(document(identity, number))
                else:
                    writer.remove(identity)
            if random.random() < 0.1:
                done["rolled back"] += 1
                raise RolledBackError
            writer.commit()
            (folder / f"{name}.txt").write_text(str(number))
            done["commits"] += 1
        time.sleep(random.random() / 50)
        return done

    return run


def merge(folder: Path) -> Callable[[], dict[str, int]]:
    """Commit nothing, which merges what ought to be."""
    index, done = open_index(folder / "index"), {"commits": 0}

    def run() -> dict[str, int]:
        with index.writer(timeout=60):
            pass
        done["commits"] += 1
        time.sleep(0.2)
        return done

    return run


def open_and_close(folder: Path) -> Callable[[], dict[str, int]]:
    """Open the index, search, refresh, search, and close it."""
    states, done, last = States(), {"opened": 0, "answers": 0}, 0

    def run() -> dict[str, int]:
        nonlocal last
        least = max(announced(folder), last)
        with open_index(folder / "index") as index, Searcher(index) as searcher:
            numbers = [least, check(searcher, states)]
            for _ in range(3):
                time.sleep(random.random() / 20)
                numbers.append(announced(folder))
                searcher.refresh()
                numbers.append(check(searcher, states))
            assert all(one <= other for one, other in pairwise(numbers[1::2])), numbers
            assert all(one <= other for one, other in zip(numbers[::2], numbers[1::2], strict=True)), numbers
            assert len([*index.documents()]) >= 1
        last = numbers[-1]
        done.update(opened=done["opened"] + 1, answers=states.answers)
        return done

    return run


def serve(folder: Path) -> Callable[[], dict[str, int]]:
    """Share one searcher among threads that search and refresh it, as a web server does."""
    searcher, done = Searcher(open_index(folder / "index")), {"refreshed": 0, "answers": 0}
    states = [States() for _ in range(THREADS)]
    last = [0] * THREADS

    def ask(place: int) -> None:
        for _ in range(5):
            least = announced(folder)
            done["refreshed"] += searcher.refresh()
            number = number_seen(searcher, states[place])
            assert number >= max(least, last[place])
            last[place] = number

    def run() -> dict[str, int]:
        errors: list[BaseException] = []

        def try_to_ask(place: int) -> None:
            try:
                ask(place)
            except BaseException as error:  # noqa: BLE001  # raised below
                errors.append(error)

        threads = [threading.Thread(target=try_to_ask, args=(place,)) for place in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]
        done["answers"] = sum(own.answers for own in states)
        return done

    return run


def keep(folder: Path) -> Callable[[], dict[str, int]]:
    """Keep one old snapshot, whose answers stay."""
    searcher, states, done = Searcher(open_index(folder / "index")), States(), {"answers": 0}
    first, hits = check(searcher, states), searcher.search("chung dang", limit=30).hits

    def run() -> dict[str, int]:
        assert check(searcher, states) == first
        assert searcher.search("chung dang", limit=30).hits == hits
        done["answers"] = states.answers
        time.sleep(0.1)
        return done

    return run


def verify_again(folder: Path) -> Callable[[], dict[str, int]]:
    """Check the whole index, whatever is written meanwhile."""
    index, done = open_index(folder / "index"), {"verified": 0}

    def run() -> dict[str, int]:
        verification = verify(index, quick=random.random() < 0.5)
        assert verification.problems == (), verification.problems
        done["verified"] += 1
        return done

    return run


ROLES: dict[str, Callable[[Path], Callable[[], dict[str, int]]]] = {
    "writer 1": lambda folder: write(folder, "writer1"),
    "writer 2": lambda folder: write(folder, "writer2"),
    "merger": merge,
    "opener 1": open_and_close,
    "opener 2": open_and_close,
    "server": serve,
    "keeper": keep,
    "verifier": verify_again,
}


def usage() -> dict[str, int]:
    """What this process takes: memory in kilobytes, open files, and files of the index mapped into memory."""
    status = Path("/proc/self/status").read_text()
    return {
        "memory": int(status.partition("VmRSS:")[2].split()[0]),
        "files": len([*Path("/proc/self/fd").iterdir()]),
        "mapped": sum("/MAIN_" in line for line in Path("/proc/self/maps").read_text().splitlines()),
    }


def main(role: str, folder: str, seconds: float) -> None:
    """Do what a role does for some time; print how often it did, and what it took at most in each period."""
    run = ROLES[role](Path(folder))
    started = time.monotonic()
    taken = {name: [0] * PERIODS for name in usage()}
    while (share := (time.monotonic() - started) / seconds) < 1:
        done = run()
        period = int(share * PERIODS)
        for name, own in usage().items():
            taken[name][period] = max(own, taken[name][period])
    print(json.dumps({"done": done, "taken": taken}))


def create(folder: Path) -> Index:
    """The index before the first commit of a writer."""
    index = open_index(folder / "index", create=True)
    with index.writer() as writer:
        writer.add(document(MARK, 0))
    return index


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
