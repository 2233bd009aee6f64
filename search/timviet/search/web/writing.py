"""Documents that come in and go out over HTTP, for those who know the token."""

import secrets
from asyncio import wrap_future
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from timviet.index.documents import Document, Passage
from timviet.index.store import Index
from timviet.index.writer import Writer
from timviet.search.web import schemas
from timviet.search.web.answering import json_response
from timviet.search.web.problems import documented

_PATIENCE = 5.0  # seconds, for another process that writes
_DENIED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.INTERNAL_SERVER_ERROR)
_FAULTS = (*_DENIED, HTTPStatus.BAD_REQUEST, HTTPStatus.SERVICE_UNAVAILABLE)
_BODY_FAULTS = (*_FAULTS, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


class GivenPassage(BaseModel):
    """A paragraph with its place in the document."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str
    section: str | None = None
    page: Annotated[int | None, Field(ge=0, lt=1 << 31)] = None

    def to_passage(self) -> Passage:
        """Return it as a document takes it."""
        return Passage(self.text, self.section, self.page)


class GivenDocument(BaseModel):
    """A document to be indexed: its paragraphs are the lines of its text that are not blank, or given one by one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: Annotated[str, Field(min_length=1, examples=["qd-05"])]
    title: Annotated[str | None, Field(examples=["Quyết định 05"])] = None
    text: Annotated[str, Field(examples=["Điều 1. Đảng uỷ Công an tỉnh chỉ đạo."])] = ""
    paragraphs: list[str | GivenPassage] | None = None
    metadata: Annotated[dict[str, Any], Field(examples=[{"năm": 2024}])] = {}
    path: str | None = None

    def to_document(self) -> Document:
        """Return it as the index takes it.

        Raises:
            DocumentError: it has both a text and paragraphs.
        """
        paragraphs: list[str | Passage] | None = None
        if self.paragraphs is not None:
            paragraphs = [own if isinstance(own, str) else own.to_passage() for own in self.paragraphs]
        return Document(self.id, self.text, self.title, self.metadata, self.path, paragraphs)


class IndexWriting:
    """Writes for requests, one at a time, off the event loop.

    Args:
        index: the index.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._thread = ThreadPoolExecutor(1, "timviet-write")

    async def write(self, change: Callable[[Writer], int]) -> int:
        """Return what a function returns that changes the index, once the change is committed."""

        def run() -> int:
            with self._index.writer(timeout=_PATIENCE) as writer:
                return change(writer)

        return await wrap_future(self._thread.submit(run))


def add_writing(app: FastAPI, index: Index, token: str) -> None:
    """Have an app add and remove documents.

    Args:
        app: the app.
        index: the index.
        token: what a request has to carry, as `Authorization: Bearer TOKEN`.
    """
    writing = IndexWriting(index)
    expected = f"Bearer {token}".encode()

    def require_token(request: Request) -> None:
        if not secrets.compare_digest(request.headers.get("authorization", "").encode("latin-1"), expected):
            detail = "writing needs the server's token: send it as `Authorization: Bearer TOKEN`"
            raise HTTPException(HTTPStatus.UNAUTHORIZED, detail, {"WWW-Authenticate": "Bearer"})

    guarded = [Depends(require_token)]

    @app.post(
        "/documents",
        status_code=201,
        dependencies=guarded,
        responses={201: {"model": schemas.Added}, **documented(*_BODY_FAULTS)},
    )
    async def add(documents: GivenDocument | list[GivenDocument]) -> Response:
        """Add a document, or several in one commit; each replaces the one with the same id."""
        added = [own.to_document() for own in (documents if isinstance(documents, list) else [documents])]
        paragraphs = await writing.write(lambda writer: sum(writer.add(document) for document in added))
        return json_response({"documents": len(added), "paragraphs": paragraphs}, HTTPStatus.CREATED)

    @app.delete(
        "/documents/{document_id:path}",
        dependencies=guarded,
        status_code=204,
        responses=documented(*_FAULTS, HTTPStatus.NOT_FOUND),
    )
    async def remove(
        document_id: Annotated[str, Path(min_length=1, description="The document's id.")],
    ) -> Response:
        """Remove a document."""

        def change(writer: Writer) -> int:
            is_there = document_id in index
            writer.remove(document_id)
            return int(is_there)

        if not await writing.write(change):
            raise HTTPException(HTTPStatus.NOT_FOUND, "there is no document with this id")
        return Response(status_code=204)
