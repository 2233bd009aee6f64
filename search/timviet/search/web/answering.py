"""Answers that are made of the last commit, and told apart by it: a client that has one still need not be sent it."""

import hashlib
import json
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import cast

from fastapi import Request, Response

from timviet.search.searcher import Searcher
from timviet.search.web.shared_searcher import SharedSearcher

_VERSION = version("timviet")


def shared_searcher(request: Request) -> SharedSearcher:
    """Return what answers the searches of the app that a request came to."""
    return cast("SharedSearcher", request.app.state.searcher)


async def answer(request: Request, make: Callable[[Searcher], Response], variant: str = "") -> Response:
    """Return what a function makes of the searcher, or that it is what the client has already.

    Args:
        request: the request.
        make: the function; it is called in another thread.
        variant: what of the request, besides its address, the answer depends on.
    """
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    asked = (request.app.state.made_as, request.url.path, request.url.query, variant)

    def make_new(searcher: Searcher) -> Response:
        tag = _entity_tag(searcher.commit_id, *asked)
        response = Response(status_code=304) if tag in known else make(searcher)
        response.headers["ETag"] = f"W/{tag}"  # weak: answers of the same commit differ in how long they took
        return response

    return await shared_searcher(request).answer(make_new)


def json_response(content: Mapping[str, object], status: int = 200) -> Response:
    """Return a dictionary as JSON; half characters, which UTF-8 does not have, are escaped."""
    try:
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        body = json.dumps(content, separators=(",", ":")).encode()
    return Response(body, status, media_type="application/json")


def _entity_tag(*parts: str) -> str:
    return f'"{hashlib.sha256(json.dumps([_VERSION, *parts]).encode()).hexdigest()[:20]}"'
