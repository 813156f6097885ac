"""From what one of each costs to what an installation of another size needs: arithmetic, no more.

Every line tells what it is reckoned from, so that a reader can put in other figures and go along.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import msgspec

GIGABYTE = 1_000_000_000
TERABYTE = 1_000 * GIGABYTE
WORKING_SECONDS = 220 * 8 * 3600
"""In a year: nearly all steps are taken, and most is read, in working hours."""
DAY_SECONDS = 24 * 3600


class UnitCosts(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What one of each costs, measured; processor time in milliseconds."""

    append_api: float
    append_database: float
    project: float
    project_database: float
    rebuild: float
    """Of the projector, per event; the database's part is in ``rebuild_database``."""
    rebuild_database: float
    sign: float
    sign_database: float
    read_warm_api: float
    """A read of which the process that is asked has the answer in memory."""
    read_warm_database: float
    read_cold_api: float
    read_cold_database: float
    log_bytes: float
    """Per event, with indexes."""
    key_bytes: float
    """Per command, for its idempotency key, with the index."""
    tree_bytes: float
    read_model_bytes: float
    wal_bytes: float
    """Per event that is appended, projected and signed for."""
    api_megabytes: float
    projector_megabytes: float
    signer_megabytes: float
    backend_megabytes: float
    """What a connection holds for itself in the database."""


