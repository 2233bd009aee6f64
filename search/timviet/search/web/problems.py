"""Errors as problem details, RFC 9457: https://www.rfc-editor.org/rfc/rfc9457."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from timviet.index.errors import (
    DocumentError,
    FilterError,
    IndexLockedError,
    IndexPlaceError,
    QueryLimitError,
    QuerySyntaxError,
    QueryTimeoutError,
    TimvietError,
    UnknownKeyError,
    UnknownParagraphError,
)
from timviet.search.web.shared_searcher import BusyError

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER = 1  # seconds

_log = logging.getLogger("timviet.web")

_STATUS: dict[type[TimvietError], HTTPStatus] = {
    QuerySyntaxError: HTTPStatus.BAD_REQUEST,
    QueryLimitError: HTTPStatus.BAD_REQUEST,
    FilterError: HTTPStatus.BAD_REQUEST,
    UnknownKeyError: HTTPStatus.BAD_REQUEST,
    DocumentError: HTTPStatus.BAD_REQUEST,
    UnknownParagraphError: HTTPStatus.NOT_FOUND,
    QueryTimeoutError: HTTPStatus.SERVICE_UNAVAILABLE,
    IndexPlaceError: HTTPStatus.SERVICE_UNAVAILABLE,
}


class Problem(BaseModel):
    """What went wrong, as RFC 9457 has it."""

    type: str = Field("about:blank", description="What kind of problem it is; the status says all there is to it.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The status.")
    detail: str = Field(description="What went wrong, and what to do.")


# Nothing is loaded from elsewhere, nothing runs that is written into a page, and no other page may show this one.
SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
"""Headers that keep browsers from obeying anybody else, and from keeping what may have changed."""


def problem(status: HTTPStatus, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return an answer that tells what went wrong.

    Args:
        status: the status.
        detail: what went wrong, and what to do.
        headers: headers to send, too.
    """
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers = {"Retry-After": str(RETRY_AFTER), **(headers or {})}
    told = Problem(type="about:blank", title=status.phrase, status=status, detail=detail).model_dump()
    return JSONResponse(told, status, headers, CONTENT_TYPE)


def documented(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Return how OpenAPI describes that a request may be answered by problems of these statuses."""
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {int(status): {"description": status.phrase, "content": content} for status in statuses}


def status_of(error: TimvietError) -> HTTPStatus:
    """Return the status that an error of timviet's is told with."""
    kinds = (_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)
    return next(kinds, HTTPStatus.INTERNAL_SERVER_ERROR)


def detail_of(error: TimvietError) -> str:
    """Return what is told of an error: where the index is, is only its owner's business, who finds it logged."""
    if status_of(error) < HTTPStatus.INTERNAL_SERVER_ERROR or isinstance(error, QueryTimeoutError):
        return str(error)
    if isinstance(error, IndexLockedError):
        return "somebody else is writing to the index: try again in a moment"
    _log.error("%s", error)
    return "the index cannot be searched or written to at the moment; the server's log tells why"


def tell_problems(app: FastAPI) -> None:
    """Have an app tell its errors as problem details."""

    @app.exception_handler(TimvietError)
    def _of_timviet(_request: Request, error: TimvietError) -> JSONResponse:
        return problem(status_of(error), detail_of(error))

    @app.exception_handler(BusyError)
    def _busy(_request: Request, _error: BusyError) -> JSONResponse:
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, "too many searches at once: try again in a moment")

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        if isinstance(error.body, bytes):
            given = request.headers.get("content-type", "none")
            detail = f"the body is taken for JSON with the header Content-Type: application/json only; it has {given}"
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(map(_fault, error.errors())))

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        headers = dict(error.headers or {})
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = ", ".join(_methods(request))
        return problem(status, error.detail, headers)

    @app.exception_handler(Exception)
    def _unforeseen(_request: Request, _error: Exception) -> JSONResponse:
        # It is told beside the middleware that sends these headers with everything else.
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "a fault of the server's; its log tells more", SECURITY)


def _fault(error: dict[str, Any]) -> str:
    place = ".".join(map(str, error["loc"][1:])) or error["loc"][0]
    reason = error.get("ctx", {}).get("error")
    return f"{place}: {error['msg']}{f' ({reason})' if isinstance(reason, str) else ''}"


def _methods(request: Request) -> list[str]:
    """Return what may be done to a resource, by all routes that lead to it: each of these knows its own only."""
    routes = [route for route in request.app.routes if isinstance(route, Route)]
    return sorted(
        {
            method
            for route in routes
            if route.matches(request.scope)[0] is not Match.NONE
            for method in route.methods or ()
        }
    )
