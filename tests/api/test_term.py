"""The term of an approval: the day it is due, as known at, and the same as in the register."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.conftest import Town

from cocreate.domain.vocabulary import Role

REQUEST = {
    "approval": "a",
    "kind": "permit",
    "title": "Vergunning",
    "authority": "Gemeente",
    "procedure": "omgevingswet-regular",
}


@pytest.fixture
async def project(town: Town) -> str:
    return await town.start()


async def term(town: Town, project: str, **query: object) -> dict[str, Any]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    answer = await town.official.get(f"{project}/subjects/a/term?{asked}")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def registered(town: Town, project: str, position: int) -> str:
    asked = f"project={project.rsplit('/', 1)[1]}&asOf={position}"
    answer = await town.official.get(f"{town.home}/approvals?{asked}")
    (row,) = answer.json()["items"]
    return str(row["dueOn"])


async def declare(town: Town, day: str) -> int:
    answer = await town[Role.TENANT_ADMINISTRATOR].post(
        f"{town.home}/decree-days",
        {"occurredOn": "2024-01-02", "day": day, "publication": "Stcrt. 1"},
    )
    assert answer.status_code == 201, answer.text
    return int(answer.json()["position"])


async def test_a_decree_moves_the_last_day_from_the_step_that_says_so(
    town: Town, project: str
) -> None:
    asked = await town.take(project, "approvals", **REQUEST)
    due = (await term(town, project, minPosition=asked["position"]))["dueOn"]
    assert due == await registered(town, project, asked["position"])
    declared = await declare(town, due)
    moved = await town.take(project, "term-recalculations", approval="a", reason="Vrije dag")
    now = (await term(town, project, minPosition=moved["position"]))["dueOn"]
    assert now > due
    for position, last_day in (
        (asked["position"], due),
        (declared, due),
        (moved["position"], now),
    ):
        assert (await term(town, project, asOf=position))["dueOn"] == last_day
        assert await registered(town, project, position) == last_day


async def test_a_decree_after_the_answer_changes_nothing(town: Town, project: str) -> None:
    await town.take(project, "approvals", **REQUEST, occurredOn="2024-09-20")
    answered = await town.take(project, "approval-grants", approval="a", occurredOn="2024-10-01")
    due = (await term(town, project, minPosition=answered["position"]))["dueOn"]
    declared = await declare(town, due)
    after = await term(town, project, minPosition=declared)
    assert after["dueOn"] == due == await registered(town, project, declared)
    assert after["decidedOn"] == "2024-10-01"


async def test_what_was_withdrawn_has_no_answer_and_is_not_late(town: Town, project: str) -> None:
    await town.take(project, "approvals", **REQUEST)
    gone = await town.take(project, "approval-withdrawals", approval="a", occurredOn="2025-09-17")
    told = await term(town, project, minPosition=gone["position"])
    assert told["withdrawnOn"] == "2025-09-17"
    assert "decidedOn" not in told
    assert "daysLate" not in told
