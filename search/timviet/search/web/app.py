"""The ASGI app: the API and the page over one index."""

from collections.abc import Collection, Sequence
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from timviet.index.store import Index, open_index
from timviet.search.limits import DEFAULT_LIMITS, Limits
from timviet.search.web.api import add_api
from timviet.search.web.guards import BodyLimits, HeadAnswers, HostCheck, SecurityHeaders, TokenCheck
from timviet.search.web.metrics import Measuring, Metrics, add_metrics
from timviet.search.web.pages import add_pages
from timviet.search.web.problems import Problem, tell_problems
from timviet.search.web.shared_searcher import SharedSearcher
from timviet.search.web.writing import add_writing

DEFAULT_WAITING = 256
"""Searches that may be at work, or wait, at the same time."""


def create_app(
    index: Index | str | Path,
    title: str = "timviet",
    facets: Sequence[str] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    most_waiting: int = DEFAULT_WAITING,
    write_token: str | None = None,
    cors_origins: Collection[str] = (),
    allowed_hosts: Collection[str] = (),
    metrics: bool = False,
) -> FastAPI:
    """Make an app that searches an index, to be served or mounted in another one.

    It always searches the last commit, whoever made it.

    Args:
        index: the index, or where it is.
        title: what the page is called.
        facets: keys of the metadata whose values the page counts, as soon as a document has them; by default those that
            have few different ones.
        limits: what queries may ask for at most, and how long one may take.
        most_waiting: how many searches may be at work, or wait, at the same time; others are told to come again.
        write_token: what a request has to carry that adds or removes documents; None to have none do so.
        cors_origins: the origins whose pages may ask the API, as `https://bao.example.vn`, or `*`; none by default.
        allowed_hosts: the hosts' names that it answers as, without ports; by default, any.
        metrics: whether `/metrics` tells figures for Prometheus.

    Raises:
        IndexNotFoundError: there is no index at this place.
        NotAnIndexError: something else is there, or a damaged index.
        IndexVersionError: the index was built by other rules; it has to be rebuilt.
        ValueError: the title or the token is empty.
        TypeError: facets, origins or hosts are one text, instead of several.

    Example:
        >>> from fastapi.testclient import TestClient
        >>> from timviet.index import Document
        >>> with open_index(":memory:", create=True) as index:
        ...     with index.writer() as writer:
        ...         writer.add(Document(id="tin", text="Đảng uỷ Công an tỉnh họp."))
        ...     client = TestClient(create_app(index))
        ...     client.get("/search", params={"q": "dang uy"}).json()["hits"][0]["document_id"]
        1
        'tin'
    """
    if not title or write_token == "":
        raise ValueError("neither the title nor the token may be empty")
    for name, names in (("facets", facets), ("cors_origins", cors_origins), ("allowed_hosts", allowed_hosts)):
        if isinstance(names, str):
            raise TypeError(f"{name} are several texts, not one: {names!r}")
    opened = index if isinstance(index, Index) else open_index(index)
    figures = Metrics(opened)
    app = FastAPI(
        title=title,
        summary="Full-text search for Vietnamese.",
        version=version("timviet"),
        docs_url=None,  # they load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,  # to the host that was asked for, whichever that is
        middleware=[
            *([Middleware(Measuring, figures)] if metrics else []),
            Middleware(SecurityHeaders),
            Middleware(HostCheck, {host.lower() for host in allowed_hosts}),
            Middleware(
                CORSMiddleware,
                allow_origins=[origin.rstrip("/") for origin in cors_origins],
                allow_methods=["GET", "HEAD"],
                allow_headers=["If-None-Match"],
                expose_headers=["ETag", "Retry-After"],
            ),
            *([Middleware(TokenCheck, write_token)] if write_token else []),
            Middleware(HeadAnswers),
            Middleware(GZipMiddleware, compresslevel=5),
            Middleware(BodyLimits),
        ],
    )
    app.state.searcher = SharedSearcher(opened, limits, most_waiting)
    app.state.made_as = repr((title, facets, limits))
    tell_problems(app)
    add_pages(app, opened, figures, title, facets)
    add_api(app, opened, figures)
    if write_token:
        add_writing(app, opened)
    if metrics:
        add_metrics(app, figures)
    app.mount("/static", StaticFiles(directory=str(files("timviet.search.web") / "static")), "static")
    _describe_problems(app)
    return app


def _describe_problems(app: FastAPI) -> None:
    """Have OpenAPI describe problem details, which its routes refer to by name."""
    description = app.openapi()
    description["components"]["schemas"]["Problem"] = Problem.model_json_schema()
