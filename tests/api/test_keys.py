"""Keys are made, listed and revoked by the administrator; the operator makes the first."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from litestar import Litestar
from tests.api.conftest import As, Town, found_town
from tests.conftest import OPERATOR_KEY

from cocreate.api.examples import KEY_EXAMPLE
from cocreate.api.issuing import issue_key
from cocreate.domain.vocabulary import Role
from cocreate.log.connection import open_pool
from cocreate.log.errors import UnknownMunicipality

WISH = {"occurredOn": "2024-09-17", "title": "Licht"}


async def test_a_key_is_shown_once(town: Town) -> None:
    administrator = town[Role.TENANT_ADMINISTRATOR]
    made = await administrator.post(f"{town.home}/keys", KEY_EXAMPLE)
    assert made.status_code == 201, made.text
    key = made.json()
    assert key["secret"].startswith(f"cck_{town.code}_")
    assert made.headers["location"] == f"{town.home}/keys/{key['id']}"
    one = await administrator.get(made.headers["location"])
    assert one.json()["label"] == "Zaaksysteem"
    assert one.json()["expiresAt"] == "2031-01-01T00:00:00Z"
    assert "secret" not in one.json()
    listed = await administrator.get(f"{town.home}/keys")
    assert key["secret"] not in listed.text
    assert key["id"] in {each["id"] for each in listed.json()["keys"]}


async def test_a_revoked_key_stays_in_the_list(town: Town) -> None:
    administrator = town[Role.TENANT_ADMINISTRATOR]
    made = await administrator.post(f"{town.home}/keys", {"role": "reader", "label": "x"})
    path = made.headers["location"]
    gone = await administrator.delete(path)
    assert gone.status_code == 204
    assert gone.content == b""
    assert (await administrator.get(path)).json()["revokedAt"] is not None
    assert (await administrator.delete(path)).status_code == 404
    assert (await administrator.delete(f"{town.home}/keys/key-geen")).status_code == 404
    assert (await administrator.delete(f"{town.home}/keys/key%00")).status_code == 404


async def test_a_key_of_another_municipality_cannot_be_revoked(
    town: Town, other_town: Town
) -> None:
    made = await other_town[Role.TENANT_ADMINISTRATOR].post(
        f"{other_town.home}/keys", {"role": "reader", "label": "x"}
    )
    path = f"{town.home}/keys/{made.json()['id']}"
    assert (await town[Role.TENANT_ADMINISTRATOR].delete(path)).status_code == 404
    holder = As(town.anyone.client, made.json()["secret"])
    assert (await holder.get(other_town.home)).status_code == 200


@pytest.mark.parametrize("role", ["operator", "koning"])
async def test_a_key_has_a_role_of_a_municipality(town: Town, role: str) -> None:
    answer = await town[Role.TENANT_ADMINISTRATOR].post(
        f"{town.home}/keys", {"role": role, "label": "x"}
    )
    assert answer.status_code == 400
    assert [error["location"] for error in answer.json()["errors"]] == ["/role"]


async def test_a_key_does_not_expire_in_the_past(town: Town) -> None:
    answer = await town[Role.TENANT_ADMINISTRATOR].post(
        f"{town.home}/keys",
        {"role": "reader", "label": "x", "expiresAt": "2020-01-01T00:00:00Z"},
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "in-the-past"


async def test_the_operator_makes_the_first_key_of_an_administrator_only(
    client: httpx.AsyncClient,
) -> None:
    town = await found_town(client)
    operator = town[Role.OPERATOR]
    administrator = {"role": "tenant-administrator", "label": "Tweede"}
    second = await operator.post(f"{town.home}/keys", administrator)
    assert second.status_code == 409
    assert second.json()["code"] == "administrator-exists"
    official = await operator.post(f"{town.home}/keys", {"role": "official", "label": "x"})
    assert official.status_code == 403
    elsewhere = await operator.post("/v1/municipalities/GM9997/keys", administrator)
    assert elsewhere.status_code == 404
    keys = await town[Role.TENANT_ADMINISTRATOR].get(f"{town.home}/keys")
    [first] = [key for key in keys.json()["keys"] if key["role"] == "tenant-administrator"]
    await town[Role.TENANT_ADMINISTRATOR].delete(f"{town.home}/keys/{first['id']}")
    replaced = await operator.post(f"{town.home}/keys", administrator)
    assert replaced.status_code == 201


async def test_a_repeat_makes_no_second_key_and_shows_no_secret(town: Town) -> None:
    administrator = town[Role.TENANT_ADMINISTRATOR]
    body = {"role": "reader", "label": "x"}
    first = await administrator.post(f"{town.home}/keys", body, Idempotency_Key="sleutel")
    again = await administrator.post(f"{town.home}/keys", body, Idempotency_Key="sleutel")
    assert first.status_code == 201
    assert again.status_code == 409
    assert again.json()["code"] == "key-issued"
    assert again.json()["facts"] == {"id": first.json()["id"]}


async def test_keys_are_made_beside_the_api_as_well(town: Town, database: str) -> None:
    pool = await open_pool(database, "cocreate_app", size=1)
    try:
        key = await issue_key(pool, town.code, Role.AUDITOR, "Rekenkamer")
        operator = await issue_key(pool, "OP", Role.OPERATOR, "Beheerder")
        with pytest.raises(UnknownMunicipality):
            await issue_key(pool, "GM9996", Role.AUDITOR, "x")
        with pytest.raises(ValueError, match="operator"):
            await issue_key(pool, town.code, Role.OPERATOR, "x")
        with pytest.raises(ValueError, match="operator"):
            await issue_key(pool, "OP", Role.READER, "x")
    finally:
        await pool.close()
    auditor = As(town.anyone.client, key.secret)
    assert (await auditor.get(town.home)).status_code == 200
    other = As(town.anyone.client, operator.secret)
    assert (await other.post("/v1/municipalities", {})).status_code == 400


async def test_the_operator_key_of_the_settings_opens_the_door(client: httpx.AsyncClient) -> None:
    answer = await As(client, OPERATOR_KEY).post("/v1/municipalities", {})
    assert answer.status_code == 400


async def made(town: Town, **said: object) -> dict[str, Any]:
    body = {"role": "official", "label": "x", **said}
    answer = await town[Role.TENANT_ADMINISTRATOR].post(f"{town.home}/keys", body)
    assert answer.status_code == 201, answer.text
    key: dict[str, Any] = answer.json()
    return key


async def test_a_key_works_in_the_projects_it_is_limited_to(town: Town, project: str) -> None:
    elsewhere, number = await town.start(), project.rpartition("/")[2]
    key = await made(town, projects=[number])
    holder = As(town.anyone.client, key["secret"])
    assert (await holder.post(f"{project}/wishes", WISH)).status_code == 201
    refused = await holder.post(f"{elsewhere}/wishes", WISH)
    assert (refused.status_code, refused.json()["code"]) == (403, "no-role-here")
    assert (await holder.post(f"{town.home}/projects", {})).status_code == 403
    shown = await town[Role.TENANT_ADMINISTRATOR].get(f"{town.home}/keys/{key['id']}")
    assert shown.json()["projects"] == key["projects"] == [number]


async def test_a_key_is_limited_to_projects_that_are_there(
    town: Town, other_town: Town, project: str
) -> None:
    administrator, number = town[Role.TENANT_ADMINISTRATOR], project.rpartition("/")[2]
    for projects, role, problem in (
        ([number, (await other_town.start()).rpartition("/")[2]], "official", "invalid-input"),
        ([], "official", "invalid-input"),
        ([number], "tenant-administrator", "role-is-for-all"),
    ):
        body = {"role": role, "label": "x", "projects": projects}
        answer = await administrator.post(f"{town.home}/keys", body)
        assert (answer.status_code, answer.json()["code"]) == (400, problem)
    wrong = await administrator.post(
        f"{town.home}/keys",
        {"role": "official", "label": "x", "projects": [number, str(UUID(int=0))]},
    )
    assert [each["location"] for each in wrong.json()["errors"]] == ["/projects/1"]


async def test_a_key_and_its_successor_are_valid_together_for_a_while(
    town: Town, project: str
) -> None:
    administrator, number = town[Role.TENANT_ADMINISTRATOR], project.rpartition("/")[2]
    old = await made(town, projects=[number], expiresAt="2031-01-01T00:00:00Z")
    path = f"{town.home}/keys/{old['id']}"
    answer = await administrator.post(f"{path}/rotations", {"overlapHours": 48})
    assert answer.status_code == 201, answer.text
    new = answer.json()
    assert (new["role"], new["projects"], new["replaces"]) == ("official", [number], old["id"])
    ends = [datetime.fromisoformat(key["expiresAt"]) for key in (old, new)]
    assert timedelta() < ends[1] - ends[0] < timedelta(minutes=1)  # as long a life as the other
    assert answer.headers["location"] == f"{town.home}/keys/{new['id']}"
    for key in (old, new):
        holder = As(town.anyone.client, key["secret"])
        assert (await holder.post(f"{project}/wishes", WISH)).status_code == 201
    shown = (await administrator.get(path)).json()
    left = datetime.fromisoformat(shown["retiresAt"]) - datetime.now(UTC)
    assert timedelta(hours=47) < left <= timedelta(hours=48)
    assert shown["revokedAt"] is None


async def test_without_overlap_a_key_ends_when_it_is_rotated(town: Town, project: str) -> None:
    administrator = town[Role.TENANT_ADMINISTRATOR]
    old = await made(town)
    holder = As(town.anyone.client, old["secret"])
    assert (await holder.post(f"{project}/wishes", WISH)).status_code == 201
    path = f"{town.home}/keys/{old['id']}/rotations"
    end = {"overlapHours": 0, "expiresAt": "2032-01-01T00:00:00Z"}
    new = (await administrator.post(path, end)).json()
    assert new["expiresAt"] == "2032-01-01T00:00:00Z"
    assert (await holder.post(f"{project}/wishes", WISH)).status_code == 401
    assert (await administrator.post(path, {})).status_code == 404


async def test_a_key_has_one_successor_at_a_time(town: Town) -> None:
    administrator = town[Role.TENANT_ADMINISTRATOR]
    path = f"{town.home}/keys/{(await made(town))['id']}/rotations"
    answers = await asyncio.gather(*(administrator.post(path, {}) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    [new] = [answer.json() for answer in answers if answer.status_code == 201]
    late = await administrator.post(path, {})
    assert (late.json()["code"], late.json()["facts"]) == ("key-rotated", {"id": new["id"]})
    await administrator.delete(f"{town.home}/keys/{new['id']}")
    assert (await administrator.post(path, {})).status_code == 201


async def test_a_repeat_of_a_rotation_makes_no_second_successor(town: Town) -> None:
    administrator = town[Role.TENANT_ADMINISTRATOR]
    path = f"{town.home}/keys/{(await made(town))['id']}/rotations"
    first = await administrator.post(path, {}, Idempotency_Key="draai")
    again = await administrator.post(path, {}, Idempotency_Key="draai")
    assert (first.status_code, again.status_code) == (201, 409)
    assert again.json()["code"] == "key-issued"
    other = f"{town.home}/keys/{(await made(town))['id']}/rotations"
    taken = await administrator.post(other, {}, Idempotency_Key="draai")
    assert (taken.status_code, taken.json()["code"]) == (409, "key-issued")


async def test_only_a_key_of_the_own_municipality_is_rotated(town: Town, other_town: Town) -> None:
    administrator = town[Role.TENANT_ADMINISTRATOR]
    other = await made(other_town)
    for key_id in (other["id"], "key-geen", "key%00"):
        answer = await administrator.post(f"{town.home}/keys/{key_id}/rotations", {})
        assert answer.status_code == 404
    path = f"{town.home}/keys/{(await made(town))['id']}/rotations"
    for body in (
        {"overlapHours": -1},
        {"overlapHours": 721},
        {"expiresAt": "2020-01-01T00:00:00Z"},
    ):
        assert (await administrator.post(path, body)).status_code == 400
    assert (await town.official.post(path, {})).status_code == 403


async def test_a_key_shows_when_it_was_last_used(app: Litestar, town: Town, project: str) -> None:
    administrator = town[Role.TENANT_ADMINISTRATOR]
    key = await made(town)
    path = f"{town.home}/keys/{key['id']}"
    uses = app.state["parts"].access.uses
    await uses.write()
    assert (await administrator.get(path)).json()["lastUsedAt"] is None
    before = datetime.now(UTC)
    await As(town.anyone.client, key["secret"]).get(f"{project}/events")
    await uses.write()
    used = datetime.fromisoformat((await administrator.get(path)).json()["lastUsedAt"])
    assert before <= used <= datetime.now(UTC)
    uses._used[town.code][key["id"]] = before - timedelta(days=1)  # told late by another process
    await uses.write()
    assert (await administrator.get(path)).json()["lastUsedAt"] == used.isoformat().replace(
        "+00:00", "Z"
    )
