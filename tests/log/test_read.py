"""The log is read in order, a page at a time, as far as asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from tests.log.conftest import DAY, SENDER, Log, command, stored

from cocreate.domain.steps.wishes import ExpressWish, WishExpressed
from cocreate.domain.vocabulary import Visibility
from cocreate.log import read
from cocreate.log.append import Taken
from cocreate.log.read import Reader


@pytest.fixture
def reader(log: Log) -> Reader:
    return Reader(log.pool)


async def written(log: Log, *sizes: tuple[UUID, int]) -> str:
    """Give a municipality whose log holds so many events of each history, one after another."""
    tenant, appender = await log.tenant(), log.appender()
    versions: dict[UUID, int] = {}
    for stream, size in sizes:
        version = versions.get(stream, 0)
        events = [stored(f'{{"n":{version + n + 1}}}') for n in range(size)]
        assert isinstance(await appender.append(tenant, command(stream, version, *events)), Taken)
        versions[stream] = version + size
    return tenant


async def test_a_log_is_read_in_order_a_page_at_a_time(log: Log, reader: Reader) -> None:
    a, b = uuid4(), uuid4()
    tenant = await written(log, (a, 3), (b, 2), (a, 4))
    whole = await reader.log(tenant)
    assert [one.position for one in whole] == list(range(1, 10))
    assert [one.project for one in whole] == [a] * 3 + [b] * 2 + [a] * 4
    assert [one.version for one in whole] == [1, 2, 3, 1, 2, 4, 5, 6, 7]
    pages = [await reader.log(tenant, after=after, limit=4) for after in (0, 4, 8, 9)]
    assert [len(page) for page in pages] == [4, 4, 1, 0]
    assert [one for page in pages for one in page] == whole


async def test_a_history_is_read_in_order_a_page_at_a_time(log: Log, reader: Reader) -> None:
    a, b = uuid4(), uuid4()
    tenant = await written(log, (a, 3), (b, 2), (a, 4), (b, 2))
    assert [one.version for one in await reader.stream(tenant, a, after=2, limit=3)] == [3, 4, 5]
    [page] = [page async for page in reader.history(tenant, a)]
    assert [one.version for one in page] == list(range(1, 8))
    assert [page async for page in reader.history(tenant, uuid4())] == []


async def test_a_history_longer_than_a_page_is_read_whole(log: Log, reader: Reader) -> None:
    a = uuid4()
    tenant = await written(log, (a, read.PAGE), (a, read.PAGE), (a, 5))
    pages = [page async for page in reader.history(tenant, a)]
    assert [len(page) for page in pages] == [read.PAGE, read.PAGE, 5]
    assert [one.version for page in pages for one in page] == list(range(1, 2 * read.PAGE + 6))
    pages = [page async for page in reader.history(tenant, a, up_to=read.PAGE + 1)]
    assert [len(page) for page in pages] == [read.PAGE, 1]


async def test_a_history_is_read_up_to_a_position_of_the_log(log: Log, reader: Reader) -> None:
    a, b = uuid4(), uuid4()
    tenant = await written(log, (a, 3), (b, 2), (a, 4))
    for up_to, versions in (
        (0, []),
        (2, [1, 2]),
        (5, [1, 2, 3]),
        (6, [1, 2, 3, 4]),
        (99, [*range(1, 8)]),
    ):
        found = await reader.stream(tenant, a, up_to=up_to)
        assert [one.version for one in found] == versions


async def test_the_head_is_the_last_position(log: Log, reader: Reader) -> None:
    tenant = await written(log, (uuid4(), 3), (uuid4(), 2))
    assert await reader.head(tenant) == 5
    assert await reader.head(await log.tenant()) == 0
    assert await reader.head("GM9999") is None
    assert await reader.head("GM9999", datetime.now(UTC)) is None


async def test_the_head_at_a_moment_is_the_last_position_recorded_by_then(
    log: Log, reader: Reader
) -> None:
    tenant = await written(log, *((uuid4(), size) for size in (1, 3, 2, 1, 5, 1)))
    whole = await reader.log(tenant)
    instant = timedelta(microseconds=1)
    for one in whole:
        together = [other.position for other in whole if other.recorded_at <= one.recorded_at]
        assert await reader.head(tenant, one.recorded_at) == max(together)
        before = [other.position for other in whole if other.recorded_at < one.recorded_at]
        assert await reader.head(tenant, one.recorded_at - instant) == max(before, default=0)
    assert await reader.head(tenant, datetime.max.replace(tzinfo=UTC)) == len(whole)
    assert await reader.head(tenant, datetime.min.replace(tzinfo=UTC)) == 0


async def test_an_event_comes_back_as_it_was_recorded(log: Log, reader: Reader) -> None:
    live = log.process()
    tenant, project = await log.project(live)
    step = ExpressWish(occurred_on=DAY, title="Meer licht", visibility=Visibility.INTERNAL)
    receipt = await live.take(tenant, project, [step], SENDER)
    [found] = await reader.stream(tenant, project, after=1)
    assert (found.position, found.project, found.version) == (receipt.position, project, 2)
    assert (found.type, found.schema_version, found.public) == ("WishExpressed", 1, False)
    assert (found.actor, found.actor_role) == ("tester", "official")
    assert found.data == b'{"wish":"W2","title":"Meer licht"}'
    event = reader.event(found)
    assert isinstance(event, WishExpressed)
    assert (event.wish, event.title) == ("W2", "Meer licht")
    assert (event.originator_id, event.originator_version) == (project, 2)
    assert (event.occurred_on, event.timestamp) == (DAY, found.recorded_at)
    assert event.visibility is Visibility.INTERNAL
