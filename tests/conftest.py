"""What several test modules share."""

import random
from pathlib import Path
from shutil import copytree

import pytest
from hypothesis import settings

from crafting import Crafted
from damaging import make_sample

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
