"""Find and make what the name of an index stands for on a cluster: an alias of one index, which a rebuild replaces."""

from datetime import UTC, datetime
from http import HTTPStatus
from itertools import count
from typing import Any, NamedTuple

from timviet.index.analysis import rules_fingerprint
from timviet.index.errors import IndexNotFoundError, IndexVersionError, NotAnIndexError
from timviet.index.opensearch.connection import Connection
from timviet.index.opensearch.layout import LAYOUT, index_body
from timviet.index.schema import SCHEMA_VERSION

_NUMBER_DIGITS = 8
_PATIENCE = 60  # seconds
_EXISTS = "resource_already_exists_exception"


class Concrete(NamedTuple):
    """The index that a name stands for.

    Attributes:
        name: its own name.
        uuid: what tells it from all others.
        created: when it was made.
        schema: the number of the schema, as of an index here.
        layout: the number of its layout on the cluster.
        rules: the fingerprint of the rules of analysis that it was built by.
        shards: how many primary shards it has.
        replicas: how many copies of each.
    """

    name: str
    uuid: str
    created: datetime
    schema: int
    layout: int
    rules: str
    shards: int
    replicas: int

    def require_current(self, location: str, any_rules: bool = False) -> None:
        """Check that this version has made it.

        Args:
            location: where it is.
            any_rules: whether its rules of analysis may be other ones.

        Raises:
            IndexVersionError: another version has.
        """
        built_by, built_now = (self.schema, self.rules), (SCHEMA_VERSION, rules_fingerprint())
        if self.layout != LAYOUT:
            message = f"the index {location} has layout {self.layout}, and this version {LAYOUT}: index again"
            raise IndexVersionError(message, location)
        if not any_rules and built_by != built_now:
            message = (
                f"the index {location} was built by other rules (schema {built_by[0]}, rules {built_by[1]}) than "
                f"this version's (schema {built_now[0]}, rules {built_now[1]}): build it anew by "
                f"`timviet copy {location} {location}`"
            )
            raise IndexVersionError(message, location)


def find_concrete(connection: Connection) -> Concrete | None:
    """Return the index that a name stands for, or None where there is none.

    Raises:
        NotAnIndexError: another program's index has this name, or it stands for several.
        ClusterError: the cluster does not answer.
    """
    with connection.telling("open"):
        found = connection.client.indices.get(index=connection.name, ignore=404)
    location = connection.location
    if not isinstance(found, dict):
        raise NotAnIndexError(f"what answers at {location} is not OpenSearch: name the cluster's own address", location)
    if "error" in found:
        return None
    if len(found) > 1:
        message = f"{location} stands for several indexes ({', '.join(found)}): name another place"
        raise NotAnIndexError(message, location)
    ((name, told),) = found.items()
    own = told.get("mappings", {}).get("_meta", {}).get("timviet")
    if not _is_own(own):
        raise NotAnIndexError(f"{location} holds another program's index: name another place", location)
    settings = told["settings"]["index"]
    created = datetime.fromtimestamp(int(settings["creation_date"]) / 1000, UTC)
    layout = int(settings["number_of_shards"]), int(settings["number_of_replicas"])
    return Concrete(name, settings["uuid"], created, own["schema"], own["layout"], own["rules"], *layout)


def _is_own(told: object) -> bool:
    """Tell whether what a mapping says of itself is what timviet writes there."""
    kinds = {"schema": int, "layout": int, "rules": str}
    return isinstance(told, dict) and all(isinstance(told.get(name), kind) for name, kind in kinds.items())


def require_concrete(connection: Connection) -> Concrete:
    """Return the index that a name stands for.

    Raises:
        IndexNotFoundError: there is none.
        IndexPlaceError: as `find_concrete` raises it.
    """
    concrete = find_concrete(connection)
    if concrete is None:
        location = connection.location
        message = f"there is no index at {location}: make one with `timviet index --index {location} FOLDER`"
        raise IndexNotFoundError(message, location)
    return concrete


def create(connection: Connection) -> Concrete:
    """Make an index where there is none, be it while another process does so, and return it when it can be asked.

    Raises:
        IndexPlaceError: as `find_concrete` raises it.
    """
    options = connection.options
    numbers = count(1)  # one may have been left that the name does not stand for any more
    while find_concrete(connection) is None:
        body = index_body(connection.name, options.shards or 1, options.replicas)
        _create(connection, _name(connection, next(numbers)), body)
    with connection.telling("make"):
        connection.client.cluster.health(
            index=connection.name,
            params={"wait_for_status": "yellow", "wait_for_no_initializing_shards": "true"},
            ignore=HTTPStatus.REQUEST_TIMEOUT,  # after 30 seconds; then whoever asks it is told what is wrong
            request_timeout=_PATIENCE,
        )
    return require_concrete(connection)


def create_next(connection: Connection, before: Concrete) -> str:
    """Make a new index that is to replace another one, and return its name; one that was left half done is gone then.

    Args:
        connection: where the index is.
        before: the index that its name stands for, to which nobody else may write meanwhile; the new one has as many
            shards and copies of them, unless others are asked for.

    Raises:
        ClusterError: the cluster does not answer, or refuses.
        NotAnIndexError: another program has an index of this name.
    """
    stem, _, number = before.name.rpartition("-")
    is_numbered = stem == connection.name and number.isdecimal()
    name = _name(connection, int(number) + 1 if is_numbered else 1)
    left = find_concrete(connection.to_concrete(name))
    if left is not None:
        delete_concrete(connection, left.name)
    options = connection.options
    replicas = before.replicas if options.replicas is None else options.replicas
    _create(connection, name, index_body("", options.shards or before.shards, replicas))
    return name


def _create(connection: Connection, name: str, body: dict[str, Any]) -> None:
    """Make an index, unless there is one of this name."""
    from opensearchpy.exceptions import RequestError

    with connection.telling("make"):
        try:
            connection.client.indices.create(index=name, body=body)
        except RequestError as error:
            if error.error != _EXISTS:
                raise


def swing(connection: Connection, before: Concrete, name: str) -> None:
    """Have the name of an index stand for another one, and delete the one that it stood for, both at once.

    Args:
        connection: where the index is.
        before: what the name stood for.
        name: what it is to stand for.

    Raises:
        ClusterError: the cluster does not answer, or refuses.
    """
    away, here = {"index": before.name}, {"index": name, "alias": connection.name}
    with connection.telling("replace"):
        connection.client.indices.update_aliases(body={"actions": [{"remove_index": away}, {"add": here}]})


def delete_concrete(connection: Connection, name: str) -> None:
    """Delete an index, if it is there."""
    with connection.telling("delete"):
        connection.client.indices.delete(index=name, ignore=HTTPStatus.NOT_FOUND)


def _name(connection: Connection, number: int) -> str:
    return f"{connection.name}-{number:0{_NUMBER_DIGITS}}"
