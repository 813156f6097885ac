"""One municipality's log, as the library's recorders need it: read and written by the window.

Versions of a history and positions of a log have no gaps, so every window is a place to start
after and a number of events, which is what the functions of the database ask.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from cocreate.domain.municipality import municipality_id
from cocreate.log.append import Appender, Command, Outcome, Refused, Taken
from cocreate.log.codec import AGGREGATE_EVENTS, Codec
from cocreate.log.connection import Pool, open_pool
from cocreate.log.errors import NotSubscribed, VersionConflict
from cocreate.log.histories import Histories
from cocreate.log.keys import Keys
from cocreate.log.master import KeyManagement
from cocreate.log.read import PAGE, Reader, Recorded, recorded
from cocreate.log.sealing import Sealing
from cocreate.log.signals import Signals

POLL_SECONDS = 1.0
"""How long a log may have grown unnoticed when a signal was lost."""
MOST = 2**31 - 1
"""The largest number of events that can be asked for."""


class Shortcut(NamedTuple):
    """A snapshot as the log keeps it."""

    version: int
    schema_version: int
    state: bytes


class Door:
    """Works on the log of one municipality. Made by :func:`open_door`.

    Every method raises the errors of the log, or those of the driver.
    """

    def __init__(self, dsn: str, pool: Pool, tenant: str, master: KeyManagement | None) -> None:
        self.tenant = tenant
        self._pool = pool
        self._signals = Signals(dsn, pool)
        self._signals.hear(self._heard)
        self._appender = Appender(
            pool,
            lambda grown, _position: self._signals.tell("log", grown),
            seal=Sealing(Keys(pool, master)),
        )
        self._reader = Reader(pool)
        self._histories = Histories(pool, Codec(AGGREGATE_EVENTS))
        self._hearers: set[Callable[[], None]] = set()
        self._background: list[asyncio.Task[None]] = []

    # -- writing ----------------------------------------------------------------------------------

    async def append(self, commands: Sequence[Command]) -> list[Taken]:
        """Append commands that stand or fall together.

        Raises :class:`~cocreate.log.errors.VersionConflict` for the first that does not fit, and
        :class:`~cocreate.log.errors.NotSubscribed`.
        """
        if len(commands) == 1:  # goes along with what others in this process append
            return [_taken(commands[0], await self._appender.append(self.tenant, commands[0]))]
        async with self._appender.hold(self.tenant) as held:
            outcomes = await held.append(list(commands))
            return [_taken(*each) for each in zip(commands, outcomes, strict=True)]

    async def make(self, name: str) -> None:
        """Make the log, unless there is one."""
        await self._histories.register(self.tenant, name)

    # -- reading ----------------------------------------------------------------------------------

    async def head(self) -> int | None:
        """Give the last position: 0 for an empty log, None where there is no log."""
        return await self._reader.head(self.tenant)

    async def is_registered(self) -> bool:
        """Tell whether the log is that of a municipality: registering it is an event of its own."""
        return await self.version(municipality_id(self.tenant)) > 0

    async def version(self, stream_id: UUID) -> int:
        """Tell how far a history has come."""
        return await self._histories.version(self.tenant, stream_id)

    async def history(self, stream_id: UUID, after: int, last: int) -> list[Recorded]:
        """Give the events of a history after a version, up to another."""
        if last <= after:
            return []
        return await self._reader.stream(self.tenant, stream_id, after=after, limit=last - after)

    async def log(
        self, after: int, last: int | None, limit: int, types: Sequence[str]
    ) -> list[Recorded]:
        """Give events after a position, up to another; those of some types where any are named."""
        head = await self.head() or 0
        last = head if last is None else min(last, head)
        found: list[Recorded] = []
        while after < last and len(found) < limit:
            page = min(PAGE if types else limit, last - after)
            rows = await self._pool.fetch(
                "select * from cocreate.read_salted_log($1, $2, $3)"
                " where type = any($4) or $4 = '{}' limit $5",
                self.tenant,
                after,
                page,
                types,
                limit - len(found),
            )
            found += map(recorded, rows)
            after += page
        return found

    # -- snapshots --------------------------------------------------------------------------------

    async def snapshot(self, stream_id: UUID) -> Shortcut | None:
        """Give the snapshot of a history."""
        row = await self._pool.fetchrow(
            "select * from cocreate.read_snapshot($1, $2)", self.tenant, stream_id
        )
        return None if row is None else Shortcut(*row)

    async def write_snapshot(self, stream_id: UUID, snapshot: Shortcut) -> None:
        """Keep a snapshot, unless there is one of a later version."""
        await self._pool.execute(
            "select cocreate.write_snapshot($1, $2, $3, $4, $5)", self.tenant, stream_id, *snapshot
        )

    # -- following --------------------------------------------------------------------------------

    async def hear(self, grown: Callable[[], None]) -> None:
        """Have a function called whenever the log may have grown, each second at the least."""
        if not self._background:
            for work in (self._signals.run(), self._poll()):
                self._background.append(asyncio.create_task(work))
        self._hearers.add(grown)

    async def unhear(self, grown: Callable[[], None]) -> None:
        """Call a function no more."""
        self._hearers.discard(grown)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            self._tell()

    def _heard(self, topic: str, tenant: str) -> None:
        if not topic or (topic == "log" and tenant == self.tenant):
            self._tell()

    def _tell(self) -> None:
        for grown in self._hearers:
            grown()

    async def close(self) -> None:
        """Wait for the outcome of what was sent, and tell of it."""
        await self._appender.drain()
        await self._signals.close()
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)


@contextlib.asynccontextmanager
async def open_door(
    dsn: str, tenant: str, *, pool_size: int, master: KeyManagement | None = None
) -> AsyncIterator[Door]:
    """Open connections to a log, and close them in good order.

    Without ``master`` no personal data can be recorded.
    """
    async with contextlib.AsyncExitStack() as stack:
        pool = await open_pool(dsn, "cocreate_app", size=pool_size)
        stack.push_async_callback(pool.close)
        door = Door(dsn, pool, tenant, master)
        stack.push_async_callback(door.close)
        yield door


def _taken(command: Command, outcome: Outcome) -> Taken:
    if isinstance(outcome, Taken):
        return outcome
    if isinstance(outcome, Refused):
        raise NotSubscribed(outcome.refusal)
    raise VersionConflict(command.expected, outcome.version)
