"""Telling other processes that a log has grown or its read models have moved on.

NOTIFY takes a lock on the whole server at commit, so it never goes along with an append: what
there is to tell gathers while the last message is on its way, and goes out together, at most
a hundred times a second. A message may be lost with a connection; whoever relies on one polls
as well, or asks :attr:`Signals.connected`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import asyncpg

from cocreate.log.connection import AnyConnection, Pool

CHANNEL = "cocreate"
GAP_SECONDS = 0.01
CLOSE_SECONDS = 1.0
"""For how long a connection that ends is let finish what it does."""
RECONNECT_SECONDS = 1.0
LONGEST = 7_000
"""How many bytes of a message PostgreSQL carries, with a margin."""

Heard = Callable[[str, str], None]
"""Told of a topic, such as ``log`` or ``models``, and a municipality."""
Listening = Callable[[AnyConnection], Awaitable[None]]


class Signals:
    """Sends and hears signals, within this process at once and to others soon."""

    def __init__(self, dsn: str, pool: Pool, *, listening: Listening | None = None) -> None:
        self._dsn = dsn
        self._pool = pool
        self._listening = listening
        """What else is to be done on the connection that listens, whenever there is a new one."""
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()
        self._hearers: list[Heard] = []
        self._waiting: dict[str, None] = {}
        self._sending: asyncio.Task[None] | None = None
        self.connected = False
        """Whether signals of other processes reach this one now."""

    def hear(self, heard: Heard) -> None:
        """Have a function called at every signal; with ``("", "")`` when some may be lost."""
        self._hearers.append(heard)

    def tell(self, topic: str, tenant: str) -> None:
        """Send a signal."""
        self._deliver(topic, tenant)
        self._waiting[f"{topic}:{tenant}"] = None
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send())

    def renew(self) -> None:
        """Do anew what is to be done on the connection that listens."""

        async def renewed() -> None:
            if self._connection is not None:
                with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await self._begin(self._connection)

        self._renewing = asyncio.create_task(renewed())

    async def run(self) -> None:
        """Hear the signals of other processes until cancelled."""
        while True:
            lost = asyncio.Event()
            try:
                connection = await asyncpg.connect(self._dsn)
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(RECONNECT_SECONDS)
                continue
            try:
                connection.add_termination_listener(lambda _connection, lost=lost: lost.set())
                await connection.add_listener(CHANNEL, self._heard)
                # Before the first time: what is heard during it is acted on after it.
                self._connection = connection
                await self._begin(connection)
                self.connected = True
                self._deliver("", "")
                await lost.wait()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(RECONNECT_SECONDS)
            finally:
                self.connected = False
                self._connection = None
                with contextlib.suppress(Exception):
                    # It may be in the middle of what it has to do anew.
                    async with asyncio.timeout(CLOSE_SECONDS), self._one_at_a_time:
                        await connection.close()
                connection.terminate()

    async def _begin(self, connection: AnyConnection) -> None:
        # A connection does one thing at a time, and what is asked meanwhile is not to be lost.
        async with self._one_at_a_time:
            if self._listening is not None:
                await self._listening(connection)

    async def close(self) -> None:
        """Send what is waiting."""
        if self._sending is not None:
            await self._sending
        if self._renewing is not None:
            await self._renewing

    async def _send(self) -> None:
        while self._waiting:
            message = ""
            while self._waiting and len(message) < LONGEST:
                signal = next(iter(self._waiting))
                del self._waiting[signal]
                message += f"{signal} "
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self._pool.execute("select pg_notify($1, $2)", CHANNEL, message)
            await asyncio.sleep(GAP_SECONDS)

    def _heard(self, _connection: object, _pid: int, _channel: str, message: object) -> None:
        for signal in str(message).split():
            topic, _, tenant = signal.partition(":")
            self._deliver(topic, tenant)

    def _deliver(self, topic: str, tenant: str) -> None:
        for heard in self._hearers:
            heard(topic, tenant)
