"""One route per step: what is said stands in the log, and the answer tells where."""

from __future__ import annotations

from litestar import Litestar

from cocreate.api.examples import STEP_EXAMPLES
from cocreate.domain.steps import STEPS
from cocreate.domain.vocabulary import Role
from tests.api.conftest import Town

PROJECT = "/v1/municipalities/{code:str}/projects/{project:uuid}"


def test_every_step_has_a_route(app: Litestar) -> None:
    paths = {route.path for route in app.routes if "POST" in route.methods}
    for noun in STEPS:
        if noun != "projects":
            assert f"{PROJECT}/{noun}" in paths


async def test_a_step_is_answered_with_version_position_and_resource(
    town: Town, project: str
) -> None:
    answer = await town.official.post(f"{project}/wishes", STEP_EXAMPLES["sessions"] and {
        "occurredOn": "2024-09-17", "wish": "licht", "title": "Licht"})
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert body["version"] == 2
    assert body["position"] > 2
    assert body["project"] == project.rsplit("/", 1)[1]
    assert body["resources"] == [{"id": "licht", "href": f"{project}/events/2"}]
    assert answer.headers["etag"] == '"2"'
    assert answer.headers["location"] == f"{project}/events/2"
    event = await town[Role.AUDITOR].get(f"{project}/events/2")
    assert event.json()["data"] == {"wish": "licht", "title": "Licht"}
