"""The part of a process that sends events out: its dispatcher, and its share of the jobs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

import asyncpg
import msgspec
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import PgqException
from pgqueuer.domain.models import Job as QueuedJob

from cocreate.log.connection import Pool
from cocreate.log.queue import CHANNEL, queue_on
from cocreate.webhooks.delivery import Deliveries
from cocreate.webhooks.dispatcher import ENTRYPOINT, Dispatcher, Job

AT_ONCE = 64
"""How many webhooks a process sends to at a time; twice the jobs it takes at a time, or more."""
BATCH = 16
LOOK_EVERY = timedelta(seconds=30)
"""How often the queue is looked at when no one was told of a job."""
DEAD_AFTER = timedelta(seconds=30)
"""After how long without a sign of life the job of a process is another's."""
AGAIN_SECONDS = 1.0

_log = logging.getLogger(__name__)
_AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, PgqException)


class WebhookWorker:
    """Sends to webhooks until it is cancelled; then it ends what it has begun, and no more."""

    def __init__(
        self, pool: Pool, deliveries: Deliveries, dispatcher: Dispatcher | None = None
    ) -> None:
        self._pool = pool
        self._deliveries = deliveries
        self.dispatcher = dispatcher or Dispatcher(pool, queue_on(pool))
        self._manager: QueueManager | None = None

    def hear(self, topic: str, tenant: str) -> None:
        """Hear a signal."""
        self.dispatcher.hear(topic, tenant)

    async def run(self, connected: Callable[[], bool] = lambda: False) -> None:
        """Send until cancelled. A database that is away is waited for."""
        working = asyncio.create_task(self._work())
        dispatching = asyncio.create_task(self.dispatcher.run(connected))
        try:
            await asyncio.wait({working, dispatching}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            dispatching.cancel()
            self._deliveries.stopping = True
            if self._manager is not None:
                self._manager.shutdown.set()
            # Requests that are on their way come to an end, and are noted.
            await asyncio.wait({working, dispatching})

    async def _work(self) -> None:
        while not self._deliveries.stopping:
            self._manager = QueueManager(queue_on(self._pool), channel=CHANNEL)
            self._manager.entrypoint(ENTRYPOINT, accepts_context=False)(self._take)
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
                _log.warning("the queue of webhooks cannot be read", exc_info=problem)
                await asyncio.sleep(AGAIN_SECONDS)

    async def _take(self, queued: QueuedJob) -> None:
        """Do a job. What goes wrong in it is logged here, and nowhere in the database."""
        job = msgspec.json.decode(queued.payload or b"", type=Job)
        try:
            await self._deliveries.deliver(job.tenant, job.webhook)
        except Exception:  # noqa: BLE001 - whatever it is, it holds up no other webhook
            _log.exception("webhook %s of %s could not be sent to", job.webhook, job.tenant)
        # By now another moment is due, if any, so another job can be told from this one.
        self.dispatcher.wake(job.tenant)
