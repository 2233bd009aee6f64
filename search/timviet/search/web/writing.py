"""Documents that come in and go out over HTTP, for those who know the token."""

from asyncio import wrap_future
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, Path, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from timviet.index.documents import Document, Passage
from timviet.index.errors import DocumentError, quoted
from timviet.index.store import Index
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
            DocumentError: it has both a text and paragraphs, or neither these nor a title.
        """
        given = [own if isinstance(own, str) else own.text for own in self.paragraphs or ()]
        if not "".join((self.title or "", self.text, *given)).strip():
            raise DocumentError(
                f"cannot index document {quoted(self.id)}: it has no text; give text, paragraphs or a title"
            )
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

    async def add(self, documents: Sequence[Document]) -> int:
        """Add documents in one commit; return how many paragraphs they have."""
        return await wrap_future(self._thread.submit(self._add, documents))

    def _add(self, documents: Sequence[Document]) -> int:
        with self._index.writer(timeout=_PATIENCE) as writer:
            return sum(writer.add(document) for document in documents)

    async def remove(self, document_id: str) -> bool:
        """Remove a document; return whether it was there."""
        return await wrap_future(self._thread.submit(self._remove, document_id))

    def _remove(self, document_id: str) -> bool:
        if document_id not in self._index:
            return False
        with self._index.writer(timeout=_PATIENCE) as writer:
            writer.remove(document_id)
        return True


def add_writing(app: FastAPI, index: Index) -> None:
    """Have an app add and remove documents.

    Args:
        app: the app.
        index: the index.
    """
    writing = IndexWriting(index)

    @app.post(
        "/documents",
        status_code=201,
        responses={201: {"model": schemas.Added}, **documented(*_BODY_FAULTS)},
    )
    async def add(documents: GivenDocument | list[GivenDocument]) -> Response:
        """Add a document, or several in one commit; each replaces the one with the same id."""
        added = [own.to_document() for own in (documents if isinstance(documents, list) else [documents])]
        if not added:
            return json_response({"documents": 0, "paragraphs": 0}, HTTPStatus.CREATED)
        paragraphs = await writing.add(added)
        return json_response({"documents": len(added), "paragraphs": paragraphs}, HTTPStatus.CREATED)

    @app.delete(
        "/documents/{document_id:path}",
        status_code=204,
        responses=documented(*_FAULTS, HTTPStatus.NOT_FOUND),
    )
    async def remove(
        document_id: Annotated[str, Path(min_length=1, description="The document's id.")],
    ) -> Response:
        """Remove a document."""
        if not await writing.remove(document_id):
            raise HTTPException(HTTPStatus.NOT_FOUND, "there is no document with this id")
        return Response(status_code=204)
