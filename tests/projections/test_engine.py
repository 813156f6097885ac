import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import cast
from uuid import UUID

import asyncpg
import pytest
from msgspec.structs import replace
from tests.databases import past_triggers
from tests.projections.folding import (
    doomed_pool,
    end_connections,
    forget,
    rows_of,
    some_histories,
)
from tests.projections.world import DAY, World, random_history

from cocreate.domain.steps.wishes import ExpressWish
from cocreate.domain.subscription import OPERATOR_LOG
from cocreate.log.connection import AnyConnection
from cocreate.projections import wishes
from cocreate.projections.accounts.account import WishAccount
from cocreate.projections.builds import Builds, install
from cocreate.projections.engine import Engine, Kept
from cocreate.projections.model import ReadModel, all_that_rest_on, read_models
from cocreate.projections.tables import About, VersionedTable, one


def wish(title: str) -> ExpressWish:
    return ExpressWish(occurred_on=DAY, title=title)


class Strict:
    """The wish register, but for titles that its rows cannot be made of."""

    def __init__(self) -> None:
        self.refuses = "gif"

    def row(self, account: WishAccount, about: About) -> wishes.WishRow:
        if account.title == self.refuses:
            message = f"{account.title} is poison"
            raise RuntimeError(message)
        return wishes.row(account, about)

    def models(self, version: int = wishes.VERSION) -> Mapping[str, ReadModel]:
        table = VersionedTable("wish", WishAccount, one(self.row))
        tables = (table, *wishes.TABLES[1:])
        model = SimpleNamespace(VERSION=version, TABLES=tables, RESOURCES=wishes.RESOURCES)
        return {**read_models(), "wishes": cast("ReadModel", model)}


async def loaded(world: World, models: Mapping[str, ReadModel] | None = None) -> Builds:
    builds = Builds(models)
    await builds.load(world.pool)
    return builds


async def parked_in(engine: Engine, code: str) -> dict[str, tuple[UUID, int, str]]:
    return {
        one.projection: (one.project, one.position, one.reason)
        for one in await engine.parked()
        if one.municipality == code
    }


async def test_a_row_that_cannot_be_made_parks_that_project_until_repair(world: World) -> None:
    strict = Strict()
    engine = Engine(world.projecting, await loaded(world, strict.models()))
    code, project = await world.project()
    other = await world.start(code)
    await world.take(code, project, wish("goed"))
    poisoned = await world.take(code, project, wish("gif"))
    await world.take(code, project, wish("later"))
    await world.take(code, other, wish("elders"))
    engine.wake(code)
    await engine.catch_up()
    reason = "RuntimeError: gif is poison"
    expected = (project, poisoned.position, reason)
    assert await parked_in(engine, code) == dict.fromkeys(engine.builds, expected)
    head = await world.reader.head(code)
    assert [(lag.position, lag.parked) for lag in await engine.lags(code)] == [(head, 1)] * len(
        engine.builds
    )
    titles = {row[8] for row in (await world.rows(code))["wishes.wish"]}
    assert titles == {"goed", "elders"}

    assert not await engine.repair(code, project), "it cannot be yet"
    strict.refuses = "later"
    assert not await engine.repair(code, project), "another step is in the way now"
    expected = (project, poisoned.position, "RuntimeError: later is poison")
    assert await parked_in(engine, code) == dict.fromkeys(engine.builds, expected)
    strict.refuses = ""
    await world.take(code, project, wish("nog later"))
    engine.wake(code)
    await engine.catch_up()
    assert await parked_in(engine, code), "nothing but a repair lets it go on"
    assert await engine.repair(code, project)
    assert await parked_in(engine, code) == {}
    await world.take(code, project, wish("weer"))
    await world.catch_up(code)
    rows = await world.rows(code)
    await forget(world, code)
    await world.catch_up(code)
    assert await world.rows(code) == rows


