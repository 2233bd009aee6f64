"""The log of requests, so that no request can write into it what it likes."""

import logging
from typing import Any

from timviet.search.snippet import printable

ACCESS_LOG: dict[str, Any] = {
    "filters": {"printable": {"()": f"{__name__}.Printable"}},
    "handlers": {
        "console": {"formatter": "generic", "class": "logging.StreamHandler", "stream": "ext://sys.stderr"},
        "access": {
            "formatter": "access",
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "filters": ["printable"],
        },
    },
}
"""How Granian logs, where that differs from its own way."""


class Printable(logging.Filter):
    """Has each entry be one line: paths are logged decoded, and may hold line ends and what terminals obey."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Make an entry printable, and keep it."""
        record.msg = printable(" ".join(record.getMessage().split("\n")))
        record.args = ()
        return True
