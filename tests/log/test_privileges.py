"""What each role of the database may change, and that it may do nothing else: tried on every table.

A new table, or a new grant on one, is refused here until it is said below who may change it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from collections.abc import Set as AbstractSet

import asyncpg
import pytest
from tests.log.conftest import Log

from cocreate.log.connection import AnyConnection, Role, open_pool

Rights = Mapping[str, AbstractSet[str]]

_APPLICATION: Rights = {
    "cocreate.api_key": {
        "insert",
        "update (last_used_at)",
        "update (retires_at)",
        "update (revoked_at)",
    },
    "cocreate.command": {"insert"},
    "cocreate.cosigned_checkpoint": {"insert", "update"},
    "cocreate.event": {"insert"},
    "cocreate.log_head": {
        "insert",
        "update (counted)",
        "update (counted_on)",
        "update (position)",
        "update (projects)",
        "update (recorded_at)",
    },
    "cocreate.snapshot": {"insert", "update"},
    "cocreate.stream": {"insert", "update"},
    # Each with the event that says so, in one transaction.
    "cocreate.subscriber": {"insert", "update"},
    "cocreate.subscription": {"insert", "update"},
    "cocreate.follower": {
        "insert",
        "delete",
        *(
            f"update ({column})"
            for column in (
                "language",
                "asked_at",
                "confirmed_at",
                "position",
                "version",
                "due_at",
                "failures",
                "sender",
                "sending_until",
            )
        ),
    },
    "cocreate.webhook": {"insert", "update", "delete"},
    "cocreate.webhook_dead_letter": {"delete", "update (again)"},
    # Row-level security gives these to the application itself, and not to its members.
    "cocreate_keys.master": {"insert", "delete"},
    "cocreate_keys.municipality": {"insert", "update"},
    "cocreate_keys.person": {"insert", "delete", "update (number)", "update (wrapped)"},
    "cocreate_keys.webhook_secret": {
        "insert",
        "delete",
        "update (ends_at)",
        "update (number)",
        "update (wrapped)",
    },
}
MAY: Mapping[Role, Rights] = {
    "cocreate_app": _APPLICATION,
    "cocreate_projector": {
        **_APPLICATION,
        "cocreate.projection_checkpoint": {"insert", "update", "delete"},
        "cocreate.projection_parked": {"insert", "update", "delete"},
    },
    "cocreate_notary": {
        # Triggers see to it that these only grow.
        "cocreate.tile": {"insert", "update (content)", "update (width)"},
        "cocreate.tree": {
            "insert",
            "update (checkpoint)",
            "update (peaks)",
            "update (signed_at)",
            "update (size)",
        },
    },
}
"""All that a role may change, by table."""

TABLES = """
    select c.oid::regclass::text as name,
        array(select a.attname::text from pg_attribute a
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
        from pg_class c
        where c.relnamespace in ('cocreate'::regnamespace, 'cocreate_keys'::regnamespace)
            and c.relkind in ('r', 'p')
        order by 1
"""

TAKING_GUARDS_AWAY = (
    "truncate {table}",
    "drop table {table}",
    "alter table {table} disable trigger all",
    "alter table {table} disable trigger user",
    "alter table {table} disable row level security",
    "alter table {table} no force row level security",
    "alter table {table} add column other text",
    "alter table {table} drop column {column} cascade",
    "alter table {table} rename to other",
    "alter table {table} set schema public",
    "alter table {table} owner to {role}",
    "create policy other on {table} using (true)",
    "create trigger other before insert on {table} execute function cocreate.refuse_change()",
    "create rule other as on insert to {table} do instead nothing",
    "create index on {table} ({column})",
    "create table public.other () inherits ({table})",
)
"""What nobody but the owner of a table may do with it."""

TAKING_OVER = (
    "set session_replication_role = replica",
    "alter role {role} set session_replication_role = replica",
    "alter role {role} superuser",
    "alter role {role} bypassrls",
    "create role other",
    "create schema other",
    "create table cocreate.other ()",
    "create table cocreate_keys.other ()",
    "create extension file_fdw",
    "drop schema cocreate cascade",
    "drop trigger immutable on cocreate.event",
    "drop trigger grows on cocreate.tree",
    "drop policy own_tenant on cocreate.event",
    "alter policy own_tenant on cocreate.event using (true)",
    "alter policy own_tenant on cocreate_keys.person using (true)",
    "alter function cocreate.refuse_change() rename to other",
    "drop function cocreate.require_growth() cascade",
    (
        "create or replace function cocreate.refuse_change() returns trigger"
        " language plpgsql as 'begin return null; end'"
    ),
    "copy cocreate.municipality to program 'true'",
    "copy cocreate.municipality to '/tmp/other'",
    "select pg_read_file('PG_VERSION')",
    "select lo_import('/etc/hostname')",
)
"""What would let a role get round everything that guards the tables."""


@pytest.fixture(scope="module", params=list(MAY))
async def role(request: pytest.FixtureRequest) -> Role:
    role: Role = request.param
    return role


@pytest.fixture(scope="module")
async def connection(log: Log, role: Role) -> AsyncIterator[AnyConnection]:
    pool = await open_pool(log.dsn, role, size=1)
    async with pool.acquire() as connection:
        yield connection
    await pool.close()


async def refused(connection: AnyConnection, statement: str) -> bool:
    """Tell whether the database refuses a statement for want of a right; it never takes effect."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError as problem:
        # It would have the right, were it not for a policy or a trigger.
        guards = ("row-level security", "only grow", "immutable")
        return not any(guard in str(problem) for guard in guards)
    except asyncpg.IntegrityConstraintViolationError:
        return False  # it may, and it was no row
    else:
        return False
    finally:
        await transaction.rollback()


async def test_a_role_may_change_what_it_needs_to_and_nothing_else(
    log: Log, connection: AnyConnection, role: Role
) -> None:
    found: dict[str, set[str]] = {}
    tables = await log.admin.fetch(TABLES)
    for table, columns in tables:
        may = {
            action
            for action, statement in (
                ("insert", f"insert into {table} default values"),
                ("delete", f"delete from {table} where false"),
            )
            if not await refused(connection, statement)
        }
        changed = [
            column
            for column in columns
            if not await refused(connection, f'update {table} set "{column}" = default where false')
        ]
        whole = changed == columns
        may |= {"update"} if whole else {f"update ({column})" for column in changed}
        if may:
            found[table] = may
    assert len(tables) > 16 + len(_APPLICATION)
    assert found == MAY[role]


async def test_a_role_can_take_no_guard_away(
    log: Log, connection: AnyConnection, role: Role
) -> None:
    let_through = []
    for table, columns in await log.admin.fetch(TABLES):
        for statement in TAKING_GUARDS_AWAY:
            tried = statement.format(table=table, column=columns[-1], role=role)
            if not await refused(connection, tried):
                let_through.append(tried)
    assert let_through == []


@pytest.mark.parametrize("statement", TAKING_OVER)
async def test_a_role_cannot_get_round_the_guards(
    connection: AnyConnection, role: Role, statement: str
) -> None:
    assert await refused(connection, statement.format(role=role))
