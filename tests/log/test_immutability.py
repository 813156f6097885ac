"""What was recorded stays as it was recorded: the database itself refuses anything else."""

from __future__ import annotations

from uuid import uuid4

import asyncpg
import pytest
from tests.log.conftest import Log, command

from cocreate.log.connection import act_for

CHANGES = {
    "UPDATE": "update cocreate.{table} set version = 2",
    "DELETE": "delete from cocreate.{table}",
    "TRUNCATE": "truncate cocreate.{table}",
}
TABLES = ["event", "command"]


@pytest.fixture(scope="module")
async def tenant(log: Log) -> str:
    tenant = await log.tenant()
    await log.appender().append(tenant, command(uuid4(), key="k"))
    return tenant


async def count(log: Log, table: str) -> int:
    number: int = await log.admin.fetchval(f"select count(*) from cocreate.{table} where version=1")
    return number


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
async def test_the_application_may_not_change_the_log(
    log: Log, tenant: str, table: str, change: str
) -> None:
    async with log.pool.acquire() as connection, connection.transaction():
        await act_for(connection, tenant)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            async with connection.transaction():
                await connection.execute(CHANGES[change].format(table=table))
    assert await count(log, table) == 1


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
async def test_nor_may_the_owner_and_the_refusal_says_why(
    log: Log, tenant: str, table: str, change: str
) -> None:
    assert tenant
    told = rf"events are immutable: {change} on {table}(_\d+)? is refused"  # or on a shard of it
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match=told):
        await log.admin.execute(CHANGES[change].format(table=table))
    assert await count(log, table) == 1


@pytest.mark.parametrize("table", TABLES)
async def test_nor_by_way_of_an_insert_that_updates(log: Log, tenant: str, table: str) -> None:
    keys = {"event": "(tenant_id, position)", "command": "(tenant_id, key)"}
    async with log.pool.acquire() as connection, connection.transaction():
        await act_for(connection, tenant)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            async with connection.transaction():
                await connection.execute(
                    f"insert into cocreate.{table} select * from cocreate.{table}"
                    f" on conflict {keys[table]} do update set version = 9"
                )
    assert await count(log, table) == 1


async def test_a_position_is_given_once(log: Log, tenant: str) -> None:
    async with log.pool.acquire() as connection, connection.transaction():
        await act_for(connection, tenant)
        recorded = await connection.fetchrow(
            "select * from cocreate.event where tenant_id = $1 limit 1", tenant
        )
        assert recorded is not None
        with pytest.raises(asyncpg.UniqueViolationError):
            async with connection.transaction():
                await connection.execute(
                    "insert into cocreate.event values"
                    " ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                    *recorded,
                )


@pytest.mark.parametrize(
    "forbidden",
    [
        "alter table cocreate.event disable trigger immutable",
        "drop trigger immutable on cocreate.event",
        "alter table cocreate.event no force row level security",
        "drop policy own_tenant on cocreate.event",
        "drop table cocreate.event",
        "create table cocreate.other ()",
        "set session_replication_role = replica",
        "alter function cocreate.refuse_change() rename to other",
    ],
)
async def test_the_application_may_not_take_the_guards_away(log: Log, forbidden: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await log.pool.execute(forbidden)
