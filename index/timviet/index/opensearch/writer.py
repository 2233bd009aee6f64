"""Write documents into an index on a cluster."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import uuid4

from timviet.index.errors import ClusterError
from timviet.index.opensearch.bodies import EVERY_PARAGRAPH, count_body, every_paragraph_with
from timviet.index.opensearch.commits import COMMIT, CommitRecord, load_commit
from timviet.index.opensearch.connection import Connection
from timviet.index.opensearch.lease import Lease, Range
from timviet.index.opensearch.paragraphs import Encoder, removal, require_short_id
from timviet.index.opensearch.patience import patiently
from timviet.index.opensearch.reading import WHOLE
from timviet.index.opensearch.records import RecordStore
from timviet.index.opensearch.sending import BulkSender
from timviet.index.preparing import PreparedDocument
from timviet.index.writer import Writer

_IDS_AT_ONCE = 1_000
_PATIENCE = 600  # seconds that the cluster may take to remove what is replaced, or to make all visible
_LEAST_CHUNK, _LARGEST_CHUNK = 1 << 18, 2 << 20  # bytes
_SHARE = 4  # a chunk takes so many times as much memory as it has bytes, with what waits and what is under way
_LEAST_THREADS = 2


class _Written(NamedTuple):
    """What a writer has written of a document.

    Attributes:
        end: the number that none of its paragraphs reaches.
        paragraphs: how many there are.
    """

    end: int
    paragraphs: int


_NOTHING = _Written(0, 0)


class ClusterWriter(Writer):
    """Sends paragraphs to a cluster while they are added.

    Nothing is seen of them before the commit, but a cluster has no transactions: see `commit` and `rollback`.

    Args:
        connection: where the index is.
        lease: keeps others from writing meanwhile.
        uuid: what tells the index from all others.
        jobs: how many requests may be under way.
        memory: about how many megabytes they may take together.
    """

    def __init__(self, connection: Connection, lease: Lease, uuid: str, jobs: int, memory: int) -> None:
        self._connection = connection
        self._records = RecordStore(connection, is_patient=True)
        self._lease = lease
        self._encoder = Encoder()
        self._before, self._version = load_commit(self._records, uuid)
        self._commit_id = self._before.commit_id
        threads = max(jobs, _LEAST_THREADS)
        chunk = min(max(memory * 1_000_000 // (threads * _SHARE), _LEAST_CHUNK), _LARGEST_CHUNK)
        self._sender = BulkSender(connection, threads, chunk)
        self._order = lease.first
        self._written: dict[str, _Written] = {}
        self._replaced: dict[str, None] = {}
        self._is_ended = False

    @property
    def is_ended(self) -> bool:
        """Whether it has committed or rolled back."""
        return self._is_ended

    @property
    def commit_id(self) -> str:
        """What tells the commit that this writer starts from, or has made, from all others."""
        return self._commit_id

    def add_prepared(self, prepared: PreparedDocument) -> int:
        """Add a document as it is indexed; see `Writer.add_prepared`.

        Raises:
            DocumentError: its id is too long; this writer goes on.
            ClusterError: something that was sent was refused, or no node answers; this writer has ended.
            ValueError: this writer has ended.
        """
        self.require_open()
        require_short_id(prepared)
        identity, count = prepared.stored["id"], len(prepared.paragraphs)
        try:
            self._remove_written(identity, {own[0] for own in prepared.paragraphs})
            for operation in self._encoder.encode(prepared, self._order):
                self._sender.put(operation)
        except BaseException:
            self.rollback()
            raise
        self._order += count
        self._written[identity] = _Written(prepared.paragraphs[-1][0] + 1, count)
        self._replaced[identity] = None
        return count

    def remove(self, document_id: str) -> None:
        """Remove a document; see `Writer.remove`."""
        self.require_open()
        try:
            self._remove_written(document_id, frozenset())
        except BaseException:
            self.rollback()
            raise
        self._written.pop(document_id, None)
        self._replaced[document_id] = None

    def commit(self) -> None:
        """Make all changes visible to searchers that open or refresh from now on, and end this writer.

        What is replaced or removed of earlier commits is removed from the cluster, then all is made visible at once,
        and then the commit is told to those who look for it. Where it fails before the second of these, nothing new is
        visible; where it fails later, what was sent is, though it is not told.

        Raises:
            ValueError: this writer has ended.
            ClusterError: the cluster refused something, or does not answer, or another writer has taken over.
        """
        self.require_open()
        is_committed, unfinished = False, self._lease.unfinished
        own = self._lease.first, self._lease.end
        try:
            self._sender.flush()
            self._lease.require()
            self._count(own)  # which fails at once where a shard is missing: to make that visible is tried for a minute
            if unfinished:
                self._make_visible()  # what is not visible would not be found to be removed
            if unfinished or self._before.generation:
                self._remove_replaced()
            self._lease.require()
            self._make_visible()
            self._require_whole(self._count(own))
            unfinished = [numbers for numbers in unfinished if self._count(numbers)]
            self._tell_commit()
            is_committed = True
        finally:
            self._end(is_committed, unfinished)

    def rollback(self) -> None:
        """Send nothing more, and end this writer; nothing where it has ended.

        A cluster has no transactions: what was sent already stays there. It is not seen before the next commit, of any
        writer, or before the cluster moves a shard; then it takes the place of what it was to replace. A document that
        was added is then there, maybe not all of it; one that was removed stays. Whoever adds the same documents again
        and commits has them whole: `timviet.index.sync` reads their files again, because it is remembered that this
        writer has not committed.
        """
        self._end(not self._sender.has_sent)

    def _end(self, is_clean: bool, unfinished: Iterable[Range] | None = None) -> None:
        if self._is_ended:
            return
        self._is_ended = True
        self._sender.stop()
        self._lease.give_back(is_clean, None if unfinished is None else list(unfinished))

    def _remove_written(self, document_id: str, kept: frozenset[int] | set[int]) -> None:
        """Remove the paragraphs of a document that this writer has written, but for those with some numbers."""
        for number in range(self._written.get(document_id, _NOTHING).end):
            if number not in kept:
                self._sender.put(removal(document_id, number, self._order))

    def _remove_replaced(self) -> None:
        """Remove what there is of earlier writers of documents that this one has written or removed."""
        ids = list(self._replaced)
        for start in range(0, len(ids), _IDS_AT_ONCE):
            own = {"range": {"order": {"gte": self._lease.first, "lt": self._lease.end}}}
            is_replaced = [EVERY_PARAGRAPH, {"terms": {"id": ids[start : start + _IDS_AT_ONCE]}}]
            query = {"query": {"bool": {"filter": is_replaced, "must_not": own}}}
            # What this writer has written anew since is a conflict, and is not to be removed.
            remove = partial(self._connection.client.delete_by_query, body=query, params={"conflicts": "proceed"})
            answer = self._ask("write to", remove)
            self._require_all(answer.get("failures"), "some paragraphs that were replaced could not be removed")

    def _make_visible(self) -> None:
        answer = self._ask("write to", self._connection.client.indices.refresh)
        self._require_all(answer["_shards"].get("failures"), "some shards could not make visible what was written")

    def _require_whole(self, visible: int) -> None:
        """Check that all is visible that was written: a shard that has no copy at the moment is passed over."""
        written = sum(own.paragraphs for own in self._written.values())
        if visible != written:
            reason = f"{visible:,} of {written:,} paragraphs that were written are visible, as a shard was missing"
            raise ClusterError("write to", self._connection.location, reason, "index again when the cluster is whole")

    def _count(self, numbers: Range) -> int:
        """Return how many paragraphs are visible of those of a writer, by its numbers."""
        first, end = numbers
        body = count_body(every_paragraph_with({"range": {"order": {"gte": first, "lt": end}}}))
        found = self._ask("write to", partial(self._connection.client.search, body=body, params=WHOLE))
        return int(found["hits"]["total"]["value"])

    def _tell_commit(self) -> None:
        now = datetime.now(UTC).isoformat()
        commit = CommitRecord(self._before.generation + 1, uuid4().hex, now)
        if self._records.replace(COMMIT, commit._asdict(), self._version) is None:
            reason = "another writer has committed meanwhile"
            raise ClusterError("write to", self._connection.location, reason, "index again")
        self._commit_id = commit.commit_id

    def _ask(self, operation: str, ask: Callable[..., Any]) -> Any:  # noqa: ANN401  # JSON
        """Return what the index answers, which may take long."""
        asked = partial(ask, index=self._connection.name, request_timeout=_PATIENCE)
        return patiently(self._connection, operation, asked)

    def _require_all(self, failures: Any, reason: str) -> None:  # noqa: ANN401  # JSON
        if failures:
            raise ClusterError("write to", self._connection.location, f"{reason} ({failures[0]})", "try again")
