import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
import pytest
from cocreate.projections.install import MODELS
from cocreate.projections.rows import Rows
from tests.projections.world import DAY, TODAY, Histories, World, random_history

from cocreate.domain.steps.wishes import ExpressWish
from cocreate.projections import install, obstacles, timeline
from cocreate.projections.engine import Engine, ReadModel
from cocreate.projections.known import Audience, Known


class Spied:
    """A read model whose fold is told of each step first."""

    def __init__(self, model: Any) -> None:
        self.NAME: str = model.NAME
        self.VERSION: int = model.VERSION
        self.TABLES: Sequence[Any] = model.TABLES
        self.touched = model.touched
        self.model = model
        self.poison: str | None = None
        self.seen = 0

    def fold(self, rows: Rows, known: Known) -> None:
        self.seen += 1
        if self.poison is not None and getattr(known.event, "title", None) == self.poison:
            message = "this step is poison"
            raise RuntimeError(message)
        self.model.fold(rows, known)


def wish(title: str) -> ExpressWish:
    return ExpressWish(occurred_on=DAY, title=title)


@pytest.mark.parametrize("seed", range(4))
async def test_live_rebuilt_and_as_of_are_one_for_every_batch_size(world: World, seed: int) -> None:
    code = await world.municipality()
    projects = [await world.start(code) for _ in range(2)]
    for number, project in enumerate(projects):
        await random_history(world, code, project, seed * 10 + number, 60)
    await world.engine.catch_up()
    rows = await world.rows(code)
    for batch in (1, 2, 7, 50):
        async with world.admin.transaction():
            for model in MODELS:
                for table in model.TABLES:
                    await world.admin.execute(f"delete from {table.schema}.{table.name}")
            await world.admin.execute("delete from cocreate.projection_checkpoint")
        await world.other_engine(batch).catch_up()
        assert await world.rows(code) == rows
    for model in MODELS:
        await world.engine.rebuild(model, code)
    assert await world.rows(code) == rows
    head = await world.reader.head(code) or 0
    for project in projects:
        for audience in Audience:
            then = await timeline.timeline_as_of(
                world.reader, code, project, audience, head, TODAY, limit=500
            )
            assert then is not None
            now = await world.timeline(code, project, audience, limit=500)
            assert msgspec.json.decode(then) == now


@pytest.mark.parametrize("seed", [71, 72])
async def test_folding_as_the_log_grows_comes_to_the_same(world: World, seed: int) -> None:
    code, project = await world.project()
    engine = world.other_engine()
    made = Histories(seed)
    for _ in range(25):
        await random_history(world, code, project, made, 4)
        await engine.catch_up()
    rows = await world.rows(code)
    for model in MODELS:
        await engine.rebuild(model, code)
    assert await world.rows(code) == rows


async def test_two_engines_on_the_same_logs_fold_each_step_once(world: World) -> None:
    codes = []
    for seed in range(3):
        code, project = await world.project()
        await random_history(world, code, project, seed, 40)
        codes.append(code)
    engines = [world.other_engine(3) for _ in range(3)]
    for _ in range(100):
        await asyncio.gather(*(engine.catch_up() for engine in engines))
        if all(lag.position == lag.head for lag in await world.engine.lags()):
            break
    for code in codes:
        rows = await world.rows(code)
        for model in MODELS:
            await world.engine.rebuild(model, code)
        assert await world.rows(code) == rows


