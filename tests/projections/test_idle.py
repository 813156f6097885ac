"""What costs nothing: municipalities in which nothing happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest
from asyncpg.connection import LoggedQuery
from msgspec.structs import replace
from tests.projections.folding import seen_pool
from tests.projections.world import DAY, World

from cocreate.domain.steps.wishes import ExpressWish
from cocreate.projections.engine import Engine

MANY = 300


@pytest.fixture(scope="module")
async def codes(world: World) -> list[str]:
    """Many municipalities that registered and did nothing since."""
    codes = await asyncio.gather(*(world.municipality() for _ in range(MANY)))
    await world.engine.catch_up()
    return codes


class Process:
    """A projecting process, and the statements it issues."""

    def __init__(self) -> None:
        self.statements: list[LoggedQuery] = []
        self.moved: list[str] = []
        self.enough = asyncio.Event()

    def __call__(self, statement: LoggedQuery) -> None:
        self.statements.append(statement)
        if len(self.statements) >= 10:
            self.enough.set()

    @property
    def named(self) -> set[object]:
        """The municipalities that the statements name."""
        return {
            given
            for statement in self.statements
            for given in statement.args
            if isinstance(given, str) and given.startswith("GM")
        }


@pytest.fixture
async def process(world: World, codes: list[str]) -> AsyncIterator[tuple[Engine, Process]]:
    """A process that found nothing to do since it started."""
    del codes  # they are there
    seen = Process()
    async with seen_pool(world, seen) as pool:
        # The driver looks up what it needs to know of types when it is first asked.
        await Engine(pool, world.builds).catch_up()
        seen.statements.clear()
        engine = Engine(pool, world.builds, moved=lambda code, _position: seen.moved.append(code))
        await engine.catch_up()
        assert seen.moved == []
        assert len(seen.statements) == 2
        seen.statements.clear()
        yield engine, seen


@pytest.mark.parametrize("survey", [False, True])
async def test_a_round_with_nothing_to_do_takes_a_statement_or_two(
    process: tuple[Engine, Process], *, survey: bool
) -> None:
    engine, seen = process
    if survey:
        engine.hear("", "")
    else:
        engine._unsure = True
    await engine.catch_up()
    assert len(seen.statements) == (2 if survey else 1)
    assert seen.named == set()


async def test_an_engine_that_runs_idly_takes_one_statement_a_round(
    process: tuple[Engine, Process],
) -> None:
    engine, seen = process
    engine.pace = replace(engine.pace, poll=0.0)
    running = asyncio.create_task(engine.run())
    await seen.enough.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert len({statement.query for statement in seen.statements}) == 1
    assert seen.named == set()


async def test_an_engine_that_hears_signals_and_nothing_else_takes_no_statement(
    process: tuple[Engine, Process],
) -> None:
    engine, seen = process
    engine.hear("models", "GM0001")
    await engine.catch_up()
    assert seen.statements == []


async def test_a_wake_touches_only_the_municipality_it_is_of(
    world: World, codes: list[str], process: tuple[Engine, Process]
) -> None:
    engine, seen = process
    code = codes[MANY // 2]
    project = await world.start(code)
    for title in ("licht", "nog meer licht"):
        engine.hear("log", code)
        await engine.catch_up()
        await world.take(code, project, ExpressWish(occurred_on=DAY, title=title))
    seen.statements.clear()
    before = await versions(world)
    engine.hear("log", code)
    await engine.catch_up()
    after = await versions(world)
    assert {key for key in after if after[key] != before[key]} == {
        (code, build) for build in world.builds.numbers
    }
    assert seen.named == {code}
    assert set(seen.moved) == {code}
    assert len(seen.statements) <= 6


async def test_a_poll_touches_only_the_municipalities_whose_logs_grew(
    world: World, codes: list[str], process: tuple[Engine, Process]
) -> None:
    engine, seen = process
    grew = {codes[3], codes[-3]}
    for code in grew:
        await world.start(code)
    before = await versions(world)
    engine._unsure = True
    await engine.catch_up()
    after = await versions(world)
    assert {code for code, build in after if after[code, build] != before[code, build]} == grew
    assert seen.named == grew
    assert set(seen.moved) == grew


async def versions(world: World) -> Mapping[tuple[str, int], tuple[str, str]]:
    """Give what tells whether a checkpoint was written, or so much as locked, since."""
    rows = await world.admin.fetch(
        "select tenant_id, build, xmin::text, xmax::text from cocreate.projection_checkpoint"
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}
