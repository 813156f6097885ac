"""What was measured at one size: the figures that the estimate and its page are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from benchmarks.measure import Percentiles

API = "API"
PROJECTOR = "projector"
SIGNER = "signer"
CLIENT = "client"
PROCESSES = frozenset({API, PROJECTOR, SIGNER, CLIENT})
SERVER = "PostgreSQL itself"
"""What its backends did not use: it writes, cleans up and starts backends."""
MEMORY_OF_DATABASE = "PostgreSQL, without what its processes share"


class Cost(msgspec.Struct, frozen=True, rename="camel"):
    """What some work took, in all."""

    count: int
    """Of how many events, appends or requests."""
    elapsed: float
    """Seconds by the clock: other work ran on the same cores."""
    cpu: Mapping[str, float]
    """Processor seconds by who used them: a process, or the backends of a role."""
    wal: int
    """Bytes of write-ahead log."""

    def milliseconds(self, *users: str) -> float:
        """Give the processor milliseconds of one, of some who used them or of all."""
        used = sum(self.cpu.get(user, 0.0) for user in users or self.cpu)
        return used * 1000 / self.count if self.count else 0.0

    def database_milliseconds(self) -> float:
        """Give those of the database: of all but the processes of an installation."""
        return self.milliseconds(*(self.cpu.keys() - PROCESSES))


class Load(msgspec.Struct, frozen=True, rename="camel"):
    """Appends that came by the clock, over all municipalities, and how they fared."""

    rate: float
    """How many came a second."""
    append: Percentiles
    """From when it was due until it was answered, in milliseconds."""
    lag: Percentiles | None
    """From the answer until all read models had it."""
    cost: Cost


class Read(msgspec.Struct, frozen=True, rename="camel"):
    """Requests of one kind."""

    name: str
    warm: bool
    """Whether the same was asked before."""
    latency: Percentiles | None
    cost: Cost


class Size(msgspec.Struct, frozen=True, rename="camel"):
    """A table or an index on disk."""

    group: str
    relation: str
    bytes: int


class Run(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """All that was measured at one size."""

    measured_on: date
    municipalities: int
    events: int
    largest: int
    """How many of the events the largest municipality has."""
    read_models: bool
    """Whether read models and trees were kept, or the log alone."""
    postgresql: str
    settings: Mapping[str, str]
    cores: int
    filled: Cost | None
    """By whole stories at a time; None where the log was there before."""
    projected: Cost | None
    """Into all read models, from nothing; None where they were there before."""
    signed: Cost | None
    load: Load
    reads: Sequence[Read]
    idle: Cost
    """The count is seconds."""
    idle_queries: float
    """A minute."""
    started: Mapping[str, float]
    """Seconds until a process was at work."""
    memory: Mapping[str, float]
    """Resident megabytes of each process; of PostgreSQL, what its processes do not share."""
    backends: int
    """How many processes PostgreSQL had."""
    key_bytes: float
    """Of each command that was sent with an idempotency key, with the index."""
    sizes: Sequence[Size]

    @property
    def name(self) -> str:
        """Name it by its size."""
        return f"{self.municipalities:,} municipalities, {self.events:,} events"

    def bytes_of(self, *groups: str) -> float:
        """Give how many bytes an event takes in some groups of tables and indexes."""
        return sum(each.bytes for each in self.sizes if each.group in groups) / self.events
