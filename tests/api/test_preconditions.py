"""Idempotency-Key makes a repeat harmless; If-Match says what the sender saw."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from tests.api.conftest import Town

from cocreate.api.examples import STEP_EXAMPLES
from cocreate.domain.vocabulary import Role

WISH = {"occurredOn": "2024-09-17", "title": "Licht"}


async def test_a_repeat_gets_the_first_answer(town: Town, project: str) -> None:
    key = uuid4().hex
    first = await town.official.post(f"{project}/wishes", WISH, Idempotency_Key=key)
    await town.take(project, "wishes", title="Iets anders")
    again = await town.official.post(f"{project}/wishes", WISH, Idempotency_Key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers


async def test_a_repeat_may_be_written_otherwise(town: Town, project: str) -> None:
    key = uuid4().hex
    first = await town.official.post(f"{project}/wishes", WISH, Idempotency_Key=key)
    reordered = dict(reversed(WISH.items()))
    again = await town.official.post(f"{project}/wishes", reordered, Idempotency_Key=key)
    assert again.json() == first.json()


async def test_another_body_under_the_same_key_is_refused(town: Town, project: str) -> None:
    key = uuid4().hex
    await town.official.post(f"{project}/wishes", WISH, Idempotency_Key=key)
    other = await town.official.post(
        f"{project}/wishes", {**WISH, "title": "Donker"}, Idempotency_Key=key
    )
    assert other.status_code == 422
    assert other.json()["code"] == "key-reused"


async def test_the_same_body_elsewhere_under_the_same_key_is_refused(
    town: Town, project: str
) -> None:
    key = uuid4().hex
    await town.official.post(f"{project}/wishes", WISH, Idempotency_Key=key)
    elsewhere = await town.start()
    other = await town.official.post(f"{elsewhere}/wishes", WISH, Idempotency_Key=key)
    assert other.status_code == 422


async def test_a_key_counts_within_its_own_municipality(town: Town, other_town: Town) -> None:
    key = uuid4().hex
    body = STEP_EXAMPLES["projects"]
    here = await town.official.post(f"{town.home}/projects", body, Idempotency_Key=key)
    there = await other_town.official.post(f"{other_town.home}/projects", body, Idempotency_Key=key)
    assert (here.status_code, there.status_code) == (201, 201)
    assert here.json()["project"] != there.json()["project"]


async def test_a_project_is_started_once(town: Town) -> None:
    key = uuid4().hex
    sent = [
        town.official.post(f"{town.home}/projects", STEP_EXAMPLES["projects"], Idempotency_Key=key)
        for _ in range(5)
    ]
    answers = await asyncio.gather(*sent)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.headers["location"] for answer in answers}) == 1


async def test_repeats_at_the_same_moment_are_recorded_once(town: Town, project: str) -> None:
    key = uuid4().hex
    sent = [town.official.post(f"{project}/wishes", WISH, Idempotency_Key=key) for _ in range(10)]
    answers = await asyncio.gather(*sent)
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.json()["version"] for answer in answers} == {2}


async def test_a_repeat_under_if_match_gets_the_first_answer(town: Town, project: str) -> None:
    sent = {"Idempotency_Key": uuid4().hex, "If_Match": '"1"'}
    first = await town.official.post(f"{project}/wishes", WISH, **sent)
    again = await town.official.post(f"{project}/wishes", WISH, **sent)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()


@pytest.mark.parametrize("key", ["", "x" * 256, "met spatie"])
async def test_a_key_has_1_to_255_visible_characters(town: Town, project: str, key: str) -> None:
    answer = await town.official.post(f"{project}/wishes", WISH, Idempotency_Key=key)
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert (error["source"], error["location"]) == ("header", "Idempotency-Key")


async def test_the_expected_version_is_taken(town: Town, project: str) -> None:
    answer = await town.official.post(f"{project}/wishes", WISH, If_Match='"1"')
    assert answer.status_code == 201
    star = await town.official.post(f"{project}/wishes", WISH, If_Match="*")
    assert star.status_code == 201


async def test_another_version_is_refused_with_what_happened_since(
    town: Town, project: str
) -> None:
    await town.take(project, "wishes", title="Een")
    second = await town.take(project, "pauses", reason="Vakantie")
    answer = await town.official.post(f"{project}/resumptions", {**DAY}, If_Match='"1"')
    assert answer.status_code == 412
    problem = answer.json()
    assert problem["code"] == "version-mismatch"
    assert problem["version"] == 3
    assert [event["type"] for event in problem["since"]] == ["WishExpressed", "ProjectPaused"]
    last = problem["since"][-1]
    assert last.pop("recordedAt").endswith("Z")
    assert last == {
        "type": "ProjectPaused",
        "version": 3,
        "position": second["position"],
        "occurredOn": "2024-09-17",
        "actorRole": "official",
    }


DAY = {"occurredOn": "2024-09-17"}


async def test_a_version_that_is_still_to_come_is_refused(town: Town, project: str) -> None:
    answer = await town.official.post(f"{project}/wishes", WISH, If_Match='"9"')
    assert answer.status_code == 412
    assert answer.json()["since"] == []
    assert answer.json()["version"] == 1


@pytest.mark.parametrize("match", ["1", 'W/"1"', '"a"', '"1", "2"', '""', '"', '"12345678901"'])
async def test_if_match_names_one_version(town: Town, project: str, match: str) -> None:
    answer = await town.official.post(f"{project}/wishes", WISH, If_Match=match)
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert (error["source"], error["location"]) == ("header", "If-Match")


async def test_what_is_not_there_yet_matches_nothing(town: Town) -> None:
    answer = await town.official.post(
        f"{town.home}/projects", STEP_EXAMPLES["projects"], If_Match="*"
    )
    assert answer.status_code == 412


async def test_rules_of_a_municipality_honour_both(town: Town) -> None:
    administrator = town[Role.TENANT_ADMINISTRATOR]
    path = f"{town.home}/decree-days"
    said = {"occurredOn": "2024-01-02", "day": "2031-05-02", "publication": "Stcrt. 2031, 1"}
    key = uuid4().hex
    first = await administrator.post(path, said, Idempotency_Key=key)
    again = await administrator.post(path, said, Idempotency_Key=key)
    assert first.status_code == 201, first.text
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = await administrator.post(path, {**said, "day": "2031-05-09"}, Idempotency_Key=key)
    assert other.status_code == 422
    stale = await administrator.post(path, {**said, "day": "2031-05-09"}, If_Match='"1"')
    assert stale.status_code == 412
    assert stale.json()["since"][-1]["type"] == "DayOffDeclared"
    taken = await administrator.post(path, said)
    assert taken.status_code == 409
    assert taken.json()["code"] == "id-taken"
