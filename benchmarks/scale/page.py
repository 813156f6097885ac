"""The page of what was measured, and of the estimate that follows from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from statistics import mean

from benchmarks.measure import Percentiles
from benchmarks.scale.estimate import Assumptions, Estimate, Line, UnitCosts, estimate
from benchmarks.scale.measured import (
    API,
    MEMORY_OF_DATABASE,
    PROJECTOR,
    SERVER,
    SIGNER,
    Cost,
    Read,
    Run,
)
from benchmarks.scale.words import BEFORE, DOUBTS, FOUND

LARGEST_RELATIONS = 12
LOG = ("log", "log, indexes")
TREE = ("tree", "tree, indexes")
READ_MODELS = ("read models", "read models, indexes", "sums", "sums, indexes")


def unit_costs(runs: Sequence[Run]) -> UnitCosts:
    """Give what one of each cost: with read models at the largest size, the log at the largest."""
    largest = runs[-1]
    run = [each for each in runs if each.read_models][-1]
    if run.projected is None:
        raise LookupError(run.name)
    load = run.load.cost
    warm = [each.cost for each in run.reads if each.warm and each.cost.count]
    cold = [each.cost for each in run.reads if not each.warm and each.cost.count]
    return UnitCosts(
        append_api=load.milliseconds(API),
        append_database=load.milliseconds("cocreate_app", SERVER),
        project=load.milliseconds(PROJECTOR),
        project_database=load.milliseconds("cocreate_projector"),
        rebuild=run.projected.milliseconds(PROJECTOR),
        rebuild_database=run.projected.database_milliseconds(),
        sign=load.milliseconds(SIGNER),
        sign_database=load.milliseconds("cocreate_notary"),
        read_warm_api=mean(each.milliseconds(API) for each in warm),
        read_warm_database=mean(each.database_milliseconds() for each in warm),
        read_cold_api=mean(each.milliseconds(API) for each in cold),
        read_cold_database=mean(each.database_milliseconds() for each in cold),
        log_bytes=largest.bytes_of(*LOG),
        key_bytes=run.key_bytes,
        tree_bytes=run.bytes_of(*TREE),
        read_model_bytes=run.bytes_of(*READ_MODELS),
        wal_bytes=load.wal / load.count,
        api_megabytes=run.memory[API],
        projector_megabytes=run.memory[PROJECTOR],
        signer_megabytes=run.memory[SIGNER],
        backend_megabytes=run.memory[MEMORY_OF_DATABASE] / run.backends,
    )


def page(runs: Sequence[Run]) -> str:
    """Give it as Markdown."""
    unit, given = unit_costs(runs), Assumptions()
    parts = [
        BEFORE,
        *(line for run in runs for line in _run(run)),
        *_unit(unit),
        *_estimate(unit, given, estimate(unit, given)),
        FOUND,
        DOUBTS,
    ]
    return "\n".join(parts).rstrip() + "\n"


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield ""
    yield f"| {' | '.join(titles)} |"
    yield f"|{'|'.join(['---', *['--:'] * (len(titles) - 1)])}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _run(run: Run) -> Iterator[str]:
    kept = "" if run.read_models else ", the log alone"
    yield f"## Measured: {run.name}{kept}"
    yield ""
    settings = ", ".join(f"{name} {value}" for name, value in run.settings.items())
    yield (
        f"{run.measured_on}: PostgreSQL {run.postgresql} ({settings}), {run.cores} cores. The"
        f" largest municipality has {run.largest:,} events."
    )
    yield from _table(
        ("", "p50 ms", "p95 ms", "p99 ms", "p99.9 ms"),
        [
            row
            for row in (
                _latency(f"append, {run.load.rate:g} a second", run.load.append),
                _latency("from the answer to all read models", run.load.lag),
            )
            if row
        ],
    )
    yield from _table(
        ("processor time", "count", "ms each", "by whom, ms each", "in seconds by the clock"),
        [
            _cost(name, cost)
            for name, cost in (
                ("append, whole stories at a time, per event", run.filled),
                ("projecting from nothing, per event", run.projected),
                ("signing from nothing, per event", run.signed),
                ("append over HTTP with all that follows", run.load.cost),
            )
            if cost is not None
        ],
    )
    minutes = run.idle.elapsed / 60
    idle = ", ".join(f"{name} {used / minutes:.2f}" for name, used in sorted(run.idle.cpu.items()))
    yield (
        f"Idle, processor seconds a minute (over {run.idle.elapsed:.0f} s): {idle};"
        f" {run.idle_queries:,.0f} queries a minute."
    )
    yield ""
    yield "Memory, MB: " + ", ".join(f"{name} {held:,.0f}" for name, held in run.memory.items())
    yield f"(of PostgreSQL {run.backends} processes). Until the API answers:"
    yield f"{run.started[API]:.1f} s."
    if run.reads:
        yield from _table(
            ("read of the largest municipality", "cold: API ms", "database ms", "p50 ms")
            + ("warm: API ms", "database ms", "p50 ms"),
            _reads(run.reads),
        )
    yield from _sizes(run)


def _latency(name: str, found: Percentiles | None) -> Sequence[str]:
    if found is None:
        return ()
    return (name, *(f"{each:,.1f}" for each in (found.p50, found.p95, found.p99, found.p999)))


def _cost(name: str, cost: Cost) -> Sequence[str]:
    by = sorted(cost.cpu.items(), key=lambda each: -each[1])
    told = ", ".join(f"{who} {cost.milliseconds(who):.3f}" for who, used in by if used)
    return (name, f"{cost.count:,}", f"{cost.milliseconds():.3f}", told, f"{cost.elapsed:,.0f}")


def _reads(reads: Sequence[Read]) -> Iterator[Sequence[str]]:
    cold = {each.name: each for each in reads if not each.warm}
    for warm in (each for each in reads if each.warm):
        row = [warm.name]
        for each in (cold[warm.name], warm):
            row += [
                f"{each.cost.milliseconds(API):.2f}",
                f"{each.cost.database_milliseconds():.2f}",
                f"{each.latency.p50:.2f}" if each.latency else "",
            ]
        yield row


def _sizes(run: Run) -> Iterator[str]:
    groups: Counter[str] = Counter()
    for each in run.sizes:
        groups[each.group] += each.bytes
    yield from _table(
        ("on disk", "MB", "bytes/event"),
        [
            (name, f"{size / 1e6:,.1f}", f"{size / run.events:,.1f}")
            for name, size in groups.most_common()
        ],
    )
    yield from _table(
        ("the largest tables and indexes", "for", "bytes/event"),
        [
            (each.relation, each.group, f"{each.bytes / run.events:,.1f}")
            for each in run.sizes[:LARGEST_RELATIONS]
        ],
    )


def _unit(unit: UnitCosts) -> Iterator[str]:
    yield "## What one of each costs"
    rows = []
    for name in unit.__struct_fields__:
        value: float = getattr(unit, name)
        size = "bytes" if "bytes" in name and "mega" not in name else ""
        kind = size or ("MB" if "megabytes" in name else "ms")
        told = name.removesuffix("_bytes").removesuffix("_megabytes").replace("_", ", ")
        rows.append((told, f"{value:,.3f}" if kind == "ms" else f"{value:,.0f}", kind))
    yield from _table(("", "", ""), rows)


def _estimate(unit: UnitCosts, given: Assumptions, found: Estimate) -> Iterator[str]:
    yield (f"## Estimated: {given.municipalities:,} municipalities, {given.events:,} events")
    yield ""
    yield "Supposed, and to be replaced by what an operator knows (`Assumptions` in"
    yield "`benchmarks/scale/estimate.py`):"
    yield from _table(
        ("", ""),
        [(name.replace("_", " "), f"{getattr(given, name):,}") for name in given.__struct_fields__],
    )
    for title, lines in (
        ("load", found.load),
        ("processors at the peak", found.processors),
        ("storage", found.storage),
        ("the cluster", found.cluster),
    ):
        yield from _table((title, "reckoned", ""), [_line(line) for line in lines])
    yield "What has the least room breaks first:"
    yield from _table(
        ("", "used", "of", "share"),
        [
            (
                room.name,
                f"{room.used:,.1f} {room.unit}",
                f"{room.of:,.0f} {room.unit}",
                f"{room.share:.0%}",
            )
            for room in found.rooms
        ],
    )


def _line(line: Line) -> Sequence[str]:
    value = f"{line.value:,.0f}" if line.value >= 100 else f"{line.value:,.3g}"
    return (line.name, line.reckoned, f"{value} {line.unit}")
