"""Ways to fold the same log, all of which are to come to the same rows."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from random import Random
from uuid import UUID

import asyncpg
from asyncpg.connection import LoggedQuery
from tests.databases import QUICK_LOOKS
from tests.projections.world import Histories, World, random_history

from cocreate.log.codec import ALL_EVENTS, Codec
from cocreate.log.connection import AnyConnection, Connection, Pool
from cocreate.projections.builds import Builds
from cocreate.projections.engine import Engine
from cocreate.projections.fold import Changes, Layout, ProjectFold, Slot
from cocreate.projections.known import Known, know
from cocreate.projections.model import ReadModel

Row = tuple[object, ...]
Stored = dict[str, list[Row]]


async def history_of(world: World, code: str, project: UUID) -> list[Known]:
    """Give the steps of a project as they were recorded."""
    codec = Codec(ALL_EVENTS)
    return [
        know(codec, recorded)
        async for page in world.reader.history(code, project, up_to=2**62)
        for recorded in page
    ]


async def some_histories(world: World, seed: int, *lengths: int) -> tuple[str, list[UUID]]:
    """Record random histories of as many projects, turn by turn."""
    code = await world.municipality()
    made = [(await world.start(code), Histories(seed * 100 + n)) for n in range(len(lengths))]
    left = list(lengths)
    turns = Random(seed)  # noqa: S311 - not for secrets
    while any(left):
        chosen = turns.choice([n for n, length in enumerate(left) if length])
        project, histories = made[chosen]
        taken = min(left[chosen], turns.randint(1, 5))
        await random_history(world, code, project, histories, taken)
        left[chosen] -= taken
    return code, [project for project, _ in made]


async def forget(world: World, code: str, builds: Builds | None = None) -> None:
    """Let read models be as if they had never seen the log of a municipality."""
    async with world.admin.transaction():
        for build in (builds or world.builds).values():
            for table in build.model.TABLES:
                for name in Slot(0, "", table).stored_in:
                    await world.admin.execute(
                        f"delete from {build.schema}.{name} where tenant_id = $1",
                        code,
                    )
            for kept in ("projection_checkpoint", "projection_parked"):
                await world.admin.execute(
                    f"delete from cocreate.{kept} where tenant_id = $1 and build = $2",
                    code,
                    build.number,
                )


async def rows_of(world: World, code: str, builds: Builds) -> Stored:
    """Give every row of builds, as ``World.rows`` gives those of the builds in use."""
    found: Stored = {}
    for build in builds.values():
        for table in build.model.TABLES:
            for name in Slot(0, "", table).stored_in:
                rows = await world.admin.fetch(
                    f"select * from {build.schema}.{name} where tenant_id = $1",
                    code,
                )
                found[f"{build.name}.{name}"] = sorted((tuple(row) for row in rows), key=repr)
    return found


async def position_of(world: World, code: str, build: int) -> int:
    """Give how far a build is in a log."""
    position: int | None = await world.admin.fetchval(
        "select position from cocreate.projection_checkpoint where tenant_id = $1 and build = $2",
        code,
        build,
    )
    return position or 0


async def in_batches(world: World, code: str, batch: int, *, keeping: bool) -> None:
    """Fold in batches; what one keeps in memory helps the next, or is lost with its engine."""
    engine = world.other_engine(batch)
    while await engine.advance(code):
        if not keeping:
            engine = world.other_engine(batch)


async def project_by_project(world: World, code: str) -> None:
    """Fold each history whole."""
    while await world.engine.bring(code, list(world.builds.values())):
        pass


async def racing(world: World, code: str, *batches: int) -> None:
    """Let engines work on the same log at once."""
    head = await world.reader.head(code) or 0
    builds = world.builds.numbers

    async def work(engine: Engine) -> None:
        while min([await position_of(watching, code, build) for build in builds]) < head:
            await engine.advance(code)

    async with contextlib.AsyncExitStack() as stack:
        watching = await stack.enter_async_context(watched(world))
        await asyncio.gather(*(work(world.other_engine(batch)) for batch in batches))


@contextlib.asynccontextmanager
async def watched(world: World) -> AsyncIterator[World]:
    """Give the world with a pool for its superuser's connection, for tasks side by side."""
    async with asyncpg.create_pool(world.dsn, min_size=1, max_size=4) as pool:
        seen = World(world.dsn, world.admin, world.pool, world.projecting, world.builds)
        seen.admin = pool  # type: ignore[assignment] # queries go to it alike
        yield seen


