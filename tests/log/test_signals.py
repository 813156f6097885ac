"""Signals on a connection that does one thing at a time."""

from __future__ import annotations

import asyncio
import contextlib

from tests.log.conftest import Log

from cocreate.log.connection import AnyConnection
from cocreate.log.signals import Signals

LOCK = 7


async def test_a_connection_that_is_being_renewed_is_closed_after_that(log: Log) -> None:
    begun, connected = asyncio.Event(), asyncio.Event()
    renewed = 0

    async def listening(connection: AnyConnection) -> None:
        nonlocal renewed
        begun.set()
        await connection.execute("select pg_advisory_lock($1)", LOCK)
        await connection.execute("select pg_advisory_unlock($1)", LOCK)
        renewed += 1

    signals = Signals(log.dsn, log.pool, listening=listening)
    signals.hear(lambda topic, _tenant: None if topic else connected.set())
    running = asyncio.create_task(signals.run())
    await connected.wait()
    begun.clear()
    await log.admin.execute("select pg_advisory_lock($1)", LOCK)
    signals.renew()
    await begun.wait()
    running.cancel()
    await asyncio.sleep(0)
    await log.admin.execute("select pg_advisory_unlock($1)", LOCK)
    with contextlib.suppress(asyncio.CancelledError):
        await running
    await signals.close()
    assert renewed == 2
