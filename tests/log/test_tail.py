"""Those who follow a log are told what they may see: in order, each once, a page at a time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

import pytest
from tests.log.conftest import Log, command, stored

from cocreate.log import tail as tail_module
from cocreate.log.append import Taken
from cocreate.log.codec import Stored
from cocreate.log.connection import act_for
from cocreate.log.signals import Signals
from cocreate.log.tail import Place, Tail, TailBroken, Tails, Told

PATIENCE = 10
"""In seconds; how long anything here may take before it counts as never."""
START = Place(0)


class Kept(list[Told]):
    """Events as they are; each counts for a byte."""


def kept(_internal: bool) -> tail_module.Make[Kept]:
    return Kept


@pytest.fixture
async def tails(log: Log) -> Tails[Kept]:
    return Tails(log.pool, Signals(log.dsn, log.pool), kept)


def internal(text: str = "{}") -> Stored:
    return Stored("Noted", 1, date(2025, 1, 6), False, text.encode())


def publication(*steps: int) -> Stored:
    data = json.dumps({"steps": steps}).encode()
    return Stored("StepsPublished", 1, date(2025, 1, 6), True, data)


async def write(log: Log, tenant: str, stream: UUID, expected: int, *events: Stored) -> None:
    outcome = await log.appender().append(tenant, command(stream, expected, *events))
    assert isinstance(outcome, Taken)


async def read(
    tail: Tail[Kept], last: int, place: Place = START, project: UUID | None = None
) -> list[Told]:
    """Read on from a place until a position was told, as a reader does."""
    found: list[Told] = []
    async with asyncio.timeout(PATIENCE):
        while not found or found[-1].place < Place(last):
            page = await tail.after(place, project)
            assert page.until > place
            found += [
                told
                for told in page.content
                if told.place > place and project in (None, told.event.project)
            ]
            place = page.until
    return found


def places(told: Sequence[Told]) -> list[Place]:
    return [each.place for each in told]


async def test_a_long_log_is_told_whole_a_page_at_a_time(log: Log, tails: Tails[Kept]) -> None:
    tenant, stream = await log.tenant(), uuid4()
    await write(log, tenant, stream, 0, *[stored('{"n":"%s"}' % ("x" * 400))] * 1_300)
    async with tails.follow(tenant, internal=True) as tail:
        page = await tail.after(START)
        assert 0 < len(page.content) <= tail_module.PAGE_EVENTS
        assert page.more
        assert places(await read(tail, 1_300)) == [Place(n) for n in range(1, 1_301)]


async def test_an_event_larger_than_a_page_is_told(log: Log, tails: Tails[Kept]) -> None:
    tenant, large = await log.tenant(), stored(f'"{"x" * 200_000}"')
    await write(log, tenant, uuid4(), 0, stored(), large, large, stored())
    async with tails.follow(tenant, internal=False) as tail:
        assert len(await read(tail, 4)) == 4


async def test_who_waits_is_told_when_the_log_has_grown(log: Log, tails: Tails[Kept]) -> None:
    tenant, stream = await log.tenant(), uuid4()
    async with tails.follow(tenant, internal=False) as tail:
        waiting = [asyncio.create_task(read(tail, 2)) for _ in range(5)]
        await write(log, tenant, stream, 0, stored(), stored())
        tails._hear("log", tenant)
        for told in await asyncio.gather(*waiting):
            assert places(told) == [Place(1), Place(2)]


async def test_a_lost_signal_is_made_up_for(log: Log, tails: Tails[Kept]) -> None:
    tenant = await log.tenant()
    async with tails.follow(tenant, internal=False) as tail:
        waiting = asyncio.create_task(read(tail, 1))
        await write(log, tenant, uuid4(), 0, stored())
        assert len(await waiting) == 1


@pytest.mark.parametrize("size", [3, 1_700])
async def test_a_publication_can_be_left_and_resumed_anywhere(
    log: Log, tails: Tails[Kept], size: int
) -> None:
    tenant, stream, other = await log.tenant(), uuid4(), uuid4()
    await write(log, tenant, stream, 0, *[internal()] * size, stored())
    await write(log, tenant, other, 0, stored(), internal())
    versions = range(1, size + 1)
    await write(log, tenant, stream, size + 1, publication(*reversed(versions)), internal())
    at = size + 4
    expected = [
        Place(size + 1),
        Place(size + 2),
        *(Place(at - 1, version) for version in versions),
        Place(at),
    ]
    async with tails.follow(tenant, internal=False) as tail:
        assert places(await read(tail, at)) == expected
        for place in expected[:: max(1, size // 8)]:
            if place < Place(at):
                rest = expected[expected.index(place) + 1 :]
                assert places(await read(tail, at, place)) == rest
                of_project = [each for each in rest if each != Place(size + 2)]
                told = await read(tail, at, place, stream)
                assert places(told) == of_project
    async with tails.follow(tenant, internal=True) as tail:
        assert places(await read(tail, at + 1)) == [Place(n) for n in range(1, at + 2)]


async def test_many_publications_share_pages_without_loss(log: Log, tails: Tails[Kept]) -> None:
    tenant, stream = await log.tenant(), uuid4()
    await write(log, tenant, stream, 0, *[internal()] * 1_000)
    for number in range(5):
        steps = range(number * 200 + 1, number * 200 + 201)
        await write(log, tenant, stream, 1_000 + number, publication(*steps))
    async with tails.follow(tenant, internal=False) as tail:
        told = await read(tail, 1_005)
    shown = [each.event.version for each in told if not each.event.public]
    assert shown == list(range(1, 1_001))
    assert places(told) == sorted(set(places(told)))


async def test_what_is_published_internally_stays_so(log: Log, tails: Tails[Kept]) -> None:
    tenant, hidden = await log.tenant(), publication(1)
    hidden = Stored("StepsPublished", 1, hidden.occurred_on, False, hidden.data)
    await write(log, tenant, uuid4(), 0, internal(), hidden, stored())
    async with tails.follow(tenant, internal=False) as tail:
        assert places(await read(tail, 3)) == [Place(3)]


async def test_the_last_that_was_told_is_of_the_audience_and_the_project(
    log: Log, tails: Tails[Kept]
) -> None:
    tenant, one, other = await log.tenant(), uuid4(), uuid4()
    await write(log, tenant, one, 0, stored(), stored(), internal())
    await write(log, tenant, other, 0, internal())
    for audience, expected in ((False, (2, 2, None)), (True, (4, 3, 4))):
        async with tails.follow(tenant, internal=audience) as tail:
            assert (await tail.last(), await tail.last(one), await tail.last(other)) == expected


async def test_what_is_kept_of_the_end_is_bounded(
    log: Log, tails: Tails[Kept], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail_module, "KEPT_BYTES", 20)
    tenant, stream = await log.tenant(), uuid4()
    async with tails.follow(tenant, internal=False) as tail:
        reading = asyncio.create_task(read(tail, 100))
        for number in range(100):
            await write(log, tenant, stream, number, stored())
            tails._hear("log", tenant)
        await reading
        assert len(tail._pages) <= 20
        assert tail._bytes == sum(len(page.content) for page in tail._pages) <= 20
        # Who is further behind than what is kept misses nothing.
        assert places(await read(tail, 100)) == [Place(n) for n in range(1, 101)]


async def test_an_error_of_ours_ends_those_who_wait(log: Log) -> None:
    def make(told: Sequence[Told]) -> Kept:
        if told:
            raise KeyError
        return Kept()

    tenant, tails = await log.tenant(), Tails(log.pool, Signals(log.dsn, log.pool), lambda _: make)
    async with tails.follow(tenant, internal=False) as tail:
        waiting = [asyncio.create_task(tail.after(START)) for _ in range(3)]
        await write(log, tenant, uuid4(), 0, stored())
        for outcome in await asyncio.gather(*waiting, return_exceptions=True):
            assert isinstance(outcome, TailBroken | KeyError)


async def test_a_page_of_a_long_project_reads_by_the_index_on_versions(log: Log) -> None:
    tenant, one, other = await log.tenant(), uuid4(), uuid4()
    for number in range(10):
        await write(log, tenant, one, number * 500, *[stored()] * 500)
        await write(log, tenant, other, number * 500, *[stored()] * 500)
    read_tail = "select cocreate.read_tail($1, true, $2, $3, 0, 500, 65536)"

    async def touched(position: int) -> int:
        """Give how many rows of the log a page reads."""
        async with log.pool.acquire() as connection, connection.transaction():
            await act_for(connection, tenant)
            counter = (
                "select coalesce(sum(idx_tup_fetch + seq_tup_read), 0)::bigint"
                " from pg_stat_xact_user_tables where relname = 'event'"
            )
            before: int = await connection.fetchval(counter)
            await connection.fetch(read_tail, tenant, one, position)
            after: int = await connection.fetchval(counter)
            return after - before

    for position in (0, 5_000, 9_400):
        assert await touched(position) < 700
