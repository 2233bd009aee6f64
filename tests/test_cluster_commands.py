"""The commands with an index on a cluster."""

import json
import os
import subprocess
import sys

import pytest

from timviet.index.analysis import rules_fingerprint

TIMVIET = [sys.executable, "-c", "from timviet.search.program import main; main()"]


@pytest.fixture
def run(tmp_path, location):
    """Runs a command in a folder with a text, on an index of the user `an`, whose password no output has."""
    (tmp_path / "tin.txt").write_text("Đảng ủy xã\nHọp lúc 7 giờ", "utf-8")
    place = location.replace("://", "://an:bimat@")

    def run(*arguments: str, **environment: str):
        done = subprocess.run(
            [*TIMVIET, *arguments],
            cwd=tmp_path,
            env=os.environ | {"TIMVIET_INDEX": place} | environment,
            capture_output=True,
            text=True,
        )
        assert "bimat" not in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run


def test_index_and_info(run, location):
    """Files are indexed on a cluster, with the shards that are asked for, and what the index holds is told."""
    done = run("index", "--shards", "2", "--replicas", "0", "tin.txt")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{location}: 1 document, 2 paragraphs indexed (1 new,")
    assert "1 unchanged" in run("index", "--shards", "2", "tin.txt").stdout
    refused = run("index", "--shards", "3", "--replicas", "0", "tin.txt")
    assert (refused.returncode, f"`timviet copy --shards 3 {location}" in " ".join(refused.stderr.split())) == (2, True)
    told = json.loads(run("info", "--format", "json").stdout)
    assert (told["index"], told["documents"], told["paragraphs"]) == (location, 1, 2)
    assert told["rules"] == rules_fingerprint()
    assert told["bytes"] > 0
    assert (told["shards"], told["replicas"], told["health"]) == (2, 0, "green")
    assert run("info", "--skipped").stdout == ""


def test_remove(run, tmp_path):
    """A document is removed by its file's path, however that is written."""
    run("index", "tin.txt")
    done = run("remove", "tin.txt")
    assert (done.returncode, done.stdout) == (0, f"1 document removed\nfor tin.txt: {tmp_path}/tin.txt\n")
    assert run("remove", "tin.txt").returncode == 1


def test_copy(run, location, tmp_path):
    """An index is copied from a cluster into a folder, and from there onto the one on the cluster."""
    run("index", "tin.txt")
    done = run("copy", location, "kho")
    assert (done.returncode, done.stdout) == (0, "kho: 1 document, 2 paragraphs copied\n")
    assert "2 paragraphs" in run("verify", TIMVIET_INDEX="kho").stdout
    done = run("copy", "--shards", "3", "kho", location)
    assert (done.returncode, done.stdout) == (0, f"{location}: 1 document, 2 paragraphs copied\n")
    assert run("copy", "--shards", "3", location, "khác").returncode == 2
    assert not (tmp_path / "khác").exists()


@pytest.mark.parametrize("command", [("verify",), ("repair", "mới")])
def test_what_the_cluster_does_itself(run, command, tmp_path):
    """To check or repair an index on a cluster is left to that, which is told; nothing is made."""
    run("index", "tin.txt")
    done = run(*command)
    assert done.returncode == 2
    assert f"cannot {command[0]} the index opensearch://" in done.stderr
    assert "the cluster itself checks and restores what it keeps" in done.stderr
    assert not (tmp_path / "mới").exists()


def test_no_index_there(run, location):
    """An index that is not there is told; it is not made where there is nothing to index."""
    for arguments in (("info",), ("index", "không có.txt"), ("info",)):
        done = run(*arguments)
        assert done.returncode == 2
        assert "Error: " in done.stderr
    assert f"there is no index at {location}" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["index", "--shards", "2", "tin.txt"], {"TIMVIET_INDEX": "kho"}, "are for indexes on a cluster"),
        (["index", "tin.txt"], {"TIMVIET_OPENSEARCH_TIMEOUT": "lâu"}, "TIMVIET_OPENSEARCH_TIMEOUT is no number"),
        (["info"], {"TIMVIET_OPENSEARCH_RETRIES": "-1"}, "give more than 0, 0 or more"),
        (["repair", "opensearch://127.0.0.1:1/kho"], {"TIMVIET_INDEX": "kho"}, "`timviet copy` brings it to a cluster"),
    ],
)
def test_what_is_wrong(run, arguments, environment, said):
    """Options and an environment that cannot be are told with what is wrong."""
    done = run(*arguments, **environment)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())
