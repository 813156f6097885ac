"""Trees: how far the signed tree is behind the log, and what appends cost with it and without.

Steps come by the clock. The process that takes them grows the tree as well, which is the worst
case: on a larger installation they are apart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from itertools import count
from time import perf_counter

from benchmarks.installation import fresh_database
from benchmarks.lag import SENDER, begin
from benchmarks.measure import Figure, Round, figure
from benchmarks.stories import FIRST_DAY
from cocreate.domain.steps.wishes import SupportWish
from cocreate.log.signing import SigningKeys
from cocreate.postgres import EmbeddedServer
from cocreate.service import Service, Signing, open_service

CODE = "GM0001"
RATE = 500
PROJECTS = 50
GOAL_SECONDS = 1.0
GOAL_SLOWED = 0.95
"""How fast appends are to be beside signing, over those without."""


async def measure_trees(server: EmbeddedServer, *, rounds: int, seconds: float) -> list[Figure]:
    """Give the figures of the tree's lag, and of appends with and without it."""
    signing = Signing(SigningKeys.generate(), lambda code: f"bench.test/{code}")
    behind: list[float] = []
    signed: list[Round] = []
    plain: list[Round] = []

    async def steady(given: Signing | None, behind: list[float] | None = None) -> Round:
        async with (
            fresh_database(server, "bench_trees") as dsn,
            open_service(dsn, pool_size=20, project=False, signing=given) as service,
        ):
            return await _steady(service, seconds, behind)

    for number in range(rounds):
        await steady(signing, behind)
        # Taking turns at being first, and without the questions of how far the tree has come.
        for given in (signing, None) if number % 2 else (None, signing):
            (plain if given is None else signed).append(await steady(given))
    return [
        figure(
            f"the signed tree behind the log at {RATE:,} appends/s, at most",
            [Round(max(behind), ())],
            None,
            unit="s",
            goal=GOAL_SECONDS,
            at_most=True,
        ),
        figure(
            f"appends by the clock at {RATE:,}/s, beside signing",
            signed,
            plain,
            unit="answers/s of one append",
            peer_name="the same without signing",
            goal=GOAL_SLOWED,
        ),
    ]


async def _steady(service: Service, seconds: float, behind: list[float] | None) -> Round:
    """Append by the clock; the rate of a round is how many appends one after another would be."""
    projects = await begin(service, CODE, PROJECTS)
    latencies: list[float] = []
    taken: set[asyncio.Task[None]] = set()
    watching: set[asyncio.Task[None]] = set()
    turn = count()

    async def append() -> None:
        began = perf_counter()
        step = SupportWish(occurred_on=FIRST_DAY, wish="w0")
        project = projects[next(turn) % PROJECTS]
        receipt = await service.live.take(CODE, project, (step,), SENDER)
        latencies.append(perf_counter() - began)
        if behind is not None and receipt.position % 50 == 0:
            _start(watching, watch(receipt.position, behind))

    async def watch(position: int, behind: list[float]) -> None:
        began = perf_counter()
        await service.trees.reach(CODE, position, within=60)
        behind.append(perf_counter() - began)

    began, sent = perf_counter(), 0
    while (elapsed := perf_counter() - began) < seconds:
        while sent < elapsed * RATE:
            _start(taken, append())
            sent += 1
        await asyncio.sleep(0.001)
    await asyncio.gather(*taken)
    await asyncio.gather(*watching)
    return Round(len(latencies) / sum(latencies), latencies)


def _start(going: set[asyncio.Task[None]], work: Coroutine[None, None, None]) -> None:
    task = asyncio.create_task(work)
    going.add(task)
    task.add_done_callback(going.discard)
