"""For auditors: a project event by event, and taken away with all that proves it.

Every reading here is on record, whoever it is by.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from typing import IO, Annotated
from urllib.parse import quote
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send
from msgspec import Meta

from cocreate.api.admission import aside
from cocreate.api.answers import as_json
from cocreate.api.compression import EXCLUDED
from cocreate.api.documented import documented
from cocreate.api.events import MAX_VERSION
from cocreate.api.knowing import AnyRequest, AsOfText, as_of
from cocreate.api.noting import reading_of
from cocreate.api.parts import Parts, parts_of
from cocreate.api.principal import Principal
from cocreate.api.problems import Problem
from cocreate.api.query import read_query
from cocreate.api.recording import require_project
from cocreate.api.roles import AUDIT
from cocreate.api.steps import PROJECT
from cocreate.audit.export import Exporter, NothingToExport, Order
from cocreate.audit.layout import Appraisal, Retention, Sight, bag_name
from cocreate.audit.replay import Narrow, ReplayedStep
from cocreate.audit.replay_pages import Place

ZIP = "application/zip"
CHUNK = 1 << 18

_PROBLEMS = (400, 401, 403, 404, 503)


class ReplayPaging(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which part of a history is answered, and as known at what."""

    after: Annotated[int, Meta(ge=0, le=MAX_VERSION, description="The version to go on after.")] = 0
    limit: Annotated[int, Meta(ge=1, le=500, description="How many steps to give at most.")] = 100
    as_of: AsOfText | None = None


class ReplayPage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Steps of a project in order, as known at a position, and where the next are, if any."""

    steps: Sequence[ReplayedStep]
    position: int
    next: str | None


class ExportQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What is exported, and how the archive is to value it."""

    sight: Annotated[
        Sight, Meta(description="All events, internal ones too, or public ones only.")
    ] = "internal"
    appraisal: Annotated[Appraisal, Meta(description="Of MDTO: waardering.")] = "keep"
    retention: (
        Annotated[Retention, Meta(description="Of MDTO: bewaartermijn, such as `P20Y`.")] | None
    ) = None


@get(
    f"{PROJECT}/replay",
    operation_id="replayProject",
    summary="Replay a project event by event",
    description="Who recorded each event under which key and role, and what it changed, as those "
    "inside know it. For auditors and administrators.",
    tags=["audit"],
    opt=documented(answers=ReplayPage, problems=_PROBLEMS, query=(Narrow, ReplayPaging)),
)
async def replay_project(
    request: AnyRequest, code: FromPath[str], project: FromPath[UUID]
) -> ASGIResponse:
    """Give a page of a history."""
    parts = parts_of(request)
    principal = await parts.access.allowed(request, AUDIT)
    narrow, paging = read_query(request, Narrow, ReplayPaging)
    await _require_known(parts, code, project)
    if paging.as_of is None:
        position = await parts.service.reader.head(code) or 0
    else:
        position, _ = await as_of(parts, code, paging.as_of)
    await parts.service.reads.note(reading_of(request, principal), position)
    place = Place(code, project, position, narrow, paging.after)
    steps, onward = await parts.replays.page(place, paging.limit)
    following = None
    if onward is not None:
        # As known at the same position, or the pages would not fit together.
        after, limit = onward.after, paging.limit
        following = request.url.path + f"?after={after}&limit={limit}&asOf={position}"
        for name in ("kind", "actor"):
            if (value := getattr(narrow, name)) is not None:
                following += f"&{name}={quote(value, safe='')}"
    return as_json(ReplayPage(steps=steps, position=position, next=following))


@get(
    f"{PROJECT}/export",
    operation_id="exportProject",
    summary="Take a project away with all that proves it",
    description="A bag (RFC 8493) in a zip file: events as JSON Lines, their schemas, the signed "
    "checkpoint, tiles, keys, MDTO metadata and a report in Dutch and English. `cocreate audit "
    "verify` checks it without this server. For auditors and administrators; each time is on "
    "record.",
    tags=["audit"],
    opt={
        **documented(media=ZIP, answers=bytes, problems=_PROBLEMS, query=(ExportQuery,)),
        EXCLUDED: True,  # it is compressed already
    },
)
async def export_project(
    request: AnyRequest, code: FromPath[str], project: FromPath[UUID]
) -> ASGIResponse:
    """Give an export, as of the position that was signed last."""
    principal = await parts_of(request).access.allowed(request, AUDIT)
    (asked,) = read_query(request, ExportQuery)
    return await export_of(request, principal, code, project, asked)


async def export_of(
    request: AnyRequest, principal: Principal, code: str, project: UUID, asked: ExportQuery
) -> ASGIResponse:
    """Give an export as a file, once it is on record who takes it; raises :class:`Problem`."""
    parts = parts_of(request)
    await _require_known(parts, code, project)
    service, within = parts.service, parts.settings.freshness_timeout
    head = await service.reader.head(code) or 0
    async with aside():
        signed = await service.trees.reach(code, head, within=within)
    await service.reads.record(reading_of(request, principal), signed.size)
    keys = () if parts.signing is None else parts.signing.keys.verifiers(signed.origin)
    exporter = Exporter(service.pool, service.reader, service.trees, keys, parts.witnesses)
    order = Order(
        tenant=code,
        project=project,
        sight=asked.sight,
        appraisal=asked.appraisal,
        retention=asked.retention,
    )
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed once it was sent
    try:
        description = await exporter.export(order, signed, file)
    except NothingToExport:
        file.close()
        raise Problem("not-found") from None
    except BaseException:
        file.close()
        raise
    return _File(file, f"{bag_name(description)}.zip")


async def _require_known(parts: Parts, code: str, project: UUID) -> None:
    require_project(code, project)
    if not await parts.service.reader.stream(code, project, limit=1):
        raise Problem("not-found")


class _File(ASGIResponse):
    """A file that is sent a piece at a time, and is gone afterwards."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file = file
        self._size = file.seek(0, 2)
        self._name = name
        file.seek(0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the file."""
        headers = [
            (b"content-type", ZIP.encode()),
            (b"content-length", b"%d" % self._size),
            (b"content-disposition", f'attachment; filename="{self._name}"'.encode()),
            (b"cache-control", b"no-store"),
        ]
        with self._file:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            while chunk := await asyncio.to_thread(self._file.read, CHUNK):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


HANDLERS = (replay_project, export_project)
