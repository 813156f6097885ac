"""The events of a project, and of a municipality itself, as they were recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get
from litestar.params import FromPath, QueryParameter
from litestar.response.base import ASGIResponse

from cocreate.api.documented import documented
from cocreate.api.knowing import READ_PROBLEMS, tag_of, with_tag
from cocreate.api.noting import note_read
from cocreate.api.parts import Parts, parts_of
from cocreate.api.principal import Principal
from cocreate.api.problems import Problem
from cocreate.api.recording import require_project
from cocreate.api.steps import MUNICIPALITY, PROJECT
from cocreate.domain.municipality import municipality_id
from cocreate.exchange.recorded_events import RecordedEvent, as_told
from cocreate.log.read import Recorded
from cocreate.projections.answers import mark_of

MAX_LIMIT = 1_000
MAX_VERSION = 2**31 - 2


After = Annotated[
    int, QueryParameter(ge=0, le=MAX_VERSION, description="The version after which to start.")
]
Limit = Annotated[
    int, QueryParameter(ge=1, le=MAX_LIMIT, description="How many events to give at most.")
]


class EventPage(msgspec.Struct, frozen=True, kw_only=True):
    """Events of a project in order, and where the next are, if there are more now."""

    events: Sequence[RecordedEvent]
    next: str | None


@get(
    f"{PROJECT}/events",
    operation_id="listEvents",
    summary="Read the events of a project as they were recorded",
    description="In the order of their versions; the public sees public events only.",
    tags=["record"],
    opt=documented(answers=EventPage, problems=READ_PROBLEMS, open=True, tagged=True),
)
async def list_events(
    request: Request[Any, Any, Any],
    code: FromPath[str],
    project: FromPath[UUID],
    after: After = 0,
    limit: Limit = 100,
) -> ASGIResponse:
    """Give a page of the events that the principal may see."""
    parts = parts_of(request)
    principal = await parts.access.reading(request)
    await note_read(request, principal)
    path = f"/v1/municipalities/{code}/projects/{project}/events"
    stream = require_project(code, project)
    return await _page(request, principal, code, stream, path, after, limit)


@get(
    f"{PROJECT}/events/{{version:int}}",
    operation_id="getEvent",
    summary="Read one event of a project as it was recorded",
    tags=["record"],
    opt=documented(answers=RecordedEvent, problems=READ_PROBLEMS, open=True, tagged=True),
)
async def get_event(
    request: Request[Any, Any, Any],
    code: FromPath[str],
    project: FromPath[UUID],
    version: FromPath[int],
) -> ASGIResponse:
    """Give an event, if the principal may see it."""
    parts = parts_of(request)
    principal = await parts.access.reading(request)
    await note_read(request, principal)
    found = await visible_event(parts, principal, code, require_project(code, project), version)
    return _told(request, as_told(found, internal=principal.sees_internal))


@get(
    f"{MUNICIPALITY}/events",
    operation_id="listMunicipalityEvents",
    summary="Read the events of a municipality itself as they were recorded",
    description="Its registration and the rules it set, in the order of their versions; the public "
    "sees public events only. Those of its projects are with the projects.",
    tags=["record"],
    opt=documented(answers=EventPage, problems=READ_PROBLEMS, open=True, tagged=True),
)
async def list_municipality_events(
    request: Request[Any, Any, Any], code: FromPath[str], after: After = 0, limit: Limit = 100
) -> ASGIResponse:
    """Give a page of the events of the municipality itself."""
    parts = parts_of(request)
    principal = await parts.access.reading(request)
    await note_read(request, principal)
    path = f"/v1/municipalities/{code}/events"
    return await _page(request, principal, code, municipality_id(code), path, after, limit)


@get(
    f"{MUNICIPALITY}/events/{{version:int}}",
    operation_id="getMunicipalityEvent",
    summary="Read one event of a municipality itself as it was recorded",
    tags=["record"],
    opt=documented(answers=RecordedEvent, problems=READ_PROBLEMS, open=True, tagged=True),
)
async def get_municipality_event(
    request: Request[Any, Any, Any], code: FromPath[str], version: FromPath[int]
) -> ASGIResponse:
    """Give an event of the municipality itself, if the principal may see it."""
    parts = parts_of(request)
    principal = await parts.access.reading(request)
    await note_read(request, principal)
    found = await visible_event(parts, principal, code, municipality_id(code), version)
    return _told(request, as_told(found, internal=principal.sees_internal))


async def _page(
    request: Request[Any, Any, Any],
    principal: Principal,
    code: str,
    stream: UUID,
    path: str,
    after: int,
    limit: int,
) -> ASGIResponse:
    """Give a page of the events of a history, which are found at a path."""
    parts = parts_of(request)
    found = await _visible(parts, principal, code, stream, after, limit + 1)
    if not found and (after == 0 or not await _visible(parts, principal, code, stream, 0, 1)):
        raise Problem("not-found")
    page = [as_told(event, internal=principal.sees_internal) for event in found[:limit]]
    following = f"{path}?after={page[-1].version}&limit={limit}" if len(found) > limit else None
    return _told(request, EventPage(events=page, next=following))


def _told(request: Request[Any, Any, Any], told: EventPage | RecordedEvent) -> ASGIResponse:
    """Answer what was recorded, known by its bytes; an erasure is seen to where they are opened."""
    body = msgspec.json.encode(told)
    return with_tag(request, body, tag_of(request, mark_of(request.scope["path"], body)))


async def visible_event(
    parts: Parts, principal: Principal, code: str, stream: UUID, version: int
) -> Recorded:
    """Give an event that a principal may see; raises :class:`Problem` for any other."""
    if not 1 <= version <= MAX_VERSION:
        raise Problem("not-found")
    found = await _visible(parts, principal, code, stream, version - 1, 1)
    if not found or found[0].version != version:
        raise Problem("not-found")
    return found[0]


async def _visible(
    parts: Parts, principal: Principal, code: str, stream: UUID, after: int, limit: int
) -> Sequence[Recorded]:
    reader = parts.service.reader
    read = reader.stream if principal.sees_internal else reader.public_stream
    return await read(code, stream, after=after, limit=limit)


HANDLERS = (list_events, get_event, list_municipality_events, get_municipality_event)
"""The routes to events as they were recorded."""
