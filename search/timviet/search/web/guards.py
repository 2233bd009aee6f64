"""What stands between the network and the app: limits to bodies, hosts it answers as, headers that browsers obey."""

import asyncio
from collections.abc import Callable, Collection
from http import HTTPStatus

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 16 << 20
"""Bytes that a request may send."""

LONGEST_BODY = 30.0
"""Seconds that a request may take to send them."""

# Nothing is loaded from elsewhere, nothing runs that is written into a page, and no other page may show this one.
_SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class SecurityHeaders:
    """Adds to every answer what keeps browsers from obeying anybody else, and from keeping what may have changed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_SECURITY)
                headers.setdefault("Cache-Control", "no-cache")
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


def host_check(allowed: Collection[str]) -> Callable[[Request], None]:
    """Return what refuses requests to other hosts: a page elsewhere could have its name stand for this machine.

    Args:
        allowed: the hosts' names, without ports; none for any.
    """

    def check(request: Request) -> None:
        if allowed and request.url.hostname not in allowed:
            detail = f"this server answers as {', '.join(sorted(allowed))} only; its owner may allow other hosts"
            raise HTTPException(HTTPStatus.MISDIRECTED_REQUEST, detail)

    return check
