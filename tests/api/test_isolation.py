"""A municipality is an island: a key of another finds nothing there, whatever it asks."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from litestar import Litestar
from tests.api.conftest import ROLES, Town, api_routes, is_closed

from cocreate.domain.vocabulary import Role

UNKNOWN = "GM9998"
WISH = {"occurredOn": "2024-09-17", "title": "Licht"}


def requests(app: Litestar, code: str, project: str) -> Iterator[tuple[str, str]]:
    """Give every request that can be made in a municipality, method and path."""
    kinds = {"uuid": project.rsplit("/", 1)[1], "int": "1", "str": "key-x", "path": "0/000.p/1"}
    for route in api_routes(app):
        if "{code:str}" in route.path:
            path = route.path.replace("{code:str}", code)
            path = re.sub(r"\{\w+:(\w+)\}", lambda found: kinds[found[1]], path)
            for method in sorted({*route.methods} - {"OPTIONS"}):
                yield method, path


@pytest.mark.parametrize("role", ROLES)
async def test_every_route_is_not_found_for_a_key_of_another_municipality(
    app: Litestar, town: Town, other_town: Town, project: str, role: Role
) -> None:
    # The tree is for everyone, whatever key is sent along: it shows nothing of what the log holds.
    asked = [each for each in requests(app, town.code, project) if "/tree/" not in each[1]]
    assert len(asked) > 60
    for method, path in asked:
        answer = await other_town[role].send(method, path, {} if method == "POST" else None)
        unknown = await other_town[role].send(
            method, path.replace(town.code, UNKNOWN), {} if method == "POST" else None
        )
        assert answer.status_code == 404, (method, path, answer.text)
        assert answer.headers.keys() == unknown.headers.keys()
        assert answer.text.replace(town.code, UNKNOWN) == unknown.text


async def test_anyone_finds_nothing_in_a_municipality_that_is_not_there(
    app: Litestar, town: Town, project: str
) -> None:
    for method, path in requests(app, UNKNOWN, project):
        answer = await town.anyone.send(method, path, {} if method == "POST" else None)
        open_to_all = (method == "GET" and not is_closed(path)) or "/tree/" in path
        expected = 404 if open_to_all else 401
        assert answer.status_code == expected, (method, path, answer.text)


async def test_a_project_is_not_found_in_another_municipality(
    town: Town, other_town: Town, project: str
) -> None:
    path = project.replace(town.code, other_town.code)
    assert (await other_town.official.get(f"{path}/events")).status_code == 404
    assert (await other_town.official.post(f"{path}/wishes", WISH)).status_code == 404


async def test_what_is_internal_cannot_be_told_from_what_is_not_there(
    town: Town, other_town: Town, project: str
) -> None:
    secret = await town.take(project, "wishes", title="Geheim", visibility="internal")
    href = secret["resources"][0]["href"]
    hidden = await town.start(visibility="internal")
    there = [
        await town.anyone.get(href),
        await town[Role.READER].get(href),
        await other_town.official.get(href),
        await town.anyone.get(f"{hidden}/events"),
        await town.anyone.get(f"{hidden}/events?after=1"),
        await town.anyone.get(f"{hidden}/events/1"),
    ]
    not_there = await town.anyone.get(f"{project}/events/99")
    for answer in there:
        assert answer.status_code == 404
        assert _but_for_place(answer) == _but_for_place(not_there)


async def test_a_published_step_is_seen_by_everyone(town: Town, project: str) -> None:
    secret = await town.take(project, "wishes", title="Geheim", visibility="internal")
    href = secret["resources"][0]["href"]
    await town.take(project, "publications", steps=[secret["version"]])
    event = await town.anyone.get(href)
    assert event.status_code == 200
    assert event.json()["visibility"] == "internal"
    page = await town.anyone.get(f"{project}/events")
    assert [each["version"] for each in page.json()["events"]] == [1, 2, 3]


async def test_an_internal_publication_publishes_nothing(town: Town, project: str) -> None:
    secret = await town.take(project, "wishes", title="Geheim", visibility="internal")
    answer = await town.official.post(
        f"{project}/publications",
        {"occurredOn": "2024-09-17", "steps": [secret["version"]], "visibility": "internal"},
    )
    event = await town.anyone.get(secret["resources"][0]["href"])
    assert event.status_code == 404, answer.text


async def test_the_list_of_municipalities_is_for_everyone(town: Town, other_town: Town) -> None:
    for someone in (town.anyone, town.official, town[Role.OPERATOR]):
        answer = await someone.get("/v1/municipalities")
        codes = [each["code"] for each in answer.json()["municipalities"]]
        assert codes == sorted(codes)
        assert {town.code, other_town.code} <= set(codes)


@pytest.mark.parametrize(
    "code", ["*", "%2A", "OP", "GM0001'--", "gm0001", "GM00010", "GM000\u0661", "GM0001%00"]
)
async def test_no_odd_code_opens_anything(town: Town, code: str) -> None:
    for role in (None, Role.OPERATOR, Role.OFFICIAL):
        for path in ("", "/keys", "/projects"):
            answer = await town[role].get(f"/v1/municipalities/{code}{path}")
            assert answer.status_code in (401, 403, 404), (code, role, path, answer.text)


def _but_for_place(answer: httpx.Response) -> dict[str, object]:
    return {name: value for name, value in answer.json().items() if name != "instance"}
