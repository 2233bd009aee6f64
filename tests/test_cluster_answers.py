"""What is said where something else answers than the cluster: at first, or while an index is searched."""

import base64
import http.client
import logging
import shutil
import ssl
import subprocess
import threading
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from timviet.index import ClusterOptions, Document, open_index
from timviet.index.errors import ClusterError, IndexVersionError, NotAnIndexError
from timviet.search import Searcher
from timviet.search.cli import main

USER, PASSWORD = "an", "b1-m4t-tuy3t-d01"
SECRETS = (PASSWORD, base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode())


class Answer(NamedTuple):
    """What is answered to everything."""

    status: int
    kind: str
    body: bytes


class Door(ThreadingHTTPServer):
    """Stands before a node of a cluster: passes on what is asked, or answers all of it itself.

    Attributes:
        answer: what it answers; None where it passes on.
        tls: what it speaks TLS by, if it does.
    """

    def __init__(self, host: str | None = None, answer: Answer | None = None, tls: ssl.SSLContext | None = None):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.host, self.answer, self.tls = host, answer, tls

    def finish_request(self, request, client_address):
        """Speak TLS with one that connects, if so told."""
        if self.tls is None:
            super().finish_request(request, client_address)
            return
        with (
            suppress(ssl.SSLError),
            self.tls.wrap_socket(request, server_side=True) as spoken,
        ):  # unless it is not trusted
            super().finish_request(spoken, client_address)

    def place(self, name: str, *, credentials: bool = True) -> str:
        """Where an index is behind it."""
        scheme = "opensearchs" if self.tls else "opensearch"
        return f"{scheme}://{f'{USER}:{PASSWORD}@' * credentials}127.0.0.1:{self.server_port}/{name}"


class _Handler(BaseHTTPRequestHandler):
    def do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, kind, content = self.server.answer or self._pass_on(body)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_DELETE = do  # noqa: N815

    def _pass_on(self, body: bytes) -> Answer:
        kind = {"Content-Type": self.headers.get("Content-Type", "text/plain")}
        with closing(http.client.HTTPConnection(self.server.host, timeout=60)) as node:
            node.request(self.command, self.path, body, kind)
            told = node.getresponse()
            return Answer(told.status, told.headers["Content-Type"], told.read())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def standing(*arguments: object) -> Iterator[Door]:
    with Door(*arguments) as door:
        thread = threading.Thread(target=door.serve_forever, args=[0.02])
        thread.start()
        try:
            yield door
        finally:
            door.shutdown()
            thread.join()


@pytest.fixture
def nothing_secret(caplog) -> Iterator[None]:
    """Whatever is logged, however much one asks for, has no password in it."""
    caplog.set_level(logging.DEBUG)
    for name in ("opensearch", "opensearchpy.trace", "urllib3"):
        caplog.set_level(logging.DEBUG, logger=name)
    yield
    records = caplog.get_records("call")
    assert records
    told = "".join(f"{record.getMessage()} {vars(record)}" for record in records)
    assert not [secret for secret in SECRETS if secret in told]


def require_clear(error: Exception, operation: str, location: str, said: str) -> None:
    """Check that an error says what was to be done, where, what went wrong and what to do; and nothing secret."""
    assert str(error).startswith(f"cannot {operation} the index {location}: ")
    reason, _, advice = str(error).removeprefix(f"cannot {operation} the index {location}: ").partition("; ")
    assert said in reason
    assert advice
    assert error.location == location
    shown = "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))
    assert not [secret for secret in SECRETS if secret in shown]


PAGE = b"<html><h1>502 Bad Gateway</h1></html>"
# What the security plugin answers whom it does not know.
ANSWERS = [
    pytest.param(Answer(401, "text/plain; charset=UTF-8", b"Unauthorized"), "know this user and password", id="401"),
    pytest.param(Answer(200, "text/html", PAGE), "what answers is not OpenSearch", id="a page"),
    pytest.param(Answer(502, "text/html", PAGE), "what answers is not OpenSearch", id="a proxy's error"),
]


@pytest.mark.parametrize(("answer", "said"), ANSWERS)
@pytest.mark.usefixtures("nothing_secret")
def test_opening(answer, said):
    """Where something else answers who opens an index, that is told, without the password, and so it is logged."""
    with standing(None, answer) as door, pytest.raises(ClusterError) as caught:
        open_index(door.place("kho"))
    require_clear(caught.value, "open", door.place("kho", credentials=False), said)


