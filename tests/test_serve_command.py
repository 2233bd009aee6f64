"""`timviet serve` as people meet it: a process that answers, sees commits, withstands odd clients and ends cleanly."""

import os
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from serving_process import PATIENCE, TIMVIET, free_port, serving
from timviet.index import Document, open_index
from web_site import TOKEN, fill


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "index"
    with open_index(folder, create=True) as index:
        fill(index)
    return folder


@pytest.fixture(scope="module")
def server(folder):
    with serving(folder, "--metrics", "--title", "Kho văn bản", "--workers", "2") as server:
        yield server


def ask(server, path, **parameters):
    return httpx2.get(f"{server.url}{path}", params=parameters)


def wait_until(is_true, what):
    deadline = time.monotonic() + PATIENCE
    while not is_true():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def test_it_answers(server):
    """The page and the API are there, and the page has the site's name."""
    assert ask(server, "/search", q="dang uy").json()["total"] == 3
    page = ask(server, "/", q="dang uy")
    assert "<title>dang uy · Kho văn bản</title>" in page.text
    assert "<mark>Đảng uỷ</mark>" in page.text


def test_the_log(server):
    """Each request is logged, without what was searched for: that is nobody else's business."""
    ask(server, "/search", q="bí mật")
    wait_until(lambda: '"GET /search HTTP/1.1" 200' in server.log.read_text(), "it was not logged")
    assert "b%C3%AD" not in server.log.read_text()
    assert "bí" not in server.log.read_text()


def test_other_hosts_are_refused(server):
    """A server that listens to this machine alone answers as this machine only."""
    answer = httpx2.get(f"{server.url}/search", params={"q": "ma"}, headers={"Host": "bao.example.vn"})
    assert answer.status_code == 421


def test_every_process_sees_new_commits(server, folder):
    """What another process commits is found by the next request, whichever process answers it."""
    with open_index(folder) as index:
        fill(index, [Document(id="tb", text="Thông báo lịch cắt điện.")])
        try:
            assert {ask(server, "/search", q="lich cat dien", match="all").json()["total"] for _ in range(20)} == {1}
        finally:
            with index.writer() as writer:
                writer.remove("tb")
    assert {ask(server, "/search", q="lich cat dien", match="all").json()["total"] for _ in range(20)} == {0}


def test_figures_of_all_processes(server):
    """Figures are those of all processes together, whichever is asked."""

    def searches():
        lines = ask(server, "/metrics").text.splitlines()
        line = next((line for line in lines if line.startswith("timviet_results_count")), "x 0")
        return float(line.split()[1])

    before = searches()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: httpx2.get(f"{server.url}/search", params={"q": "ma"}), range(24)))
    assert {searches() for _ in range(6)} == {before + 24}


