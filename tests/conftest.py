"""What several test modules share."""

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree
from uuid import uuid4

import httpx2
import pytest
from hypothesis import settings

from crafting import Crafted
from damaging import make_sample
from opensearch_cluster import shared_cluster, unavailable

settings.register_profile("timviet", deadline=None)  # machines that run tests are busy
settings.load_profile("timviet")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real texts and question sets; a clone without it skips what needs it."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the texts in {SHARED}")
    return SHARED


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what tests may be told."""
    parser.addoption("--soak", type=float, default=60, metavar="SECONDS", help="how long test_soak.py takes")


@pytest.fixture(scope="session")
def soak_seconds(request: pytest.FixtureRequest) -> float:
    """How long processes are to write and read one index at the same time."""
    return request.config.getoption("--soak")


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an index with something of everything; not to be changed."""
    folder = tmp_path_factory.mktemp("nguyên") / "chỉ mục"
    make_sample(folder)
    return folder


@pytest.fixture
def crafted(sample_folder: Path, tmp_path: Path) -> Crafted:
    """The files of such an index, which may be changed and written with checksums that fit."""
    copytree(sample_folder, tmp_path / "chỉ mục")
    return Crafted(tmp_path / "chỉ mục", random.Random(1))  # noqa: S311


@pytest.fixture(scope="session")
def opensearch_hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Where three nodes of one OpenSearch are, shared by all processes of this run; not to be stopped."""
    if reason := unavailable():
        pytest.skip(reason)
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with shared_cluster(folder / "opensearch") as hosts:
        yield hosts


@pytest.fixture
def index_name(opensearch_hosts: list[str]) -> Iterator[str]:
    """A name for indices that nobody else has; all whose names begin with it are removed afterwards."""
    name = f"timviet-{uuid4().hex}"
    yield name
    httpx2.delete(f"http://{opensearch_hosts[0]}/{name}*", timeout=60).raise_for_status()


@pytest.fixture(scope="module")
def cluster_location(opensearch_hosts: list[str]) -> Iterator[str]:
    """Where on the cluster a test module may keep indexes: what all their locations begin with."""
    name = f"timviet-{uuid4().hex}"
    yield f"opensearch://{','.join(opensearch_hosts)}/{name}"
    httpx2.delete(f"http://{opensearch_hosts[0]}/{name}*", timeout=60).raise_for_status()


@pytest.fixture(scope="module", params=["whoosh", "opensearch"])
def back_end(request: pytest.FixtureRequest) -> Callable[[], str]:
    """Each back end in turn: returns a place for a new index there."""
    if request.param == "whoosh":
        return lambda: ":memory:"
    location = request.getfixturevalue("cluster_location")
    return lambda: f"{location}-{uuid4().hex}"


@pytest.fixture
def location(opensearch_hosts: list[str], index_name: str) -> str:
    """Where an index on a cluster may be made that nobody else uses."""
    return f"opensearch://{','.join(opensearch_hosts)}/{index_name}"
