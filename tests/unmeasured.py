"""An environment for processes that are to be interrupted."""

import os


def environment() -> dict[str, str]:
    """Return this process's environment without what has others measure what they cover of the code.

    Coverage takes a lock when code of a file runs first; interrupted there, it waits for that lock without end.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_PROCESS")}
