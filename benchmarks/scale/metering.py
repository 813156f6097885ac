"""Whose processor time it was: of each process of an installation, and of each role's backends."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from time import perf_counter

import asyncpg

from benchmarks.installation import MEGABYTE, children, cpu_seconds, database_seconds
from benchmarks.scale.measured import SERVER, Cost
from cocreate.postgres import EmbeddedServer

EVERY_SECONDS = 1.0
"""How often backends are looked at: what one that ends used since then counts for the server."""


class Meter:
    """Counts processor time and write-ahead log from when it is made."""

    def __init__(
        self, server: EmbeddedServer, connection: asyncpg.Connection[asyncpg.Record]
    ) -> None:
        self._server = server
        self._connection = connection
        self._processes: Mapping[str, int] = {}
        self._backends: dict[int, tuple[str, float]] = {}
        self._before: Mapping[int, float] = {}
        self._own: Mapping[str, float] = {}
        self._database = 0.0
        self._wal = 0
        self._began = 0.0

    async def begin(self, processes: Mapping[str, int]) -> None:
        """Count from now on what these processes use, by name and id."""
        self._processes = processes
        self._backends.clear()
        await self.look()
        self._before = {pid: used for pid, (_, used) in self._backends.items()}
        self._own = {name: cpu_seconds(pid) for name, pid in processes.items()}
        self._database = database_seconds(self._server)
        self._wal = await self._written()
        self._began = perf_counter()

    async def look(self) -> None:
        """See which backends there are, and what each has used until now."""
        rows = await self._connection.fetch(
            "select pid, coalesce(nullif(application_name, ''), usename) as role"
            " from pg_stat_activity"
            " where backend_type = 'client backend' and pid <> pg_backend_pid()"
        )
        for row in rows:
            with contextlib.suppress(FileNotFoundError):
                self._backends[row["pid"]] = (row["role"], cpu_seconds(row["pid"]))

    async def cost(self, count: int) -> Cost:
        """Give what so many of something took since the beginning."""
        await self.look()
        used: dict[str, float] = {
            name: cpu_seconds(pid) - self._own[name] for name, pid in self._processes.items()
        }
        backends: defaultdict[str, float] = defaultdict(float)
        for pid, (role, seconds) in self._backends.items():
            backends[role] += seconds - self._before.get(pid, 0.0)
        database = database_seconds(self._server) - self._database
        used |= backends
        used[SERVER] = max(database - sum(backends.values()), 0.0)
        return Cost(
            count,
            round(perf_counter() - self._began, 2),
            {name: round(seconds, 3) for name, seconds in used.items()},
            await self._written() - self._wal,
        )

    async def _written(self) -> int:
        written: int = await self._connection.fetchval(
            "select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"
        )
        return written


@contextlib.asynccontextmanager
async def metering(server: EmbeddedServer, dsn: str, **processes: int) -> AsyncIterator[Meter]:
    """Count what is used meanwhile."""
    connection = await asyncpg.connect(dsn)
    meter = Meter(server, connection)
    await meter.begin(processes)

    async def look_on() -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            async with busy:
                await meter.look()

    busy = asyncio.Lock()
    looking = asyncio.create_task(look_on())
    try:
        yield meter
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await connection.close()


def held_by_database(server: EmbeddedServer) -> tuple[float, int]:
    """Give the megabytes that its processes hold for themselves, and how many processes."""
    held = 0.0
    pids = [server.pid, *children(server.pid)]
    for pid in pids:
        with contextlib.suppress(FileNotFoundError):
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("RssAnon:"):
                    held += int(line.split()[1]) * 1024 / MEGABYTE
    return round(held, 1), len(pids)
