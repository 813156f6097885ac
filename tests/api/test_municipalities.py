"""A municipality gets a log of its own, and sets rules for it."""

from __future__ import annotations

import httpx
import pytest
from litestar import Litestar
from tests.api.conftest import As, Town, found_town
from tests.api.test_isolation import requests
from tests.conftest import OPERATOR_KEY

from cocreate.api.examples import SETTINGS_EXAMPLE
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
    assert found.json() == {
        "code": "GM0503",
        "name": "Delft",
        "takesPart": False,
        "normPacks": [],
    }
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


NORMS = {
    **DAY,
    "version": "2026-1",
    "title": "Normen bij de participatieverordening",
    "validFrom": "2026-01-01",
    "thresholds": [{"norm": "deviations-fed-back", "days": 30}],
}


async def test_a_pack_of_norms_is_adopted_and_read(town: Town) -> None:
    administrator = town[Role.TENANT_ADMINISTRATOR]
    answer = await administrator.post(f"{town.home}/norm-packs", NORMS)
    assert answer.status_code == 201, answer.text
    found = (await town.anyone.get(town.home)).json()
    adopted = {name: NORMS[name] for name in ("version", "title", "validFrom", "thresholds")}
    assert adopted in found["normPacks"]
    again = await administrator.post(f"{town.home}/norm-packs", NORMS)
    assert (again.status_code, again.json()["code"]) == (409, "id-taken")


async def test_an_internal_pack_of_norms_is_read_by_those_inside(town: Town) -> None:
    said = {**NORMS, "version": "concept", "visibility": "internal"}
    answer = await town[Role.TENANT_ADMINISTRATOR].post(f"{town.home}/norm-packs", said)
    assert answer.status_code == 201, answer.text
    for someone, sees in ((town.anyone, False), (town[Role.READER], False), (town.official, True)):
        packs = (await someone.get(town.home)).json()["normPacks"]
        assert any(pack["version"] == "concept" for pack in packs) is sees


@pytest.mark.parametrize(
    ("thresholds", "code"),
    [
        ([{"norm": "commitments-kept", "days": 30}], "norm-without-term"),
        ([{"norm": "reflection-held", "days": 30}] * 2, "repeated-reference"),
    ],
)
async def test_norms_that_do_not_fit_are_refused(
    town: Town, thresholds: list[object], code: str
) -> None:
    said = {**NORMS, "version": "2027-1", "thresholds": thresholds}
    answer = await town[Role.TENANT_ADMINISTRATOR].post(f"{town.home}/norm-packs", said)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_taking_part_in_comparisons_is_decided_and_taken_back(
    town: Town, other_town: Town
) -> None:
    administrator = town[Role.TENANT_ADMINISTRATOR]
    for takes_part in (True, False):
        said = {**DAY, "takesPart": takes_part, "body": "college"}
        answer = await administrator.post(f"{town.home}/comparison-decisions", said)
        assert answer.status_code == 201, answer.text
        assert (await town.anyone.get(town.home)).json()["takesPart"] is takes_part
        assert (await other_town.anyone.get(other_town.home)).json()["takesPart"] is False


async def test_the_history_of_a_municipality_itself_is_no_project(town: Town) -> None:
    path = f"{town.home}/projects/{municipality_id(town.code)}"
    wish = {"occurredOn": "2024-09-17", "title": "Licht"}
    answer = await town.official.post(f"{path}/wishes", wish)
    assert answer.status_code == 404
    assert (await town.anyone.get(f"{path}/events")).status_code == 404


async def test_settings_are_read_as_they_were_set(town: Town) -> None:
    answer = await town[Role.TENANT_ADMINISTRATOR].post(f"{town.home}/settings", SETTINGS_EXAMPLE)
    assert answer.status_code == 201, answer.text
    found = await town.anyone.get(f"{town.home}/settings")
    said = {name: value for name, value in SETTINGS_EXAMPLE.items() if name != "occurredOn"}
    assert found.json() == said
    by_law = {**DAY, "terms": [{**said["terms"][0], "procedure": "woo-request"}]}
    refused = await town[Role.TENANT_ADMINISTRATOR].post(f"{town.home}/settings", by_law)
    assert (refused.status_code, refused.json()["code"]) == (400, "term-set-by-law")
    assert (await town.official.post(f"{town.home}/settings", DAY)).status_code == 403


async def test_without_the_public_portal_anyone_finds_nothing_but_the_tree(
    app: Litestar, client: httpx.AsyncClient, other_town: Town
) -> None:
    town = await found_town(client)
    project = await town.start()
    administrator = town[Role.TENANT_ADMINISTRATOR]
    closed = await administrator.post(f"{town.home}/settings", {**DAY, "publicPortal": False})
    assert closed.status_code == 201, closed.text
    asked = [each for each in requests(app, town.code, project) if each[0] == "GET"]
    for method, path in asked:
        if "/tree/" not in path:
            answer = await town.anyone.send(method, path)
            assert answer.status_code in (401, 404), (path, answer.text)
    assert (await town.anyone.get(f"{project}/events")).status_code == 404
    for someone in (town.official, town[Role.READER], town[Role.OPERATOR]):
        assert (await someone.get(f"{project}/events")).status_code == 200
    assert (await other_town.anyone.get(f"{other_town.home}/settings")).status_code == 200
    reopened = await administrator.post(f"{town.home}/settings", DAY)
    assert reopened.status_code == 201, reopened.text
    assert (await town.anyone.get(f"{project}/events")).status_code == 200
