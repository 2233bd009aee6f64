"""Nodes that stop while they are asked, a cluster that is not there, and one that has too much to do."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

import httpx2
import pytest

from opensearch_cluster import Cluster, unavailable
from timviet.index import ClusterOptions, Document, open_index
from timviet.index.errors import ClusterError
from timviet.index.opensearch import lease as leases
from timviet.index.opensearch.connection import Connection, Place
from timviet.index.opensearch.creating import require_concrete
from timviet.index.opensearch.index import ClusterIndex
from timviet.search import Searcher

PATIENCE = 60  # seconds
BOUND = 10  # seconds that a search may take whatever happens
AFTERWARDS = 1.5  # seconds in which searches go on after nodes have come or gone
# So few bytes may be under way on a node, that several writers' threads have to wait.
MEMORY = 2_500_000


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Three nodes, each of which runs before and after each test."""
    if reason := unavailable():
        pytest.skip(reason)
    with Cluster(nodes=3, settings={"indexing_pressure.memory.limit": f"{MEMORY}b"}) as cluster:
        yield cluster


@pytest.fixture
def silent_host() -> Iterator[str]:
    """Where a connection is neither accepted nor refused, as where a machine is off."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(4):  # more than may wait until they are accepted
            client = stack.enter_context(socket.socket())
            client.settimeout(0)
            client.connect_ex(server.getsockname())
        yield f"127.0.0.1:{server.getsockname()[1]}"


def place(name: str, *clusters: Cluster) -> str:
    return f"opensearch://{','.join(host for own in clusters for host in own.hosts)}/{name}"


def ask(cluster: Cluster, path: str):
    return httpx2.get(f"http://{cluster.hosts[0]}/{path}", timeout=PATIENCE).raise_for_status().json()


def manager(cluster: Cluster) -> int:
    """The number of the elected manager."""
    (name,) = [node["name"] for node in ask(cluster, "_cat/nodes?format=json&h=name,cm") if node["cm"] == "*"]
    return int(name.removeprefix("node-"))


def await_copies(cluster: Cluster) -> None:
    """Return when each shard has all its copies."""
    ask(cluster, f"_cluster/health?wait_for_status=green&timeout={PATIENCE}s")


@contextmanager
def filled(cluster: Cluster, name: str, *others: Cluster, replicas: int = 1, retries: int = 8):
    """An index of three shards with sixty documents."""
    options = ClusterOptions(shards=3, replicas=replicas, retries=retries)
    with open_index(place(name, *others, cluster), create=True, cluster=options) as index:
        with index.writer() as writer:
            for number in range(60):
                writer.add(Document(id=f"cũ {number}", text=f"Đảng ủy xã số {number}\nHọp lúc {number} giờ"))
        await_copies(cluster)
        yield index
        index.connection.client.indices.delete(index=f"{name}-*")


def answers(searcher: Searcher):
    """What some searches find, with scores."""
    found = [searcher.search("dang uy", limit=20), searcher.search("họp lúc 7"), searcher.search("đang*", limit=5)]
    return [(own.total, [(hit.document_id, hit.score) for hit in own]) for own in found]


@contextmanager
def meanwhile(do):
    """Something done in another thread, which has ended, and well, at the end."""
    failures = []

    def run():
        try:
            do()
        except BaseException as error:  # noqa: BLE001  # told below
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield thread
    finally:
        thread.join()
    assert not failures


@pytest.mark.parametrize("is_manager", [True, False], ids=["the manager", "another node"])
def test_a_node_stops_while_it_is_searched(cluster, is_manager):
    """Searches go on while a node goes and comes: each finds what all find, or fails clearly and soon."""
    with filled(cluster, "tim") as index, Searcher(index) as searcher:
        before = answers(searcher)
        number = manager(cluster) if is_manager else manager(cluster) % 3 + 1

        def stop_and_start():
            cluster.stop_node(number)
            time.sleep(AFTERWARDS)
            cluster.start_node(number)
            time.sleep(AFTERWARDS)

        right, failed = 0, 0
        with meanwhile(stop_and_start) as thread:
            while thread.is_alive():
                started = time.monotonic()
                try:
                    assert answers(searcher) == before
                    right += 1
                except ClusterError:
                    failed += 1
                assert time.monotonic() - started < BOUND
        assert right > failed
        await_copies(cluster)
        assert [answers(searcher) for _ in range(6)] == [before] * 6
        assert not searcher.refresh()


def test_a_node_stops_while_it_is_written(cluster):
    """A commit during which the manager stops has all its documents; commits before it stay, and others follow it."""
    added = {f"mới {number}" for number in range(1_500)}
    with filled(cluster, "ghi") as index:
        before = set(index.ids())
        number = manager(cluster)
        writer = index.writer(memory=1, jobs=2)
        with meanwhile(lambda: cluster.stop_node(number)):
            for identity in sorted(added):
                writer.add(Document(id=identity, text=f"Tin {identity}: " + "hội đồng nhân dân " * 50))
            writer.commit()
        with Searcher(index) as searcher:
            assert set(index.ids()) == before | added
            assert searcher.search("hội đồng nhân dân").total == len(added)
        with index.writer() as writer:
            writer.remove("mới 1")
        cluster.start_node(number)
        await_copies(cluster)
        for _ in cluster.hosts:  # each node is asked in turn
            assert set(index.ids()) == (before | added) - {"mới 1"}
        assert index.generation == 3


@contextmanager
def apart() -> Iterator[tuple[Cluster, Cluster]]:
    """Three nodes, of which the third is a process of its own, to be killed by closing it."""
    if reason := unavailable():
        pytest.skip(reason)
    with Cluster(nodes=2) as cluster, Cluster(nodes=1, folder=cluster.folder, first=3) as third:
        yield cluster, third


def test_a_node_is_killed_while_it_is_searched():
    """Searches go on when a node's process is killed: each finds what all find, or fails clearly and soon."""
    with apart() as (cluster, third), filled(cluster, "giết", third) as index, Searcher(index) as searcher:
        before = answers(searcher)
        right, failed = 0, 0
        with meanwhile(third.close) as thread:
            while thread.is_alive() or right + failed < 20:
                started = time.monotonic()
                try:
                    assert answers(searcher) == before
                    right += 1
                except ClusterError:
                    failed += 1
                assert time.monotonic() - started < BOUND
        assert right > failed


