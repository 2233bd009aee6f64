"""The pages for people: results, and a document to be read. They work without scripts, too."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from timviet.index.errors import (
    FilterError,
    IndexPlaceError,
    QueryLimitError,
    QueryTimeoutError,
    TimvietError,
    UnknownKeyError,
)
from timviet.index.schema import metadata_key
from timviet.index.store import Index
from timviet.search.reading_view import ReadParagraph
from timviet.search.refine.filter_text import parse_filters
from timviet.search.searcher import Searcher
from timviet.search.snippet import Snippet
from timviet.search.web.answering import answer
from timviet.search.web.metrics import Metrics
from timviet.search.web.page_state import HITS_OF_A_PAGE, LAST_PAGE, SORTED_BY_DATE, PageState
from timviet.search.web.problems import RETRY_AFTER, detail_of, status_of
from timviet.search.web.shared_searcher import BusyError
from timviet.search.web.wording import Wording

_PART = 1_000  # paragraphs of a document that one page has
_BEFORE = 200  # of them before the one that it is opened at
_SNIPPET_LENGTH = 320
_FEW_VALUES = 50  # different ones, of a key whose values are counted if nothing is said
_MOST_FACETS = 4
_DATE_KEYS = ("date", "ngay", "ngay_ban_hanh", "published", "modified")
_YEAR_KEYS = ("nam", "year")

_PROBLEMS: dict[type[Exception], str] = {
    QueryLimitError: "problem_limit",
    QueryTimeoutError: "problem_time",
    FilterError: "problem_filter",
    UnknownKeyError: "problem_filter",
    IndexPlaceError: "problem_index",
}


def add_pages(app: FastAPI, index: Index, metrics: Metrics, title: str, facets: Sequence[str] | None) -> None:
    """Have an app show the pages.

    Args:
        app: the app.
        index: the index.
        metrics: what is told how many documents are found.
        title: what the site is called.
        facets: keys of the metadata whose values are counted; None for those that have few different ones.
    """
    pages = _Pages(index, metrics, title, facets)

    @app.get("/", include_in_schema=False)
    async def results(request: Request) -> Response:
        return await pages.show(request, pages.results)

    @app.get("/read", include_in_schema=False)
    async def read(request: Request) -> Response:
        return await pages.show(request, pages.read)


class _Pages:
    def __init__(self, index: Index, metrics: Metrics, title: str, facets: Sequence[str] | None) -> None:
        self._index = index
        self._metrics = metrics
        self._title = title
        self._facets = facets
        self._templates = Environment(
            loader=PackageLoader("timviet.search.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    async def show(self, request: Request, make: Callable[[Searcher, PageState], Response]) -> Response:
        """Return a page, or one that tells why there is none."""
        state = PageState.of_request(request.query_params, request.headers.get("accept-language", ""))
        try:
            response = await answer(request, lambda searcher: make(searcher, state), state.language)
        except BusyError:
            response = self._problem(state, "problem_busy", HTTPStatus.SERVICE_UNAVAILABLE)
        except tuple(_PROBLEMS) as error:
            name = next(own for kind, own in _PROBLEMS.items() if isinstance(error, kind))
            assert isinstance(error, TimvietError)  # noqa: S101
            detail_of(error)
            response = self._problem(state, name, status_of(error))
        response.headers["Vary"] = "Accept-Language"
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            response.headers["Retry-After"] = str(RETRY_AFTER)
        return response

    def results(self, searcher: Searcher, state: PageState) -> Response:
        """Return the page of results; where nothing was asked for, the one to begin with."""
        if not state.query:
            counts = (self._index.document_count, self._index.paragraph_count)
            return self._page("results.html", state, results=None, counts=counts, problem=None)
        has_dates = _DATE_KEYS[0] in map(metadata_key, searcher.metadata_keys())
        results = searcher.search(
            state.query,
            HITS_OF_A_PAGE,
            state.offset,
            marks=state.marks,
            snippet_length=_SNIPPET_LENGTH,
            filters=parse_filters(state.filters),
            facets=self._keys(searcher),
            sort=state.sort if state.sort and (has_dates or state.sort != SORTED_BY_DATE) else None,
            group_by_document=True,
            ask_back=True,
        )
        self._metrics.found(results.total)
        is_last = state.offset + len(results) >= results.total or state.page == LAST_PAGE
        return self._page("results.html", state, results=results, is_last=is_last, has_dates=has_dates, problem=None)

    def read(self, searcher: Searcher, state: PageState) -> Response:
        """Return the page where a document is read: a part of it, if it is long."""
        first = max(0, state.paragraph - _BEFORE)
        document = searcher.document(state.document_id, state.query, first, _PART, state.marks)
        status = HTTPStatus.OK if document else HTTPStatus.NOT_FOUND
        return self._page("read.html", state, status, document=document, first=first, part=_PART, before=_BEFORE)

    def _keys(self, searcher: Searcher) -> list[str]:
        """Return the keys whose values are counted; a key with an equals sign cannot be filtered by."""
        if self._facets is None:
            few = [name for name in searcher.metadata_keys(_FEW_VALUES) if "=" not in name]
            return [name for name in few if metadata_key(name) not in _DATE_KEYS][:_MOST_FACETS]
        known = {metadata_key(name) for name in searcher.metadata_keys()}
        return [name for name in self._facets if metadata_key(name) in known]

    def _problem(self, state: PageState, name: str, status: HTTPStatus) -> Response:
        return self._page("results.html", state, status, results=None, problem=name)

    def _page(
        self,
        template: str,
        state: PageState,
        status: HTTPStatus = HTTPStatus.OK,
        **shown: Any,  # noqa: ANN401
    ) -> Response:
        page = self._templates.get_template(template).render(
            site=self._title, state=state, say=Wording(state.language), date_of=_date_of, html_of=_html_of, **shown
        )
        return HTMLResponse(page.encode(errors="replace"), status)


def _html_of(shown: Snippet | ReadParagraph) -> Markup:
    """Return a text with its matches marked."""
    return Markup(shown.to_html())  # noqa: S704  # everything else is escaped there


def _date_of(metadata: Mapping[str, object]) -> str:
    """Return when a document is of, as its metadata have it, or nothing."""
    by_key = {metadata_key(name): value for name, value in metadata.items()}
    values = (by_key[key] for key in _DATE_KEYS + _YEAR_KEYS if isinstance(by_key.get(key), str | int))
    return str(next(values, ""))