async def test_the_stand_tells_that_rows_are_others_at_the_same_position(world: World) -> None:
    strict = Strict()
    engine = Engine(world.projecting, await loaded(world, strict.models()))
    code, project = await world.project()
    await world.take(code, project, wish("goed"))
    engine.wake(code)
    await engine.catch_up()
    before = await world.answers.stand("wishes", code)
    assert await engine.repair(code, project)
    folded_anew = await world.answers.stand("wishes", code)
    assert folded_anew.position == before.position
    assert folded_anew.revision > before.revision
    strict.refuses = "goed"
    assert not await engine.repair(code, project)
    parked = await world.answers.stand("wishes", code)
    assert parked.position == before.position
    assert parked.revision > folded_anew.revision
    assert await world.answers.stand("wishes", code) == parked


async def test_a_step_of_an_unknown_type_parks_its_project(world: World) -> None:
    code, project = await world.project()
    other = await world.start(code)
    await world.take(code, project, wish("een"))
    await world.catch_up(code)
    poisoned = await world.take(code, project, wish("twee"))
    await world.take(code, other, wish("elders"))
    change = "update cocreate.event set type = $3 where tenant_id = $1 and position = $2"
    async with past_triggers(world.admin):
        await world.admin.execute(change, code, poisoned.position, "Unheard")
    await world.catch_up(code)
    parked = await parked_in(world.engine, code)
    assert parked["timeline"][:2] == (project, poisoned.position)
    assert "Unheard" in parked["timeline"][2]
    async with past_triggers(world.admin):
        await world.admin.execute(change, code, poisoned.position, "WishExpressed")
    assert await world.engine.repair(code, project)
    rows = await world.rows(code)
    await forget(world, code)
    await world.catch_up(code)
    assert await world.rows(code) == rows


async def test_what_one_read_model_cannot_take_leaves_the_others_whole(world: World) -> None:
    # Old and new code share the accounts; a mistake of the new must not reach the old.
    strict = Strict()
    models = strict.models(version=70)
    code, project = await world.project()
    await world.take(code, project, wish("gif"))
    await world.catch_up(code)
    await install(world.admin, models)
    newer = Engine(world.projecting, await loaded(world, models), batch=3)
    newer.wake(code)
    await newer.catch_up()
    assert set(await parked_in(newer, code)) == set(all_that_rest_on(["wishes"], models))
    for number in range(6):
        await world.take(code, project, wish(f"w{number}"))
        engine = newer if number % 2 else world.engine
        engine.wake(code)
        await engine.catch_up()
    assert await parked_in(world.engine, code) == {}
    await world.catch_up(code)
    rows = await world.rows(code)
    strict.refuses = ""
    newer.wake(code)
    await newer.catch_up()
    assert await newer.repair(code, project)
    newer.wake(code)
    await newer.catch_up()
    assert await rows_of(world, code, newer.builds) == rows
    await forget(world, code)
    await world.catch_up(code)
    assert await world.rows(code) == rows


@pytest.mark.parametrize("ahead", ["timeline", "wishes"])
async def test_builds_that_are_not_equally_far_come_together(world: World, ahead: str) -> None:
    code, (project, *_) = await some_histories(world, 5, 20, 10)
    await world.catch_up(code)
    await random_history(world, code, project, 9, 10)
    while await world.engine.bring(code, [world.builds[ahead]]):
        pass
    await random_history(world, code, project, 10, 10)
    await world.catch_up(code)
    await world.catch_up(code)
    rows = await world.rows(code)
    head = await world.reader.head(code)
    assert {lag.position for lag in await world.engine.lags(code)} == {head}
    await forget(world, code)
    await world.catch_up(code)
    assert await world.rows(code) == rows


async def test_a_log_that_another_holds_is_tried_again(world: World) -> None:
    code, project = await world.project()
    await world.catch_up(code)
    await world.take(code, project, wish("x"))
    async with world.projecting.acquire() as connection, connection.transaction():
        await connection.execute(
            "select * from cocreate.lease($1, $2)", code, [world.builds["wishes"].number]
        )
        world.engine.wake(code)
        await world.engine.catch_up()
        assert {lag.position < lag.head for lag in await world.engine.lags(code)} == {True}
    await world.engine.catch_up()
    assert {lag.position == lag.head for lag in await world.engine.lags(code)} == {True}


