"""How far the sending to each webhook has come, as the database keeps it for all processes.

Whoever sends holds the webhook for some seconds, and longer with every request. Where it was set to
another place meanwhile, or is held by another, what it notes moves nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec

from cocreate.log.connection import Pool
from cocreate.log.jobs import Due
from cocreate.log.tail import Place
from cocreate.webhooks.sending import Answered

TOPIC = "webhooks"
"""The topic of the signal that the webhooks of a municipality are other than they were."""
HELD = timedelta(seconds=60)
"""For how long a webhook is held after its last request: longer than any request takes."""


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """What is noted of a request: the message, what came of it, and where that takes the webhook.

    ``wait`` is for how long it is not tried again where it failed; None where it goes on. ``dead``
    is the type of an event that is passed over.
    """

    message: str
    events: int
    answered: Answered
    to: Place
    alone_until: int
    wait: timedelta | None = None
    dead: str | None = None


class Held(msgspec.Struct, kw_only=True):
    """A webhook that this process sends to, and nobody else does."""

    tenant: str
    webhook: str
    holder: UUID
    place: Place
    failures: int
    failing_since: datetime | None
    alone_until: int
    again: bool


class Progress:
    """Reads and notes how far the sending has come, in the role that sends."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def followed(self) -> set[str]:
        """Give the municipalities that have webhooks to send to."""
        rows = await self._pool.fetch("select distinct tenant_id from cocreate.webhook where sends")
        return {row["tenant_id"] for row in rows}

    async def behind(self, tenants: Collection[str]) -> list[Due]:
        """Give the webhooks of municipalities that are behind their logs."""
        rows = await self._pool.fetch("select * from cocreate.webhooks_behind($1)", sorted(tenants))
        return [Due(*row) for row in rows]

    async def hold(self, tenant: str, webhook: str) -> Held | None:
        """Hold a webhook; None where it is not due, or another holds it."""
        row = await self._pool.fetchrow(
            "select * from cocreate.begin_sending($1, $2, $3, $4)", tenant, webhook, uuid4(), HELD
        )
        if row is None:
            return None
        return Held(
            tenant=tenant,
            webhook=webhook,
            holder=row["sender"],
            place=Place(row["position"], row["step"]),
            failures=row["failures"],
            failing_since=row["failing_since"],
            alone_until=row["alone_until"],
            again=row["again"],
        )

    async def note(self, held: Held, noted: Noted) -> bool:
        """Note a request; tell whether the webhook is still held, at the place it is taken to."""
        answered = noted.answered
        still: bool = await self._pool.fetchval(
            "select cocreate.note_delivery($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
            " $14, $15, $16)",
            held.tenant,
            held.webhook,
            held.holder,
            *held.place,
            *noted.to,
            noted.message,
            noted.events,
            answered.outcome,
            answered.status,
            answered.milliseconds,
            noted.alone_until,
            noted.wait,
            noted.dead,
            HELD,
        )
        if still:
            held.place, held.alone_until = noted.to, noted.alone_until
            held.failures = 0 if noted.wait is None else held.failures + 1
        return still

    async def letters(self, held: Held) -> list[Place]:
        """Give the places of the dead letters that are to be sent again."""
        rows = await self._pool.fetch(
            "select * from cocreate.letters_to_send($1, $2)", held.tenant, held.webhook
        )
        return [Place(row["position"], row["step"]) for row in rows]

    async def note_again(
        self, held: Held, letter: Place, message: str, answered: Answered, *, done: bool
    ) -> None:
        """Note what came of a dead letter that was sent again."""
        await self._pool.execute(
            "select cocreate.note_redelivery($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            held.tenant,
            held.webhook,
            *letter,
            message,
            answered.outcome,
            answered.status,
            answered.milliseconds,
            done,
        )

    async def forget(self, held: Held, letter: Place) -> None:
        """Keep a dead letter no longer."""
        await self._pool.execute(
            "select cocreate.forget_letter($1, $2, $3, $4)",
            held.tenant,
            held.webhook,
            *letter,
        )

    async def release(self, held: Held, to: Place, wait: timedelta = timedelta(0)) -> None:
        """Let go of a webhook at a place, to be due after a while."""
        await self._pool.execute(
            "select cocreate.end_sending($1, $2, $3, $4, $5, $6, $7, $8)",
            held.tenant,
            held.webhook,
            held.holder,
            *held.place,
            *to,
            wait,
        )

    async def stop(self, held: Held) -> None:
        """Send nothing to a webhook until it is woken."""
        await wake(self._pool, held.tenant, held.webhook, sends=False)


async def wake(pool: Pool, tenant: str, webhook: str, *, sends: bool) -> None:
    """Have a webhook sent to at once, as if nothing had failed; or not at all."""
    await pool.execute("select cocreate.wake_webhook($1, $2, $3)", tenant, webhook, sends)
