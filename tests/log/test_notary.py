"""The notary: a tree holds all that its log holds, whoever grew it and whatever went wrong."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from tests.databases import past_triggers
from tests.log.conftest import Log, command, stored

from cocreate.log.append import Command
from cocreate.log.connection import Pool, open_pool
from cocreate.log.notary import BUSY, Inconsistent, Notary, entry_of
from cocreate.log.read import Reader
from cocreate.log.signing import SigningKeys
from cocreate.log.tree.checkpoints import Checkpoint, open_checkpoint
from cocreate.log.tree.hashing import leaf_hash, root_of
from cocreate.log.tree.notes import Note
from cocreate.log.tree.tiles import new_bundles, new_tiles

KEYS = SigningKeys.generate()


def origin_of(code: str) -> str:
    return f"log.test/{code}"


@pytest.fixture
async def signing(log: Log) -> AsyncIterator[Pool]:
    pool = await open_pool(log.dsn, "cocreate_notary", size=4)
    yield pool
    await pool.close()


def notary(pool: Pool, batch: int = 1000, keys: SigningKeys = KEYS) -> Notary:
    return Notary(pool, keys, origin_of, batch=batch)


def steps(events: int) -> Command:
    """Give a command on a new history with so many events."""
    return command(uuid4(), 0, *[stored() for _ in range(events)])


async def filled(log: Log, events: int) -> str:
    """Give a municipality with so many events in its log."""
    tenant = await log.tenant()
    await log.appender().append(tenant, steps(events))
    return tenant


async def leaves(log: Log, tenant: str) -> list[bytes]:
    """Give the leaves of a log, from the log itself."""
    found: list[bytes] = []
    reader = Reader(log.pool)
    while page := await reader.log(tenant, after=len(found)):
        found += [leaf_hash(bytes(entry_of(origin_of(tenant), event))) for event in page]
    return found


async def signed(log: Log, tenant: str, keys: SigningKeys = KEYS) -> Checkpoint:
    row = await log.pool.fetchrow("select * from cocreate.read_tree($1)", tenant)
    assert row is not None
    origin = origin_of(tenant)
    note = Note.parse(row["checkpoint"])
    return open_checkpoint(note, origin, keys.verifiers(origin)).checkpoint


async def require_whole(log: Log, tenant: str) -> None:
    """The tree is that of the log as far as it goes, and has all its tiles and bundles."""
    checkpoint = await signed(log, tenant)
    expected = await leaves(log, tenant)
    assert checkpoint.root == root_of(expected[: checkpoint.size])
    stored = {
        (row["level"], row["number"]): row["width"]
        for row in await log.admin.fetch(
            "select level, number, width from cocreate.tile where tenant_id = $1", tenant
        )
    }
    size = checkpoint.size
    every = [*new_tiles(0, size), *new_bundles(0, size)]
    assert stored == {(tile.level, tile.index): tile.width for tile in every}


async def test_a_tree_is_the_same_in_whatever_steps_it_grew(log: Log, signing: Pool) -> None:
    tenant = await filled(log, 600)
    for batch in (1, 2, 253, 1, 255, 1000):
        await notary(signing, batch).sign(tenant)
        await require_whole(log, tenant)
    assert (await signed(log, tenant)).size == 600
    assert not await notary(signing).sign(tenant)


async def test_an_empty_log_is_not_signed(log: Log, signing: Pool) -> None:
    tenant = await log.tenant()
    assert not await notary(signing).sign(tenant)
    row = await log.pool.fetchrow("select * from cocreate.read_tree($1)", tenant)
    assert row is None or row["checkpoint"] is None


async def test_many_who_sign_at_once_make_one_tree(log: Log, signing: Pool) -> None:
    tenant = await filled(log, 300)
    several = [notary(signing, 7) for _ in range(4)]

    async def work(one: Notary) -> None:
        for _ in range(50):
            await one.sign(tenant)

    await asyncio.gather(*map(work, several))
    await notary(signing).catch_up()
    assert (await signed(log, tenant)).size == 300
    await require_whole(log, tenant)


@pytest.mark.parametrize("turns", range(5))
async def test_it_stops_when_told_so_together_with_a_signal(signing: Pool, turns: int) -> None:
    one = notary(signing)
    running = asyncio.create_task(one.run(lambda: True))
    while not one._wake._waiters:  # noqa: ASYNC110 - until it waits for a signal
        await asyncio.sleep(0.01)
    one.hear("log", "GM9999")
    for _ in range(turns):
        await asyncio.sleep(0)
    running.cancel()
    done, _ = await asyncio.wait([running], timeout=5)
    assert done


async def test_what_is_appended_meanwhile_comes_next(log: Log, signing: Pool) -> None:
    tenant = await filled(log, 10)
    one = notary(signing)
    one.hear("log", tenant)
    await one.catch_up()
    await log.appender().append(tenant, steps(5))
    one.hear("log", tenant)
    await one.catch_up()
    assert (await signed(log, tenant)).size == 15
    await require_whole(log, tenant)


async def test_a_log_that_nobody_told_of_is_found(log: Log, signing: Pool) -> None:
    tenant = await filled(log, 3)
    await notary(signing).catch_up()
    assert (await signed(log, tenant)).size == 3


KILLED = """
import asyncio, sys
from pathlib import Path
from cocreate.log.connection import open_pool
from cocreate.log.notary import Notary
from cocreate.log.signing import SigningKeys
from tests.log.test_notary import origin_of