async def test_repair_while_a_build_is_brought_up_loses_no_step(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cocreate.projections.engine.STREAMS_AT_ONCE", 1)
    code, projects = await some_histories(world, 6, 8, 8, 8)
    await world.catch_up(code)
    for project in projects:
        await world.take(code, project, wish("x"))
    assert await world.engine.bring(code, [world.builds["wishes"]])
    assert await world.engine.repair(code, min(projects))
    while await world.engine.bring(code, [world.builds["wishes"]]):
        pass
    await world.catch_up(code)
    rows = await world.rows(code)
    await forget(world, code)
    await world.catch_up(code)
    assert await world.rows(code) == rows


async def test_a_process_killed_in_mid_batch_loses_and_doubles_nothing(world: World) -> None:
    code, _ = await some_histories(world, 7, 40)
    folded = asyncio.Event()
    killed = asyncio.Event()

    class Killed(Engine):
        async def _fold(
            self, connection: AnyConnection, tenant: str, kept: Kept, after: int, limit: int
        ) -> int:
            reached = await super()._fold(connection, tenant, kept, after, limit)
            folded.set()
            await killed.wait()
            return reached

    async with doomed_pool(world) as pool:
        dying = asyncio.create_task(Killed(pool, world.builds, batch=9).advance(code))
        await folded.wait()
        await end_connections(world)
        killed.set()
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await dying
    assert (await world.rows(code))["timeline.entry"] == []
    await world.catch_up(code)
    rows = await world.rows(code)
    assert len(rows["timeline.entry"]) == await world.reader.head(code)


async def test_an_engine_that_was_told_of_one_log_still_finds_the_others(world: World) -> None:
    code, project = await world.project()
    other, other_project = await world.project()
    engine = world.other_engine()
    await engine.catch_up()
    await world.take(code, project, wish("stil"))
    await world.take(other, other_project, wish("verteld"))
    engine.hear("log", other)
    engine.hear("", "")
    await engine.catch_up()
    lags = [*await engine.lags(code), *await engine.lags(other)]
    assert all(lag.position == lag.head for lag in lags)


async def test_a_failing_municipality_does_not_hold_up_others(world: World) -> None:
    code, project = await world.project()
    other, other_project = await world.project()
    await world.take(code, project, wish("x"))
    await world.take(other, other_project, wish("y"))

    class Failing(Engine):
        async def advance(self, tenant: str) -> bool:
            if tenant == code:
                raise asyncpg.DataError
            return await super().advance(tenant)

    engine = Failing(world.projecting, world.builds)
    engine.hear("log", code)
    engine.hear("log", other)
    with pytest.raises(asyncpg.DataError):
        await engine.catch_up()
    assert all(lag.position == lag.head for lag in await engine.lags(other))


async def test_what_no_table_takes_parks_its_project_alone(world: World) -> None:
    class Overflowing(Strict):
        def row(self, account: WishAccount, about: About) -> wishes.WishRow:
            row = wishes.row(account, about)
            return replace(row, position=2**70) if account.title == "gif" else row

    strict = Overflowing()
    engine = Engine(world.projecting, await loaded(world, strict.models()))
    code, project = await world.project()
    other = await world.start(code)
    for number in range(5):
        await world.take(code, other, wish(f"w{number}"))
    poisoned = await world.take(code, project, wish("gif"))
    await world.take(code, other, wish("elders"))
    engine.wake(code)
    await engine.catch_up()
    [(found, position, reason)] = set((await parked_in(engine, code)).values())
    assert (found, position) == (project, poisoned.position)
    assert "out of int64 range" in reason
    assert {lag.position for lag in await engine.lags(code)} == {await world.reader.head(code)}
    assert not await engine.repair(code, project)
    assert await world.engine.repair(code, project)
    assert await parked_in(world.engine, code) == {}


async def test_nothing_is_folded_from_the_operators_log(world: World) -> None:
    code = await world.municipality()
    engine = world.other_engine()
    engine.hear("log", OPERATOR_LOG)
    assert await engine.behind() >= {code}
    await engine.catch_up()
    assert OPERATOR_LOG not in await engine.behind()
    assert not await world.admin.fetchval(
        "select count(*) from cocreate.projection_checkpoint where tenant_id = '*'"
    )
