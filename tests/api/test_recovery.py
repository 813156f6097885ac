"""Restarts, lost connections and a database that keeps silent: what was taken stays taken."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
from tests.api.conftest import As, Town
from tests.conftest import Template, prepared_database, served

from cocreate.app import create_app, prepare_database
from cocreate.settings import Settings

WISH = {"occurredOn": "2024-09-17", "title": "Licht"}

OURS = "datname = current_database() and pid <> pg_backend_pid() and usename is not null"


@pytest.fixture
async def admin(database: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


@contextlib.asynccontextmanager
async def held_log(database: str, code: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """Keep everyone from appending to the log of a municipality."""
    connection = await asyncpg.connect(database)
    try:
        await connection.execute("begin")
        await connection.execute(
            "select from cocreate.log_head where tenant_id = $1 for update", code
        )
        yield connection
    finally:
        await connection.close()


async def waiting(connection: asyncpg.Connection[asyncpg.Record]) -> int:
    """Wait until a connection waits for a lock, and give its process id."""
    while True:
        pid: int | None = await connection.fetchval(
            "select pid from pg_stat_activity"
            " where datname = current_database() and wait_event_type = 'Lock'"
            " and query not like '%tree%' limit 1"
        )
        if pid is not None:
            return pid
        await asyncio.sleep(0.01)


async def test_a_connection_that_is_lost_halfway_gives_503_and_a_repeat_is_safe(
    town: Town, project: str, database: str
) -> None:
    async with held_log(database, town.code) as holding:
        sent = asyncio.create_task(
            town.official.post(f"{project}/wishes", WISH, Idempotency_Key=project)
        )
        pid = await waiting(holding)
        await holding.execute("select pg_terminate_backend($1)", pid)
        answer = await sent
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "log-unavailable"
    again = await town.official.post(f"{project}/wishes", WISH, Idempotency_Key=project)
    assert again.status_code == 201
    assert again.json()["version"] == 2
    assert "idempotency-replayed" not in again.headers


async def test_lost_connections_are_opened_anew(
    town: Town, project: str, admin: asyncpg.Connection[asyncpg.Record]
) -> None:
    await asyncio.gather(*(town.take(project, "wishes", title="x") for _ in range(20)))
    await admin.execute(f"select pg_terminate_backend(pid) from pg_stat_activity where {OURS}")
    answer = await town.official.post(f"{project}/wishes", WISH)
    for _ in range(50):
        if answer.status_code == 201:
            break
        assert answer.status_code == 503
        await asyncio.sleep(0.05)
        answer = await town.official.post(f"{project}/wishes", WISH)
    assert answer.status_code == 201
    reads = [town.official.get(f"{project}/events") for _ in range(20)]
    assert {answer.status_code for answer in await asyncio.gather(*reads)} == {200}


async def test_commands_under_way_are_finished_before_the_process_stops(
    settings: Settings, town: Town, project: str, database: str
) -> None:
    async with held_log(database, town.code) as holding:
        async with served(create_app(settings)) as stopping:
            official = As(stopping, town.official.key)
            sent = asyncio.create_task(official.post(f"{project}/wishes", WISH))
            await waiting(holding)
            release = asyncio.create_task(_after(0.3, holding))
        await release
        answer = await sent
    assert answer.status_code == 201
    events = await town.official.get(f"{project}/events")
    assert [event["version"] for event in events.json()["events"]] == [1, 2]


async def _after(seconds: float, holding: asyncpg.Connection[asyncpg.Record]) -> None:
    await asyncio.sleep(seconds)
    await holding.execute("rollback")


async def test_after_a_restart_everything_is_there(
    settings: Settings, town: Town, project: str
) -> None:
    async with served(create_app(settings)) as before:
        official = As(before, town.official.key)
        first = await official.post(f"{project}/wishes", WISH, Idempotency_Key=project)
    assert first.status_code == 201
    with pytest.raises(httpx.ConnectError):
        async with httpx.AsyncClient(base_url=before.base_url) as late:
            await late.get("/v1/health/live")
    async with served(create_app(settings)) as after:
        official = As(after, town.official.key)
        again = await official.post(f"{project}/wishes", WISH, Idempotency_Key=project)
        assert again.json() == first.json()
        another = await official.post(f"{project}/wishes", WISH)
        assert another.json()["version"] == 3


async def test_readiness_follows_the_database(prepared: Template) -> None:
    async with (
        prepared_database(prepared) as dsn,
        served(create_app(Settings(database_url=dsn))) as client,
    ):
        assert (await client.get("/v1/health/ready")).json() == {"status": "ok"}
        admin = await asyncpg.connect(prepared.admin_dsn)
        name = urlsplit(dsn).path.removeprefix("/")
        await admin.execute(f"alter database {name} allow_connections false")
        await admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name
        )
        answer = await client.get("/v1/health/ready")
        await admin.execute(f"alter database {name} allow_connections true")
        await admin.close()
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert (await client.get("/v1/health/live")).status_code == 200
        assert (await client.get("/v1/health/ready")).status_code == 200


async def test_many_processes_may_prepare_a_database_at_once(prepared: Template) -> None:
    async with prepared_database(prepared) as dsn:
        applied = await asyncio.gather(*(prepare_database(dsn) for _ in range(5)))
        assert all(names == [] for names in applied)
