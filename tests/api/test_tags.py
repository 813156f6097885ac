"""A tag holds for one answer at one address, and only for as long as that is the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from litestar import Litestar
from tests.api.conftest import Town
from tests.databases import past_triggers

from cocreate.log.connection import open_pool
from cocreate.projections.model import read_models
from cocreate.projections.rebuild import rebuild
from cocreate.projections.resource import Document
from cocreate.service import Service

DOCUMENTS = [
    resource.path
    for model in read_models().values()
    for resource in model.RESOURCES
    if isinstance(resource, Document) and "{" not in resource.path
]
ABOUT_A_PROJECT = ["", "/timeline", "/subjects", "/changes", "/participation-report"] + [
    f"/{path}" for path in DOCUMENTS
]


@pytest.fixture
def service(app: Litestar) -> Service:
    """The parts of the application that is served."""
    found: Service = app.state["parts"].service
    return found


@pytest.fixture
async def admin(database: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    """A connection of the superuser."""
    connection = await asyncpg.connect(database)
    try:
        yield connection
    finally:
        await connection.close()


async def fold(service: Service, code: str) -> None:
    """Wait until every read model holds all that the log holds."""
    head = await service.reader.head(code) or 0
    await service.answers.reach(tuple(read_models()), code, head, within=30)


async def set_type(admin: asyncpg.Connection[Any], code: str, position: int, name: str) -> None:
    async with past_triggers(admin):
        await admin.execute(
            "update cocreate.event set type = $3 where tenant_id = $1 and position = $2",
            code,
            position,
            name,
        )


async def park(
    town: Town, project: str, service: Service, admin: asyncpg.Connection[Any]
) -> tuple[int, int]:
    """Have a project parked before a wish; give the positions of that and of the last step."""
    await fold(service, town.code)
    async with admin.transaction():
        await admin.execute(
            "select * from cocreate.lease($1, $2)", town.code, service.builds.numbers
        )
        poisoned = await town.take(project, "wishes", wish="later", title="Later")
        last = await town.take(project, "wishes", wish="laatst", title="Laatst")
        await set_type(admin, town.code, poisoned["position"], "Unheard")
    await fold(service, town.code)
    assert service.engine is not None
    assert await service.engine.parked(town.code)
    return poisoned["position"], last["position"]


async def test_a_repair_makes_every_tag_another(
    town: Town, project: str, service: Service, admin: asyncpg.Connection[Any]
) -> None:
    poisoned, last = await park(town, project, service, admin)
    addresses = [
        f"{town.home}/wishes",
        f"{town.home}/wishes?asOf={last}",
        f"{town.home}/changes?until={last}",
        f"{town.home}/project-facets",
        f"{town.home}/co-creation-map",
        *(f"{project}{path}" for path in ABOUT_A_PROJECT),
    ]
    before = {address: await town.official.get(address) for address in addresses}
    for address, answer in before.items():
        assert answer.status_code == 200, (address, answer.text)
        tag = answer.headers["etag"]
        assert (await town.official.get(address, If_None_Match=tag)).status_code == 304
    await set_type(admin, town.code, poisoned, "WishExpressed")
    assert service.engine is not None
    assert await service.engine.repair(town.code, UUID(project.rpartition("/")[2]))
    for address, answer in before.items():
        again = await town.official.get(address, If_None_Match=answer.headers["etag"])
        assert again.status_code == 200, address
    rows = (await town.official.get(f"{town.home}/wishes?asOf={last}")).json()["items"]
    assert {"later", "laatst"} <= {row["wish"] for row in rows}


async def test_a_rebuild_of_any_register_makes_the_tag_of_changes_another(
    town: Town, project: str, service: Service, database: str
) -> None:
    await fold(service, town.code)
    address = f"{project}/changes"
    before = await town.official.get(address)
    pool = await open_pool(database, "cocreate_projector", size=2)
    try:
        await rebuild(database, pool, ["mandates"])
    finally:
        await pool.close()
    await service.builds.load(service.pool)
    again = await town.official.get(address, If_None_Match=before.headers["etag"])
    assert (again.status_code, again.json()) == (200, before.json())
    narrowed = await town.official.get(f"{address}?kind=wishes")
    assert narrowed.headers["etag"] != again.headers["etag"]


@pytest.mark.parametrize("path", ABOUT_A_PROJECT)
async def test_a_tag_holds_at_its_own_address_alone(
    town: Town, project: str, service: Service, path: str
) -> None:
    other = await town.start()
    await fold(service, town.code)
    tag = (await town.official.get(f"{project}{path}")).headers["etag"]
    for sent in (tag, "*"):
        nowhere = f"{town.home}/projects/{uuid4()}{path}"
        answer = await town.official.get(nowhere, If_None_Match=sent)
        assert answer.status_code == 404, (sent, answer.text)
    assert (await town.official.get(f"{other}{path}", If_None_Match=tag)).status_code == 200
    assert (await town.official.get(f"{other}{path}", If_None_Match="*")).status_code == 304


async def test_a_tag_holds_for_its_own_question_alone(
    town: Town, project: str, service: Service
) -> None:
    await town.take(project, "wishes", title="Licht")
    await fold(service, town.code)
    tags = set()
    questions = ("", "?limit=1", "?status=open", "?format=csv", "?asOf=1")
    for question in questions:
        answer = await town.official.get(f"{town.home}/wishes{question}")
        tags.add(answer.headers["etag"])
    assert len(tags) == len(questions)
