"""New builds come beside those in use, and take their place only when they hold everything."""

import asyncio

import pytest
from tests.projections.folding import some_histories
from tests.projections.world import DAY, World

from cocreate.domain.steps.wishes import ExpressWish
from cocreate.projections.known import Audience
from cocreate.projections.model import read_models
from cocreate.projections.rebuild import rebuild


@pytest.mark.parametrize("names", [["timeline"], ["wishes"], list(read_models())])
async def test_readers_never_go_back_while_a_rebuild_goes_on(
    world: World, names: list[str]
) -> None:
    code, (project, _) = await some_histories(world, 1, 40, 20)
    await world.catch_up(code)
    done = asyncio.Event()
    seen: list[tuple[int, int]] = []

    async def write() -> None:
        while not done.is_set():
            await world.take(code, project, ExpressWish(occurred_on=DAY, title="meer"))
            await world.catch_up(code)

    async def read() -> None:
        while not done.is_set():
            stand = await world.answers.stand("wishes", code)
            rows = await world.answers.ask("wishes", "list_wishes", code, *_all(stand.position))
            # The two questions may have been put to a build each, as the swap came in between.
            if (await world.answers.build("wishes")).number in stand.builds:
                seen.append((stand.position, len(rows)))

    async def rebuilt() -> None:
        await rebuild(world.dsn, world.projecting, names)
        await world.builds.load(world.pool)
        done.set()

    async with asyncio.TaskGroup() as tasks:
        for work in (write(), read(), rebuilt()):
            tasks.create_task(work)
    assert seen
    assert seen == sorted(seen)


def _all(position: int) -> tuple[object, ...]:
    return int(Audience.INTERNAL), position, DAY, "{}", None, 10_000


async def test_two_rebuilds_at_once_leave_one_complete_build(world: World) -> None:
    code, _ = await some_histories(world, 2, 30)
    await world.catch_up(code)
    rows = await world.rows(code)
    await asyncio.gather(
        *(rebuild(world.dsn, world.projecting, ["wishes"]) for _ in range(2)),
    )
    await world.builds.load(world.pool)
    assert await world.rows(code) == rows
    assert (await world.answers.stand("wishes", code)).position == await world.reader.head(code)


async def test_the_planner_knows_the_tables_before_they_are_read(world: World) -> None:
    code, _ = await some_histories(world, 3, 30)
    await world.catch_up(code)
    builds = await rebuild(world.dsn, world.projecting, ["directory"])
    build = next(each for each in builds if each.name == "directory")
    await world.builds.load(world.pool)
    rows = await world.admin.fetch(
        "select relname, reltuples from pg_class"
        " where relnamespace = $1::regnamespace and relkind = 'r'",
        build.schema,
    )
    assert {row["relname"] for row in rows} >= {"project", "project_past", "tally"}
    assert all(row["reltuples"] >= 0 for row in rows), rows  # -1 where nobody ever looked
