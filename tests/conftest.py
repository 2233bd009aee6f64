"""What several test modules share."""

from pathlib import Path

import pytest
from hypothesis import settings

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
