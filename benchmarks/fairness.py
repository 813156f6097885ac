"""Fairness: what fifty municipalities notice of one among them that asks all it can.

Forty-nine ask by the clock, each of its own log: they add support to a wish, and read their
wishes. How long they wait when the fiftieth is quiet is set beside how long they wait while it
floods the same process with appends, reads and downloads.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Sequence
from itertools import count
from time import perf_counter
from uuid import UUID

from benchmarks.client import hammer, request
from benchmarks.installation import api, fresh_database, projector
from benchmarks.measure import Figure, Round, figure, percentiles
from benchmarks.stories import FIRST_DAY
from cocreate.api.issuing import issue_key
from cocreate.domain.municipality import RegisterMunicipality
from cocreate.domain.steps.course import StartProject
from cocreate.domain.steps.wishes import ExpressWish
from cocreate.domain.vocabulary import Initiative, Role, Sector
from cocreate.log.live import Sender
from cocreate.postgres import EmbeddedServer
from cocreate.service import Service, open_service

QUIET = 49
EVERY_SECONDS = 0.5
"""How often each of them asks."""
FLOOD_CONNECTIONS = 64
GOAL = 1.5
SENDER = Sender(actor="bench", actor_role="official")
SUPPORT = b'{"occurredOn":"2026-03-02","wish":"w"}'


class Asker:
    """A municipality, with a project and a key."""

    def __init__(self, code: str, project: UUID, key: str) -> None:
        self.code = code
        home = f"/v1/municipalities/{code}"
        self.write = request("POST", f"{home}/projects/{project}/wish-supports", SUPPORT, key)
        self.read = request("GET", f"{home}/wishes", key=key)
        self.download = request("GET", f"{home}/projects/{project}/events?limit=1000", key=key)


async def measure_fairness(server: EmbeddedServer, *, rounds: int, seconds: float) -> list[Figure]:
    """Give how long the quiet ones wait, with and without one that floods."""
    async with fresh_database(server, "bench_fairness") as dsn, projector(dsn):
        async with open_service(dsn, project=False) as service:
            askers = [await _asker(service, f"GM{number:04}") for number in range(QUIET + 1)]
        flooding, quiet = askers[0], askers[1:]
        alone: list[Round] = []
        beside: list[Round] = []
        flooded: list[Round] = []
        async with api(dsn) as (_, port):
            await _ask_in_turn(port, quiet, 1.0)
            for _ in range(rounds):
                alone.append(await _ask_in_turn(port, quiet, seconds))
                async with _flood(port, flooding, seconds + 1.0) as flood:
                    await asyncio.sleep(0.5)
                    beside.append(await _ask_in_turn(port, quiet, seconds))
                flooded.append(await flood)
    without, within = percentiles(alone), percentiles(beside)
    if without is None or within is None:
        return []
    return [
        figure(
            f"wait of {QUIET} municipalities while one floods, 99th percentile",
            [Round(within.p99, beside[0].latencies)],
            [Round(without.p99, alone[0].latencies)],
            unit="ms",
            peer_name="the same without the flood",
            goal=GOAL,
            at_most=True,
            note=f"the flood got {flooded[0].rate:,.0f} answers/s",
        )
    ]


async def _asker(service: Service, code: str) -> Asker:
    await service.subscriptions.register(
        RegisterMunicipality(occurred_on=FIRST_DAY, code=code, name=code), SENDER
    )
    start = StartProject(
        occurred_on=FIRST_DAY,
        title="Traject",
        sector=Sector.SAFETY,
        initiative=Initiative.RESIDENTS,
        department="Openbare ruimte",
    )
    project = (await service.live.start(code, start, SENDER)).project
    wish = ExpressWish(occurred_on=FIRST_DAY, wish="w", title="Licht")
    await service.live.take(code, project, (wish,), SENDER)
    key = (await issue_key(service.pool, code, Role.OFFICIAL, "bench")).secret
    return Asker(code, project, key)


@contextlib.asynccontextmanager
async def _flood(port: int, asker: Asker, seconds: float) -> AsyncIterator[asyncio.Task[Round]]:
    """Ask as much as can be, over many connections."""
    asked = (asker.write, asker.read, asker.write, asker.download)
    turn = count()
    flood = asyncio.create_task(
        hammer(port, FLOOD_CONNECTIONS, seconds, lambda _: asked[next(turn) % len(asked)])
    )
    yield flood
    await flood


async def _ask_in_turn(port: int, askers: Sequence[Asker], seconds: float) -> Round:
    """Let each ask by the clock, and give how long the answers took from when they were due."""
    latencies: list[float] = []
    generator = random.Random(1)  # noqa: S311 - the same load in every round
    began = perf_counter()
    await asyncio.gather(
        *(_ask(port, each, began + seconds, generator.random(), latencies) for each in askers)
    )
    return Round(len(latencies) / (perf_counter() - began), latencies)


async def _ask(
    port: int, asker: Asker, until: float, offset: float, latencies: list[float]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    due = perf_counter() + offset * EVERY_SECONDS
    for turn in count():
        if due >= until:
            break
        await asyncio.sleep(max(0.0, due - perf_counter()))
        writer.write(asker.read if turn % 2 else asker.write)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")):
            raise RuntimeError(head.decode(errors="replace"))
        _, _, rest = head.lower().partition(b"content-length:")
        await reader.readexactly(int(rest.split(b"\r\n", 1)[0]))
        latencies.append(perf_counter() - due)
        due += EVERY_SECONDS
    writer.close()
