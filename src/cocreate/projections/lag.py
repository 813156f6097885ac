"""How far each read model is behind each log, and which projects are parked."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec
from msgspec.structs import replace

from cocreate.log.connection import Pool
from cocreate.projections.builds import Builds


class Lag(msgspec.Struct, frozen=True, rename="camel"):
    """How far a read model is behind the log of a municipality."""

    municipality: str
    projection: str
    position: int
    head: int
    complete: bool
    """Whether it may be read from: it has caught up with the log once."""
    parked: int
    """How many projects are parked."""


class Parked(msgspec.Struct, frozen=True, rename="camel"):
    """A project that a read model could not take a step of."""

    municipality: str
    projection: str
    project: UUID
    position: int
    reason: str
    """What went wrong, which may quote the step."""

    def in_short(self) -> Parked:
        """Give it for who keeps the installation running: with the kind of mistake alone.

        What a step says is not for the operator, who finds it with ``cocreate audit replay``, and
        on record.
        """
        return replace(self, reason=self.reason.partition(":")[0])


async def lags(pool: Pool, builds: Builds, tenant: str | None = None) -> Sequence[Lag]:
    """Tell of every read model how far behind it is in each log, or in one."""
    rows = await pool.fetch("select * from cocreate.read_lags($1, $2)", tenant, builds.numbers)
    return [Lag(*row) for row in rows]


async def parked(pool: Pool, builds: Builds, tenant: str | None = None) -> Sequence[Parked]:
    """Tell of every project that is parked, in each log or in one."""
    rows = await pool.fetch("select * from cocreate.read_parked($1, $2)", tenant, builds.numbers)
    return [Parked(*row) for row in rows]
