"""Secrets of webhooks: wrapped, of one webhook alone, and readable after every rotation of keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from cocreate.log.connection import AnyConnection, Pool, open_pool
from cocreate.log.errors import MasterKeyWrong, NoMasterKey
from cocreate.log.keys import Keys
from cocreate.log.master import MasterKey
from cocreate.log.tokens import new_key
from cocreate.webhooks.secrets import WebhookSecrets

TENANT = "GM9001"
MASTER = MasterKey(new_key())


@pytest.fixture(scope="module")
async def pool(database: str) -> AsyncIterator[Pool]:
    pool = await open_pool(database, "cocreate_app", size=2)
    await pool.execute("select cocreate.register_municipality($1, 'Test')", TENANT)
    yield pool
    await pool.close()


def secrets(pool: Pool, master: MasterKey | None = MASTER) -> WebhookSecrets:
    """Give what another process would have."""
    return WebhookSecrets(pool, Keys(pool, master))


async def test_the_newest_signs_first_and_those_before_until_they_end(pool: Pool) -> None:
    kept = secrets(pool)
    first, second = [await kept.make(TENANT, "w") for _ in range(2)]
    assert await kept.in_use(TENANT, "w") == [second.secret, first.secret]
    await kept.end_before(TENANT, "w", second.serial, timedelta(hours=1))
    assert len(await kept.in_use(TENANT, "w")) == 2
    # One that ends sooner is not kept for longer by another rotation.
    third = await kept.make(TENANT, "w")
    await kept.end_before(TENANT, "w", second.serial, timedelta(0))
    assert await kept.in_use(TENANT, "w") == [third.secret, second.secret]
    await kept.drop(TENANT, "w", third.serial)
    assert await kept.in_use(TENANT, "w") == [second.secret]
    await kept.drop(TENANT, "w")
    assert await kept.in_use(TENANT, "w") == []


async def test_a_secret_outlives_the_rotation_of_keys(pool: Pool) -> None:
    kept, other = secrets(pool), secrets(pool)
    made = await kept.make(TENANT, "rotated")
    assert await other.in_use(TENANT, "rotated") == [made.secret]
    await Keys(pool, MASTER).rotate(TENANT)
    assert await other.in_use(TENANT, "rotated") == [made.secret]
    # A process that knows the key of before makes one under the key of now.
    fresh = await kept.make(TENANT, "rotated")
    assert await other.in_use(TENANT, "rotated") == [fresh.secret, made.secret]
    new = MasterKey(new_key())
    await Keys(pool, MASTER).rotate(TENANT, new)
    assert await secrets(pool, new).in_use(TENANT, "rotated") == [fresh.secret, made.secret]
    with pytest.raises(MasterKeyWrong):
        await secrets(pool).in_use(TENANT, "rotated")
    await Keys(pool, new).rotate(TENANT, MASTER)


async def test_no_secret_stands_in_the_database_and_none_moves_to_another(
    pool: Pool, database: str
) -> None:
    kept = secrets(pool)
    mine, other = await kept.make(TENANT, "mine"), await kept.make(TENANT, "other")
    admin: AnyConnection = await asyncpg.connect(database)
    rows = await admin.fetch("select wrapped from cocreate_keys.webhook_secret")
    assert all(mine.secret not in row["wrapped"] for row in rows)
    await admin.execute(
        "update cocreate_keys.webhook_secret s set wrapped = o.wrapped"
        " from cocreate_keys.webhook_secret o where s.webhook = 'mine' and o.webhook = 'other'"
    )
    await admin.close()
    assert other.secret != mine.secret
    with pytest.raises(MasterKeyWrong):
        await kept.in_use(TENANT, "mine")


async def test_without_a_master_key_there_are_no_secrets(pool: Pool) -> None:
    with pytest.raises(NoMasterKey):
        await secrets(pool, None).make(TENANT, "w")
