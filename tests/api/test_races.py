"""Commands on one project: in one process they queue, between processes one may lose the race."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from tests.api.conftest import As, Town
from tests.conftest import served

from cocreate.app import create_app
from cocreate.domain.vocabulary import Role
from cocreate.settings import Settings

DAY = {"occurredOn": "2024-09-17"}


@pytest.fixture(scope="module")
async def elsewhere(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of another process on the same database."""
    async with served(create_app(settings)) as client:
        yield client


@pytest.fixture
def other_official(elsewhere: httpx.AsyncClient, town: Town) -> As:
    """The same official, asking the other process."""
    return As(elsewhere, town.official.key)


async def test_a_hundred_residents_support_wishes_at_the_same_moment(
    town: Town, project: str
) -> None:
    await town.take(project, "wishes", wish="licht", title="Licht")
    sent = [
        town.official.post(f"{project}/wish-supports", {**DAY, "wish": "licht"}) for _ in range(100)
    ]
    answers = await asyncio.gather(*sent)
    assert [answer.status_code for answer in answers] == [201] * 100
    versions = sorted(answer.json()["version"] for answer in answers)
    assert versions == list(range(3, 103))


async def test_a_hundred_residents_of_two_processes_all_succeed(
    town: Town, project: str, other_official: As
) -> None:
    await town.take(project, "wishes", wish="licht", title="Licht")
    support = {**DAY, "wish": "licht"}
    sent = [
        (town.official if number % 2 else other_official).post(f"{project}/wish-supports", support)
        for number in range(100)
    ]
    answers = await asyncio.gather(*sent)
    assert [answer.status_code for answer in answers] == [201] * 100
    versions = sorted(answer.json()["version"] for answer in answers)
    assert versions == list(range(3, 103))


async def test_a_lost_race_tells_what_happened_since(
    town: Town, project: str, other_official: As
) -> None:
    await town.take(project, "wishes", wish="licht", title="Licht")
    there = await other_official.post(f"{project}/wishes", {**DAY, "title": "Rust"})
    assert there.status_code == 201
    lost = await town.official.post(f"{project}/wish-withdrawals", {**DAY, "wish": "licht"})
    assert lost.status_code == 409, lost.text
    problem = lost.json()
    assert problem["code"] == "version-conflict"
    assert problem["version"] == 3
    assert [(event["type"], event["version"]) for event in problem["since"]] == [
        ("WishExpressed", 3)
    ]
    again = await town.official.post(f"{project}/wish-withdrawals", {**DAY, "wish": "licht"})
    assert again.status_code == 201


async def test_if_match_is_refused_where_another_process_was_first(
    town: Town, project: str, other_official: As
) -> None:
    taken = await town.take(project, "wishes", wish="licht", title="Licht")
    seen = f'"{taken["version"]}"'
    there = await other_official.post(f"{project}/pauses", {**DAY, "reason": "Vakantie"})
    assert there.status_code == 201
    lost = await town.official.post(f"{project}/wishes", {**DAY, "title": "Rust"}, If_Match=seen)
    assert lost.status_code == 412
    assert [event["type"] for event in lost.json()["since"]] == ["ProjectPaused"]
    assert lost.json()["version"] == 3


async def test_no_more_than_a_hundred_events_are_told_of(
    town: Town, project: str, other_official: As
) -> None:
    wish = {"noun": "wishes", **DAY, "title": "Wens"}
    await other_official.post(f"{project}/commands", {"steps": [wish] * 150})
    lost = await town.official.post(f"{project}/wishes", {**DAY, "title": "x"}, If_Match='"1"')
    assert lost.status_code == 412
    assert lost.json()["version"] == 151
    assert len(lost.json()["since"]) == 100


async def test_a_repeat_in_another_process_gets_the_first_answer(
    town: Town, project: str, other_official: As
) -> None:
    wish = {**DAY, "title": "Licht"}
    first = await town.official.post(f"{project}/wishes", wish, Idempotency_Key=project)
    again = await other_official.post(f"{project}/wishes", wish, Idempotency_Key=project)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"


async def test_rules_set_by_two_processes_at_once_all_hold(
    town: Town, elsewhere: httpx.AsyncClient
) -> None:
    here = town[Role.TENANT_ADMINISTRATOR]
    there = As(elsewhere, here.key)
    sent = [
        (here if day % 2 else there).post(
            f"{town.home}/decree-days",
            {**DAY, "day": f"2032-03-{day:02}", "publication": "Stcrt. 2032, 1"},
        )
        for day in range(1, 9)
    ]
    answers = await asyncio.gather(*sent)
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert sum(answer.status_code == 201 for answer in answers) >= 5