def raw(server, sent, patience=20.0):
    """What a server answers to bytes that are sent as they are, until it closes the connection or falls silent."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=patience) as connection:
        connection.sendall(sent)
        answer = b""
        try:
            while piece := connection.recv(65536):
                answer += piece
                if b"HTTP/1.1 100" not in answer and b"\r\n\r\n" in answer:
                    return answer
        except TimeoutError:
            pass
        return answer


@pytest.mark.parametrize(
    ("sent", "statuses"),
    [
        (b"GARBAGE\r\n\r\n", (b"400",)),
        (b"GET / HTTP/9.9\r\n\r\n", (b"400", b"505")),
        (b"GET /search?q=%ff%fe%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", (b"200",)),
        (b"GET /documents/..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: localhost\r\n\r\n", (b"404",)),
        (b"GET /static/..%2f..%2fapp.py HTTP/1.1\r\nHost: localhost\r\n\r\n", (b"404",)),
        (b"GET /static/../../app.py HTTP/1.1\r\nHost: localhost\r\n\r\n", (b"404",)),
        (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", (b"400", b"414", b"431")),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 600_000 + b"\r\n\r\n", (b"400", b"431")),
        (
            b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"X%d: 1\r\n" % n for n in range(2000)) + b"\r\n",
            (b"400", b"431"),
        ),
        (b"POST /search HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", (b"400",)),
        (b"BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n", (b"405",)),
    ],
    ids=lambda own: own[:40].decode("latin-1") if isinstance(own, bytes) else None,
)
def test_malformed_requests(server, sent, statuses):
    """Whatever is sent, the answer is a clean one, and the server goes on."""
    status = raw(server, sent).partition(b" ")[2][:3]
    assert status in statuses
    assert ask(server, "/healthz").status_code == 200


def test_clients_that_never_end_their_request(server):
    """Slow clients hold up nobody, and are let go of after ten seconds."""
    host, port = server.url.removeprefix("http://").split(":")
    slow = [socket.create_connection((host, int(port)), timeout=PATIENCE) for _ in range(50)]
    for connection in slow:
        connection.sendall(b"GET /search?q=ma HTTP/1.1\r\nHost: loc")
    assert ask(server, "/search", q="ma").status_code == 200
    started = time.monotonic()
    assert all(b"200" not in connection.recv(4096)[:20] for connection in slow)
    assert time.monotonic() - started < PATIENCE
    for connection in slow:
        connection.close()


def test_clients_that_say_nothing(server):
    """Very many connections that nothing is sent on hold up nobody."""
    host, port = server.url.removeprefix("http://").split(":")
    silent = [socket.create_connection((host, int(port)), timeout=PATIENCE) for _ in range(800)]
    assert ask(server, "/healthz").status_code == 200
    time.sleep(11)
    assert ask(server, "/search", q="ma").status_code == 200
    for connection in silent:
        connection.close()


def test_the_log_is_of_whole_lines(server):
    """A path with line ends, or with what a terminal obeys, is one line of printable characters."""
    ask(server, "/%0d%0aFAKE%20%1b%5b31m")
    wait_until(lambda: "FAKE" in server.log.read_text(), "it was not logged")
    (line,) = [line for line in server.log.read_text().splitlines() if "FAKE" in line]
    assert line.startswith("[20")
    assert "\x1b" not in line


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_it_is_told_to(folder, number):
    """Ctrl-C, or the system's word, ends it with status 0, and requests that it has taken are answered."""
    with serving(folder, "--workers", "2") as server, ThreadPoolExecutor(8) as threads:
        answers = [threads.submit(httpx2.get, f"{server.url}/search", params={"q": "dang uy"}) for _ in range(40)]
        wait_until(lambda: any(answer.done() for answer in answers), "nothing was answered")
        server.process.send_signal(number)
        assert server.process.wait(PATIENCE) == 0
        for answer in answers:
            error = answer.exception()
            assert error is None or isinstance(error, httpx2.TransportError)  # those that came too late
            assert error is not None or answer.result().status_code == 200
        assert "Traceback" not in server.log.read_text()


def test_a_process_that_dies_is_replaced(folder):
    """When one of those that answer is killed, another one takes its place."""
    with serving(folder) as server:
        children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
        (worker,) = children.read_text().split()
        os.kill(int(worker), signal.SIGKILL)
        wait_until(lambda: worker not in children.read_text().split(), "it is still there")

        def answers():
            try:
                return ask(server, "/healthz").status_code == 200
            except httpx2.TransportError:
                return False

        wait_until(answers, "nobody took its place")


def test_documents_over_http(folder, tmp_path):
    """With a token, from the environment, documents come in and go out; without it, there is no such path."""
    with open_index(tmp_path / "index", create=True) as index:
        fill(index)
    os.environ["TIMVIET_TOKEN"] = TOKEN
    try:
        with serving(tmp_path / "index") as server:
            headers = {"Authorization": f"Bearer {TOKEN}"}
            added = httpx2.post(f"{server.url}/documents", json={"id": "tb", "text": "Lịch cắt điện."}, headers=headers)
            assert added.status_code == 201
            assert ask(server, "/search", q="cat dien", match="all").json()["total"] == 1
            assert httpx2.delete(f"{server.url}/documents/tb", headers=headers).status_code == 204
            assert httpx2.delete(f"{server.url}/documents/tb").status_code == 401
    finally:
        del os.environ["TIMVIET_TOKEN"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--index", "khong-co"], "there is no index at khong-co"),
        (["--host", "203.0.113.7"], "cannot listen at 203.0.113.7"),
        (["--host", "khong-co.invalid"], "cannot listen at khong-co.invalid"),
        (["--port", "70000"], "70000"),
        (["--workers", "0"], "workers"),
        (["--timeout", "0"], "seconds"),
        (["--title", " "], "empty"),
        (["--host", ""], "empty"),
    ],
    ids=lambda own: " ".join(own) if isinstance(own, list) else None,
)
def test_what_cannot_be_served(folder, options, told):
    """What is wrong is told before anything is served, with exit status 2."""
    arguments = [
        TIMVIET,
        "serve",
        "--port",
        str(free_port()),
        *(["--index", str(folder)] * ("--index" not in options)),
        *options,
    ]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken(server, folder):
    """Two servers do not share a port: the second one says so."""
    port = server.url.rpartition(":")[2]
    done = subprocess.run(
        [TIMVIET, "serve", "--index", str(folder), "--port", port],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 2
    assert f"cannot listen at 127.0.0.1, port {port}: Address already in use; name others" in done.stderr
