"""Many threads share a searcher, or an index: answers are those of one thread, of one commit, and all threads end."""

import random
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from asking import CALLS, answer, fill
from helpers import add_segment, found, no_merging
from timviet.index import Document, open_index
from timviet.search import Searcher

THREADS = 16
SECONDS = 60  # in which all threads have to end


@pytest.fixture(params=["real", "in memory"])
def index(request, tmp_path):
    """An index that is empty."""
    with open_index(tmp_path if request.param == "real" else ":memory:", create=True) as index:
        yield index


def run(*functions):
    """What functions return that run at the same time, a thread each; an error of one is an error here."""
    results, errors = [None] * len(functions), []

    def call(place):
        try:
            results[place] = functions[place]()
        except BaseException as error:  # noqa: BLE001  # raised below
            errors.append(error)

    threads = [threading.Thread(target=call, args=(place,), daemon=True) for place in range(len(functions))]
    until = time.monotonic() + SECONDS
    with switching_often():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(until - time.monotonic())
    assert not any(thread.is_alive() for thread in threads), "a thread waits without end"
    if errors:
        raise errors[0]
    return results


@contextmanager
def switching_often():
    """Meanwhile, threads take turns as often as they can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)


def test_answers_are_those_of_one_thread(index):
    """Threads that ask one searcher all there is to ask at the same time get what they get one after the other."""
    fill(index)
    with Searcher(index) as alone, Searcher(index) as searcher:
        expected = [answer(alone, call) for call in CALLS]

        def ask(seed):
            order = random.Random(seed).sample(range(len(CALLS)), len(CALLS))  # noqa: S311
            return {place: answer(searcher, CALLS[place]) for place in order}

        for answers in run(*(lambda seed=seed: ask(seed) for seed in range(THREADS))):
            assert [answers[place] for place in range(len(CALLS))] == expected


def test_each_answer_is_of_one_commit(index):
    """While one thread commits, others that search and refresh see whole commits, and never an earlier one again."""
    last = 30
    add_segment(index, *(Document(str(number), text="lượt 0") for number in range(5)))

    def commit():
        for turn in range(1, last + 1):
            with index.writer() as writer:
                for number in range(5):
                    writer.add(Document(str(number), text=f"lượt {turn}"))

    def turns_seen(make_searcher):
        seen = [0]
        while seen[-1] < last:
            searcher = make_searcher()
            searcher.refresh()
            (turn,) = {int(hit.text.split()[-1]) for hit in searcher.search("luot", limit=9)}
            assert searcher.search("luot").total == 5
            seen.append(turn)
        return seen

    with Searcher(index) as shared:
        readers = [lambda: turns_seen(lambda: shared)] * (THREADS // 2)
        readers += [lambda: turns_seen(lambda: Searcher(index))] * (THREADS // 2)
        _, *every = run(commit, *readers)
    assert all(seen == sorted(seen) for seen in every)


@pytest.mark.parametrize("then", ["close", "refresh"])
def test_closing_and_refreshing_meanwhile(index, then):
    """A searcher that is closed while threads search answers what it was asked, and refuses what it is asked later."""
    fill(index)
    searcher, is_asked = Searcher(index), threading.Event()
    expected = [answer(searcher, call) for call in CALLS]

    def ask():
        for turn in range(10**6):
            place = turn % len(CALLS)
            try:
                assert answer(searcher, CALLS[place]) == expected[place]
            except ValueError as error:
                return str(error)
            is_asked.set()
        return None

    def end():
        assert is_asked.wait(SECONDS)
        if then == "refresh":
            with no_merging(), index.writer():
                pass
            assert searcher.refresh()
        searcher.close()
        searcher.close()

    _, *told = run(end, *[ask] * (THREADS - 1))
    assert set(told) == {f"the searcher of {index.location} is closed: make a new one"}
    for call in CALLS:
        with pytest.raises(ValueError, match="is closed: make a new one"):
            answer(searcher, call)


def test_what_was_found_stays(index):
    """Hits keep their text, and their snippets can be cut, after a refresh, a close, and in any thread."""
    fill(index)
    with Searcher(index) as other:
        expected = [hit.snippet for hit in other.search("hoa ma", limit=20)]
    searcher = Searcher(index)
    hits = searcher.search("hoa ma", limit=20).hits
    add_segment(index, Document("mới", text="hòa"), remove=[hit.document_id for hit in hits])
    assert searcher.refresh()
    assert set(found(searcher, "hoa ma")).isdisjoint(hit.document_id for hit in hits)
    searcher.close()
    for snippets in run(*[lambda: [hit.snippet for hit in hits]] * THREADS):
        assert snippets == expected


def test_writers_take_turns(index):
    """Of threads that write at the same time, one does, and the others wait: nothing is lost."""

    def write(number):
        for turn in range(4):
            with index.writer(timeout=SECONDS) as writer:
                writer.add(Document(f"{number} {turn}", text="một"))

    run(*(lambda number=number: write(number) for number in range(4)))
    assert index.document_count == 16
