"""A register of a period has what began, or ended, on its days: the first and the last included."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.projections.world import World, random_history

from cocreate.projections.known import Audience

BEGAN = {
    "wishes": "expressedOn",
    "proposals": "submittedOn",
    "decisions": "decidedOn",
    "deviations": "recordedOn",
    "commitments": "madeOn",
}


@pytest.fixture(scope="module")
async def town(world: World) -> str:
    code = await world.municipality()
    for number in range(3):
        project = await world.start(code)
        await random_history(world, code, project, 70 + number, 150)
    await world.catch_up(code)
    return code


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("name", BEGAN)
async def test_a_register_of_a_period_has_what_began_in_it(
    world: World, town: str, name: str, audience: Audience
) -> None:
    rows = await world.register(name, town, audience)
    days = sorted({date.fromisoformat(row[BEGAN[name]]) for row in rows})
    for first, last in ((days[0], days[0]), (days[0], days[-1]), (days[len(days) // 2], days[-1])):
        found = await world.register(name, town, audience, fromDate=first, untilDate=last)
        assert found == [
            row for row in rows if first.isoformat() <= row[BEGAN[name]] <= last.isoformat()
        ]
        assert found
    after, before = days[-1] + timedelta(1), days[0] - timedelta(1)
    assert not await world.register(name, town, audience, fromDate=after)
    assert not await world.register(name, town, audience, untilDate=before)


@pytest.mark.parametrize("audience", Audience)
async def test_promises_that_ended_in_a_period_are_told_whenever_they_were_made(
    world: World, town: str, audience: Audience
) -> None:
    rows = await world.register("commitments", town, audience)
    ended = sorted(row["endedOn"] for row in rows if row["endedOn"] is not None)
    first, last = ended[0], ended[len(ended) // 2]
    found = await world.register("commitments", town, audience, endedFrom=first, endedUntil=last)
    assert found == [row for row in rows if row["endedOn"] and first <= row["endedOn"] <= last]
    assert 0 < len(found) < len(rows)
