"""What is said where a cluster cannot be asked, or refuses; and that nothing secret is said."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from timviet.index import ClusterOptions, open_index
from timviet.index.errors import ClusterError, IndexNotFoundError, MissingExtraError, NotAnIndexError
from timviet.index.opensearch import layout
from timviet.index.opensearch.connection import Place, connect
from timviet.search import Searcher

ESCAPED = "b%C3%AD-m%E1%BA%ADt"
PLAIN = "bí-mật"


@contextmanager
def answering(status: int, body: bytes, kind: str = "text/html") -> Iterator[str]:
    """Have something answer all that is asked of it the same way, as a proxy does, and tell its host and port."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_POST = do_HEAD = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


PAGE = b"<html><h1>Bad gateway</h1></html>"
GONE = (
    b'{"error": {"type": "search_phase_execution_exception", "reason": "all shards failed", '
    b'"caused_by": {"type": "node_not_connected_exception", "reason": "[may-2] Node not connected"}}, "status": 500}'
)
ANSWERS = [
    pytest.param(200, PAGE, "text/html", "is not OpenSearch, or a proxy", None, id="a page"),
    pytest.param(200, b"ok", "text/plain", "is not OpenSearch", None, id="a text"),
    pytest.param(502, PAGE, "text/html", r"is not OpenSearch, or a proxy.*status 502", 502, id="a proxy's error"),
    pytest.param(401, b"Unauthorized", "text/plain", "does not know this user and password", 401, id="a password"),
    pytest.param(403, b'{"error": {"type": "security_exception", "reason": "no permissions"}, "status": 403}',
                 "application/json", r"the user may not do that \(no permissions\)", 403, id="a right"),
    pytest.param(500, GONE, "application/json", r"a shard of the index is on no node that is there .*Node not c",
                 503, id="a node that just went"),
    pytest.param(429, b"Too many requests", "text/plain", "has too much to do", 429, id="too many requests"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "kind", "said", "told"), ANSWERS)
def test_what_is_answered(status, body, kind, said, told):
    """An answer of something else, or a refusal, is told with its cause and the next step, without the password."""
    with answering(status, body, kind) as host:
        with pytest.raises((ClusterError, NotAnIndexError), match=said) as caught:
            open_index(f"opensearch://an:{ESCAPED}@{host}/kho")
        assert caught.value.location == f"opensearch://{host}/kho"
        assert getattr(caught.value, "status", None) == told
        assert PLAIN not in repr(caught.value) + str(caught.value)


def test_no_node_answers():
    """Where no node listens, that is told in no time."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{unused.getsockname()[1]}"
        started = time.monotonic()
        with pytest.raises(ClusterError, match=r"no node of the cluster can answer that \(Connection refused\); see"):
            open_index(f"opensearch://{host},{host}/kho")
        assert time.monotonic() - started < 5


def test_a_node_that_does_not_answer():
    """Where a node takes the question and says nothing, that is told when the time is over."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        started = time.monotonic()
        with pytest.raises(ClusterError, match=r"has not answered in time.*TIMVIET_OPENSEARCH_TIMEOUT"):
            open_index(f"opensearch://{host}/kho", cluster=ClusterOptions(timeout=0.3))
        assert time.monotonic() - started < 5


def test_no_tls():
    """Where a node has no TLS and is asked over it, that is told."""
    with answering(200, PAGE) as host, pytest.raises(ClusterError, match="TLS with the cluster failed"):
        open_index(f"opensearchs://{host}/kho")


@pytest.mark.parametrize("options", [{"ca_certs": "/không/có.pem"}, {"client_cert": "/không/có.pem"}])
def test_no_file_of_certificates(options):
    """Where a file of certificates is not there, that is told."""
    with pytest.raises(ClusterError, match=r"there is no file /không/có\.pem"):
        open_index("opensearchs://127.0.0.1:1/kho", cluster=ClusterOptions(**options))


@pytest.mark.parametrize(
    "location",
    [
        "opensearch://",
        "opensearch://may-chu",
        "opensearch://may-chu/",
        "opensearch:///kho",
        "opensearch://may-chu/Kho",
        "opensearch://may-chu/_kho",
        "opensearch://may-chu/kho/nữa",
        "opensearch://may-chu/kho*",
        "opensearch://may-chu:cổng/kho",
        "opensearch://may-chu:99999/kho",
        "opensearch://a,,b/kho",
        f"opensearch://an:{ESCAPED}@may-chu/Kho",
        f"opensearch://an:{ESCAPED}/1@may-chu/kho",
        f"opensearch://an:1/{ESCAPED}@may-chu",
        f"opensearch://an:1/{ESCAPED}@may-chu/kho",
    ],
)
def test_places_that_are_none(location):
    """A location that names no host or no index that there may be is refused before anything is asked."""
    with pytest.raises(NotAnIndexError, match="write it as opensearch://HOST:9200/NAME") as caught:
        open_index(location)
    assert ESCAPED not in str(caught.value) + caught.value.location


@pytest.mark.parametrize("end", ["\n", "ậ"])
def test_a_key_that_cannot_be_sent(end):
    """A key that no request can carry is refused without being shown."""
    with pytest.raises(ValueError, match="API key") as caught:
        ClusterOptions(api_key=f"{ESCAPED}{end}")
    assert ESCAPED not in str(caught.value)