async def test_a_step_of_an_unknown_type_parks_that_municipality_until_repair(
    world: World,
) -> None:
    code, project = await world.project()
    other, other_project = await world.project()
    await world.take(code, project, wish("een"))
    await world.engine.catch_up()
    await world.take(code, project, wish("twee"), wish("drie"))
    position = (await world.reader.head(code) or 0) - 1
    await world.admin.execute("alter table cocreate.event disable trigger user")
    change = "update cocreate.event set type = $3 where tenant_id = $1 and position = $2"
    await world.admin.execute(change, code, position, "Unheard")
    await world.take(other, other_project, wish("elders"))
    await world.engine.catch_up()
    lags = {(lag.tenant, lag.projection): lag for lag in await world.engine.lags()}
    for model in MODELS:
        lag = lags[code, model.NAME]
        assert (lag.position, lag.parked_at_position) == (position - 1, position)
        assert "Unheard" in (lag.parked_reason or "")
        well = lags[other, model.NAME]
        assert (well.position, well.parked_at_position) == (well.head, None)
    await world.admin.execute(change, code, position, "WishExpressed")
    await world.admin.execute("alter table cocreate.event enable trigger user")
    for model in MODELS:
        assert await world.engine.resume(model.NAME, code)
        assert not await world.engine.resume(model.NAME, code)
    answer = await world.timeline(code, project)
    assert [one["title"] for one in answer["wishes"]].count("drie") == 1
    assert {one["title"] for one in answer["wishes"]} == {"een", "twee", "drie"}


async def test_a_step_a_fold_cannot_take_parks_that_model_alone(world: World) -> None:
    spied = Spied(timeline)
    spied.poison = "gif"
    engine = Engine(world.projecting, [spied, obstacles])
    code, project = await world.project()
    await world.take(code, project, wish("goed"))
    await world.take(code, project, wish("gif"), wish("later"))
    await engine.catch_up()
    head = await world.reader.head(code) or 0
    lags = {lag.projection: lag for lag in await engine.lags() if lag.tenant == code}
    assert lags["timeline"].position == head - 2
    assert lags["timeline"].parked_at_position == head - 1
    assert lags["timeline"].parked_reason == "RuntimeError: this step is poison"
    assert lags["obstacles"].position == head
    spied.poison = None
    await engine.catch_up()
    await world.take(code, project, wish("nog later"))
    await engine.catch_up()
    lags = {lag.projection: lag for lag in await engine.lags() if lag.tenant == code}
    assert lags["timeline"].parked_at_position == head - 1, "nothing but resume lets it go on"
    assert await engine.resume("timeline", code)
    await engine.catch_up()
    answer = await world.timeline(code, project)
    titles = [one["title"] for one in answer["wishes"]]
    assert sorted(titles) == ["gif", "goed", "later", "nog later"]


async def test_a_process_killed_in_mid_batch_loses_and_doubles_nothing(world: World) -> None:
    code, project = await world.project()
    await random_history(world, code, project, 5, 40)
    folding = asyncio.Event()
    killed = asyncio.Event()

    class Killed(Engine):
        async def _fold(self, connection: Any, *given: Any) -> int:
            reached = await super()._fold(connection, *given)
            folding.set()
            await killed.wait()
            return reached

    async with asyncpg.create_pool(
        world.dsn,
        min_size=1,
        max_size=1,
        server_settings={"role": "cocreate_projector", "application_name": "doomed"},
    ) as pool:
        dying = asyncio.create_task(Killed(pool, MODELS, batch=9).advance(timeline, code))
        await folding.wait()
        await world.admin.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where application_name = 'doomed'"
        )
        killed.set()
        with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await dying
            pytest.fail("the engine outlived its connection")
    assert (await world.rows(code))["timeline.entry"] == []
    await world.engine.catch_up()
    rows = await world.rows(code)
    await world.engine.rebuild(timeline, code)
    assert await world.rows(code) == rows
    assert len(rows["timeline.entry"]) == await world.reader.head(code)


async def test_readers_see_the_old_rows_during_a_rebuild(world: World) -> None:
    code, project = await world.project()
    await world.take(code, project, wish("er is licht"))
    before = await world.timeline(code, project)
    seen = []

    class Watched(Engine):
        async def _fold_all(self, *given: Any) -> int:
            done = await super()._fold_all(*given)
            body = await timeline.read_timeline(world.pool, code, project, Audience.INTERNAL, TODAY)
            assert body is not None
            seen.append(msgspec.json.decode(body))
            return done

    await Watched(world.projecting, MODELS).rebuild(timeline, code)
    assert seen == [before]
    assert await world.timeline(code, project) == before


