"""A transaction sees the municipality it names, and nothing of any other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from uuid import uuid4

import asyncpg
import pytest
from tests.log.conftest import MASTER, SENDER, Log, command

from cocreate.log.append import Appender
from cocreate.log.connection import AnyConnection, Role, act_for, open_pool
from cocreate.log.errors import UnknownProject
from cocreate.log.keys import Keys
from cocreate.log.read import Reader
from cocreate.log.tokens import Secret

WITH_TENANT = """
    select c.oid::regclass::text as name, c.relrowsecurity and c.relforcerowsecurity as guarded,
        c.relispartition as is_part
        from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace in ('cocreate'::regnamespace, 'cocreate_keys'::regnamespace)
            and c.relkind in ('r', 'p') and a.attname = 'tenant_id' and not a.attisdropped
        order by 1
"""
OPEN = {"cocreate.municipality"}
"""The directory of tenants is no secret."""
OF_THE_OPERATOR = {"cocreate.subscriber"}
"""What has rows of the operator alone."""
KEEP = """
    select cocreate.keep_standing($1, 'active', true, null, 'default', null, null, null, null)
"""


@pytest.fixture(scope="module")
async def tables(log: Log) -> list[str]:
    """Every guarded table that carries a tenant, each with a row of two municipalities."""
    rows = await log.admin.fetch(WITH_TENANT)
    # Nobody but the owner is granted anything on the parts of a table by themselves.
    left_out = {*OPEN, *OF_THE_OPERATOR}
    tables = [row["name"] for row in rows if row["name"] not in left_out and not row["is_part"]]
    for tenant in (ONE, OTHER):
        await log.pool.execute("select cocreate.register_municipality($1, 'Test')", tenant)
        await log.appender().append(tenant, command(uuid4(), key="k"))
        await log.pool.execute(
            "select cocreate.write_snapshot($1, $2, 1, 1::smallint, '')", tenant, uuid4()
        )
        await log.pool.execute(
            "select cocreate.add_api_key($1, $2, 'id', 'reader', 'Test', null)", tenant, b"hash"
        )
        await log.admin.execute(
            "insert into cocreate.projection_checkpoint (tenant_id, build) values ($1, 1)", tenant
        )
        await log.admin.execute(
            "insert into cocreate.projection_parked"
            " (tenant_id, build, project_id, position, reason) values ($1, 1, $2, 1, 'test')",
            tenant,
            uuid4(),
        )
        await log.admin.execute(
            "insert into cocreate.tree (tenant_id, origin) values ($1, 'test')", tenant
        )
        await log.admin.execute("insert into cocreate.tile values ($1, 0, 0, 1, $2)", tenant, b"x")
        await log.admin.execute("insert into cocreate.early_salt values ($1)", tenant)
        await log.pool.execute("select cocreate.keep_cosigned($1, 'w', 1, 1, '')", tenant)
        await Keys(log.pool, MASTER).seal(tenant, [Secret(uuid4(), "sanne", "name", "Sanne")])
        await log.pool.execute(KEEP, tenant)
        await log.pool.execute("select cocreate.add_webhook($1, 'w', null)", tenant)
        await log.admin.execute(
            "insert into cocreate.webhook_delivery"
            " (tenant_id, webhook, number, message, events, outcome, milliseconds)"
            " values ($1, 'w', 1, 'm', 1, 'delivered', 1)",
            tenant,
        )
        await log.admin.execute(
            "insert into cocreate.webhook_dead_letter"
            " (tenant_id, webhook, position, step, type, failures)"
            " values ($1, 'w', 1, 0, 'Noted', 5)",
            tenant,
        )
        project = await log.admin.fetchval(
            "select stream_id from cocreate.stream where tenant_id = $1 limit 1", tenant
        )
        await log.pool.execute(
            "select cocreate.ask_follower($1, $2, $3, '', 'sealed', 'mark', 'nl', '1 hour', 5)",
            tenant,
            uuid4(),
            project,
        )
        await log.admin.execute(
            "insert into cocreate_keys.webhook_secret values ($1, 'w', 1, 1, '')", tenant
        )
    for table in tables:
        seen = await log.admin.fetch(f"select distinct tenant_id from {table}")
        assert {row[0] for row in seen} - {"*"} == {ONE, OTHER}, f"{table} needs rows"
    return tables


ONE, OTHER = "GM9001", "GM9002"
HOW_FAR = {
    "cocreate.log_head",
    "cocreate.projection_checkpoint",
    "cocreate.projection_parked",
}
"""What the projector sees of every municipality."""
KEYS = {
    "cocreate_keys.municipality",
    "cocreate_keys.person",
    "cocreate_keys.webhook_secret",
}
"""What the application alone gets at."""
NOT_ITS_OWN: Mapping[Role, tuple[str, ...]] = {
    "cocreate_app": (
        "cocreate.projection_",
        "cocreate.tree",
        "cocreate.tile",
        "cocreate.early_salt",
        "cocreate.webhook_",
    ),
    "cocreate_projector": (
        "cocreate.tree",
        "cocreate.tile",
        "cocreate.early_salt",
        "cocreate.webhook_",
    ),
}
"""Where a role may not write at all."""


@pytest.fixture(scope="module", params=["cocreate_app", "cocreate_projector"])
async def role(request: pytest.FixtureRequest) -> Role:
    role: Role = request.param
    return role


@pytest.fixture
async def connection(log: Log, role: Role) -> AsyncIterator[AnyConnection]:
    pool = await open_pool(log.dsn, role, size=1)
    async with pool.acquire() as connection:
        yield connection
    await pool.close()


async def tenants_seen(connection: AnyConnection, table: str) -> set[str]:
    return {row[0] for row in await connection.fetch(f"select tenant_id from {table}")}


def seen_by(role: Role, table: str) -> set[str]:
    """Give the municipalities of which a role sees rows while it works in one."""
    if role == "cocreate_projector" and table in HOW_FAR:
        return {ONE, OTHER}
    return set() if role == "cocreate_projector" and table in KEYS else {ONE}


async def test_every_table_with_a_tenant_is_guarded_even_against_its_owner(
    log: Log, tables: list[str]
) -> None:
    known = ("event", "stream", "command", "snapshot", "log_head", "api_key", "tree", "tile")
    assert {f"cocreate.{table}" for table in known} | KEYS < set(tables)
    rows = await log.admin.fetch(WITH_TENANT)
    assert {row["name"] for row in rows if not row["guarded"]} == OPEN
    assert len(rows) > len(tables) + len(OPEN) + len(
        OF_THE_OPERATOR
    )  # the parts of tables are guarded as well


async def test_nothing_of_another_municipality_is_seen(
    connection: AnyConnection, role: Role, tables: list[str]
) -> None:
    async with connection.transaction():
        await act_for(connection, ONE)
        for table in tables:
            assert await tenants_seen(connection, table) - {"*"} == seen_by(role, table), table
        for table in OF_THE_OPERATOR:
            assert await tenants_seen(connection, table) == set(), table


async def test_nothing_is_written_for_another_municipality(
    connection: AnyConnection, role: Role, tables: list[str]
) -> None:
    for table in tables:
        if table.startswith(NOT_ITS_OWN[role]):
            continue
        async with connection.transaction():
            await act_for(connection, ONE)
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
                async with connection.transaction():
                    await connection.execute(
                        f"insert into {table} select (jsonb_populate_record(null::{table},"
                        " jsonb_build_object('tenant_id', $1::text))).* on conflict do nothing",
                        "GM9003",
                    )


async def test_nothing_of_another_municipality_is_changed(
    connection: AnyConnection, role: Role, tables: list[str]
) -> None:
    changed = set()
    async with connection.transaction():
        await act_for(connection, ONE)
        for table, column in await connection.fetch(CHANGEABLE, tables):
            update = f"update {table} set {column} = {column} where tenant_id = $1"
            assert await connection.execute(update, OTHER) == "UPDATE 0", (table, column)
            own = await connection.execute(update, ONE)
            assert own == f"UPDATE {len({ONE} & seen_by(role, table))}", (table, column)
            changed.add(table)
        for (table,) in await connection.fetch(DELETABLE, tables):
            removed = await connection.execute(f"delete from {table} where tenant_id = $1", OTHER)
            assert removed == "DELETE 0", table
            changed.add(table)
    assert changed >= {"cocreate.log_head", "cocreate.stream", "cocreate.snapshot", *KEYS}


CHANGEABLE = """
    select t::text, quote_ident(a.attname) from unnest($1::regclass[]) as t
        join pg_attribute a on a.attrelid = t and a.attnum > 0 and not a.attisdropped
        where has_column_privilege(t, a.attnum, 'update') and a.attidentity = ''
        order by 1, 2
