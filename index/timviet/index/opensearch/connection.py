"""A connection to a cluster: where it is, its client, and what to raise where it does not answer, or refuses."""

import logging
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import unquote, urlsplit

from timviet.index.errors import ClusterError, MissingExtraError, NotAnIndexError
from timviet.index.opensearch.options import ClusterOptions
from timviet.index.opensearch.telling import failure, refusal

if TYPE_CHECKING:
    from opensearchpy import OpenSearch
    from urllib3 import Timeout

_TLS = "opensearchs"
_PORT = 9200
_CONNECTING = 3.0  # seconds; a node that is there takes part of one
_PASSED_OVER = 10.0  # seconds; for a node that does not answer, and each time twice as long, up to five minutes
_WAITING = 5.0  # seconds; in which a shard has moved to another node
_IDLE_CONNECTIONS = 16
_FORBIDDEN = set('\\/*?"<>| ,#:@')  # in names of indexes: by OpenSearch, and @, before which a password may stand


class Place(NamedTuple):
    """Where on a cluster an index is.

    Attributes:
        hosts: the names and ports of nodes.
        name: the index's name there.
        has_tls: whether nodes are asked over TLS.
        user: the user's name, or None.
        password: the password, or None.
    """

    hosts: Sequence[tuple[str, int]]
    name: str
    has_tls: bool
    user: str | None
    password: str | None

    @classmethod
    def parse(cls, location: str) -> Self:
        """Return what a location says.

        Raises:
            NotAnIndexError: it is not one of an index on a cluster.

        Example:
            >>> Place.parse("opensearchs://an:mật@tim-1.example.vn,tim-2.example.vn:9201/van-ban").hosts
            [('tim-1.example.vn', 9200), ('tim-2.example.vn', 9201)]
        """
        scheme, _, rest = location.partition("://")
        told, _, name = rest.partition("/")
        credentials, _, hosts = told.rpartition("@")
        user, has_password, password = credentials.partition(":")
        # What stands before the last @ may be a password, also where it has a slash that should have been escaped.
        shown = f"{scheme}://{rest.rpartition('@')[2]}"
        if not _is_name(name):
            raise _no_place(shown, "the index's name, in small letters, stands after the hosts")
        try:
            places = [_host(host) for host in hosts.split(",")]
        except ValueError:
            raise _no_place(shown, "each host is a name or address, and a port if it is not 9200") from None
        return cls(places, name, scheme == _TLS, unquote(user) or None, unquote(password) if has_password else None)

    def __str__(self) -> str:
        hosts = ",".join(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in self.hosts)
        return f"{_TLS if self.has_tls else 'opensearch'}://{hosts}/{self.name}"


class Connection:
    """A connection to a cluster; threads may share it.

    Args:
        place: where the index is.
        options: how to reach the cluster.
        client: the client of another connection, to be shared, if any.

    Attributes:
        location: where the index is, without user and password.
        name: the name of the index there.
        options: the same.
        client: the client of the cluster.
        writing: what a request that writes says, so that the cluster makes no index of its own of this name, and tells
            early that the shard is missing that it is for.

    Raises:
        MissingExtraError: the client is not installed.
        ClusterError: a file of certificates or keys cannot be read.
    """

    def __init__(self, place: Place, options: ClusterOptions, client: "OpenSearch | None" = None) -> None:
        self.location = str(place)
        self.name = place.name
        self.options = options
        self.client = client or _client(place, options, self.location)
        self._place = place
        self.writing = {
            **({} if client else {"require_alias": "true"}),
            "timeout": f"{min(_WAITING, options.timeout / 2) * 1_000:.0f}ms",
            "request_timeout": self.within(options.timeout),  # the client would take "timeout" for its own
        }

    def __repr__(self) -> str:
        return f"Connection({self.location!r})"

    @contextmanager
    def telling(self, operation: str) -> Iterator[None]:
        """Meanwhile, tell failures of the client as errors of an index, with the next step.

        Args:
            operation: what is done, as "search".

        Raises:
            ClusterError: the cluster does not answer, or refuses.
            IndexNotFoundError: the index is not there.
        """
        from opensearchpy.exceptions import ImproperlyConfigured, OpenSearchException

        try:
            yield
        except (OpenSearchException, ImproperlyConfigured) as error:
            raise failure(error, operation, self.location) from error

    def within(self, seconds: float) -> "Timeout":
        """Return how long to wait for a connection to a node, and for its answer.

        Args:
            seconds: how long it may take, also where each node is tried that is not there.
        """
        return _within(seconds, len(self._place.hosts))

    def require_answer(self, response: Mapping[str, Any], operation: str) -> None:
        """Check that one of several requests that were sent together has an answer.

        Args:
            response: what the cluster says to it.
            operation: what is done.

        Raises:
            ClusterError: the cluster refused it.
            IndexNotFoundError: the index is not there.
        """
        if "error" in response:
            raise refusal(response.get("status", 0), response["error"], operation, self.location)

    def to_concrete(self, name: str) -> "Connection":
        """Return a connection to the index that a name stands for, or is to stand for, by its own name."""
        return Connection(self._place._replace(name=name), self.options, self.client)

    def close(self) -> None:
        """Close it."""
        self.client.close()


