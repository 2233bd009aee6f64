"""What an index on a cluster keeps beside its paragraphs, each under its name; it is seen by all at once."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, TypeVar

from timviet.index.opensearch.connection import Connection
from timviet.index.opensearch.layout import RECORD
from timviet.index.opensearch.patience import patiently

_Answer = TypeVar("_Answer")


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
        is_patient: whether to ask again where the cluster is busy, or a node of it went away for a moment.
    """

    def __init__(self, connection: Connection, is_patient: bool = False) -> None:
        self._connection = connection
        self._is_patient = is_patient

    def load(self, name: str) -> Found | None:
        """Return a record as it was written last, or None where there is none.

        Raises:
            IndexNotFoundError: the index is not there.
            ClusterError: the cluster does not answer.
        """
        connection = self._connection
        answer = self._ask("read", partial(connection.client.get, index=connection.name, id=name, ignore=404))
        if "error" in answer:  # it is the index that is missing
            self._ask("read", partial(connection.client.indices.get_mapping, index=connection.name))
        if not answer.get("found"):
            return None
        return Found(answer["_source"]["record"], Version(answer["_seq_no"], answer["_primary_term"]))

    def save(self, name: str, content: dict[str, Any]) -> None:
        """Write a record in place of what is there.

        Raises:
            ClusterError: the cluster does not answer, or refuses.
        """
        self._ask("write to", partial(self._write, name, content, {}))

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
        only = {"if_seq_no": before.seq_no, "if_primary_term": before.primary_term} if before else {"op_type": "create"}
        written = self._ask("write to", partial(self._write_only, name, content, only))
        if written is not None:
            return written
        found = self.load(name)  # it may have been this one's, whose answer was lost
        return found.version if found and found.content == json.loads(json.dumps(content)) else None

    def _write_only(self, name: str, content: dict[str, Any], only: dict[str, Any]) -> Version | None:
        from opensearchpy.exceptions import ConflictError

        try:
            return self._write(name, content, only)
        except ConflictError:
            return None

    def _write(self, name: str, content: dict[str, Any], only: dict[str, Any]) -> Version:
        connection = self._connection
        body = {"kind": RECORD, "record": content}
        params = connection.writing | only
        answer = connection.client.index(index=connection.name, body=body, id=name, params=params)
        return Version(answer["_seq_no"], answer["_primary_term"])

    def _ask(self, operation: str, ask: Callable[[], _Answer]) -> _Answer:
        if self._is_patient:
            return patiently(self._connection, operation, ask)
        with self._connection.telling(operation):
            return ask()
