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
