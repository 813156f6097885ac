"""Bring a database to the schema of this release.

Migrations are the numbered files in ``schema/``, applied once each, in order, every one in a
transaction of its own. Many processes may start at once: one migrates, the others wait. The queue
of jobs is brought up to date by its library after them.

A release goes on to serve while the next migrates. So no migration waits long for a lock: whoever
came after it would wait behind it, for as long as some long transaction takes. It lets go, and
tries again. What a migration may do besides is in docs/operation.md, and a test holds it to that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha256
from importlib.resources import files

import asyncpg
import msgspec

from cocreate.log import citus
from cocreate.log.connection import AnyConnection

ADVISORY_LOCK = 0x636F_6372_6561_7465
"""The lock under which migrations run: the bytes of ``cocreate``."""
LOCK_MILLISECONDS = 2_000
"""For how long a migration waits for a lock, and so holds up others, before it tries again."""
ATTEMPTS = 60
GAP_SECONDS = 1.0
"""How long others have their turn between two attempts."""


class Migration(msgspec.Struct, frozen=True):
    """One numbered change of the schema."""

    name: str
    sql: str

    @property
    def fingerprint(self) -> bytes:
        """The SHA-256 of the SQL, so that a changed migration is found out."""
        return sha256(self.sql.encode()).digest()


class ChangedMigration(Exception):  # noqa: N818
    """A migration that was applied no longer reads as it did then."""


def migrations() -> Sequence[Migration]:
    """Give the migrations of this release, in order."""
    folder = files("cocreate.log") / "schema"
    return [
        Migration(file.name.removesuffix(".sql"), file.read_text(encoding="utf-8"))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".sql")
    ]


async def migrate(connection: AnyConnection, *, over_citus: bool = False) -> list[str]:
    """Apply what is missing and give the names of what was applied.

    With ``over_citus``, the tables are spread over a cluster, and their names are given too. Once
    they are, so is what later migrations make.

    Raises :class:`ChangedMigration` when an applied migration was edited since,
    ``asyncpg.LockNotAvailableError`` where others hold what it needs for minutes on end, and
    :class:`~cocreate.log.citus.CitusMissing` where there is no cluster.
    """
    await connection.execute("select pg_advisory_lock($1)", ADVISORY_LOCK)
    try:
        if over_citus:
            await citus.require(connection)
        done = await _apply(connection)
        if over_citus or (done and await citus.is_spread(connection)):
            done += await citus.spread(connection)
        return done
    finally:
        await connection.execute("select pg_advisory_unlock($1)", ADVISORY_LOCK)


async def _apply(connection: AnyConnection) -> list[str]:
    await connection.execute(
        "create table if not exists public.cocreate_migration ("
        " name text primary key, fingerprint bytea not null,"
        " applied_at timestamptz not null default now())"
    )
    rows = await connection.fetch("select name, fingerprint from public.cocreate_migration")
    applied = {row["name"]: row["fingerprint"] for row in rows}
    # What is spread already is changed on every node; else it is spread when all is there.
    spread = await citus.is_spread(connection)
    ready = citus.change_everywhere if spread else citus.keep_here
    done = []
    for migration in migrations():
        if migration.name in applied:
            if applied[migration.name] != migration.fingerprint:
                message = f"Migration {migration.name} was changed after it was applied"
                raise ChangedMigration(message)
            continue
        await _apply_one(connection, migration, ready)
        done.append(migration.name)
    if done:
        # Whoever serves looks whether all of it is there.
        await connection.execute("grant select on public.cocreate_migration to cocreate_app")
    # Here, since its library takes longer to import than all else that most commands need.
    from cocreate.log.queue import SCHEMA, install_queue  # noqa: PLC0415

    if await connection.fetchval("select to_regnamespace($1) is not null", SCHEMA):
        await install_queue(connection)
    return done


async def _apply_one(
    connection: AnyConnection,
    migration: Migration,
    ready: Callable[[AnyConnection], Awaitable[None]],
) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with connection.transaction():
                await connection.execute(f"set local lock_timeout = {LOCK_MILLISECONDS}")
                await ready(connection)
                await connection.execute(migration.sql)
                await connection.execute(
                    "insert into public.cocreate_migration (name, fingerprint) values ($1, $2)",
                    migration.name,
                    migration.fingerprint,
                )
        except asyncpg.LockNotAvailableError:
            if attempt == ATTEMPTS:
                raise
            await asyncio.sleep(GAP_SECONDS)
        else:
            return
