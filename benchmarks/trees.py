"""Trees: how far the signed tree is behind the log, and what appends cost with it and without.

Steps come by the clock. Another process signs, as on an installation; and, as the worst case, the
one that takes the steps.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import nullcontext
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Literal

from benchmarks.installation import fresh_database, signer
from benchmarks.lag import SENDER, begin
from benchmarks.measure import Figure, Round, figure
from benchmarks.stories import FIRST_DAY
from cocreate.domain.steps.wishes import SupportWish
from cocreate.log.signing import SigningKeys
from cocreate.postgres import EmbeddedServer
from cocreate.service import Service, Signing, open_service

Who = Literal["nobody", "apart", "within"]
"""Who signs: nobody, another process, or the one that takes the steps."""

CODE = "GM0001"
RATE = 500
PROJECTS = 50
GOAL_SECONDS = 1.0
GOAL_SLOWED = 0.95
"""How fast appends are to be beside signing, over those without."""


async def measure_trees(server: EmbeddedServer, *, rounds: int, seconds: float) -> list[Figure]:
    """Give the figures of the tree's lag, and of appends with and without it."""
    keys = SigningKeys.generate()
    behind: list[float] = []
    plain: list[Round] = []
    apart: list[Round] = []
    within: list[Round] = []
    with TemporaryDirectory() as folder:
        file = Path(folder) / "signing-keys"
        keys.write(file)

        async def steady(who: Who, behind: list[float] | None = None) -> Round:
            signing = Signing(keys, lambda code: f"bench.test/{code}")
            async with (
                fresh_database(server, "bench_trees") as dsn,
                signer(dsn, file) if who == "apart" else nullcontext(),
                open_service(
                    dsn, pool_size=20, project=False, signing=signing if who == "within" else None
                ) as service,
            ):
                return await _steady(service, seconds, behind, signed=who != "nobody")

        for number in range(rounds):
            await steady("apart", behind)
            # Taking turns at being first, and without the questions of how far the tree has come.
            turns: list[tuple[Who, list[Round]]] = [
                ("nobody", plain),
                ("apart", apart),
                ("within", within),
            ]
            for who, noted in turns if number % 2 else reversed(turns):
                noted.append(await steady(who))
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
            f"appends by the clock at {RATE:,}/s, beside a process that signs",
            apart,
            plain,
            unit="answers/s of one append",
            peer_name="the same without signing",
            goal=GOAL_SLOWED,
        ),
        figure(
            f"appends by the clock at {RATE:,}/s, in a process that signs as well",
            within,
            plain,
            unit="answers/s of one append",
            peer_name="the same without signing",
        ),
    ]


async def _steady(
    service: Service, seconds: float, behind: list[float] | None, *, signed: bool
) -> Round:
    """Append by the clock; the rate of a round is how many appends one after another would be."""
    projects = await begin(service, CODE, PROJECTS)
    if signed:  # whoever signs is up before the clock starts
        await service.trees.reach(CODE, await service.reader.head(CODE) or 0, within=60)
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
