"""Whether the process runs, and whether it can do its work."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Literal, cast

import asyncpg
import msgspec
from litestar import Request, get
from litestar.response.base import ASGIResponse

from cocreate.api.answers import as_json
from cocreate.api.documented import documented
from cocreate.api.problems import RETRY_AFTER, Problem
from cocreate.log.errors import LogUnavailable
from cocreate.log.migrate import migrations
from cocreate.service import Service

PATIENCE = 2.0
"""For how many seconds the database may keep silent."""

Lack = Literal["stopping", "migrations", "read-models"]


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """All is well; anything else is a problem."""

    status: Literal["ok"] = "ok"


class Readiness:
    """Whether this process can handle requests, and if not, what it lacks."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._complete: Sequence[int] = ()
        """The builds that were found complete: in use, they stay so, and are looked at once."""
        self.stopping = False
        """Whether it was told to stop: it handles what comes, and wants no more."""

    async def lack(self) -> Lack | None:
        """Find what this process lacks to handle requests.

        Raises :class:`~cocreate.log.errors.KeysUnusable` where what is sealed could not be opened,
        and what the database raises where it gives no answer.
        """
        if self.stopping:
            return "stopping"
        pool, builds = self._service.pool, self._service.builds
        applied = {row["name"] for row in await pool.fetch(_APPLIED)}
        if not applied.issuperset(migration.name for migration in migrations()):
            return "migrations"
        await self._service.keys.require()
        numbers = builds.numbers
        if numbers == self._complete:
            return None
        if len(builds) < len(builds.models) or await pool.fetchval(_BEING_BUILT, numbers):
            return "read-models"
        self._complete = numbers
        return None


_APPLIED = "select name from public.cocreate_migration"
_BEING_BUILT = "select exists (select from cocreate.read_lags(null, $1) l where not l.complete)"


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
    summary="Ask whether requests can be handled",
    description="Whether the database answers and is of this release, the keys are at hand, the "
    "read models can be asked (one that is rebuilt can), and the process was not told to stop.",
    tags=["health"],
    opt=documented(answers=Health, problems=(503,), open=True),
)
async def check_ready(request: Request[Any, Any, Any]) -> ASGIResponse:
    """Look for what is lacking."""
    readiness = cast("Readiness", request.app.state["readiness"])
    try:
        async with asyncio.timeout(PATIENCE):
            lack = await readiness.lack()
    except asyncpg.PostgresError as refusal:  # whatever it refuses for, it is of no use now
        raise LogUnavailable(str(refusal)) from refusal
    if lack is not None:
        raise Problem("not-ready", facts={"lack": lack}, headers={"Retry-After": RETRY_AFTER})
    return as_json(Health())
