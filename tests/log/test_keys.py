"""Keys are made once, found by who may, rotated without a change of any event, and destroyed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from tests.log.conftest import DAY, MASTER, SENDER, Log, Tap

from cocreate.domain.steps.course import JoinParty
from cocreate.domain.vocabulary import PartyKind, Position
from cocreate.log.connection import open_pool
from cocreate.log.errors import MasterKeyWrong, NoMasterKey
from cocreate.log.keys import Keys, overwrite_destroyed
from cocreate.log.master import MasterKey, made_in
from cocreate.log.tokens import Secret, Token, new_key, unseal

PROJECT = uuid4()


def secret(party: str = "sanne", text: str = "Sanne de Wit") -> Secret:
    return Secret(PROJECT, party, "name", text)


async def opened(keys: Keys, tenant: str, token: Token) -> str:
    return unseal((await keys.find(tenant, [token.key_id]))[token.key_id], tenant, token)


async def test_a_person_has_one_key_whoever_asks_first(log: Log) -> None:
    tenant = await log.tenant()
    every = [Keys(log.pool, MASTER) for _ in range(6)]
    sealed = await asyncio.gather(
        *(
            keys.seal(tenant, [secret(text=f"naam {n}"), secret("bas")])
            for n, keys in enumerate(every)
        )
    )
    assert len({token.key_id for each in sealed for token in each.values()}) == 2
    for n, each in enumerate(sealed):
        assert await opened(every[-n], tenant, each[secret(text=f"naam {n}")]) == f"naam {n}"


async def test_the_same_party_of_another_project_is_another_person(log: Log) -> None:
    tenant, keys = await log.tenant(), Keys(log.pool, MASTER)
    other = secret()._replace(project=uuid4())
    sealed = await keys.seal(tenant, [secret(), other])
    assert sealed[secret()].key_id != sealed[other].key_id


async def test_sealing_takes_one_round_trip_where_the_municipality_has_its_key(log: Log) -> None:
    tap = Tap(log.pool)
    tenant, keys = await log.tenant(), Keys(tap, MASTER)  # type: ignore[arg-type]
    await keys.seal(tenant, [secret()])
    tap.asked.clear()
    await keys.seal(tenant, [secret(), secret("bas"), secret("kim")])
    assert len(tap.asked) == 1


async def test_sealing_under_keys_that_are_there_writes_nothing(log: Log) -> None:
    tenant, keys = await log.tenant(), Keys(log.pool, MASTER)
    await keys.seal(tenant, [secret()])
    before = await log.admin.fetchval(
        "select xmin from cocreate_keys.person where tenant_id = $1", tenant
    )
    lock = "select xmax from cocreate_keys.municipality where tenant_id = $1"
    locked = await log.admin.fetchval(lock, tenant)
    await keys.seal(tenant, [secret()])
    assert await log.admin.fetchval(lock, tenant) == locked
    assert before == await log.admin.fetchval(
        "select xmin from cocreate_keys.person where tenant_id = $1", tenant
    )


async def test_a_key_that_is_destroyed_while_it_is_looked_up_is_made_anew(log: Log) -> None:
    tenant, keys = await log.tenant(), Keys(log.pool, MASTER)
    first = (await keys.seal(tenant, [secret()]))[secret()]
    await keys.destroy(tenant, [first.key_id])
    again = (await keys.seal(tenant, [secret(), secret("bas")]))[secret()]
    assert again.key_id != first.key_id
    assert await opened(keys, tenant, again) == "Sanne de Wit"


async def test_what_was_destroyed_is_not_found(log: Log) -> None:
    tenant, keys = await log.tenant(), Keys(log.pool, MASTER)
    sealed = await keys.seal(tenant, [secret(), secret("bas")])
    gone, left = (sealed[secret(party)].key_id for party in ("sanne", "bas"))
    assert await keys.destroy(tenant, [gone]) == 1
    assert (await keys.find(tenant, [gone, left])).keys() == {left}
    assert await keys.destroy(tenant, [gone]) == 0


async def test_another_municipality_finds_nothing(log: Log) -> None:
    tenant, other, keys = await log.tenant(), await log.tenant(), Keys(log.pool, MASTER)
    token = (await keys.seal(tenant, [secret()]))[secret()]
    assert not await keys.find(other, [token.key_id])
    assert await keys.destroy(other, [token.key_id]) == 0


async def test_a_rotation_opens_all_that_was_sealed_before_in_every_process(log: Log) -> None:
    tenant, keys, elsewhere = await log.tenant(), Keys(log.pool, MASTER), Keys(log.pool, MASTER)
    before = (await elsewhere.seal(tenant, [secret()]))[secret()]
    fingerprint = await keys.fingerprint(tenant, b"said")
    [wrapped] = await log.admin.fetch(
        "select wrapped from cocreate_keys.person where tenant_id = $1", tenant
    )
    assert await keys.rotate(tenant) == 1
    [rewrapped] = await log.admin.fetch(
        "select wrapped from cocreate_keys.person where tenant_id = $1", tenant
    )
    assert rewrapped != wrapped
    assert await opened(elsewhere, tenant, before) == "Sanne de Wit"
    assert await opened(keys, tenant, before) == "Sanne de Wit"
    await keys.rotate(tenant)
    after = (await elsewhere.seal(tenant, [secret()]))[secret()]
    assert after.key_id == before.key_id
    assert await keys.fingerprint(tenant, b"said") == fingerprint


async def test_a_new_master_key_takes_over_from_the_old(log: Log) -> None:
    tenant, keys, new = await log.tenant(), Keys(log.pool, MASTER), MasterKey(new_key())
    token = (await keys.seal(tenant, [secret()]))[secret()]
    await keys.rotate(tenant, new)
    assert await keys.rotate(tenant, new) == 0  # broken off, and done again
    assert await opened(Keys(log.pool, new), tenant, token) == "Sanne de Wit"
    with pytest.raises(MasterKeyWrong):
        await opened(Keys(log.pool, MASTER), tenant, token)


async def test_without_a_master_key_nothing_is_sealed_or_opened(log: Log) -> None:
    tenant, keys = await log.tenant(), Keys(log.pool, None)
    with pytest.raises(NoMasterKey, match="COCREATE_MASTER_KEY"):
        await keys.seal(tenant, [secret()])
    await Keys(log.pool, MASTER).seal(tenant, [secret()])
    with pytest.raises(NoMasterKey):
        await keys.require()
    with pytest.raises(MasterKeyWrong):
        await Keys(log.pool, MasterKey(new_key())).require()
    await Keys(log.pool, MASTER).require()


async def test_a_fingerprint_cannot_be_found_by_trying(log: Log) -> None:
    live = log.process()
    tenant, project = await log.project(live)
    join = JoinParty(
        occurred_on=DAY, kind=PartyKind.RESIDENT, position=Position.EXTERNAL, name="Sanne"
    )
    sender = type(SENDER)(actor="a", actor_role="official", key="k", fingerprint=b"sha256")
    first = await live.take(tenant, project, [join], sender)
    kept = await log.admin.fetchval(
        "select fingerprint from cocreate.command where tenant_id = $1 and key = 'k'", tenant
    )
    assert kept != b"sha256"
    again = await log.process().take(tenant, project, [join], sender)
    assert (again.repeated, again.version) == (True, first.version)


async def test_the_projector_gets_at_no_key(log: Log) -> None:
    tenant = await log.tenant()
    await Keys(log.pool, MASTER).seal(tenant, [secret()])
    pool = await open_pool(log.dsn, "cocreate_projector", size=1)
    try:
        assert not await pool.fetch("select * from cocreate_keys.read_municipality($1)", tenant)
        assert not await pool.fetch(
            "select * from cocreate_keys.find_of($1, $2, $3)", tenant, PROJECT, "sanne"
        )
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute("insert into cocreate_keys.master (name) values ('own')")
    finally:
        await pool.close()


def test_a_master_key_is_made_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "data" / "master.key"
    made = made_in(file)
    assert file.stat().st_mode & 0o077 == 0
    assert made_in(file).name == made.name
    assert MasterKey.read(file).name == made.name
    assert file.read_text().strip() not in repr(made)


@pytest.mark.parametrize("text", ["", "geheim", "AAAA", "é" * 44])
def test_what_is_no_master_key_is_refused(text: str) -> None:
    with pytest.raises(MasterKeyWrong):
        MasterKey.of(text)


async def test_it_is_said_where_the_bytes_of_a_key_cannot_be_overwritten(log: Log) -> None:
    tenant = await log.tenant()
    await overwrite_destroyed(log.dsn, tenant)
    name = f"nobody_{uuid4().hex[:8]}"
    await log.admin.execute(f"create role {name} login")
    try:
        await log.admin.execute(f"grant usage on schema cocreate_keys to {name}")
        with pytest.raises(PermissionError, match="does not own"):
            await overwrite_destroyed(log.dsn.replace("//postgres@", f"//{name}@"), tenant)
    finally:
        await log.admin.execute(f"drop owned by {name}")
        await log.admin.execute(f"drop role {name}")


async def test_a_shelf_that_somebody_reads_for_long_holds_up_no_other_reader(log: Log) -> None:
    tenant = await log.tenant()
    keys = Keys(log.pool, MASTER)
    (token,) = (await keys.seal(tenant, [secret()])).values()
    async with log.pool.acquire() as backup:
        transaction = backup.transaction()
        await transaction.start()
        await backup.execute("lock table cocreate_keys.person in access share mode")
        overwriting = asyncio.create_task(overwrite_destroyed(log.dsn, tenant))
        await log.waiting_for_lock()
        # Behind the backup, in front of which nobody may wait for long.
        assert await opened(keys, tenant, token) == "Sanne de Wit"
        assert not overwriting.done()
        await transaction.rollback()
    await overwriting


async def test_the_key_of_a_municipality_that_was_taken_back_is_made_anew(log: Log) -> None:
    tenant = await log.tenant()
    keys = Keys(log.pool, MASTER)
    async with log.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await keys.seal(tenant, [secret()], connection)
        await transaction.rollback()
    (token,) = (await Keys(log.pool, MASTER).seal(tenant, [secret()])).values()
    (other,) = (await keys.seal(tenant, [secret("bas", "Bas")])).values()
    for each, text in ((token, "Sanne de Wit"), (other, "Bas")):
        assert await opened(Keys(log.pool, MASTER), tenant, each) == text
