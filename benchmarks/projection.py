"""Projecting: events a second into all read models together, live and rebuilt, and into each."""

from __future__ import annotations

from time import perf_counter

from benchmarks.installation import fresh_database
from benchmarks.measure import Figure, Round, figure
from benchmarks.stories import fill
from cocreate.log.connection import open_pool
from cocreate.postgres import EmbeddedServer
from cocreate.projections.builds import Builds
from cocreate.projections.engine import Engine
from cocreate.projections.model import STATE, read_models
from cocreate.projections.rebuild import rebuild

TENANT = "GM9001"
EVENTS = 20_000
LIVE_GOAL = 10_000.0
REBUILD_GOAL = 20_000.0
STATE_GOAL = 60_000.0


async def measure_projection(server: EmbeddedServer, *, rounds: int) -> list[Figure]:
    """Give the figures of projecting."""
    rates: dict[str, list[Round]] = {}
    names = list(read_models())
    async with fresh_database(server, "bench_projection") as dsn:
        pool = await open_pool(dsn, "cocreate_app")
        projecting = await open_pool(dsn, "cocreate_projector")
        try:
            # A long log that was never folded is brought up project by project, as by a rebuild.
            total = (await fill(pool, {TENANT: 1.0}, 0, least=5))[TENANT].events
            builds = Builds()
            await builds.load(pool)
            await Engine(projecting, builds).advance(TENANT)
            for _ in range(rounds):
                added = (await fill(pool, {TENANT: 1.0}, EVENTS))[TENANT].events
                total += added
                await builds.load(pool)
                engine = Engine(projecting, builds)
                began = perf_counter()
                while await engine.advance(TENANT):
                    pass
                rate = added / (perf_counter() - began)
                rates.setdefault("live, all together", []).append(Round(rate, ()))
                for title, chosen in [("all", names), *((name, [name]) for name in names)]:
                    began = perf_counter()
                    await rebuild(dsn, projecting, chosen)
                    rate = total / (perf_counter() - began)
                    rates.setdefault(f"rebuild, {title}", []).append(Round(rate, ()))
        finally:
            await projecting.close()
            await pool.close()
    goals = {
        "live, all together": LIVE_GOAL,
        "rebuild, all": REBUILD_GOAL,
        f"rebuild, {STATE}": STATE_GOAL,
    }
    return [
        figure(f"projection {name}", each, None, unit="events/s", goal=goals.get(name))
        for name, each in rates.items()
    ]
