"""The projection engine: takes what the logs say into the read models, exactly once.

For each read model and municipality there is a checkpoint, moved in the same transaction as the
rows. Whoever holds the lock on its row does the folding; others go on to the next, so any number
of processes share the work, and a process that dies lets go at once. A step that a fold cannot
take stops that read model of that municipality alone, visibly, until it is repaired.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from time import monotonic
from typing import Any, Protocol
from uuid import UUID

import asyncpg
import msgspec

from cocreate.domain.steps.base import Event
from cocreate.log.codec import ALL_EVENTS, Codec
from cocreate.log.connection import AnyConnection, Pool
from cocreate.log.read import PAGE, Recorded, recorded
from cocreate.projections.known import Audience, Known, as_known, know, reaches_back
from cocreate.projections.rows import Key, Rows, Table, load, write

POLL_SECONDS = 1.0
"""How long a log may be ahead unnoticed when no one was told."""
GAP_SECONDS = 0.05
"""How long a busy log gathers between batches: many steps cost little more than one."""


class ReadModel(Protocol):
    """What the module of a read model offers: its name, its tables and its fold."""

    NAME: str
    """The name of the model, of its schema in the database and of its .sql file."""
    VERSION: int
    """Counts up when the fold comes to something else for the same log."""

    @property
    def TABLES(self) -> Sequence[Table[Any]]:  # noqa: N802 - a constant of the module
        """The tables it keeps."""

    def touched(self, event: Event, /) -> Iterator[Key]:
        """Yield the keys of the rows that a step may change."""

    def fold(self, rows: Rows, known: Known, /) -> None:
        """Let a step change the rows: a pure function of both."""


class Lag(msgspec.Struct, frozen=True, rename="camel"):
    """How far a read model is behind the log of a municipality."""

    tenant: str
    projection: str
    position: int
    head: int
    parked_at_position: int | None = None
    parked_reason: str | None = None


class Engine:
    """Keeps read models up to date with the logs of all municipalities."""

    def __init__(
        self,
        pool: Pool,
        models: Sequence[ReadModel],
        *,
        codec: Codec | None = None,
        moved: Callable[[str, str, int], None] | None = None,
        batch: int = PAGE,
    ) -> None:
        self._pool = pool
        self._models = {model.NAME: model for model in models}
        self._codec = codec or Codec(ALL_EVENTS)
        self._moved = moved or (lambda _projection, _tenant, _position: None)
        self._batch = batch
        self._awake: dict[str, set[str]] = {name: set() for name in self._models}
        self._unsure = set(self._models)
        """The read models for which a log may have grown without a word."""
        self._wake = asyncio.Event()

    def wake(self, tenant: str) -> None:
        """Say that a log has grown."""
        for awake in self._awake.values():
            awake.add(tenant)
        self._wake.set()

    def hear(self, topic: str, tenant: str) -> None:
        """Hear a signal: that of a log, or that some may have been lost."""
        if topic == "log":
            self.wake(tenant)
        elif not topic:
            self._unsure.update(self._models)
            self._wake.set()

    async def run(self) -> None:
        """Keep up until cancelled. A database that is away is waited for."""
        polled = monotonic()
        while True:
            self._wake.clear()
            if monotonic() - polled > POLL_SECONDS:
                polled = monotonic()
                self._unsure.update(self._models)
            try:
                await self.catch_up()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(POLL_SECONDS)
                continue
            await asyncio.sleep(GAP_SECONDS)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)

    async def catch_up(self) -> None:
        """Fold until no read model is behind, but for those that others work on or are parked.

        What the database refuses for one municipality is raised after all others had their turn.
        """
        refused: asyncpg.PostgresError | None = None
        for name, model in self._models.items():
            tenants, self._awake[name] = self._awake[name], set()
            if not tenants or name in self._unsure:
                tenants |= await self._behind(name)
                self._unsure.discard(name)
            while tenants:
                for tenant in tenants:
                    try:
                        while await self.advance(model, tenant):
                            pass
                    except asyncpg.PostgresError as problem:
                        self._unsure.add(name)
                        refused = problem
                tenants, self._awake[name] = self._awake[name], set()
        if refused is not None:
            # Connections may know the types of tables that were made anew since.
            await self._pool.expire_connections()
            raise refused

    async def _behind(self, name: str) -> set[str]:
        rows = await self._pool.fetch(
            "select h.tenant_id from cocreate.log_head h"
            " left join cocreate.projection_checkpoint c"
            " on c.tenant_id = h.tenant_id and c.projection = $1"
            " where h.position > coalesce(c.position, 0) and c.parked_at_position is null",
            name,
        )
        return {row["tenant_id"] for row in rows}

    async def advance(self, model: ReadModel, tenant: str) -> bool:
        """Fold one batch of a log into a read model; tell whether there may be more.

        A step that the fold cannot take is left before, and the read model of this municipality
        parked there.
        """
        try:
            after, reached = await self._advance(model, tenant, self._batch)
        except _Poison as poison:
            await self._stop_before(model, tenant, poison)
            return False
        if reached > after:
            self._moved(model.NAME, tenant, reached)
        return reached - after == self._batch

    async def _advance(self, model: ReadModel, tenant: str, limit: int) -> tuple[int, int]:
        """Fold up to so many events, and give the positions before and after."""
        async with self._pool.acquire() as connection, connection.transaction():
            after = await self._lease(connection, model.NAME, tenant)
            if after is None:
                return 0, 0
            return after, await self._fold(connection, model, tenant, after, limit)

    async def _stop_before(self, model: ReadModel, tenant: str, poison: _Poison) -> None:
        """Fold what comes before a step that the fold cannot take, and park there."""
        async with self._pool.acquire() as connection, connection.transaction():
            after = await self._lease(connection, model.NAME, tenant)
            if after is None:
                return
            good = poison.position - 1 - after
            reached = (
                await self._fold(connection, model, tenant, after, good) if good > 0 else after
            )
            await connection.execute(
                "update cocreate.projection_checkpoint"
                " set parked_at_position = $3, parked_reason = $4"
                " where tenant_id = $1 and projection = $2",
                tenant,
                model.NAME,
                poison.position,
                poison.reason,
            )
        self._moved(model.NAME, tenant, reached)

    async def _lease(self, connection: AnyConnection, name: str, tenant: str) -> int | None:
        """Lock the checkpoint and give its position; None where others have it, or it is parked."""
        await connection.execute("select set_config('cocreate.tenant', $1, true)", tenant)
        lock = (
            "select position, parked_at_position from cocreate.projection_checkpoint"
            " where tenant_id = $1 and projection = $2 for update skip locked"
        )
        row = await connection.fetchrow(lock, tenant, name)
        if row is None:
            await connection.execute(
                "insert into cocreate.projection_checkpoint (tenant_id, projection)"
                " values ($1, $2) on conflict do nothing",
                tenant,
                name,
            )
            row = await connection.fetchrow(lock, tenant, name)
        if row is None or row["parked_at_position"] is not None:
            return None
        position: int = row["position"]
        return position

    async def _fold(
        self, connection: AnyConnection, model: ReadModel, tenant: str, after: int, limit: int
    ) -> int:
        """Fold up to so many events, and give the position reached."""
        found = await connection.fetch(
            "select * from cocreate.read_log($1, $2, $3)", tenant, after, limit
        )
        if not found:
            return after
        steps = [self._know(recorded(row)) for row in found]
        again = {
            step.recorded.project: step.recorded.position
            for step in steps
            if reaches_back(step.event)
        }
        audiences = [Rows(audience) for audience in Audience]
        keys = (
            key
            for step in steps
            if step.recorded.project not in again
            for key in model.touched(step.event)
        )
        await load(connection, model.TABLES, tenant, keys, audiences)
        for step in steps:
            if step.recorded.project not in again:
                _fold_step(model, audiences, step)
        reached = steps[-1].recorded.position
        for project in again:
            await self._refold(connection, model, tenant, project, reached, audiences)
        await write(connection, model.TABLES, tenant, audiences)
        await connection.execute(
            "update cocreate.projection_checkpoint set position = $3"
            " where tenant_id = $1 and projection = $2",
            tenant,
            model.NAME,
            reached,
        )
        return reached

    async def _refold(
        self,
        connection: AnyConnection,
        model: ReadModel,
        tenant: str,
        project: UUID,
        up_to: int,
        audiences: Sequence[Rows],
    ) -> None:
        """Fold a project's whole history anew: a step changed how earlier ones are known."""
        for table in model.TABLES:
            await connection.execute(
                f"delete from {table.schema}.{table.name} where tenant_id = $1 and project_id = $2",  # noqa: S608
                tenant,
                project,
            )
        history: list[Known] = []
        while True:
            version = history[-1].recorded.version if history else 0
            page = await connection.fetch(
                "select * from cocreate.read_stream($1, $2, $3, $4, $5)",
                tenant,
                project,
                version,
                PAGE,
                up_to,
            )
            history += [self._know(recorded(row)) for row in page]
            if len(page) < PAGE:
                break
        for rows in audiences:
            try:
                known = as_known(history, rows.audience)
            except Exception as problem:
                raise _Poison(up_to, problem) from problem
            for step in known:
                _fold_one(model, rows, step)

    async def resume(self, projection: str, tenant: str) -> bool:
        """Let a parked read model go on from where it stopped; tell whether it was parked."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("select set_config('cocreate.tenant', $1, true)", tenant)
            done: str = await connection.execute(
                "update cocreate.projection_checkpoint"
                " set parked_at_position = null, parked_reason = null"
                " where tenant_id = $1 and projection = $2 and parked_at_position is not null",
                tenant,
                projection,
            )
        self.wake(tenant)
        return done == "UPDATE 1"

    async def rebuild(self, model: ReadModel, tenant: str) -> int:
        """Fold a whole log anew and give the number of events.

        Readers see the rows as they were until the new ones are all there.
        """
        count = 0
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("select set_config('cocreate.tenant', $1, true)", tenant)
            await connection.execute(
                "insert into cocreate.projection_checkpoint (tenant_id, projection)"
                " values ($1, $2) on conflict do nothing",
                tenant,
                model.NAME,
            )
            await connection.execute(
                "select from cocreate.projection_checkpoint"
                " where tenant_id = $1 and projection = $2 for update",
                tenant,
                model.NAME,
            )
            for table in model.TABLES:
                await connection.execute(
                    f"delete from {table.schema}.{table.name} where tenant_id = $1",  # noqa: S608
                    tenant,
                )
            count = await self._fold_all(connection, model, tenant)
            await connection.execute(
                "update cocreate.projection_checkpoint set position = $3,"
                " parked_at_position = null, parked_reason = null"
                " where tenant_id = $1 and projection = $2",
                tenant,
                model.NAME,
                count,
            )
        self._moved(model.NAME, tenant, count)
        return count

    async def _fold_all(self, connection: AnyConnection, model: ReadModel, tenant: str) -> int:
        audiences = [Rows(audience) for audience in Audience]
        again: set[UUID] = set()
        added = [table for table in model.TABLES if table.only_added]
        position = 0
        while True:
            found = await connection.fetch(
                "select * from cocreate.read_log($1, $2, $3)", tenant, position, PAGE
            )
            for row in found:
                step = self._know(recorded(row))
                if reaches_back(step.event):
                    again.add(step.recorded.project)
                _fold_step(model, audiences, step)
            await write(connection, added, tenant, audiences)
            if found:
                position = found[-1]["position"]
            if len(found) < PAGE:
                break
            await asyncio.sleep(0)
        await write(connection, model.TABLES, tenant, audiences)
        for project in again:
            fresh = [Rows(audience) for audience in Audience]
            await self._refold(connection, model, tenant, project, position, fresh)
            await write(connection, model.TABLES, tenant, fresh)
        return position

    def _know(self, found: Recorded) -> Known:
        try:
            return know(self._codec, found)
        except Exception as problem:
            raise _Poison(found.position, problem) from problem

    async def lags(self) -> list[Lag]:
        """Tell of every read model and municipality how far behind it is, and where parked."""
        rows = await self._pool.fetch(
            "select h.tenant_id, m.name, coalesce(c.position, 0), h.position,"
            " c.parked_at_position, c.parked_reason"
            " from cocreate.log_head h cross join unnest($1::text[]) as m (name)"
            " left join cocreate.projection_checkpoint c"
            " on c.tenant_id = h.tenant_id and c.projection = m.name"
            " order by h.tenant_id, m.name",
            list(self._models),
        )
        return [Lag(*row) for row in rows]


class _Poison(Exception):  # noqa: N818
    """A step that a read model cannot take."""

    def __init__(self, position: int, problem: Exception) -> None:
        super().__init__(position)
        self.position = position
        self.reason = f"{type(problem).__name__}: {problem}"


def _fold_step(model: ReadModel, audiences: Sequence[Rows], step: Known) -> None:
    public, internal = audiences
    _fold_one(model, internal, step)
    if step.public:
        _fold_one(model, public, step)


def _fold_one(model: ReadModel, rows: Rows, step: Known) -> None:
    try:
        model.fold(rows, step)
    except Exception as problem:
        raise _Poison(step.recorded.position, problem) from problem
