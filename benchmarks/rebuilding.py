"""A process that rebuilds all read models, and tells how long that took and what memory."""

from __future__ import annotations

import asyncio
import os
import sys
from time import perf_counter

import msgspec
import uvloop

from benchmarks.installation import resident
from cocreate.log.connection import open_pool
from cocreate.projections.model import read_models
from cocreate.projections.rebuild import rebuild


class Rebuilt(msgspec.Struct, frozen=True):
    """What a rebuild cost."""

    seconds: float
    megabytes: float
    """The most memory that the process held."""


async def rebuild_apart(dsn: str) -> Rebuilt:
    """Rebuild all read models in a process apart."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.rebuilding"),
        env={**os.environ, "BENCH_DATABASE": dsn},
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await process.communicate()
    return msgspec.json.decode(told, type=Rebuilt)


async def _rebuild(dsn: str) -> Rebuilt:
    projecting = await open_pool(dsn, "cocreate_projector", size=2)
    began = perf_counter()
    await rebuild(dsn, projecting, list(read_models()))
    seconds = perf_counter() - began
    await projecting.close()
    return Rebuilt(seconds, resident("self", peak=True))


if __name__ == "__main__":
    rebuilt = uvloop.run(_rebuild(os.environ["BENCH_DATABASE"]))
    sys.stdout.buffer.write(msgspec.json.encode(rebuilt))
