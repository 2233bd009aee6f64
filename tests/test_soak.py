"""Processes that write, merge, read and check one index at the same time get along, however long.

A minute of it is a test; half an hour is `pytest tests/test_soak.py --soak 1800 -s`, which prints what was done.
"""

import json
import subprocess
import sys

import soak
from helpers import segments_of
from timviet.index import open_index, verify
from timviet.index.codec import DOCUMENTS, TERMS
from timviet.search import Searcher

# How much more a process may take in the second half of the time than in the first one: kilobytes; files; mapped files,
# of which there are more before commits are merged.
SLACK = {"memory": 8_000, "files": 12, "mapped": 12}  # a file that is mapped is open, too


def test_soak(tmp_path, soak_seconds):
    """Every answer is that of one commit, none goes back; memory and open files are level; nothing is left behind."""
    soak.create(tmp_path).close()
    processes = {
        role: subprocess.Popen(
            [sys.executable, soak.__file__, role, tmp_path, str(soak_seconds)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for role in soak.ROLES
    }
    try:
        told = {role: process.communicate(timeout=soak_seconds + 120) for role, process in processes.items()}
    finally:
        for process in processes.values():
            process.kill()
    assert {role: errors for role, (_, errors) in told.items() if errors} == {}
    reports = {role: json.loads(output) for role, (output, _) in told.items()}
    for role, report in reports.items():
        print(role, report["done"])
        for name, taken in report["taken"].items():
            print(f"    {name:8}", *(f"{own:7}" for own in taken))
    for role, report in reports.items():
        for name, taken in report["taken"].items():
            middle = soak.PERIODS // 2
            assert max(taken[middle:]) <= max(taken[:middle]) + SLACK[name], (role, name)
        assert min(own for name, own in report["done"].items() if name not in ("refused", "rolled back")) > 0, role
    with open_index(tmp_path / "index") as index, Searcher(index) as searcher:
        number = soak.check(searcher, soak.States())
        assert number == soak.announced(tmp_path) == sum(reports[f"writer {own}"]["done"]["commits"] for own in (1, 2))
        assert verify(index).problems == ()
        segments = {own.make_filename(ending) for own in segments_of(index) for ending in (TERMS, DOCUMENTS)}
        tables = {path.name for path in (tmp_path / "index").glob("*.toc")}
        assert {path.name for path in (tmp_path / "index").iterdir()} == segments | tables | {"MAIN_WRITELOCK"}
        assert len(tables) == 1
