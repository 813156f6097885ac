"""Backups: the logs and all that belongs to them in one folder, the keys of people in another.

log backup backup.json, database.dump for as long as the Archiefwet asks key backup backup.json,
*.copy seven days, and then destroyed

A key in an old backup would undo an erasure, so a log backup has the tables of the keys and nothing
in them. Both are of one moment each: what is written meanwhile is in neither or in all of it. The
dump is that of PostgreSQL's own ``pg_dump``; beside it stands how far each log and its tree were,
to hold what is restored against.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import file_digest
from pathlib import Path
from typing import Final, Literal
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg
import msgspec

from cocreate.log import citus
from cocreate.log.connection import AnyConnection
from cocreate.postgres import EmbeddedServerError, bin_folder

MANIFEST: Final = "backup.json"
DUMP: Final = "database.dump"
KEY_TABLES: Final = ("master", "municipality", "person")
KEYS_KEPT: Final = timedelta(days=7)
"""For how long a backup of keys may be kept: so long an erasure could be undone with it."""

Kind = Literal["log", "keys"]


class BackupUnusable(OSError):  # noqa: N818 - OSError, since it is what was given that is wrong
    """A backup cannot be made, or is not what it was; the text says what to do."""


class LogState(msgspec.Struct, frozen=True, rename="camel"):
    """How far a log and its tree were."""

    municipality: str
    position: int
    checkpoint: str | None
    """The signed note of its tree, where one was signed."""


class Role(msgspec.Struct, frozen=True, rename="camel"):
    """A role that the database grants something to, and the roles it is a member of."""

    name: str
    member_of: Sequence[str]


class Manifest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a backup holds."""

    kind: Kind
    release: str
    made_at: datetime
    files: Mapping[str, str]
    """The SHA-256 of each file, in hexadecimal."""
    migrations: Sequence[str]
    roles: Sequence[Role] = ()
    logs: Sequence[LogState] = ()
    keep_until: datetime | None = None


async def back_up(dsn: str, folder: Path) -> Manifest:
    """Write a backup of the logs into a new folder.

    Raises :class:`BackupUnusable`.
    """
    connection = await open_unrestricted(dsn)
    try:
        if await citus.is_spread(connection):
            # A snapshot is of one node: what the others hold would be of other moments.
            message = (
                "The logs are spread over a Citus cluster: back up its nodes together, as"
                " docs/deployment.md says"
            )
            raise BackupUnusable(message)
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            snapshot = await connection.fetchval("select pg_export_snapshot()")
            part = _begin(folder)
            await run_tool(
                "pg_dump",
                dsn,
                "--format=custom",
                f"--snapshot={snapshot}",
                "--no-owner",
                # Its tables are made anew, empty.
                "--exclude-table-data=cocreate_keys.*",
                f"--file={part / DUMP}",
            )
            rows = await connection.fetch(_LOGS)
            roles = await connection.fetch(_ROLES)
            return _finish(
                part,
                folder,
                Manifest(
                    kind="log",
                    release=importlib.metadata.version("cocreate"),
                    made_at=datetime.now(UTC),
                    files={DUMP: digest_of(part / DUMP)},
                    migrations=await _migrations(connection),
                    roles=[Role(row["name"], row["member_of"]) for row in roles],
                    logs=[
                        LogState(
                            row["tenant_id"],
                            row["position"],
                            None if row["checkpoint"] is None else row["checkpoint"].decode(),
                        )
                        for row in rows
                    ],
                ),
            )
    finally:
        await connection.close()


async def back_up_keys(dsn: str, folder: Path) -> Manifest:
    """Write a backup of the keys, still wrapped, into a new folder.

    Raises :class:`BackupUnusable`.
    """
    connection = await open_unrestricted(dsn)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            part = _begin(folder)
            for table in KEY_TABLES:
                await connection.copy_from_query(
                    f"select * from cocreate_keys.{table}",  # noqa: S608 - a name of our own
                    output=part / copy_of(table),
                )
            made_at = datetime.now(UTC)
            return _finish(
                part,
                folder,
                Manifest(
                    kind="keys",
                    release=importlib.metadata.version("cocreate"),
                    made_at=made_at,
                    files={
                        copy_of(table): digest_of(part / copy_of(table)) for table in KEY_TABLES
                    },
                    migrations=await _migrations(connection),
                    keep_until=made_at + KEYS_KEPT,
                ),
            )
    finally:
        await connection.close()


