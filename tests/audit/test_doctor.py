"""A sound installation has no findings; whatever breaks is named, with what to do about it."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from tests.audit.conftest import CODE, KEYS, Kept, Tool
from tests.conftest import Template, prepared_database
from tests.databases import temporary_database

from cocreate.audit.doctor import Examination, examine
from cocreate.audit.guards import Finding
from cocreate.audit.tree_checks import AT_MOST
from cocreate.domain.subscription import OPERATOR_LOG
from cocreate.log.errors import UnknownMunicipality
from cocreate.log.master import MasterKey
from cocreate.log.signing import SigningKeys
from cocreate.projections.model import read_models
from cocreate.service import Signing, open_service

SECRET = secrets.token_bytes(32)
MASTER = MasterKey(SECRET)
OF_TOWN = f"where tenant_id = '{CODE}'"
BUILD_OF_TIMELINE = "(select build from cocreate.read_model_build where name = 'timeline')"


@pytest.fixture(scope="module")
async def whole(prepared: Template) -> AsyncIterator[str]:
    """The address of a database in which all is well, and that nobody is connected to."""
    async with prepared_database(prepared) as dsn:
        signing = Signing(KEYS, lambda code: f"log.test/{code}")
        async with open_service(dsn, signing=signing, master=MASTER) as service:
            kept = Kept(service)
            await kept.fill()
            tree = await kept.signed()
            await service.answers.reach(tuple(read_models()), CODE, tree.size, within=60)
        yield dsn


@pytest.fixture
async def copy(postgres_dsn: str, whole: str) -> AsyncIterator[str]:
    """The address of a copy of that database, to break."""
    template = urlsplit(whole).path.removeprefix("/")
    async with temporary_database(postgres_dsn, template) as dsn:
        yield dsn


async def findings(dsn: str, **more: Any) -> list[Finding]:
    given = {"signing": KEYS, "master": MASTER, **more}
    return [finding async for finding in examine(dsn, Examination(**given))]


async def broken(dsn: str, *statements: str) -> None:
    """Break a database as its owner could."""
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_of_a_sound_installation_there_is_nothing_to_say(copy: str) -> None:
    assert await findings(copy, patience=timedelta(0)) == []
    assert await findings(copy, signing=None) == []


BEHIND_TRIGGERS = "set session_replication_role = replica"
"""After this the owner changes what triggers guard."""

BREAKS = {
    "a migration is another": (
        ["update public.cocreate_migration set fingerprint = 'x' where name = '0003_event'"],
        [("migration 0003_event", "not what this release has")],
    ),
    "a migration is of a later release": (
        ["insert into public.cocreate_migration values ('9999_later', 'x')"],
        [("migration 9999_later", "does not know it")],
    ),
    "a migration is lacking": (
        ["delete from public.cocreate_migration where name = '0012_personal_keys'"],
        [("migration 0012_personal_keys", "was not applied")],
    ),
    "an event may be updated": (
        ["grant update on cocreate.event to cocreate_app"],
        [
            ("table cocreate.event", "cocreate_app may update it"),
            ("table cocreate.event", "cocreate_projector may update it"),
        ],
    ),
    "a column of a tree may be updated": (
        ["grant update (peaks) on cocreate.tree to cocreate_app"],
        [
            ("table cocreate.tree", "cocreate_app may update it"),
            ("table cocreate.tree", "cocreate_projector may update it"),
        ],
    ),
    "tiles may be emptied": (
        ["grant truncate on cocreate.tile to cocreate_notary"],
        [("table cocreate.tile", "cocreate_notary may truncate it")],
    ),
    "row-level security is off": (
        ["alter table cocreate_keys.person disable row level security"],
        [("table cocreate_keys.person", "not enabled")],
    ),
    "row-level security is not forced": (
        ["alter table cocreate.event no force row level security"],
        [("table cocreate.event", "not forced")],
    ),
    "a policy is dropped": (
        ["drop policy own_tenant on cocreate.stream"],
        [("table cocreate.stream", "no policy own_tenant")],
    ),
    "a policy shows everything": (
        ["alter policy own_tenant on cocreate.command using (true)"],
        [("table cocreate.command", "no policy own_tenant")],
    ),
    "another policy shows everything": (
        ["create policy every_event on cocreate.event for select using (true)"],
        [("table cocreate.event", "every_event shows cocreate_app the rows of other")],
    ),
    "a table of a read model is not guarded": (
        [
            (
                "do $$ begin execute format('alter table timeline_%s.entry no force row level"
                f" security', {BUILD_OF_TIMELINE}); end $$"
            )
        ],
        [("table timeline_", "not forced")],
    ),
    "a trigger is disabled": (
        ["alter table cocreate.command disable trigger immutable"],
        [("table cocreate.command", "immutable, which refuses changes, is disabled")],
    ),
    "a trigger is dropped": (
        ["drop trigger grows on cocreate.tree"],
        [("table cocreate.tree", "grows, which refuses changes, is missing")],
    ),
    "an event in the midst is deleted": (
        [BEHIND_TRIGGERS, "delete from cocreate.event where position = 5"],
        [
            (f"log of {CODE}", "no event at position 5"),
            ("history ", "events, and the last is version"),
            (f"log of {CODE}", "not those that were signed for"),
        ],
    ),
    "the last event is deleted": (
        [
            BEHIND_TRIGGERS,
            (
                "delete from cocreate.event"
                " where position = (select max(position) from cocreate.event)"
            ),
        ],
        [
            (f"log of {CODE}", "its head says position"),
            ("history ", "what is kept of it says"),
            (f"log of {CODE}", "not those that were signed for"),
        ],
    ),
    "an event is changed": (
        [BEHIND_TRIGGERS, "update cocreate.event set actor = 'another' where position = 7"],
        [(f"log of {CODE}", "the event at position 7 is not the one that was signed for")],
    ),
    "events are changed, and the tile of one": (
        [
            BEHIND_TRIGGERS,
            "update cocreate.event set data = '{}' where position in (7, 300)",
            (
                "update cocreate.tile set content = set_byte(content, 300 % 256 * 32, 0)"
                " where level = 0 and number = 1"
            ),
        ],
        [
            (f"log of {CODE}", "its events up to position"),
            (f"tree of {CODE}", "its tiles are not those that were signed"),
        ],
    ),
    "a tile is gone": (
        [BEHIND_TRIGGERS, f"delete from cocreate.tile {OF_TOWN} and level = 0 and number = 0"],
        [(f"tree of {CODE}", "its tiles are not those that were signed")],
    ),
    "a bundle has another entry": (
        [
            BEHIND_TRIGGERS,
            (
                "update cocreate.tile"
                " set content = set_byte(content, 50, 255 - get_byte(content, 50))"
                " where level = -1 and number = 1"
            ),
        ],
        [(f"tree of {CODE}", "tiles do not go with those below them: tile/entries/001")],
    ),
    "a tile is not of those below it": (
        [
            BEHIND_TRIGGERS,
            (
                "update cocreate.tile"
                " set content = set_byte(content, 5, 255 - get_byte(content, 5))"
                " where level = 1"
            ),
        ],
        [(f"tree of {CODE}", "tiles do not go with those below them: tile/1/000.p/2")],
    ),
    "the head has another moment": (
        [f"update cocreate.log_head set recorded_at = recorded_at + interval '1 hour' {OF_TOWN}"],
        [(f"log of {CODE}", "its head has another moment")],
    ),
    "a log has no head": (
        [BEHIND_TRIGGERS, f"delete from cocreate.log_head {OF_TOWN}"],
        [(f"log of {CODE}", "no head")],
    ),
    "the peaks are others": (
        [
            BEHIND_TRIGGERS,
            (
                "update cocreate.tree"
                " set peaks = array_fill(sha256('x'), array[cardinality(peaks)])"
                f" {OF_TOWN}"
            ),
        ],
        [(f"tree of {CODE}", "not what was signed")],
    ),
    "a peak is missing": (
        [BEHIND_TRIGGERS, f"update cocreate.tree set peaks = '{{}}' {OF_TOWN}"],
        [(f"tree of {CODE}", "cannot be right")],
    ),
    "the checkpoint is gone": (
        [BEHIND_TRIGGERS, f"update cocreate.tree set checkpoint = null {OF_TOWN}"],
        [(f"tree of {CODE}", "checkpoint does not hold")],
    ),
    "a project is parked": (
        [
            (
                "insert into cocreate.projection_parked"
                " (tenant_id, build, project_id, position, reason)"
                f" values ('{CODE}', {BUILD_OF_TIMELINE}, gen_random_uuid(), 5,"
                " 'KeyError: what a step says')"
            )
        ],
        [(f"read model timeline of {CODE}", "parked at position 5: KeyError")],
    ),
    "a read model is not complete": (
        [
            (
                "update cocreate.projection_checkpoint set complete = false"
                f" where build = {BUILD_OF_TIMELINE}"
            )
        ],
        [(f"read model timeline of {CODE}", "not complete")],
    ),
    "a read model is missing": (
        ["update cocreate.read_model_build set in_use = false where name = 'timeline'"],
        [("read model timeline", "no build of this release")],
    ),
}


@pytest.mark.parametrize("what", BREAKS)
async def test_what_is_broken_is_named_and_nothing_else(copy: str, what: str) -> None:
    statements, named = BREAKS[what]
    await broken(copy, *statements)
    found = await findings(copy)
    assert len(found) == len(named), found
    for finding, (where, wrong) in zip(found, named, strict=True):
        assert finding.where.startswith(where)
        assert wrong in finding.wrong
        assert finding.remedy


async def test_of_many_events_that_are_changed_the_first_are_named(copy: str) -> None:
    await broken(
        copy, BEHIND_TRIGGERS, "update cocreate.event set actor = 'another' where position > 100"
    )
    found = [finding.wrong for finding in await findings(copy)]
    assert found[0] == "the event at position 101 is not the one that was signed for"
    assert len(found) == AT_MOST + 1
    assert "its events up to position" in found[-1]


async def test_what_waits_too_long_is_named(copy: str) -> None:
    await broken(
        copy,
        BEHIND_TRIGGERS,
        "update cocreate.projection_checkpoint set position = position - 1"
        f" where build = {BUILD_OF_TIMELINE}",
    )
    assert await findings(copy, patience=timedelta(hours=1)) == []
    (behind,) = await findings(copy, patience=timedelta(0))
    assert "it is behind" in behind.wrong
    await broken(copy, BEHIND_TRIGGERS, "delete from cocreate.tree")
    found = await findings(copy, patience=timedelta(0))
    assert "signed up to position 0" in found[-1].wrong
    assert await findings(copy, signing=None, patience=timedelta(hours=1)) == []


async def test_a_tree_beyond_its_log_is_named(copy: str) -> None:
    await broken(copy, BEHIND_TRIGGERS, "update cocreate.tree set size = size + 1000")
    assert "no further than" in (await findings(copy, quick=True))[0].wrong


async def test_the_wrong_signing_keys_are_named(copy: str) -> None:
    found = await findings(copy, signing=SigningKeys.generate())
    assert {finding.where for finding in found} <= {f"tree of {CODE}", f"tree of {OPERATOR_LOG}"}
    assert found[0].where == f"tree of {CODE}"
    assert "COCREATE_SIGNING_KEYS_FILE" in found[0].remedy


async def test_the_master_key_is_asked_for_where_something_was_sealed(copy: str) -> None:
    assert await findings(copy, master=None) == []
    await broken(copy, f"insert into cocreate_keys.master values ('{MASTER.name}')")
    assert await findings(copy) == []
    for master in (None, MasterKey(secrets.token_bytes(32))):
        (finding,) = await findings(copy, master=master)
        assert finding.where == "personal data"


@pytest.mark.parametrize("might", ["superuser", "bypassrls"])
async def test_a_role_that_no_guard_holds_for_is_named(copy: str, might: str) -> None:
    # Roles are of the whole server: this one is as it was at once.
    await broken(copy, f"alter role cocreate_notary {might}")
    try:
        (finding,) = await findings(copy)
    finally:
        await broken(copy, f"alter role cocreate_notary no{might}")
    assert finding.where == "role cocreate_notary"


async def test_quick_leaves_out_the_hashing(copy: str) -> None:
    await broken(
        copy, BEHIND_TRIGGERS, "update cocreate.event set actor = 'another' where position = 7"
    )
    assert await findings(copy, quick=True) == []


async def test_one_municipality_can_be_looked_at_alone(copy: str) -> None:
    await broken(copy, "select cocreate.register_municipality('GM0080', 'Leeuwarden')")
    await broken(copy, "update cocreate.log_head set position = 9 where tenant_id = 'GM0080'")
    assert await findings(copy, municipality=CODE) == []
    (finding,) = await findings(copy)
    assert finding.where == "log of GM0080"
    with pytest.raises(UnknownMunicipality):
        await findings(copy, municipality="GM9999")


async def test_the_command_tells_what_to_do_and_exits_with_1(copy: str, tmp_path: Path) -> None:
    tool, key = Tool(copy, tmp_path), b64encode(SECRET).decode()
    code, told, complained = await tool.run("doctor", COCREATE_MASTER_KEY=key)
    assert code == 0, told + complained
    await broken(copy, "alter table cocreate.event disable trigger immutable")
    code, told, complained = await tool.run("doctor", COCREATE_MASTER_KEY=key)
    assert code == 1, told + complained
    assert "immutable" in told
