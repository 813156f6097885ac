"""How far each read model is behind each log, and which projects are parked."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

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


async def lags(pool: Pool, builds: Builds, tenant: str | None = None) -> Sequence[Lag]:
    """Tell of every read model how far behind it is in each log, or in one."""
    rows = await pool.fetch("select * from cocreate.read_lags($1, $2)", tenant, builds.numbers)
    return [Lag(*row) for row in rows]


async def parked(pool: Pool, builds: Builds, tenant: str | None = None) -> Sequence[Parked]:
    """Tell of every project that is parked, in each log or in one."""
    rows = await pool.fetch("select * from cocreate.read_parked($1, $2)", tenant, builds.numbers)
    return [Parked(*row) for row in rows]
