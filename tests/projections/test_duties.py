"""The duties: by when each is due, for whom, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from tests.projections.test_sums import require_groups
from tests.projections.world import DAY, World, day, random_history

from cocreate.domain.statutory_clock import Procedure
from cocreate.domain.steps.approvals import RequestApproval
from cocreate.domain.steps.commitments import MakeCommitment
from cocreate.domain.steps.wishes import ExpressWish
from cocreate.domain.vocabulary import ApprovalKind
from cocreate.projections.known import Audience

Row = dict[str, Any]
TIMES = ("overdue", "soon", "later", "undated")


def promise(name: str, due_after: int | None) -> MakeCommitment:
    return MakeCommitment(
        occurred_on=DAY,
        commitment=name,
        title=name,
        by="Wethouder",
        to="Bewoners",
        due_on=None if due_after is None else day(due_after),
    )


@pytest.fixture(scope="module")
async def town(world: World) -> str:
    """A municipality that owes much, in projects of two departments."""
    code = await world.municipality()
    for number, department in enumerate(("Ruimte", "Zorg", "Zorg")):
        project = await world.start(code, department=department)
        await random_history(world, code, project, 40 + number, 120)
    await world.catch_up(code)
    return code


async def test_what_is_due_turns_from_later_to_soon_to_overdue_with_the_day(world: World) -> None:
    code, project = await world.project()
    await world.take(code, project, promise("dated", 30), promise("undated", None))

    async def due(after: int) -> Row:
        rows = await world.register("duties", code, today=day(after))
        return {row["subject"]: (row["when"], row["daysLeft"], row["daysLate"]) for row in rows}

    undated = ("undated", None, None)
    assert await due(15) == {"dated": ("later", 15, None), "undated": undated}
    assert await due(16) == {"dated": ("soon", 14, None), "undated": undated}
    assert await due(30) == {"dated": ("soon", 0, None), "undated": undated}
    assert await due(31) == {"dated": ("overdue", None, 1), "undated": undated}


async def test_an_approval_is_owed_by_its_authority_in_the_department_that_handles_it(
    world: World,
) -> None:
    code, project = await world.project(department="Ruimte")
    asked: Row = {
        "occurred_on": DAY,
        "kind": ApprovalKind.PERMIT,
        "title": "Vergunning",
        "authority": "Provincie",
        "procedure": Procedure.OMGEVINGSWET_REGULAR,
    }
    await world.take(
        code,
        project,
        RequestApproval(approval="own", **asked),
        RequestApproval(approval="other", department="Vergunningen", **asked),
        ExpressWish(occurred_on=DAY, wish="wish", title="Een bankje"),
    )
    rows = await world.register("duties", code)
    assert {row["subject"]: (row["department"], row["owedBy"]) for row in rows} == {
        "own": ("Ruimte", "Provincie"),
        "other": ("Vergunningen", "Provincie"),
        "wish": ("Ruimte", None),
    }
    [handled] = await world.register("duties", code, department="Vergunningen")
    assert handled["subject"] == "other"


@pytest.mark.parametrize("when", TIMES)
@pytest.mark.parametrize("audience", Audience)
async def test_asking_for_a_time_gives_just_what_is_due_then_in_the_same_order(
    world: World, town: str, audience: Audience, when: str
) -> None:
    everything = await world.register("duties", town, audience)
    then = await world.register("duties", town, audience, when=when)
    assert then == [row for row in everything if row["when"] == when]
    order = [(row["dueOn"] or "9", row["since"], row["project"]) for row in everything]
    assert order == sorted(order)


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("days", [0, 60, 200])
async def test_duties_are_counted_as_the_register_has_them(
    world: World, town: str, audience: Audience, days: int
) -> None:
    def count(rows: Sequence[Row]) -> Row:
        times = {when: sum(row["when"] == when for row in rows) for when in TIMES}
        return {"total": len(rows), **times}

    today = DAY + timedelta(days)
    head = await world.reader.head(town) or 0
    for position in (head // 2, head):
        known: Row = {"position": position, "today": today}
        rows = await world.register("duties", town, audience, **known)
        zorg = [row for row in rows if row["department"] == "Zorg"]
        told = await world.dashboard("duty-overview", town, audience, **known)
        assert told["all"] == count(rows)
        require_groups(told["byDuty"], rows, count, duty="duty")
        require_groups(told["byDepartment"], rows, count, department="department")
        require_groups(told["byProject"], rows, count, project="project", title="projectTitle")
        narrowed = await world.dashboard(
            "duty-overview", town, audience, department="Zorg", **known
        )
        assert narrowed["all"] == count(zorg)
        assert narrowed["byDepartment"] == told["byDepartment"]
        require_groups(narrowed["byProject"], zorg, count, project="project", title="projectTitle")