"""
DELETABLE = """
    select t::text from unnest($1::regclass[]) as t where has_table_privilege(t, 'delete')
"""


SIGNED_FROM = {
    f"cocreate.{table}"
    for table in ("event", "early_salt", "log_head", "tile", "tree", "cosigned_checkpoint")
}
"""What the notary reads; of logs and trees it sees how far they are, and nothing else."""


async def test_the_notary_sees_one_municipality_and_little_of_it(
    log: Log, tables: list[str]
) -> None:
    pool = await open_pool(log.dsn, "cocreate_notary", size=1)
    try:
        async with pool.acquire() as connection, connection.transaction():
            await act_for(connection, ONE)
            for table in tables:
                if table in SIGNED_FROM:
                    far = table in {"cocreate.log_head", "cocreate.tree"}
                    expected = {ONE, OTHER} if far else {ONE}
                    assert await tenants_seen(connection, table) - {"*"} == expected, table
                else:
                    with pytest.raises(asyncpg.InsufficientPrivilegeError):
                        async with connection.transaction():
                            await tenants_seen(connection, table)
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
                await connection.execute("insert into cocreate.tree values ('GM9003', 'test')")
    finally:
        await pool.close()


SENT_FROM = {
    "cocreate.webhook",
    "cocreate.webhook_delivery",
    "cocreate.webhook_dead_letter",
    "cocreate.log_head",
    "cocreate.follower",
    "cocreate.stream",
}
SEEN_OF_ALL = {
    "cocreate.log_head",
    "cocreate.webhook",
    "cocreate.follower",
    "cocreate.stream",
}
"""What sends gets at: it sees how far all are that it sends to; events it does not read."""


async def test_what_sends_sees_how_far_webhooks_are_and_little_else(
    log: Log, tables: list[str]
) -> None:
    pool = await open_pool(log.dsn, "cocreate_webhooks", size=1)
    try:
        async with pool.acquire() as connection, connection.transaction():
            await act_for(connection, ONE)
            for table in tables:
                if table in SENT_FROM:
                    expected = {ONE, OTHER} if table in SEEN_OF_ALL else {ONE}
                    assert await tenants_seen(connection, table) - {"*"} == expected, table
                else:
                    with pytest.raises(asyncpg.InsufficientPrivilegeError):
                        async with connection.transaction():
                            await tenants_seen(connection, table)
            changed = await connection.execute(
                "update cocreate.webhook set failures = 9 where tenant_id = $1", OTHER
            )
            assert changed == "UPDATE 0"
            for hidden in (
                "select from cocreate_keys.webhook_secret",
                "select address from cocreate.follower",
                "select address_mark from cocreate.follower",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    async with connection.transaction():
                        await connection.fetch(hidden)
    finally:
        await pool.close()


async def test_without_a_municipality_there_is_nothing(
    connection: AnyConnection, role: Role, tables: list[str]
) -> None:
    how_far = HOW_FAR if role == "cocreate_projector" else set()
    for table in set(tables) - how_far:
        assert await tenants_seen(connection, table) == set(), table


@pytest.mark.parametrize("tenant", ["", ONE])
async def test_without_a_municipality_nothing_is_written(
    connection: AnyConnection, tables: list[str], tenant: str
) -> None:
    assert tables
    # After its first use the setting is empty rather than unset.
    assert await connection.fetchval("select cocreate.read_head($1, null)", ONE) == 1
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        await connection.execute(
            "insert into cocreate.stream (tenant_id, stream_id, version) values ($1, $2, 1)",
            tenant,
            uuid4(),
        )
    assert await connection.fetch("select from cocreate.stream") == []


async def test_the_functions_leave_no_municipality_set(
    connection: AnyConnection, tables: list[str]
) -> None:
    assert tables
    stream = uuid4()
    for call in (
        "select * from cocreate.read_log($1, 0, 10)",
        "select cocreate.read_head($1, null)",
        "select * from cocreate.read_command($1, 'k')",
        "select cocreate.register_municipality($1, 'Test')",
        f"select cocreate.read_version($1, '{stream}')",
        f"select * from cocreate.read_stream($1, '{stream}', 0, 10, 10)",
        f"select * from cocreate.read_history($1, '{stream}', 0, 1::smallint)",
        "select * from cocreate.list_api_keys($1)",
        "select cocreate.wake_webhook($1, 'w', true)",
        "select cocreate.redeliver($1, 'w', null)",
        "select * from cocreate.list_webhooks($1)",
        "select * from cocreate.list_deliveries($1, 'w', 10, 10)",
        "select * from cocreate.list_dead_letters($1, 'w', 0, 0, 10)",
        "select * from cocreate_keys.webhook_secrets($1, 'w')",
        "select cocreate.hold_log($1)",
    ):
        await connection.fetch(call, ONE)
        left = await connection.fetchval("select current_setting('cocreate.tenant', true)")
        assert not left, call


async def test_a_connection_goes_back_to_the_pool_with_no_municipality_set(log: Log) -> None:
    pool = await open_pool(log.dsn, "cocreate_app", size=1)
    naming = "select set_config('cocreate.tenant', $1, true)"
    tenant = await log.tenant()

    async def assert_nothing_is_left() -> None:
        assert not await pool.fetchval("select current_setting('cocreate.tenant', true)")
        assert await pool.fetch("select from cocreate.event") == []
        assert await pool.fetchval("select current_user") == "cocreate_app"

    async def fail() -> None:
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(naming, tenant)
            await connection.execute("select 1/0")

    try:
        await Appender(pool).append(tenant, command(uuid4()))
        await assert_nothing_is_left()
        with pytest.raises(asyncpg.DivisionByZeroError):
            await fail()
        await assert_nothing_is_left()
        # Handed back in the middle of a transaction, which asyncpg then rolls back.
        connection = await pool.acquire()
        await connection.execute("begin")
        await connection.execute(naming, tenant)
        await pool.release(connection)
        await assert_nothing_is_left()
    finally:
        await pool.close()


async def test_a_read_sees_the_municipality_it_names_alone(log: Log) -> None:
    live, reader = log.process(), Reader(log.pool)
    tenant, project = await log.project(live, "w")
    other, _ = await log.project(live)
    assert len(await reader.stream(tenant, project)) == 2
    assert await reader.stream(other, project) == []
    assert {one.project for one in await reader.log(other)}.isdisjoint({project})
    with pytest.raises(UnknownProject):
        await live.take(other, project, [], SENDER)
