"""The record of the last commit of an index on a cluster."""

from datetime import datetime
from typing import NamedTuple

from timviet.index.opensearch.records import RecordStore, Version

COMMIT = "commit"


class CommitRecord(NamedTuple):
    """What is told of a commit.

    Attributes:
        generation: its number; 0 for a new index.
        commit_id: what tells it from all others.
        committed: when it was made, as ISO 8601 has it; nothing for a new index.
    """

    generation: int
    commit_id: str
    committed: str

    @property
    def time(self) -> datetime | None:
        """When it was made, in this machine's time zone."""
        return datetime.fromisoformat(self.committed).astimezone() if self.committed else None


def load_commit(records: RecordStore, uuid: str) -> tuple[CommitRecord, Version | None]:
    """Return the record of the last commit, with what tells its state from others.

    Args:
        records: what the index keeps.
        uuid: what tells the index from all others, and its state before the first commit.

    Raises:
        IndexNotFoundError: the index is not there.
        ClusterError: the cluster does not answer.
    """
    found = records.load(COMMIT)
    return (CommitRecord(**found.content), found.version) if found else (CommitRecord(0, uuid, ""), None)
