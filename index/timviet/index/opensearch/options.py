"""How to reach a cluster, and how an index is laid out there."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self, TypeVar

_Number = TypeVar("_Number", int, float)

_TIMEOUT, _RETRIES = 30.0, 8
_PREFIX = "TIMVIET_OPENSEARCH_"
_NO = ("0", "false", "no", "off")
_TEXTS = ("user", "password", "api_key", "ca_certs", "client_cert", "client_key")


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """How to reach a cluster, and how a new index is laid out there; what is secret is never shown.

    Attributes:
        shards: how many primary shards a new index has; None for one, or as many as one has that is replaced.
        replicas: how many copies of each shard it has; None for as many as the cluster says, or one has that is
            replaced.
        user: the user's name, unless the location says it.
        password: the password, unless the location says it.
        api_key: a key that is sent instead of both.
        ca_certs: the file of the certificates that the cluster's is to be signed by; by default, those of `certifi`.
        client_cert: the file of the certificate to show to the cluster.
        client_key: the file of its private key.
        verify: whether to check the cluster's certificate and name.
        timeout: how long to wait for an answer, in seconds.
        retries: how often what the cluster was too busy for, or no node answered, is tried again when writing; the time
            between doubles from a tenth of a second to ten seconds.

    Raises:
        ValueError: a number is out of its range, or the key has characters that no key has.

    Example:
        >>> ClusterOptions(shards=3, user="biên-tập", password="bí mật")
        ClusterOptions(shards=3, replicas=None, user='biên-tập', ca_certs=None, client_cert=None, client_key=None, \
verify=True, timeout=30.0, retries=8)
    """

    shards: int | None = None
    replicas: int | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)
    ca_certs: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    verify: bool = True
    timeout: float = _TIMEOUT
    retries: int = _RETRIES

    def __post_init__(self) -> None:
        """Refuse numbers that are out of their ranges, and a key that would be shown where it cannot be sent."""
        if (self.shards is not None and self.shards < 1) or (self.replicas or 0) < 0:
            raise ValueError(
                f"cannot make {self.shards} shards with {self.replicas} replicas: give 1 or more, 0 or more"
            )
        if not self.timeout > 0 or self.retries < 0:
            raise ValueError(
                f"cannot wait {self.timeout} s and retry {self.retries} times: give more than 0, 0 or more"
            )

        if self.api_key and not (self.api_key.isascii() and self.api_key.isprintable()):
            raise ValueError(
                "the API key has characters that no key has: give it without line ends and letters with marks"
            )

    @classmethod
    def from_environment(
        cls, shards: int | None = None, replicas: int | None = None, environment: Mapping[str, str] = os.environ
    ) -> Self:
        """Return what the environment says: TIMVIET_OPENSEARCH_USER, and so on for each option.

        Args:
            shards: how many primary shards a new index has; None for one, or as many as one has that is replaced.
            replicas: how many copies of each shard it has; None as above.
            environment: the environment.

        Raises:
            ValueError: a number is none, or out of its range, or the key has characters that no key has.
        """
        texts = {name: environment.get(_PREFIX + name.upper()) or None for name in _TEXTS}
        return cls(
            shards=shards,
            replicas=replicas,
            **texts,
            verify=environment.get(f"{_PREFIX}VERIFY", "").lower() not in _NO,
            timeout=_number(environment, "TIMEOUT", float, _TIMEOUT),
            retries=_number(environment, "RETRIES", int, _RETRIES),
        )


def _number(environment: Mapping[str, str], name: str, kind: Callable[[str], _Number], default: _Number) -> _Number:
    text = environment.get(_PREFIX + name)
    try:
        return kind(text) if text else default
    except ValueError as error:
        raise ValueError(f"{_PREFIX}{name} is no number: {text!r}") from error
