"""The part of a process that does jobs of many kinds: their dispatchers, and its share of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import asyncpg
import msgspec
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import PgqException
from pgqueuer.domain.models import Job as QueuedJob

from cocreate.log.connection import Pool
from cocreate.log.dispatcher import Dispatcher
from cocreate.log.jobs import Job, Work
from cocreate.log.queue import CHANNEL, queue_on

AT_ONCE = 64
"""How many jobs a process does at a time; twice those it takes at a time, or more."""
BATCH = 16
LOOK_EVERY = timedelta(seconds=30)
"""How often the queue is looked at when no one was told of a job."""
DEAD_AFTER = timedelta(seconds=30)
"""After how long without a sign of life the job of a process is another's."""
AGAIN_SECONDS = 1.0

_log = logging.getLogger(__name__)
_AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, PgqException)


class JobWorker:
    """Does jobs until it is cancelled; then it ends what it has begun, and no more."""

    def __init__(self, pool: Pool, works: Sequence[Work]) -> None:
        self._pool = pool
        self._works = works
        self._dispatchers = [Dispatcher(pool, queue_on(pool), work) for work in works]
        self._manager: QueueManager | None = None

    def hear(self, topic: str, tenant: str) -> None:
        """Hear a signal."""
        for each in self._dispatchers:
            each.hear(topic, tenant)

    async def run(self, connected: Callable[[], bool] = lambda: False) -> None:
        """Work until cancelled. A database that is away is waited for."""
        working = asyncio.create_task(self._work())
        dispatching = [asyncio.create_task(each.run(connected)) for each in self._dispatchers]
        try:
            await asyncio.wait({working, *dispatching}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in dispatching:
                each.cancel()
            for work in self._works:
                work.stopping = True
            if self._manager is not None:
                self._manager.shutdown.set()
            # What is on its way comes to an end, and is noted.
            await asyncio.wait({working, *dispatching})

    @property
    def _stopping(self) -> bool:
        return any(work.stopping for work in self._works)

    async def _work(self) -> None:
        while not self._stopping:
            self._manager = QueueManager(queue_on(self._pool), channel=CHANNEL)
            for work, dispatcher in zip(self._works, self._dispatchers, strict=True):
                self._manager.entrypoint(work.entrypoint, accepts_context=False)(
                    _taking(work, dispatcher)
                )
            try:
                await self._manager.run(
                    dequeue_timeout=LOOK_EVERY,
                    batch_size=BATCH,
                    max_concurrent_tasks=AT_ONCE,
                    heartbeat_timeout=DEAD_AFTER,
                    log_aggregation_interval=timedelta(0),
                    shutdown_on_listener_failure=True,
                )
            except _AWAY as problem:
                _log.warning("the queue of jobs cannot be read", exc_info=problem)
                await asyncio.sleep(AGAIN_SECONDS)


def _taking(work: Work, dispatcher: Dispatcher) -> Callable[[QueuedJob], Awaitable[None]]:
    async def take(queued: QueuedJob) -> None:
        """Do a job. What goes wrong in it is logged here, and nowhere in the database."""
        job = msgspec.json.decode(queued.payload or b"", type=Job)
        try:
            await work.do(job.tenant, job.name)
        except Exception:  # noqa: BLE001 - whatever it is, it holds up nothing else
            _log.exception("the %s %s of %s is not done", work.entrypoint, job.name, job.tenant)
        # By now another moment is due, if any, so another job can be told from this one.
        dispatcher.wake(job.tenant)

    return take
