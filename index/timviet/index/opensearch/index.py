"""An index on an OpenSearch cluster."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from timviet.index.opensearch.bodies import count_body, every_paragraph_with
from timviet.index.opensearch.commits import CommitRecord, load_commit
from timviet.index.opensearch.connection import Connection, connect
from timviet.index.opensearch.creating import Concrete, create, require_concrete
from timviet.index.opensearch.lease import Lease, read_unfinished
from timviet.index.opensearch.options import ClusterOptions
from timviet.index.opensearch.reading import WHOLE, document_of, prepared_documents, scan
from timviet.index.opensearch.records import RecordStore
from timviet.index.opensearch.writer import ClusterWriter
from timviet.index.preparing import NEVER, PreparedDocument
from timviet.index.store import DEFAULT_MEMORY, PATIENCE, Index, StoredDocument

_BASE = "base"
_NO_FOLDER = Path("//")  # which is the root, but no file's name begins so
_WITHOUT_TEXT = [f"stored.{name}" for name in ("id", "title", "path", "metadata", "source")]


class ClusterIndex(Index):
    """An index of paragraphs on a cluster; made by `timviet.index.open_index`.

    Args:
        connection: where it is.
        concrete: the index that its name stands for.

    Attributes:
        location: where it is, without user and password.
        folder: None.
        connection: the connection to the cluster.
    """

    def __init__(self, connection: Connection, concrete: Concrete) -> None:
        self.location = connection.location
        self.folder = None
        self.connection = connection
        self._concrete = concrete
        self._records = RecordStore(connection)

    def writer(self, timeout: float = PATIENCE, jobs: int = 1, memory: int = DEFAULT_MEMORY) -> ClusterWriter:
        """Return the one writer that may be at work on this index; see `Index.writer`."""
        if jobs < 1 or memory < 1:
            raise ValueError(f"jobs and memory must be at least 1, not {jobs} and {memory}")
        lease = Lease(self.connection, timeout)
        try:
            self._concrete = require_concrete(self.connection)
            return ClusterWriter(self.connection, lease, self._concrete.uuid, jobs, memory)
        except BaseException:
            lease.give_back(is_clean=True)
            raise

    @property
    def base(self) -> Path:
        """The folder that files' names are relative to: that of the index it was copied from; else they are whole."""
        found = self._records.load(_BASE)
        return Path(found.content["folder"]) if found else _NO_FOLDER

    @base.setter
    def base(self, folder: Path) -> None:
        self._records.save(_BASE, {"folder": str(folder)})

    @property
    def document_count(self) -> int:
        """How many documents the last commit holds."""
        return self._count({"term": {"paragraph": 0}})

    @property
    def paragraph_count(self) -> int:
        """How many paragraphs the last commit holds."""
        return self._count()

    @property
    def size(self) -> int:
        """How many bytes all copies of its shards take on the nodes' disks."""
        with self.connection.telling("read"):
            told = self.connection.client.indices.stats(index=self.connection.name, metric="store")
        return int(told["_all"]["total"]["store"]["size_in_bytes"])

    @property
    def layout(self) -> dict[str, str | int]:
        """How it lies on the cluster; see `Index.layout`."""
        with self.connection.telling("read"):
            told = self.connection.client.cluster.health(index=self.connection.name, level="indices")
        ((_, own),) = told["indices"].items()
        return {"shards": own["number_of_shards"], "replicas": own["number_of_replicas"], "health": own["status"]}

    @property
    def schema_version(self) -> int:
        """The number of the layout of its fields."""
        return self._concrete.schema

    @property
    def rules(self) -> str:
        """The fingerprint of the rules of analysis that it was built by."""
        return self._concrete.rules

    @property
    def generation(self) -> int:
        """The number of the last commit; each one's is that of the one before it plus one."""
        return self.last_commit().generation

    @property
    def committed(self) -> datetime:
        """When the last commit was made, by the writing machine's clock and in this one's time zone."""
        return self.last_commit().time or self._concrete.created.astimezone()

    def last_commit(self) -> CommitRecord:
        """Return what is told of the last commit, also of an index that was put in place of this one.

        Raises:
            IndexNotFoundError: the index is not there any more.
            ClusterError: the cluster does not answer.
        """
        return load_commit(self._records, self._concrete.uuid)[0]

    def __contains__(self, document_id: str) -> bool:
        """Tell whether the last commit holds a document, by its id."""
        return bool(self._count({"term": {"id": document_id}}))

    def ids(self) -> Iterator[str]:
        """Yield the ids of the documents."""
        return (fields["id"] for fields, _ in scan(self.connection, ["stored.id"], "order", first_only=True))

    def documents(self) -> Iterator[StoredDocument]:
        """Yield what the last commit knows of each document besides its text; see `Index.documents`.

        The files of documents that a writer has written and not committed, which may not be there whole, are told as if
        they were to be read again.
        """
        unfinished = read_unfinished(self._records)
        for fields, order in scan(self.connection, _WITHOUT_TEXT, "order", first_only=True):
            document = StoredDocument.of(fields)
            if document.source and any(first <= order < end for first, end in unfinished):
                document = replace(document, source=replace(document.source, modified_ns=NEVER))
            yield document

    def prepared_documents(self) -> Iterator[PreparedDocument]:
        """Yield all documents of the last commit as a writer takes them; see `Index.documents`."""
        return prepared_documents(self.connection)

    @contextmanager
    def reading_documents(self) -> Iterator[Callable[[str], PreparedDocument]]:
        """Yield what returns a document of the last commit as a writer takes it, by its id."""
        yield lambda identity: document_of(self.connection, identity)

    def load_record(self, name: str, largest: int) -> bytes | None:
        """Return what was kept beside the documents; see `timviet.index.store.Records`."""
        found = self._records.load(name)
        return found.content["content"].encode()[:largest] if found else None

    def save_record(self, name: str, content: bytes) -> None:
        """Keep something beside the documents; see `timviet.index.store.Records`."""
        self._records.save(name, {"content": content.decode()})

    def require_readable(self) -> None:
        """Check that the index is there; see `Index.require_readable`."""
        self._count()

    def close(self) -> None:
        """Close the connection; it is opened again where anybody asks anything more."""
        self.connection.close()

    def _count(self, *conditions: dict[str, Any]) -> int:
        body = count_body(every_paragraph_with(*conditions))
        with self.connection.telling("read"):
            found = self.connection.client.search(index=self.connection.name, body=body, params=WHOLE)
        return int(found["hits"]["total"]["value"])


def open_cluster_index(
    location: str, to_create: bool, options: ClusterOptions | None, any_rules: bool = False
) -> ClusterIndex:
    """Open an index on a cluster, or create it.

    Args:
        location: where it is.
        to_create: whether to make a new one where there is none yet.
        options: how to reach the cluster, and how a new index is laid out; None for what the environment says.
        any_rules: whether it may have been built by other rules of analysis, as where only what it keeps is read.

    Raises:
        TimvietError: as `timviet.index.store.open_index` raises them.
    """
    connection = connect(location, options)
    try:
        concrete = create(connection) if to_create else require_concrete(connection)
        concrete.require_current(connection.location, any_rules)
    except BaseException:
        connection.close()
        raise
    return ClusterIndex(connection, concrete)
