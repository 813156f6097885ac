"""What municipalities show of themselves to others, by consent: asked of each, one at a time.

No query reads two logs. What all show is gathered in turns, and kept for a while: comparisons need
not be of this minute, and a municipality that no longer takes part is gone with the next turn. One
whose read models are being built is left out, rather than counted half.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from time import monotonic
from typing import Generic, TypeVar

import msgspec

from cocreate.log.connection import Pool
from cocreate.projections.answers import Answers, BeingBuilt, mark_of
from cocreate.projections.comparison import Figure
from cocreate.projections.known import Audience
from cocreate.projections.landscape import Against, OneLog, Seen

T = TypeVar("T")

KEPT_SECONDS = 300.0
"""How long what was gathered is told."""
PARTIAL_SECONDS = 10.0
"""The same, where a municipality was left out that will soon be complete."""
AT_ONCE = 4
"""How many municipalities are asked at a time: others need connections as well."""


class Shown(msgspec.Struct, Generic[T], frozen=True):
    """What a municipality shows."""

    what: T
    mark: str
    """The same for two of them exactly when they show the same, in every process."""


class Gathered(Generic[T]):
    """What every municipality that takes part shows, by its code."""

    def __init__(
        self,
        pool: Pool,
        answers: Answers,
        model: str,
        ask: Callable[[str, int], Awaitable[T | None]],
    ) -> None:
        """Gather what ``ask`` gives for a municipality and a position of its log.

        None stands for one that does not take part; ``model`` is the read model that is asked.
        """
        self._pool = pool
        self._answers = answers
        self._model = model
        self._ask = ask
        self._found: dict[str, Shown[T]] = {}
        self._until = 0.0
        self._lock = asyncio.Lock()

    async def give(self) -> dict[str, Shown[T]]:
        """Give what was gathered, gathering anew when it is old.

        Raises :class:`BeingBuilt` where there is nothing to ask yet.
        """
        async with self._lock:
            if monotonic() >= self._until:
                await self._answers.build(self._model)
                self._found, whole = await self._gather()
                self._until = monotonic() + (KEPT_SECONDS if whole else PARTIAL_SECONDS)
            return self._found

    def forget(self, tenant: str) -> None:
        """Tell nothing more of a municipality that is no more."""
        self._found.pop(tenant, None)

    async def _gather(self) -> tuple[dict[str, Shown[T]], bool]:
        """Give what all show, and whether none was left out."""
        rows = await self._pool.fetch("select tenant_id from cocreate.municipality order by 1")
        waiting = iter([row["tenant_id"] for row in rows])
        found: dict[str, Shown[T]] = {}
        left_out: set[str] = set()

        async def work() -> None:
            for tenant in waiting:
                try:
                    stand = await self._answers.stand(self._model, tenant)
                    what = await self._ask(tenant, stand.position)
                except BeingBuilt:
                    left_out.add(tenant)
                    continue
                if what is not None:
                    found[tenant] = Shown(what, mark_of(what))

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
        return dict(sorted(found.items())), not left_out


class Others:
    """What municipalities that take part show to each other."""

    def __init__(self, pool: Pool, answers: Answers, today: Callable[[], date]) -> None:
        self._answers = answers
        self._today = today
        self.figures = Gathered(pool, answers, "comparison", self._figures)
        self.logs = Gathered(pool, answers, "landscape", self._log)

    def forget(self, tenant: str) -> None:
        """Tell nothing more of a municipality that is no more."""
        self.figures.forget(tenant)
        self.logs.forget(tenant)

    async def _figures(self, tenant: str, _position: int) -> list[Figure] | None:
        rows = await self._answers.ask("comparison", "figures", tenant, self._today())
        return [Figure(*row) for row in rows] or None

    async def _log(self, tenant: str, position: int) -> OneLog | None:
        public = int(Audience.PUBLIC)
        [row] = await self._answers.ask("landscape", "taking_part", tenant, public, position)
        return await log_of(self._answers, tenant, Audience.PUBLIC, position) if row[0] else None


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
                row["projects"],
                row["resolved"],
                row["resolved_projects"],
                list(zip(row["days"], row["numbers"], strict=True)),
            )
            for row in helped
        ],
    )
