"""A backup comes back as it was, with nobody who was erased in it, or it is said what is wrong."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import pytest
from litestar import Litestar
from tests.api.conftest import Town, found_town
from tests.conftest import served

from cocreate.app import create_app
from cocreate.audit.backup import (
    DUMP,
    MANIFEST,
    BackupUnusable,
    Manifest,
    back_up,
    back_up_keys,
    copy_of,
)
from cocreate.audit.guards import Finding
from cocreate.audit.restore import Restored, restore, verify_restored
from cocreate.domain.subscription import CloseSubscription
from cocreate.domain.vocabulary import Role
from cocreate.log.closing import close
from cocreate.log.live import Sender
from cocreate.settings import Settings

NAME, OTHER = "Vrouw Jansen", "Meneer Pieters"


@contextlib.asynccontextmanager
async def empty(admin_dsn: str) -> AsyncIterator[str]:
    """Make a database with nothing in it, give its address, and drop it."""
    name = f"restored_{uuid4().hex}"
    admin = await asyncpg.connect(admin_dsn)
    try:
        await admin.execute(f"create database {name}")
        yield urlsplit(admin_dsn)._replace(path=f"/{name}").geturl()
        await admin.execute(f"drop database {name} with (force)")
    finally:
        await admin.close()


class Backups:
    """A backup of the logs, and one of the keys from before a person was erased."""

    def __init__(self, folder: Path, town: Town, project: str) -> None:
        self.log, self.keys = folder / "log", folder / "keys"
        self.town, self.project = town, project


@pytest.fixture(scope="module")
async def backups(
    app: Litestar,
    client: httpx.AsyncClient,
    database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Backups:
    town = await found_town(client)
    project = await town.start()
    backups = Backups(tmp_path_factory.mktemp("backups"), town, project)
    party = {"kind": "resident", "position": "external"}
    await town.take(project, "parties", **party, party="jansen", name=NAME)
    await town.take(project, "parties", **party, party="pieters", name=OTHER)
    await back_up_keys(database, backups.keys)
    answer = await town[Role.TENANT_ADMINISTRATOR].post(
        f"{project}/erasures",
        {"occurredOn": "2024-09-18", "party": "jansen", "ground": "objection"},
    )
    assert answer.status_code == 201, answer.text
    trees = app.state["parts"].service.trees
    await trees.reach(town.code, answer.json()["position"], within=30)
    await back_up(database, backups.log)
    return backups


async def found(dsn: str, restored: Restored, settings: Settings) -> list[Finding]:
    return [one async for one in verify_restored(dsn, restored.logs, settings.master())]


async def test_what_is_restored_is_what_was_backed_up_and_serves(
    postgres_dsn: str, backups: Backups, settings: Settings
) -> None:
    """With the older keys: whoever was erased since is erased in what is restored."""
    async with empty(postgres_dsn) as dsn:
        restored = await restore(dsn, backups.log, backups.keys)
        assert (restored.keys, restored.destroyed) == (1, 1)
        assert await found(dsn, restored, settings) == []
        there = msgspec.structs.replace(settings, database_url=dsn)
        async with served(create_app(there)) as client:
            key = backups.town.official.key
            answer = await client.get(
                f"{backups.project}/events", headers={"Authorization": f"Bearer {key}"}
            )
            assert answer.status_code == 200
            assert NAME not in answer.text
            assert OTHER in answer.text
            more = await client.post(
                f"{backups.project}/wishes",
                headers={"Authorization": f"Bearer {key}"},
                json={"occurredOn": "2024-09-19", "title": "Licht"},
            )
            assert more.status_code == 201
            [log] = [one for one in restored.logs if one.municipality == backups.town.code]
            assert more.json()["position"] == log.position + 1


async def test_the_backup_of_the_logs_holds_no_key(
    postgres_dsn: str, backups: Backups, settings: Settings
) -> None:
    async with empty(postgres_dsn) as dsn:
        restored = await restore(dsn, backups.log)
        connection = await asyncpg.connect(dsn)
        for table in ("master", "municipality", "person"):
            assert not await connection.fetchval(f"select count(*) from cocreate_keys.{table}")
        await connection.close()
        assert await found(dsn, restored, settings) == []
    for file in (*backups.log.iterdir(), *backups.keys.iterdir()):
        assert file.stat().st_mode & 0o077 == 0
        assert NAME.encode() not in file.read_bytes()


async def test_older_keys_bring_back_nothing_of_a_municipality_that_left(
    client: httpx.AsyncClient, database: str, postgres_dsn: str, backups: Backups, tmp_path: Path
) -> None:
    town = await found_town(client)
    person = {"kind": "resident", "position": "external", "name": NAME}
    await town.take(await town.start(), "parties", **person)
    await back_up_keys(database, tmp_path / "keys")
    left = {"occurredOn": "2024-01-02", "lastDay": "2024-01-02", "announcedBy": "college"}
    path = f"/v1/subscriptions/{town.code}/leaving-announcements"
    assert (await town[Role.OPERATOR].post(path, left)).status_code == 201
    closing = CloseSubscription(occurred_on=date(2024, 1, 3))
    await close(database, town.code, closing, Sender(actor="test", actor_role="operator"))
    await back_up(database, tmp_path / "log")
    async with empty(postgres_dsn) as dsn:
        restored = await restore(dsn, tmp_path / "log", tmp_path / "keys")
        connection = await asyncpg.connect(dsn)
        for table in ("municipality", "person"):
            rows = await connection.fetch(f"select tenant_id from cocreate_keys.{table}")
            assert {row["tenant_id"] for row in rows} == {backups.town.code}
        await connection.close()
    assert restored.destroyed >= 1


async def test_what_was_changed_on_the_way_is_found(
    postgres_dsn: str, backups: Backups, settings: Settings
) -> None:
    async with empty(postgres_dsn) as dsn:
        restored = await restore(dsn, backups.log)
        connection = await asyncpg.connect(dsn)
        of_town = f"tenant_id = '{backups.town.code}'"
        await connection.execute("set session_replication_role = replica")
        await connection.execute(
            f"update cocreate.event set actor = 'x' where position = 2 and {of_town}"
        )
        wrong = await found(dsn, restored, settings)
        assert [one.where for one in wrong] == [f"log of {backups.town.code}"]
        await connection.execute(f"delete from cocreate.event where position = 4 and {of_town}")
        await connection.execute(f"update cocreate.log_head set position = 3 where {of_town}")
        await connection.close()
        wrong = await found(dsn, restored, settings)
        assert any("ended at" in one.wrong for one in wrong)


async def test_a_database_that_is_not_empty_is_left_alone(database: str, backups: Backups) -> None:
    with pytest.raises(BackupUnusable, match="not empty"):
        await restore(database, backups.log)


async def test_a_backup_that_is_not_what_it_was_is_refused(
    postgres_dsn: str, backups: Backups, tmp_path: Path
) -> None:
    changed = tmp_path / "changed"
    changed.mkdir()
    for file in backups.log.iterdir():
        (changed / file.name).write_bytes(file.read_bytes())
    with (changed / DUMP).open("r+b") as dump:
        dump.seek(200)
        dump.write(b"!")
    with pytest.raises(BackupUnusable, match="not what it was"):
        await restore(postgres_dsn, changed)
    with pytest.raises(BackupUnusable, match="of the keys, not of the log"):
        await restore(postgres_dsn, backups.keys)
    with pytest.raises(BackupUnusable, match="no backup"):
        await restore(postgres_dsn, tmp_path / "nowhere")


async def test_keys_that_were_to_be_destroyed_are_refused(
    postgres_dsn: str, backups: Backups, tmp_path: Path
) -> None:
    old = tmp_path / "old"
    old.mkdir()
    for file in backups.keys.iterdir():
        (old / file.name).write_bytes(file.read_bytes())
    manifest = msgspec.json.decode((old / MANIFEST).read_bytes(), type=Manifest)
    past = datetime.now(UTC) - timedelta(days=1)
    (old / MANIFEST).write_bytes(
        msgspec.json.encode(msgspec.structs.replace(manifest, keep_until=past))
    )
    with pytest.raises(BackupUnusable, match="were to be destroyed"):
        await restore(postgres_dsn, backups.log, old)
    assert (old / copy_of("person")).exists()


async def test_nothing_is_written_over_and_nobody_backs_up_half(
    database: str, backups: Backups, tmp_path: Path
) -> None:
    with pytest.raises(BackupUnusable, match="is there already"):
        await back_up(database, backups.log)
    connection = await asyncpg.connect(database)
    await connection.execute("create role half_sighted login")
    await connection.close()
    half = database.replace("//postgres@", "//half_sighted@")
    try:
        with pytest.raises(BackupUnusable, match="bypassrls"):
            await back_up(half, tmp_path / "half")
        assert not (tmp_path / "half").exists()
    finally:
        connection = await asyncpg.connect(database)
        await connection.execute("drop role half_sighted")
        await connection.close()
