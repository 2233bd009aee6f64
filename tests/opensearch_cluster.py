"""A real OpenSearch for tests: a cluster of nodes in one Java process, on the loopback interface."""

import fcntl
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from typing import Self

JAVA = 17  # the oldest that OpenSearch's newest 2.x and Nodes.java run on

_SOURCES = Path(__file__).parent / "data" / "opensearch"
_PATIENCE = 120  # seconds until nodes have started or stopped; they take a tenth of it where nothing else runs
_PATIENCE_FETCHING = 180


class Cluster:
    """Nodes that have found each other, until `close` or the end of this process, whatever ends it.

    Its own end is as sudden as a power failure; whoever gives the same folder again finds what was written.

    Args:
        nodes: how many.
        folder: where they keep their data and their log; one that is removed afterwards, if none is given.
        settings: settings of each node, as {"indexing_pressure.memory.limit": "2mb"}.
        first: the first one's number; above 1, they join the nodes of another cluster, which has the same folder.

    Attributes:
        hosts: where each of them is, node 1 first: "127.0.0.1:39200".

    Raises:
        RuntimeError: they did not start; the message ends with the end of their log.

    Example:
        >>> with Cluster(nodes=3) as cluster:
        ...     OpenSearch(cluster.hosts).index(index="phuong", id="1", body={"text": "Phường Bến Nghé"})
        ...     cluster.stop_node(2)
    """

    def __init__(
        self, nodes: int = 3, folder: Path | None = None, settings: Mapping[str, str] | None = None, first: int = 1
    ) -> None:
        self._own = None if folder else TemporaryDirectory()
        self.folder = folder or Path(self._own.name)
        self.log = self.folder / "log"
        self._found: dict[int, str] = {}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                _command(self.folder, first, nodes, settings or {}),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        try:
            self._await("ready")
        except BaseException:
            self.close()
            raise

    @property
    def hosts(self) -> list[str]:
        """Where each node is, or was until it was stopped."""
        return [host for _, host in sorted(self._found.items())]

    def __enter__(self) -> Self:
        """Return the cluster."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def stop_node(self, number: int) -> None:
        """End a node, the first being 1, while the others go on."""
        self._tell("stop", number)
        self._await("stopped")

    def start_node(self, *numbers: int) -> None:
        """Start nodes again that were stopped, with their data and where they were; return when all know each other."""
        self._tell("start", *numbers)
        self._await("ready")

    def close(self) -> None:
        """End all nodes at once."""
        with self._process:  # closes its pipes
            self._process.kill()
        if self._own:
            self._own.cleanup()

    def _tell(self, verb: str, *numbers: int) -> None:
        self._process.stdin.write(f"{' '.join([verb, *map(str, numbers)])}\n")
        self._process.stdin.flush()

    def _await(self, wanted: str) -> None:
        impatience = Timer(_PATIENCE, self._process.kill)
        impatience.start()
        try:
            for line in self._process.stdout:
                word, *rest = line.split()
                if word == "started":
                    self._found[int(rest[0])] = rest[1]
                if word == wanted:
                    return
        finally:
            impatience.cancel()
        end = "\n".join(self.log.read_text(errors="replace").splitlines()[-30:])
        raise RuntimeError(f"OpenSearch was not {wanted!r} within {_PATIENCE} s or ended; its log ends:\n{end}")


def _command(folder: Path, first: int, nodes: int, settings: Mapping[str, str]) -> list[str]:
    return [
        "java",
        "-Xmx1g" if nodes > 2 else "-Xmx512m",
        "-XX:+UseSerialGC",  # the smallest
        "-XX:TieredStopAtLevel=1",  # what is compiled thoroughly pays for that after minutes only
        "-Dfile.encoding=UTF-8",
        f"-Dlog4j2.configurationFile={_SOURCES / 'log4j2.properties'}",
        "-classpath",
        f"{_libraries()}/*",
        str(_SOURCES / "Nodes.java"),
        str(folder),
        str(first),
        str(nodes),
        *(f"{key}={value}" for key, value in settings.items()),
    ]


@contextmanager
def shared_cluster(folder: Path) -> Iterator[list[str]]:
    """Yield the hosts of three nodes that all processes share which give the same folder.

    Whoever comes first starts them, and ends them when nobody else needs them any more.
    """
    folder.mkdir(exist_ok=True)
    told = folder / "hosts.json"
    with (folder / "users").open("w") as users:
        with _locked(folder / "starting"):
            fcntl.flock(users, fcntl.LOCK_SH)
            cluster = None if told.exists() else Cluster(nodes=3, folder=folder)
            if cluster:
                told.write_text(json.dumps(cluster.hosts))
        try:
            yield json.loads(told.read_text())
        finally:
            if cluster:
                fcntl.flock(users, fcntl.LOCK_EX)  # waits for the others
                told.unlink()
                cluster.close()


@cache
def unavailable() -> str | None:
    """Tell why no OpenSearch can run here: "needs Java 17 or newer"; None if one can."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            return f"needs {program}, to run OpenSearch"
    told = subprocess.run(["java", "--list-modules"], capture_output=True, text=True)
    compiler = re.search(r"^jdk\.compiler@(\d+)", told.stdout, re.MULTILINE)
    if compiler is None or int(compiler[1]) < JAVA:
        return f"needs a JDK of Java {JAVA} or newer, to run OpenSearch"
    try:
        _libraries()
    except subprocess.SubprocessError as e:
        return f"needs OpenSearch, which Maven could not fetch: {(e.stdout or b'').decode(errors='replace') or e}"
    return None


def _libraries() -> Path:
    """Return the folder of OpenSearch's class files, fetched the first time."""
    pom = (_SOURCES / "pom.xml").read_bytes()
    version = re.search(r"<opensearch\.version>(.+)</", pom.decode())[1]
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "timviet"
    folder = caches / f"opensearch-{version}-{sha256(pom).hexdigest()[:8]}"
    caches.mkdir(parents=True, exist_ok=True)
    with _locked(caches / "fetching"):
        if not folder.exists():
            _fetch(folder)
    return folder


def _fetch(folder: Path) -> None:
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)  # of a fetch that was interrupted
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={partial}"]
    command = ["mvn", "--quiet", "--batch-mode", "-Dstyle.color=never", "--file", str(_SOURCES / "pom.xml"), *goal]
    subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=_PATIENCE_FETCHING)
    partial.rename(folder)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
