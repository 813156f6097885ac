"""The statistics: each figure counts once, and tells what a plain reading of the registers does."""

from __future__ import annotations

from datetime import date
from statistics import median
from typing import Any

import pytest
from tests.projections.world import World, day, random_history

from cocreate.domain.steps import obstacles, wishes
from cocreate.domain.vocabulary import InterventionKind, ObstacleCategory, Sector
from cocreate.projections.known import Audience


async def figures(world: World, code: str, **asked: Any) -> dict[int, dict[str, Any]]:
    return {row["year"]: row for row in await world.register("statistics", code, **asked)}


async def test_a_wish_that_was_split_or_merged_counts_once(world: World) -> None:
    code, project = await world.project()
    for wish in ("a", "b", "c"):
        await world.take(
            code,
            project,
            wishes.ExpressWish(occurred_on=day(1), wish=wish, title=wish),
            wishes.SupportWish(occurred_on=day(1), wish=wish, supporters=10),
        )
    parts = tuple(wishes.WishPart(wish=part, title=part) for part in ("a1", "a2"))
    await world.take(
        code,
        project,
        wishes.SplitWish(occurred_on=day(2), wish="a", into=parts),
        wishes.MergeWishes(occurred_on=day(2), wishes=("b", "c"), into="bc", title="bc"),
    )
    await world.take(code, project, wishes.SupportWish(occurred_on=day(3), wish="a1", supporters=1))
    year = (await figures(world, code))[2025]
    assert (year["wishes"], year["supporters"]) == (3, 31)


async def test_an_intervention_counts_once_however_many_obstacles_it_was_tried_against(
    world: World,
) -> None:
    code, project = await world.project()
    for obstacle in ("h1", "h2"):
        await world.take(
            code,
            project,
            obstacles.RaiseObstacle(
                occurred_on=day(1),
                obstacle=obstacle,
                category=ObstacleCategory.MONEY,
                title=obstacle,
            ),
        )
    await world.take(
        code,
        project,
        obstacles.TryIntervention(
            occurred_on=day(2),
            intervention="i",
            kind=InterventionKind.PILOT,
            title="Proef",
            obstacles=("h1", "h2"),
        ),
    )
    for obstacle in ("h1", "h2"):
        await world.take(
            code,
            project,
            obstacles.ResolveObstacle(
                occurred_on=day(3), obstacle=obstacle, text="Weg", interventions=("i",)
            ),
        )
    year = (await figures(world, code))[2025]
    assert (year["interventions"], year["interventionsThatResolved"]) == (1, 1)


LEFT = ("merged", "split")


def plainly(rows: dict[str, list[dict[str, Any]]], year: int) -> dict[str, Any]:
    """Count the rows of registers."""

    def within(name: str, day: str) -> list[dict[str, Any]]:
        return [row for row in rows[name] if str(row[day])[:4] == str(year)]

    def middle(found: list[dict[str, Any]], since: str, until: str) -> float | None:
        took = [date.fromisoformat(row[until]) - date.fromisoformat(row[since]) for row in found]
        return median(each.days for each in took) if took else None

    standing = [row for row in within("wishes", "expressedOn") if row["status"] not in LEFT]
    answered = [row for row in within("wishes", "answeredOn") if row["status"] not in LEFT]
    supported = [row for row in within("wishes", "expressedOn") if row["status"] != "merged"]
    tried = within("interventions", "triedOn")
    resolved = [row for row in tried if row["resolvedOn"] is not None]
    fed_back = within("deviations", "fedBackOn")
    closed = within("obstacles", "closedOn")
    decided = within("approvals", "decidedOn")
    kept = [row for row in within("commitments", "endedOn") if row["status"] == "fulfilled"]
    return {
        "wishes": len(standing),
        "supporters": sum(row["supporters"] for row in supported),
        "wishesAnswered": len(answered),
        "medianDaysToAnswer": middle(answered, "expressedOn", "answeredOn"),
        "decisions": len(within("decisions", "decidedOn")),
        "rejected": sum(row["rejected"] for row in within("decisions", "decidedOn")),
        "deviations": len(within("deviations", "recordedOn")),
        "medianDaysToFeedback": middle(fed_back, "recordedOn", "fedBackOn"),
        "approvalsDecided": len(decided),
        "medianLeadDays": middle(decided, "requestedOn", "decidedOn"),
        "obstaclesClosed": len(closed),
        "medianObstacleDays": middle(closed, "raisedOn", "closedOn"),
        "interventions": len({(row["project"], row["intervention"]) for row in tried}),
        "interventionsThatResolved": len(
            {(row["project"], row["intervention"]) for row in resolved}
        ),
        "commitmentsKept": len(kept),
    }


NAMES = ("wishes", "decisions", "deviations", "approvals", "obstacles", "interventions")


@pytest.mark.parametrize("seed", range(2))
async def test_the_statistics_count_what_the_registers_list(world: World, seed: int) -> None:
    code = await world.municipality()
    for number, sector in enumerate((Sector.CARE, Sector.SAFETY)):
        project = await world.start(code, sector=sector, occurred_on=day(200 * number))
        await random_history(world, code, project, seed * 10 + number, 150)
    head = await world.catch_up(code)
    for audience in Audience:
        for position in (head // 3, head - 1, head):
            for narrow in ({}, {"sector": "care"}):
                told = await figures(world, code, audience=audience, position=position, **narrow)
                rows = {
                    name: [
                        row
                        for row in await world.register(
                            name, code, audience=audience, position=position
                        )
                        if narrow.get("sector") in (None, row["sector"])
                    ]
                    for name in (*NAMES, "commitments")
                }
                for year, found in told.items():
                    expected = plainly(rows, year)
                    assert {name: found[name] for name in expected} == expected
