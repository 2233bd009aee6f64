"""Open, create and describe an index, whatever keeps it: a folder, memory, or an OpenSearch cluster."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from timviet.index.errors import NotAnIndexError
from timviet.index.preparing import PreparedDocument, Source, read_metadata, read_source
from timviet.index.storage import IN_MEMORY

if TYPE_CHECKING:
    from timviet.index.opensearch.options import ClusterOptions
    from timviet.index.writer import Writer

DEFAULT_MEMORY = 512
"""Megabytes that a writer may take, if nothing else is said."""

PATIENCE = 10.0
"""Seconds that a writer waits for another one to end, if nothing else is said."""

CLUSTER_SCHEMES = ("opensearch://", "opensearchs://")
"""What the location of an index on a cluster begins with: over HTTP, and over TLS."""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """What an index knows of a document besides its text.

    Attributes:
        id: the document's id.
        title: its title, or None.
        path: where it came from, or None.
        metadata: as it was given.
        source: the file it was read from, or None.
    """

    id: str
    title: str | None
    path: str | None
    metadata: dict[str, Any]
    source: Source | None

    @classmethod
    def of(cls, fields: dict[str, Any]) -> Self:
        """Return what is known by what is kept of a document's first paragraph.

        Raises:
            DamagedFileError: it is not what is kept of one.
        """
        source = fields.get("source")
        return cls(
            id=fields["id"],
            title=fields.get("title"),
            path=fields.get("path"),
            metadata=read_metadata(fields["metadata"]),
            source=read_source(source) if source else None,
        )


class Records(Protocol):
    """What is kept beside the documents of an index, each under its name."""

    def load_record(self, name: str, largest: int) -> bytes | None:
        """Return what was kept under a name, or None where nothing was.

        Args:
            name: the name.
            largest: how many bytes to read at most.
        """

    def save_record(self, name: str, content: bytes) -> None:
        """Keep something under a name, at once, in place of what was kept before."""


class Index(ABC):
    """An index of paragraphs; made by `open_index`.

    Attributes:
        location: the folder, ":memory:", or where on a cluster it is, without any password.
        folder: the folder; None where it is in none.
    """

    location: str
    folder: Path | None

    @abstractmethod
    def writer(self, timeout: float = PATIENCE, jobs: int = 1, memory: int = DEFAULT_MEMORY) -> "Writer":
        """Return the one writer that may be at work on this index.

        Args:
            timeout: how long to wait for another writer to end, in seconds.
            jobs: how many processes to index with; on a cluster, how many requests may be under way. With more than
                one process, a program's main module has to guard what it does by `if __name__ == "__main__"`, because
                each process imports it. Little text is not shared out.
            memory: about how many megabytes of memory to take for it in all.

        Raises:
            IndexLockedError: the other writer was still at work after that time.
            IndexAccessError: the system refused to read or write a file of it.
            IndexNotFoundError: the index is not there any more.
            NotAnIndexError: a file of the index is damaged.
            ClusterError: the cluster that has it does not answer, or refuses.
            ValueError: jobs or memory is below 1.
            RuntimeError: jobs is above 1, and a process that was started for it runs the main module again.
        """

    @property
    @abstractmethod
    def base(self) -> Path:
        """The folder that the names of files are relative to by which documents are known."""

    @property
    @abstractmethod
    def document_count(self) -> int:
        """How many documents the last commit holds."""

    @property
    @abstractmethod
    def paragraph_count(self) -> int:
        """How many paragraphs the last commit holds."""

    @property
    @abstractmethod
    def size(self) -> int:
        """How many bytes it takes on disks; 0 where it is in memory."""

    @property
    @abstractmethod
    def layout(self) -> dict[str, str | int]:
        """How it lies on a cluster: its `shards`, `replicas` of each, and `health`, as "green"; elsewhere nothing."""

    @property
    @abstractmethod
    def schema_version(self) -> int:
        """The number of the layout of its fields."""

    @property
    @abstractmethod
    def rules(self) -> str:
        """The fingerprint of the rules of analysis that it was built by."""

    @property
    @abstractmethod
    def generation(self) -> int:
        """The number of the last commit; each one's is that of the one before it plus one."""

    @property
    @abstractmethod
    def committed(self) -> datetime:
        """When the last commit was made, by the writing machine's clock and in this one's time zone."""

    @abstractmethod
    def __contains__(self, document_id: str) -> bool:
        """Tell whether the last commit holds a document, by its id."""

    @abstractmethod
    def ids(self) -> Iterator[str]:
        """Yield the ids of the documents; on disk, also of removed ones until these are merged away."""

    @abstractmethod
    def documents(self) -> Iterator[StoredDocument]:
        """Yield what the last commit knows of each document besides its text.

        Raises:
            IndexAccessError: the system refused to read a file of it.
            IndexNotFoundError: the index is not there any more.
            IndexVersionError: another version made the last commit.
            NotAnIndexError: a file of the index is damaged or missing.
            ClusterError: the cluster that has it does not answer.
        """

    def sources(self) -> Iterator[tuple[str, Source | None]]:
        """Yield the id of each document, with the file that it was read from, if it was; otherwise as `documents`."""
        return ((document.id, document.source) for document in self.documents())

    @abstractmethod
    def prepared_documents(self) -> Iterator[PreparedDocument]:
        """Yield all documents of the last commit as a writer takes them; otherwise as `documents`."""

    @abstractmethod
    def reading_documents(self) -> AbstractContextManager[Callable[[str], PreparedDocument]]:
        """Return a context with a function that returns a document as a writer takes it, by its id, which is there."""

    @abstractmethod
    def load_record(self, name: str, largest: int) -> bytes | None:
        """Return what was kept beside the documents; see `Records`."""

    @abstractmethod
    def save_record(self, name: str, content: bytes) -> None:
        """Keep something beside the documents; see `Records`."""

    @abstractmethod
    def require_readable(self) -> None:
        """Check that the last commit is there and can be read.

        Raises:
            IndexPlaceError: it is not, or cannot.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of the index; searchers opened on it keep their snapshot."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def open_index(location: str | Path, create: bool = False, cluster: "ClusterOptions | None" = None) -> Index:
    """Open an index, or create it.

    Args:
        location: its folder; ":memory:" for one that lives in memory and is gone when it is closed; or
            "opensearch://HOST:PORT/NAME" for one on an OpenSearch cluster, with several hosts joined by commas, and
            "opensearchs://" for TLS.
        create: make a new, empty index where there is none yet.
        cluster: how to reach the cluster, and how a new index is laid out there; by default as the environment says.

    Raises:
        IndexNotFoundError: there is no index, and none is to be made.
        NotAnIndexError: something else is there, or a damaged index.
        IndexVersionError: the index was built by other rules; it has to be rebuilt.
        IndexLockedError: it is not there yet, and another process has been making it for ten seconds.
        IndexAccessError: the system refused to read or write a file of it, or to make the folder.
        ClusterError: the cluster does not answer, or refuses.
        MissingExtraError: the location is a cluster's, and what asks it is not installed.

    Example:
        >>> with open_index(":memory:", create=True) as index:
        ...     index.paragraph_count
        0
    """
    scheme, is_address, _ = str(location).partition("://")
    if is_address and not is_on_cluster(location):
        message = f"cannot open an index at an address that begins with {scheme}://: write opensearch://HOST:9200/NAME"
        raise NotAnIndexError(message, scheme)
    # Who uses one kind of index need not have, or wait for, what the other one needs.
    if is_on_cluster(location):
        from timviet.index.opensearch.index import open_cluster_index

        return open_cluster_index(str(location), create, cluster)
    from timviet.index.whoosh_index import open_folder, open_memory

    return open_memory() if str(location) == IN_MEMORY else open_folder(Path(location), create)


def is_on_cluster(location: str | Path) -> bool:
    """Tell whether a location is that of an index on a cluster.

    Example:
        >>> is_on_cluster("opensearch://tim.example.vn:9200/van-ban"), is_on_cluster("van-ban")
        (True, False)
    """
    return str(location).startswith(CLUSTER_SCHEMES)
