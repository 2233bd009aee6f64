"""Copy an index to another place, of the same kind or of another, by what it keeps: no file is read again."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from timviet.index.errors import NotAnIndexError
from timviet.index.folders.skipped import SKIPPED_RECORD
from timviet.index.folders.touched import TOUCHED_RECORD
from timviet.index.store import DEFAULT_MEMORY, Index, is_on_cluster, open_index
from timviet.index.writer import Writer

if TYPE_CHECKING:
    from timviet.index.opensearch.options import ClusterOptions

_RECORDS = (SKIPPED_RECORD, TOUCHED_RECORD)
_LARGEST_RECORD = 1 << 25  # bytes, more than is ever written


@dataclass(frozen=True, slots=True)
class Copied:
    """What `copy` did.

    Attributes:
        location: where the copy is.
        documents: how many documents it has.
        paragraphs: how many paragraphs they have.
    """

    location: str
    documents: int
    paragraphs: int


def copy(
    source: str | Path,
    destination: str | Path,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    jobs: int = 1,
    memory: int = DEFAULT_MEMORY,
    cluster: "ClusterOptions | None" = None,
) -> Copied:
    """Copy the last commit of an index: its documents, and what is remembered of files.

    An index on a cluster that has the destination's name already is replaced at once, when the copy is whole; until
    then it is searched as before, and nobody else may write to it. It may be the source itself, to be laid out anew or
    built by other rules. A folder that has an index is left as it is.

    Files are known by names relative to the folder that an index is in. A copy on a cluster remembers which that was;
    one in a folder takes it to be its own, as where a folder is moved.

    Args:
        source: where the index is; see `open_index`.
        destination: where the copy is to be.
        progress: called with how many paragraphs are done, of how many.
        jobs: how many processes to index with, or how many requests to have under way; see `Index.writer`.
        memory: about how many megabytes of memory to take for it in all.
        cluster: how to reach clusters, and how the copy is laid out there; by default as the environment says.

    Raises:
        IndexNotFoundError: there is no index at the source.
        NotAnIndexError: something else is at the source, or the destination's folder has something in it.
        IndexVersionError: the source, in a folder, was built by other rules.
        IndexLockedError: another writer is at work on the destination.
        IndexAccessError: the system refused to read or write a file.
        ClusterError: a cluster does not answer, or refuses.

    Example:
        >>> import tempfile
        >>> from timviet.index import Document
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with open_index(f"{folder}/kho", create=True) as index, index.writer() as writer:
        ...         writer.add(Document(id="1", text="Đảng ủy xã"))
        ...     copy(f"{folder}/kho", f"{folder}/moi").paragraphs
        1
        1
    """
    with _open_source(source, cluster) as index:
        filling = _Filling(index, progress, jobs, memory)
        if is_on_cluster(destination):
            # Who copies between folders need not have what asks a cluster.
            from timviet.index.opensearch.replacing import replacing

            with replacing(str(destination), cluster) as target:
                target.base = index.base
                return filling.fill(target)
        with _new_index(destination) as target:
            return filling.fill(target)


def _open_source(source: str | Path, cluster: "ClusterOptions | None") -> Index:
    if is_on_cluster(source):
        from timviet.index.opensearch.index import open_cluster_index

        return open_cluster_index(str(source), to_create=False, options=cluster, any_rules=True)
    return open_index(source)


def _new_index(destination: str | Path) -> Index:
    index = open_index(destination, create=True)
    if index.generation:
        index.close()
        message = f"cannot copy to {index.location}: there is an index; name a new folder, or delete it"
        raise NotAnIndexError(message, index.location)
    return index


class _Filling:
    """Fills an index with what another one keeps.

    Args:
        source: the other one.
        progress: called with how many paragraphs are done, of how many.
        jobs: see `Index.writer`.
        memory: see `Index.writer`.
    """

    def __init__(self, source: Index, progress: Callable[[int, int], None], jobs: int, memory: int) -> None:
        self._source = source
        self._progress = progress
        self._jobs, self._memory = jobs, memory

    def fill(self, target: Index) -> Copied:
        """Fill an index, and return what it has then."""
        with target.writer(jobs=self._jobs, memory=self._memory) as writer:
            documents, paragraphs = self._add_all(writer)
        for name in _RECORDS:
            content = self._source.load_record(name, _LARGEST_RECORD)
            if content is not None:
                target.save_record(name, content)
        return Copied(target.location, documents, paragraphs)

    def _add_all(self, writer: Writer) -> tuple[int, int]:
        documents, paragraphs, total = 0, 0, self._source.paragraph_count
        for document in self._source.prepared_documents():
            paragraphs += writer.add_prepared(document)
            documents += 1
            self._progress(paragraphs, total)
        return documents, paragraphs
