"""What each municipality may do now, kept in memory for as long as no signal says it changed."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from datetime import date
from time import monotonic

import asyncpg
import msgspec

from cocreate.domain.municipality import Municipality
from cocreate.domain.subscription import OPERATOR_LOG, Quotas
from cocreate.domain.vocabulary import SubscriptionState
from cocreate.log.connection import Pool
from cocreate.log.errors import UnknownMunicipality
from cocreate.log.signals import Signals
from cocreate.log.subscriptions import CHANGED, CLOSED

KEPT_SECONDS = 5.0
"""For how long one is used without looking again while no signals come in."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What a municipality may do by its subscription, and what it set for those who read."""

    state: SubscriptionState
    accepts: bool
    """Whether it may record, up to the last day."""
    last_day: date | None
    plan: str
    quotas: Quotas
    public_portal: bool
    """Whether whoever sends no key can read what is public."""

    def accepts_on(self, day: date) -> bool:
        """Tell whether something may be recorded on a day."""
        return self.accepts and (self.last_day is None or day <= self.last_day)


class Standings:
    """Tells how municipalities stand. Kept for each of those asked for, and for no other code."""

    def __init__(
        self,
        pool: Pool,
        signals: Signals,
        municipality: Callable[[str], Awaitable[Municipality]],
    ) -> None:
        self._pool = pool
        self._signals = signals
        self._municipality = municipality
        self._kept: dict[str, tuple[float, Standing]] = {}
        self._changes = 0
        signals.hear(self._hear)

    def kept(self, code: str) -> Standing | None:
        """Give how a municipality stands, if that is known well enough; at no cost."""
        kept = self._kept.get(code)
        if kept is None or not (self._signals.connected or monotonic() - kept[0] < KEPT_SECONDS):
            return None
        return kept[1]

    async def of(self, code: str) -> Standing | None:
        """Tell how a municipality stands; None where there never was such."""
        known = self.kept(code)
        if known is not None:
            return known
        changes = self._changes
        row = await self._pool.fetchrow("select * from cocreate.read_standing($1)", code)
        if row is None:
            row = await self._pool.fetchrow(
                "select * from cocreate.read_standing_of($1, $2)", OPERATOR_LOG, code
            )
        if row is None:
            return None
        standing = await self._read(code, row)
        if changes == self._changes:  # else it may be of before a change
            self._kept[code] = (monotonic(), standing)
        return standing

    async def _read(self, code: str, row: asyncpg.Record) -> Standing:
        state = SubscriptionState(row["state"])
        public_portal = True
        if state not in (SubscriptionState.INVITED, SubscriptionState.CLOSED):
            # A log that the library made has none, nor has one that was destroyed this very moment.
            with contextlib.suppress(UnknownMunicipality):
                public_portal = (await self._municipality(code)).settings.public_portal
        return Standing(
            state=state,
            accepts=row["accepts"],
            last_day=row["last_day"],
            plan=row["plan"],
            quotas=Quotas(
                projects=row["projects"],
                keys=row["keys"],
                events_per_day=row["events_per_day"],
                requests_per_second=row["requests_per_second"],
            ),
            public_portal=public_portal,
        )

    def _hear(self, topic: str, tenant: str) -> None:
        if topic in (CHANGED, CLOSED):
            self._changes += 1
            self._kept.pop(tenant, None)
        elif not topic:
            self._changes += 1
            self._kept.clear()
