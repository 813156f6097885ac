"""What is read of a log is on record in it: before the answer, and once a day."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest
from tests.log.conftest import Log

from cocreate.domain.log_reads import LogRead, log_reads_id
from cocreate.log.append import Appender
from cocreate.log.errors import LogUnavailable, UnknownMunicipality
from cocreate.log.read import Reader
from cocreate.log.reads import LogReads, Reading

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def process(log: Log, clock: Clock | None = None) -> LogReads:
    """Give what another process of the application would record with."""
    return LogReads(Appender(log.pool), Reader(log.pool), clock or Clock())


def reading(tenant: str, **changes: object) -> Reading:
    """Give what an auditor reads."""
    given = Reading(
        tenant=tenant, actor="key-a", actor_role="auditor", what="GET /wishes", project=None
    )
    return msgspec.structs.replace(given, **changes)


async def recorded(log: Log, tenant: str) -> list[LogRead]:
    reader = Reader(log.pool)
    events = [reader.event(each) for each in await reader.stream(tenant, log_reads_id(tenant))]
    assert all(isinstance(event, LogRead) for event in events)
    return events  # type: ignore[return-value]


async def test_a_reading_is_on_record_once_a_day_whichever_process_it_came_to(log: Log) -> None:
    tenant, clock = await log.tenant(), Clock()
    several = [process(log, clock) for _ in range(3)]
    for _ in range(2):
        await asyncio.gather(*(one.note(reading(tenant)) for one in several * 5))
    assert len(await recorded(log, tenant)) == 1
    clock.now = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # the next day in Amsterdam
    await asyncio.gather(*(one.note(reading(tenant)) for one in several))
    assert len(await recorded(log, tenant)) == 2


async def test_each_reader_address_and_project_is_on_record_by_itself(log: Log) -> None:
    tenant, one = await log.tenant(), process(log)
    project = uuid4()
    readings = [
        reading(tenant),
        reading(tenant, actor="key-b"),
        reading(tenant, what="GET /obstacles"),
        reading(tenant, project=project),
    ]
    for each in readings * 2:
        await one.note(each)
    found = await recorded(log, tenant)
    assert [event.what for event in found] == [each.what for each in readings]
    assert found[-1].project == project
    events = await log.events(tenant)
    assert [(each["actor"], each["actor_role"]) for each in events] == [
        (each.actor, "auditor") for each in readings
    ]
    assert not any(each["public"] for each in events)


async def test_what_is_recorded_each_time_is_recorded_each_time(log: Log) -> None:
    tenant, one = await log.tenant(), process(log)
    for position in (4, 7):
        await one.record(reading(tenant, what="cocreate audit export"), position)
    assert [event.known_at for event in await recorded(log, tenant)] == [4, 7]


async def test_without_a_position_it_is_known_at_that_of_the_log(log: Log) -> None:
    tenant, one = await log.tenant(), process(log)
    await one.note(reading(tenant))
    await one.note(reading(tenant, actor="key-b"))
    assert [event.known_at for event in await recorded(log, tenant)] == [0, 1]


async def test_processes_that_record_at_once_lose_nothing(log: Log) -> None:
    tenant = await log.tenant()
    several = [process(log) for _ in range(4)]
    await asyncio.gather(
        *(
            one.record(reading(tenant, actor=f"key-{number}-{each}"))
            for number, one in enumerate(several)
            for each in range(6)
        )
    )
    assert len(await recorded(log, tenant)) == 24


async def test_what_is_noted_costs_nothing_more(log: Log) -> None:
    tenant, one = await log.tenant(), process(log)
    await one.note(reading(tenant))
    head = await Reader(log.pool).head(tenant)
    await log.admin.execute("alter table cocreate.log_head rename to log_head_away")
    try:
        await one.note(reading(tenant))  # no round trip, so none that fails
        with pytest.raises(Exception, match="log_head"):
            await one.note(reading(tenant, actor="key-b"))
    finally:
        await log.admin.execute("alter table cocreate.log_head_away rename to log_head")
    assert await Reader(log.pool).head(tenant) == head


async def test_without_a_record_there_is_an_error(log: Log) -> None:
    with pytest.raises((UnknownMunicipality, LogUnavailable)):
        await process(log).note(reading("GM9999"), 0)