async def main(dsn, file, tenant):
    pool = await open_pool(dsn, "cocreate_notary", size=1)
    notary = Notary(pool, SigningKeys.read(Path(file)), origin_of, batch=3)
    print("began", flush=True)
    while await notary.sign(tenant):
        pass

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_notary_may_be_killed_at_any_point(log: Log, signing: Pool, tmp_path: Path) -> None:
    tenant = await filled(log, 400)
    file = tmp_path / "keys"
    KEYS.write(file)
    for moment in (0.0, 0.01, 0.02, 0.04, 0.08):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", KILLED, log.dsn, str(file), tenant),
            stdout=asyncio.subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert process.stdout is not None
        assert await process.stdout.readline() == b"began\n"
        # In the midst of signing, a little later each time; at what exactly is left to chance.
        ended = asyncio.create_task(process.wait())
        await asyncio.wait([ended], timeout=moment)
        if process.returncode is None:
            process.kill()
        await ended
        row = await log.pool.fetchrow("select * from cocreate.read_tree($1)", tenant)
        if row is not None and row["checkpoint"] is not None:
            await require_whole(log, tenant)
    await notary(signing).sign(tenant)
    assert (await signed(log, tenant)).size == 400
    await require_whole(log, tenant)


async def test_a_tree_that_is_not_as_it_was_signed_is_signed_no_more(
    log: Log, signing: Pool
) -> None:
    tenant = await filled(log, 5)
    await notary(signing).sign(tenant)
    before = await signed(log, tenant)
    await log.appender().append(tenant, steps(1))
    async with past_triggers(log.admin):
        await log.admin.execute(
            "update cocreate.tree set peaks[1] = $2 where tenant_id = $1", tenant, bytes(32)
        )
    with pytest.raises(Inconsistent, match="was signed with 5 entries"):
        await notary(signing).sign(tenant)
    async with past_triggers(log.admin):
        await log.admin.execute(
            "update cocreate.tree set checkpoint = null where tenant_id = $1", tenant
        )
    with pytest.raises(Inconsistent, match="5 entries and no checkpoint"):
        await notary(signing).sign(tenant)
    async with past_triggers(log.admin):
        await log.admin.execute(
            "update cocreate.tree set size = 4, checkpoint = $2 where tenant_id = $1",
            tenant,
            b"x",
        )
    with pytest.raises(Inconsistent):
        await notary(signing).sign(tenant)
    assert before.size == 5


