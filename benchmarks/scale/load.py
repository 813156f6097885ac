"""A steady load over all municipalities: steps that come by the clock, over HTTP.

Each is of a municipality chosen by its size and of one of its projects, and is sent with an
``Idempotency-Key``, as clients do. How long it took counts from when it was due, so that one that
had to wait for a connection is not flattered.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from itertools import count
from time import perf_counter
from uuid import uuid4

import asyncpg
import msgspec

from benchmarks.client import request
from benchmarks.lag import Watch
from benchmarks.measure import Percentiles, Round, percentiles
from benchmarks.scale.filling import shares_of
from cocreate.api.issuing import issue_key
from cocreate.domain.vocabulary import Role
from cocreate.service import Service

CONNECTIONS = 64
PROJECTS_EACH = 20
SETTLE_SECONDS = 120.0
"""For how long what was appended may stay out of sight, before it is given up."""
SUPPORT = b'{"occurredOn":"2026-03-02","wish":"w0"}'
WISH = (
    b'{"occurredOn":"2026-03-02","title":"Licht in het park",'
    b'"text":"Ook in het donker wil iedereen er veilig kunnen lopen."}'
)


class Caller(msgspec.Struct, frozen=True):
    """A municipality that steps are sent to."""

    code: str
    key: str
    projects: Sequence[str]

    def step(self, number: int, project: str) -> bytes:
        """Give a request: one of ten expresses a wish, the others support one."""
        noun, body = ("wish-supports", SUPPORT) if number % 10 else ("wishes", WISH)
        path = f"/v1/municipalities/{self.code}/projects/{project}/{noun}"
        return request("POST", path, body, self.key, once=str(uuid4()))


class Receipt(msgspec.Struct):
    """What an answer tells of the step that was taken."""

    position: int


class Steady(msgspec.Struct, frozen=True):
    """How a load fared."""

    rate: float
    append: Percentiles
    lag: Percentiles | None
    appended: int


async def callers(service: Service, dsn: str, municipalities: int) -> Sequence[Caller]:
    """Give each municipality a key, and some of its projects."""
    connection = await asyncpg.connect(dsn)
    try:
        found = await connection.fetch(
            "select t.code, array(select stream_id::text from cocreate.stream s"
            "  where s.tenant_id = t.code and s.version >= $2 limit $3) as projects"
            " from unnest($1::text[]) as t(code)",
            list(shares_of(municipalities)),
            3,
            PROJECTS_EACH,
        )
    finally:
        await connection.close()
    return [
        Caller(
            row["code"],
            (await issue_key(service.pool, row["code"], Role.OFFICIAL, "bench")).secret,
            row["projects"],
        )
        for row in found
    ]


class Clock:
    """Sends steps by the clock over connections that each have one request under way."""

    def __init__(self, port: int, asked: Sequence[Caller], watches: Mapping[str, Watch]) -> None:
        self._port = port
        self._asked = asked
        self._weights = list(shares_of(len(asked)).values())
        self._watches = watches
        self._generator = random.Random(len(asked))  # noqa: S311 - the same load in every run
        self._free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = (
            asyncio.Queue()
        )
        self._latencies: list[float] = []

    async def run(self, rate: float, seconds: float) -> Round:
        """Send so many a second, for some seconds."""
        for _ in range(CONNECTIONS):
            self._free.put_nowait(await asyncio.open_connection("127.0.0.1", self._port))
        began = perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in count():
                due = began + number / rate
                if due >= began + seconds:
                    break
                if (early := due - perf_counter()) > 0:
                    await asyncio.sleep(early)
                group.create_task(self._send(number, due))
        taken = len(self._latencies) / (perf_counter() - began)
        while not self._free.empty():
            _, writer = self._free.get_nowait()
            writer.close()
        return Round(taken, self._latencies)

    async def _send(self, number: int, due: float) -> None:
        [caller] = self._generator.choices(self._asked, self._weights)
        asked = caller.step(number, self._generator.choice(caller.projects))
        reader, writer = await self._free.get()
        writer.write(asked)
        head = await reader.readuntil(b"\r\n\r\n")
        _, _, rest = head.lower().partition(b"content-length:")
        body = await reader.readexactly(int(rest.split(b"\r\n", 1)[0]))
        self._latencies.append(perf_counter() - due)
        self._free.put_nowait((reader, writer))
        if not head.startswith(b"HTTP/1.1 201"):
            raise RuntimeError(head + body)
        if caller.code in self._watches:
            receipt = msgspec.json.decode(body, type=Receipt)
            self._watches[caller.code].expect(receipt.position)


async def steady(
    service: Service, port: int, asked: Sequence[Caller], rate: float, seconds: float, *, lag: bool
) -> Steady:
    """Send a steady load, and, where read models are kept, wait until all of it is in sight."""
    lags: list[float] = []
    watches = {each.code: Watch(service, each.code, lags) for each in asked} if lag else {}
    watching = [asyncio.create_task(watch.run()) for watch in watches.values()]
    try:
        round_ = await Clock(port, asked, watches).run(rate, seconds)
        async with asyncio.timeout(SETTLE_SECONDS):
            while any(watch.waiting for watch in watches.values()):
                await asyncio.sleep(0.05)
                for watcher in watching:
                    if watcher.done():
                        watcher.result()
    finally:
        for watcher in watching:
            watcher.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
    found = percentiles([round_])
    if found is None:
        message = "Nothing was sent"
        raise ValueError(message)
    return Steady(
        round(round_.rate, 1),
        found,
        percentiles([Round(0.0, lags)]),
        len(round_.latencies),
    )
