"""Every register tells what a slow and separate reading of the log tells, at every position."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from tests.projections import naive
from tests.projections.naive import Told
from tests.projections.world import TODAY, World, random_history

from cocreate.log.read import Recorded
from cocreate.projections.known import Audience

Reading = Callable[[list[Told]], dict[Any, Told]]

REGISTERS: dict[str, tuple[tuple[str, ...], Reading]] = {
    "deviations": (("deviation",), naive.deviations),
    "decisions": (("decision",), naive.decisions),
    "commitments": (("commitment",), naive.commitments),
    "obstacles": (("obstacle",), partial(naive.obstacles, today=TODAY)),
    "interventions": (("intervention", "obstacle"), naive.interventions),
    "approvals": (("approval",), partial(naive.approvals, today=TODAY)),
    "proposals": (("proposal",), partial(naive.proposals, today=TODAY)),
    "duties": (("subject", "duty"), partial(naive.duties, today=TODAY)),
    "mandates": (("role",), partial(naive.mandates, today=TODAY)),
    "wishes": (("wish",), naive.wishes),
}


@pytest.fixture(scope="module", params=range(3))
async def histories(
    world: World, request: pytest.FixtureRequest
) -> tuple[str, dict[UUID, list[Recorded]]]:
    """A municipality with some random projects, and what its log holds of them."""
    code = await world.municipality()
    projects = {}
    for number in range(2):
        project = await world.start(code)
        await random_history(world, code, project, request.param * 10 + number, 160)
        projects[project] = [
            event async for page in world.reader.history(code, project) for event in page
        ]
    await world.catch_up(code)
    return code, projects


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("name", REGISTERS)
async def test_a_register_tells_what_the_log_tells(
    world: World,
    histories: tuple[str, dict[UUID, list[Recorded]]],
    name: str,
    audience: Audience,
) -> None:
    code, projects = histories
    keys, reading = REGISTERS[name]
    head = await world.reader.head(code) or 0
    for position in (*range(7, head, 31), head):
        rows = await world.register(name, code, audience, position=position)
        found: dict[tuple[UUID, Any], Told] = {
            (UUID(row["project"]), key_of(row, keys)): row for row in rows
        }
        assert len(found) == len(rows)
        expected = {
            (project, key): row
            for project, history in projects.items()
            for key, row in reading(
                naive.told(
                    [event for event in history if event.position <= position],
                    public=audience is Audience.PUBLIC,
                )
            ).items()
        }
        assert found.keys() == expected.keys()
        for key, row in expected.items():
            told = {field: as_json(found[key][field]) for field in row}
            assert told == row, (position, key)


def key_of(row: dict[str, Any], keys: tuple[str, ...]) -> object:
    found = tuple(row[key] for key in keys)
    return found if len(found) > 1 else found[0]


def as_json(value: object) -> object:
    if isinstance(value, tuple | list):
        return list(value)
    return value.isoformat() if isinstance(value, date) else value
