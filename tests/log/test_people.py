"""An erasure stands whatever happens meanwhile, and is finished wherever it was broken off."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import date
from typing import Any, cast
from uuid import UUID

import asyncpg
import msgspec
import pytest
from msgspec.structs import replace
from tests.databases import past_triggers
from tests.log.conftest import DAY, MASTER, SENDER, Log, Tap

from cocreate.domain import errors
from cocreate.domain.steps.base import Step
from cocreate.domain.steps.course import JoinParty, LeaveParty
from cocreate.domain.steps.record import CorrectStep, ErasePerson
from cocreate.domain.steps.wishes import ExpressWish
from cocreate.domain.vocabulary import ErasureGround, PartyKind, Position
from cocreate.log.append import Appender
from cocreate.log.connection import Pool
from cocreate.log.errors import (
    KeyReused,
    LogUnavailable,
    UnknownProject,
    Unstorable,
    VersionConflict,
)
from cocreate.log.keys import Keys
from cocreate.log.live import LiveProjects
from cocreate.log.people import People
from cocreate.log.read import Reader
from cocreate.log.sealing import Sealing
from cocreate.log.tokens import tokens_in

JOIN = JoinParty(
    occurred_on=DAY,
    party="sanne",
    kind=PartyKind.RESIDENT,
    position=Position.EXTERNAL,
    name="Sanne de Wit",
    contact="sanne@example.nl",
)
LEAVE = LeaveParty(occurred_on=DAY, party="sanne", reason="Verhuisd")
CORRECT = CorrectStep(occurred_on=DAY, step=2, changes={"name": "Sanne Wit"}, reason="Fout")
WISH = ExpressWish(occurred_on=DAY, title="Licht")
SAY = ExpressWish(occurred_on=DAY, title="Licht", by="sanne", text="Ik zie niets")
ERASE = ErasePerson(occurred_on=DAY, party="sanne", ground=ErasureGround.OBJECTION)


class Deep(Tap):
    """A tap on what is asked while the log is held as well."""

    @contextlib.asynccontextmanager
    async def acquire(self) -> AsyncIterator[Deep]:
        async with self._pool.acquire() as connection:
            held = Deep(cast("Pool", connection))
            held.before, held.after = self.before, self.after
            yield held

    def transaction(self) -> object:
        return cast("asyncpg.Connection", self._pool).transaction()

    async def execute(self, query: str, *given: object) -> None:
        await self.fetch(query, *given)


def people_on(log: Log, pool: Pool | Tap) -> People:
    given = cast("Pool", pool)
    keys = Keys(given, MASTER)
    appender = Appender(given, seal=Sealing(keys))
    live = LiveProjects(given, appender, keys)
    return People(live, appender, Reader(given), keys, log.dsn)


async def keys_left(log: Log, tenant: str) -> int:
    left: int = await log.admin.fetchval(
        "select count(*) from cocreate_keys.person where tenant_id = $1", tenant
    )
    return left


async def certificates(log: Log, tenant: str) -> list[dict[str, Any]]:
    return [
        msgspec.json.decode(row["data"])
        for row in await log.events(tenant)
        if row["type"] == "PersonErased"
    ]


async def joined(log: Log) -> tuple[LiveProjects, str, UUID]:
    live = log.process()
    tenant, project = await log.project(live)
    await live.take(tenant, project, [JOIN], SENDER)
    return live, tenant, project


async def test_what_is_said_while_a_person_is_erased_is_erased_too(log: Log, tap: Tap) -> None:
    live, tenant, project = await joined(log)

    async def say_more(query: str) -> None:
        if "read_salted_stream" in query:
            tap.after = _nothing
            await live.take(tenant, project, [CORRECT, LEAVE], SENDER)

    tap.after = say_more
    receipt = await people_on(log, tap).erase(tenant, project, ERASE, SENDER)
    assert receipt.version == 5
    [certificate] = await certificates(log, tenant)
    assert [(each["step"], each["field"]) for each in certificate["erased"]] == [
        (2, "name"),
        (2, "contact"),
        (3, "name"),
        (4, "reason"),
    ]
    assert len(certificate["keys"]) == 1
    assert await keys_left(log, tenant) == 0
    with pytest.raises(errors.WrongStatus):
        await log.process().take(tenant, project, [CORRECT], SENDER)


async def test_one_erasure_is_enough_however_busy_the_project_is(log: Log, tap: Tap) -> None:
    _, tenant, project = await joined(log)
    erased = asyncio.Event()
    busy = [asyncio.Event() for _ in range(4)]

    async def go_on(began: asyncio.Event, step: Step) -> None:
        process = log.process()
        while not erased.is_set():
            with contextlib.suppress(errors.WrongStatus):  # of one who is erased by then
                await process.take(tenant, project, [step], SENDER)
            began.set()

    async def say_more_each_time(query: str) -> None:
        if "read_salted_stream" in query:  # whatever is read before the log is held is out of date
            await log.process().take(tenant, project, [SAY], SENDER)

    tap.after = say_more_each_time
    async with asyncio.TaskGroup() as group:
        for began, step in zip(busy, [SAY, WISH, WISH, SAY], strict=True):
            group.create_task(go_on(began, step))
        for began in busy:
            await began.wait()
        receipt = await people_on(log, tap).erase(tenant, project, ERASE, SENDER)
        erased.set()
    [certificate] = await certificates(log, tenant)
    sealed = {
        (row["version"], row["position"], token.key_id)
        for row in await log.events(tenant)
        for token in tokens_in(row["data"])
    }
    assert {(each["step"], each["position"]) for each in certificate["erased"]} == {
        (version, position) for version, position, _ in sealed
    }
    assert max(position for _, position, _ in sealed) < receipt.position
    assert not await Keys(log.pool, MASTER).find(tenant, [key_id for *_, key_id in sealed])


async def test_a_refused_certificate_leaves_the_key(log: Log) -> None:
    live, tenant, project = await joined(log)
    wished = replace(SENDER, key="wens", fingerprint=b"wens")
    await live.take(tenant, project, [WISH], wished)
    people = people_on(log, log.pool)
    for sender, refused in (
        (replace(SENDER, expected=1), VersionConflict),
        (replace(SENDER, key="wens"), KeyReused),
        (replace(SENDER, actor="nul\0"), Unstorable),
    ):
        with pytest.raises(refused):
            await people.erase(tenant, project, ERASE, sender)
        assert await keys_left(log, tenant) == 1
    tomorrow = replace(ERASE, occurred_on=date(2999, 1, 1))
    with pytest.raises(errors.RuleBroken):
        await people.erase(tenant, project, tomorrow, SENDER)
    assert await keys_left(log, tenant) == 1
    receipt = await people.erase(tenant, project, ERASE, replace(SENDER, expected=3))
    assert receipt.version == 4


async def _nothing(_query: str) -> None:
    return


@pytest.mark.parametrize(
    "at",
    ["read_history", "read_salted_stream", "hold_log", "find_of", "destroy", "cocreate.append"],
)
async def test_an_erasure_that_was_broken_off_is_finished(log: Log, at: str) -> None:
    _, tenant, project = await joined(log)
    tap = Deep(log.pool)
    broken_off = 0
    for moment in ("before", "after"):

        async def break_off(query: str) -> None:
            if at in query:
                raise ConnectionResetError

        setattr(tap, moment, break_off)
        try:
            await people_on(log, tap).erase(tenant, project, ERASE, SENDER)
        except (ConnectionError, LogUnavailable):
            broken_off += 1
        setattr(tap, moment, _nothing)
        # The key is gone where there is a certificate, and there alone.
        assert len(await certificates(log, tenant)) + await keys_left(log, tenant) == 1
    assert broken_off
    first = await people_on(log, log.pool).erase(tenant, project, ERASE, SENDER)
    again = await people_on(log, log.pool).erase(tenant, project, ERASE, SENDER)
    assert (again.position, again.repeated) == (first.position, True)
    [certificate] = await certificates(log, tenant)
    assert (len(certificate["erased"]), len(certificate["keys"])) == (2, 1)
    assert await keys_left(log, tenant) == 0


async def test_a_key_that_was_made_after_the_certificate_goes_when_asked_again(log: Log) -> None:
    _, tenant, project = await joined(log)
    people = people_on(log, log.pool)
    await people.erase(tenant, project, ERASE, SENDER)
    await log.admin.execute(
        "insert into cocreate_keys.person values ($1, 'orphan', $2, 'sanne', 1, 'x')",
        tenant,
        project,
    )
    await people.erase(tenant, project, ERASE, SENDER)
    assert await keys_left(log, tenant) == 0


async def test_nobody_is_erased_from_a_project_that_is_not_there(log: Log) -> None:
    _, tenant, _ = await joined(log)
    with pytest.raises(UnknownProject):
        await people_on(log, log.pool).erase(tenant, UUID(int=1), ERASE, SENDER)


async def test_data_from_before_it_was_sealed_is_told(log: Log) -> None:
    live, tenant, project = await joined(log)
    await live.take(tenant, project, [WISH], SENDER)
    people = people_on(log, log.pool)
    assert await people.in_the_clear(tenant, project, "sanne") == []
    async with past_triggers(log.admin):
        await log.admin.execute(
            "update cocreate.event set data = $2"
            " where tenant_id = $1 and stream_id = $3 and version = 2",
            tenant,
            b'{"party":"sanne","kind":"resident","position":"external","name":"Sanne"}',
            project,
        )
    await people.erase(tenant, project, ERASE, SENDER)
    assert await people.in_the_clear(tenant, project, "sanne") == [3]
    held = await people.held(tenant, project, "sanne")
    assert held is not None
    assert held.events[0].personal == ["name"]
