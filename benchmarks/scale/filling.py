"""Filling the logs of many municipalities, few of them large, by the append that all use.

It goes on from where the logs stand, so that it can be stopped at any time.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from time import perf_counter

import asyncpg

from benchmarks.stories import fill
from cocreate.log.connection import open_pool

FIRST_STEPS = 5
CHUNK = 50_000


def shares_of(municipalities: int) -> Mapping[str, float]:
    """Give municipalities and their weights after Zipf: the second has half of the first."""
    return {f"GM{rank:04}": 1 / rank for rank in range(1, municipalities + 1)}


async def fill_up(dsn: str, municipalities: int, events: int) -> int:
    """Bring the logs to so many events in all, and give how many were added."""
    shares = shares_of(municipalities)
    pool = await open_pool(dsn, "cocreate_app")
    began = perf_counter()
    try:
        before = held = await events_in(dsn)
        while held < events:
            least = 0 if held else FIRST_STEPS
            added = await fill(
                pool, shares, min(CHUNK, events - held), least=least, seed=events + held
            )
            held += sum(each.events for each in added.values())
            rate = (held - before) / (perf_counter() - began)
            print(f"{held:,} of {events:,} events, {rate:,.0f} a second", file=sys.stderr)
    finally:
        await pool.close()
    return held - before


async def events_in(dsn: str) -> int:
    """Give how many events the logs of municipalities hold."""
    connection = await asyncpg.connect(dsn)
    try:
        held: int = await connection.fetchval(
            "select coalesce(sum(position), 0)::bigint from cocreate.log_head"
            " where tenant_id like 'GM%'"
        )
    finally:
        await connection.close()
    return held