def read_manifest(folder: Path, kind: Kind) -> Manifest:
    """Read what a backup holds, and check that its files are what they were.

    Raises :class:`BackupUnusable`.
    """
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as problem:
        message = f"{folder} holds no backup that can be read: {problem}"
        raise BackupUnusable(message) from problem
    if manifest.kind != kind:
        message = f"{folder} holds a backup of the {manifest.kind}, not of the {kind}"
        raise BackupUnusable(message)
    for name, digest in manifest.files.items():
        if Path(name).name != name or not (folder / name).is_file():
            message = f"{folder} lacks {name}"
            raise BackupUnusable(message)
        if digest_of(folder / name) != digest:
            message = f"{folder / name} is not what it was when the backup was made"
            raise BackupUnusable(message)
    return manifest


def digest_of(file: Path) -> str:
    """Give the SHA-256 of a file, in hexadecimal."""
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def copy_of(table: str) -> str:
    """Name the file that holds a table of the keys."""
    return f"{table}.copy"


async def run_tool(name: str, dsn: str, *arguments: str) -> None:
    """Run a tool of PostgreSQL on a database; raises :class:`BackupUnusable`."""
    address, password = _without_password(dsn)
    environment = dict(os.environ)
    if password is not None:  # among the arguments, every user of the machine could read it
        environment["PGPASSWORD"] = password
    process = await asyncio.create_subprocess_exec(
        _binary(name),
        f"--dbname={address}",
        *arguments,
        env=environment,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    if process.returncode:
        message = f"{name} failed: {said.decode(errors='replace').strip()}"
        raise BackupUnusable(message)


def _binary(name: str) -> str:
    """Find a tool: that of the embedded server where it is installed, which is as new as any."""
    with contextlib.suppress(EmbeddedServerError):
        if (bin_folder() / name).exists():
            return str(bin_folder() / name)
    found = shutil.which(name)
    if found is None:
        message = f"{name} was not found: install the client of PostgreSQL, as new as the server"
        raise BackupUnusable(message)
    return found


def _without_password(dsn: str) -> tuple[str, str | None]:
    parts = urlsplit(dsn)
    if parts.password is None:
        return dsn, None
    user, _, host = parts.netloc.rpartition("@")
    netloc = f"{user.partition(':')[0]}@{host}"
    return urlunsplit(parts._replace(netloc=netloc)), unquote(parts.password)


async def open_unrestricted(dsn: str) -> asyncpg.Connection[asyncpg.Record]:
    """Connect as one whom row-level security does not hold back, so that nothing is left out.

    Raises :class:`BackupUnusable`.
    """
    connection = await asyncpg.connect(dsn)
    sees_all: bool = await connection.fetchval(
        "select rolsuper or rolbypassrls from pg_roles where rolname = current_user"
    )
    if not sees_all:
        await connection.close()
        message = (
            "Backing up and restoring take a role that row-level security does not hold back: "
            "a superuser, or to back up `create role ... login bypassrls in role pg_read_all_data`"
        )
        raise BackupUnusable(message)
    return connection


async def _migrations(connection: AnyConnection) -> list[str]:
    rows = await connection.fetch("select name from public.cocreate_migration order by name")
    return [row["name"] for row in rows]


def _begin(folder: Path) -> Path:
    """Make the folder that a backup is written into before it has its name; it is for its owner."""
    if folder.exists():
        message = f"{folder} is there already"
        raise BackupUnusable(message)
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)  # what an earlier attempt left
    part.mkdir(mode=0o700, parents=True)
    return part


def _finish(part: Path, folder: Path, manifest: Manifest) -> Manifest:
    (part / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    for file in part.iterdir():
        file.chmod(0o600)
        with file.open("rb") as opened:
            os.fsync(opened.fileno())
    part.rename(folder)
    return manifest


_LOGS = (
    "select h.tenant_id, h.position, t.checkpoint from cocreate.log_head h"
    " left join cocreate.tree t using (tenant_id) order by 1"
)
_ROLES = (
    "select r.rolname::text as name, array(select g.rolname::text from pg_auth_members m"
    " join pg_roles g on g.oid = m.roleid where m.member = r.oid and g.rolname like 'cocreate\\_%')"
    " as member_of from pg_roles r where r.rolname like 'cocreate\\_%' and not r.rolcanlogin"
    " order by 1"
)
