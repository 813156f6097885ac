"""Lag: how long after its receipt a step is in sight of who waits for it, under a steady load.

Steps come by the clock, whether or not those before them were answered. One process takes them;
another keeps the read models, as on a larger installation.
"""

from __future__ import annotations

import asyncio
from collections import deque
from itertools import count
from time import perf_counter
from uuid import UUID

from benchmarks.installation import fresh_database, projector, resident
from benchmarks.measure import Figure, Round, figure, percentiles
from benchmarks.stories import FIRST_DAY
from cocreate.domain.municipality import RegisterMunicipality
from cocreate.domain.steps.course import StartProject
from cocreate.domain.steps.wishes import ExpressWish, SupportWish
from cocreate.domain.vocabulary import Initiative, Sector
from cocreate.log.live import Sender
from cocreate.postgres import EmbeddedServer
from cocreate.projections.model import read_models
from cocreate.service import Service, open_service

RATE = 2_000
PROJECTS = 100
SPREADS = (1, 50)
GOAL_MILLISECONDS = 100.0
GOAL_MEGABYTES = 300.0
SENDER = Sender(actor="bench", actor_role="official")


class Watch:
    """A reader who waits for what was appended to one municipality."""

    def __init__(self, service: Service, tenant: str, lags: list[float]) -> None:
        self._service = service
        self._tenant = tenant
        self._lags = lags
        self._pending: deque[tuple[int, float]] = deque()
        self._some = asyncio.Event()
        # All read models of a municipality move together, so any of them will do.
        self._model = list(read_models())[-1]

    @property
    def waiting(self) -> bool:
        """Whether anything is not in sight yet."""
        return bool(self._pending)

    def expect(self, position: int) -> None:
        """Say that a receipt for a position was just given."""
        self._pending.append((position, perf_counter()))
        self._some.set()

    async def run(self) -> None:
        """Wait, and note how long it took."""
        while True:
            self._some.clear()
            if not self._pending:
                await self._some.wait()
            stand = await self._service.answers.reach(
                self._model, self._tenant, self._pending[0][0], within=60
            )
            now = perf_counter()
            while self._pending and self._pending[0][0] <= stand.position:
                self._lags.append(now - self._pending.popleft()[1])


async def measure_lag(server: EmbeddedServer, *, seconds: float) -> list[Figure]:
    """Give the figures of lag, and of the memory of the projector meanwhile."""
    figures = []
    for tenants in SPREADS:
        async with (
            fresh_database(server, "bench_lag") as dsn,
            projector(dsn) as pid,
            open_service(dsn, pool_size=20, project=False) as service,
        ):
            round_ = await _steady(service, tenants, seconds)
            memory = resident(pid)
        found = percentiles([round_])
        name = f"{RATE:,} appends/s on {tenants} " + (
            "municipality" if tenants == 1 else "municipalities"
        )
        note = f"{round_.rate:,.0f} appends/s were taken, for {seconds:g} s"
        figures.append(
            figure(
                f"lag at {name}, 99th percentile",
                [Round(found.p99 if found else 0.0, round_.latencies)],
                None,
                unit="ms",
                goal=GOAL_MILLISECONDS,
                note=note,
                at_most=True,
            )
        )
        figures.append(
            figure(
                f"memory of the projector after {name}",
                [Round(memory, ())],
                None,
                unit="MB",
                goal=GOAL_MEGABYTES,
                at_most=True,
            )
        )
    return figures


async def _steady(service: Service, tenants: int, seconds: float) -> Round:
    codes = [f"GM{number:04}" for number in range(1, tenants + 1)]
    projects = [await begin(service, code, PROJECTS // tenants) for code in codes]
    # The projector is up, and has these, before the clock starts.
    for code in codes:
        head = await service.reader.head(code) or 0
        for model in read_models():
            await service.answers.reach(model, code, head, within=60)
    lags: list[float] = []
    watches = [Watch(service, code, lags) for code in codes]
    turn = count()
    taken: set[asyncio.Task[None]] = set()

    async def append() -> None:
        number = next(turn)
        tenant, each = number % tenants, number // tenants
        project = projects[tenant][each % len(projects[tenant])]
        step = (
            SupportWish(occurred_on=FIRST_DAY, wish="w0")
            if number % 10
            else ExpressWish(occurred_on=FIRST_DAY, title=f"Wens {number}")
        )
        receipt = await service.live.take(codes[tenant], project, (step,), SENDER)
        watches[tenant].expect(receipt.position)

    watching = [asyncio.create_task(watch.run()) for watch in watches]
    began, sent = perf_counter(), 0
    while (elapsed := perf_counter() - began) < seconds:
        while sent < elapsed * RATE:
            task = asyncio.create_task(append())
            taken.add(task)
            task.add_done_callback(taken.discard)
            sent += 1
        await asyncio.sleep(0.001)
    await asyncio.gather(*taken)
    rate = sent / (perf_counter() - began)
    while any(watch.waiting for watch in watches):
        await asyncio.sleep(0.01)
        for watcher in watching:
            if watcher.done():
                watcher.result()
    for watcher in watching:
        watcher.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    return Round(rate, lags)


async def begin(service: Service, code: str, projects: int) -> list[UUID]:
    """Register a municipality, and start projects with a wish each."""
    registered = RegisterMunicipality(occurred_on=FIRST_DAY, code=code, name="Maat")
    await service.subscriptions.register(registered, SENDER)
    begun: list[UUID] = []
    for number in range(projects):
        start = StartProject(
            occurred_on=FIRST_DAY,
            title=f"Traject {number}",
            sector=Sector.SAFETY,
            initiative=Initiative.RESIDENTS,
            department="Openbare ruimte",
        )
        project = (await service.live.start(code, start, SENDER)).project
        wish = ExpressWish(occurred_on=FIRST_DAY, wish="w0", title="Lampen in de tunnel")
        await service.live.take(code, project, (wish,), SENDER)
        begun.append(project)
    return begun
