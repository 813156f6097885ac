"""Who sends a request: a key is looked up in its own municipality, by its hash."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import asyncpg
import httpx
import pytest
from tests.api.conftest import As, Town

from cocreate.domain.vocabulary import Role

WISH = {"occurredOn": "2024-09-17", "title": "Licht"}


async def test_a_write_without_a_key_is_asked_for_one(town: Town, project: str) -> None:
    answer = await town.anyone.post(f"{project}/wishes", WISH)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "unauthenticated"


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer",
        "Bearer x",
        "Basic dXNlcjpwYXNz",
        "Bearer cck_GM9999_" + "x" * 43,
        "Bearer cck_OP_" + "x" * 43,
        "Bearer cck_*_" + "x" * 43,
        "Bearer cck_GM0001_" + "x" * 42,
        "Bearer cck_GM0001_" + "x" * 44,
        "Bearer sk_GM0001_" + "x" * 43,
        "Bearer cck_gm0001_" + "x" * 43,
        "Bearer  cck_GM0001_" + "x" * 43,
    ],
)
async def test_what_is_no_valid_key_opens_nothing(
    project: str, client: httpx.AsyncClient, authorization: str
) -> None:
    headers = {"Authorization": authorization}
    write = await client.post(f"{project}/wishes", json=WISH, headers=headers)
    read = await client.get(f"{project}/events", headers=headers)
    assert (write.status_code, read.status_code) == (401, 401)
    assert "www-authenticate" in read.headers


async def test_the_scheme_may_be_written_in_any_case(
    town: Town, project: str, client: httpx.AsyncClient
) -> None:
    headers = {"Authorization": f"bearer {town.official.key}"}
    answer = await client.post(f"{project}/wishes", json=WISH, headers=headers)
    assert answer.status_code == 201


async def test_a_key_that_differs_in_one_character_is_another(town: Town, project: str) -> None:
    key = town.official.key or ""
    other = key[:-1] + ("A" if key[-1] != "A" else "B")
    answer = await As(town.official.client, other).post(f"{project}/wishes", WISH)
    assert answer.status_code == 401


async def test_a_revoked_key_opens_nothing_any_more(town: Town, project: str) -> None:
    administrator = town[Role.TENANT_ADMINISTRATOR]
    made = await administrator.post(f"{town.home}/keys", {"role": "official", "label": "x"})
    holder = As(town.official.client, made.json()["secret"])
    assert (await holder.post(f"{project}/wishes", WISH)).status_code == 201
    gone = await administrator.delete(f"{town.home}/keys/{made.json()['id']}")
    assert gone.status_code == 204
    assert (await holder.post(f"{project}/wishes", WISH)).status_code == 401


async def test_an_expired_key_opens_nothing(town: Town, project: str, database: str) -> None:
    secret = f"cck_{town.code}_{secrets.token_urlsafe(32)}"
    connection = await asyncpg.connect(database)
    await connection.execute(
        "select cocreate.add_api_key($1, $2, 'key-old', 'official', 'x', $3)",
        town.code,
        sha256(secret.encode()).digest(),
        datetime.now(UTC) - timedelta(seconds=1),
    )
    await connection.close()
    answer = await As(town.official.client, secret).post(f"{project}/wishes", WISH)
    assert answer.status_code == 401


async def test_a_key_expires_while_it_is_kept_in_memory(town: Town, project: str) -> None:
    until = datetime.now(UTC) + timedelta(seconds=1)
    made = await town[Role.TENANT_ADMINISTRATOR].post(
        f"{town.home}/keys", {"role": "official", "label": "x", "expiresAt": until.isoformat()}
    )
    holder = As(town.official.client, made.json()["secret"])
    assert (await holder.post(f"{project}/wishes", WISH)).status_code == 201
    while datetime.now(UTC) <= until:
        await holder.post(f"{project}/wishes", WISH)
    assert (await holder.post(f"{project}/wishes", WISH)).status_code == 401


async def test_the_log_names_the_key_that_recorded_an_event(town: Town, project: str) -> None:
    made = await town[Role.TENANT_ADMINISTRATOR].post(
        f"{town.home}/keys", {"role": "clerk", "label": "Griffie"}
    )
    clerk = As(town.official.client, made.json()["secret"])
    taken = await clerk.post(
        f"{project}/milestones", {"occurredOn": "2024-09-17", "title": "Licht aan"}
    )
    event = await town[Role.AUDITOR].get(taken.headers["location"])
    assert event.json()["actor"] == made.json()["id"]
    assert event.json()["actorRole"] == "clerk"
    public = await town.anyone.get(taken.headers["location"])
    assert "actor" not in public.json()


async def test_no_secret_is_stored(town: Town, database: str) -> None:
    connection = await asyncpg.connect(database)
    rows = await connection.fetch("select k::text as whole from cocreate.api_key k")
    await connection.close()
    assert rows
    for person in town.people.values():
        if person.key is not None:
            random = person.key.split("_", 2)[2]
            assert not any(random in row["whole"] for row in rows)
