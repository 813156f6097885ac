"""Appending: ours beside the recorder of the ``eventsourcing`` library and beside pgbench."""

from __future__ import annotations

import asyncio
import random
import subprocess
import tempfile
import threading
from bisect import bisect
from collections.abc import Callable, Iterator
from datetime import date
from itertools import accumulate
from pathlib import Path
from time import perf_counter
from uuid import uuid4

import asyncpg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from benchmarks.measure import Figure, Round, figure, race
from cocreate.log.append import Appender, Command, Taken
from cocreate.log.codec import Stored
from cocreate.log.connection import open_pool
from cocreate.postgres import EmbeddedServer, bin_folder

WRITERS = (1, 8, 32, 128)
DATA = (
    b'{"wish":"W1042","title":"Lampen in de tunnel onder het spoor","text":"In de tunnel is het'
    b" 's avonds zo donker dat mijn dochter niet meer alleen naar training durft te fietsen. Wij"
    b' vragen om verlichting die ook bij storm blijft branden.","by":"Q17","place":"Spoortunnel"}'
)
EVENT = Stored("WishExpressed", 1, date(2026, 1, 2), public=True, data=DATA)
LIBRARY_TABLE = "library_events"


async def measure_append(server: EmbeddedServer, *, rounds: int, seconds: float) -> list[Figure]:
    """Give the figures of appending."""
    dsn = server.dsn()
    figures = []
    for per_append in (1, 10):
        for writers in WRITERS:
            library: list[Round] = []
            pgbench: list[Round] = []
            ours: list[Round] = []
            for _ in range(rounds):
                ours.append(await _ours(dsn, writers, ["GM0001"], per_append, seconds, lambda: 0))
                library.append(
                    await asyncio.to_thread(_library, server, writers, per_append, seconds)
                )
                if per_append == 1:
                    pgbench.append(await asyncio.to_thread(_pgbench, server, writers, seconds))
            name = f"append, {writers} writers, 1 municipality, {per_append} per append"
            figures.append(
                figure(
                    f"{name}, beside the library",
                    ours,
                    library,
                    unit="events/s",
                    peer_name="eventsourcing PostgresApplicationRecorder",
                    goal=10.0 if (writers, per_append) == (32, 1) else None,
                )
            )
            if pgbench:
                figures.append(
                    figure(
                        f"{name}, beside pgbench",
                        ours,
                        pgbench,
                        unit="events/s",
                        peer_name=f"pgbench, {writers} clients, one row per transaction",
                        goal=1.0 if writers == 32 else None,
                    )
                )
    for tenants, pick in ((50, _evenly(50)), (1000, _zipf(1000))):
        codes = [f"GM{number:04d}" for number in range(1, tenants + 1)]
        for writers in WRITERS:
            ours = [await _ours(dsn, writers, codes, 1, seconds, pick) for _ in range(rounds)]
            spread = "spread evenly" if tenants == 50 else "Zipf spread"
            figures.append(
                figure(
                    f"append, {writers} writers, {tenants} municipalities, {spread}",
                    ours,
                    None,
                    unit="events/s",
                )
            )
    return figures


class _Stream:
    """A history that one writer appends to."""

    def __init__(self, tenant: int) -> None:
        self.id = uuid4()
        self.tenant = tenant
        self.version = 0


async def _ours(
    dsn: str,
    writers: int,
    codes: list[str],
    per_append: int,
    seconds: float,
    pick: Callable[[], int],
) -> Round:
    pool = await open_pool(dsn, "cocreate_app", size=20)
    try:
        await pool.executemany(
            "select cocreate.register_municipality($1, $1)", [(code,) for code in codes]
        )
        appender = Appender(pool)
        events = [EVENT] * per_append
        streams = [_Stream(pick()) for _ in range(writers)]

        async def call(number: int) -> int:
            tenant = pick()
            stream = streams[number]
            if stream.tenant != tenant:
                stream = streams[number] = _Stream(tenant)
            outcome = await appender.append(
                codes[tenant],
                Command(
                    stream_id=stream.id,
                    expected=stream.version,
                    events=events,
                    actor="bench",
                    actor_role="official",
                ),
            )
            if not isinstance(outcome, Taken):
                raise TypeError(outcome)
            stream.version = outcome.version
            return per_append

        return await race(writers, seconds, call)
    finally:
        await pool.close()


