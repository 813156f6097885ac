"""Many steps in one command: they stand or fall together."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import Town

from cocreate.api.commands import TOLD_APART
from cocreate.api.examples import COMMAND_EXAMPLE
from cocreate.domain.steps import STEPS
from cocreate.domain.vocabulary import Role

DAY = "2024-09-17"


def test_every_step_that_is_taken_as_it_is_sent_can_be_in_a_command() -> None:
    assert set(TOLD_APART) == set(STEPS) - {"projects", "erasures"}


async def test_all_steps_are_recorded_in_one_go(town: Town, project: str) -> None:
    answer = await town.official.post(f"{project}/commands", COMMAND_EXAMPLE)
    assert answer.status_code == 201, answer.text
    assert answer.json()["version"] == 3
    assert answer.json()["resources"] == [
        {"id": "bankje", "href": f"{project}/events/2"},
        {"id": "bankje", "href": f"{project}/events/3"},
    ]


async def test_none_is_recorded_where_one_breaks_a_rule(town: Town, project: str) -> None:
    steps = [
        {"noun": "wishes", "occurredOn": DAY, "wish": "licht", "title": "Licht"},
        {"noun": "wish-supports", "occurredOn": DAY, "wish": "maan"},
    ]
    answer = await town.official.post(f"{project}/commands", {"steps": steps})
    assert answer.status_code == 400
    assert answer.json()["code"] == "unknown-reference"
    events = await town.official.get(f"{project}/events")
    assert [event["version"] for event in events.json()["events"]] == [1]


async def test_a_decision_on_many_proposals_is_one_command(town: Town, project: str) -> None:
    wishes = [
        {"noun": "wishes", "occurredOn": DAY, "wish": f"w{number}", "title": "Wens"}
        for number in range(400)
    ]
    outcomes = [
        {
            "subject": f"w{number}",
            "outcome": "rejected",
            "deviation": {"ground": "budget", "motivation": "Het geld is op."},
        }
        for number in range(400)
    ]
    decision = {
        "noun": "decisions",
        "occurredOn": DAY,
        "body": "council",
        "title": "Alle wensen",
        "outcomes": outcomes,
        "motivation": "Het geld is op.",
    }
    feedback = {
        "noun": "feedback",
        "occurredOn": DAY,
        "about": [f"w{number}" for number in range(400)],
        "channel": "letter",
        "text": "Het geld is op.",
    }
    said = {"steps": [*wishes, decision, feedback]}
    answer = await town.official.post(f"{project}/commands", said)
    assert answer.status_code == 201, answer.text
    assert answer.json()["version"] == 1 + 400 + 1 + 400 + 1
    hrefs = [resource["href"] for resource in answer.json()["resources"]]
    assert await _types(town, hrefs[399:]) == ["WishExpressed", "DecisionRecorded", "FeedbackGiven"]


async def test_each_step_is_pointed_at_where_a_correction_recalculates_a_term(
    town: Town, project: str
) -> None:
    await town.take(
        project,
        "approvals",
        approval="a",
        kind="permit",
        title="Vergunning",
        authority="Gemeente",
        procedure="omgevingswet-regular",
    )
    correction = {
        "noun": "corrections",
        "occurredOn": DAY,
        "step": 2,
        "changes": {"occurredOn": "2024-09-10"},
        "reason": "Eerder ontvangen.",
    }
    recalculation = {
        "noun": "term-recalculations",
        "occurredOn": DAY,
        "approval": "a",
        "reason": "x",
    }
    wish = {"noun": "wishes", "occurredOn": DAY, "title": "Licht"}
    said = {"steps": [wish, correction, recalculation, wish]}
    first = await town.official.post(f"{project}/commands", said, Idempotency_Key=project)
    again = await town.official.post(f"{project}/commands", said, Idempotency_Key=project)
    assert first.status_code == 201, first.text
    assert first.json()["version"] == 7
    assert again.json() == first.json()
    hrefs = [resource["href"] for resource in first.json()["resources"]]
    assert [href.rsplit("/", 1)[1] for href in hrefs] == ["3", "4", "6", "7"]


async def test_a_command_holds_at_least_one_step(town: Town, project: str) -> None:
    answer = await town.official.post(f"{project}/commands", {"steps": []})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["location"] == "/steps"


async def test_a_clerk_may_not_slip_another_step_in(town: Town, project: str) -> None:
    steps: list[dict[str, Any]] = [
        {"noun": "milestones", "occurredOn": DAY, "title": "Licht aan"},
        {"noun": "wishes", "occurredOn": DAY, "title": "Licht"},
    ]
    refused = await town[Role.CLERK].post(f"{project}/commands", {"steps": steps})
    assert refused.status_code == 403
    taken = await town[Role.CLERK].post(f"{project}/commands", {"steps": steps[:1]})
    assert taken.status_code == 201


async def _types(town: Town, hrefs: list[str]) -> list[str]:
    return [(await town[Role.AUDITOR].get(href)).json()["type"] for href in hrefs]
