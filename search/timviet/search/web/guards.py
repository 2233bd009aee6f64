"""What stands between the network and the app: limits to bodies, hosts it answers as, headers that browsers obey."""

import asyncio
import secrets
from collections.abc import Collection
from http import HTTPStatus

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from timviet.search.web.problems import SECURITY, problem

LARGEST_BODY = 16 << 20
"""Bytes that a request may send."""

LONGEST_BODY = 30.0
"""Seconds that a request may take to send them."""

_WRITING = ("POST", "DELETE")


class SecurityHeaders:
    """Adds to every answer what keeps browsers from obeying anybody else, and from keeping what may have changed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class BodyLimits:
    """Ends requests that send too much, or too slowly."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await self._app(scope, _limited(receive) if scope["type"] == "http" else receive, send)


def _limited(receive: Receive) -> Receive:
    received, is_complete = 0, False
    deadline = asyncio.get_running_loop().time() + LONGEST_BODY

    async def receive_within_limits() -> Message:
        nonlocal received, is_complete
        if is_complete:
            return await receive()  # that the client has gone
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError as error:
            detail = f"the body has to be sent within {LONGEST_BODY:g} seconds"
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, detail, {"Connection": "close"}) from error
        received += len(message.get("body", b""))
        is_complete = not message.get("more_body", False)
        if received > LARGEST_BODY:
            detail = f"the body is larger than {LARGEST_BODY >> 20} MiB: send it in parts"
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, {"Connection": "close"})
        return message

    return receive_within_limits


class HostCheck:
    """Answers as some hosts only: a page elsewhere could have its own name stand for this machine, and read it.

    Args:
        app: the app.
        allowed: the hosts' names, small and without ports; none for any.
    """

    def __init__(self, app: ASGIApp, allowed: Collection[str]) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        app = self._app
        if self._allowed and scope["type"] == "http" and Request(scope).url.hostname not in self._allowed:
            detail = f"this server answers as {', '.join(sorted(self._allowed))} only; its owner may allow other hosts"
            app = problem(HTTPStatus.MISDIRECTED_REQUEST, detail)
        await app(scope, receive, send)


class TokenCheck:
    """Lets those who know a token write; who does not is told so before anything of what is sent is read.

    Args:
        app: the app.
        token: what a request has to carry, as `Authorization: Bearer TOKEN`.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        app = self._app
        if scope["type"] == "http" and scope["method"] in _WRITING and not self._knows_token(Headers(scope=scope)):
            detail = "writing needs the server's token: send it as `Authorization: Bearer TOKEN`"
            app = problem(HTTPStatus.UNAUTHORIZED, detail, {"WWW-Authenticate": "Bearer"})
        await app(scope, receive, send)

    def _knows_token(self, headers: Headers) -> bool:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and secrets.compare_digest(token.strip().encode("latin-1"), self._token)


class HeadAnswers:
    """Answers HEAD as GET, without a body; see RFC 9110, section 9.3.2."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET"}, receive, send_head)
