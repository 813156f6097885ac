"""Growth: what a log of a thousand, a hundred thousand and five million events costs and answers.

Each size has a database of its own. One municipality has most of it, and is the one asked. A cold
answer is one not asked before: about another project, or as known at another position.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec

from benchmarks.client import get, hammer, request
from benchmarks.endpoints import Endpoint, endpoints
from benchmarks.installation import api, bare, fresh_database
from benchmarks.measure import Figure, Round, figure
from benchmarks.rebuilding import rebuild_apart
from benchmarks.stories import Filled, fill
from cocreate.api.issuing import issue_key
from cocreate.domain.vocabulary import Role
from cocreate.log.connection import open_pool
from cocreate.postgres import EmbeddedServer

SIZES = (1_000, 100_000)
LARGE = 5_000_000
BIG = "GM0001"
SHARES = {BIG: 0.6, **{f"GM{number:04}": 0.04 for number in range(2, 12)}}
GOAL_MEGABYTES = 300.0
GOAL_GROWN = 0.5
"""How fast a hundred times the log is to be answered about, over the small one."""


class Asked(msgspec.Struct, frozen=True):
    """How fast an address answered."""

    endpoint: Endpoint
    cold: Round
    warm: Round
    peer: Round


async def measure_growth(server: EmbeddedServer, *, seconds: float, large: bool) -> list[Figure]:
    """Give the figures of every size, and how dashboards and registers stood up to growth."""
    figures: list[Figure] = []
    asked: dict[int, list[Asked]] = {}
    for size in (*SIZES, *((LARGE,) if large else ())):
        async with fresh_database(server, "bench_growth") as dsn:
            pool = await open_pool(dsn, "cocreate_app")
            try:
                filled = await fill(pool, SHARES, size)
                key = (await issue_key(pool, BIG, Role.OFFICIAL, "bench")).secret
            finally:
                await pool.close()
            figures += await _kept(dsn, f"{size:,} events", sum(x.events for x in filled.values()))
            asked[size] = await _ask(dsn, key, filled[BIG], seconds)
        figures += [each for one in asked[size] for each in _figures(one, f"{size:,} events")]
    return figures + _grown(asked)


async def _kept(dsn: str, name: str, events: int) -> list[Figure]:
    rebuilt = await rebuild_apart(dsn)
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            "select n.nspname = 'cocreate' as log, sum(pg_table_size(c.oid))::bigint as rows,"
            " sum(pg_indexes_size(c.oid))::bigint as indexes"
            " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema)' group by 1"
        )
    finally:
        await connection.close()
    bytes_of = {row["log"]: (row["rows"], row["indexes"]) for row in rows}
    return [
        figure(f"rebuild of {name}", [Round(rebuilt.seconds, ())], None, unit="s", at_most=True),
        figure(
            f"most memory while rebuilding {name}",
            [Round(rebuilt.megabytes, ())],
            None,
            unit="MB",
            goal=GOAL_MEGABYTES,
            at_most=True,
        ),
        *(
            figure(
                f"on disk with {name}, {what}",
                [Round(number / events, ())],
                None,
                unit="bytes/event",
                at_most=True,
            )
            for what, number in (
                ("log", bytes_of[True][0]),
                ("indexes of the log", bytes_of[True][1]),
                ("read models", bytes_of[False][0]),
                ("indexes of the read models", bytes_of[False][1]),
            )
        ),
    ]


async def _ask(dsn: str, key: str, big: Filled, seconds: float) -> list[Asked]:
    asked: list[Asked] = []
    with tempfile.TemporaryDirectory() as name:
        async with api(dsn) as (_, port), bare(Path(name)) as peer_port:
            for endpoint in await endpoints(port, key, BIG, big.projects[0]):
                path = endpoint.at(big.projects[0])
                answer = await get(port, path, key)
                if answer.status != 200:
                    raise RuntimeError(path, answer)
                peer_path = f"/pages/{len(asked)}"
                (Path(name) / str(len(asked))).write_bytes(answer.body)
                plain, same = request("GET", peer_path, key=key), request("GET", path, key=key)
                cold = each_new(endpoint, key, big.projects[1:], big.position)
                asked.append(
                    Asked(
                        endpoint,
                        cold=await hammer(port, 1, seconds, cold),
                        warm=await hammer(port, 1, seconds, lambda _, s=same: s),  # type: ignore[misc]
                        peer=await hammer(peer_port, 1, seconds, lambda _, p=plain: p),  # type: ignore[misc]
                    )
                )
    return asked


def each_new(
    endpoint: Endpoint, key: str, projects: Sequence[UUID], position: int
) -> Callable[[int], bytes]:
    """Give requests that were not made before: of another project, or as known elsewhere."""

    def paths() -> Iterator[str]:
        if endpoint.of_project:
            yield from (endpoint.at(project) for project in projects)
        else:
            yield from (f"{endpoint.path}?asOf={at}" for at in range(position - 1, 0, -1))

    left = paths()

    def ask(_: int) -> bytes:
        path = next(left, None)
        return b"" if path is None else request("GET", path, key=key)

    return ask


def _figures(asked: Asked, size: str) -> list[Figure]:
    return [
        figure(
            f"GET {asked.endpoint.name}, {how}, {size}",
            [round_],
            [asked.peer],
            unit="requests/s by 1 client",
            peer_name="bare Litestar GET of the same bytes",
        )
        for how, round_ in (("cold", asked.cold), ("warm", asked.warm))
    ]


def _grown(asked: dict[int, list[Asked]]) -> list[Figure]:
    """Give how fast cold answers about a municipality are, beside the same of the least log."""
    least, *more = asked
    before = {one.endpoint.name: one for one in asked[least]}
    return [
        figure(
            f"GET {one.endpoint.name}, cold, at {size:,} over {least:,} events",
            [one.cold],
            [before[one.endpoint.name].cold],
            unit="requests/s by 1 client",
            peer_name=f"the same at {least:,} events",
            goal=GOAL_GROWN,
        )
        for size in more
        for one in asked[size]
        if not one.endpoint.of_project and one.endpoint.name in before
    ]
