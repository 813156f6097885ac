"""Doing jobs beside all else that a process does: what they are, and the connections they have."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from ipaddress import ip_network
from typing import NamedTuple

from cocreate.log.connection import Pool, open_pool
from cocreate.log.jobs import Work
from cocreate.service import Service
from cocreate.settings import Settings, SettingsWrong
from cocreate.webhooks.addresses import AddressPolicy
from cocreate.webhooks.delivery import Deliveries
from cocreate.webhooks.progress import Progress
from cocreate.webhooks.sending import Sender


class Connections(NamedTuple):
    """Connections of jobs alone: no request waits for those."""

    sending: Pool
    """In the role that shares the jobs, and sees in every municipality what is due."""
    reading: Pool
    """In the role of the application."""


MakeWork = Callable[[Service, Connections], Work]


@contextlib.asynccontextmanager
async def working(dsn: str, service: Service, *kinds: MakeWork) -> AsyncIterator[None]:
    """Do jobs of some kinds meanwhile; several processes may, and share them."""
    # Here, since only a process that does jobs needs its library, which takes long to import.
    from cocreate.log.job_worker import JobWorker  # noqa: PLC0415

    async with contextlib.AsyncExitStack() as stack:
        sending = await open_pool(dsn, "cocreate_webhooks", size=4)
        stack.push_async_callback(sending.close)
        reading = await open_pool(dsn, "cocreate_app", size=2)
        stack.push_async_callback(reading.close)
        connections = Connections(sending, reading)
        worker = JobWorker(sending, [make(service, connections) for make in kinds])
        service.signals.hear(worker.hear)
        running = asyncio.create_task(worker.run(lambda: service.signals.connected))
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def deliveries(sender: Sender, public_url: str) -> MakeWork:
    """Give the work of sending events to webhooks."""
    return lambda service, connections: Deliveries(
        Progress(connections.sending),
        connections.reading,
        service.live,
        service.webhook_secrets,
        sender,
        public_url,
    )


def policy_of(settings: Settings) -> AddressPolicy:
    """Give to which addresses events may be sent; raises :class:`SettingsWrong`."""
    try:
        return AddressPolicy([ip_network(each) for each in settings.webhook_private_networks])
    except ValueError as problem:
        message = f"COCREATE_WEBHOOK_PRIVATE_NETWORKS cannot be used: {problem}"
        raise SettingsWrong(message) from None
