"""However a log is folded, the rows are the same, to the byte."""

from random import Random

import pytest
from tests.projections.folding import (
    cancelled_now_and_then,
    disconnected_now_and_then,
    forget,
    in_batches,
    project_by_project,
    racing,
    some_histories,
)
from tests.projections.world import Histories, World, random_history

from cocreate.projections.model import read_models
from cocreate.projections.rebuild import rebuild

SEEDS = range(3)


@pytest.mark.parametrize("seed", SEEDS)
async def test_rows_do_not_depend_on_how_the_log_was_folded(world: World, seed: int) -> None:
    code, _ = await some_histories(world, seed, 45, 25)
    await world.catch_up(code)
    rows = await world.rows(code)
    assert rows["wishes.wish"]
    assert rows["wishes.wish_past"]
    for batch in (1, 3, 17, 2_000):
        for keeping in (False, True):
            await forget(world, code)
            await in_batches(world, code, batch, keeping=keeping)
            assert await world.rows(code) == rows, (batch, keeping)
    await forget(world, code)
    await project_by_project(world, code)
    assert await world.rows(code) == rows
    await forget(world, code)
    await racing(world, code, 1, 4, 11)
    assert await world.rows(code) == rows


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_fold_broken_off_anywhere_is_gone_on_with(world: World, seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - not for secrets
    code, _ = await some_histories(world, 20 + seed, 40, 20)
    await world.catch_up(code)
    rows = await world.rows(code)
    cancelled = disconnected = 0
    for batch in (2, 9):
        await forget(world, code)
        cancelled += await cancelled_now_and_then(world, code, batch, chance)
        assert await world.rows(code) == rows
        await forget(world, code)
        disconnected += await disconnected_now_and_then(world, code, batch, chance)
        assert await world.rows(code) == rows
    assert cancelled
    assert disconnected


async def test_a_whole_rebuild_comes_to_the_same_rows(world: World) -> None:
    codes = [(await some_histories(world, 40 + seed, 30, 12))[0] for seed in range(3)]
    for code in codes:
        await world.catch_up(code)
    rows = [await world.rows(code) for code in codes]
    before = world.builds.numbers
    await rebuild(world.dsn, world.projecting, list(read_models()))
    await world.builds.load(world.pool)
    assert not set(before) & set(world.builds.numbers)
    assert [await world.rows(code) for code in codes] == rows


@pytest.mark.parametrize("seed", [71, 72])
async def test_folding_as_the_log_grows_comes_to_the_same(world: World, seed: int) -> None:
    code, project = await world.project()
    keeping, made = world.other_engine(), Histories(seed)
    for turn in range(25):
        await random_history(world, code, project, made, 4)
        # Two processes take turns: what one keeps in memory is behind after the other's turn.
        await (keeping if turn % 3 else world.other_engine(2)).advance(code)
    await world.catch_up(code)
    rows = await world.rows(code)
    await forget(world, code)
    await project_by_project(world, code)
    assert await world.rows(code) == rows