@pytest.mark.parametrize(("answer", "said"), ANSWERS)
@pytest.mark.usefixtures("nothing_secret")
def test_searching(answer, said, opensearch_hosts, index_name):
    """Where something else answers a search of an open index, that is told likewise; and when it is over, all is well.

    A commit and a refresh fail likewise.
    """
    with standing(opensearch_hosts[0]) as door:
        options = ClusterOptions(replicas=0, retries=1)
        with open_index(door.place(index_name), create=True, cluster=options) as index:
            with index.writer() as writer:
                writer.add(Document(id="1", text="Đảng ủy xã"))
            with Searcher(index) as searcher:
                assert searcher.search("dang uy").total == 1
                writer = index.writer()
                writer.add(Document(id="2", text="Đảng ủy phường"))
                door.answer = answer
                for operation, do in (
                    ("search", lambda: searcher.search("đảng ủy xã")),
                    ("read", searcher.refresh),
                    ("write to", writer.commit),
                ):
                    with pytest.raises(ClusterError) as caught:
                        do()
                    require_clear(caught.value, operation, door.place(index_name, credentials=False), said)
                door.answer = None
                assert searcher.search("đảng ủy xã").total == 1
                assert not searcher.refresh()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory) -> list[tuple[Path, ssl.SSLContext]]:
    """Two certificates that nobody has signed but they themselves, each with what speaks TLS by it."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl, to make certificates")
    made = []
    for name in ("cũ", "mới"):
        folder = tmp_path_factory.mktemp(name)
        certificate, key = folder / "chứng thư.pem", folder / "khóa.pem"
        command = (
            "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=may-chu -addext subjectAltName=IP:127.0.0.1"
        )
        subprocess.run([*command.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate, key)
        made.append((certificate, tls))
    return made


@pytest.mark.usefixtures("nothing_secret")
def test_a_certificate_that_is_not_trusted(certificates, opensearch_hosts, index_name):
    """A certificate is refused that is signed by none that is trusted, at first or later on; one that is, is taken."""
    (trusted, tls), (_, other) = certificates
    with standing(opensearch_hosts[0], None, tls) as door:
        location = door.place(index_name, credentials=False)
        with pytest.raises(ClusterError) as caught:
            open_index(door.place(index_name), create=True)
        require_clear(caught.value, "open", location, "certificate verify failed: self-signed")
        assert "TIMVIET_OPENSEARCH_CA_CERTS" in str(caught.value)
        options = ClusterOptions(replicas=0, ca_certs=str(trusted))
        with open_index(door.place(index_name), create=True, cluster=options) as index, Searcher(index) as searcher:
            assert searcher.search("dang uy").total == 0
            with open_index(location, cluster=ClusterOptions(verify=False)) as unchecked:
                assert unchecked.document_count == 0
            misnamed = location.replace("127.0.0.1", "localhost")
            with pytest.raises(ClusterError, match=r"TLS with the cluster failed.* is not valid for 'localhost'"):
                open_index(misnamed, cluster=options)
            door.tls = other
            with pytest.raises(ClusterError) as caught:
                searcher.search("công an")
            require_clear(caught.value, "search", location, "certificate verify failed: self-signed")


def test_an_index_of_other_rules(location, opensearch_hosts, index_name):
    """An index that was made by other rules, or laid out otherwise, is told with what to do, and not searched."""
    with open_index(location, create=True) as index:
        client = index.connection.client
        own = client.indices.get_mapping(index=index_name)[f"{index_name}-00000001"]["mappings"]["_meta"]["timviet"]
        for changed, said in (
            ({"rules": "khác"}, rf"was built by other rules .*rules khác.*`timviet copy {location} {location}`"),
            ({"schema": 1}, r"was built by other rules \(schema 1,"),
            ({"layout": 99}, r"has layout 99, and this version \d+: index again"),
        ):
            client.indices.put_mapping(index=index_name, body={"_meta": {"timviet": own | changed}})
            with pytest.raises(IndexVersionError, match=said) as caught:
                open_index(location)
            assert caught.value.location == location


@pytest.mark.parametrize("made", [{}, {"_meta": {"timviet": {}}}, {"_meta": {"timviet": {"layout": "một"}}}], ids=str)
def test_another_program_s_mapping(location, opensearch_hosts, index_name, made):
    """An index whose mapping timviet has not written is told as another program's."""
    from opensearchpy import OpenSearch

    with OpenSearch(opensearch_hosts) as client:
        client.indices.create(index=index_name, body={"mappings": made})
    with pytest.raises(NotAnIndexError, match="another program's index: name another place"):
        open_index(location)


@pytest.mark.parametrize("arguments", [["search", "dang uy"], ["info"], ["suggest", "da"]], ids=" ".join)
def test_a_command_without_a_cluster(arguments):
    """A command that no node answers ends with one line that says so, without the password, and with status 2."""
    command, *rest = arguments
    done = CliRunner().invoke(main, [command, "--index", f"opensearch://{USER}:{PASSWORD}@127.0.0.1:1/x", *rest])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        "Error: cannot open the index opensearch://127.0.0.1:1/x: "
        "no node of the cluster can answer that (Connection refused); "
        "see whether all of them run, and whether the hosts and ports are right\n"
    )
