"""A database that stays from run to run, and how far what follows its logs has come."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import asyncpg

from benchmarks.installation import create_database
from cocreate.log.signing import SigningKeys
from cocreate.postgres import EmbeddedServer
from cocreate.projections.model import read_models
from cocreate.service import prepare_database

DATABASE = "scale"
SETTINGS = {"shared_buffers": "1GB", "max_wal_size": "8GB", "max_connections": "100"}
PROGRESS_SECONDS = 10.0


@contextlib.contextmanager
def standing_server(data: Path) -> Iterator[EmbeddedServer]:
    """Run the server whose data is in a folder, made where there is none."""
    with EmbeddedServer(data / "server", settings=SETTINGS) as server:
        yield server


async def standing_database(server: EmbeddedServer) -> str:
    """Give the address of the database, made where there is none."""
    connection = await asyncpg.connect(server.dsn())
    try:
        there = await connection.fetchval(
            "select exists (select from pg_database where datname = $1)", DATABASE
        )
    finally:
        await connection.close()
    if not there:
        await create_database(server, DATABASE)
    await prepare_database(server.dsn(DATABASE))
    return server.dsn(DATABASE)


def signing_keys(data: Path) -> Path:
    """Give the file of keys that sign for the trees, made where there is none."""
    file = data / "signing-keys"
    SigningKeys.read_or_make(file)
    return file


async def wait_until(
    connection: asyncpg.Connection[asyncpg.Record], what: str, count: str, wanted: int
) -> float:
    """Wait until a query counts so many, saying how far it is; give the seconds that took."""
    began = told = perf_counter()
    while (found := await connection.fetchval(count) or 0) < wanted:
        if perf_counter() - told > PROGRESS_SECONDS:
            told = perf_counter()
            print(f"{what}: {found:,} of {wanted:,}", file=sys.stderr)
        await asyncio.sleep(0.5)
    return round(perf_counter() - began, 2)


PROJECTED = f"""
    select coalesce(sum(position), 0)::bigint
    from (
        select min(position) as position
        from cocreate.projection_checkpoint where tenant_id like 'GM%'
        group by tenant_id having bool_and(complete) and count(*) >= {len(read_models())}
    ) c
"""
SIGNED = "select coalesce(sum(size), 0)::bigint from cocreate.tree where tenant_id like 'GM%'"
