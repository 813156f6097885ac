"""Putting a job on the queue for every webhook that is behind its log.

It hears which logs have grown, outside the transactions that made them grow, and looks only at
those of municipalities that have webhooks. A job is known by its webhook and the moment that one is
due: so there is one job for each at a time, however many processes see that it is due, and another
once the moment has changed.
"""

from __future__ import annotations

import logging
import math
from datetime import datetime
from time import monotonic

import msgspec
from pgqueuer.adapters.persistence.queries import Queries

from cocreate.log.connection import Pool
from cocreate.log.queue import forget_old_jobs
from cocreate.log.worker import LogWorker, Pace
from cocreate.webhooks.progress import TOPIC, Due, Progress

ENTRYPOINT = "webhook"
PACE = Pace(poll=1.0, heard_poll=15.0, gap=0.05)
CLEAN_SECONDS = 3600.0

_log = logging.getLogger(__name__)


class Job(msgspec.Struct, frozen=True):
    """What a job says: which webhook is due, and nothing of what it is sent."""

    tenant: str
    webhook: str


class Dispatcher(LogWorker):
    """Puts jobs on the queue. Every process that sends has one, and none is in another's way."""

    def __init__(self, pool: Pool, queue: Queries, *, pace: Pace = PACE) -> None:
        super().__init__(pace)
        self._pool = pool
        self._progress = Progress(pool)
        self._queue = queue
        self._followed: set[str] = set()
        self._queued: dict[tuple[str, str], datetime] = {}
        """For which moment a job was put on the queue last, so that it is not tried for nothing."""
        self._cleaned = -math.inf

    def hear(self, topic: str, tenant: str) -> None:
        """Hear that a log has grown, that webhooks were changed, or that some signals are lost."""
        if topic == TOPIC:
            self._followed.add(tenant)
            self.wake(tenant)
        elif topic != "log" or tenant in self._followed:
            super().hear(topic, tenant)

    def report(self, problem: Exception) -> None:
        """Log why nothing was put on the queue, and look at everything the next time."""
        _log.warning("no webhook could be dispatched", exc_info=problem)
        self.doubt()

    async def behind(self) -> set[str]:
        """Find the municipalities that have webhooks to send to."""
        self._followed = await self._progress.followed()
        return self._followed

    async def catch_up(self) -> None:
        """Put a job on the queue for every webhook that is behind."""
        doubtful = self._unsure
        tenants = await self.take_awake()
        if not tenants:
            return
        due = await self._progress.behind(tenants)
        if doubtful:
            if monotonic() - self._cleaned > CLEAN_SECONDS:
                self._cleaned = monotonic()
                await forget_old_jobs(self._pool)
            # Whatever became of the jobs of before, one that is due now has one.
            kept = {(each.tenant, each.webhook) for each in due if each.waits}
            self._queued = {key: at for key, at in self._queued.items() if key in kept}
        await self._enqueue(
            [each for each in due if self._queued.get((each.tenant, each.webhook)) != each.at]
        )

    async def _enqueue(self, due: list[Due]) -> None:
        if not due:
            return
        await self._queue.enqueue(
            [ENTRYPOINT] * len(due),
            [msgspec.json.encode(Job(each.tenant, each.webhook)) for each in due],
            [0] * len(due),
            [each.waits for each in due],
            [f"{each.tenant} {each.webhook} {each.at.isoformat()}" for each in due],
            on_conflict="skip",
        )
        self._queued.update({(each.tenant, each.webhook): each.at for each in due})
