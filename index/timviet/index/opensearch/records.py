"""What an index on a cluster keeps beside its paragraphs, each under its name; it is seen by all at once."""

from typing import Any, NamedTuple

from timviet.index.opensearch.connection import Connection
from timviet.index.opensearch.layout import RECORD


class Version(NamedTuple):
    """Tells one state of a record from all others."""

    seq_no: int
    primary_term: int


class Found(NamedTuple):
    """A record as it was read.

    Attributes:
        content: what it says.
        version: tells this state from all others.
    """

    content: dict[str, Any]
    version: Version


class RecordStore:
    """Reads and writes the records of an index.

    Args:
        connection: where the index is.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def load(self, name: str) -> Found | None:
        """Return a record as it was written last, or None where there is none.

        Raises:
            IndexNotFoundError: the index is not there.
            ClusterError: the cluster does not answer.
        """
        connection = self._connection
        with connection.telling("read"):
            answer = connection.client.get(index=connection.name, id=name, ignore=404)
            if "error" in answer:
                connection.client.indices.get_mapping(index=connection.name)  # it is the index that is missing
        if not answer.get("found"):
            return None
        return Found(answer["_source"]["record"], Version(answer["_seq_no"], answer["_primary_term"]))

    def save(self, name: str, content: dict[str, Any]) -> None:
        """Write a record in place of what is there.

        Raises:
            ClusterError: the cluster does not answer, or refuses.
        """
        with self._connection.telling("write to"):
            self._write(name, content, {})

    def replace(self, name: str, content: dict[str, Any], before: Version | None) -> Version | None:
        """Write a record, unless somebody else has changed it meanwhile.

        Args:
            name: its name.
            content: what it is to say; no two writers may say the same.
            before: its state as it was read; None where there was none.

        Returns:
            Its new state, or None where somebody else has changed it.

        Raises:
            ClusterError: the cluster does not answer, or refuses.
        """
        from opensearchpy.exceptions import ConflictError

        only = {"if_seq_no": before.seq_no, "if_primary_term": before.primary_term} if before else {"op_type": "create"}
        with self._connection.telling("write to"):
            try:
                return self._write(name, content, only)
            except ConflictError:
                pass
        found = self.load(name)  # it may have been this one's, whose answer was lost
        return found.version if found and found.content == content else None

    def _write(self, name: str, content: dict[str, Any], only: dict[str, Any]) -> Version:
        connection = self._connection
        body = {"kind": RECORD, "record": content}
        answer = connection.client.index(index=connection.name, body=body, id=name, params=connection.only_there | only)
        return Version(answer["_seq_no"], answer["_primary_term"])
