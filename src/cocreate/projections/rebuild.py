"""Rebuilding read models beside those in use, which they replace once they are complete."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

import asyncpg
import msgspec

from cocreate.log.connection import AnyConnection, Pool
from cocreate.projections.answers import BUILDS
from cocreate.projections.builds import (
    Build,
    Builds,
    hold_builds,
    make_build,
    prune,
    take_into_use,
)
from cocreate.projections.engine import PACE, STREAMS_AT_ONCE, Engine, head_of
from cocreate.projections.model import ReadModel, all_that_rest_on, fingerprint


class Progress(msgspec.Struct, frozen=True):
    """How far a rebuild is in the log of a municipality: projects done, of how many."""

    tenant: str
    done: int
    total: int


class Chosen(Builds):
    """Builds that an engine works with, whether in use or not."""

    def __init__(self, models: Mapping[str, ReadModel], chosen: Sequence[Build]) -> None:
        super().__init__(models)
        self._in_use = {build.name: build for build in chosen}

    async def load(self, database: Pool | AnyConnection) -> None:
        """Keep to what was chosen."""


async def rebuild(
    dsn: str,
    projecting: Pool,
    names: Sequence[str],
    *,
    models: Mapping[str, ReadModel] | None = None,
    progress: Callable[[Progress], None] = lambda _progress: None,
) -> list[Build]:
    """Fold every log anew into new builds of read models, and then take these into use.

    A rebuild that was broken off, even by a kill, is gone on with. Readers are answered from the
    builds in use until the new ones hold all that the logs hold; writing goes on meanwhile.
    """
    connection = await asyncpg.connect(dsn)
    try:
        builds = Builds(models)
        await builds.load(connection)
        chosen = await _begin(connection, builds, names)
        # For as long as this lives, nobody drops them.
        await hold_builds(connection, [build.number for build in chosen])
        engine = Engine(projecting, Chosen(builds.models, chosen))
        await _catch_up(connection, engine, chosen, progress)
        await _analyze(connection, chosen)
        async with connection.transaction():
            # Nobody takes the builds of before further on, so that no reader goes back in time.
            await _hold_back(connection, [builds[one.name] for one in chosen if one.name in builds])
            await _catch_up(connection, engine, chosen, progress)
            await take_into_use(connection, chosen)
        await connection.execute("select pg_notify('cocreate', $1)", f"{BUILDS}:")
        await builds.load(connection)
        await prune(connection, builds.numbers, older_than=timedelta(0))
        return chosen
    finally:
        await connection.close()


async def _begin(connection: AnyConnection, builds: Builds, names: Sequence[str]) -> list[Build]:
    """Give the builds that a rebuild broken off was at, or new ones; all that rest on them too."""
    chosen: dict[str, Build] = {}
    async with connection.transaction():
        for name in all_that_rest_on(names, builds.models):
            found: int | None = await connection.fetchval(
                "select max(build) from cocreate.read_model_build"
                " where name = $1 and fingerprint = $2 and not in_use and build > $3",
                name,
                fingerprint(name, builds.models),
                builds[name].number if name in builds else 0,
            )
            if found is not None:
                chosen[name] = Build(found, name, builds.models[name])
            else:
                chosen[name] = await make_build(
                    connection, name, builds.models, {**builds, **chosen}, in_use=False
                )
    return list(chosen.values())


async def _catch_up(
    connection: AnyConnection,
    engine: Engine,
    builds: Sequence[Build],
    progress: Callable[[Progress], None],
) -> None:
    """Bring builds up until they hold all that the logs hold now, even if another does so too."""
    for tenant, done, total in await _tenants(connection, builds):
        await _bring(connection, engine, tenant, builds, done, total, progress)


async def _analyze(connection: AnyConnection, builds: Sequence[Build]) -> None:
    """Let the planner know the tables before anyone is answered from them.

    Autovacuum would come to it within minutes; until then an answer can take seconds.
    """
    tables = await connection.fetch(
        "select format('%I.%I', n.nspname, c.relname) from pg_class c"
        " join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = any($1) and c.relkind = 'r' order by 1",
        [build.schema for build in builds],
    )
    for (table,) in tables:
        await connection.execute(f"analyze {table}")


async def _hold_back(connection: AnyConnection, builds: Sequence[Build]) -> None:
    """Hold the leases on builds in every log, for as long as the transaction takes."""
    tenants = await connection.fetch("select tenant_id from cocreate.municipality order by 1")
    for row in tenants:
        await connection.execute(
            "select cocreate.hold_checkpoints($1, $2)", row[0], [build.number for build in builds]
        )


async def _tenants(
    connection: AnyConnection, builds: Sequence[Build]
) -> list[tuple[str, int, int]]:
    """Give the logs that the builds are behind, with how many projects are done, of how many."""
    rows = await connection.fetch(
        "select * from cocreate.read_rebuild_progress($1)", [build.number for build in builds]
    )
    return [(row["tenant_id"], row["done"], row["total"]) for row in rows]


async def _bring(
    connection: AnyConnection,
    engine: Engine,
    tenant: str,
    builds: Sequence[Build],
    done: int,
    total: int,
    progress: Callable[[Progress], None],
) -> None:
    goal = await head_of(connection, tenant)
    numbers = [build.number for build in builds]
    reached = "select position from cocreate.read_checkpoint($1, $2)"
    progress(Progress(tenant, done, total))
    while await connection.fetchval(reached, tenant, numbers) < goal:
        if await engine.bring(tenant, builds):
            done = min(done + STREAMS_AT_ONCE, total)
            progress(Progress(tenant, done, total))
        else:
            await asyncio.sleep(PACE.gap)  # it is done, or another is at it
    progress(Progress(tenant, total, total))
