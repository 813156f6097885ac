"""The force field: who carries a project, how much of it, and what the public is told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from tests.projections.world import DAY, PUBLIC, World, day

from cocreate.domain.steps.commitments import RecordReflection
from cocreate.domain.steps.course import AssignMandate, CompleteProject, JoinParty, LeaveParty
from cocreate.domain.steps.obstacles import RaiseObstacle, ResolveObstacle
from cocreate.domain.vocabulary import (
    Body,
    MandateRole,
    ObstacleCategory,
    PartyKind,
    Position,
    Visibility,
)
from cocreate.projections.force_field import ForceField, force_field
from cocreate.projections.known import Audience
from cocreate.projections.resource import NoFilter


def joins(party: str, department: str | None = "Verkeer", **facts: Any) -> JoinParty:
    said: dict[str, Any] = {
        "kind": PartyKind.DEPARTMENT,
        "position": Position.INTERNAL,
        "name": party,
        "department": department,
        **facts,
    }
    return JoinParty(occurred_on=DAY, party=party, **said)


def raised(obstacle: str, owner: str) -> RaiseObstacle:
    return RaiseObstacle(
        occurred_on=day(1),
        obstacle=obstacle,
        category=ObstacleCategory.MONEY,
        title=obstacle,
        owner=owner,
    )


async def told(
    world: World, code: str, project: UUID, audience: Audience = Audience.INTERNAL
) -> ForceField:
    file = await world.file(code, project, audience, today=day(100))
    return force_field(file, NoFilter(), {})


async def overview(world: World, code: str, *of: Any, **narrow: Any) -> dict[str, Any]:
    return await world.dashboard("force-field-overview", code, *of, **narrow)


async def test_the_index_is_the_share_of_the_one_who_carries_most(world: World) -> None:
    code, project = await world.project()
    await world.take(
        code,
        project,
        joins("a", carries=True),
        joins("b", "Beheer"),
        joins("c", "Beheer"),
        joins("buurt", None, position=Position.EXTERNAL, carries=True),
        raised("h1", "a"),
        raised("h2", "a"),
        raised("h3", "b"),
    )
    field = await told(world, code, project)
    # a carries the project and two obstacles, b one; c nothing.
    assert {each.party: (each.load, each.share) for each in field.internal} == {
        "a": (3, 0.75),
        "b": (1, 0.25),
        "c": (0, None),
    }
    assert (field.people, field.departments, field.lonely_index, field.lonely) == (
        2,
        2,
        0.75,
        False,
    )
    assert [each.party for each in field.external] == ["buurt"]
    board = await overview(world, code)
    [same] = board["byProject"]
    assert (same["people"], same["departments"], same["load"], same["lonelyIndex"]) == (
        2,
        2,
        4,
        0.75,
    )
    assert (same["lonely"], same["external"], board["lonely"]) == (False, 1, 0)
    assert board["byDepartment"] == [
        {"department": "Verkeer", "projects": 1, "people": 1, "load": 3},
        {"department": "Beheer", "projects": 1, "people": 1, "load": 1},
    ]


async def test_what_is_solved_and_who_left_carry_no_more(world: World) -> None:
    code, project = await world.project()
    await world.take(
        code, project, joins("a"), joins("b", "Beheer"), raised("h1", "a"), raised("h2", "b")
    )
    assert (await told(world, code, project)).lonely_index == 0.5
    await world.take(code, project, ResolveObstacle(occurred_on=day(2), obstacle="h2", text="Weg"))
    alone = await told(world, code, project)
    assert (alone.people, alone.lonely_index, alone.lonely) == (1, 1, True)
    await world.take(code, project, LeaveParty(occurred_on=day(3), party="a"))
    nobody = await told(world, code, project)
    assert (nobody.people, nobody.lonely_index, nobody.lonely) == (0, None, True)


async def test_a_mandate_and_what_one_brought_count(world: World) -> None:
    code, project = await world.project()
    await world.take(
        code,
        project,
        joins("a"),
        joins("b", "Beheer"),
        AssignMandate(occurred_on=DAY, role=MandateRole.DIRECTS, party="a", body=Body.COLLEGE),
        RecordReflection(occurred_on=day(4), title="Les", text="Geleerd", by="b"),
    )
    field = await told(world, code, project)
    assert {each.party: each.load for each in field.internal} == {"a": 1, "b": 1}


@pytest.mark.parametrize("visibility", [PUBLIC, Visibility.INTERNAL])
async def test_the_public_is_not_told_how_a_project_is_carried(
    world: World, visibility: Visibility
) -> None:
    code, project = await world.project()
    await world.take(
        code,
        project,
        joins("a", carries=True, visibility=visibility),
        joins("b", "Beheer", carries=True),
    )
    field = await told(world, code, project, Audience.PUBLIC)
    assert [each.party for each in field.internal] == (["a"] if visibility is PUBLIC else [])
    assert all(each.share is None for each in field.internal)
    assert (field.people, field.departments, field.lonely_index, field.lonely) == (None,) * 4
    board = await overview(world, code, Audience.PUBLIC)
    assert (board["projects"], board["lonely"], board["medianLonelyIndex"]) == (1, None, None)
    [one] = board["byProject"]
    assert [one[name] for name in ("people", "departments", "load", "lonelyIndex", "lonely")] == (
        [None] * 5
    )
    inside = await overview(world, code)
    assert (inside["lonely"], inside["byProject"][0]["people"]) == (0, 2)


async def test_the_overview_tells_the_loneliest_first_and_leaves_out_what_is_done(
    world: World,
) -> None:
    code = await world.municipality()
    alone, shared, done = [await world.start(code, title=title) for title in ("A", "B", "C")]
    await world.take(code, alone, joins("a", carries=True))
    await world.take(code, shared, joins("a", carries=True), joins("b", "Beheer", carries=True))
    await world.take(
        code, done, joins("a", carries=True), CompleteProject(occurred_on=day(9), result="Klaar")
    )
    board = await overview(world, code)
    assert (board["projects"], board["lonely"], board["medianLonelyIndex"]) == (2, 1, 0.75)
    assert [each["title"] for each in board["byProject"]] == ["A", "B"]
    assert [each["title"] for each in (await overview(world, code, lonely=False))["byProject"]] == [
        "B"
    ]