def connect(location: str, options: ClusterOptions | None) -> Connection:
    """Return a connection to the cluster that a location names.

    Args:
        location: where the index is.
        options: how to reach the cluster; None for what the environment says.

    Raises:
        NotAnIndexError: the location is not one of an index on a cluster.
        ClusterError: what the environment says makes no sense.
        MissingExtraError: the client is not installed.
    """
    place = Place.parse(location)
    try:
        return Connection(place, options or ClusterOptions.from_environment())
    except ValueError as error:
        advice = "see `timviet index --help` for what the environment may say"
        raise ClusterError("open", str(place), str(error), advice) from error


def _client(place: Place, options: ClusterOptions, location: str) -> "OpenSearch":
    try:
        from opensearchpy import OpenSearch
        from opensearchpy.exceptions import ImproperlyConfigured

        from timviet.index.opensearch.transport import PassingTransport
    except ImportError as error:
        raise MissingExtraError("open an index on a cluster", "opensearch-py", "opensearch") from error
    # Its warnings of requests that fail are for those who listen to them: they are told as errors, too.
    logging.getLogger("opensearch").addHandler(logging.NullHandler())
    settings: dict[str, Any] = {"headers": _authorization(place, options)}
    if place.has_tls:
        _require_files([options.ca_certs, options.client_cert, options.client_key], location)
        settings |= {
            "use_ssl": True,
            "verify_certs": options.verify,
            "ssl_assert_hostname": None if options.verify else False,  # None is for the host's own name
            "ssl_show_warn": False,
            "ca_certs": options.ca_certs,
            "client_cert": options.client_cert,
            "client_key": options.client_key,
        }
    try:
        return OpenSearch(
            [{"host": host, "port": port} for host, port in place.hosts],
            timeout=_within(options.timeout, len(place.hosts)),
            max_retries=len(place.hosts),  # all other nodes, and one that closed an idle connection once more
            transport_class=PassingTransport,
            dead_timeout=_PASSED_OVER,
            retry_on_status=(),  # a node that says that a shard is not there answers, and is not to be passed over
            pool_maxsize=_IDLE_CONNECTIONS,
            **settings,
        )
    except ImproperlyConfigured as error:
        raise failure(error, "reach", location) from error


def _within(seconds: float, hosts: int) -> "Timeout":
    from urllib3 import Timeout

    return Timeout(connect=min(_CONNECTING, seconds / (hosts + 1)), read=seconds)


def _require_files(paths: Iterable[str | None], location: str) -> None:
    """Check that files of certificates and keys are there: where one is not, the client says only that TLS failed."""
    for path in paths:
        if path and not Path(path).is_file():
            raise ClusterError("reach", location, f"there is no file {path}", "name one that has certificates or a key")


def _authorization(place: Place, options: ClusterOptions) -> dict[str, str]:
    """Return the header that says who asks; the client would write it in Latin-1, which not every password is in."""
    user = place.user or options.user
    if options.api_key:
        return {"Authorization": f"ApiKey {options.api_key}"}
    if user is None:
        return {}
    credentials = f"{user}:{place.password or options.password or ''}"
    return {"Authorization": f"Basic {b64encode(credentials.encode()).decode()}"}


def _host(text: str) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if not parts.hostname or parts.path or parts.query or parts.fragment:
        raise ValueError(text)
    return parts.hostname, parts.port or _PORT


def _is_name(name: str) -> bool:
    """Tell whether OpenSearch takes the name of an index."""
    is_plain = not _FORBIDDEN.intersection(name) and name.isprintable()
    return bool(name) and is_plain and name == name.lower() and name[0] not in "-_+." and len(name.encode()) <= 200


def _no_place(location: str, reason: str) -> NotAnIndexError:
    message = f"cannot open the index {location}: {reason}; write it as opensearch://HOST:9200/NAME"
    return NotAnIndexError(message, location)
