"""The routes of the read models, made from what their modules declare."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any, cast
from uuid import UUID

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send
from msgspec import Meta

from cocreate.api.asking import Asked, ask_dashboard, row_place, row_token
from cocreate.api.documented import documented
from cocreate.api.formats import (
    MEDIA,
    Format,
    csv_head,
    csv_lines,
    json_lines,
    preferred_format,
)
from cocreate.api.knowing import (
    READ_PROBLEMS,
    AnyRequest,
    Knowing,
    answered,
    known_to,
    tag_of,
    unchanged,
    validators,
    with_tag,
)
from cocreate.api.places import After
from cocreate.api.query import read_query
from cocreate.api.steps import MUNICIPALITY, PROJECT
from cocreate.projections.model import STATE, read_models, release_of
from cocreate.projections.resource import Dashboard, Document, Register

_JSON = msgspec.json.Encoder()


class Paging(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a register is answered, and how."""

    after: After | None = None
    limit: Annotated[int, Meta(ge=1, le=500, description="How many rows to give at most.")] = 100
    format: (
        Annotated[
            Format,
            Meta(
                description="Instead of Accept. CSV and JSON Lines give all rows, in a stream, "
                "where neither `after` nor `limit` is sent."
            ),
        ]
        | None
    ) = None


def read_model_routes() -> list[HTTPRouteHandler]:
    """Give the routes of every read model."""
    made: list[HTTPRouteHandler] = []
    for name, model in read_models().items():
        for resource in model.RESOURCES:
            match resource:
                case Register():
                    made.append(_register(name, resource))
                case Dashboard():
                    made.append(_dashboard(name, resource))
                case Document():
                    made.append(_document(name, resource))
    return made


# -- registers ------------------------------------------------------------------------------------


def _register(name: str, register: Register) -> HTTPRouteHandler:
    page = msgspec.defstruct(
        f"{register.row.__name__}Page",
        [
            ("items", Sequence[register.row]),  # type: ignore[name-defined]
            ("position", int),
            ("next", str | None, None),
        ],
        namespace={"__doc__": "Rows, the position as known at, and where the next page starts."},
        omit_defaults=True,
        kw_only=True,
        frozen=True,
        module=register.row.__module__,
    )

    @get(
        f"{MUNICIPALITY}/{register.path}",
        operation_id=register.operation,
        summary=register.summary,
        description=register.description or None,
        tags=["registers"],
        opt=documented(
            answers=page,
            problems=READ_PROBLEMS,
            open=True,
            query=(register.narrow, Paging, Knowing),
            also=(MEDIA[Format.CSV], MEDIA[Format.JSON_LINES]),
            tagged=True,
        ),
    )
    async def read_register(request: AnyRequest, code: FromPath[str]) -> ASGIResponse:
        """Give a page of a register, or all of it."""
        narrow, paging, knowing = read_query(request, register.narrow, Paging, Knowing)
        known = await known_to(request, code, name, knowing)
        form = paging.format or preferred_format(request.headers.get("accept", ""))
        mark = known.mark(narrow, paging.after, paging.limit, form)
        tag = tag_of(request, mark)
        if (same := unchanged(request, tag, there=True)) is not None:
            return same
        asked = Asked(name, register, known, narrow)
        place = None if paging.after is None else row_place(paging.after)
        if form is not Format.JSON:
            whole = paging.after is None and "limit" not in request.query_params
            rows = asked.pages(place) if whole else _page(asked, place, paging.limit)
            return _Stream(register, form, tag, rows)

        async def ask() -> bytes:
            rows, more = await asked.rows(place, paging.limit)
            answer: dict[str, object] = {"items": rows, "position": known.position}
            if more is not None:
                answer["next"] = row_token(more)
            return _JSON.encode(answer)

        body = await known.give(mark, ask)
        return with_tag(request, cast("bytes", body), tag)

    return read_register


