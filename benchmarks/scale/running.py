"""One run: an installation at work on a standing database, looked at from all sides."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from uuid import UUID

import asyncpg
import msgspec

from benchmarks.client import get, hammer, request
from benchmarks.endpoints import Endpoint, endpoints
from benchmarks.growth import each_new
from benchmarks.idle import transactions
from benchmarks.installation import api, projector, resident, signer
from benchmarks.measure import Round, percentiles
from benchmarks.scale.filling import events_in
from benchmarks.scale.load import Caller, callers, steady
from benchmarks.scale.measured import (
    API,
    MEMORY_OF_DATABASE,
    PROJECTOR,
    SIGNER,
    Cost,
    Load,
    Read,
    Run,
)
from benchmarks.scale.metering import Meter, held_by_database, metering
from benchmarks.scale.preparing import prepare
from benchmarks.scale.sizes import sizes
from benchmarks.scale.standing import (
    PROJECTED,
    SETTINGS,
    SIGNED,
    signing_keys,
    standing_database,
    wait_until,
)
from cocreate.postgres import EmbeddedServer
from cocreate.service import open_service


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What size is to be measured, and for how long."""

    data: Path
    municipalities: int
    events: int
    rate: float
    """Appends a second."""
    seconds: float
    """How long the load lasts."""
    idle_seconds: float
    read_seconds: float
    """For each kind of request."""
    read_models: bool


async def measure_scale(server: EmbeddedServer, asked: Asked) -> Run:
    """Prepare a size, and measure it."""
    dsn = await standing_database(server)
    prepared = await prepare(
        server,
        dsn,
        asked.data,
        municipalities=asked.municipalities,
        events=asked.events,
        read_models=asked.read_models,
    )
    events = await events_in(dsn)
    connection = await asyncpg.connect(dsn)
    try:
        found = await sizes(connection)
        largest = await connection.fetchval("select max(position) from cocreate.log_head")
        version = await connection.fetchval("show server_version")
        async with Installation(server, dsn, asked).open() as installation:
            started = dict(installation.started)
            idle, queries = await installation.idle()
            load = await installation.load()
            reads = await installation.reads()
            key_bytes = await connection.fetchval(
                "select pg_total_relation_size('cocreate.command')::float8 / count(*)"
                " from cocreate.command"
            )
            held, backends = held_by_database(server)
            memory = prepared.memory | installation.memory() | {MEMORY_OF_DATABASE: held}
    finally:
        await connection.close()
    return Run(
        measured_on=datetime.now(UTC).date(),
        municipalities=asked.municipalities,
        events=events,
        largest=largest,
        read_models=asked.read_models,
        postgresql=version,
        settings=SETTINGS,
        cores=os.cpu_count() or 1,
        filled=prepared.filled,
        projected=prepared.projected,
        signed=prepared.signed,
        load=load,
        reads=reads,
        idle=idle,
        idle_queries=round(queries, 1),
        started=started,
        memory=memory,
        backends=backends,
        key_bytes=round(key_bytes, 1),
        sizes=found,
    )


class Installation:
    """Processes that answer, keep the read models and sign, each apart, on a standing database.

    Any process of the API may sign; here one does that and answers nobody.
    """

    def __init__(self, server: EmbeddedServer, dsn: str, asked: Asked) -> None:
        self._server = server
        self._dsn = dsn
        self._asked = asked
        self._pids: dict[str, int] = {}
        self._port = 0
        self._callers: Sequence[Caller] = ()
        self.started: dict[str, float] = {}

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Installation]:
        """Start the processes, and wait until they have caught up."""
        async with contextlib.AsyncExitStack() as stack:
            if self._asked.read_models:
                self._pids[PROJECTOR] = await stack.enter_async_context(projector(self._dsn))
                signing = signer(self._dsn, signing_keys(self._asked.data))
                self._pids[SIGNER] = await stack.enter_async_context(signing)
            began = perf_counter()
            answering, self._port = await stack.enter_async_context(api(self._dsn))
            self._pids[API] = answering
            self.started[API] = round(perf_counter() - began, 2)
            async with open_service(self._dsn, project=False) as service:
                self._callers = await callers(service, self._dsn, self._asked.municipalities)
            if self._asked.read_models:
                await self._followed()
            yield self

    async def _followed(self) -> None:
        """Wait until the read models and the trees have all that is in the logs."""
        held = await events_in(self._dsn)
        connection = await asyncpg.connect(self._dsn)
        try:
            await wait_until(connection, "projecting", PROJECTED, held)
            await wait_until(connection, "signing", SIGNED, held)
        finally:
            await connection.close()

    @contextlib.asynccontextmanager
    async def _metered(self) -> AsyncIterator[Meter]:
        async with metering(self._server, self._dsn, **self._pids) as meter:
            yield meter

    async def idle(self) -> tuple[Cost, float]:
        """Give what it costs when nothing happens, and how many queries a minute that takes."""
        connection = await asyncpg.connect(self._dsn)
        try:
            async with self._metered() as meter:
                queries = await transactions(connection)
                await asyncio.sleep(self._asked.idle_seconds)
                cost = await meter.cost(round(self._asked.idle_seconds))
                queries = await transactions(connection) - queries
        finally:
            await connection.close()
        return cost, queries * 60 / cost.elapsed

    async def load(self) -> Load:
        """Give how a steady load fares, and what it costs until all has followed."""
        kept = self._asked.read_models
        async with (
            open_service(self._dsn, pool_size=10, project=False) as service,
            self._metered() as meter,
        ):
            found = await steady(
                service,
                self._port,
                self._callers,
                self._asked.rate,
                self._asked.seconds,
                lag=kept,
            )
            if kept:
                await self._followed()
            cost = await meter.cost(found.appended)
        return Load(found.rate, found.append, found.lag, cost)

    async def reads(self) -> list[Read]:
        """Ask the largest municipality what can be asked, each for itself: anew, and again."""
        if not self._asked.read_models:
            return []
        largest = self._callers[0]
        connection = await asyncpg.connect(self._dsn)
        try:
            rows = await connection.fetch(
                "select stream_id from cocreate.stream where tenant_id = $1 and version > 20"
                " order by stream_id limit 5000",
                largest.code,
            )
            position = await connection.fetchval(
                "select position from cocreate.log_head where tenant_id = $1", largest.code
            )
        finally:
            await connection.close()
        projects: list[UUID] = [row["stream_id"] for row in rows]
        found: list[Read] = []
        for endpoint in await endpoints(self._port, largest.key, largest.code, projects[0]):
            found += await self._read(endpoint, largest.key, projects, position)
        return found

    async def _read(
        self, endpoint: Endpoint, key: str, projects: Sequence[UUID], position: int
    ) -> list[Read]:
        path = endpoint.at(projects[0])
        await get(self._port, path, key)
        again = request("GET", path, key=key)
        found = []
        for warm, ask in (
            (False, each_new(endpoint, key, projects[1:], position)),
            (True, lambda _: again),
        ):
            async with self._metered() as meter:
                round_: Round = await hammer(self._port, 1, self._asked.read_seconds, ask)
                cost = await meter.cost(len(round_.latencies))
            found.append(Read(endpoint.name, warm, percentiles([round_]), cost))
        return found

    def memory(self) -> dict[str, float]:
        """Give the megabytes that each process holds."""
        return {name: round(resident(pid), 1) for name, pid in self._pids.items()}
