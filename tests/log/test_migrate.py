"""A database is brought to the schema of this release, whoever does it and however many at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest
from tests.log.conftest import command, temporary_database

from cocreate.log import migrate as migrate_module
from cocreate.log.append import Appender, Taken
from cocreate.log.connection import open_pool
from cocreate.log.migrate import ChangedMigration, Migration, migrate, migrations
from cocreate.log.read import Reader
from cocreate.postgres import temporary_server

ALL = [migration.name for migration in migrations()]


@pytest.fixture
async def database(postgres_dsn: str) -> AsyncIterator[str]:
    """The address of an empty database."""
    async with temporary_database(postgres_dsn) as dsn:
        yield dsn


async def migrated(dsn: str) -> list[str]:
    connection = await asyncpg.connect(dsn)
    try:
        return await migrate(connection)
    finally:
        await connection.close()


async def applied(dsn: str) -> list[str]:
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch("select name from public.cocreate_migration order by name")
        return [row["name"] for row in rows]
    finally:
        await connection.close()


async def assert_it_works(dsn: str) -> None:
    """Register, append and read as the application would."""
    pool = await open_pool(dsn, "cocreate_app", size=2)
    try:
        assert await pool.fetchval("select current_user") == "cocreate_app"
        await pool.execute("select cocreate.register_municipality('GM0001', 'Test')")
        stream, appender = uuid4(), Appender(pool)
        results = await asyncio.gather(
            *(appender.append("GM0001", command(one, key=str(one))) for one in (stream, uuid4()))
        )
        assert [type(result) for result in results] == [Taken, Taken]
        assert len(await Reader(pool).stream("GM0001", stream)) == 1
        assert await Reader(pool).head("GM0001") == 2
    finally:
        await pool.close()


def test_migrations_are_numbered_without_a_gap() -> None:
    assert [int(name[:4]) for name in ALL] == list(range(1, len(ALL) + 1))


async def test_an_empty_database_is_brought_up_to_date_once(database: str) -> None:
    assert await migrated(database) == ALL
    assert await migrated(database) == []
    assert await applied(database) == ALL
    await assert_it_works(database)


async def test_of_many_processes_at_once_one_migrates(database: str) -> None:
    done = await asyncio.gather(*(migrated(database) for _ in range(8)))
    assert sorted(done) == [[]] * 7 + [ALL]
    await assert_it_works(database)


async def test_only_what_is_missing_is_applied(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = migrations()
    monkeypatch.setattr(migrate_module, "migrations", lambda: whole[:3])
    assert await migrated(database) == ALL[:3]
    monkeypatch.setattr(migrate_module, "migrations", lambda: whole)
    assert await migrated(database) == ALL[3:]
    await assert_it_works(database)


async def test_a_migration_that_was_changed_since_is_refused(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrated(database)
    changed = Migration(ALL[1], "select 1")
    new = Migration("9999_new", "create table public.new ()")
    monkeypatch.setattr(migrate_module, "migrations", lambda: [changed, new])
    with pytest.raises(ChangedMigration, match=ALL[1]):
        await migrated(database)
    assert await applied(database) == ALL


async def test_a_migration_that_fails_leaves_nothing_and_holds_nobody_up(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = migrations(), Migration("9999_bad", "create table public.half (); select 1/0")
    monkeypatch.setattr(migrate_module, "migrations", lambda: [*good, bad])
    connection = await asyncpg.connect(database)
    try:
        with pytest.raises(asyncpg.DivisionByZeroError):
            await migrate(connection)
        assert await connection.fetchval("select to_regclass('public.half')") is None
        assert await applied(database) == ALL
        # Although that connection is still there, another process gets its turn.
        monkeypatch.setattr(migrate_module, "migrations", lambda: good)
        assert await migrated(database) == []
    finally:
        await connection.close()


async def test_a_newer_release_may_have_been_here(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = migrations()
    newer = Migration("9999_newer", "create table public.newer ()")
    monkeypatch.setattr(migrate_module, "migrations", lambda: [*whole, newer])
    await migrated(database)
    monkeypatch.setattr(migrate_module, "migrations", lambda: whole)
    assert await migrated(database) == []


# -- on a server where nothing was made yet ------------------------------------------------------


@pytest.fixture(scope="module")
def fresh_server() -> Iterator[str]:
    """The address of a server of its own: roles belong to a whole server."""
    with temporary_server() as server:
        yield server.dsn("postgres")


@pytest.fixture
async def server(fresh_server: str) -> AsyncIterator[str]:
    """The same, without the roles that an earlier test made."""
    yield fresh_server
    admin = await asyncpg.connect(fresh_server)
    await admin.execute("drop role if exists cocreate_app, cocreate_projector, cocreate_notary")
    await admin.close()


async def test_many_databases_of_one_server_may_be_migrated_at_once(server: str) -> None:
    async with AsyncExitStack() as stack:
        databases = [await stack.enter_async_context(temporary_database(server)) for _ in range(6)]
        done = await asyncio.gather(*(migrated(database) for database in databases * 2))
        assert sorted(done) == [[]] * 6 + [ALL] * 6
        for database in databases:
            await assert_it_works(database)


async def test_an_owner_who_is_no_superuser_can_do_it_all(server: str) -> None:
    admin = await asyncpg.connect(server)
    await admin.execute("create role keeper login createrole")
    async with AsyncExitStack() as stack:
        first, second = [
            await stack.enter_async_context(temporary_database(server)) for _ in range(2)
        ]
        for dsn in (first, second):
            name = urlsplit(dsn).path.removeprefix("/")
            await admin.execute(f"alter database {name} owner to keeper")
            keeper = dsn.replace("//postgres@", "//keeper@")
            assert await migrated(keeper) == ALL
            await assert_it_works(keeper)
            await assert_nothing_can_be_changed(keeper)
        # Who may only act as the application can do its work, and no more.
        await admin.execute("create role clerk login in role cocreate_app")
        clerk = first.replace("//postgres@", "//clerk@")
        pool = await open_pool(clerk, "cocreate_app", size=1)
        assert await Reader(pool).head("GM0001") == 2
        await pool.close()
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await open_pool(clerk, "cocreate_projector", size=1)
    await admin.execute("drop role clerk")
    await admin.execute("drop role cocreate_projector, cocreate_app, cocreate_notary")
    await admin.execute("drop role keeper")
    await admin.close()


async def assert_nothing_can_be_changed(owner: str) -> None:
    connection = await asyncpg.connect(owner)
    try:
        await connection.execute("select set_config('cocreate.tenant', 'GM0001', false)")
        assert await connection.fetchval("select count(*) from cocreate.event") == 2
        for change in ("update cocreate.event set public = true", "delete from cocreate.event"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="events are immutable"):
                await connection.execute(change)
        await connection.execute("select set_config('cocreate.tenant', '', false)")
        assert await connection.fetchval("select count(*) from cocreate.event") == 0
    finally:
        await connection.close()


async def test_who_may_not_make_roles_is_told(server: str) -> None:
    admin = await asyncpg.connect(server)
    await admin.execute("create role plain login")
    async with temporary_database(server) as dsn:
        name = urlsplit(dsn).path.removeprefix("/")
        await admin.execute(f"alter database {name} owner to plain")
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="role"):
            await migrated(dsn.replace("//postgres@", "//plain@"))
    await admin.execute("drop role plain")
    await admin.close()