class _Stream(ASGIResponse):
    """Rows as they are read, so that a register of any size takes little memory."""

    def __init__(
        self,
        register: Register,
        form: Format,
        tag: str,
        pages: AsyncIterator[list[msgspec.Struct]],
    ) -> None:
        self._register = register
        self._form = form
        self._tag = tag
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the rows. What goes wrong before the first is a problem like any other."""
        rows = await anext(self._pages)
        name = f"{self._register.path}.{self._form}".replace("/", "-")
        headers = [
            (b"content-type", MEDIA[self._form].encode()),
            (b"content-disposition", f'attachment; filename="{name}"'.encode()),
            *validators(self._tag),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        # A server takes what is sent to a reader who left, and says nothing of it.
        left = asyncio.create_task(_leaving(receive))
        try:
            await self._send_rows(send, rows, left)
        finally:
            left.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await left

    async def _send_rows(
        self, send: Send, first: list[msgspec.Struct], left: asyncio.Task[None]
    ) -> None:
        body = csv_head(self._register.row) if self._form is Format.CSV else b""
        write = csv_lines if self._form is Format.CSV else json_lines
        await _send_body(send, body + write(first), more=True)
        while not left.done():
            rows = await anext(self._pages, None)
            if rows is None:
                await _send_body(send, b"", more=False)
                return
            await _send_body(send, write(rows), more=True)


async def _page(asked: Asked, after: str | None, limit: int) -> AsyncIterator[list[msgspec.Struct]]:
    """Give one page as the only one."""
    yield (await asked.rows(after, limit))[0]


async def _leaving(receive: Receive) -> None:
    """Wait until the reader leaves."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_body(send: Send, body: bytes, *, more: bool) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})


# -- dashboards -----------------------------------------------------------------------------------


def _dashboard(name: str, dashboard: Dashboard) -> HTTPRouteHandler:
    @get(
        f"{MUNICIPALITY}/{dashboard.path}",
        operation_id=dashboard.operation,
        summary=dashboard.summary,
        description=dashboard.description or None,
        tags=["dashboards"],
        opt=documented(
            answers=dashboard.answers,
            problems=READ_PROBLEMS,
            open=True,
            query=(dashboard.narrow, Knowing),
            tagged=True,
        ),
    )
    async def read_dashboard(request: AnyRequest, code: FromPath[str]) -> ASGIResponse:
        """Give a dashboard."""
        narrow, knowing = read_query(request, dashboard.narrow, Knowing)
        known = await known_to(request, code, name, knowing)

        async def ask() -> bytes:
            return await ask_dashboard(name, dashboard, known, narrow)

        return await answered(request, known, ask, narrow)

    return read_dashboard


# -- documents about a project --------------------------------------------------------------------


def _document(name: str, document: Document[Any]) -> HTTPRouteHandler:
    async def answer(request: AnyRequest, code: str, project: UUID) -> ASGIResponse:
        narrow, knowing = read_query(request, document.narrow, Knowing)
        known = await known_to(request, code, STATE, knowing)
        place: Mapping[str, str] = {name: str(value) for name, value in request.path_params.items()}

        async def ask() -> bytes | None:
            file = await known.file(project)
            if file is None:
                return None
            try:
                return _JSON.encode(document.give(file, narrow, place))
            except LookupError:
                return None

        # It follows from the accounts by what its own module says, and from no rows.
        return await answered(request, known, ask, release_of(name), narrow)

    described = {
        "operation_id": document.operation,
        "summary": document.summary,
        "description": document.description or None,
        "tags": ["reading"],
        "opt": documented(
            answers=document.answers,
            problems=READ_PROBLEMS,
            open=True,
            query=(document.narrow, Knowing),
            tagged=True,
        ),
    }
    if "{subject:str}" in document.path:

        @get(f"{PROJECT}/{document.path}", **described)  # type: ignore[arg-type]
        async def read_subject_document(
            request: AnyRequest,
            code: FromPath[str],
            project: FromPath[UUID],
            subject: FromPath[str],
        ) -> ASGIResponse:
            """Give a document about a subject."""
            del subject  # it stands in the path
            return await answer(request, code, project)

        return read_subject_document

    @get(f"{PROJECT}/{document.path}", **described)  # type: ignore[arg-type]
    async def read_document(
        request: AnyRequest, code: FromPath[str], project: FromPath[UUID]
    ) -> ASGIResponse:
        """Give a document about a project."""
        return await answer(request, code, project)

    return read_document