def _evenly(tenants: int) -> Callable[[], int]:
    generator = random.Random(50)  # noqa: S311 - the same spread in every run
    return lambda: generator.randrange(tenants)


def _zipf(tenants: int) -> Callable[[], int]:
    generator = random.Random(1000)  # noqa: S311 - the same spread in every run
    weights = list(accumulate(1 / rank for rank in range(1, tenants + 1)))
    return lambda: bisect(weights, generator.random() * weights[-1])


def _library(server: EmbeddedServer, writers: int, per_append: int, seconds: float) -> Round:
    """Let threads insert through the library's recorder, as its applications do."""
    datastore = PostgresDatastore(
        dbname="cocreate",
        host=str(server.socket_folder),
        port=str(server.port),
        user="postgres",
        password="",
        pool_size=writers,
        max_overflow=0,
        originator_id_type="uuid",
    )
    try:
        recorder = PostgresApplicationRecorder(datastore, events_table_name=LIBRARY_TABLE)
        recorder.create_table()  # opens the pool as well, before the threads ask for it
        latencies: list[float] = []
        until = perf_counter() + seconds

        def work() -> None:
            stream, version = uuid4(), 0
            while (began := perf_counter()) < until:
                stored = [
                    StoredEvent(stream, version + number, "WishExpressed", DATA)
                    for number in range(1, per_append + 1)
                ]
                recorder.insert_events(stored)
                version += per_append
                latencies.append(perf_counter() - began)

        threads = [threading.Thread(target=work) for _ in range(writers)]
        began = perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return Round(len(latencies) * per_append / (perf_counter() - began), latencies)
    finally:
        datastore.close()


def _pgbench(server: EmbeddedServer, writers: int, seconds: float) -> Round:
    """Let pgbench insert the same bytes into a table of the same shape, a row per transaction."""
    script = (
        "insert into pgbench_event (tenant_id, stream_id, version, recorded_at, occurred_on,"
        " schema_version, public, type, actor, actor_role, data)"
        " values ('GM0001', gen_random_uuid(), 1, now(), '2026-01-02', 1, true, 'WishExpressed',"
        f" 'bench', 'official', '\\x{DATA.hex()}');\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "insert.sql"
        file.write_text(script)
        file.chmod(0o644)
        Path(folder).chmod(0o755)
        log = Path(folder) / "latency"
        printed = subprocess.run(  # noqa: S603 - our own binary
            [
                bin_folder() / "pgbench",
                *("-h", str(server.socket_folder), "-p", str(server.port), "-U", "postgres"),
                *("-n", "-M", "prepared", "-c", str(writers), "-j", "2"),
                *("-T", str(max(1, round(seconds))), "-f", str(file)),
                *("--log", "--log-prefix", str(log)),
                "cocreate",
            ],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        rate = next(
            float(line.split("=")[1].split()[0])
            for line in printed.splitlines()
            if line.startswith("tps")
        )
        return Round(rate, list(_logged(Path(folder))))


def _logged(folder: Path) -> Iterator[float]:
    for file in folder.glob("latency*"):
        for line in file.read_text().splitlines():
            yield int(line.split()[2]) / 1e6


async def prepare_peers(dsn: str) -> None:
    """Make the table that pgbench fills: our event table, with its keys, and no rules."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            "create table if not exists pgbench_event (like cocreate.event including all);"
            "create sequence if not exists pgbench_position;"
            "alter table pgbench_event alter position set default nextval('pgbench_position')"
        )
    finally:
        await connection.close()
