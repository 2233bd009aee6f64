"""`timviet serve` as a process of its own, for tests and measurements."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import httpx2

TIMVIET = Path(sys.executable).with_name("timviet")
PATIENCE = 30  # seconds until it answers, or has ended


class Server(NamedTuple):
    """A server that answers.

    Attributes:
        process: its process, which watches those that answer.
        url: where it is.
        log: the file with all that it has written.
    """

    process: "subprocess.Popen[bytes]"
    url: str
    log: Path


def free_port() -> int:
    """Return a port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(index: Path, *options: str, port: int | None = None) -> Iterator[Server]:
    """Yield a server over an index; end it afterwards, unless that has been done.

    Args:
        index: the index's folder.
        options: those of `timviet serve`.
        port: its port; one that is free, if none is given.
    """
    port = port or free_port()
    with TemporaryDirectory() as folder, (Path(folder) / "log").open("wb") as log:
        command = [TIMVIET, "serve", "--index", str(index), "--port", str(port), *options]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        server = Server(process, f"http://127.0.0.1:{port}", Path(log.name))
        try:
            _wait_for(server)
            yield server
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(PATIENCE)


def _wait_for(server: Server) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            httpx2.get(f"{server.url}/static/icon.svg").raise_for_status()
        except httpx2.TransportError:
            if server.process.poll() is not None:
                raise AssertionError(server.log.read_text()) from None
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"no answer from {server.url}: {server.log.read_text()}")
