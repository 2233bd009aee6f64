"""Put a new index in place of the one that a name stands for on a cluster, at once, when it is whole."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from timviet.index.errors import ClusterError
from timviet.index.opensearch.commits import COMMIT, load_commit
from timviet.index.opensearch.connection import Connection, connect
from timviet.index.opensearch.creating import (
    Concrete,
    create,
    create_next,
    delete_concrete,
    find_concrete,
    require_concrete,
    swing,
)
from timviet.index.opensearch.index import ClusterIndex
from timviet.index.opensearch.lease import Lease
from timviet.index.opensearch.options import ClusterOptions
from timviet.index.opensearch.records import RecordStore
from timviet.index.store import PATIENCE


@contextmanager
def replacing(location: str, options: ClusterOptions | None) -> Iterator[ClusterIndex]:
    """Yield an index to be filled, which takes the place of the one at a location at the end.

    That stays as it is where an error passes through. Where there is none, the new one is there at once.

    Args:
        location: where the index is to be.
        options: how to reach the cluster, and how the new index is to be laid out.

    Raises:
        NotAnIndexError: another program's index is there.
        IndexLockedError: a writer is at work on the one that is there.
        ClusterError: the cluster does not answer, or refuses.
    """
    connection = connect(location, options)
    try:
        before = find_concrete(connection)
        if before is None:
            yield ClusterIndex(connection, create(connection))
        else:
            yield from _replacing(connection, before)
    finally:
        connection.close()


def _replacing(connection: Connection, before: Concrete) -> Iterator[ClusterIndex]:
    lease = Lease(connection, PATIENCE)
    try:
        before = require_concrete(connection)
        name = create_next(connection, before)
        to_fill = connection.to_concrete(name)
        try:
            last, _ = load_commit(RecordStore(connection), before.uuid)
            RecordStore(to_fill).save(COMMIT, last._asdict())  # the next commit's number follows
            index = ClusterIndex(to_fill, require_concrete(to_fill))
            index.location = connection.location
            yield index
            lease.require()
        except BaseException:
            with suppress(ClusterError):
                delete_concrete(connection, name)
            raise
        try:
            swing(
                connection, before, name
            )  # where it fails it may be done all the same: then the new index has to stay
        finally:
            lease.abandon()
    finally:
        lease.give_back(is_clean=True)
