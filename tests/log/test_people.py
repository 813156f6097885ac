"""An erasure stands whatever happens meanwhile, and is finished wherever it was broken off."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

import msgspec
import pytest
from tests.log.conftest import DAY, MASTER, SENDER, Log, Tap

from cocreate.domain import errors
from cocreate.domain.steps.course import JoinParty, LeaveParty
from cocreate.domain.steps.record import CorrectStep, ErasePerson
from cocreate.domain.steps.wishes import ExpressWish
from cocreate.domain.vocabulary import ErasureGround, PartyKind, Position
from cocreate.log.append import Appender
from cocreate.log.connection import Pool
from cocreate.log.errors import LogUnavailable, UnknownProject
from cocreate.log.keys import Keys
from cocreate.log.live import LiveProjects
from cocreate.log.people import People
from cocreate.log.read import Reader
from cocreate.log.sealing import Sealing

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
ERASE = ErasePerson(occurred_on=DAY, party="sanne", ground=ErasureGround.OBJECTION)


def people_on(log: Log, pool: Pool | Tap) -> People:
    given = cast("Pool", pool)
    keys = Keys(given, MASTER)
    live = LiveProjects(given, Appender(given, seal=Sealing(keys)), keys)
    return People(live, Reader(log.pool), keys, log.dsn)


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
        if "cocreate.append" in query:
            tap.before = _nothing
            await live.take(tenant, project, [CORRECT, LEAVE], SENDER)

    tap.before = say_more
    receipt = await people_on(log, tap).erase(tenant, project, ERASE, SENDER)
    assert receipt.version == 5
    [certificate] = await certificates(log, tenant)
    assert [(each["step"], each["field"]) for each in certificate["erased"]] == [
        (2, "name"),
        (2, "contact"),
        (3, "name"),
        (4, "reason"),
    ]
    assert len(certificate["keys"]) == 2  # the second was made after the first was destroyed
    assert await keys_left(log, tenant) == 0
    with pytest.raises(errors.WrongStatus):
        await log.process().take(tenant, project, [CORRECT], SENDER)


async def _nothing(_query: str) -> None:
    return


@pytest.mark.parametrize("at", ["read_history", "find_of", "destroy", "cocreate.append"])
async def test_an_erasure_that_was_broken_off_is_finished(log: Log, tap: Tap, at: str) -> None:
    _, tenant, project = await joined(log)
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
    await live.take(tenant, project, [ExpressWish(occurred_on=DAY, title="Licht")], SENDER)
    people = people_on(log, log.pool)
    assert await people.in_the_clear(tenant, project, "sanne") == []
    await log.admin.execute("alter table cocreate.event disable trigger immutable")
    await log.admin.execute(
        "update cocreate.event set data = $2"
        " where tenant_id = $1 and stream_id = $3 and version = 2",
        tenant,
        b'{"party":"sanne","kind":"resident","position":"external","name":"Sanne"}',
        project,
    )
    await log.admin.execute("alter table cocreate.event enable trigger immutable")
    await people.erase(tenant, project, ERASE, SENDER)
    assert await people.in_the_clear(tenant, project, "sanne") == [3]
    held = await people.held(tenant, project, "sanne")
    assert held is not None
    assert held.events[0].personal == ["name"]