async def test_one_broken_tree_holds_up_no_other(log: Log, signing: Pool) -> None:
    broken, sound = await filled(log, 5), await filled(log, 5)
    await log.admin.execute(
        "insert into cocreate.tree (tenant_id, origin, size, peaks) values ($1, 'x', 1, $2)",
        broken,
        [bytes(32)],
    )
    one = notary(signing)
    one.hear("log", broken)
    one.hear("log", sound)
    await one.catch_up()
    assert (await signed(log, sound)).size == 5


async def test_a_log_with_a_gap_is_not_signed_over_it(log: Log, signing: Pool) -> None:
    tenant = await filled(log, 5)
    async with past_triggers(log.admin):
        await log.admin.execute(
            "delete from cocreate.event where tenant_id = $1 and position = 4", tenant
        )
    with pytest.raises(Inconsistent, match="a gap after position 0"):
        await notary(signing).sign(tenant)


async def test_whatever_is_wrong_with_one_tree_is_of_that_tree_alone(
    log: Log, signing: Pool
) -> None:
    broken, sound = await filled(log, 5), await filled(log, 5)
    one = notary(signing)
    await one.sign(broken)
    async with past_triggers(log.admin):
        await log.admin.execute("delete from cocreate.tile where tenant_id = $1", broken)
    await log.appender().append(broken, steps(1))
    for tenant in (broken, sound):
        one.hear("log", tenant)
    await one.catch_up()
    assert (await signed(log, sound)).size == 5
    assert (await signed(log, broken)).size == 5


async def test_a_round_that_had_much_to_do_is_followed_by_a_longer_pause(
    log: Log, signing: Pool
) -> None:
    """A checkpoint costs the same for few and for many; the second that it has stays far off."""
    one = notary(signing)
    tenant = await filled(log, BUSY)
    for expected in (True, False):
        one.hear("log", tenant)
        await one.catch_up()
        assert one.busy is expected
        await log.appender().append(tenant, steps(1))
    assert one.pace.busy_gap is not None
    assert one.pace.gap < one.pace.busy_gap <= 0.6


async def test_a_stranger_cannot_sign_on(log: Log, signing: Pool) -> None:
    tenant = await filled(log, 5)
    await notary(signing).sign(tenant)
    await log.appender().append(tenant, steps(1))
    with pytest.raises(Inconsistent, match="no signature of"):
        await notary(signing, keys=SigningKeys.generate()).sign(tenant)
    await notary(signing, keys=KEYS.rotated()).sign(tenant)
    assert (await signed(log, tenant)).size == 6


@pytest.mark.parametrize(
    "change",
    [
        "update cocreate.tree set size = 4 where tenant_id = $1",
        "update cocreate.tree set origin = 'x' where tenant_id = $1",
        "update cocreate.tree set peaks[1] = '' where tenant_id = $1",
        "delete from cocreate.tree where tenant_id = $1",
        "update cocreate.tile set content = '' where tenant_id = $1",
        "update cocreate.tile set width = 1 where tenant_id = $1",
        "update cocreate.tile set content = set_byte(content, 3, 0) || 'x' where tenant_id = $1",
        "delete from cocreate.tile where tenant_id = $1",
        "update cocreate.event set salt = '' where tenant_id = $1",
    ],
)
async def test_not_even_its_owner_takes_back_what_was_published(
    log: Log, signing: Pool, change: str
) -> None:
    tenant = await filled(log, 5)
    await notary(signing).sign(tenant)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await log.admin.execute(change, tenant)
    for table in ("tree", "tile"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await log.admin.execute(f"truncate cocreate.{table}")
    await require_whole(log, tenant)


async def test_every_event_has_a_salt_of_its_own(log: Log) -> None:
    tenant = await filled(log, 100)
    salts = [event.salt for event in await Reader(log.pool).log(tenant)]
    assert len(set(salts)) == 100
    assert {len(salt) for salt in salts} == {32}
