"""Putting a job on the queue for whatever is due.

It hears which logs have grown, outside the transactions that made them grow, and looks only at
those of municipalities in which anything may be due. A job is known by what it is about and the
moment that is due: so there is one for each at a time, however many processes see that it is due,
and another once the moment has changed.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Collection
from datetime import datetime
from time import monotonic

import msgspec
from pgqueuer.adapters.persistence.queries import Queries

from cocreate.log.connection import Pool
from cocreate.log.jobs import Due, Job, Work
from cocreate.log.queue import forget_old_jobs
from cocreate.log.worker import LogWorker, Pace

PACE = Pace(poll=1.0, heard_poll=15.0, gap=0.05)
CLEAN_SECONDS = 3600.0

_log = logging.getLogger(__name__)


class Dispatcher(LogWorker):
    """Puts jobs on the queue for one kind of work.

    Every process that does the work has one, and none is in another's way.
    """

    def __init__(self, pool: Pool, queue: Queries, work: Work, *, pace: Pace = PACE) -> None:
        super().__init__(pace)
        self._pool = pool
        self._queue = queue
        self._work = work
        self._followed: set[str] = set()
        self._queued: dict[tuple[str, str], datetime] = {}
        """For which moment a job was put on the queue last, so that it is not tried for nothing."""
        self._cleaned = -math.inf

    def hear(self, topic: str, tenant: str) -> None:
        """Hear that a log has grown, that there is more to do, or that some signals are lost."""
        if topic == self._work.topic:
            self._followed.add(tenant)
            self.wake(tenant)
        elif topic != "log" or tenant in self._followed:
            super().hear(topic, tenant)

    def report(self, problem: Exception) -> None:
        """Log why nothing was put on the queue, and look at everything the next time."""
        _log.warning("no %s could be dispatched", self._work.entrypoint, exc_info=problem)
        self.doubt()

    async def behind(self) -> set[str]:
        """Find the municipalities in which anything may be due."""
        self._followed = set(await self._work.tenants())
        return self._followed

    async def catch_up(self) -> None:
        """Put a job on the queue for whatever is due."""
        doubtful = self._unsure
        tenants = await self.take_awake()
        if not tenants:
            return
        due = await self._work.due(tenants)
        if doubtful:
            if monotonic() - self._cleaned > CLEAN_SECONDS:
                self._cleaned = monotonic()
                await forget_old_jobs(self._pool)
            # Whatever became of the jobs of before, what is due now has one.
            kept = {(each.tenant, each.name) for each in due if each.waits}
            self._queued = {key: at for key, at in self._queued.items() if key in kept}
        await self._enqueue(
            [each for each in due if self._queued.get((each.tenant, each.name)) != each.at]
        )

    async def _enqueue(self, due: Collection[Due]) -> None:
        if not due:
            return
        entrypoint = self._work.entrypoint
        await self._queue.enqueue(
            [entrypoint] * len(due),
            [msgspec.json.encode(Job(each.tenant, each.name)) for each in due],
            [0] * len(due),
            [each.waits for each in due],
            [f"{entrypoint} {each.tenant} {each.name} {each.at.isoformat()}" for each in due],
            on_conflict="skip",
        )
        self._queued.update({(each.tenant, each.name): each.at for each in due})