async def test_a_new_version_of_a_model_is_made_and_folded_anew(world: World) -> None:
    code, project = await world.project()
    await random_history(world, code, project, 11, 30)
    await world.engine.catch_up()
    rows = await world.rows(code)
    assert await install.install(world.admin) == []
    newer = Spied(timeline)
    newer.VERSION = timeline.VERSION + 1
    models: Sequence[ReadModel] = [newer, obstacles]
    assert await install.install(world.admin, models) == ["timeline"]
    assert (await world.rows(code))["timeline.subject"] == []
    # The same connections go on, which knew the tables of before.
    for _ in range(3):
        with contextlib.suppress(asyncpg.PostgresError):
            await world.engine.catch_up()
    assert await world.rows(code) == rows
    assert await install.install(world.admin) == ["timeline"]
    for _ in range(3):
        with contextlib.suppress(asyncpg.PostgresError):
            await world.engine.catch_up()
    assert await world.rows(code) == rows


async def test_installing_waits_for_an_engine_in_mid_batch(world: World) -> None:
    code, project = await world.project()
    await world.engine.catch_up()
    await random_history(world, code, project, 12, 20)
    reached, go_on = asyncio.Event(), asyncio.Event()

    class Slow(Engine):
        async def _lease(self, *given: Any) -> int | None:
            position = await super()._lease(*given)
            reached.set()
            await go_on.wait()
            return position

    folding = asyncio.create_task(Slow(world.projecting, MODELS).advance(timeline, code))
    await reached.wait()
    newer = Spied(timeline)
    newer.VERSION = 7_000
    installing = asyncio.create_task(install.install(world.admin, [newer]))
    watching = await asyncpg.connect(world.dsn)
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    while not installing.done() and not await watching.fetchval(waiting):
        pass
    await watching.close()
    waited = not installing.done()
    go_on.set()
    await folding
    assert waited
    assert await installing == ["timeline"]
    await install.install(world.admin)
    for _ in range(3):
        with contextlib.suppress(asyncpg.PostgresError):
            await world.engine.catch_up()
    assert len((await world.rows(code))["timeline.entry"]) > 0


async def test_an_engine_that_was_told_of_one_log_still_finds_the_others(world: World) -> None:
    code, project = await world.project()
    other, other_project = await world.project()
    await world.engine.catch_up()
    await world.take(code, project, wish("stil"))
    await world.take(other, other_project, wish("verteld"))
    engine = world.other_engine()
    engine.hear("log", other)
    engine.hear("", "")
    await engine.catch_up()
    lags = [lag for lag in await engine.lags() if lag.tenant in (code, other)]
    assert all(lag.position == lag.head for lag in lags)


async def test_a_failing_municipality_does_not_hold_up_others(world: World) -> None:
    code, project = await world.project()
    other, other_project = await world.project()
    await world.take(code, project, wish("x"))
    await world.take(other, other_project, wish("y"))

    class Failing(Engine):
        async def advance(self, model: ReadModel, tenant: str) -> bool:
            if tenant == code:
                raise asyncpg.DataError
            return await super().advance(model, tenant)

    engine = Failing(world.projecting, MODELS)
    engine.hear("log", code)
    engine.hear("log", other)
    with contextlib.suppress(asyncpg.DataError):
        await engine.catch_up()
    lags = [lag for lag in await engine.lags() if lag.tenant == other]
    assert all(lag.position == lag.head for lag in lags)


async def test_a_municipality_without_steps_is_not_behind(world: World) -> None:
    code = f"GM9{uuid4().int % 1000:03}"
    await world.pool.execute("select cocreate.register_municipality($1, $2)", code, "Leeg")
    await world.engine.catch_up()
    lags = [lag for lag in await world.engine.lags() if lag.tenant == code]
    assert [(lag.position, lag.head) for lag in lags] == [(0, 0), (0, 0)]
