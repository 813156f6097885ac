"""A database is brought to the schema of this release, whoever does it and however many at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest
from tests.databases import temporary_database
from tests.log.conftest import DAY, MASTER, SENDER, command

from cocreate.domain.municipality import RegisterMunicipality
from cocreate.domain.subscription import AnnounceLeaving, CloseSubscription
from cocreate.log import migrate as migrate_module
from cocreate.log.append import Appender, Taken
from cocreate.log.closing import close
from cocreate.log.connection import open_pool
from cocreate.log.keys import Keys
from cocreate.log.migrate import ChangedMigration, Migration, migrate, migrations
from cocreate.log.read import Reader
from cocreate.log.subscriptions import Subscriptions
from cocreate.log.tokens import Secret
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


# -- while the release of before goes on ---------------------------------------------------------


async def test_events_of_before_have_salts_without_being_written_anew(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = migrations()
    monkeypatch.setattr(migrate_module, "migrations", lambda: whole[:10])
    await migrated(database)
    pool = await open_pool(database, "cocreate_app", size=2)
    admin = await asyncpg.connect(database)
    try:
        await pool.execute("select cocreate.register_municipality('GM0001', 'Test')")
        stream, appender = uuid4(), Appender(pool)
        for version in range(20):
            await appender.append("GM0001", command(stream, version))
        file = await admin.fetchval(EVENT_FILE)
        monkeypatch.setattr(migrate_module, "migrations", lambda: whole)
        await migrated(database)
        assert await admin.fetchval(EVENT_FILE) == file
        # As the release of before sends it, and as it reads.
        await appender.append("GM0001", command(stream, 20))
        [old] = await pool.fetch("select * from cocreate.read_log('GM0001', 20, 1)")
        assert len(old) == 12
        events = await Reader(pool).log("GM0001")
        again = await Reader(pool).stream("GM0001", stream)
        own = await admin.fetch("select salt from cocreate.event order by position")
    finally:
        await pool.close()
        await admin.close()
    assert [row["salt"] is None for row in own] == [True] * 20 + [False]
    assert events[20].salt == own[20]["salt"]
    assert {len(event.salt) for event in events} == {32}
    assert len({event.salt for event in events}) == 21
    assert events == again


EVENT_FILE = "select pg_relation_filenode('cocreate.event')"


async def test_what_the_release_of_before_calls_is_still_there(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Functions by their signatures, with the names of what they give."""
    whole = migrations()
    monkeypatch.setattr(migrate_module, "migrations", lambda: whole[:RELEASED])
    await migrated(database)
    before = await functions(database)
    monkeypatch.setattr(migrate_module, "migrations", lambda: whole)
    await migrated(database)
    now = {(name, taken): given for name, taken, given in await functions(database)}
    # Columns may have come to the end of what is given.
    gone = {
        (name, taken, given)
        for name, taken, given in before
        if not now.get((name, taken), "").startswith(given.removesuffix(")"))
    }
    assert gone == GONE
    assert len(before) > len(GONE) + 10


async def functions(dsn: str) -> set[tuple[str, str, str]]:
    """Give the functions of the log: name, arguments, and the columns or type of what they give."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            "select p.proname, pg_get_function_arguments(p.oid), case when r.relname is null"
            " then pg_get_function_result(p.oid) else 'TABLE(' || (select string_agg(format("
            "'%s %s', quote_ident(a.attname), format_type(a.atttypid, null)), ', ' order by attnum)"
            " from pg_attribute a where a.attrelid = r.oid and a.attnum > 0) || ')' end"
            " from pg_proc p left join pg_class r on r.reltype = p.prorettype"
            " where p.pronamespace = 'cocreate'::regnamespace"
        )
        return {(row[0], row[1], row[2]) for row in rows}
    finally:
        await connection.close()


RELEASED = 8
"""The migrations of the last release; what it calls must be there in the next."""
GONE = {("read_checkpoint", "p_tenant text, p_projection text", "bigint")}
"""What may be missing all the same: the projector of that release is stopped before the upgrade."""


async def test_a_migration_lets_others_pass_while_it_waits(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind it others would wait as well; it lets go, and has its turn once the lock is free."""
    await migrated(database)
    whole = migrations()
    late = Migration("9999_late", "alter table cocreate.event add column late text")
    monkeypatch.setattr(migrate_module, "migrations", lambda: [*whole, late])
    monkeypatch.setattr(migrate_module, "LOCK_MILLISECONDS", 50)
    monkeypatch.setattr(migrate_module, "GAP_SECONDS", 0.01)
    holding, passing = await asyncpg.connect(database), await asyncpg.connect(database)
    try:
        await holding.execute("begin; select from cocreate.event")
        migrating = asyncio.create_task(migrated(database))
        for _ in range(5):
            async with asyncio.timeout(5):
                await passing.fetch("select from cocreate.event")
        assert not migrating.done()
        await holding.execute("commit")
        assert await migrating == ["9999_late"]
    finally:
        await holding.close()
        await passing.close()


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
    await admin.execute(
        "drop role if exists cocreate_app, cocreate_projector, cocreate_notary, cocreate_webhooks"
    )
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
            await assert_a_municipality_can_be_closed(keeper)
        # Who may only act as the application can do its work, and no more.
        await admin.execute("create role clerk login in role cocreate_app")
        clerk = first.replace("//postgres@", "//clerk@")
        pool = await open_pool(clerk, "cocreate_app", size=1)
        assert await Reader(pool).head("GM0001") == 2
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="destroy_municipality"):
            await pool.execute("select cocreate.destroy_municipality('GM0001')")
        await pool.close()
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await open_pool(clerk, "cocreate_projector", size=1)
    await admin.execute("drop role clerk")
    await admin.execute(
        "drop role cocreate_projector, cocreate_app, cocreate_notary, cocreate_webhooks"
    )
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


async def assert_a_municipality_can_be_closed(owner: str) -> None:
    pool = await open_pool(owner, "cocreate_app", size=2)
    subscriptions = Subscriptions(pool, Appender(pool))
    await subscriptions.register(
        RegisterMunicipality(occurred_on=DAY, code="GM0002", name="Test"), SENDER
    )
    await Keys(pool, MASTER).seal("GM0002", [Secret(uuid4(), "p1", "name", "Sanne")])
    leaving = AnnounceLeaving(occurred_on=DAY, last_day=DAY, announced_by="college")
    await subscriptions.take("GM0002", leaving, SENDER)
    destroyed = await close(owner, "GM0002", CloseSubscription(occurred_on=DAY), SENDER)
    assert (destroyed.position, destroyed.persons) == (1, 1)
    assert await Reader(pool).head("GM0002") is None
    assert await Reader(pool).head("GM0001") == 2
    await pool.close()


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