def test_places():
    """A location says hosts with their ports, the name, whether there is TLS, and who asks."""
    place = Place.parse("opensearchs://an%40b:m%3A%2F@[::1]:9201,may-chu/kho")
    assert place == Place([("::1", 9201), ("may-chu", 9200)], "kho", True, "an@b", "m:/")  # noqa: FBT003
    assert str(place) == "opensearchs://[::1]:9201,may-chu:9200/kho"


def test_nothing_secret_is_shown():
    """Neither options nor a connection nor its client show a password or key."""
    options = ClusterOptions(user="an", password=PLAIN, api_key=ESCAPED)
    connection = connect(f"opensearch://an:{ESCAPED}@127.0.0.1:1/kho", options)
    shown = repr(options) + repr(connection) + repr(connection.client) + connection.location
    assert PLAIN not in shown
    assert ESCAPED not in shown
    connection.close()


def test_options_of_the_environment():
    """The environment says how to reach a cluster; what it does not say is as usual."""
    environment = {"USER": "an", "PASSWORD": PLAIN, "VERIFY": "0", "TIMEOUT": "2.5", "RETRIES": "0", "CA_CERTS": ""}
    named = {f"TIMVIET_OPENSEARCH_{name}": value for name, value in environment.items()}
    assert ClusterOptions.from_environment(2, 0, named) == ClusterOptions(
        shards=2, replicas=0, user="an", password=PLAIN, verify=False, timeout=2.5, retries=0
    )
    assert ClusterOptions.from_environment(environment={}) == ClusterOptions()


@pytest.mark.parametrize("name", ["TIMEOUT", "RETRIES"])
def test_numbers_that_are_none(name, monkeypatch):
    """A number of the environment that is none is told, with its name."""
    monkeypatch.setenv(f"TIMVIET_OPENSEARCH_{name}", "nhiều")
    with pytest.raises(
        ClusterError, match=rf"TIMVIET_OPENSEARCH_{name} is no number: 'nhiều'; see `timviet index --help`"
    ):
        open_index("opensearch://127.0.0.1:1/kho")


@pytest.mark.parametrize(
    "wrong", [{"shards": 0}, {"replicas": -1}, {"timeout": 0}, {"timeout": float("nan")}, {"retries": -1}]
)
def test_numbers_out_of_range(wrong):
    """Options that cannot be are refused."""
    with pytest.raises(ValueError, match="cannot"):
        ClusterOptions(**wrong)


def test_without_the_extra(monkeypatch):
    """Where the client is not installed, that is told with what installs it."""
    monkeypatch.setitem(__import__("sys").modules, "opensearchpy", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'timviet\[opensearch\]'"):
        open_index("opensearch://127.0.0.1:1/kho")


def test_no_index(location):
    """An index that is not there is told with what makes it."""
    with pytest.raises(IndexNotFoundError, match="timviet index --index"):
        open_index(location)


def test_shards_on_no_node(location, opensearch_hosts, index_name):
    """An index whose shards are on no node that is there is told to be so by who would search it."""
    from opensearchpy import OpenSearch

    body = layout.index_body(index_name, shards=1, replicas=0)
    body["settings"]["index"]["routing.allocation.require._name"] = "không có"
    with OpenSearch(opensearch_hosts) as client:
        client.indices.create(index=f"{index_name}-00000001", body=body, params={"wait_for_active_shards": "0"})
        with open_index(location) as index, pytest.raises(ClusterError, match="no node that is there"):
            Searcher(index)


def test_what_another_program_wrote(location):
    """What is in an index that timviet did not write is told as such by a search that finds it."""
    with open_index(location, create=True) as index:
        written = {"kind": "paragraph", "id": "lạ", "paragraph": 0, "order": 1, "text": "đảng\tx\nhoa", "stored": {}}
        client = index.connection.client
        client.index(index=index.connection.name, body=written, params={"refresh": "true"})
        with Searcher(index) as searcher, pytest.raises(NotAnIndexError, match="did not write"):
            searcher.search("hoa")


def test_another_program_s_index(location, opensearch_hosts, index_name):
    """An index of another program is not opened, and nothing is written to it."""
    from opensearchpy import OpenSearch

    with OpenSearch(opensearch_hosts) as client:
        client.indices.create(index=index_name, body={"mappings": {"_meta": {"timviet": "không"}}})
    for create in (False, True):
        with pytest.raises(NotAnIndexError, match="another program's index"):
            open_index(location, create=create)


def test_a_name_of_several_indexes(location, opensearch_hosts, index_name):
    """A name that stands for several indexes is not opened."""
    from opensearchpy import OpenSearch

    with OpenSearch(opensearch_hosts) as client:
        for number in "12":
            client.indices.create(index=f"{index_name}-{number}", body={"aliases": {index_name: {}}})
    with pytest.raises(NotAnIndexError, match=f"several indexes.*{index_name}-1"):
        open_index(location)


def test_making_it_at_the_same_time(location):
    """Of several that make an index at the same time, all have the same one."""
    found, threads = [], []

    def make():
        with open_index(location, create=True) as index:
            found.append(index.last_commit().commit_id)

    for _ in range(4):
        threads.append(threading.Thread(target=make))
        threads[-1].start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
