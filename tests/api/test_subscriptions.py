"""Subscriptions and plans by the operator, and what requests are held to by them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from litestar import Litestar
from tests.api.conftest import As, Town, found_town
from tests.conftest import OPERATOR_KEY, served

from cocreate.api.examples import PLAN_EXAMPLE, STEP_EXAMPLES, SUBSCRIPTION_EXAMPLES
from cocreate.api.problems import Problem
from cocreate.api.subscription_gate import SubscriptionGate
from cocreate.app import create_app
from cocreate.domain.vocabulary import Role
from cocreate.settings import Settings

DAY = {"occurredOn": "2024-01-02"}
WISH = {"occurredOn": "2024-09-17", "title": "Licht"}
REASON = {**DAY, "reason": "De rekening staat open."}
LEFT = {**DAY, "lastDay": "2024-06-30", "announcedBy": "college"}


@pytest.fixture
async def own_town(client: httpx.AsyncClient) -> Town:
    """A municipality that nothing happened to yet."""
    return await found_town(client)


async def take(town: Town, noun: str, said: object = DAY, **headers: str) -> httpx.Response:
    answer = await town[Role.OPERATOR].post(
        f"/v1/subscriptions/{town.code}/{noun}", said, **headers
    )
    assert answer.status_code == 201, answer.text
    return answer


async def on_plan(town: Town, **quotas: int) -> None:
    name = f"plan-{town.code.lower()}"
    said = {**DAY, "plan": name, "title": "Proef", "quotas": quotas}
    answer = await town[Role.OPERATOR].post("/v1/plans", said)
    assert answer.status_code == 201, answer.text
    await take(town, "plan-changes", {**DAY, "plan": name})


async def standing(town: Town) -> dict[str, Any]:
    answer = await town[Role.TENANT_ADMINISTRATOR].get(f"{town.home}/subscription")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


# -- the operator ---------------------------------------------------------------------------------


async def test_a_registered_municipality_has_an_active_subscription(own_town: Town) -> None:
    operator = own_town[Role.OPERATOR]
    answer = await operator.get(f"/v1/subscriptions/{own_town.code}")
    assert answer.json() == {
        "code": own_town.code,
        "name": f"Gemeente {own_town.code}",
        "state": "active",
        "since": "2024-01-02",
        "plan": "default",
        "lastDay": None,
        "quotas": {},
        "destroyed": None,
        "version": 2,
    }
    assert answer.headers["etag"] == '"2"'
    listed = (await operator.get("/v1/subscriptions")).json()["subscriptions"]
    assert own_town.code in [each["code"] for each in listed]


async def test_the_examples_tell_a_story_from_invitation_to_leaving(
    client: httpx.AsyncClient,
) -> None:
    operator = As(client, OPERATOR_KEY)
    invitation, *steps = SUBSCRIPTION_EXAMPLES.items()
    code = invitation[1]["code"]
    home = f"/v1/subscriptions/{code}"
    answer = await operator.post("/v1/subscriptions", invitation[1])
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == home
    assert (await operator.get(f"/v1/municipalities/{code}")).status_code == 404
    states = []
    for number, (noun, said) in enumerate(steps, 2):
        answer = await operator.post(f"{home}/{noun}", said, If_Match=f'"{number - 1}"')
        assert answer.status_code == 201, answer.text
        assert answer.json()["version"] == number
        states.append((await operator.get(home)).json()["state"])
    assert states == ["active", "active", "suspended", "active", "leaving"]
    assert (await operator.get(f"/v1/municipalities/{code}")).status_code == 200


async def test_a_repeat_a_lost_race_and_a_wrong_state_are_told(own_town: Town) -> None:
    path = f"/v1/subscriptions/{own_town.code}/suspensions"
    operator = own_town[Role.OPERATOR]
    first = await take(own_town, "suspensions", REASON, Idempotency_Key=own_town.code)
    again = await take(own_town, "suspensions", REASON, Idempotency_Key=own_town.code)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    late = await operator.post(path, REASON, If_Match='"2"')
    assert (late.status_code, late.json()["code"]) == (412, "version-mismatch")
    assert [each["type"] for each in late.json()["since"]] == ["SubscriptionSuspended"]
    wrong = await operator.post(path, REASON)
    assert (wrong.status_code, wrong.json()["code"]) == (409, "subscription-state")
    unknown = await operator.post("/v1/subscriptions/GM9997/suspensions", REASON)
    assert unknown.status_code == 404
    odd = await operator.post("/v1/subscriptions/*/suspensions", REASON)
    assert odd.status_code == 404


async def test_plans_are_defined_and_listed(own_town: Town) -> None:
    operator = own_town[Role.OPERATOR]
    answer = await operator.post("/v1/plans", PLAN_EXAMPLE)
    assert answer.status_code == 201, answer.text
    plans = (await operator.get("/v1/plans")).json()["plans"]
    assert plans[0] == {"plan": "default", "title": "Zonder limieten", "quotas": {}}
    assert {name: PLAN_EXAMPLE[name] for name in ("plan", "title", "quotas")} in plans
    unknown = await operator.post(
        f"/v1/subscriptions/{own_town.code}/plan-changes", {**DAY, "plan": "onbekend"}
    )
    assert (unknown.status_code, unknown.json()["code"]) == (400, "unknown-plan")


@pytest.mark.parametrize("role", [None, *Role])
async def test_subscriptions_and_plans_are_the_operators(town: Town, role: Role | None) -> None:
    home = f"/v1/subscriptions/{town.code}"
    answers = [
        await town[role].get("/v1/subscriptions"),
        await town[role].get("/v1/plans"),
        await town[role].get(home),
        await town[role].post("/v1/subscriptions", {}),
        await town[role].post("/v1/plans", {}),
        *[
            await town[role].post(f"{home}/{noun}", {})
            for noun in SUBSCRIPTION_EXAMPLES
            if noun != "subscriptions"
        ],
    ]
    found = {answer.status_code for answer in answers}
    assert found == {None: {401}, Role.OPERATOR: {200, 400}}.get(role, {403})


@pytest.mark.parametrize("role", [None, *Role])
async def test_who_sees_the_own_subscription(town: Town, role: Role | None) -> None:
    answer = await town[role].get(f"{town.home}/subscription")
    allowed = {None: 401, Role.TENANT_ADMINISTRATOR: 200, Role.OPERATOR: 200}
    assert answer.status_code == allowed.get(role, 403)


# -- states ---------------------------------------------------------------------------------------


async def test_a_suspended_municipality_reads_and_looks_after_its_keys(own_town: Town) -> None:
    town = own_town
    administrator = town[Role.TENANT_ADMINISTRATOR]
    project = await town.start()
    await town.take(project, "parties", party="p1", kind="resident", position="external", name="A")
    await take(town, "suspensions", REASON)
    refused = [
        await town.official.post(f"{project}/wishes", WISH),
        await town.official.post(f"{town.home}/projects", STEP_EXAMPLES["projects"]),
        await administrator.post(f"{town.home}/settings", DAY),
    ]
    assert {(each.status_code, each.json()["code"]) for each in refused} == {
        (403, "subscription-suspended")
    }
    assert (await town.anyone.get(f"{project}/events")).status_code == 200
    assert (await town[Role.AUDITOR].get(f"{project}/events")).status_code == 200
    made = await administrator.post(f"{town.home}/keys", {"role": "auditor", "label": "Rekenkamer"})
    assert made.status_code == 201
    assert (await administrator.delete(made.headers["location"])).status_code == 204
    erasure = {**STEP_EXAMPLES["erasures"], "party": "p1"}
    erased = await administrator.post(f"{project}/erasures", erasure)
    assert erased.status_code == 201, erased.text
    assert (await standing(town))["state"] == "suspended"
    await take(town, "resumptions")
    assert (await town.official.post(f"{project}/wishes", WISH)).status_code == 201


async def test_another_municipality_learns_nothing_of_a_suspension(
    own_town: Town, other_town: Town
) -> None:
    project = await own_town.start()
    before = await other_town.official.post(f"{project}/wishes", WISH)
    await take(own_town, "suspensions", REASON)
    after = await other_town.official.post(f"{project}/wishes", WISH)
    assert (after.status_code, after.text) == (404, before.text)
    assert (await other_town.official.post(f"{await other_town.start()}/wishes", WISH)).is_success


async def test_after_the_last_day_there_is_reading_alone(own_town: Town) -> None:
    project = await own_town.start()
    await take(own_town, "leaving-announcements", LEFT)
    answer = await own_town.official.post(f"{project}/wishes", WISH)
    assert (answer.status_code, answer.json()["code"]) == (403, "subscription-leaving")
    assert (await own_town.official.get(f"{project}/events")).status_code == 200
    later = {**DAY, "lastDay": "2099-06-30", "announcedBy": "college"}
    await take(own_town, "leaving-announcements", later)
    assert (await own_town.official.post(f"{project}/wishes", WISH)).status_code == 201


async def test_what_is_changed_in_one_process_holds_in_another(
    own_town: Town, settings: Settings
) -> None:
    project = await own_town.start()
    async with served(create_app(settings, project=False)) as elsewhere:
        official = As(elsewhere, own_town.official.key)
        assert (await official.post(f"{project}/wishes", WISH)).status_code == 201
        await take(own_town, "suspensions", REASON)
        # Whether or not the signal has come: where the handler lets it pass, the log does not.
        answer = await official.post(f"{project}/wishes", WISH)
        assert (answer.status_code, answer.json()["code"]) == (403, "subscription-suspended")


# -- quotas ---------------------------------------------------------------------------------------


async def test_quotas_are_told_with_how_much_of_them_is_used(own_town: Town) -> None:
    await on_plan(own_town, projects=1, keys=5, eventsPerDay=3)
    project = await own_town.start()
    full = await own_town.official.post(f"{own_town.home}/projects", STEP_EXAMPLES["projects"])
    assert (full.status_code, full.json()["code"]) == (403, "projects-used-up")
    await own_town.take(project, "wishes", title="Licht")
    over = await own_town.official.post(f"{project}/wishes", WISH)
    assert (over.status_code, over.json()["code"]) == (429, "events-used-up")
    assert 1 <= int(over.headers["retry-after"]) <= 25 * 3600
    keys = f"{own_town.home}/keys"
    key = await own_town[Role.TENANT_ADMINISTRATOR].post(keys, {"role": "reader", "label": "Zes"})
    assert (key.status_code, key.json()["code"]) == (403, "keys-used-up")
    found = await standing(own_town)
    assert found["quotas"] == {"projects": 1, "keys": 5, "eventsPerDay": 3}
    assert found["use"] == {"projects": 1, "keys": 5, "eventsToday": 3}


async def test_more_requests_than_the_plan_has_wait(own_town: Town, other_town: Town) -> None:
    await on_plan(own_town, requestsPerSecond=1)
    paths = [own_town.home, f"{own_town.home}/projects", f"{own_town.home}/tree/verifier-keys"]
    answers = [await own_town.anyone.get(paths[number % 3]) for number in range(9)]
    limited = [answer for answer in answers if answer.status_code == 429]
    assert len(limited) >= 6
    assert {answer.json()["code"] for answer in limited} == {"requests-used-up"}
    assert {answer.headers["retry-after"] for answer in limited} == {"1"}
    assert (await own_town[Role.OPERATOR].get(own_town.home)).status_code == 200
    assert (await other_town.anyone.get(other_town.home)).status_code == 200


async def test_a_page_is_one_request_however_often_it_is_asked_who_reads_it(
    own_town: Town,
) -> None:
    await on_plan(own_town, requestsPerSecond=3)
    page = f"/nl/{own_town.code}/dashboards/trends"
    answers = [(await own_town.anyone.get(page)).status_code for _ in range(3)]
    assert answers == [200, 200, 200]


async def test_turns_come_back_by_the_second(app: Litestar, own_town: Town) -> None:
    await on_plan(own_town, requestsPerSecond=2)
    now = [1_000.0]
    gate = SubscriptionGate(app.state["parts"].service.standings, clock=lambda: now[0])

    async def asked(times: int) -> list[str | None]:
        answers: list[str | None] = []
        for _ in range(times):
            try:
                await gate.admit_to_tree(own_town.code)
                answers.append(None)
            except Problem as problem:
                answers.append(problem.headers["Retry-After"])
        return answers

    assert await asked(4) == [None, None, "1", "1"]
    now[0] += 0.5
    assert await asked(2) == [None, "1"]
    now[0] += 3600
    assert await asked(3) == [None, None, "1"]
