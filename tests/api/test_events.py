"""The events of a project are read as they were recorded, a page at a time."""

from __future__ import annotations

import pytest
from tests.api.conftest import Town

from cocreate.domain.vocabulary import Role


async def test_an_event_is_told_with_all_that_is_recorded_of_it(town: Town, project: str) -> None:
    answer = await town[Role.AUDITOR].get(f"{project}/events")
    [event] = answer.json()["events"]
    assert event.pop("recordedAt").endswith("Z")
    assert event.pop("position") > 0
    assert event.pop("actor").startswith("key-")
    assert event.pop("data")["title"] == "Lampen in de fietstunnel"
    assert len(bytes.fromhex(event.pop("salt"))) == len(bytes.fromhex(event.pop("actorMark"))) == 32
    assert event == {
        "project": project.rsplit("/", 1)[1],
        "version": 1,
        "type": "ProjectStarted",
        "schemaVersion": 1,
        "occurredOn": "2024-09-02",
        "visibility": "public",
        "actorRole": "official",
    }


async def test_the_data_are_the_stored_bytes(town: Town, project: str) -> None:
    await town.take(project, "wishes", wish="licht", title="Lïcht \u2028 </script>")
    answer = await town.anyone.get(f"{project}/events/2")
    assert '"data":{"wish":"licht","title":"Lïcht \u2028 </script>"}' in answer.text


async def test_events_come_a_page_at_a_time(town: Town, project: str) -> None:
    for number in range(6):
        visibility = "internal" if number % 2 else "public"
        await town.take(project, "wishes", title=f"Wens {number}", visibility=visibility)
    for someone, expected in (
        (town.official, [1, 2, 3, 4, 5, 6, 7]),
        (town.anyone, [1, 2, 4, 6]),
    ):
        found: list[int] = []
        following: str | None = f"{project}/events?limit=2"
        pages = 0
        while following is not None:
            answer = await someone.get(following)
            assert answer.status_code == 200
            found += [event["version"] for event in answer.json()["events"]]
            following = answer.json()["next"]
            pages += 1
        assert found == expected
        assert pages == (len(expected) + 1) // 2


async def test_behind_the_last_event_the_page_is_empty(town: Town, project: str) -> None:
    answer = await town.anyone.get(f"{project}/events?after=7")
    assert answer.status_code == 200
    assert answer.json() == {"events": [], "next": None}


async def test_what_was_just_written_is_there(town: Town, project: str) -> None:
    for number in range(20):
        taken = await town.take(project, "wishes", title=f"Wens {number}")
        answer = await town.anyone.get(taken["resources"][0]["href"])
        assert answer.status_code == 200


@pytest.mark.parametrize("version", ["0", "-1", "99", "2147483647", "99999999999999999999", "een"])
async def test_an_event_that_is_not_there_is_not_found(
    town: Town, project: str, version: str
) -> None:
    for someone in (town.anyone, town.official):
        answer = await someone.get(f"{project}/events/{version}")
        assert answer.status_code == 404


@pytest.mark.parametrize("given", ["1", "niet-een-uuid", "0b6f3c1e-8f64-4f0a-9d0c-5d3f6a1c2b7e"])
async def test_a_project_that_is_not_there_is_not_found(town: Town, given: str) -> None:
    answer = await town.official.get(f"{town.home}/projects/{given}/events")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "after=2147483647", "limit=", "limit=1.5"]
)
async def test_a_page_has_its_bounds(town: Town, project: str, query: str) -> None:
    answer = await town.anyone.get(f"{project}/events?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["source"] == "query"