class Assumptions(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What is not measured but supposed."""

    municipalities: int = 10_000
    events: int = 1_000_000_000
    events_per_year: int = 10_000
    """Of a municipality."""
    peak: float = 10.0
    """How many times the mean of working hours comes in the busiest minute."""
    reads_per_event: float = 100.0
    cold: float = 0.2
    """Which part of the reads is not in the memory of the process that is asked."""
    load: float = 0.5
    """Which part of a core is to be used at the peak, so that a wait stays short."""
    full: float = 0.7
    """Which part of a disk is to be used."""
    hot: float = 0.05
    """Which part of what is on disk is asked often, and so is to be in memory."""
    copies: int = 2
    """Of every node of the database: itself, and a standby."""
    wal_days: int = 7
    worker_cores: int = 16
    worker_gigabytes: int = 128
    worker_terabytes: float = 3.84
    connections: int = 10
    """Of each process of the API, as ``COCREATE_POOL_SIZE`` has it."""
    coordinator: float = 0.3
    """Which part of the database's processor time on a worker passing on costs the coordinator."""


class Line(msgspec.Struct, frozen=True, rename="camel"):
    """A figure, and how it was reckoned."""

    name: str
    reckoned: str
    value: float
    unit: str


class Room(msgspec.Struct, frozen=True, rename="camel"):
    """How much of something is used of what there may be; what has the least room breaks first."""

    name: str
    used: float
    of: float
    unit: str

    @property
    def share(self) -> float:
        """Give the part that is used: 1 is full."""
        return self.used / self.of


class Estimate(msgspec.Struct, frozen=True, rename="camel"):
    """What an installation needs."""

    load: Sequence[Line]
    processors: Sequence[Line]
    storage: Sequence[Line]
    cluster: Sequence[Line]
    rooms: Sequence[Room]
    """What has the least room first."""


def estimate(unit: UnitCosts, given: Assumptions) -> Estimate:
    """Give what an installation needs, by what one of each costs and by what is supposed."""
    load = _load(given)
    appends, reads = load[-2].value, load[-1].value
    processors = _processors(unit, given, appends, reads)
    cores = {line.name: line.value for line in processors}
    storage = _storage(unit, given, appends)
    stored = storage[0].value
    cluster = _cluster(unit, given, cores, stored)
    sizes = {line.name: line.value for line in cluster}
    workers = sizes["workers"]
    rooms = [
        Room(
            "cores of the workers at the peak",
            cores["database"] * given.load,
            workers * given.worker_cores,
            "cores",
        ),
        Room("disks of the workers", stored, workers * given.worker_terabytes * 1000, "GB"),
        Room(
            "memory of the workers, for what is asked often and for connections",
            sizes["memory wanted"],
            workers * given.worker_gigabytes,
            "GB",
        ),
        Room(
            "cores of the coordinator at the peak",
            cores["coordinator"] * given.load,
            given.worker_cores,
            "cores",
        ),
        Room("rebuild of everything within a week", sizes["rebuild"], 7.0, "days"),
    ]
    return Estimate(load, processors, storage, cluster, sorted(rooms, key=lambda room: -room.share))


def _load(given: Assumptions) -> list[Line]:
    yearly = given.municipalities * given.events_per_year
    mean = yearly / WORKING_SECONDS
    return [
        Line(
            "events a year",
            f"{given.municipalities:,} x {given.events_per_year:,}",
            yearly,
            "events",
        ),
        Line("years until full", f"{given.events:,} / {yearly:,}", given.events / yearly, "years"),
        Line("mean of working hours", f"{yearly:,} / {WORKING_SECONDS:,} s", mean, "events/s"),
        Line("appends at the peak", f"{mean:,.1f} x {given.peak:g}", mean * given.peak, "events/s"),
        Line(
            "reads at the peak",
            f"{mean * given.peak:,.0f} x {given.reads_per_event:g}",
            mean * given.peak * given.reads_per_event,
            "requests/s",
        ),
    ]


def _processors(unit: UnitCosts, given: Assumptions, appends: float, reads: float) -> list[Line]:
    def cores(name: str, *parts: tuple[float, float]) -> Line:
        told = " + ".join(f"{rate:,.0f}/s x {cost:.3f} ms" for rate, cost in parts)
        used = sum(rate * cost for rate, cost in parts) / 1000
        return Line(name, f"({told}) / {given.load:g}", used / given.load, "cores")

    cold, warm = reads * given.cold, reads * (1 - given.cold)
    database = cores(
        "database",
        (appends, unit.append_database + unit.project_database + unit.sign_database),
        (warm, unit.read_warm_database),
        (cold, unit.read_cold_database),
    )
    return [
        cores(
            "API",
            (appends, unit.append_api),
            (warm, unit.read_warm_api),
            (cold, unit.read_cold_api),
        ),
        cores("projectors", (appends, unit.project)),
        cores("signers", (appends, unit.sign)),
        database,
        Line(
            "coordinator",
            f"{database.value:,.1f} x {given.coordinator:g}",
            database.value * given.coordinator,
            "cores",
        ),
    ]


def _storage(unit: UnitCosts, given: Assumptions, appends: float) -> list[Line]:
    each = {
        "log": unit.log_bytes,
        "idempotency keys": unit.key_bytes,
        "trees": unit.tree_bytes,
        "read models": unit.read_model_bytes,
    }
    total = sum(each.values())
    yearly = given.municipalities * given.events_per_year
    daily = yearly / 220 * unit.wal_bytes / GIGABYTE
    return [
        Line(
            "all on disk",
            f"{given.events:,} x {total:,.0f} bytes",
            given.events * total / GIGABYTE,
            "GB",
        ),
        *(
            Line(
                name,
                f"{given.events:,} x {size:,.0f} bytes",
                given.events * size / GIGABYTE,
                "GB",
            )
            for name, size in each.items()
        ),
        Line(
            "write-ahead log on a working day",
            f"{yearly:,} / 220 x {unit.wal_bytes:,.0f} bytes",
            daily,
            "GB",
        ),
        Line(
            f"write-ahead log kept for {given.wal_days} days",
            f"{daily:,.1f} GB x {given.wal_days}",
            daily * given.wal_days,
            "GB",
        ),
        Line(
            "write-ahead log at the peak",
            f"{appends:,.0f}/s x {unit.wal_bytes:,.0f} bytes",
            appends * unit.wal_bytes / 1_000_000,
            "MB/s",
        ),
    ]


def _cluster(
    unit: UnitCosts, given: Assumptions, cores: dict[str, float], stored: float
) -> list[Line]:
    processes = {name: _whole(cores[name]) for name in ("API", "projectors", "signers")}
    # With one more of each that answers or follows, one may fail at the peak.
    spare = {name: count + 1 for name, count in processes.items()}
    connections = spare["API"] * given.connections + (spare["projectors"] + spare["signers"]) * 8
    held = connections * unit.backend_megabytes / 1000
    memory = stored * given.hot + held
    disk = given.worker_terabytes * 1000 * given.full
    wanted = {
        "disk": stored / disk,
        "cores": cores["database"] / given.worker_cores,
        "memory": memory / (given.worker_gigabytes * given.full),
    }
    largest = max(wanted, key=lambda name: wanted[name])
    workers = _whole(wanted[largest])
    rebuild = given.events * (unit.rebuild + unit.rebuild_database) / 1000
    spread = workers * given.worker_cores * given.load
    sizes = {
        "API": unit.api_megabytes,
        "projectors": unit.projector_megabytes,
        "signers": unit.signer_megabytes,
    }
    return [
        *(
            Line(
                f"processes, {name}",
                f"{cores[name]:,.1f} cores, one each, and one to spare",
                count,
                f"processes of {sizes[name]:,.0f} MB",
            )
            for name, count in spare.items()
        ),
        Line("connections", "of all these processes", connections, "connections"),
        Line(
            "memory wanted",
            f"{stored:,.0f} GB x {given.hot:g} + {connections:,} x {unit.backend_megabytes:,.0f} MB",
            memory,
            "GB",
        ),
        Line(
            "workers",
            ", ".join(f"{name} wants {count:.2f}" for name, count in wanted.items())
            + f": {largest} decides",
            workers,
            f"of {given.worker_cores} cores, {given.worker_gigabytes} GB,"
            f" {given.worker_terabytes:g} TB",
        ),
        Line(
            "nodes of the database",
            f"({workers:,} workers + 1 coordinator) x {given.copies}",
            (workers + 1) * given.copies,
            "nodes",
        ),
        Line(
            "rebuild",
            f"{given.events:,} x {unit.rebuild + unit.rebuild_database:.3f} ms /"
            f" {spread:,.0f} cores",
            rebuild / spread / DAY_SECONDS,
            "days",
        ),
    ]


def _whole(wanted: float) -> int:
    # A count that comes out whole is not to be one more for how floats are added.
    return max(1, math.ceil(Fraction(wanted).limit_denominator(1_000_000)))
