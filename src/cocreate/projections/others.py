"""What municipalities show of themselves to others, by consent: asked of each, one at a time.

No query reads two logs. What all show is gathered in turns, and kept for a while: comparisons need
not be of this minute, and a municipality that no longer takes part is gone with the next turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from time import monotonic
from typing import Generic, TypeVar

from cocreate.log.connection import Pool
from cocreate.projections.answers import LATEST, Answers
from cocreate.projections.comparison import Figures
from cocreate.projections.known import Audience
from cocreate.projections.landscape import Against, OneLog, Seen

T = TypeVar("T")

KEPT_SECONDS = 300.0
"""How long what was gathered is told."""
AT_ONCE = 4
"""How many municipalities are asked at a time: others need connections as well."""


class Gathered(Generic[T]):
    """What every municipality that takes part shows, by its code."""

    def __init__(self, pool: Pool, ask: Callable[[str], Awaitable[T | None]]) -> None:
        self._pool = pool
        self._ask = ask
        self._found: dict[str, T] = {}
        self._until = 0.0
        self._lock = asyncio.Lock()
        self.turn = 0
        """How often it was gathered anew with another result."""

    async def give(self) -> dict[str, T]:
        """Give what was gathered, gathering anew when it is old."""
        async with self._lock:
            if monotonic() >= self._until:
                found = await self._gather()
                if found != self._found:
                    self._found = found
                    self.turn += 1
                self._until = monotonic() + KEPT_SECONDS
            return self._found

    async def _gather(self) -> dict[str, T]:
        rows = await self._pool.fetch("select tenant_id from cocreate.municipality order by 1")
        waiting = iter([row["tenant_id"] for row in rows])
        found: dict[str, T] = {}

        async def work() -> None:
            for tenant in waiting:
                shown = await self._ask(tenant)
                if shown is not None:
                    found[tenant] = shown

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
        return dict(sorted(found.items()))


class Others:
    """What municipalities that take part show to each other."""

    def __init__(self, pool: Pool, answers: Answers, today: Callable[[], date]) -> None:
        self._answers = answers
        self._today = today
        self.figures: Gathered[list[Figures]] = Gathered(pool, self._figures)
        self.logs: Gathered[OneLog] = Gathered(pool, self._log)

    async def _figures(self, tenant: str) -> list[Figures] | None:
        rows = await self._answers.ask("comparison", "figures", tenant, self._today())
        return [Figures(*row) for row in rows] or None

    async def _log(self, tenant: str) -> OneLog | None:
        public = int(Audience.PUBLIC)
        [row] = await self._answers.ask("landscape", "taking_part", tenant, public, LATEST)
        return await log_of(self._answers, tenant, Audience.PUBLIC, LATEST) if row[0] else None


async def log_of(answers: Answers, tenant: str, audience: Audience, position: int) -> OneLog:
    """Give what a log shows of each word, as known at a position."""
    seen = await answers.ask("landscape", "seen", tenant, int(audience), position)
    helped = await answers.ask("landscape", "what_helped", tenant, int(audience), position)
    return OneLog(
        [Seen(*row) for row in seen],
        [
            Against(
                row["vocabulary"],
                row["code"],
                row["kind"],
                row["tried"],
                row["resolved"],
                row["days"] or (),
            )
            for row in helped
        ],
    )
