"""Work that is due for one of something in a municipality, and is shared among processes.

A job says what is due, and nothing of what is sent or said. Whoever does it looks for itself what
there is to do, so that one that comes twice, or too late, does no harm.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import ClassVar, NamedTuple

import msgspec


class Due(NamedTuple):
    """What of a municipality is due, at which moment, and how long that is from now."""

    tenant: str
    name: str
    at: datetime
    waits: timedelta


class Job(msgspec.Struct, frozen=True):
    """What a job says: of which municipality what is due."""

    tenant: str
    name: str


class Work(ABC):
    """A kind of work: it tells what is due, and does it."""

    entrypoint: ClassVar[str]
    """What its jobs are called on the queue."""
    topic: ClassVar[str]
    """The topic of the signal that there may be more to do in a municipality than there was."""

    stopping = False
    """Whether nothing is begun any more."""

    @abstractmethod
    async def tenants(self) -> Collection[str]:
        """Give the municipalities in which anything may come to be due."""

    @abstractmethod
    async def due(self, tenants: Collection[str]) -> Collection[Due]:
        """Give what is due in municipalities, now or later."""

    @abstractmethod
    async def do(self, tenant: str, name: str) -> None:
        """Do what is due, if it still is."""
