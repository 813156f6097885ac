"""The role matrix: who may do what in the own municipality."""

from __future__ import annotations

import pytest
from tests.api.conftest import Town

from cocreate.api.examples import (
    COMPARISON_EXAMPLE,
    DECREE_DAY_EXAMPLE,
    NORMS_EXAMPLE,
    STEP_EXAMPLES,
    VISIBILITY_EXAMPLE,
    WEBHOOK_EXAMPLES,
)
from cocreate.api.roles import SEE_INTERNAL, STEPS_OF
from cocreate.domain.steps import STEPS
from cocreate.domain.vocabulary import Role

CLERK_STEPS = {
    "advice",
    "decisions",
    "decision-announcements",
    "deviations",
    "deviation-motivations",
    "deviation-contests",
    "deviation-settlements",
    "commitments",
    "commitment-fulfilments",
    "commitment-changes",
    "commitment-breaches",
    "sessions",
    "milestones",
    "final-reports",
    "feedback",
    "publications",
    "corrections",
}


def test_the_matrix_is_as_agreed() -> None:
    assert {
        Role.OFFICIAL: set(STEPS) - {"erasures"},
        Role.CLERK: CLERK_STEPS,
        Role.TENANT_ADMINISTRATOR: {"erasures"},
    } == STEPS_OF
    assert set(STEPS) >= CLERK_STEPS
    assert {
        Role.TENANT_ADMINISTRATOR,
        Role.OFFICIAL,
        Role.CLERK,
        Role.AUDITOR,
    } == SEE_INTERNAL


@pytest.mark.parametrize("role", [None, *Role])
async def test_every_step_is_open_to_its_roles_only(
    town: Town, project: str, role: Role | None
) -> None:
    for noun in STEPS:
        path = f"{town.home}/projects" if noun == "projects" else f"{project}/{noun}"
        answer = await town[role].post(path, {})
        allowed = role is not None and noun in STEPS_OF.get(role, ())
        expected = 400 if allowed else 401 if role is None else 403
        assert answer.status_code == expected, (role, noun, answer.text)


@pytest.mark.parametrize("role", [None, *Role])
async def test_only_the_administrator_sets_rules_and_manages_keys(
    town: Town, role: Role | None
) -> None:
    someone = town[role]
    answers = [
        await someone.post(f"{town.home}/visibility-rules", {}),
        await someone.post(f"{town.home}/decree-days", {}),
        await someone.post(f"{town.home}/norm-packs", {}),
        await someone.post(f"{town.home}/comparison-decisions", {}),
        await someone.get(f"{town.home}/keys"),
        await someone.get(f"{town.home}/keys/key-x"),
        await someone.delete(f"{town.home}/keys/key-x"),
        await someone.get(f"{await town.start()}/parties/niemand/personal-data"),
        *[await someone.post(f"{town.home}/{noun}", {}) for noun in WEBHOOK_EXAMPLES],
        *[
            await someone.get(f"{town.home}/webhooks/w{more}")
            for more in ("", "/deliveries", "/dead-letters")
        ],
        await someone.post(f"{town.home}/webhooks/w/pings", {}),
    ]
    found = [answer.status_code for answer in answers]
    if role is Role.TENANT_ADMINISTRATOR:
        assert found == [400] * 4 + [200] + [404] * 3 + [400] * 7 + [404] * 4
    else:
        assert set(found) == {401 if role is None else 403}


@pytest.mark.parametrize("role", [None, *Role])
async def test_only_the_operator_registers_municipalities(town: Town, role: Role | None) -> None:
    answer = await town[role].post("/v1/municipalities", {})
    assert answer.status_code == {None: 401, Role.OPERATOR: 400}.get(role, 403)


@pytest.mark.parametrize("role", [None, *Role])
async def test_who_sees_internal_steps(town: Town, role: Role | None) -> None:
    project = await town.start()
    secret = await town.take(project, "wishes", title="Geheim", visibility="internal")
    href = secret["resources"][0]["href"]
    event = await town[role].get(href)
    page = await town[role].get(f"{project}/events")
    versions = [each["version"] for each in page.json()["events"]]
    if role in SEE_INTERNAL:
        assert event.status_code == 200
        assert versions == [1, 2]
    else:
        assert event.status_code == 404
        assert versions == [1]


async def test_a_refusal_names_the_role(town: Town, project: str) -> None:
    answer = await town[Role.READER].post(f"{project}/wishes", STEP_EXAMPLES["wishes"])
    assert answer.status_code == 403
    assert answer.json()["facts"] == {"role": "reader"}
    assert "'reader'" in answer.json()["detail"]


async def test_examples_of_rules_are_taken(town: Town) -> None:
    administrator = town[Role.TENANT_ADMINISTRATOR]
    for noun, example in (
        ("visibility-rules", VISIBILITY_EXAMPLE),
        ("decree-days", DECREE_DAY_EXAMPLE),
        ("norm-packs", NORMS_EXAMPLE),
        ("comparison-decisions", COMPARISON_EXAMPLE),
    ):
        answer = await administrator.post(f"{town.home}/{noun}", example)
        assert answer.status_code == 201, answer.text
