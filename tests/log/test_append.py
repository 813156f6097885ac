"""The appends of many writers: gapless positions, and each command judged by itself."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Sequence
from uuid import uuid4

import pytest
from tests.log.conftest import Log, command, stored

from cocreate.log import append
from cocreate.log.append import Appender, Chain, Conflict, Outcome, Refused, Repeated, Taken
from cocreate.log.errors import LogUnavailable, UnknownMunicipality, Unstorable


async def together(*outcomes: Awaitable[Outcome]) -> list[Outcome]:
    return list(await asyncio.gather(*outcomes))


def versions(outcomes: Sequence[Outcome]) -> list[int]:
    return [outcome.version for outcome in outcomes if not isinstance(outcome, Refused)]


async def positions(log: Log, tenant: str) -> list[int]:
    return [event["position"] for event in await log.events(tenant)]


async def head(log: Log, tenant: str) -> int:
    found: int = await log.admin.fetchval(
        "select position from cocreate.log_head where tenant_id = $1", tenant
    )
    return found


async def test_many_writers_on_many_tenants_leave_no_gap(log: Log) -> None:
    tenants = [await log.tenant() for _ in range(6)]
    processes = [log.appender() for _ in range(4)]
    chance = random.Random(1)  # noqa: S311

    async def writer(appender: Appender, tenant: str) -> int:
        stream, version, written = uuid4(), 0, 0
        for _ in range(15):
            events = [stored() for _ in range(chance.randint(1, 4))]
            stale = chance.random() < 0.2
            outcome = await appender.append(tenant, command(stream, version + stale, *events))
            if stale:
                assert outcome == Conflict(version)
            else:
                version += len(events)
                written += len(events)
                assert isinstance(outcome, Taken)
                assert outcome.version == version
        return written

    crowd = [(appender, tenant) for appender in processes for tenant in tenants for _ in range(3)]
    written = await asyncio.gather(*(writer(*one) for one in crowd))
    for tenant in tenants:
        total = sum(n for n, (_, where) in zip(written, crowd, strict=True) if where == tenant)
        assert await positions(log, tenant) == list(range(1, total + 1))
        assert await head(log, tenant) == total


async def test_versions_of_a_history_have_no_gap(log: Log) -> None:
    tenant, stream = await log.tenant(), uuid4()
    processes = [log.appender() for _ in range(4)]

    async def writer(appender: Appender) -> None:
        version = 0
        for _ in range(20):
            outcome = await appender.append(tenant, command(stream, version))
            assert not isinstance(outcome, Refused)
            version = outcome.version

    await asyncio.gather(*(writer(appender) for appender in processes for _ in range(3)))
    versions = [event["version"] for event in await log.events(tenant)]
    assert versions == list(range(1, len(versions) + 1))
    assert len(versions) >= 20


async def test_one_conflict_in_a_batch_fails_alone(log: Log) -> None:
    tenant, appender = await log.tenant(), log.appender()
    streams = [uuid4() for _ in range(5)]
    outcomes = await together(
        *(
            appender.append(tenant, command(stream, 7 if number == 2 else 0))
            for number, stream in enumerate(streams)
        )
    )
    assert outcomes[2] == Conflict(0)
    taken = [outcome for outcome in outcomes if isinstance(outcome, Taken)]
    assert [one.position for one in taken] == [1, 2, 3, 4]
    assert await positions(log, tenant) == [1, 2, 3, 4]


async def test_a_conflict_does_not_spoil_a_later_append_to_the_same_history(log: Log) -> None:
    tenant, stream, appender = await log.tenant(), uuid4(), log.appender()
    await appender.append(tenant, command(stream))
    outcomes = await together(
        appender.append(tenant, command(stream, 0)),
        appender.append(tenant, command(stream, 1)),
        appender.append(tenant, command(stream, 1)),
    )
    assert outcomes[0] == Conflict(1)
    assert isinstance(outcomes[1], Taken)
    assert outcomes[2] == Conflict(2)


async def test_a_repeat_does_not_spoil_a_later_append_to_the_same_history(log: Log) -> None:
    tenant, stream, appender = await log.tenant(), uuid4(), log.appender()
    await appender.append(tenant, command(stream, key="k"))
    outcomes = await together(
        appender.append(tenant, command(stream, 1, key="k")),
        appender.append(tenant, command(stream, 1)),
    )
    assert isinstance(outcomes[0], Repeated)
    assert isinstance(outcomes[1], Taken)


async def test_a_chain_on_one_history_goes_in_one_batch(log: Log) -> None:
    tenant, stream, appender, chain = await log.tenant(), uuid4(), log.appender(), Chain()
    chained = [command(stream, version) for version in range(50)]
    for one in chained:
        one.chain = chain
    outcomes = await together(*(appender.append(tenant, one) for one in chained))
    assert versions(outcomes) == list(range(1, 51))
    assert len({event["recorded_at"] for event in await log.events(tenant)}) == 1


async def test_what_builds_on_a_refused_command_is_refused_even_if_its_version_fits(
    log: Log,
) -> None:
    tenant, stream, appender, chain = await log.tenant(), uuid4(), log.appender(), Chain()
    # Decided on an empty history, one upon the other; meanwhile another process wrote a step.
    first, second, third = (command(stream, version) for version in range(3))
    for one in (first, second):
        one.chain = chain
    await log.appender().append(tenant, command(stream))
    outcomes = await together(appender.append(tenant, first), appender.append(tenant, second))
    assert outcomes == [Conflict(1), Conflict(1)]
    assert chain.broken
    third.chain = chain
    assert isinstance(await appender.append(tenant, third), Conflict)
    assert await positions(log, tenant) == [1]


async def test_a_repeated_key_gives_the_first_facts(log: Log) -> None:
    tenant, stream, appender = await log.tenant(), uuid4(), log.appender()
    first = await appender.append(
        tenant, command(stream, 0, stored(), stored(), key="k", fingerprint=b"f", ids=b'["W1"]')
    )
    await appender.append(tenant, command(stream, 2))
    again = command(uuid4(), 0, key="k", fingerprint=b"other", ids=b'["W9"]')
    for process in (appender, log.appender()):
        assert await process.append(tenant, again) == Repeated(2, 2, b"f", b'["W1"]')
    assert versions([first]) == [2]
    assert await positions(log, tenant) == [1, 2, 3]


async def test_a_key_is_that_of_one_municipality(log: Log) -> None:
    one, other, appender = await log.tenant(), await log.tenant(), log.appender()
    outcomes = await together(
        *(appender.append(tenant, command(uuid4(), key="k")) for tenant in (one, other))
    )
    assert all(isinstance(outcome, Taken) for outcome in outcomes)


async def test_a_key_that_comes_twice_at_once_is_taken_once(log: Log) -> None:
    tenant = await log.tenant()
    crowd = [log.appender() for _ in range(4)] * 5
    outcomes = await together(
        *(
            appender.append(tenant, command(uuid4(), key="k", fingerprint=b"f"))
            for appender in crowd
        )
    )
    taken = [outcome for outcome in outcomes if isinstance(outcome, Taken)]
    assert len(taken) == 1
    repeated = [outcome for outcome in outcomes if isinstance(outcome, Repeated)]
    assert len(repeated) == len(crowd) - 1
    assert {one.position for one in repeated} == {taken[0].position}
    assert len(await positions(log, tenant)) == 1


async def test_the_key_of_a_refused_command_is_still_free(log: Log) -> None:
    tenant, stream, appender = await log.tenant(), uuid4(), log.appender()
    outcomes = await together(
        appender.append(tenant, command(stream, 5, key="k")),
        appender.append(tenant, command(stream, 0, key="k")),
    )
    assert outcomes[0] == Conflict(0)
    assert isinstance(outcomes[1], Taken)


async def test_the_database_itself_takes_a_key_once_in_a_batch(log: Log) -> None:
    """The lanes never send it so; the function must not fail on it either."""
    tenant = await log.tenant()
    rows = await log.pool.fetch(
        append._APPEND,
        tenant,
        *append._columns([command(uuid4(), key="k"), command(uuid4(), key="k")]),
    )
    assert [row["outcome"] for row in rows] == ["taken", "conflict"]


async def test_one_command_alone_is_judged_as_in_a_batch(log: Log) -> None:
    """A lone command takes a shorter way through the database."""
    alone, batch = await log.tenant(), await log.tenant()
    streams = [uuid4(), uuid4()]
    commands = [
        command(streams[0], 0, stored(), stored(), key="a", fingerprint=b"f", ids=b"[1]"),
        command(streams[0], 2),
        command(streams[0], 2),
        command(streams[1], 1),
        command(streams[1], 0, key="a"),
        command(streams[1], 0, stored(), key="b"),
        command(streams[1], 1, key="b"),
    ]
    judged: dict[str, list[object]] = {alone: [], batch: []}
    for one in commands:
        [row] = await log.pool.fetch(append._APPEND_ONE, alone, *append._columns_of_one(one))
        judged[alone].append(_but_for_time(append._outcome(row)))
        [row] = await log.pool.fetch(append._APPEND, batch, *append._columns([one]))
        judged[batch].append(_but_for_time(append._outcome(row)))
    assert judged[alone] == judged[batch]
    columns = ("position", "stream_id", "version", "type", "data", "public", "actor")
    kept = [
        [tuple(event[column] for column in columns) for event in await log.events(tenant)]
        for tenant in (alone, batch)
    ]
    assert kept[0] == kept[1]


def _but_for_time(outcome: Outcome) -> object:
    return outcome.version if isinstance(outcome, Taken) else outcome


async def test_a_command_may_hold_more_than_a_batch(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(append, "MAX_EVENTS", 10)
    monkeypatch.setattr(append, "MAX_COMMANDS", 4)
    tenant, appender = await log.tenant(), log.appender()
    sizes = [3, 25, 1, 1, 1, 1, 1, 9, 2]
    outcomes = await together(
        *(appender.append(tenant, command(uuid4(), 0, *[stored()] * size)) for size in sizes)
    )
    ends = [outcome.position for outcome in outcomes if isinstance(outcome, Taken)]
    assert ends == [sum(sizes[: n + 1]) for n in range(len(sizes))]
    assert await positions(log, tenant) == list(range(1, sum(sizes) + 1))


async def test_a_huge_command_stands_or_falls_whole(log: Log) -> None:
    tenant, stream, appender = await log.tenant(), uuid4(), log.appender()
    events = [stored(f'{{"n":{number}}}') for number in range(12_000)]
    outcome = await appender.append(tenant, command(stream, 0, *events))
    assert isinstance(outcome, Taken)
    assert (outcome.position, outcome.version) == (12_000, 12_000)
    kept = await log.events(tenant)
    assert [event["data"] for event in kept] == [event.data for event in events]
    assert len({event["recorded_at"] for event in kept}) == 1
    refused = await appender.append(tenant, command(stream, 0, *events))
    assert refused == Conflict(12_000)
    assert await head(log, tenant) == 12_000


async def test_a_command_without_events_only_takes_its_key(log: Log) -> None:
    tenant, stream, appender = await log.tenant(), uuid4(), log.appender()
    told: list[int] = []
    appender = log.appender(lambda _tenant, position: told.append(position))
    empty = command(stream, 0, key="k")
    empty.events = ()
    other = command(uuid4())
    other.events = ()
    first, _ = await together(appender.append(tenant, empty), appender.append(tenant, other))
    assert isinstance(first, Taken)
    assert (first.position, first.version) == (0, 0)
    assert isinstance(await appender.append(tenant, empty), Repeated)
    assert await positions(log, tenant) == []
    assert await head(log, tenant) == 0
    assert told == []


async def test_an_unknown_municipality_is_told_to_each(log: Log) -> None:
    appender, tenant = log.appender(), await log.tenant()
    outcomes = await asyncio.gather(
        appender.append("GM9999", command(uuid4())),
        appender.append("GM9999", command(uuid4())),
        appender.append(tenant, command(uuid4())),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [
        UnknownMunicipality,
        UnknownMunicipality,
        Taken,
    ]
    with pytest.raises(UnknownMunicipality):
        await appender.append("GM9999", command(uuid4()))


async def test_what_cannot_be_stored_fails_alone(log: Log) -> None:
    tenant, appender, chain = await log.tenant(), log.appender(), Chain()
    stream = uuid4()
    chained = [command(stream, 0), command(stream, 1, actor="nul\0"), command(stream, 2)]
    for one in chained:
        one.chain = chain
    unsendable = command(uuid4(), 2**40)
    half = command(uuid4(), actor="half \ud800")
    sent = [command(uuid4()), *chained, unsendable, half, command(uuid4())]
    outcomes = await asyncio.gather(
        *(appender.append(tenant, one) for one in sent), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [
        Taken,
        Taken,
        Unstorable,
        Conflict,
        Unstorable,
        Unstorable,
        Taken,
    ]
    assert await positions(log, tenant) == [1, 2, 3]
    more = await together(*(appender.append(tenant, command(uuid4())) for _ in range(3)))
    assert [outcome.position for outcome in more if isinstance(outcome, Taken)] == [4, 5, 6]


async def test_recorded_at_never_goes_back(log: Log) -> None:
    tenant, appender = await log.tenant(), log.appender()
    await appender.append(tenant, command(uuid4()))
    # The clock of the server is set back: the log was written in what is now the future.
    await log.admin.execute(
        "update cocreate.log_head set recorded_at = now() + interval '1 hour' where tenant_id = $1",
        tenant,
    )
    alone = await appender.append(tenant, command(uuid4()))
    await together(*(appender.append(tenant, command(uuid4())) for _ in range(3)))
    moments = [event["recorded_at"] for event in await log.events(tenant)]
    assert moments == sorted(moments)
    assert isinstance(alone, Taken)
    assert moments[1] == moments[4] == alone.recorded_at


async def test_recorded_at_goes_up_with_the_position_under_many_writers(log: Log) -> None:
    tenant = await log.tenant()
    processes = [log.appender() for _ in range(4)]
    for _ in range(10):
        await together(
            *(process.append(tenant, command(uuid4())) for process in processes for _ in range(3))
        )
    moments = [event["recorded_at"] for event in await log.events(tenant)]
    assert moments == sorted(moments)


async def test_a_busy_municipality_does_not_hold_up_another(log: Log) -> None:
    busy, other, appender = await log.tenant(), await log.tenant(), log.appender()
    async with log.admin.transaction():
        await log.admin.execute(
            "select from cocreate.log_head where tenant_id = $1 for update", busy
        )
        waits = appender.append(busy, command(uuid4()))
        await log.waiting_for_lock()
        assert isinstance(await appender.append(other, command(uuid4())), Taken)
        assert not waits.done()
    assert isinstance(await waits, Taken)


async def test_whoever_begins_something_beside_a_log_does_not_hold_it_up(log: Log) -> None:
    """Nor does a build of a read model, which on a cluster takes long."""
    tenant = await log.tenant()
    one = log.appender()
    await one.append(tenant, command(uuid4()))
    async with log.admin.transaction():
        await log.admin.execute("select cocreate.begin_build_in($1, 1000)", tenant)
        taken = await asyncio.wait_for(one.append(tenant, command(uuid4())), 20)
        both = await asyncio.wait_for(
            together(*(one.append(tenant, command(uuid4())) for _ in range(2))), 20
        )
    assert [type(each) for each in (taken, *both)] == [Taken] * 3


async def test_readers_are_told_of_the_position_once_a_batch(log: Log) -> None:
    told: list[tuple[str, int]] = []
    tenant = await log.tenant()
    appender = log.appender(lambda where, position: told.append((where, position)))
    await together(*(appender.append(tenant, command(uuid4())) for _ in range(5)))
    await appender.append(tenant, command(uuid4(), 3))
    assert told == [(tenant, 5)]


async def test_a_hearer_that_fails_holds_nothing_up(log: Log) -> None:
    def deaf(_tenant: str, _position: int) -> None:
        raise RuntimeError

    problems: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: problems.append(context["exception"]))
    try:
        tenant, appender = await log.tenant(), log.appender(deaf)
        first = appender.append(tenant, command(uuid4()))
        second = asyncio.ensure_future(first)
        assert isinstance(await second, Taken)
        assert isinstance(await appender.append(tenant, command(uuid4())), Taken)
    finally:
        loop.set_exception_handler(None)
    assert [type(problem) for problem in problems] == [RuntimeError, RuntimeError]


async def test_what_a_caller_left_behind_is_recorded(log: Log) -> None:
    tenant, appender = await log.tenant(), log.appender()
    first, second = (appender.append(tenant, command(uuid4())) for _ in range(2))
    first.cancel()
    assert isinstance(await second, Taken)
    assert await positions(log, tenant) == [1, 2]


async def test_draining_waits_for_every_outcome(log: Log) -> None:
    appender = log.appender()
    sent = [
        appender.append(tenant, command(uuid4()))
        for tenant in [await log.tenant() for _ in range(3)]
        for _ in range(4)
    ]
    await appender.drain()
    assert all(one.done() for one in sent)


async def test_a_killed_connection_is_told_and_the_next_append_works(log: Log) -> None:
    tenant, appender = await log.tenant(), log.appender()
    stream, chain = uuid4(), Chain()
    chained = [command(stream, version) for version in range(2)]
    for one in chained:
        one.chain = chain
    async with log.admin.transaction():
        await log.admin.execute(
            "select from cocreate.log_head where tenant_id = $1 for update", tenant
        )
        sent = [appender.append(tenant, command(uuid4()))]
        pid = await log.waiting_for_lock()
        sent += [appender.append(tenant, one) for one in chained]
        await log.admin.execute("select pg_terminate_backend($1)", pid)
        with pytest.raises(LogUnavailable):
            await sent[0]
    assert versions(await together(*sent[1:])) == [1, 2]
    assert await positions(log, tenant) == [1, 2]


async def test_while_the_log_is_held_nobody_else_appends(log: Log) -> None:
    tenant, told = await log.tenant(), list[int]()
    appender = log.appender(lambda _tenant, position: told.append(position))
    async with appender.hold(tenant) as held:
        waits = log.appender().append(tenant, command(uuid4()))
        await log.waiting_for_lock()
        stream = uuid4()
        [first, second] = await held.append([command(stream), command(stream, 1)])
        assert isinstance(second, Taken)
        assert not waits.done()
        assert told == []
    assert told == [2]
    outcome = await waits
    assert isinstance(outcome, Taken)
    assert [*versions([first]), second.position, outcome.position] == [1, 2, 3]


async def test_what_was_appended_to_a_held_log_falls_with_what_goes_wrong(log: Log) -> None:
    tenant, told = await log.tenant(), list[int]()
    appender = log.appender(lambda _tenant, position: told.append(position))

    async def go_wrong(tenant: str) -> None:
        async with appender.hold(tenant) as held:
            await held.append([command(uuid4())])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await go_wrong(tenant)
    assert told == []
    assert await positions(log, tenant) == []
    with pytest.raises(UnknownMunicipality):
        await go_wrong("GM9999")