def test_a_node_is_killed_while_it_is_written():
    """When a node's process is killed, all is there that was committed, and what is written meanwhile."""
    added = {f"mới {number}" for number in range(1_500)}
    with apart() as (cluster, third), filled(cluster, "giết", third) as index:
        before = set(index.ids())
        writer = index.writer(memory=1, jobs=2)
        for place, identity in enumerate(sorted(added)):
            if place == len(added) // 2:
                third.close()
            writer.add(Document(id=identity, text=f"Tin {identity}: " + "hội đồng nhân dân " * 50))
        writer.commit()
        assert set(index.ids()) == before | added
        with Searcher(index) as searcher:
            assert searcher.search("hội đồng nhân dân").total == len(added)
            assert searcher.search("đảng ủy xã").total == len(before)


def test_a_shard_is_missing(cluster):
    """Where a shard has no copy, nothing is found or committed rather than a part, and all is there again with it."""
    with filled(cluster, "khuyet", replicas=0, retries=0) as index, Searcher(index) as searcher:
        before = answers(searcher)
        number = manager(cluster) % 3 + 1
        writer = index.writer()
        writer.add(Document(id="mới", text="Đảng ủy phường"))
        cluster.stop_node(number)
        try:
            for asked in (lambda: answers(searcher), lambda: list(index.documents()), lambda: index.paragraph_count):
                with pytest.raises(ClusterError, match="a shard of the index is on no node") as caught:
                    asked()
                assert caught.value.status == 503
            started = time.monotonic()
            with pytest.raises(ClusterError, match="cannot write to the index"):
                writer.commit()
            assert (
                time.monotonic() - started < 2 * BOUND
            )  # five seconds for each of what is sent, the lease, its renewal
        finally:
            cluster.start_node(number)
            await_copies(cluster)
        assert answers(searcher) == before
        assert index.generation == 1


def test_what_is_not_visible_is_not_committed(cluster):
    """A commit fails where not all is visible that was written, as where a shard was passed over."""
    with filled(cluster, "hut") as index:
        writer = index.writer()
        writer.add(Document(id="mới", text="một\nhai"))
        writer.add(Document(id="mới", text="ba\nbốn\nnăm"))
        writer._sender.flush()
        client, name = index.connection.client, index.connection.name
        client.indices.refresh(index=name)
        client.delete_by_query(index=name, body={"query": {"term": {"order": writer._order - 1}}})
        with pytest.raises(ClusterError, match=r"2 of 3 paragraphs that were written are visible.*index again"):
            writer.commit()
        assert index.generation == 1


