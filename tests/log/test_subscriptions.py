"""Subscriptions in the operator's log, and what the logs of municipalities are held to by them."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import count, pairwise
from uuid import uuid4

import asyncpg
import pytest
from msgspec.structs import replace
from tests.log.conftest import DAY, SENDER, START, Log, command, stored

from cocreate.domain.calendar import amsterdam_date
from cocreate.domain.errors import SubscriptionIs, UnknownPlan
from cocreate.domain.municipality import RegisterMunicipality
from cocreate.domain.steps.wishes import ExpressWish
from cocreate.domain.subscription import (
    OPERATOR_LOG,
    ActivateSubscription,
    AnnounceLeaving,
    ChangePlan,
    DefinePlan,
    InviteMunicipality,
    Quotas,
    ResumeSubscription,
    SuspendSubscription,
)
from cocreate.domain.vocabulary import SubscriptionState
from cocreate.log.append import Conflict, Outcome, Refused, Repeated, Taken
from cocreate.log.codec import Stored
from cocreate.log.errors import (
    KeyReused,
    NotSubscribed,
    UnknownMunicipality,
    VersionConflict,
)
from cocreate.log.live import Receipt

_codes = count(6001)

SUSPEND = SuspendSubscription(occurred_on=DAY, reason="Rekening niet betaald")
RESUME = ResumeSubscription(occurred_on=DAY)
ACTIVATE = ActivateSubscription(occurred_on=DAY)


async def registered(log: Log, **quotas: int) -> str:
    """Give a fresh municipality, with a plan of its own where there are quotas."""
    code = f"GM{next(_codes)}"
    step = RegisterMunicipality(occurred_on=DAY, code=code, name="Test")
    await log.subscriptions().register(step, SENDER)
    if quotas:
        await on_plan(log, code, **quotas)
    return code


async def on_plan(log: Log, code: str, **quotas: int) -> None:
    plan = f"plan-{code.lower()}"
    define = DefinePlan(occurred_on=DAY, plan=plan, title="Proef", quotas=Quotas(**quotas))
    await log.subscriptions().define_plan(define, SENDER)
    await log.subscriptions().take(code, ChangePlan(occurred_on=DAY, plan=plan), SENDER)


def of(*types: str) -> list[Stored]:
    return [replace(stored(), type=kind) for kind in types]


async def state(log: Log, code: str) -> SubscriptionState:
    found = await log.subscriptions().find(code)
    assert found is not None
    return found.state


# -- the operator's log ---------------------------------------------------------------------------


async def test_registering_is_inviting_and_activating_in_one(log: Log) -> None:
    code = await registered(log)
    events = await log.events(OPERATOR_LOG)
    assert [event["type"] for event in events][-2:] == [
        "MunicipalityInvited",
        "SubscriptionActivated",
    ]
    assert [event["type"] for event in await log.events(code)] == ["MunicipalityRegistered"]
    assert await state(log, code) is SubscriptionState.ACTIVE


async def test_an_invited_municipality_gets_its_log_when_it_accepts(log: Log) -> None:
    code, process = f"GM{next(_codes)}", log.subscriptions()
    invite = InviteMunicipality(occurred_on=DAY, code=code, name="Test")
    await process.invite(invite, SENDER)
    assert await state(log, code) is SubscriptionState.INVITED
    assert await log.events(code) == []
    with pytest.raises(SubscriptionIs):
        await process.invite(invite, SENDER)
    with pytest.raises(SubscriptionIs):
        await process.take(code, SUSPEND, SENDER)
    await process.take(code, ACTIVATE, SENDER)
    assert await state(log, code) is SubscriptionState.ACTIVE
    assert [event["type"] for event in await log.events(code)] == ["MunicipalityRegistered"]
    with pytest.raises(SubscriptionIs):
        await process.take(code, ACTIVATE, SENDER)


async def test_an_invited_municipality_is_registered_under_its_plan(log: Log) -> None:
    code, process = f"GM{next(_codes)}", log.subscriptions()
    define = DefinePlan(occurred_on=DAY, plan="klein", title="Klein", quotas=Quotas(projects=1))
    await process.define_plan(define, SENDER)
    await process.invite(
        InviteMunicipality(occurred_on=DAY, code=code, name="Test", plan="klein"), SENDER
    )
    step = RegisterMunicipality(occurred_on=DAY, code=code, name="Test")
    await process.register(step, SENDER)
    found = await process.find(code)
    assert found is not None
    assert (found.plan, found.quotas, found.version) == ("klein", Quotas(projects=1), 2)


async def test_a_log_of_before_is_subscribed_to_the_default_plan(log: Log) -> None:
    code, process = await log.tenant(), log.subscriptions()
    found = await process.find(code)
    assert found is not None
    assert (found.state, found.plan, found.quotas) == ("active", "default", Quotas())
    await process.take(code, SUSPEND, SENDER)
    assert await state(log, code) is SubscriptionState.SUSPENDED
    assert await log.appender().append(code, command(uuid4())) == Refused("suspended")


async def test_a_plan_is_known_before_it_is_taken(log: Log) -> None:
    code, process = await registered(log), log.subscriptions()
    with pytest.raises(UnknownPlan):
        await process.take(code, ChangePlan(occurred_on=DAY, plan="onbekend"), SENDER)
    with pytest.raises(UnknownMunicipality):
        await process.take("GM5999", SUSPEND, SENDER)


async def test_a_plan_defined_anew_holds_for_who_takes_it_from_then_on(log: Log) -> None:
    code = await registered(log, projects=1)
    process = log.subscriptions()
    plan = f"plan-{code.lower()}"
    wider = DefinePlan(occurred_on=DAY, plan=plan, title="Proef", quotas=Quotas(projects=2))
    await process.define_plan(wider, SENDER)
    before = await process.find(code)
    await process.take(code, ChangePlan(occurred_on=DAY, plan=plan), SENDER)
    after = await process.find(code)
    assert before is not None
    assert after is not None
    assert (before.quotas.projects, after.quotas.projects) == (1, 2)


async def test_two_operators_decide_one_after_the_other(log: Log) -> None:
    code = await registered(log)
    steps: list[SuspendSubscription | ResumeSubscription] = [SUSPEND, RESUME] * 4
    outcomes = await asyncio.gather(
        *(log.subscriptions().take(code, step, SENDER) for step in steps), return_exceptions=True
    )
    taken = sum(isinstance(outcome, Receipt) for outcome in outcomes)
    assert {type(outcome) for outcome in outcomes} <= {Receipt, SubscriptionIs}
    assert taken >= 1
    history = [
        event["type"]
        for event in await log.events(OPERATOR_LOG)
        if event["type"] in ("SubscriptionSuspended", "SubscriptionResumed")
    ][-taken:]
    assert history[0] == "SubscriptionSuspended"
    assert all(one != other for one, other in pairwise(history))


async def test_a_repeat_is_given_the_first_receipt_and_a_stale_version_refused(log: Log) -> None:
    code, process = await registered(log), log.subscriptions()
    sender = replace(SENDER, key=f"suspend {code}", fingerprint=b"f")
    first = await process.take(code, SUSPEND, sender)
    again = await process.take(code, SUSPEND, sender)
    assert again == replace(first, repeated=True, events=0)
    with pytest.raises(KeyReused):
        await process.take(code, RESUME, replace(sender, fingerprint=b"g"))
    with pytest.raises(VersionConflict):
        await process.take(code, RESUME, replace(SENDER, expected=2))
    await process.take(code, RESUME, replace(SENDER, expected=3))


async def test_who_subscribed_is_listed(log: Log) -> None:
    code, process = await registered(log), log.subscriptions()
    leave = AnnounceLeaving(occurred_on=DAY, last_day=date(2025, 2, 1), announced_by="college")
    await process.take(code, leave, SENDER)
    [found] = [each for each in await process.subscribers() if each.code == code]
    assert (found.state, found.last_day, found.since) == ("leaving", date(2025, 2, 1), DAY)


# -- states ---------------------------------------------------------------------------------------


async def appended(log: Log, code: str, *commands: list[Stored]) -> list[Outcome]:
    """Append commands in one batch, each on a history of its own."""
    appender = log.appender()
    return list(
        await asyncio.gather(
            *(appender.append(code, command(uuid4(), 0, *events)) for events in commands)
        )
    )


@pytest.mark.parametrize("many", [False, True], ids=["one", "batch"])
async def test_a_suspended_log_takes_housekeeping_alone(log: Log, *, many: bool) -> None:
    code = await registered(log)
    await log.subscriptions().take(code, SUSPEND, SENDER)
    steps = [of("Noted"), of("LogRead"), of("PersonErased"), of("SigningKeyAnnounced", "Noted")]
    if many:
        outcomes = await appended(log, code, *steps)
    else:
        outcomes = [(await appended(log, code, each))[0] for each in steps]
    refused = Refused("suspended")
    assert outcomes == [refused, outcomes[1], outcomes[2], refused]
    taken = [outcome.position for outcome in outcomes if isinstance(outcome, Taken)]
    assert taken == [2, 3]
    await log.subscriptions().take(code, RESUME, SENDER)
    assert isinstance((await appended(log, code, of("Noted")))[0], Taken)


@pytest.mark.parametrize(
    ("last_day", "takes"), [(-1, False), (0, True), (1, True)], ids=["over", "today", "to come"]
)
async def test_one_who_leaves_records_up_to_the_last_day(
    log: Log, last_day: int, *, takes: bool
) -> None:
    code = await registered(log)
    on = amsterdam_date(datetime.now(UTC)) + timedelta(days=last_day)
    leave = AnnounceLeaving(occurred_on=DAY, last_day=on, announced_by="college")
    await log.subscriptions().take(code, leave, SENDER)
    outcomes = [
        *await appended(log, code, of("Noted")),
        *await appended(log, code, of("Noted"), of("Noted")),
    ]
    assert [isinstance(outcome, Taken) for outcome in outcomes] == [takes] * 3
    assert takes or set(outcomes) == {Refused("leaving")}


async def test_one_who_was_suspended_stays_so_while_leaving(log: Log) -> None:
    code, process = await registered(log), log.subscriptions()
    await process.take(code, SUSPEND, SENDER)
    leave = AnnounceLeaving(occurred_on=DAY, last_day=date(2099, 1, 1), announced_by="college")
    await process.take(code, leave, SENDER)
    assert await appended(log, code, of("Noted")) == [Refused("suspended")]
    await process.take(code, RESUME, SENDER)
    assert isinstance((await appended(log, code, of("Noted")))[0], Taken)


async def test_a_repeat_is_answered_whatever_the_state(log: Log) -> None:
    code, stream = await registered(log), uuid4()
    once = command(stream, key="k", fingerprint=b"f", ids=b"[1]")
    await log.appender().append(code, once)
    await log.subscriptions().take(code, SUSPEND, SENDER)
    appender = log.appender()
    other = command(uuid4())
    outcomes = [*await asyncio.gather(appender.append(code, once), appender.append(code, other))]
    assert outcomes == [Repeated(2, 1, b"f", b"[1]"), Refused("suspended")]
    assert await log.appender().append(code, once) == Repeated(2, 1, b"f", b"[1]")


async def test_a_write_that_races_a_suspension_is_before_it_or_refused(log: Log) -> None:
    code = await registered(log)
    processes = [log.appender() for _ in range(3)]

    async def write(number: int) -> Outcome:
        return await processes[number % 3].append(code, command(uuid4()))

    writing = [asyncio.create_task(write(number)) for number in range(60)]
    await writing[3]
    receipt = await log.subscriptions().take(code, SUSPEND, SENDER)
    outcomes = await asyncio.gather(*writing)
    assert set(map(type, outcomes)) <= {Taken, Refused}
    [suspended_at] = await log.admin.fetchrow(
        "select recorded_at from cocreate.event where tenant_id = '*' and position = $1",
        receipt.position,
    ) or [None]
    settled = await log.admin.fetchval(
        "select position from cocreate.log_head where tenant_id = $1", code
    )
    assert suspended_at is not None
    assert settled == 1 + sum(isinstance(outcome, Taken) for outcome in outcomes)
    assert await log.appender().append(code, command(uuid4())) == Refused("suspended")


async def test_a_suspension_waits_for_the_write_under_way(log: Log) -> None:
    code = await registered(log)
    other = await asyncpg.connect(log.dsn)
    async with other.transaction():
        await other.execute("select cocreate.hold_log($1)", code)
        suspending = asyncio.create_task(log.subscriptions().take(code, SUSPEND, SENDER))
        await log.waiting_for_lock()
        assert not suspending.done()
        assert await state(log, code) is SubscriptionState.ACTIVE
    await suspending
    await other.close()


async def test_the_state_reaches_who_decides_in_memory(log: Log) -> None:
    live = log.process()
    code, project = await log.project(live, "w1")
    await log.subscriptions().take(code, SUSPEND, SENDER)
    wish = ExpressWish(occurred_on=DAY, wish="w2", title="Licht")
    for _ in range(2):
        with pytest.raises(NotSubscribed, match="suspended"):
            await live.take(code, project, [wish], SENDER)
    await log.subscriptions().take(code, RESUME, SENDER)
    assert (await live.take(code, project, [wish], SENDER)).version == 3


# -- quotas ---------------------------------------------------------------------------------------


async def test_no_more_projects_are_started_than_the_plan_has(log: Log) -> None:
    code, live = await registered(log, projects=3), log.process()
    outcomes = await asyncio.gather(
        *(live.start(code, START, SENDER) for _ in range(5)), return_exceptions=True
    )
    assert Counter(map(type, outcomes)) == {Receipt: 3, NotSubscribed: 2}
    with pytest.raises(NotSubscribed, match="projects"):
        await log.process().start(code, START, SENDER)
    await on_plan(log, code, projects=4)
    await log.process().start(code, START, SENDER)
    use = await log.subscriptions().use(code)
    assert use.projects == 4


@pytest.mark.parametrize("many", [False, True], ids=["one", "batch"])
async def test_projects_of_before_are_counted_with_the_next(log: Log, *, many: bool) -> None:
    code = await registered(log)
    await log.process().start(code, START, SENDER)
    await log.admin.execute(
        "update cocreate.log_head set projects = null where tenant_id = $1", code
    )
    assert (await log.subscriptions().use(code)).projects == 1
    starts = [of("ProjectStarted")] * (2 if many else 1)
    await appended(log, code, *starts)
    assert (await log.subscriptions().use(code)).projects == 1 + len(starts)
    await appended(log, code, of("Noted"))
    assert (await log.subscriptions().use(code)).projects == 1 + len(starts)


async def test_no_more_events_are_recorded_in_a_day_than_the_plan_has(log: Log) -> None:
    code = await registered(log, events_per_day=5)  # one of which is its registration
    outcomes = await appended(
        log, code, of("Noted", "Noted"), of("LogRead"), of("Noted", "Noted", "Noted"), of("Noted")
    )
    assert [type(outcome) for outcome in outcomes] == [Taken, Taken, Refused, Refused]
    assert [type(each) for each in await appended(log, code, of("Noted", "Noted"))] == [Taken]
    assert await appended(log, code, of("Noted")) == [Refused("events")]
    assert isinstance((await appended(log, code, of("PersonErased")))[0], Taken)
    assert (await log.subscriptions().use(code)).events_today == 5
    await log.admin.execute(
        "update cocreate.log_head set counted_on = counted_on - 1 where tenant_id = $1", code
    )
    assert (await log.subscriptions().use(code)).events_today == 0
    assert isinstance((await appended(log, code, of("Noted")))[0], Taken)
    assert (await log.subscriptions().use(code)).events_today == 1


async def test_the_quota_of_events_is_exact_whoever_writes(log: Log) -> None:
    code = await registered(log, events_per_day=20)
    processes = [log.appender() for _ in range(4)]
    outcomes = await asyncio.gather(
        *(processes[number % 4].append(code, command(uuid4())) for number in range(40))
    )
    assert Counter(map(type, outcomes)) == {Taken: 19, Refused: 21}


async def test_behind_a_refused_command_nothing_on_its_history_is_taken(log: Log) -> None:
    code, stream = await registered(log), uuid4()
    await log.subscriptions().take(code, SUSPEND, SENDER)
    appender = log.appender()
    first = command(stream, 0)
    behind = command(stream, 1, *of("PersonErased"))
    async with appender.hold(code) as held:
        outcomes = await held.append([first, behind])
    assert outcomes == [Refused("suspended"), Conflict(0)]


async def test_no_more_keys_are_made_than_the_plan_has(log: Log) -> None:
    code = await registered(log, keys=2)

    async def add(name: str) -> None:
        await log.pool.execute(
            "select cocreate.add_api_key($1, $2, $3, 'reader', 'Test', null)",
            code,
            name.encode(),
            name,
        )

    outcomes = await asyncio.gather(*(add(f"k{n}") for n in range(5)), return_exceptions=True)
    refused = [each for each in outcomes if isinstance(each, asyncpg.PostgresError)]
    assert [each.sqlstate for each in refused] == ["CCK01"] * 3
    [left, *_] = await log.pool.fetch("select * from cocreate.list_api_keys($1)", code)
    await log.pool.execute("select cocreate.revoke_api_key($1, $2)", code, left["id"])
    await add("another")
    assert (await log.subscriptions().use(code)).keys == 2
