"""Idling: what it costs to be there for thousands of municipalities in which nothing happens."""

from __future__ import annotations

import asyncio
from time import perf_counter

import asyncpg

from benchmarks.installation import (
    api,
    cpu_seconds,
    database_seconds,
    fresh_database,
    projector,
)
from benchmarks.measure import Figure, Round, figure
from benchmarks.stories import fill
from cocreate.log.connection import open_pool
from cocreate.postgres import EmbeddedServer
from cocreate.projections.model import read_models

EVENTS_EACH = 5
GOAL_SECONDS = 0.6
"""A hundredth of a core."""


async def measure_idle(
    server: EmbeddedServer, *, municipalities: int, seconds: float
) -> list[Figure]:
    """Give the figures of idling."""
    async with fresh_database(server, "bench_idle") as dsn:
        await _prepare(dsn, municipalities)
        connection = await asyncpg.connect(dsn)
        try:
            async with projector(dsn) as projecting, api(dsn) as (answering, _):
                await caught_up(connection)
                began = perf_counter()
                queries = await transactions(connection)
                used = cpu_seconds(projecting) + cpu_seconds(answering)
                database = database_seconds(server)
                await asyncio.sleep(seconds)
                minutes = (perf_counter() - began) / 60
                used = cpu_seconds(projecting) + cpu_seconds(answering) - used
                database = database_seconds(server) - database
                queries = await transactions(connection) - queries
        finally:
            await connection.close()
    name = f"idle with {municipalities:,} municipalities"
    return [
        figure(
            f"{name}, projector and API",
            [Round(used / minutes, ())],
            None,
            unit="CPU s/minute",
            goal=GOAL_SECONDS,
            note=f"for {seconds:g} s",
            at_most=True,
        ),
        figure(
            f"{name}, PostgreSQL",
            [Round(database / minutes, ())],
            None,
            unit="CPU s/minute",
            at_most=True,
        ),
        figure(
            f"{name}, queries",
            [Round(queries / minutes, ())],
            None,
            unit="per minute",
            at_most=True,
        ),
    ]


async def _prepare(dsn: str, municipalities: int) -> None:
    """Fill the logs; nothing has to survive a crash here, so nobody waits for the disk."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("alter database bench_idle set synchronous_commit = off")
    finally:
        await connection.close()
    codes = [f"GM{number:04}" for number in range(municipalities)]
    pool = await open_pool(dsn, "cocreate_app")
    try:
        await fill(pool, dict.fromkeys(codes, 1.0), 0, least=EVENTS_EACH)
    finally:
        await pool.close()


async def caught_up(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """Wait until all read models of all municipalities are as far as the logs."""
    while await connection.fetchval(  # noqa: ASYNC110 - it happens in another process
        "select exists (select from cocreate.log_head h"
        " where h.position > 0 and $1 > (select count(*) from cocreate.projection_checkpoint c"
        "  where c.tenant_id = h.tenant_id and c.position = h.position))",
        len(read_models()),
    ):
        await asyncio.sleep(0.5)


async def transactions(connection: asyncpg.Connection[asyncpg.Record]) -> int:
    """Give how many transactions the database has ended."""
    await connection.execute("select pg_stat_clear_snapshot()")
    count: int = await connection.fetchval(
        "select xact_commit from pg_stat_database where datname = current_database()"
    )
    return count

