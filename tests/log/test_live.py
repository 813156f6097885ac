"""Commands on projects in several processes at once: no decision on a false state is recorded."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Sequence
from typing import Any, cast
from uuid import UUID, uuid4

import asyncpg
import pytest
from msgspec.structs import replace
from tests.log.conftest import DAY, SENDER, START, Log, Tap

from cocreate.domain import errors
from cocreate.domain.errors import RuleBroken
from cocreate.domain.moment import Moment
from cocreate.domain.municipality import RegisterMunicipality, SetVisibility
from cocreate.domain.project import SNAPSHOT_SCHEMA, Project, ProjectSnapshot
from cocreate.domain.project.record import STEP_OF
from cocreate.domain.steps import EVENTS
from cocreate.domain.steps.base import Event, Step, fields_of
from cocreate.domain.steps.commitments import RecordReflection
from cocreate.domain.steps.course import (
    HoldSession,
    JoinParty,
    PauseProject,
    ResumeProject,
)
from cocreate.domain.steps.wishes import (
    ExpressWish,
    MergeWishes,
    RealiseWish,
    SplitWish,
    SubmitProposal,
    SupportWish,
    WishPart,
    WithdrawWish,
)
from cocreate.domain.vocabulary import PartyKind, Position, Visibility, WorkForm
from cocreate.log import live as live_module
from cocreate.log.codec import AGGREGATE_EVENTS, Codec, encode_snapshot
from cocreate.log.connection import open_pool
from cocreate.log.errors import (
    KeyReused,
    LogUnavailable,
    UnknownMunicipality,
    UnknownProject,
    Unstorable,
    VersionConflict,
)
from cocreate.log.live import LiveProjects, Receipt, Sender
from cocreate.log.read import Reader
from cocreate.log.tokens import MARK

SUPPORT = SupportWish(occurred_on=DAY, wish="w")
WITHDRAW = WithdrawWish(occurred_on=DAY, wish="w")
PAUSE = PauseProject(occurred_on=DAY, reason="vakantie")


def keyed(key: str, said: bytes = b"said", expected: int | None = None) -> Sender:
    return Sender(
        actor="tester", actor_role="official", key=key, fingerprint=said, expected=expected
    )


def express(wish: str | None = None) -> ExpressWish:
    return ExpressWish(occurred_on=DAY, wish=wish, title="Meer licht")


async def history(log: Log, tenant: str, project: UUID) -> list[Event]:
    reader = Reader(log.pool, Codec(AGGREGATE_EVENTS))
    return [reader.event(one) async for page in reader.history(tenant, project) for one in page]


async def replayed(log: Log, tenant: str, project: UUID) -> Project:
    """Give a project as its whole history has it."""
    found: Project | None = None
    for event in await history(log, tenant, project):
        found = event.mutate(found)
    assert found is not None
    return found


async def loaded(process: LiveProjects, tenant: str, project: UUID) -> Project:
    """Give a project as a process has it in memory, or loads it."""
    live = process._live.get((tenant, project)) or live_module._Live()
    return await process._get(tenant, project, live)


def state(project: Project) -> dict[str, Any]:
    """Give all that rules look at. The last change is timed by the log, once it is there."""
    whole: dict[str, Any] = {"version": project.version, **ProjectSnapshot.take(project).state}
    del whole["_modified_on"]
    return whole


async def assert_rules_hold(log: Log, tenant: str, project: UUID) -> None:
    """Decide every recorded step anew, in order, and see that it comes to the same event.

    For commands that record one event each.
    """
    codec = Codec(AGGREGATE_EVENTS)
    first, *others = await history(log, tenant, project)
    anew = first.mutate(None)
    assert isinstance(anew, Project)
    for event in others:
        kind = STEP_OF[EVENTS[type(event).__name__]]
        step = kind(**{name: _said(event, name) for name in fields_of(kind)})
        anew.take([step], Moment(now=event.timestamp))
        [decided] = cast("list[Event]", anew.collect_events())
        assert codec.encode(decided) == codec.encode(event)


def _said(event: Event, name: str) -> object:
    value = getattr(event, name)
    if isinstance(event, SplitWish) and name == "into":
        return tuple(WishPart(wish=part.wish, title=part.title) for part in event.into)
    return value


# -- several processes ---------------------------------------------------------------------------


async def test_supports_from_many_processes_all_succeed(log: Log) -> None:
    processes = [log.process() for _ in range(4)]
    tenant, project = await log.project(processes[0], "w")

    async def resident(process: LiveProjects) -> list[Receipt]:
        return [await process.take(tenant, project, [SUPPORT], SENDER) for _ in range(5)]

    crowd = [resident(process) for process in processes for _ in range(25)]
    receipts = [receipt for one in await asyncio.gather(*crowd) for receipt in one]
    events = await history(log, tenant, project)
    assert len(events) == 2 + 500
    assert sorted(receipt.version for receipt in receipts) == list(range(3, 503))
    await assert_rules_hold(log, tenant, project)


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_many_processes_do_at_once_the_rules_hold(log: Log, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    pools = [await open_pool(log.dsn, "cocreate_app", size=3) for _ in range(3)]
    processes = [
        log.process(pool, max_live_steps=steps)
        for pool, steps in zip(pools, (1_000_000, 1_000_000, 10), strict=True)
    ]
    tenant, project = await log.project(processes[0], "w", "a", "b")
    other = (await processes[0].start(tenant, START, SENDER)).project
    outcomes: Counter[str] = Counter()
    events: Counter[UUID] = Counter()

    async def clerk(process: LiveProjects) -> None:
        for _ in range(20):
            where = chance.choice([project, project, other])
            steps = any_command(chance)
            sender = SENDER
            if chance.random() < 0.3:
                sender = keyed(f"{seed}-{chance.randint(1, 40)}", repr(steps).encode())
            commutes = all(step.commutes for step in steps)
            try:
                receipt = await process.take(tenant, where, steps, sender)
            except VersionConflict:
                assert not commutes
                outcomes["conflict"] += 1
            except KeyReused:
                outcomes["reused"] += 1
            except RuleBroken:
                outcomes["refused"] += 1
            else:
                outcomes["repeated" if receipt.repeated else "taken"] += 1
                events[where] += receipt.events

    await asyncio.gather(*(clerk(process) for process in processes for _ in range(8)))
    await asyncio.gather(*(process.close() for process in processes))
    for pool in pools:
        await pool.close()
    for where, before in ((project, 4), (other, 1)):
        assert len(await history(log, tenant, where)) == before + events[where]
        await assert_rules_hold(log, tenant, where)
        again = log.process()
        assert state(await loaded(again, tenant, where)) == state(
            await replayed(log, tenant, where)
        )
    assert outcomes["taken"] > 0
    assert outcomes["conflict"] > 0
    assert outcomes["refused"] > 0


def any_command(chance: random.Random) -> list[Step]:
    """Give a command as someone might send it, sensible or not."""
    wish = chance.choice(["w", "a", "b", "c", "d"])
    steps: list[Step] = [
        SupportWish(occurred_on=DAY, wish=wish),
        SupportWish(occurred_on=DAY, wish=wish, supporters=3),
        express(chance.choice([None, "c", "d", "e"])),
        HoldSession(occurred_on=DAY, work_form=next(iter(WorkForm)), title="Avond"),
        RecordReflection(occurred_on=DAY, title="Les", text="Eerder beginnen"),
        SubmitProposal(occurred_on=DAY, title="Plan", answers=(wish,)),
        WithdrawWish(occurred_on=DAY, wish=wish),
        RealiseWish(occurred_on=DAY, wish=wish, text="Het brandt"),
        MergeWishes(occurred_on=DAY, wishes=("a", wish), into="m", title="Samen"),
        PAUSE,
        ResumeProject(occurred_on=DAY),
    ]
    first = chance.choice(steps)
    if chance.random() < 0.2:
        return [first, chance.choice(steps)]
    return [first]


async def test_a_step_that_does_not_commute_is_not_decided_again_by_itself(log: Log) -> None:
    one, other = log.process(), log.process()
    tenant, project = await log.project(one, "w", "v")
    await other.take(tenant, project, [SUPPORT], SENDER)
    await one.take(tenant, project, [SUPPORT], SENDER)
    with pytest.raises(VersionConflict) as lost:
        await other.take(tenant, project, [PAUSE], SENDER)
    assert (lost.value.expected, lost.value.version) == (4, 5)
    receipt = await other.take(tenant, project, [PAUSE], SENDER)
    assert receipt.version == 6


async def test_a_step_that_commutes_is_decided_again_by_itself(log: Log) -> None:
    one, other = log.process(), log.process()
    tenant, project = await log.project(one, "w")
    await other.take(tenant, project, [SUPPORT], SENDER)
    await one.take(tenant, project, [SUPPORT], SENDER)
    await one.take(tenant, project, [PAUSE], SENDER)
    receipt = await other.take(tenant, project, [express()], SENDER)
    assert (receipt.version, receipt.ids) == (6, ["W6"])


async def test_a_refusal_is_only_believed_when_the_log_agrees(log: Log) -> None:
    one, other = log.process(), log.process()
    tenant, project = await log.project(one, "w")
    with pytest.raises(errors.UnknownReference):
        await other.take(tenant, project, [SupportWish(occurred_on=DAY, wish="new")], SENDER)
    await one.take(tenant, project, [express("new")], SENDER)
    receipt = await other.take(tenant, project, [SupportWish(occurred_on=DAY, wish="new")], SENDER)
    assert receipt.version == 4


async def test_a_rule_broken_by_another_process_is_seen(log: Log) -> None:
    other = log.process()
    tenant, project = await log.project(other, "w")
    await other.take(tenant, project, [SUPPORT], SENDER)
    await log.process().take(tenant, project, [WITHDRAW], SENDER)
    with pytest.raises(errors.WrongStatus):
        await other.take(tenant, project, [SUPPORT], SENDER)
    await assert_rules_hold(log, tenant, project)


# -- rehearsing ----------------------------------------------------------------------------------


async def test_a_rehearsal_tells_what_taking_the_steps_would_record(log: Log) -> None:
    process = log.process()
    tenant, project = await log.project(process, "w")
    rehearsal = await process.rehearse(tenant, project, [SUPPORT, PAUSE])
    assert rehearsal.version == 2
    receipt = await process.take(tenant, project, [SUPPORT, PAUSE], SENDER)
    assert receipt.version == rehearsal.version + len(rehearsal.events) == 4
    taken = [row["type"] for row in (await log.events(tenant))[-2:]]
    assert [type(each).__name__ for each in rehearsal.events] == taken


async def test_a_rehearsal_leaves_no_trace_in_the_log_or_in_memory(log: Log) -> None:
    process = log.process()
    tenant, project = await log.project(process, "w")
    await process.take(tenant, project, [SUPPORT], SENDER)
    before = await log.events(tenant)
    await process.rehearse(tenant, project, [WITHDRAW])
    await process.rehearse(tenant, None, [START])
    assert await log.events(tenant) == before
    receipt = await process.take(tenant, project, [SUPPORT], SENDER)
    assert receipt.version == 4


async def test_a_rehearsal_is_refused_as_the_steps_would_be_and_sees_what_others_wrote(
    log: Log,
) -> None:
    process = log.process()
    tenant, project = await log.project(process, "w")
    await process.take(tenant, project, [SUPPORT], SENDER)
    await log.process().take(tenant, project, [WITHDRAW], SENDER)
    with pytest.raises(errors.WrongStatus):
        await process.rehearse(tenant, project, [SUPPORT])
    with pytest.raises(errors.ReservedText):
        await process.rehearse(tenant, project, [replace(express(), title=MARK)])
    with pytest.raises(UnknownProject):
        await process.rehearse(tenant, uuid4(), [SUPPORT])


# -- one process ---------------------------------------------------------------------------------


async def test_commands_of_one_process_queue_and_never_race(log: Log) -> None:
    process = log.process()
    wishes = [f"w{number}" for number in range(40)]
    tenant, project = await log.project(process, *wishes)
    steps: list[Step] = [WithdrawWish(occurred_on=DAY, wish=wish) for wish in wishes]
    receipts = await asyncio.gather(
        *(process.take(tenant, project, [step], SENDER) for step in steps)
    )
    assert sorted(receipt.version for receipt in receipts) == list(range(42, 82))


async def test_they_go_to_the_log_together(log: Log, tap: Tap) -> None:
    process = log.process(tap)
    tenant, project = await log.project(process, "w")
    tap.asked.clear()
    await asyncio.gather(*(process.take(tenant, project, [SUPPORT], SENDER) for _ in range(100)))
    assert len(tap.asked) <= 2


async def test_the_version_that_the_sender_saw_must_be_that_of_the_project(log: Log) -> None:
    one, other = log.process(), log.process()
    tenant, project = await log.project(one, "w")
    await other.take(tenant, project, [SUPPORT], SENDER)
    with pytest.raises(VersionConflict) as refused:
        await one.take(tenant, project, [SUPPORT], replace(SENDER, expected=2))
    assert (refused.value.expected, refused.value.version) == (2, 3)
    # Its memory is one behind, and the sender saw the newest: that is no conflict.
    await other.take(tenant, project, [SUPPORT], SENDER)
    receipt = await one.take(tenant, project, [SUPPORT], replace(SENDER, expected=4))
    assert receipt.version == 5


async def test_of_those_who_saw_the_same_version_one_is_taken(log: Log) -> None:
    processes = [log.process(), log.process()]
    tenant, project = await log.project(processes[0], "w")
    results = await asyncio.gather(
        *(
            process.take(tenant, project, [SUPPORT], replace(SENDER, expected=2))
            for process in processes * 5
        ),
        return_exceptions=True,
    )
    assert Counter(type(result) for result in results) == {Receipt: 1, VersionConflict: 9}


async def test_an_unknown_project_or_municipality_is_told_and_not_remembered(log: Log) -> None:
    process = log.process()
    tenant, project = await log.project(process, "w")
    elsewhere, _ = await log.project(process)
    for where, what in ((tenant, uuid4()), (elsewhere, project)):
        results = await asyncio.gather(
            *(process.take(where, what, [SUPPORT], SENDER) for _ in range(3)),
            return_exceptions=True,
        )
        assert [type(result) for result in results] == [UnknownProject] * 3
    with pytest.raises(UnknownMunicipality):
        await process.take("GM9999", project, [SUPPORT], SENDER)
    assert set(process._live) == {(tenant, project)}


async def test_rules_of_the_municipality_hold_at_once(log: Log) -> None:
    process = log.process()
    tenant, project = await log.project(process, "w")
    municipality = await process.municipality(tenant)
    step = SetVisibility(occurred_on=DAY, steps="wish-supports", default=Visibility.INTERNAL)
    municipality.set_visibility(step, await process.moment(tenant))
    await process.record_municipality(tenant, municipality, SENDER)
    await process.take(tenant, project, [SUPPORT], SENDER)
    assert (await history(log, tenant, project))[-1].visibility is Visibility.INTERNAL


async def test_a_municipality_is_registered_once(log: Log) -> None:
    process = log.subscriptions()
    step = RegisterMunicipality(occurred_on=DAY, code="GM8001", name="Test")
    results = await asyncio.gather(
        *(one.register(step, SENDER) for one in [process, log.subscriptions()] * 3),
        return_exceptions=True,
    )
    assert Counter(type(result) for result in results) == {Receipt: 1, VersionConflict: 5}
    with pytest.raises(Unstorable):
        await process.register(replace(step, code="elsewhere"), SENDER)


# -- idempotency ---------------------------------------------------------------------------------


async def test_a_repeat_gives_the_first_answer(log: Log) -> None:
    one, other = log.process(), log.process()
    tenant, project = await log.project(one, "w")
    first = await one.take(tenant, project, [express(), express()], keyed("k"))
    await one.take(tenant, project, [SUPPORT], SENDER)
    assert (first.ids, first.events, first.repeated) == (["W3", "W4"], 2, False)
    for process in (one, other):
        again = await process.take(tenant, project, [express(), express()], keyed("k"))
        assert again == replace(first, events=0, repeated=True)
    assert (await one.take(tenant, project, [SUPPORT], SENDER)).version == 6


async def test_a_repeat_gives_the_first_answer_when_a_rule_would_refuse_it_now(log: Log) -> None:
    one, other = log.process(), log.process()
    tenant, project = await log.project(one, "w")
    first = await one.take(tenant, project, [WITHDRAW], keyed("k"))
    for process in (one, other):
        again = await process.take(tenant, project, [WITHDRAW], keyed("k"))
        assert (again.version, again.repeated) == (first.version, True)


async def test_a_repeat_gives_the_first_answer_when_the_version_moved_on(log: Log) -> None:
    one, other = log.process(), log.process()
    tenant, project = await log.project(one, "w")
    first = await one.take(tenant, project, [SUPPORT], keyed("k", expected=2))
    for process in (one, other):
        again = await process.take(tenant, project, [SUPPORT], keyed("k", expected=2))
        assert (again.version, again.repeated) == (first.version, True)


@pytest.mark.parametrize("step", [SUPPORT, WITHDRAW, PAUSE])
async def test_a_command_sent_many_times_at_once_is_taken_once(log: Log, step: Step) -> None:
    processes = [log.process() for _ in range(3)]
    tenant, project = await log.project(processes[0], "w")
    others = [process.take(tenant, project, [express()], SENDER) for process in processes]
    same = [process.take(tenant, project, [step], keyed("k")) for process in processes * 4]
    receipts = (await asyncio.gather(*others, *same))[len(others) :]
    assert len({(receipt.version, receipt.position) for receipt in receipts}) == 1
    assert Counter(receipt.repeated for receipt in receipts) == {False: 1, True: 11}
    assert len(await history(log, tenant, project)) == 2 + len(others) + 1
    await assert_rules_hold(log, tenant, project)


async def test_a_key_with_another_command_is_refused(log: Log) -> None:
    process = log.process()
    tenant, project = await log.project(process, "w")
    await process.take(tenant, project, [WITHDRAW], keyed("k"))
    for steps in ([express()], [WITHDRAW]):  # one that could be taken, and one that could not
        with pytest.raises(KeyReused):
            await process.take(tenant, project, steps, keyed("k", b"something else"))
    with pytest.raises(KeyReused):
        await process.start(tenant, START, keyed("k", b"something else"))
    results = await asyncio.gather(
        *(process.take(tenant, project, [express()], keyed("n", bytes([n]))) for n in range(5)),
        return_exceptions=True,
    )
    assert Counter(type(result) for result in results) == {Receipt: 1, KeyReused: 4}
    assert len(await history(log, tenant, project)) == 4


async def test_a_project_is_started_once_under_a_key(log: Log) -> None:
    processes = [log.process() for _ in range(3)]
    tenant, _ = await log.project(processes[0])
    receipts = await asyncio.gather(
        *(process.start(tenant, START, keyed("k")) for process in processes * 3)
    )
    assert len({receipt.project for receipt in receipts}) == 1
    assert len(await log.events(tenant)) == 3
    assert (await processes[1].start(tenant, START, SENDER)).project != receipts[0].project


# -- commands that fail --------------------------------------------------------------------------


async def test_steps_of_a_refused_command_leave_nothing(log: Log) -> None:
    process = log.process()
    tenant, project = await log.project(process, "w")
    refused = [express("x"), SupportWish(occurred_on=DAY, wish="nowhere")]
    results = await asyncio.gather(
        *(
            process.take(tenant, project, steps, SENDER)
            for _ in range(5)
            for steps in ([SUPPORT], refused, [express()])
        ),
        return_exceptions=True,
    )
    assert Counter(type(result) for result in results) == {Receipt: 10, errors.UnknownReference: 5}
    assert (await process.take(tenant, project, [express("x")], SENDER)).version == 13
    await assert_rules_hold(log, tenant, project)


async def test_a_command_of_nothing_is_refused(log: Log) -> None:
    process = log.process()
    tenant, project = await log.project(process, "w")
    with pytest.raises(errors.NothingSaid):
        await process.take(tenant, project, [], SENDER)


async def test_a_fault_in_the_middle_of_a_command_leaves_nothing(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = log.process()
    tenant, project = await log.project(process, "w")

    def faulty(self: Project, _step: Step, _moment: Moment) -> None:
        self.status = "broken"  # type: ignore[assignment]
        raise ZeroDivisionError

    monkeypatch.setattr(Project, "pause_project", faulty)
    with pytest.raises(ZeroDivisionError):
        await process.take(tenant, project, [express("x"), PAUSE], SENDER)
    with pytest.raises(ZeroDivisionError):
        await process.take(tenant, project, [PAUSE], SENDER)
    assert (await process.take(tenant, project, [express("x")], SENDER)).version == 3
    assert state(await loaded(process, tenant, project)) == state(
        await replayed(log, tenant, project)
    )


class ShutVault:
    """A service that keeps the master key, and cannot be reached."""

    name = "shut"

    async def wrap(self, key: bytes, context: bytes) -> bytes:
        raise ConnectionRefusedError(key, context)

    async def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        raise ConnectionRefusedError(wrapped, context)


async def test_a_command_that_cannot_be_sealed_leaves_nothing(log: Log) -> None:
    process = log.process(master=ShutVault())
    tenant, project = await log.project(process, "w")
    join = JoinParty(
        occurred_on=DAY,
        party="p",
        kind=next(iter(PartyKind)),
        position=next(iter(Position)),
        name="Jan",
    )
    results = await asyncio.gather(
        *(process.take(tenant, project, [*steps], SENDER) for steps in ([join, PAUSE], [SUPPORT])),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [LogUnavailable, Receipt]
    with pytest.raises(errors.ProjectIs):  # it was not paused
        await process.take(tenant, project, [ResumeProject(occurred_on=DAY)], SENDER)
    assert (await process.take(tenant, project, [SUPPORT], SENDER)).version == 4


async def test_a_command_the_database_cannot_hold_leaves_nothing(log: Log) -> None:
    process = log.process()
    tenant, project = await log.project(process, "w")
    strange = replace(SENDER, actor="nul\0")
    results = await asyncio.gather(
        *(
            process.take(tenant, project, [step], sender)
            for step, sender in (
                (SUPPORT, SENDER),
                (WITHDRAW, strange),
                (SUPPORT, SENDER),
                (SUPPORT, SENDER),
            )
        ),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [Receipt, Unstorable, Receipt, Receipt]
    assert (await process.take(tenant, project, [SUPPORT], SENDER)).version == 6


# -- callers that go, connections that break -----------------------------------------------------


async def held_up(
    log: Log, tenant: str, first: Awaitable[Receipt], *others: Awaitable[Receipt]
) -> list[asyncio.Future[Receipt]]:
    """Start commands: the first waits in the database, and the others for the first."""
    await log.admin.execute("select from cocreate.log_head where tenant_id = $1 for update", tenant)
    tasks: list[asyncio.Future[Receipt]] = [asyncio.ensure_future(first)]
    await log.waiting_for_lock()
    tasks += [asyncio.ensure_future(other) for other in others]
    await log.waiting_for_lock()
    return tasks


async def test_a_caller_that_goes_away_does_not_disturb_the_others(log: Log) -> None:
    process = log.process()
    tenant, project = await log.project(process, "w")
    await process.take(tenant, project, [SUPPORT], SENDER)
    async with log.admin.transaction():
        first, second, third = await held_up(
            log,
            tenant,
            process.take(tenant, project, [express("x")], SENDER),
            process.take(tenant, project, [SupportWish(occurred_on=DAY, wish="x")], SENDER),
            process.take(tenant, project, [SupportWish(occurred_on=DAY, wish="x")], SENDER),
        )
        first.cancel()
        third.cancel()
        await asyncio.wait([first, third])
        fourth = asyncio.ensure_future(process.take(tenant, project, [PAUSE], SENDER))
        await log.waiting_for_lock()
    assert (await second).version == 5
    assert (await fourth).version == 7
    assert (first.cancelled(), third.cancelled()) == (True, True)
    await assert_rules_hold(log, tenant, project)


async def test_a_caller_may_go_away_while_its_project_is_loaded(log: Log, tap: Tap) -> None:
    writer = log.process()
    tenant, project = await log.project(writer, "w")
    process = log.process(tap)
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def stop(query: str) -> None:
        if "read_history" in query and process._rules:
            reached.set()
            await go_on.wait()

    tap.before = stop
    first = asyncio.ensure_future(process.take(tenant, project, [SUPPORT], SENDER))
    second = asyncio.ensure_future(process.take(tenant, project, [SUPPORT], SENDER))
    await reached.wait()
    first.cancel()
    await asyncio.wait([first])
    go_on.set()
    assert (await second).version == 3


async def test_a_connection_killed_in_the_middle_of_an_append(log: Log) -> None:
    process = log.process()
    tenant, project = await log.project(process, "w")
    await process.take(tenant, project, [SUPPORT], SENDER)
    async with log.admin.transaction():
        first, second, third = await held_up(
            log,
            tenant,
            process.take(tenant, project, [WITHDRAW], SENDER),
            # These meet a project whose wish is withdrawn, which it turns out not to be.
            process.take(tenant, project, [SUPPORT], SENDER),
            process.take(tenant, project, [express()], SENDER),
        )
        await log.admin.execute("select pg_terminate_backend($1)", await log.waiting_for_lock())
        await asyncio.wait([first])
    with pytest.raises(LogUnavailable):
        await first
    # What was behind it was decided again on what the log really holds.
    assert sorted([(await second).version, (await third).version]) == [4, 5]
    assert (await process.take(tenant, project, [SUPPORT], SENDER)).version == 6
    assert "WishWithdrawn" not in {event["type"] for event in await log.events(tenant)}
    await assert_rules_hold(log, tenant, project)


async def test_an_answer_that_was_lost_can_be_asked_again(log: Log, tap: Tap) -> None:
    process = log.process(tap)
    tenant, project = await log.project(process, "w")

    async def lose(query: str) -> None:
        if "cocreate.append" in query:
            tap.after = _keep
            raise ConnectionResetError

    async def _keep(_query: str) -> None:
        return

    tap.after = lose
    with pytest.raises(LogUnavailable):
        await process.take(tenant, project, [express("x")], keyed("k"))
    # It stands in the log, and so it does for those who come after.
    with pytest.raises(errors.IdTaken):
        await process.take(tenant, project, [express("x")], SENDER)
    again = await process.take(tenant, project, [express("x")], keyed("k"))
    assert (again.version, again.ids, again.repeated) == (3, ["x"], True)
    assert (await process.take(tenant, project, [SUPPORT], SENDER)).version == 4


@pytest.mark.parametrize("function", ["read_history", "read_version", "read_command"])
async def test_a_database_that_is_away_is_told_as_such(log: Log, tap: Tap, function: str) -> None:
    process = log.process(tap)
    tenant, project = await log.project(process, "w")
    await process.take(tenant, project, [WITHDRAW], SENDER)

    async def away(query: str) -> None:
        if function in query:
            raise ConnectionRefusedError

    tap.before = away
    if function == "read_history":
        process._live.clear()
    with pytest.raises(LogUnavailable):
        await process.take(tenant, project, [WITHDRAW], keyed("k"))
    tap.before = tap.after
    with pytest.raises(errors.WrongStatus):
        await process.take(tenant, project, [WITHDRAW], keyed("k"))


async def test_an_outage_leaves_nothing_in_memory(log: Log, tap: Tap) -> None:
    process = log.process(tap)
    tenant, _ = await log.project(process)

    async def away(_query: str) -> None:
        raise ConnectionRefusedError

    tap.before = away
    for _ in range(3):
        with pytest.raises(LogUnavailable):
            await process.take(tenant, uuid4(), [SUPPORT], SENDER)
    assert not process._live


# -- insisting -----------------------------------------------------------------------------------


async def test_a_command_that_keeps_losing_is_taken_in_the_end(log: Log, tap: Tap) -> None:
    busy, slow = log.process(), log.process(tap)
    tenant, project = await log.project(busy, "w")
    losses = 0

    async def be_first(query: str) -> None:
        nonlocal losses
        if "cocreate.append" in query:
            losses += 1
            await busy.take(tenant, project, [SUPPORT], SENDER)

    await slow.take(tenant, project, [SUPPORT], SENDER)
    tap.before = be_first
    refused: list[Step] = [express(), SupportWish(occurred_on=DAY, wish="nowhere")]
    results = await asyncio.gather(
        slow.take(tenant, project, [express()], keyed("k")),
        slow.take(tenant, project, [SUPPORT], SENDER),
        slow.take(tenant, project, [express()], keyed("k")),
        slow.take(tenant, project, refused, SENDER),
        slow.take(tenant, project, [SUPPORT], SENDER),
        slow.take(tenant, project, [express()], keyed("k", b"something else")),
        slow.take(tenant, project, [SUPPORT], replace(SENDER, actor="nul\0")),
        slow.take(tenant, project, [SUPPORT], SENDER),
        return_exceptions=True,
    )
    assert losses >= live_module.INSIST_AFTER
    assert [type(result) for result in results] == [
        Receipt,
        Receipt,
        Receipt,
        errors.UnknownReference,
        Receipt,
        KeyReused,
        Unstorable,
        Receipt,
    ]
    assert Counter(one.repeated for one in results if isinstance(one, Receipt))[True] == 1
    tap.before = tap.after
    mine = [event for event in await log.events(tenant) if event["type"] == "WishExpressed"]
    assert len(mine) == 2
    await slow.take(tenant, project, [PAUSE], SENDER)
    await assert_rules_hold(log, tenant, project)
    assert state(await loaded(slow, tenant, project)) == state(await replayed(log, tenant, project))


async def test_a_command_refused_after_it_kept_losing_leaves_nothing(log: Log, tap: Tap) -> None:
    busy, slow = log.process(), log.process(tap)
    tenant, project = await log.project(busy, "w")
    turns = iter([SUPPORT] * (live_module.INSIST_AFTER - 1) + [WITHDRAW])

    async def be_first(query: str) -> None:
        if "cocreate.append" in query:
            await busy.take(tenant, project, [next(turns)], SENDER)

    await slow.take(tenant, project, [SUPPORT], SENDER)
    await busy.take(tenant, project, [SUPPORT], SENDER)
    tap.before = be_first
    with pytest.raises(errors.WrongStatus):
        await slow.take(tenant, project, [express("x"), SUPPORT], SENDER)
    assert next(turns, None) is None
    tap.before = tap.after
    await slow.take(tenant, project, [express("x")], SENDER)
    await assert_rules_hold(log, tenant, project)
    assert state(await loaded(slow, tenant, project)) == state(await replayed(log, tenant, project))


# -- memory and snapshots ------------------------------------------------------------------------


@pytest.mark.parametrize("most", [0, 1, 10])
async def test_projects_come_and_go_from_memory_unnoticed(log: Log, most: int) -> None:
    process = log.process(max_live_steps=most)
    tenant, first = await log.project(process)
    projects = [first] + [(await process.start(tenant, START, SENDER)).project for _ in range(5)]

    async def clerk(project: UUID, number: int) -> None:
        wish = f"w{number}"
        for step in (
            express(wish),
            SupportWish(occurred_on=DAY, wish=wish),
            WithdrawWish(occurred_on=DAY, wish=wish),
        ):
            await process.take(tenant, project, [step], SENDER)

    await asyncio.gather(*(clerk(project, number) for number in range(8) for project in projects))
    for project in projects:
        assert len(await history(log, tenant, project)) == 1 + 8 * 3
        await assert_rules_hold(log, tenant, project)
    await process.take(tenant, first, [express()], SENDER)
    held = sum(live.confirmed for live in process._live.values())
    assert held == process._live_steps
    assert len(process._live) == 1


async def test_those_used_longest_ago_go_first(log: Log, tap: Tap) -> None:
    process = log.process(tap, max_live_steps=6)
    tenant, first = await log.project(process)
    others = [(await process.start(tenant, START, SENDER)).project for _ in range(3)]
    for project in (first, *others[:2], first, others[2]):
        await process.take(tenant, project, [express()], SENDER)
    assert [project for _, project in process._live] == [first, others[2]]


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> int:
    """Take a snapshot every 20 events."""
    monkeypatch.setattr(live_module, "SNAPSHOT_EVERY", 20)
    return 20


async def grown(log: Log, steps: int) -> tuple[str, UUID]:
    """Give a project with a history of so many steps, and with the snapshots that came of it."""
    process = log.process()
    tenant, project = await log.project(process, "w", "a", "b")
    chance = random.Random(steps)  # noqa: S311
    version = 4
    while version < steps:
        try:
            receipt = await process.take(tenant, project, any_command(chance), SENDER)
        except RuleBroken:
            receipt = await process.take(tenant, project, [express()], SENDER)
        version = receipt.version
        if version % 10 == 0:
            await process.close()
    await process.close()
    return tenant, project


async def snapshot(log: Log, project: UUID) -> asyncpg.Record:
    row = await log.admin.fetchrow("select * from cocreate.snapshot where stream_id = $1", project)
    assert row is not None
    return row


@pytest.mark.parametrize("steps", [30, 120, 400])
async def test_a_cold_load_reads_few_events(log: Log, tap: Tap, often: int, steps: int) -> None:
    tenant, project = await grown(log, steps)
    taken = (await snapshot(log, project))["version"]
    assert taken >= often
    process = log.process(tap)
    await process.moment(tenant)
    tap.events_read = 0
    found = await loaded(process, tenant, project)
    assert tap.events_read == found.version - taken
    assert found.modified_on == (await replayed(log, tenant, project)).modified_on
    assert tap.events_read <= max(often, taken // 2) + 10
    assert state(found) == state(await replayed(log, tenant, project))


async def test_a_project_goes_on_from_its_snapshot(log: Log, often: int) -> None:
    tenant, project = await grown(log, 3 * often)
    process = log.process()
    before = await replayed(log, tenant, project)
    receipt = await process.take(tenant, project, [express()], SENDER)
    assert receipt.version == before.version + 1
    assert receipt.ids == [f"W{receipt.version}"]
    assert state(await loaded(process, tenant, project)) == state(
        await replayed(log, tenant, project)
    )


async def test_a_snapshot_of_another_schema_is_left_alone(log: Log, tap: Tap, often: int) -> None:
    tenant, project = await grown(log, 2 * often)
    await log.admin.execute(
        "update cocreate.snapshot set schema_version = $2, state = '' where stream_id = $1",
        project,
        SNAPSHOT_SCHEMA + 1,
    )
    found = await loaded(log.process(tap), tenant, project)
    assert tap.events_read == found.version
    assert state(found) == state(await replayed(log, tenant, project))


async def test_a_snapshot_that_cannot_be_read_is_passed_by(log: Log, tap: Tap, often: int) -> None:
    tenant, project = await grown(log, 2 * often)
    for damaged in (b"", b"\xc1", b"\x80"):
        await log.admin.execute(
            "update cocreate.snapshot set state = $2 where stream_id = $1", project, damaged
        )
        found = await loaded(log.process(tap), tenant, project)
        assert state(found) == state(await replayed(log, tenant, project))


async def test_a_snapshot_is_replaced_by_a_later_one_only(log: Log) -> None:
    tenant, stream = await log.tenant(), uuid4()
    for version, schema, kept in ((10, 1, 10), (5, 1, 10), (20, 1, 20), (15, 2, 15), (15, 1, 15)):
        await log.pool.execute(
            "select cocreate.write_snapshot($1, $2, $3, $4::smallint, '')",
            tenant,
            stream,
            version,
            schema,
        )
        assert (await snapshot(log, stream))["version"] == kept


async def test_a_snapshot_replaced_while_it_is_read_leaves_no_hole(log: Log, often: int) -> None:
    """Readers and those who take snapshots meet all the time."""
    tenant, project = await grown(log, 3 * often)
    end = (await replayed(log, tenant, project)).version
    early = await replayed(log, tenant, project)
    states: dict[int, bytes] = {}
    anew: Project | None = None
    for event in await history(log, tenant, project):
        anew = event.mutate(anew)
        assert anew is not None
        states[anew.version] = encode_snapshot(ProjectSnapshot.take(anew))
    await log.admin.execute("delete from cocreate.snapshot where stream_id = $1", project)
    done = asyncio.Event()

    async def replace_it() -> None:
        for version in range(1, end + 1):
            await log.pool.execute(
                "select cocreate.write_snapshot($1, $2, $3, $4::smallint, $5)",
                tenant,
                project,
                version,
                SNAPSHOT_SCHEMA,
                states[version],
            )
        done.set()

    async def read() -> None:
        while not done.is_set():
            found = await loaded(log.process(), tenant, project)
            assert state(found) == state(early)

    await asyncio.gather(replace_it(), read(), read())


async def test_a_snapshot_that_cannot_be_written_disturbs_nobody(
    log: Log, tap: Tap, often: int
) -> None:
    process = log.process(tap)
    tenant, project = await log.project(process, "w")

    async def away(query: str) -> None:
        if "write_snapshot" in query:
            raise ConnectionRefusedError

    tap.before = away
    supports: Sequence[Step] = [SUPPORT] * often
    assert (await process.take(tenant, project, supports, SENDER)).version == often + 2
    await process.close()
    assert any("write_snapshot" in query for query in tap.asked)
    assert (await process.take(tenant, project, [SUPPORT], SENDER)).version == often + 3
