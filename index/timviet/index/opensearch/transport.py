"""How requests reach the nodes of a cluster."""

from threading import local
from typing import Any

from opensearchpy import Transport
from opensearchpy.exceptions import ConnectionTimeout


class PassingTransport(Transport):
    """Passes over a node for some time that has not answered in time: the client does so only if it cannot be reached.

    Otherwise each search that comes to a node that hangs would fail, until somebody ends it.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  # the client's
        self._asked = local()
        super().__init__(*arguments, **options)

    def get_connection(self) -> Any:  # noqa: ANN401  # the client's
        """Return the connection to the node that is asked next."""
        self._asked.connection = super().get_connection()
        return self._asked.connection

    def perform_request(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401  # any JSON
        """Return what a node answers.

        Raises:
            ConnectionTimeout: it did not in time.
        """
        try:
            return super().perform_request(*arguments, **options)
        except ConnectionTimeout:
            self.mark_dead(self._asked.connection)
            raise
