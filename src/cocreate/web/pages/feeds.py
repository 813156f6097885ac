"""Staying informed without an account: feeds of what happened, and calendars of days to come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Request, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cocreate.api.knowing import Knowing, Known
from cocreate.api.latest import LatestStep, latest_steps
from cocreate.domain.municipality import municipality_id
from cocreate.projections.answers import Models
from cocreate.projections.model import STATE
from cocreate.projections.story import latest
from cocreate.web.atom import ATOM, feed
from cocreate.web.calendars import CALENDAR, calendar
from cocreate.web.dates import MODELS, Day, days_in, days_to_come
from cocreate.web.pages.project import PROJECT
from cocreate.web.query import page_query
from cocreate.web.rendering import Reader, kept, page_known
from cocreate.web.texts import texts

MOST_STEPS: Final = 50
"""How many steps a feed has."""
MOST_DAYS: Final = 100
"""How many days the calendar of a municipality has."""

Write = Callable[[Reader, Known], Awaitable[bytes | None]]


@get("/{code:str}/feed", include_in_schema=False)
async def read_municipality_feed(
    request: Request[Any, Any, Any], code: FromPath[str]
) -> ASGIResponse:
    """Give the last steps over all projects of a municipality as an Atom feed (RFC 4287)."""

    async def write(reader: Reader, known: Known) -> bytes:
        title = texts(reader.language)("portal-heading", municipality=reader.municipality)
        steps = await latest_steps(known, MOST_STEPS)
        return await _feed(
            known, reader, municipality_id(code), title, reader.at.home, steps, began=1
        )

    return await _given(request, code, STATE, ATOM, write)


@get("/{code:str}/calendar", include_in_schema=False)
async def read_municipality_calendar(
    request: Request[Any, Any, Any], code: FromPath[str]
) -> ASGIResponse:
    """Give the days to come over all projects of a municipality, as a calendar (RFC 5545)."""

    async def write(reader: Reader, known: Known) -> bytes:
        title = texts(reader.language)("portal-heading", municipality=reader.municipality)
        return await _calendar(known, reader, title, await days_to_come(known, MOST_DAYS))

    return await _given(request, code, MODELS, CALENDAR, write)


@get(f"{PROJECT}/feed", include_in_schema=False)
async def read_feed(
    request: Request[Any, Any, Any], code: FromPath[str], project: FromPath[UUID]
) -> ASGIResponse:
    """Give the last steps of a project as an Atom feed (RFC 4287)."""

    async def write(reader: Reader, known: Known) -> bytes | None:
        file = await known.file(project)
        if file is None:
            return None
        steps = [LatestStep(file, chapter) for chapter in latest(file, MOST_STEPS)]
        title, began = file.project.title, file.project.position
        return await _feed(
            known, reader, project, title, reader.at.project(project), steps, began=began
        )

    return await _given(request, code, STATE, ATOM, write)


@get(f"{PROJECT}/calendar", include_in_schema=False)
async def read_calendar(
    request: Request[Any, Any, Any], code: FromPath[str], project: FromPath[UUID]
) -> ASGIResponse:
    """Give the days of a project on which something is due, as a calendar (RFC 5545)."""

    async def write(reader: Reader, known: Known) -> bytes | None:
        file = await known.file(project)
        if file is None:
            return None
        return await _calendar(known, reader, file.project.title, days_in(file))

    return await _given(request, code, STATE, CALENDAR, write)


async def _given(
    request: Request[Any, Any, Any], code: str, models: Models, kind: bytes, write: Write
) -> ASGIResponse:
    (knowing,) = page_query(request, Knowing)
    reader, known = await page_known(request, code, models, knowing)

    async def ask() -> bytes | None:
        return await write(reader, known)

    return await kept(request, known, ask, [(b"content-type", kind)])


async def _feed(
    known: Known,
    reader: Reader,
    feed_id: UUID,
    title: str,
    address: str,
    steps: Sequence[LatestStep],
    *,
    began: int,
) -> bytes:
    """Write a feed; ``began`` is the position of the step with which what it tells of began."""
    recorded_at = await known.parts.service.reader.moments(
        known.code, [began, *(each.chapter.position for each in steps)]
    )
    public_url = known.parts.settings.public_url
    beginning: datetime = recorded_at[began]
    return feed(feed_id, title, address, steps, recorded_at, beginning, reader, public_url)


async def _calendar(known: Known, reader: Reader, name: str, days: Sequence[Day]) -> bytes:
    recorded_at = await known.parts.service.reader.moments(
        known.code, {each.recorded_at for each in days}
    )
    return calendar(name, days, recorded_at, reader, known.parts.settings.public_url)


HANDLERS = (read_municipality_feed, read_municipality_calendar, read_feed, read_calendar)
"""The feeds and the calendars."""
