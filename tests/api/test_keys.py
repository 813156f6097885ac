"""Keys are made, listed and revoked by the administrator; the operator makes the first."""

from __future__ import annotations

import httpx
import pytest
from tests.api.conftest import As, Town, found_town
from tests.conftest import OPERATOR_KEY

from cocreate.api.examples import KEY_EXAMPLE
from cocreate.api.keys import issue_key
from cocreate.domain.vocabulary import Role
from cocreate.log.connection import open_pool
from cocreate.log.errors import UnknownMunicipality


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
