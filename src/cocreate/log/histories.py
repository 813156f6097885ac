"""Histories as the log holds them: replayed into what they came to, and snapshots of that."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from typing import cast
from uuid import UUID

import asyncpg
import msgspec

from cocreate.domain.municipality import Municipality, municipality_id
from cocreate.domain.project import SNAPSHOT_SCHEMA, Project, ProjectSnapshot
from cocreate.domain.steps.base import Event
from cocreate.domain.subscription import (
    OPERATOR_LOG,
    Plan,
    PlanDefined,
    Subscription,
    plans_after,
    plans_id,
    subscription_id,
)
from cocreate.log.append import Repeated, told
from cocreate.log.codec import Codec, decode_snapshot, encode_snapshot, set_envelope
from cocreate.log.connection import AnyConnection, Pool
from cocreate.log.errors import LogUnavailable, UnknownMunicipality


class Histories:
    """Gives aggregates from their histories.

    Every method raises :class:`~cocreate.log.errors.LogUnavailable` when the database gives no
    answer.
    """

    def __init__(self, database: Pool | AnyConnection, codec: Codec) -> None:
        self._database = database
        self._codec = codec

    async def municipality(self, tenant: str) -> Municipality:
        """Give a municipality.

        Raises :class:`~cocreate.log.errors.UnknownMunicipality`.
        """
        stream_id = municipality_id(tenant)
        municipality: Municipality | None = None
        for row in await self._ask(_HISTORY, tenant, stream_id, None):
            municipality = self._event(stream_id, row).mutate(municipality)
        if municipality is None:
            raise UnknownMunicipality(tenant)
        return municipality

    async def subscription(self, code: str) -> Subscription | None:
        """Give the subscription of a municipality, None where the operator's log has none."""
        stream_id = subscription_id(code)
        subscription: Subscription | None = None
        for row in await self._ask(_HISTORY, OPERATOR_LOG, stream_id, None):
            subscription = self._event(stream_id, row).mutate(subscription)
        return subscription

    async def plans(self) -> Mapping[str, Plan]:
        """Give the plans by name, as the operator's log has them now."""
        rows = await self._ask(_HISTORY, OPERATOR_LOG, plans_id(), None)
        return plans_after(cast("PlanDefined", self._event(plans_id(), row)) for row in rows)

    async def register(self, tenant: str, name: str) -> None:
        """Make the log of a municipality, unless it has one."""
        await self._ask("select cocreate.register_municipality($1, $2)", tenant, name)

    async def project(self, tenant: str, project_id: UUID) -> tuple[Project | None, int]:
        """Give a project from its last snapshot and the events after it.

        Beside it stands the version of the snapshot, 0 where there was none.
        """
        rows = await self._ask(_HISTORY, tenant, project_id, SNAPSHOT_SCHEMA)
        try:
            return await self._replay(project_id, rows)
        except msgspec.DecodeError:
            if rows[0]["type"] is not None:
                raise
        # The snapshot cannot be read. It is only a shortcut.
        rows = await self._ask(_HISTORY, tenant, project_id, None)
        return await self._replay(project_id, rows)

    async def version(self, tenant: str, project_id: UUID) -> int:
        """Tell how far a history has come."""
        rows = await self._ask("select cocreate.read_version($1, $2)", tenant, project_id)
        return rows[0][0] or 0

    async def command(self, tenant: str, key: str) -> tuple[UUID, Repeated] | None:
        """Give the history and the facts of the command that was recorded under a key."""
        for row in await self._ask("select * from cocreate.read_command($1, $2)", tenant, key):
            facts = Repeated(row["position"], row["version"], row["fingerprint"], row["ids"])
            return row["stream_id"], facts
        return None

    async def take_snapshot(self, tenant: str, project_id: UUID) -> None:
        """Write a snapshot of what the log holds, which is never ahead of it."""
        with contextlib.suppress(LogUnavailable):  # another will be due
            project, _ = await self.project(tenant, project_id)
            if project is None:
                return
            await self._ask(
                "select cocreate.write_snapshot($1, $2, $3, $4, $5)",
                tenant,
                project_id,
                project.version,
                SNAPSHOT_SCHEMA,
                encode_snapshot(ProjectSnapshot.take(project)),
            )

    async def _replay(
        self, project_id: UUID, rows: Sequence[asyncpg.Record]
    ) -> tuple[Project | None, int]:
        project: Project | None = None
        snapshot_version = 0
        for number, row in enumerate(rows, 1):
            if row["type"] is None:
                snapshot_version = row["version"]
                snapshot = decode_snapshot(project_id, snapshot_version, row["data"])
                project = cast("Project", snapshot.mutate(None))
                continue
            project = self._event(project_id, row).mutate(project)
            if number % 500 == 0:
                await asyncio.sleep(0)  # a long history must not hold up the other requests
        return project, snapshot_version

    def _event(self, stream_id: UUID, row: asyncpg.Record) -> Event:
        event = self._codec.decode(row["type"], row["schema_version"], row["data"])
        set_envelope(
            event,
            stream_id,
            row["version"],
            row["recorded_at"],
            row["occurred_on"],
            row["public"],
        )
        return event

    async def _ask(self, query: str, *given: object) -> list[asyncpg.Record]:
        try:
            return await self._database.fetch(query, *given)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as problem:
            raise told(problem) from problem


_HISTORY = "select * from cocreate.read_history($1, $2, 0, $3)"
