"""Timing: rounds of many workers, medians over rounds, percentiles over every single call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from statistics import median
from time import perf_counter

import msgspec


class Percentiles(msgspec.Struct, frozen=True, rename="camel"):
    """Latencies in milliseconds."""

    p50: float
    p95: float
    p99: float
    p999: float


class Round(msgspec.Struct, frozen=True):
    """One round: how many a second, and how long each took, in seconds."""

    rate: float
    latencies: Sequence[float]


class Figure(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A headline figure: ours, the peer's, and ours over the peer's, so that higher is better."""

    name: str
    ours: float
    peer: float | None
    unit: str
    ratio: float | None
    goal: float | None = None
    peer_name: str | None = None
    latency: Percentiles | None = None
    peer_latency: Percentiles | None = None
    note: str | None = None
    at_most: bool = False
    """Whether the goal is a bound that is not to be passed, as for memory and lag."""

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached: for the ratio where there is a peer, else for the figure."""
        if self.goal is None:
            return None
        reached = self.ours if self.ratio is None else self.ratio
        return reached <= self.goal if self.at_most else reached >= self.goal


def figure(
    name: str,
    ours: Sequence[Round],
    peer: Sequence[Round] | None,
    *,
    unit: str,
    peer_name: str | None = None,
    goal: float | None = None,
    note: str | None = None,
    at_most: bool = False,
) -> Figure:
    """Give the figure of the median rounds of ours and the peer."""
    mine = median(each.rate for each in ours)
    theirs = median(each.rate for each in peer) if peer else None
    return Figure(
        name=name,
        ours=round(mine, 1 if mine >= 10 else 3),
        peer=round(theirs, 1 if theirs >= 10 else 3) if theirs is not None else None,
        unit=unit,
        ratio=round(mine / theirs, 3) if theirs else None,
        goal=goal,
        peer_name=peer_name,
        latency=percentiles(ours),
        peer_latency=percentiles(peer) if peer else None,
        note=note,
        at_most=at_most,
    )


def percentiles(rounds: Sequence[Round]) -> Percentiles | None:
    """Give the percentiles of all calls of all rounds, in milliseconds."""
    latencies = sorted(latency for each in rounds for latency in each.latencies)
    if not latencies:
        return None

    def at(share: float) -> float:
        return round(latencies[min(len(latencies) - 1, int(share * len(latencies)))] * 1000, 3)

    return Percentiles(at(0.5), at(0.95), at(0.99), at(0.999))


async def race(workers: int, seconds: float, call: Callable[[int], Awaitable[int]]) -> Round:
    """Let workers call for some seconds; ``call`` gets the worker's number and gives a count."""
    latencies: list[float] = []
    done = 0
    until = perf_counter() + seconds

    async def work(number: int) -> None:
        nonlocal done
        while True:
            began = perf_counter()
            if began >= until:
                return
            count = await call(number)  # counted after: others count while this one waits
            done += count
            latencies.append(perf_counter() - began)

    began = perf_counter()
    await asyncio.gather(*(work(number) for number in range(workers)))
    return Round(done / (perf_counter() - began), latencies)
