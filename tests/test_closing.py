"""The end of a municipality: it takes its data along, and nothing is left but a certificate."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path

import asyncpg
import httpx
import pytest
from tests.api.conftest import As, Town, found_town
from tests.conftest import MASTER_KEY, served
from tests.test_privacy_commands import cocreate

from cocreate.api.examples import SETTINGS_EXAMPLE, STEP_EXAMPLES
from cocreate.app import create_app
from cocreate.audit.verify import verify
from cocreate.domain.errors import LastDayNotOver, SubscriptionIs
from cocreate.domain.subscription import CloseSubscription
from cocreate.domain.vocabulary import Role
from cocreate.log.closing import close
from cocreate.log.errors import UnknownMunicipality
from cocreate.log.live import Sender
from cocreate.log.tree.keys import VerifierKey
from cocreate.settings import Settings

OPERATOR = Sender(actor="tester", actor_role="operator")
CLOSE = CloseSubscription(occurred_on=date(2024, 7, 1))
LEFT = {"occurredOn": "2024-01-02", "lastDay": "2024-06-30", "announcedBy": "college"}
WISH = {"occurredOn": "2024-09-17", "title": "Licht"}

TABLES = """
    select format('%I.%I', n.nspname, c.relname) as name,
        bool_or(a.attname = 'tenant_id') as of_tenants
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
        group by 1
"""


async def rows_of(database: str, code: str) -> dict[str, int]:
    """Count the rows that name a municipality, in every table there is but the operator's own."""
    connection = await asyncpg.connect(database)
    counts = [
        f"select '{row['name']}' as name, count(*) as rows from {row['name']} t"
        f" where t::text like '%' || $1 || '%' {OF_OTHERS if row['of_tenants'] else ''}"
        for row in await connection.fetch(TABLES)
    ]
    found = await connection.fetch(" union all ".join(counts), code)
    await connection.close()
    return {row["name"]: row["rows"] for row in found if row["rows"]}


OF_OTHERS = "and t.tenant_id <> '*'"


async def fill(town: Town) -> str:
    """Have a municipality leave something everywhere, and give the path of a project."""
    administrator = town[Role.TENANT_ADMINISTRATOR]
    project = await town.start()
    said = {"kind": "resident", "position": "external", "name": "Sanne de Wit"}
    await town.take(project, "parties", party="sanne", **said)
    for noun in ("wishes", "approvals", "obstacles"):
        await town.official.post(f"{project}/{noun}", STEP_EXAMPLES[noun], Idempotency_Key=noun)
    last = await town.take(project, "wishes", title="Licht")
    await administrator.post(f"{town.home}/settings", SETTINGS_EXAMPLE)
    await town[Role.AUDITOR].get(f"{project}/events")
    await town.anyone.get(f"{last['resources'][0]['href']}/receipt")
    await town.anyone.get(f"{project}/timeline?minPosition={last['position']}")
    await town.anyone.get(f"{town.home}/statistics?minPosition={last['position']}")
    return project


async def leave(town: Town) -> None:
    path = f"/v1/subscriptions/{town.code}/leaving-announcements"
    answer = await town[Role.OPERATOR].post(path, LEFT)
    assert answer.status_code == 201, answer.text


async def test_a_municipality_takes_its_data_along_and_nothing_of_it_is_left(
    client: httpx.AsyncClient, settings: Settings, database: str, tmp_path: Path
) -> None:
    town, other = await found_town(client), await found_town(client)
    project, others = await fill(town), await fill(other)
    checkpoint = await town.anyone.get(f"{town.home}/tree/checkpoint")
    assert checkpoint.status_code == 200
    before, kept = await rows_of(database, town.code), await rows_of(database, other.code)
    assert {"cocreate.event", "cocreate.tile", "cocreate_keys.person"} <= before.keys()
    assert any(name.startswith("timeline_") for name in before)
    await leave(town)
    environment = {
        "COCREATE_MASTER_KEY": MASTER_KEY,
        "COCREATE_PUBLIC_URL": settings.public_url,
        "COCREATE_SIGNING_KEYS_FILE": str(settings.signing_keys_file),
    }
    exported = await cocreate(
        database, "municipality", "export", town.code, str(tmp_path), **environment
    )
    assert exported.code == 0, exported.errors
    keys = (await town.anyone.get(f"{town.home}/tree/verifier-keys")).json()["keys"]
    with (tmp_path / "log.zip").open("rb") as file:
        verified = verify(file, keys=[VerifierKey.parse(key) for key in keys])
    [person] = (tmp_path / "people.jsonl").read_text().splitlines()
    assert "Sanne de Wit" in person

    async with served(create_app(settings, project=False)) as elsewhere:
        there = As(elsewhere, town.official.key)
        assert (await there.get(f"{project}/timeline")).status_code == 200
        closed = await cocreate(database, "municipality", "close", town.code, "--yes")
        assert closed.code == 0, closed.errors
        assert "is closed" in closed.said
        assert await rows_of(database, town.code) == {}
        for someone in (town.official, town.anyone, there, As(elsewhere, None)):
            for path in (f"{project}/timeline", town.home, f"{town.home}/tree/checkpoint"):
                answer = await someone.get(path)
                assert answer.status_code in (401, 410), (path, answer.text)
            answer = await someone.post(f"{project}/wishes", WISH)
            assert answer.status_code in (401, 410), answer.text
        for operator in (town[Role.OPERATOR], As(elsewhere, town[Role.OPERATOR].key)):
            answer = await operator.get(town.home)
            assert (answer.status_code, answer.json()["code"]) == (410, "subscription-closed")
        assert (await other.official.get(town.home)).status_code == 404
    assert await rows_of(database, town.code) == {}
    after = await rows_of(database, other.code)
    assert {name: after.get(name) for name in kept} == kept
    assert (await other.official.post(f"{others}/wishes", WISH)).status_code == 201

    found = (await town[Role.OPERATOR].get(f"/v1/subscriptions/{town.code}")).json()
    destroyed = found["destroyed"]
    assert found["state"] == "closed"
    assert destroyed["position"] >= verified.description.size
    assert (destroyed["projects"], destroyed["keys"], destroyed["persons"]) == (1, 5, 1)
    again = await town[Role.OPERATOR].post(
        "/v1/municipalities", {"occurredOn": "2024-01-02", "code": town.code, "name": "Weer"}
    )
    assert (again.status_code, again.json()["code"]) == (409, "subscription-state")


async def test_only_one_that_left_is_closed_and_once(
    client: httpx.AsyncClient, database: str
) -> None:
    town = await found_town(client)
    with pytest.raises(SubscriptionIs):
        await close(database, town.code, CLOSE, OPERATOR)
    with pytest.raises(UnknownMunicipality):
        await close(database, "GM9996", CLOSE, OPERATOR)
    await leave(town)
    with pytest.raises(LastDayNotOver):
        await close(
            database,
            town.code,
            CLOSE,
            OPERATOR,
            clock=lambda: datetime(2024, 6, 30, 21, 59, tzinfo=UTC),  # 23:59 in Amsterdam
        )
    assert (await town.official.get(town.home)).status_code == 200
    twice = await asyncio.gather(*(close(database, town.code, CLOSE, OPERATOR) for _ in range(2)))
    assert twice[0] == twice[1]
