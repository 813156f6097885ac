"""Requests of a municipality take turns, and those of others do not wait for them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx
import pytest
from msgspec.structs import replace
from tests.api.conftest import As, Town
from tests.conftest import served

from cocreate.api.admission import COMPANY_SECONDS, LONGEST_REST, Turns
from cocreate.api.problems import Problem
from cocreate.app import create_app
from cocreate.settings import Settings


async def test_as_many_as_are_let_have_a_turn_and_the_next_waits() -> None:
    turns = Turns(2, 5)
    await turns.take("a")
    await turns.take("a")
    third = asyncio.create_task(turns.take("a"))
    await turns.take("b")
    assert not third.done()
    turns.give_back("a")
    await asyncio.wait_for(third, 1)


async def test_turns_are_taken_in_the_order_of_arrival() -> None:
    turns, order = Turns(1, 9), []

    async def ask(number: int) -> None:
        await turns.take("a")
        order.append(number)
        await asyncio.sleep(0)
        turns.give_back("a")

    await asyncio.gather(*(ask(number) for number in range(9)))
    assert order == list(range(9))


async def test_more_than_may_wait_are_told_to_come_back() -> None:
    turns = Turns(1, 2)
    await turns.take("a")
    waiting = [asyncio.create_task(turns.take("a")) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(Problem) as refused:
        await turns.take("a")
    assert refused.value.code == "busy"
    await turns.take("b")
    for each in waiting:
        turns.give_back("a")
        await asyncio.wait_for(each, 1)


async def test_who_gives_up_waiting_leaves_the_turn_to_the_next() -> None:
    turns = Turns(1, 2)
    await turns.take("a")
    first, second = (asyncio.create_task(turns.take("a")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await first
    turns.give_back("a")
    await asyncio.wait_for(second, 1)
    # And its place among those who wait is free again.
    others = [asyncio.create_task(turns.take("a")) for _ in range(2)]
    await asyncio.sleep(0)
    assert not any(each.done() for each in others)
    for each in others:
        each.cancel()


class Clock:
    """Time that goes by when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


async def is_let(waiting: asyncio.Task[None]) -> bool:
    """Tell whether someone who waits is let in at once: within what is due in the loop by now."""
    for _ in range(5):
        await asyncio.sleep(0)
    return waiting.done()


async def test_who_floods_rests_after_each_turn_while_others_ask_too() -> None:
    clock = Clock()
    turns = Turns(1, 9, clock=clock)
    await turns.take("b")
    turns.give_back("b")
    await turns.take("a")
    waiting = [asyncio.create_task(turns.take("a")) for _ in range(3)]
    await asyncio.sleep(0)
    turns.give_back("a", took=0.01)
    assert not await is_let(waiting[0])
    # Others are let in meanwhile; and after the rest, so is who waited.
    await turns.take("b")
    turns.give_back("b", took=0.01)
    await waiting[0]
    # The others asked long ago.
    clock.now += COMPANY_SECONDS
    turns.give_back("a", took=100.0)
    assert await is_let(waiting[1])
    turns.give_back("a", took=100.0)
    assert await is_let(waiting[2])


async def test_who_sends_no_more_than_is_worked_on_never_rests() -> None:
    turns = Turns(2, 9)
    for _ in range(3):
        await turns.take("b")
        await turns.take("a")
        await turns.take("a")
        turns.give_back("a", took=100.0)
        turns.give_back("a", took=100.0)
        turns.give_back("b", took=100.0)


async def test_a_rest_is_no_longer_than_its_bound() -> None:
    turns = Turns(1, 9)
    await turns.take("b")
    await turns.take("a")
    waiting = asyncio.create_task(turns.take("a"))
    await asyncio.sleep(0)
    turns.give_back("a", took=10_000.0)
    assert not await is_let(waiting)
    async with asyncio.timeout(LONGEST_REST + 20):
        await waiting


@pytest.fixture(scope="module")
async def narrow(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a process that works on one request of a municipality at a time."""
    one_by_one = replace(settings, requests_at_once=1, requests_waiting=3)
    async with served(create_app(one_by_one)) as client:
        yield client


async def test_a_request_that_waits_for_what_is_to_come_has_no_turn(
    narrow: httpx.AsyncClient, town: Town, project: str
) -> None:
    official = As(narrow, town.official.key)
    position = (await official.get(f"{project}/events")).json()["events"][-1]["position"]
    # All of these wait for a position that only the write after them makes.
    path = f"/v1/municipalities/{town.code}/wishes?minPosition={position + 1}"
    waiting = [asyncio.create_task(official.get(path)) for _ in range(3)]
    while not all(each.done() for each in waiting):
        wish = {"occurredOn": "2024-09-17", "title": "Licht"}
        written = await official.post(f"{project}/wishes", wish)
        assert written.status_code == 201
    assert {each.result().status_code for each in waiting} == {200}


async def test_a_sender_who_is_slow_with_a_body_holds_up_nobody(
    narrow: httpx.AsyncClient, town: Town, project: str
) -> None:
    official = As(narrow, town.official.key)
    others_are_done = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b'{"occurredOn": "2024-09-17", '
        await others_are_done.wait()
        yield b'"title": "Licht"}'

    slow = asyncio.create_task(
        narrow.post(
            f"{project}/wishes",
            content=slowly(),
            headers={"Authorization": f"Bearer {official.key}", "Content-Type": "application/json"},
        )
    )
    for _ in range(3):
        assert (await official.get(f"{project}/events")).status_code == 200
    assert not slow.done()
    others_are_done.set()
    assert (await slow).status_code == 201


async def test_too_many_at_once_are_refused_and_others_are_answered(
    narrow: httpx.AsyncClient, town: Town, other_town: Town
) -> None:
    path = f"/v1/municipalities/{town.code}/wishes?limit=100"
    flood = [asyncio.create_task(narrow.get(path)) for _ in range(60)]
    beside = await narrow.get(f"/v1/municipalities/{other_town.code}/wishes")
    assert beside.status_code == 200
    answers = await asyncio.gather(*flood)
    assert {answer.status_code for answer in answers} <= {200, 503}
    refused = [answer for answer in answers if answer.status_code == 503]
    assert refused
    assert refused[0].json()["code"] == "busy"
    assert refused[0].headers["retry-after"] == "1"
