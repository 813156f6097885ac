"""Whether the process runs, and whether it can do its work."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

import asyncpg
import msgspec
from litestar import Request, get
from litestar.response.base import ASGIResponse

from cocreate.api.answers import as_json
from cocreate.api.documented import documented
from cocreate.api.parts import parts_of
from cocreate.log.errors import LogUnavailable

PATIENCE = 2.0
"""For how many seconds the database may keep silent."""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """All is well; anything else is a problem."""

    status: Literal["ok"] = "ok"


@get(
    "/v1/health/live",
    operation_id="checkLive",
    summary="Ask whether the process runs",
    tags=["health"],
    opt=documented(answers=Health, open=True),
)
async def check_live() -> ASGIResponse:
    """Answer."""
    return as_json(Health())


@get(
    "/v1/health/ready",
    operation_id="checkReady",
    summary="Ask whether requests can be handled: whether the database answers",
    tags=["health"],
    opt=documented(answers=Health, problems=(503,), open=True),
)
async def check_ready(request: Request[Any, Any, Any]) -> ASGIResponse:
    """Ask the database for an answer."""
    try:
        async with asyncio.timeout(PATIENCE):
            await parts_of(request).service.pool.fetchval("select 1")
    except asyncpg.PostgresError as refusal:  # whatever it refuses for, it is of no use now
        raise LogUnavailable(str(refusal)) from refusal
    return as_json(Health())
