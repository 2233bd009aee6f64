"""Send what is to be done in bulk: several requests at a time, no more than that, and again what was refused."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from http import HTTPStatus
from threading import BoundedSemaphore, Event

from timviet.index.opensearch.connection import Connection
from timviet.index.opensearch.patience import PASSING, is_passing, pauses
from timviet.index.opensearch.telling import refusal, status_told

_WAITING = 1  # chunks that wait for a thread, so that none has to wait for a chunk


class BulkSender:
    """Sends operations in chunks, in threads; what is put waits when too much is under way.

    Operations may be done in another order than they are put, and twice: they have to say themselves which is later.

    Args:
        connection: where to.
        threads: how many requests may be under way at a time.
        chunk_bytes: about how many bytes a request has.
    """

    def __init__(self, connection: Connection, threads: int, chunk_bytes: int) -> None:
        self._connection = connection
        self._chunk_bytes = chunk_bytes
        self._threads = ThreadPoolExecutor(threads, "timviet-bulk")
        self._places = BoundedSemaphore(threads + _WAITING)
        self._stopped = Event()
        self._under_way: set[Future[None]] = set()
        self._chunk: list[bytes] = []
        self._size = 0
        self.has_sent = False

    def put(self, operation: bytes) -> None:
        """Take an operation, to be sent with others.

        Raises:
            ClusterError: one that was sent before was refused, or no node answers.
        """
        self._chunk.append(operation)
        self._size += len(operation)
        if self._size >= self._chunk_bytes:
            self._submit()

    def flush(self) -> None:
        """Send what is left, and wait until all is done.

        Raises:
            ClusterError: something was refused, or no node answers.
        """
        self._submit()
        while self._under_way:
            self._under_way.pop().result()

    def stop(self) -> None:
        """Send nothing more, and wait until no request is under way; nothing where it was done before."""
        self._stopped.set()
        self._threads.shutdown(cancel_futures=True)

    def _submit(self) -> None:
        done = {future for future in self._under_way if future.done()}
        self._under_way -= done
        for future in done:
            future.result()
        if not self._chunk:
            return
        self._places.acquire()
        self.has_sent = True
        future = self._threads.submit(self._send, self._chunk)
        future.add_done_callback(lambda _: self._places.release())
        self._under_way.add(future)
        self._chunk, self._size = [], 0

    def _send(self, operations: Sequence[bytes]) -> None:
        """Send operations until none is refused only because the cluster is busy."""
        for pause in pauses(self._connection.options.retries):
            operations = self._try(operations, is_last=False)
            if not operations or self._stopped.wait(pause):
                return
        self._try(operations, is_last=True)

    def _try(self, operations: Sequence[bytes], is_last: bool) -> Sequence[bytes]:
        """Send operations once, and return those that are to be sent again."""
        from opensearchpy.exceptions import TransportError

        connection = self._connection
        with connection.telling("write to"):
            try:
                answer = connection.client.bulk(
                    body=b"".join(operations),
                    index=connection.name,
                    params=connection.writing | {"filter_path": "errors,items.*.status,items.*.error"},
                )
            except TransportError as error:
                if is_last or not is_passing(error):
                    raise
                return operations
        if not answer["errors"]:
            return ()
        again = []
        for operation, item in zip(operations, answer["items"], strict=True):
            ((_, result),) = item.items()
            status = status_told(result["status"], result.get("error"))
            if status in PASSING and not is_last:
                again.append(operation)
            # What is there already, or something later, is a conflict; what is to be removed need not be there.
            elif status >= HTTPStatus.BAD_REQUEST and "error" in result and status != HTTPStatus.CONFLICT:
                raise refusal(status, result["error"], "write to", connection.location)
        return again
