"""One route per step: what is said stands in the log, and the answer tells where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from litestar import Litestar
from tests.api.conftest import Town

from cocreate.api.examples import STEP_EXAMPLES
from cocreate.domain.steps import EVENT_OF, STEPS
from cocreate.domain.vocabulary import Role

PROJECT = "/v1/municipalities/{code:str}/projects/{project:uuid}"

BEFOREHAND: Mapping[str, list[tuple[str, dict[str, Any]]]] = {
    "wish-withdrawals": [("wishes", {"wish": "muziek", "title": "Muziek"})],
    "proposal-withdrawals": [("proposals", {"proposal": "fakkels", "title": "Fakkels"})],
    "approval-refusals": [
        (
            "approvals",
            {
                "approval": "monument",
                "kind": "heritage",
                "title": "Gevel",
                "authority": "Rijksdienst",
                "procedure": "none",
            },
        )
    ],
    "approval-withdrawals": [
        (
            "approvals",
            {
                "approval": "kabels",
                "kind": "permit",
                "title": "Kabels",
                "authority": "Gemeente",
                "procedure": "none",
            },
        )
    ],
    "obstacle-acceptances": [
        ("obstacles", {"obstacle": "lange-route", "category": "technical", "title": "Route"})
    ],
    "commitment-breaches": [
        ("commitments", {"commitment": "bankje", "title": "Bankje", "by": "A", "to": "B"})
    ],
}
"""What the examples of some steps need, beside the examples before them."""

ELSEWHERE = {
    "projects",
    "erasures",
    "stops",
    "deviation-motivations",
    "approval-conclusions",
    "publications",
}
"""Examples that cannot be part of the story: it ends otherwise, or they are of an import."""


def test_every_step_has_a_route(app: Litestar) -> None:
    posted = {route.path for route in app.routes if "POST" in getattr(route, "methods", ())}
    assert {f"{PROJECT}/{noun}" for noun in STEPS if noun != "projects"} <= posted


async def test_a_step_is_answered_with_version_position_and_resource(
    town: Town, project: str
) -> None:
    said = {"occurredOn": "2024-09-17", "wish": "licht", "title": "Licht"}
    answer = await town.official.post(f"{project}/wishes", said)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert body["version"] == 2
    assert body["position"] > 2
    assert body["project"] == project.rsplit("/", 1)[1]
    assert body["resources"] == [{"id": "licht", "href": f"{project}/events/2"}]
    assert answer.headers["etag"] == '"2"'
    assert answer.headers["location"] == f"{project}/events/2"
    event = await town[Role.AUDITOR].get(body["resources"][0]["href"])
    assert event.json()["data"] == {"wish": "licht", "title": "Licht"}


async def test_a_step_that_gives_no_id_is_told_the_one_it_got(town: Town, project: str) -> None:
    taken = await town.take(project, "wishes", title="Licht")
    assert taken["resources"][0]["id"] == "W2"


async def test_a_step_that_brings_nothing_still_tells_where_it_stands(
    town: Town, project: str
) -> None:
    taken = await town.take(project, "pauses", reason="Vakantie")
    assert taken["resources"] == [{"id": None, "href": f"{project}/events/2"}]


async def test_the_examples_tell_a_story_that_the_log_takes(town: Town) -> None:
    project = await town.start()
    for noun, example in STEP_EXAMPLES.items():
        if noun in ELSEWHERE:
            continue
        for before, said in BEFOREHAND.get(noun, ()):
            await town.take(project, before, **said)
        answer = await town.official.post(f"{project}/{noun}", example)
        assert answer.status_code == 201, (noun, answer.text)
        event = await town[Role.AUDITOR].get(answer.headers["location"])
        assert event.json()["type"] == EVENT_OF[STEPS[noun]].__name__


@pytest.mark.parametrize("noun", sorted(ELSEWHERE - {"projects", "erasures"}))
async def test_the_other_examples_are_understood(town: Town, noun: str) -> None:
    project = await town.start()
    answer = await town.official.post(f"{project}/{noun}", STEP_EXAMPLES[noun])
    assert answer.status_code == 201 or answer.json()["code"] in (
        "unknown-reference",
        "unknown-step",
        "outcome-not-stated",
    )


async def test_a_step_in_a_project_that_is_not_there_is_not_found(town: Town) -> None:
    path = f"{town.home}/projects/0b6f3c1e-8f64-4f0a-9d0c-5d3f6a1c2b7e/wishes"
    answer = await town.official.post(path, {"occurredOn": "2024-09-17", "title": "Licht"})
    assert answer.status_code == 404
    assert answer.json()["code"] == "not-found"


async def test_a_rule_about_the_input_gives_400_and_one_about_the_project_409(
    town: Town, project: str
) -> None:
    unknown = await town.official.post(
        f"{project}/wish-supports", {"occurredOn": "2024-09-17", "wish": "maan"}
    )
    assert unknown.status_code == 400
    assert unknown.json()["code"] == "unknown-reference"
    assert unknown.json()["facts"] == {"kind": "wish", "id": "maan"}
    await town.take(project, "wishes", wish="licht", title="Licht")
    taken = await town.official.post(
        f"{project}/wishes", {"occurredOn": "2024-09-17", "wish": "licht", "title": "Licht"}
    )
    assert taken.status_code == 409
    assert taken.json()["code"] == "id-taken"
