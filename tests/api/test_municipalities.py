"""A municipality gets a log of its own, and sets rules for it."""

from __future__ import annotations

import httpx
from tests.api.conftest import As, Town
from tests.conftest import OPERATOR_KEY

from cocreate.domain.municipality import municipality_id
from cocreate.domain.vocabulary import Role

DAY = {"occurredOn": "2024-01-02"}


async def test_a_municipality_is_registered(client: httpx.AsyncClient) -> None:
    operator = As(client, OPERATOR_KEY)
    said = {**DAY, "code": "GM0503", "name": "Delft"}
    answer = await operator.post("/v1/municipalities", said, Idempotency_Key="delft")
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == "/v1/municipalities/GM0503"
    assert answer.json() == {
        "municipality": "GM0503",
        "version": 1,
        "position": 1,
        "resources": [{"id": "GM0503", "href": "/v1/municipalities/GM0503"}],
    }
    found = await As(client, None).get("/v1/municipalities/GM0503")
    assert found.json() == {"code": "GM0503", "name": "Delft"}
    again = await operator.post("/v1/municipalities", said, Idempotency_Key="delft")
    assert again.json() == answer.json()
    assert again.headers["idempotency-replayed"] == "true"


async def test_a_municipality_is_registered_once(town: Town) -> None:
    said = {**DAY, "code": town.code, "name": "Nog eens"}
    answer = await town[Role.OPERATOR].post("/v1/municipalities", said)
    assert answer.status_code == 409
    assert answer.json()["code"] == "municipality-exists"
    assert answer.json()["facts"] == {"code": town.code}


async def test_a_code_is_that_of_the_cbs(town: Town) -> None:
    said = {**DAY, "code": "Delft", "name": "Delft"}
    answer = await town[Role.OPERATOR].post("/v1/municipalities", said)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["location"] == "/code"


async def test_a_visibility_rule_holds_for_steps_from_then_on(town: Town, project: str) -> None:
    before = await town.take(project, "milestones", title="Eerste paal")
    rule = {**DAY, "steps": "milestones", "default": "internal"}
    answer = await town[Role.TENANT_ADMINISTRATOR].post(f"{town.home}/visibility-rules", rule)
    assert answer.status_code == 201, answer.text
    after = await town.take(project, "milestones", title="Tweede paal")
    assert (await town.anyone.get(before["resources"][0]["href"])).status_code == 200
    assert (await town.anyone.get(after["resources"][0]["href"])).status_code == 404


async def test_a_rule_is_about_a_step_that_exists(town: Town) -> None:
    rule = {**DAY, "steps": "dromen", "default": "internal"}
    answer = await town[Role.TENANT_ADMINISTRATOR].post(f"{town.home}/visibility-rules", rule)
    assert answer.status_code == 400
    assert answer.json()["code"] == "unknown-reference"


async def test_the_history_of_a_municipality_itself_is_no_project(town: Town) -> None:
    path = f"{town.home}/projects/{municipality_id(town.code)}"
    wish = {"occurredOn": "2024-09-17", "title": "Licht"}
    answer = await town.official.post(f"{path}/wishes", wish)
    assert answer.status_code == 404
    assert (await town.anyone.get(f"{path}/events")).status_code == 404
