"""What municipalities show each other: only whole logs, and the same in every process."""

from __future__ import annotations

import pytest
from tests.projections.world import DAY, PUBLIC, SENDER, TODAY, World

from cocreate.domain.municipality import DecideOnComparison
from cocreate.domain.steps.wishes import ExpressWish
from cocreate.domain.vocabulary import Body
from cocreate.log.signals import Signals
from cocreate.projections.answers import Answers, BeingBuilt
from cocreate.projections.builds import Builds
from cocreate.projections.others import Others


@pytest.fixture(autouse=True)
def gathered_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cocreate.projections.others.KEPT_SECONDS", 0.0)


async def taking_part(world: World) -> str:
    """A municipality that takes part, with a project and a wish in it."""
    code, project = await world.project()
    await world.take(code, project, ExpressWish(occurred_on=DAY, title="licht"))
    municipality = await world.live.municipality(code)
    decision = DecideOnComparison(
        occurred_on=DAY, takes_part=True, body=Body.COLLEGE, visibility=PUBLIC
    )
    municipality.decide_on_comparison(decision, await world.live.moment(code))
    await world.live.record_municipality(code, municipality, SENDER)
    await world.catch_up(code)
    return code


async def process(world: World) -> Others:
    """What another process gathers with."""
    builds = Builds()
    await builds.load(world.pool)
    answers = Answers(world.pool, builds, Signals(world.dsn, world.pool))
    return Others(world.pool, answers, lambda: TODAY)


async def test_what_is_shown_has_the_same_mark_in_every_process(world: World) -> None:
    codes = [await taking_part(world) for _ in range(2)]
    one, other = await process(world), await process(world)
    assert await one.figures.give() == await other.figures.give()
    logs = await one.logs.give()
    assert logs == await other.logs.give()
    assert set(codes) <= set(logs)
    project = await world.start(codes[0])
    await world.take(codes[0], project, ExpressWish(occurred_on=DAY, title="bank"))
    await world.catch_up(codes[0])
    after = await one.figures.give()
    assert after == await other.figures.give() == await (await process(world)).figures.give()
    assert after[codes[0]].mark != after[codes[1]].mark


@pytest.mark.parametrize("model", ["comparison", "landscape", "wishes"])
async def test_a_municipality_that_is_being_built_is_left_out(world: World, model: str) -> None:
    codes = {await taking_part(world) for _ in range(2)}
    others = await process(world)
    late = max(codes)
    gathered = others.logs if model == "landscape" else others.figures
    assert codes <= set(await gathered.give())

    async def set_complete(complete: bool) -> None:
        await world.admin.execute(
            "update cocreate.projection_checkpoint set complete = $3"
            " where tenant_id = $1 and build = $2",
            late,
            world.builds[model].number,
            complete,
        )

    await set_complete(False)
    others = await process(world)
    gathered = others.logs if model == "landscape" else others.figures
    assert codes - set(await gathered.give()) == {late}
    await set_complete(True)
    assert codes - set(await gathered.give()) == {late}, "it is told for a while"
    gathered._until = 0.0
    assert codes <= set(await gathered.give())


async def test_nothing_is_gathered_from_a_read_model_that_has_no_build(world: World) -> None:
    builds = Builds({})
    answers = Answers(world.pool, builds, Signals(world.dsn, world.pool))
    others = Others(world.pool, answers, lambda: TODAY)
    with pytest.raises(BeingBuilt):
        await others.figures.give()
