"""The operator keeps the installation running, and is shown nothing that is internal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import asyncpg
import httpx
import pytest
from litestar import Litestar
from tests.api.conftest import As, Town, api_routes, found_town

from cocreate.api.examples import NORMS_EXAMPLE
from cocreate.domain.vocabulary import Role
from cocreate.projections.model import read_models
from cocreate.projections.resource import Register

WORDS = "Onderonsje-7391"
OPERATORS = ("/projection-lags", "/v1/municipalities")
"""What the operator is shown and the public is not, or in another form."""
REGISTERS = tuple(
    resource.path
    for model in read_models().values()
    for resource in model.RESOURCES
    if isinstance(resource, Register)
)


async def plant(town: Town, database: str) -> Sequence[str]:
    """Have internal words in every place there is for them; give the paths of two projects."""
    project = await town.start()
    hidden = await town.start(visibility="internal", title=WORDS, department=WORDS)
    internal = {"visibility": "internal"}
    last: dict[str, Any] = {}
    for path in (project, hidden):
        resident = {"kind": "resident", "position": "internal", "name": WORDS, "about": WORDS}
        wish = {"wish": "w", "title": WORDS, "text": WORDS, "place": WORDS, "theme": WORDS}
        obstacle = {"obstacle": "o", "title": WORDS, "category": "money", "department": WORDS}
        for noun, said in (
            ("parties", {"party": "p", **resident}),
            ("wishes", {**wish, "by": "p"}),
            ("obstacles", obstacle),
            ("mandates", {"role": "directs", "party": "p", "body": "college"}),
            ("milestones", {"title": WORDS}),
            ("reflections", {"title": WORDS, "text": WORDS}),
            ("corrections", {"step": 3, "changes": {"title": WORDS}, "reason": WORDS}),
        ):
            last = await town.take(path, noun, **said, **internal)
    administrator = town[Role.TENANT_ADMINISTRATOR]
    norms = {**NORMS_EXAMPLE, "title": WORDS, **internal}
    assert (await administrator.post(f"{town.home}/norm-packs", norms)).status_code == 201
    key = await administrator.post(f"{town.home}/keys", {"role": "reader", "label": WORDS})
    assert key.status_code == 201
    for path in (f"{project}/timeline", f"{town.home}/wishes"):
        await town.official.get(f"{path}?minPosition={last['position']}")
    connection = await asyncpg.connect(database)
    await connection.execute(
        "insert into cocreate.projection_parked (tenant_id, build, project_id, position, reason)"
        " select $1, build, $2, 3, $3 from cocreate.read_model_build where name = 'timeline'",
        town.code,
        project.rpartition("/")[2],
        f"KeyError: '{WORDS}'",
    )
    await connection.close()
    return project, hidden


def readable(app: Litestar, town: Town, projects: Sequence[str]) -> Iterator[str]:
    """Give every address that answers a GET, about each project where it is about one."""
    for route in api_routes(app):
        if "GET" not in route.methods:
            continue
        for project in projects:
            path = route.path_format
            for place, value in (
                ("{code}", town.code),
                ("{project}", project.rpartition("/")[2]),
                ("{version}", "2"),
                ("{subject}", "w"),
                ("{party}", "p"),
            ):
                path = path.replace(place, value)
            yield path
            if "{project}" not in route.path_format:
                break


def forms(path: str) -> Sequence[str]:
    """Give the forms in which an address is answered."""
    if path.endswith("/participation-report"):
        return "application/json", "text/html"
    if path.endswith(REGISTERS):
        return "application/json", "application/jsonl", "text/csv"
    return ("application/json",)


async def told(someone: As, path: str, accept: str) -> httpx.Response:
    """Give an answer; of a stream, which would never end, what it says of the past."""
    if not path.endswith("/event-stream"):
        return await someone.get(
            f"{path}?from=1" if path.endswith("/changes") else path, Accept=accept
        )
    headers = {"Authorization": f"Bearer {someone.key}"} if someone.key else {}
    async with someone.client.stream("GET", f"{path}?after=0", headers=headers) as answer:
        read = b""
        if answer.status_code == 200:
            async for part in answer.aiter_bytes():
                read += part
                # The registration, or the start of the project, comes first, and all with it.
                if b"event:" in read or b"position 0" in read:
                    break
        return httpx.Response(answer.status_code, content=read)


async def test_the_operator_is_shown_nothing_internal_at_any_address(
    client: httpx.AsyncClient, app: Litestar, database: str
) -> None:
    town = await found_town(client)
    projects = await plant(town, database)
    reader = app.state["parts"].service.reader
    head = await reader.head(town.code)
    shown_inside = set()
    paths = list(readable(app, town, projects))
    assert len(paths) > 70
    for path in paths:
        for accept in forms(path):
            operators = await told(town[Role.OPERATOR], path, accept)
            assert WORDS not in operators.text, path
            assert operators.status_code < 500, path
            if not path.endswith(OPERATORS) and "/event-stream" not in path:
                publics = await told(town.anyone, path, accept)
                if publics.status_code != 401:
                    assert operators.status_code == publics.status_code, path
                    assert operators.text == publics.text, path
            if WORDS in (await told(town.official, path, accept)).text:
                shown_inside.add(path)
    # The words are there to be seen, by who may see them.
    project, hidden = projects
    assert {f"{hidden}/events", f"{project}/timeline", f"{town.home}/wishes"} <= shown_inside
    assert f"{town.home}/projection-lags" in shown_inside
    assert len(shown_inside) > 20
    # Where nothing internal was shown there is nothing to put on record.
    assert await reader.head(town.code) == head


@pytest.mark.parametrize("noun", ["wishes", "publications", "erasures", "commands"])
async def test_the_operator_records_nothing_in_a_project(town: Town, noun: str) -> None:
    project = await town.start()
    answer = await town[Role.OPERATOR].post(f"{project}/{noun}", {"occurredOn": "2024-09-17"})
    assert answer.status_code == 403
