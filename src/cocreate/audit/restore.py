"""Restoring a backup into an empty database, and showing that it is what was backed up.

Keys of people come back in one transaction with the erasures that the restored logs certify:
whoever was erased before the backup of the logs is never readable again, not for a moment. Who was
erased after it is in no certificate that came back; docs/operation.md says how that is kept from
happening.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from cocreate.audit.backup import (
    DUMP,
    KEY_TABLES,
    BackupUnusable,
    LogState,
    Manifest,
    Role,
    copy_of,
    open_unrestricted,
    read_manifest,
    run_tool,
)
from cocreate.audit.doctor import Examination, examine
from cocreate.audit.guards import Finding
from cocreate.domain.steps.record import PersonErased
from cocreate.log.codec import ALL_EVENTS, Codec
from cocreate.log.connection import AnyConnection
from cocreate.log.master import KeyManagement
from cocreate.log.migrate import migrate, migrations
from cocreate.projections.builds import install

UNHURRIED: Final = timedelta(days=36_500)
"""How long a log may be ahead of its tree here: nobody signs while it is restored."""


class Restored(msgspec.Struct, frozen=True):
    """What came back."""

    logs: Sequence[LogState]
    keys: int
    """How many keys of people."""
    destroyed: int
    """How many more were in the backup, of people who were erased or whose municipality left."""


async def restore(dsn: str, folder: Path, keys: Path | None = None) -> Restored:
    """Restore a backup of the logs into an empty database, and one of the keys beside it.

    Brings the database to this release. Raises
    :class:`~cocreate.audit.backup.BackupUnusable`.
    """
    manifest = read_manifest(folder, "log")
    _require_known(manifest)
    if keys is not None:
        _require_kept(read_manifest(keys, "keys"), keys)
    connection = await open_unrestricted(dsn)
    try:
        if await connection.fetchval("select to_regnamespace('cocreate') is not null"):
            message = "The database is not empty: restore into a new one"
            raise BackupUnusable(message)
        await _make_roles(connection, manifest.roles)
        await run_tool(
            "pg_restore", dsn, "--no-owner", "--exit-on-error", "--single-transaction",
            str(folder / DUMP),
        )  # fmt: skip
        await migrate(connection)
        await install(connection)
        held, destroyed = 0, 0
        if keys is not None:
            held, destroyed = await _bring_back_keys(connection, keys)
    finally:
        await connection.close()
    return Restored(manifest.logs, held, destroyed)


async def verify_restored(
    dsn: str, logs: Sequence[LogState], master: KeyManagement | None
) -> AsyncIterator[Finding]:
    """Yield what is not as it was backed up: positions, roots over all events, what guards them."""
    connection = await open_unrestricted(dsn)
    try:
        for state in logs:
            row = await connection.fetchrow(_STATE, state.municipality)
            position, checkpoint = (row["position"], row["checkpoint"]) if row else (None, None)
            if position != state.position:
                yield Finding(
                    f"log of {state.municipality}",
                    f"it ends at position {position}, and ended at {state.position} in the backup",
                    _ANOTHER,
                )
            kept = None if checkpoint is None else checkpoint.decode()
            if kept != state.checkpoint:
                yield Finding(
                    f"tree of {state.municipality}",
                    "its checkpoint is not the one of the backup",
                    _ANOTHER,
                )
    finally:
        await connection.close()
    examination = Examination(signing=None, master=master, patience=UNHURRIED)
    async for finding in examine(dsn, examination):
        yield finding


_ANOTHER = "restore again, from another copy of the backup"
_STATE = (
    "select h.position, t.checkpoint from cocreate.log_head h"
    " left join cocreate.tree t using (tenant_id) where h.tenant_id = $1"
)


def _require_known(manifest: Manifest) -> None:
    known = {migration.name for migration in migrations()}
    later = [name for name in manifest.migrations if name not in known]
    if later:
        message = f"The backup is of a later release ({', '.join(later)}): restore with that one"
        raise BackupUnusable(message)


def _require_kept(manifest: Manifest, folder: Path) -> None:
    """Refuse keys that were to be destroyed: those who were erased since might be in no log."""
    if manifest.keep_until is None or manifest.keep_until < datetime.now(UTC):
        message = f"The keys in {folder} were to be destroyed by {manifest.keep_until:%Y-%m-%d}"
        raise BackupUnusable(message)


async def _make_roles(connection: AnyConnection, roles: Sequence[Role]) -> None:
    """Make the roles that the dump grants something to: they belong to a server, not a database."""
    for role in roles:
        if not await connection.fetchval("select to_regrole($1) is not null", role.name):
            await connection.execute(await _said(connection, "create role %I nologin", role.name))
    for role in roles:
        for other in role.member_of:
            await connection.execute(await _said(connection, "grant %I to %I", other, role.name))
        if not await connection.fetchval(_MAY_ACT, role.name):
            await connection.execute(await _said(connection, "grant %I to current_user", role.name))


# From PostgreSQL 16 on, whoever creates a role is a member of it, but may not yet act as it.
_MAY_ACT = (
    "select pg_has_role(current_user, $1, case"
    " when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end)"
)


async def _said(connection: AnyConnection, statement: str, *names: str) -> str:
    said: str = await connection.fetchval(
        "select format($1, variadic $2::text[])", statement, names
    )
    return said


async def _bring_back_keys(connection: AnyConnection, folder: Path) -> tuple[int, int]:
    """Load the keys and destroy those that were destroyed before, in one transaction.

    Those are the keys of people whose erasure is certified, and all of a municipality that has no
    log any more.
    """
    async with connection.transaction():
        await connection.execute("set constraints all deferred")
        for table in KEY_TABLES:
            await connection.copy_to_table(
                table, schema_name="cocreate_keys", source=folder / copy_of(table)
            )
        destroyed = await _destroy_again(connection) + await _erase_again(connection)
        held: int = await connection.fetchval("select count(*) from cocreate_keys.person")
    return held, destroyed


async def _destroy_again(connection: AnyConnection) -> int:
    await connection.execute(
        "delete from cocreate_keys.municipality"
        " where tenant_id not in (select h.tenant_id from cocreate.log_head h)"
    )
    rows = await connection.fetch(
        "delete from cocreate_keys.person"
        " where tenant_id not in (select h.tenant_id from cocreate.log_head h) returning key_id"
    )
    return len(rows)


async def _erase_again(connection: AnyConnection) -> int:
    codec, destroyed = Codec(ALL_EVENTS), 0
    certificates = await connection.fetch(
        "select tenant_id, schema_version, data from cocreate.event where type = $1",
        PersonErased.__name__,
    )
    for row in certificates:
        event = codec.decode(PersonErased.__name__, row["schema_version"], row["data"])
        assert isinstance(event, PersonErased)  # noqa: S101 - its type says so
        destroyed += len(
            await connection.fetch(
                "delete from cocreate_keys.person where tenant_id = $1"
                " and encode(sha256(convert_to(key_id, 'UTF8')), 'hex') = any($2) returning key_id",
                row["tenant_id"],
                list(event.keys),
            )
        )
    return destroyed