async def cancelled_now_and_then(world: World, code: str, batch: int, chance: Random) -> int:
    """Fold, broken off at random awaits; tell how often it was."""
    head = await world.reader.head(code) or 0
    builds = world.builds.numbers
    engine = world.other_engine(batch)
    broken = 0
    while min([await position_of(world, code, build) for build in builds]) < head:
        if chance.random() < 0.3:
            engine = world.other_engine(batch)
        folding = asyncio.create_task(engine.advance(code))
        for _ in range(chance.randint(0, 12)):
            if folding.done():
                break
            await asyncio.sleep(0.0003)
        folding.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await folding
        broken += folding.cancelled()
    return broken


async def disconnected_now_and_then(world: World, code: str, batch: int, chance: Random) -> int:
    """Fold over connections that the server ends now and then; tell how often it did."""
    head = await world.reader.head(code) or 0
    builds = world.builds.numbers
    broken = 0
    async with doomed_pool(world) as pool:
        engine = Engine(pool, world.builds, batch=batch)
        while min([await position_of(world, code, build) for build in builds]) < head:
            folding = asyncio.create_task(engine.advance(code))
            for _ in range(chance.randint(0, 4)):
                if folding.done():
                    break
                await asyncio.sleep(0.0003)
            if not folding.done() and chance.random() < 0.4:
                await end_connections(world)
            try:
                await folding
            except (
                asyncpg.PostgresError,
                asyncpg.InterfaceError,
                asyncpg.InternalClientError,  # a connection that was lost in mid-operation
                OSError,
            ):
                broken += 1
    return broken


@contextlib.asynccontextmanager
async def doomed_pool(world: World) -> AsyncIterator[Pool]:
    """Give a pool whose connections :func:`end_connections` ends."""
    async with asyncpg.create_pool(
        world.dsn,
        min_size=1,
        max_size=1,
        server_settings={
            "role": "cocreate_projector",
            "application_name": "doomed",
            **QUICK_LOOKS,
        },
    ) as pool:
        yield pool


@contextlib.asynccontextmanager
async def seen_pool(world: World, see: Callable[[LoggedQuery], None]) -> AsyncIterator[Pool]:
    """Give a pool of a projecting process, each of whose statements is shown."""

    async def show(connection: AnyConnection) -> None:
        connection.add_query_logger(see)

    async with asyncpg.create_pool(
        world.dsn,
        min_size=1,
        max_size=4,
        connection_class=Connection,
        server_settings={"role": "cocreate_projector", "jit": "off", **QUICK_LOOKS},
        init=show,
    ) as pool:
        yield pool


async def end_connections(world: World) -> None:
    """Have the server end the connections of the doomed, and wait until they are gone."""
    await world.admin.execute(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
        " where application_name = 'doomed'"
    )


class InMemory:
    """What stands in the tables of read models after some steps, folded without a database."""

    def __init__(self, models: Mapping[str, ReadModel]) -> None:
        self.layout = Layout(
            (name, table) for name, model in models.items() for table in model.TABLES
        )
        self.changes = Changes(self.layout)

    def take(self, project: UUID, history: Sequence[Known]) -> None:
        """Take the whole history of a project."""
        fold = ProjectFold(project, self.changes, new=True)
        fold.take_all(history)
        fold.save()
