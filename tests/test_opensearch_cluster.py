"""The OpenSearch that tests run: it is real, shared where it may be, and outlives nobody."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from opensearch_cluster import Cluster, unavailable

TESTS = Path(__file__).parent
PATIENCE = 60  # seconds


@pytest.fixture(autouse=True)
def _needs_java():
    if reason := unavailable():
        pytest.skip(reason)


def ask(host, method, path, body=None):
    """What a node answers to a request that it understands."""
    return httpx2.request(method, f"http://{host}/{path}", json=body, timeout=PATIENCE).raise_for_status().json()


def names_of_nodes(host):
    """The names of the nodes that a node knows."""
    return sorted(node["name"] for node in ask(host, "GET", "_cat/nodes?format=json"))


@contextmanager
def python(code, *arguments, **environment):
    """A process that runs code beside this file's, and may be told to go on by a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=TESTS,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def answers(host):
    """Whether anybody listens there."""
    try:
        httpx2.get(f"http://{host}/", timeout=PATIENCE)
    except httpx2.TransportError:
        return False
    return True


def await_that(question, answer):
    """Return when a question has an answer that it gets sooner or later."""
    deadline = time.monotonic() + PATIENCE
    while (told := question()) != answer:
        assert time.monotonic() < deadline, f"{told} is not {answer}"
        time.sleep(0.05)


def test_every_node_knows_all_three(opensearch_hosts):
    """Each of three nodes answers where it is said to be, and has found the others."""
    for number, host in enumerate(opensearch_hosts, 1):
        assert ask(host, "GET", "")["name"] == f"node-{number}"
        assert names_of_nodes(host) == ["node-1", "node-2", "node-3"]


def test_an_index_is_spread_and_copied(opensearch_hosts, index_name):
    """An index of three shards with a copy each gets all six, and is found in through any node."""
    first, second, third = opensearch_hosts
    ask(first, "PUT", index_name, {"settings": {"number_of_shards": 3, "number_of_replicas": 1}})
    health = ask(second, "GET", f"_cluster/health/{index_name}?wait_for_status=green&timeout={PATIENCE}s")
    assert (health["status"], health["active_shards"]) == ("green", 6)
    ask(second, "PUT", f"{index_name}/_doc/1?refresh=true", {"text": "Chợ Bến Đò họp từ năm giờ sáng"})
    found = ask(third, "POST", f"{index_name}/_search", {"query": {"match_phrase": {"text": "bến đò"}}})
    assert [hit["_id"] for hit in found["hits"]["hits"]] == ["1"]


def test_modules_that_are_used_are_there(opensearch_hosts, index_name):
    """Documents are changed by a script, and removed by a query."""
    host = opensearch_hosts[0]
    ask(host, "PUT", f"{index_name}/_doc/1?refresh=true", {"text": "Đảng uỷ xã"})
    script = {"script": "ctx._source.text = ctx._source.text.replace('uỷ', 'ủy')"}
    assert ask(host, "POST", f"{index_name}/_update_by_query?refresh=true", script)["updated"] == 1
    removed = ask(host, "POST", f"{index_name}/_delete_by_query", {"query": {"match_phrase": {"text": "đảng ủy"}}})
    assert removed["deleted"] == 1


def test_a_test_leaves_no_indices_behind(opensearch_hosts, request):
    """Indices whose names begin with a test's are gone after it."""

    def gone():
        assert name not in httpx2.get(f"http://{opensearch_hosts[0]}/_cat/indices").text

    request.addfinalizer(gone)  # before the fixture is made, which so ends before
    name = request.getfixturevalue("index_name")
    ask(opensearch_hosts[0], "PUT", f"{name}-tin")


def test_a_node_stops_and_comes_back():
    """A node that is stopped is gone while the others answer, and comes back where it was with what it had."""
    with Cluster(nodes=3) as cluster:
        first, second, third = cluster.hosts
        ask(first, "PUT", "tin", {"settings": {"number_of_shards": 3, "number_of_replicas": 1}})
        ask(first, "GET", f"_cluster/health?wait_for_status=green&timeout={PATIENCE}s")
        ask(first, "PUT", "tin/_doc/1?refresh=true", {"text": "Bão số 5 đổ bộ"})
        cluster.stop_node(2)
        assert not answers(second)
        await_that(lambda: names_of_nodes(third), ["node-1", "node-3"])
        assert ask(third, "GET", "tin/_count?q=bão")["count"] == 1
        cluster.start_node(2)
        assert cluster.hosts[1] == second
        await_that(lambda: names_of_nodes(second), ["node-1", "node-2", "node-3"])


def test_it_ends_with_the_process_that_started_it(tmp_path):
    """A process that is killed takes its nodes along; those that start in their folder have what they acknowledged."""
    code = (
        "import sys, pathlib, opensearch_cluster as o\n"
        "print(o.Cluster(nodes=1, folder=pathlib.Path(sys.argv[1])).hosts[0], flush=True); input()"
    )
    with python(code, tmp_path) as process:
        host = process.stdout.readline().strip()
        ask(host, "PUT", "tin/_doc/1", {"text": "Xã Vĩnh Hoà sơ tán dân"})
        process.kill()
        await_that(lambda: answers(host), answer=False)
    with Cluster(nodes=1, folder=tmp_path) as cluster:
        ask(cluster.hosts[0], "GET", f"_cluster/health?wait_for_status=yellow&timeout={PATIENCE}s")
        assert ask(cluster.hosts[0], "GET", "tin/_doc/1")["_source"] == {"text": "Xã Vĩnh Hoà sơ tán dân"}


def test_it_is_shared_until_the_last_has_done_with_it(tmp_path):
    """Two that share a folder share its nodes, which go when both have gone."""
    code = (
        "import sys, pathlib, opensearch_cluster as o\n"
        "with o.shared_cluster(pathlib.Path(sys.argv[1])) as hosts:\n"
        "    print(hosts[0], flush=True); input()"
    )
    with python(code, tmp_path) as starter, python(code, tmp_path) as other:
        host = starter.stdout.readline().strip()
        assert other.stdout.readline().strip() == host
        for process in (starter, other):
            assert names_of_nodes(host) == ["node-1", "node-2", "node-3"]
            process.stdin.write("\n")
            process.stdin.flush()
        await_that(lambda: answers(host), answer=False)
        assert (starter.wait(PATIENCE), other.wait(PATIENCE)) == (0, 0)


def test_why_it_did_not_start_is_told(tmp_path):
    """The error has the end of the log, with the cause."""
    (tmp_path / "node-1").write_text("không phải thư mục")
    with pytest.raises(RuntimeError, match=r"(?s)its log ends:.*node-1"):
        Cluster(nodes=1, folder=tmp_path)


def test_it_is_fetched_once_and_whole(tmp_path):
    """Two that need it at the same time get the same files, and none of a fetch that was interrupted."""
    code = "import opensearch_cluster as o; print(o._libraries())"
    environment = {"XDG_CACHE_HOME": str(tmp_path)}
    with python(code, **environment) as process:
        folder = Path(process.communicate(timeout=PATIENCE)[0].strip())
    whole = sorted(path.name for path in folder.iterdir())
    folder.rename(f"{folder}.partial")
    Path(f"{folder}.partial", whole[0]).rename(Path(f"{folder}.partial", "dở dang.jar"))
    with python(code, **environment) as one, python(code, **environment) as two:
        told = {process.communicate(timeout=PATIENCE)[0].strip() for process in (one, two)}
    assert told == {str(folder)}
    assert sorted(path.name for path in folder.iterdir()) == whole
