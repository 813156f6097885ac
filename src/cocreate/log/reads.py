"""Recording who reads a log: the record is in the log before there is an answer."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID

import msgspec

from cocreate.domain.calendar import amsterdam_date
from cocreate.domain.log_reads import LogRead, log_reads_id
from cocreate.domain.vocabulary import Visibility
from cocreate.log.append import Appender, Command
from cocreate.log.codec import ALL_EVENTS, Codec
from cocreate.log.read import Reader

ATTEMPTS = 50
"""How often a record is tried again that another process was ahead of."""
MAX_KEPT = 100_000
"""How many reads of a day are remembered; one that is forgotten is found again in the log."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """Who reads what of a municipality."""

    tenant: str
    actor: str
    actor_role: str
    what: str
    project: UUID | None = None


class LogReads:
    """Records what is read, in all logs."""

    def __init__(
        self,
        appender: Appender,
        reader: Reader,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._appender = appender
        self._reader = reader
        self._clock = clock
        self._codec = Codec(ALL_EVENTS)
        self._day = date.min
        self._noted: set[Reading] = set()
        self._versions: dict[str, int] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def note(self, reading: Reading, known_at: int | None = None) -> None:
        """Record a reading, once for each day in Europe/Amsterdam and whichever process.

        So a dashboard that asks every minute leaves one record a day, and costs nothing more.
        ``known_at`` is the position as known at; without it, that of the log now. Raises
        :class:`~cocreate.log.errors.LogUnavailable`: nothing is read without a record.
        """
        if reading in self._noted_today():
            return
        async with self._turns[reading.tenant]:
            if reading in self._noted_today():
                return
            await self._append(reading, known_at, once=True)
            noted = self._noted_today()
            if len(noted) >= MAX_KEPT:
                noted.clear()
            noted.add(reading)

    async def record(self, reading: Reading, known_at: int | None = None) -> None:
        """Record a reading, however often it happens; raises what :meth:`note` raises."""
        async with self._turns[reading.tenant]:
            await self._append(reading, known_at, once=False)

    def _noted_today(self) -> set[Reading]:
        if (today := self._today()) != self._day:
            self._day, self._noted = today, set()
        return self._noted

    def _today(self) -> date:
        return amsterdam_date(self._clock())

    async def _append(self, reading: Reading, known_at: int | None, *, once: bool) -> None:
        tenant = reading.tenant
        if known_at is None:
            known_at = await self._reader.head(tenant) or 0
        event = LogRead(
            occurred_on=self._today(),
            visibility=Visibility.INTERNAL,
            what=reading.what,
            project=reading.project,
            known_at=known_at,
        )
        command = Command(
            stream_id=log_reads_id(tenant),
            expected=self._versions.get(tenant, 0),
            events=[self._codec.encode(event)],
            actor=reading.actor,
            actor_role=reading.actor_role,
            ids=b"[null]",
            key=self._key(reading) if once else None,
        )
        outcome = await self._appender.append_last(tenant, command, attempts=ATTEMPTS)
        self._versions[tenant] = max(outcome.version, command.expected)

    def _key(self, reading: Reading) -> str:
        """Give the key under which a reading is recorded once a day.

        It has spaces, which no key has that is sent with a request: nobody can take it first.
        """
        return f"log-read {self._today()} {reading.actor} {reading.project or '-'} {reading.what}"
