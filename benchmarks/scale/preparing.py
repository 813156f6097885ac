"""What is there before anything is asked: full logs, read models that caught up, signed trees.

What each step took is kept beside the data, so that a run that was stopped goes on.
"""

from __future__ import annotations

import os
from pathlib import Path

import asyncpg
import msgspec

from benchmarks.installation import projector, resident, signer
from benchmarks.scale.filling import events_in, fill_up
from benchmarks.scale.measured import Cost
from benchmarks.scale.metering import metering
from benchmarks.scale.standing import PROJECTED, SIGNED, signing_keys, wait_until
from cocreate.postgres import EmbeddedServer


class Prepared(msgspec.Struct, rename="camel"):
    """What it took to prepare a size, and the memory of the process that did it."""

    filled: Cost | None = None
    projected: Cost | None = None
    signed: Cost | None = None
    memory: dict[str, float] = {}


async def prepare(
    server: EmbeddedServer,
    dsn: str,
    data: Path,
    *,
    municipalities: int,
    events: int,
    read_models: bool,
) -> Prepared:
    """Bring everything to a size; give what it took, now or in an earlier run."""
    kept = data / f"prepared-{events}.json"
    prepared = (
        msgspec.json.decode(kept.read_bytes(), type=Prepared) if kept.exists() else Prepared()
    )
    async with metering(server, dsn, client=os.getpid()) as meter:
        if added := await fill_up(dsn, municipalities, events):
            prepared.filled = await meter.cost(added)
            kept.write_bytes(msgspec.json.encode(prepared))
    if not read_models:
        return prepared
    held = await events_in(dsn)
    connection = await asyncpg.connect(dsn)
    try:
        if await connection.fetchval(PROJECTED) < held:
            async with projector(dsn) as pid:
                prepared.projected = await _followed(
                    server, dsn, connection, PROJECTED, held, projector=pid
                )
                prepared.memory["projector, at most while it projects all"] = most(pid)
            kept.write_bytes(msgspec.json.encode(prepared))
        if await connection.fetchval(SIGNED) < held:
            async with signer(dsn, signing_keys(data)) as pid:
                prepared.signed = await _followed(server, dsn, connection, SIGNED, held, signer=pid)
                prepared.memory["signer, at most while it signs for all"] = most(pid)
            kept.write_bytes(msgspec.json.encode(prepared))
        await connection.execute("vacuum (analyze)")
    finally:
        await connection.close()
    return prepared


async def _followed(
    server: EmbeddedServer,
    dsn: str,
    connection: asyncpg.Connection[asyncpg.Record],
    count: str,
    held: int,
    **processes: int,
) -> Cost:
    """Give what it takes until a process has caught up with the logs."""
    before = await connection.fetchval(count)
    async with metering(server, dsn, **processes) as meter:
        await wait_until(connection, ", ".join(processes), count, held)
        return await meter.cost(held - before)


def most(pid: int) -> float:
    """Give the most megabytes that a process held."""
    return round(resident(pid, peak=True), 1)
