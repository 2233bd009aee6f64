"""The API: what a `Searcher` answers, as JSON."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from timviet.index.errors import UnknownParagraphError, quoted
from timviet.index.store import Index
from timviet.search.refine.filter_text import parse_filters
from timviet.search.searcher import Searcher
from timviet.search.web import schemas
from timviet.search.web.answering import answer, json_response
from timviet.search.web.metrics import Metrics
from timviet.search.web.parameters import (
    LISTS,
    CorrectParameters,
    DocumentParameters,
    ExplainParameters,
    LookupParameters,
    SearchParameters,
    SimilarParameters,
    SuggestParameters,
)
from timviet.search.web.problems import documented

_ALWAYS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)


def _documented(model: type[BaseModel], *statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    unchanged: dict[int | str, dict[str, Any]] = {
        304: {"description": "What the client has, by its `If-None-Match`, is still the answer."}
    }
    return {200: {"model": model}, **unchanged, **documented(*statuses, *_ALWAYS)}


async def _answer(request: Request, make: Callable[[Searcher], Response]) -> Response:
    """Return what a function makes of the searcher, where each parameter of one value is given once."""
    counts = Counter(name for name, _ in request.query_params.multi_items() if name not in LISTS)
    repeated = [name for name, count in counts.items() if count > 1]
    if repeated:
        raise RequestValidationError([{"loc": ("query", name), "msg": "is given more than once"} for name in repeated])
    return await answer(request, make)


def add_api(app: FastAPI, index: Index, metrics: Metrics) -> None:
    """Have an app answer as the API does.

    Args:
        app: the app.
        index: the index.
        metrics: what is told how many paragraphs are found.
    """

    @app.get("/search", responses=_documented(schemas.Results))
    async def search(request: Request, asked: Annotated[SearchParameters, Query()]) -> Response:
        """Find paragraphs, best first."""
        filters = parse_filters(asked.filter)

        def make(searcher: Searcher) -> Response:
            results = searcher.search(
                asked.q,
                limit=asked.limit,
                offset=asked.offset,
                marks=asked.marks,
                match=asked.match,
                strict=asked.strict,
                snippet_length=asked.snippet_length,
                filters=filters,
                facets=asked.facet,
                sort=asked.sort,
                group_by_document=asked.group,
                abbreviations=asked.abbreviations,
                ask_back=asked.ask_back,
            )
            metrics.found(results.total)
            return json_response(results.to_dict())

        return await _answer(request, make)

    @app.get("/suggest", responses=_documented(schemas.Suggestions))
    async def suggest(request: Request, asked: Annotated[SuggestParameters, Query()]) -> Response:
        """Tell how a phrase may go on while it is typed."""

        def make(searcher: Searcher) -> Response:
            return json_response({"suggestions": [own.to_dict() for own in searcher.suggest(asked.q, asked.limit)]})

        return await _answer(request, make)

    @app.get("/lookup", responses=_documented(schemas.NameHits))
    async def lookup(request: Request, asked: Annotated[LookupParameters, Query()]) -> Response:
        """Look up documents by a name or title."""
        return await _answer(
            request, lambda searcher: json_response(searcher.lookup(asked.q, asked.field, asked.limit).to_dict())
        )

    @app.get("/correct", responses=_documented(schemas.Correction))
    async def correct(request: Request, asked: Annotated[CorrectParameters, Query()]) -> Response:
        """Tell what a query was meant to say; nothing is searched for."""

        def make(searcher: Searcher) -> Response:
            correction = searcher.correct(asked.q)
            return json_response(asdict(correction) if correction else {"query": asked.q, "changes": []})

        return await _answer(request, make)

    @app.get("/similar", responses=_documented(schemas.Results, HTTPStatus.NOT_FOUND))
    async def similar(request: Request, asked: Annotated[SimilarParameters, Query()]) -> Response:
        """Find paragraphs like a given one."""
        return await _answer(
            request, lambda searcher: json_response(searcher.similar(asked.id, asked.paragraph, asked.limit).to_dict())
        )

    @app.get("/explain", responses=_documented(schemas.Explanation, HTTPStatus.NOT_FOUND))
    async def explain(request: Request, asked: Annotated[ExplainParameters, Query()]) -> Response:
        """Tell why a paragraph ranks where it does."""

        def make(searcher: Searcher) -> Response:
            explanation = searcher.explain(
                asked.q, asked.id, asked.paragraph, asked.marks, asked.match, asked.abbreviations
            )
            if explanation is None:
                raise HTTPException(HTTPStatus.NOT_FOUND, f"{quoted(asked.q)} does not find this paragraph")
            return json_response(asdict(explanation))

        return await _answer(request, make)

    @app.get("/documents/{document_id:path}", responses=_documented(schemas.ReadDocument, HTTPStatus.NOT_FOUND))
    async def document(
        request: Request,
        document_id: Annotated[str, Path(min_length=1, description="The document's id.")],
        asked: Annotated[DocumentParameters, Query()],
    ) -> Response:
        """Return a document's paragraphs in order, with what a query matches in them."""

        def make(searcher: Searcher) -> Response:
            found = searcher.document(
                document_id, asked.q, asked.offset, asked.limit, asked.marks, asked.match, asked.abbreviations
            )
            if found is None:
                raise UnknownParagraphError(document_id, 0, 0)
            return json_response(found.to_dict())

        return await _answer(request, make)

    @app.get("/info", responses=_documented(schemas.Info))
    async def info(request: Request) -> Response:
        """Tell what the index holds."""

        def make(searcher: Searcher) -> Response:
            facts = {
                "documents": index.document_count,
                "paragraphs": index.paragraph_count,
                "generation": index.generation,
                "built": index.committed.isoformat(timespec="seconds"),
                "keys": searcher.metadata_keys(),
                "schema_version": index.schema_version,
                "rules": index.rules,
            }
            return json_response(facts)

        return await _answer(request, make)

    @app.get("/healthz", responses={200: {"model": schemas.Health}, **documented(HTTPStatus.SERVICE_UNAVAILABLE)})
    def healthz() -> Response:
        """Tell that the server answers, and the index is there; searches that wait do not hold this up."""
        index.require_readable()
        return json_response({"status": "ok"})
