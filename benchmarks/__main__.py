"""Run the benchmarks and write ``docs/benchmarks.json`` and ``docs/benchmarks.md``.

``python -m benchmarks [--only lag,growth] [--large] [--quick] [--data FOLDER]``
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import subprocess
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import asyncpg
import msgspec
import uvloop

from benchmarks.append import measure_append, prepare_peers
from benchmarks.auditing import measure_audit
from benchmarks.fairness import measure_fairness
from benchmarks.growth import measure_growth
from benchmarks.idle import measure_idle
from benchmarks.importing import files_in, measure_import
from benchmarks.lag import measure_lag
from benchmarks.measure import Figure, Percentiles
from benchmarks.pages import measure_pages
from benchmarks.projection import measure_projection
from benchmarks.requests import measure_http
from benchmarks.trees import measure_trees
from cocreate.postgres import EmbeddedServer
from cocreate.service import prepare_database

ROOT = Path(__file__).parent.parent
SUITES = (
    "append",
    "projection",
    "lag",
    "trees",
    "audit",
    "growth",
    "idle",
    "http",
    "pages",
    "fairness",
    "import",
)


class Environment(msgspec.Struct, frozen=True, rename="camel"):
    """Where the figures were measured."""

    measured_on: date
    python: str
    postgresql: str
    cores: int | None
    processor: str
    fsync: str
    synchronous_commit: str
    rounds: int
    seconds_per_round: float


class Report(msgspec.Struct, frozen=True, rename="camel"):
    """All figures of one run."""

    environment: Environment
    results: list[Figure]


async def measure(server: EmbeddedServer, suites: Sequence[str], arguments: Arguments) -> Report:
    """Measure, on one server, one suite after another."""
    await prepare_database(server.dsn())
    await prepare_peers(server.dsn())
    rounds, seconds = arguments.rounds, arguments.seconds
    measured = _measured(server, arguments)
    figures = [each for suite in measured if suite in suites for each in await measured[suite]()]
    connection = await asyncpg.connect(server.dsn())
    try:
        environment = Environment(
            measured_on=datetime.now(UTC).date(),
            python=platform.python_version(),
            postgresql=await connection.fetchval("show server_version"),
            cores=os.cpu_count(),
            processor=_processor(),
            fsync=await connection.fetchval("show fsync"),
            synchronous_commit=await connection.fetchval("show synchronous_commit"),
            rounds=rounds,
            seconds_per_round=seconds,
        )
    finally:
        await connection.close()
    return Report(environment, figures)


class Arguments(msgspec.Struct, frozen=True):
    """What was asked on the command line."""

    rounds: int
    seconds: float
    data: Path
    suites: tuple[str, ...]
    large: bool
    municipalities: int
    exported: int
    write: bool


def _measured(
    server: EmbeddedServer, arguments: Arguments
) -> Mapping[str, Callable[[], Awaitable[list[Figure]]]]:
    """Give what measures each suite, in the order in which they go."""
    rounds, seconds = arguments.rounds, arguments.seconds
    return {
        "append": lambda: measure_append(server, rounds=rounds, seconds=seconds),
        "projection": lambda: measure_projection(server, rounds=rounds),
        "lag": lambda: measure_lag(server, seconds=seconds * 5),
        "trees": lambda: measure_trees(server, rounds=rounds, seconds=seconds * 2),
        "audit": lambda: measure_audit(
            server, rounds=rounds, seconds=seconds, events=arguments.exported
        ),
        "growth": lambda: measure_growth(server, seconds=seconds / 4, large=arguments.large),
        "idle": lambda: measure_idle(
            server, municipalities=arguments.municipalities, seconds=seconds * 30
        ),
        "http": lambda: measure_http(server, rounds=rounds, seconds=seconds),
        "pages": lambda: measure_pages(server, rounds=rounds, seconds=seconds / 4),
        "fairness": lambda: measure_fairness(server, rounds=rounds, seconds=seconds * 3),
        "import": lambda: measure_import(server, files_in(arguments.data)),
    }


def _arguments() -> Arguments:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", metavar="SUITE,...", help=f"of {', '.join(SUITES)}; all without")
    parser.add_argument("--large", action="store_true", help="grow to five million events as well")
    parser.add_argument("--municipalities", type=int, default=10_000, help="how many idle ones")
    parser.add_argument("--quick", action="store_true", help="one short round, written nowhere")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    given = parser.parse_args()
    suites = tuple(given.only.split(",")) if given.only else SUITES
    if unknown := set(suites) - set(SUITES):
        parser.error(f"no such suite: {', '.join(sorted(unknown))}")
    return Arguments(
        rounds=1 if given.quick else given.rounds,
        seconds=min(given.seconds, 1.0) if given.quick else given.seconds,
        data=given.data,
        suites=suites,
        large=given.large,
        municipalities=500 if given.quick else given.municipalities,
        exported=20_000 if given.quick else 200_000,
        write=not given.quick and suites == SUITES,
    )


def render(report: Report) -> str:
    """Give the report as Markdown."""
    where = report.environment
    lines = [
        "# Benchmarks",
        "",
        "Made by `make bench`; see `benchmarks/` for what each measures. A ratio is ours over the",
        "peer's in the same run on the same server, so higher is better. A goal is met when the",
        "ratio, or without a peer the figure itself, reaches it.",
        "",
        (
            f"{where.measured_on}: Python {where.python}, PostgreSQL {where.postgresql},"
            f" {where.cores} cores ({where.processor}), fsync {where.fsync},"
            f" synchronous_commit {where.synchronous_commit}; medians of {where.rounds} rounds of"
            f" {where.seconds_per_round:g} s. Client, server and database share the cores."
        ),
        "",
        "| figure | ours | peer | ratio | goal | p50 / p95 / p99 / p99.9 ms |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for each in report.results:
        peer = f"{_number(each.peer)} ({each.peer_name})" if each.peer is not None else ""
        ratio = f"{each.ratio:.2f}" if each.ratio is not None else ""
        bound = "at most " if each.at_most else ""
        goal = f"{bound}{each.goal:g} {'met' if each.reached else 'missed'}" if each.goal else ""
        lines.append(
            f"| {each.name} | {_number(each.ours)} {each.unit} | {peer} | {ratio} | {goal} |"
            f" {_latency(each.latency)} |"
        )
    notes = [f"- {each.name}: {each.note}" for each in report.results if each.note]
    return "\n".join([*lines, "", *notes]).rstrip() + "\n"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _latency(found: Percentiles | None) -> str:
    if found is None:
        return ""
    return f"{found.p50:g} / {found.p95:g} / {found.p99:g} / {found.p999:g}"


def _processor() -> str:
    try:
        told = subprocess.run(["lscpu"], capture_output=True, text=True, check=True).stdout  # noqa: S607
    except (OSError, subprocess.CalledProcessError):
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in told.splitlines() if "Model name" in line]
    return names[0] if names else platform.machine()


def main() -> None:
    """Measure and report."""
    arguments = _arguments()
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedServer(Path(folder) / "bench") as server,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        report = runner.run(measure(server, arguments.suites, arguments))
    print(render(report))
    if arguments.write:
        docs = ROOT / "docs"
        encoded = msgspec.json.format(msgspec.json.encode(report), indent=2)
        (docs / "benchmarks.json").write_bytes(encoded + b"\n")
        (docs / "benchmarks.md").write_text(render(report))


if __name__ == "__main__":
    main()