def test_all_nodes_stop(cluster):
    """Without any node, all that is asked fails clearly and soon; when they are back, the same searcher goes on."""
    with filled(cluster, "het", retries=4) as index, Searcher(index) as searcher:
        before = answers(searcher)
        writer = index.writer()
        writer.add(Document(id="mới", text="Đảng ủy phường"))
        own = place("het", cluster)
        asked = {
            "search": lambda: searcher.search("dang uy"),
            "read": searcher.refresh,
            "open": lambda: open_index(own.replace("://", "://an:bimat@")),
            "write to": writer.commit,
        }
        for number in (1, 2, 3):
            cluster.stop_node(number)
        try:
            for operation, do in asked.items():
                started = time.monotonic()
                with pytest.raises(
                    ClusterError, match=r"no node of the cluster can answer that \(Connection refused\)"
                ) as told:
                    do()
                assert time.monotonic() - started < 5
                assert (told.value.operation, told.value.location) == (operation, own)
                assert str(told.value).startswith(f"cannot {operation} the index {own}: no node")
                assert str(told.value).endswith(
                    "; see whether all of them run, and whether the hosts and ports are right"
                )
        finally:
            cluster.start_node(1, 2, 3)
            await_copies(cluster)
        assert answers(searcher) == before
        assert not searcher.refresh()
        assert writer.is_ended


def test_a_node_that_does_not_accept(cluster, silent_host):
    """A node that no connection can be made to delays a search by a part of the time allowed, and is then left out."""
    with filled(cluster, "lang") as index:
        location = index.location.replace("://", f"://{silent_host},")
        with open_index(location, cluster=ClusterOptions(timeout=4)) as other, Searcher(other) as searcher:
            before = answers(searcher)
            started = time.monotonic()
            assert [answers(searcher) for _ in range(8)] == [before] * 8
            assert time.monotonic() - started < BOUND


def test_a_node_that_does_not_answer(cluster):
    """A node that hangs costs one search the time allowed, and is left out after that."""
    with filled(cluster, "treo") as index, socket.socket() as hanging:
        hanging.bind(("127.0.0.1", 0))
        hanging.listen()
        location = index.location.replace("://", f"://127.0.0.1:{hanging.getsockname()[1]},")
        with Searcher(index) as searcher:
            expected = answers(searcher)
        concrete = require_concrete(index.connection)
        hung = ClusterIndex(Connection(Place.parse(location), ClusterOptions(timeout=1.5)), concrete)
        with closing(hung):
            failed = 0
            for _ in range(6):
                try:
                    with Searcher(hung) as searcher:
                        assert answers(searcher) == expected
                except ClusterError as error:
                    assert "has not answered in time" in str(error)
                    failed += 1
        assert failed == 1


def rejected(cluster: Cluster) -> int:
    """How many requests to write nodes have refused for want of memory."""
    nodes = ask(cluster, "_nodes/stats/indexing_pressure")["nodes"].values()
    totals = [node["indexing_pressure"]["memory"]["total"] for node in nodes]
    return sum(own[kind] for own in totals for kind in own if kind.endswith("_rejections"))


def test_refused_for_now(cluster):
    """What nodes refuse because too much is under way is sent again until all of it is there."""
    with filled(cluster, "ban") as index:
        before = rejected(cluster)
        with index.writer(jobs=8) as writer:
            for number in range(800):
                writer.add(Document(id=f"mới {number}", text=f"Tin {number}: " + "ủy ban nhân dân phường " * 200))
        assert rejected(cluster) > before
        assert index.document_count == 60 + 800


def test_refused_for_good(cluster):
    """What nodes refuse again and again is told, and nothing of it is committed."""
    with filled(cluster, "qua", retries=2) as index:
        text = "hội đồng nhân dân tỉnh " * (MEMORY // 30)
        with (
            pytest.raises(ClusterError, match=r"it has too much to do.*; try again later") as caught,
            index.writer() as writer,
        ):
            writer.add(Document(id="mới", text=text))
        assert (caught.value.operation, caught.value.status) == ("write to", 429)
        assert (index.document_count, index.generation) == (60, 1)


def test_a_full_disk_while_it_is_searched(cluster, monkeypatch):
    """While nothing may be written because a disk is full, searches go on; and writing does when there is room."""
    monkeypatch.setattr(leases, "_SECONDS", 2)  # after which a writer counts as ended that could not say so
    with filled(cluster, "day", retries=1) as index, Searcher(index) as searcher:
        before = answers(searcher)
        writer = index.writer()
        writer.add(Document(id="mới", text="hội đồng nhân dân"))
        settings, name = index.connection.client.indices.put_settings, index.connection.name
        settings(index=name, body={"index.blocks.read_only_allow_delete": True})
        with pytest.raises(ClusterError, match=r"a disk is nearly full.*; make room on its disks"):
            writer.commit()
        assert answers(searcher) == before
        settings(index=name, body={"index.blocks.read_only_allow_delete": None})
        with index.writer(timeout=PATIENCE) as writer:
            writer.add(Document(id="mới", text="hội đồng nhân dân"))
        assert searcher.refresh()
        assert searcher.search("hội đồng nhân dân").total == 1
