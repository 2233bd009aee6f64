"""Files whose time has changed and whose content has not: remembered with the index, not written into it once more.

They are kept in `touched.json`: under `files`, by their names, the size, the time in nanoseconds since 1970 and the
digest that each had at once, and the CRC-32 of that, as it is written. What the index says of a file's content counts;
where this says nothing, or of another content, the file is read.
"""

import json
from typing import NamedTuple
from zlib import crc32

from timviet.index.store import Records

TOUCHED_RECORD = "touched.json"
"""The name of the record."""

MOST = 100_000
"""How many of them are remembered; of further ones, the documents are written anew."""

_LARGEST = 1 << 24  # bytes: those of a hostile record may take 25 times as many when they are read


class Touch(NamedTuple):
    """What a file was when it was looked into.

    Attributes:
        size: its size in bytes.
        modified_ns: when it was last changed, in nanoseconds since 1970.
        digest: the digest of what it held.
    """

    size: int
    modified_ns: int
    digest: str


def load_touched(records: Records) -> dict[str, Touch]:
    """Return the files that an index remembers to have been touched, by their names; none where that cannot be read."""
    content = records.load_record(TOUCHED_RECORD, _LARGEST)
    if content is None:
        return {}
    try:
        record = json.loads(content)
        if record["checksum"] != _checksum(record["files"]):
            return {}
        return {name: Touch(*own) for name, own in record["files"].items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def save_touched(records: Records, touched: dict[str, Touch]) -> None:
    """Have an index remember these instead of those before; of too many, as many as can be read."""
    kept = dict(touched)
    while len(content := _record(kept)) > _LARGEST:
        kept = dict(list(kept.items())[: len(kept) // 2])
    records.save_record(TOUCHED_RECORD, content)


def _record(touched: dict[str, Touch]) -> bytes:
    return json.dumps({"files": touched, "checksum": _checksum(touched)}).encode()


def _checksum(touched: dict[str, Touch]) -> int:
    return crc32(json.dumps(touched).encode())
