"""Reading the log: a history, a project's events as recorded, a municipality's log in order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from cocreate.domain.steps.base import Event
from cocreate.log.codec import ALL_EVENTS, Codec, set_envelope
from cocreate.log.connection import AnyConnection, Pool

PAGE = 2_000
"""How many events are read at a time."""


class Recorded(msgspec.Struct, frozen=True, rename="camel"):
    """An event as the log holds it, its data still as stored."""

    position: int
    project: UUID
    version: int
    type: str
    schema_version: int
    occurred_on: date
    recorded_at: datetime
    public: bool
    actor: str
    actor_role: str
    data: bytes
    salt: bytes
    """Hides the event in the tree of the log from whoever is not given it."""


class Reader:
    """Reads the logs. Every call names the municipality, and sees nothing of another."""

    def __init__(self, database: Pool | AnyConnection, codec: Codec | None = None) -> None:
        self._database = database
        self._codec = codec or Codec(ALL_EVENTS)

    async def head(self, tenant: str, at: datetime | None = None) -> int | None:
        """Give the last position of a log, or the last one recorded by a moment.

        None where there is no such municipality, 0 for an empty log.
        """
        position: int | None = await self._database.fetchval(
            "select cocreate.read_head($1, $2)", tenant, at
        )
        return position

    async def recorded_at(self, tenant: str, position: int) -> datetime | None:
        """Give the moment at which a log took the step at a position; None where it has none."""
        found = await self.log(tenant, after=max(position - 1, 0), limit=1)
        return found[0].recorded_at if found and position else None

    async def moments(self, tenant: str, positions: Collection[int]) -> Mapping[int, datetime]:
        """Give the moments at which a log took the steps at some positions, of those it has."""
        rows = await self._database.fetch(
            "select p.position, l.recorded_at from unnest($2::bigint[]) as p (position)"
            " cross join lateral cocreate.read_salted_log($1, p.position - 1, 1) as l"
            " where l.position = p.position",
            tenant,
            list(positions),
        )
        return {row["position"]: row["recorded_at"] for row in rows}

    async def stream(
        self,
        tenant: str,
        stream_id: UUID,
        *,
        after: int = 0,
        limit: int = PAGE,
        up_to: int | None = None,
    ) -> list[Recorded]:
        """Give events of one history after a version, at most up to a position of the log."""
        rows = await self._database.fetch(
            "select * from cocreate.read_salted_stream($1, $2, $3, $4, $5)",
            tenant,
            stream_id,
            after,
            limit,
            2**62 if up_to is None else up_to,
        )
        return [recorded(row) for row in rows]

    async def public_stream(
        self, tenant: str, stream_id: UUID, *, after: int = 0, limit: int = PAGE
    ) -> list[Recorded]:
        """Give those events of one history after a version that everyone may see by now."""
        rows = await self._database.fetch(
            "select * from cocreate.read_public_stream($1, $2, $3, $4)",
            tenant,
            stream_id,
            after,
            limit,
        )
        return [recorded(row) for row in rows]

    async def history(
        self, tenant: str, stream_id: UUID, *, after: int = 0, up_to: int | None = None
    ) -> AsyncIterator[list[Recorded]]:
        """Yield a history from behind a version on, a page at a time."""
        while page := await self.stream(tenant, stream_id, after=after, up_to=up_to):
            yield page
            if len(page) < PAGE:
                return
            after = page[-1].version

    async def log(self, tenant: str, *, after: int = 0, limit: int = PAGE) -> list[Recorded]:
        """Give the events of a municipality's log after a position, in order."""
        rows = await self._database.fetch(
            "select * from cocreate.read_salted_log($1, $2, $3)", tenant, after, limit
        )
        return [recorded(row) for row in rows]

    def event(self, stored: Recorded) -> Event:
        """Give the event that was recorded."""
        return decode(self._codec, stored)


def recorded(row: asyncpg.Record | tuple[Any, ...]) -> Recorded:
    """Give a row of the event table as what it is."""
    (
        _tenant,
        position,
        stream_id,
        version,
        recorded_at,
        occurred_on,
        schema_version,
        public,
        kind,
        actor,
        actor_role,
        data,
        salt,
    ) = row
    return Recorded(
        position,
        stream_id,
        version,
        kind,
        schema_version,
        occurred_on,
        recorded_at,
        public,
        actor,
        actor_role,
        data,
        salt,
    )


def decode(codec: Codec, stored: Recorded) -> Event:
    """Give the event that was recorded, its envelope set."""
    event = codec.decode(stored.type, stored.schema_version, stored.data)
    set_envelope(
        event,
        stored.project,
        stored.version,
        stored.recorded_at,
        stored.occurred_on,
        stored.public,
    )
    return event
