"""What an auditor reads is on record: every address that shows what is internal, once a day."""

from __future__ import annotations

from uuid import UUID

import httpx
import pytest
from litestar import Litestar
from tests.api.conftest import As, Town, api_routes, found_town

from cocreate.domain.log_reads import log_reads_id
from cocreate.domain.vocabulary import Role

OPEN = {
    # what anyone may read, and what shows nothing of what is internal
    "/v1/municipalities/{code}/tree",
    "/v1/municipalities/{code}/keys",
    "/v1/municipalities/{code}/subscription",
    # what no auditor reads: the log itself tells them where events are sent
    "/v1/municipalities/{code}/webhooks",
}


def addresses(app: Litestar) -> list[str]:
    """Give the addresses at which something of a municipality is read."""
    return [
        route.path_format
        for route in api_routes(app)
        if "GET" in route.methods
        and "{code}" in route.path_format
        and not any(route.path_format.startswith(each) for each in OPEN)
        # Not for auditors; that an administrator reads it is on record, see below.
        and not route.path_format.endswith("/personal-data")
    ]


async def test_every_address_that_shows_what_is_internal_is_on_record(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    town = await found_town(client)
    project = await town.start()
    wish = await town.take(project, "wishes", title="Licht", wish="licht")
    number = project.rpartition("/")[2]
    found = addresses(app)
    head = 0
    assert len(found) > 30
    reader = app.state["parts"].service.reader
    for address in found:
        path = (
            address.replace("{code}", town.code)
            .replace("{project}", number)
            .replace("{subject}", "licht")
            .replace("{version}", "2")
        )
        before = await reader.head(town.code)
        await look(town[Role.AUDITOR], path)
        last = (await reader.log(town.code, after=before, limit=2))[:1]
        assert last, address
        event = reader.event(last[0])
        shape = address.removeprefix("/v1/municipalities/{code}") or "/"
        assert event.what == f"GET {shape}", address
        assert event.project == (UUID(number) if "{project}" in address else None), address
        assert last[0].actor_role == "auditor"
        assert last[0].actor.startswith("key-")
        assert not last[0].public
        head = await reader.head(town.code)
        if address.endswith("/export"):  # on record each time
            continue
        await look(town[Role.AUDITOR], path)  # the same day
        assert await reader.head(town.code) == head, address
    assert wish["position"] < head


async def test_each_reading_of_all_that_is_held_on_a_person_is_on_record(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    town = await found_town(client)
    project = await town.start()
    await town.take(
        project, "parties", party="p", kind="resident", position="external", name="J. de Vries"
    )
    reader = app.state["parts"].service.reader
    for _ in range(2):
        before = await reader.head(town.code)
        answer = await town[Role.TENANT_ADMINISTRATOR].get(f"{project}/parties/p/personal-data")
        assert answer.status_code == 200, answer.text
        (last,) = await reader.log(town.code, after=before)
        assert reader.event(last).what.startswith("GET /projects/{project")
        assert "J. de Vries" not in last.data.decode()
    before = await reader.head(town.code)
    assert (await town[Role.AUDITOR].get(f"{project}/parties/p/personal-data")).status_code == 403
    missing = await town[Role.TENANT_ADMINISTRATOR].get(f"{project}/parties/q/personal-data")
    assert missing.status_code == 404
    assert await reader.head(town.code) == before


async def look(someone: As, path: str) -> None:
    """Ask for something, and leave once the answer begins: a stream would never end."""
    headers = {"Authorization": f"Bearer {someone.key}"}
    query = "?from=1" if path.endswith("/changes") else ""
    async with someone.client.stream("GET", f"{path}{query}", headers=headers) as answer:
        assert answer.status_code < 500, path


@pytest.mark.parametrize("role", [None, Role.OPERATOR, Role.READER, Role.OFFICIAL, Role.CLERK])
async def test_nobody_else_is_put_on_record(town: Town, app: Litestar, role: Role | None) -> None:
    project = await town.start()
    reader = app.state["parts"].service.reader
    before = await reader.head(town.code)
    held = f"{project}?minPosition={before}"
    for path in (held, f"{project}/events", f"{town.home}/wishes", town.home):
        assert (await town[role].get(path)).status_code == 200
    assert await reader.head(town.code) == before


async def test_an_answer_is_as_known_before_its_own_record(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    town = await found_town(client)
    project = await town.start()
    wish = await town.take(project, "wishes", title="Licht")
    path = f"{town.home}/wishes?minPosition={wish['position']}"
    first = await town[Role.AUDITOR].get(path)
    assert first.json()["position"] == wish["position"]
    [read] = await app.state["parts"].service.reader.stream(town.code, log_reads_id(town.code))
    assert read.position == wish["position"] + 1
    later = f"{path.partition('?')[0]}?minPosition={read.position}"
    second = await town[Role.AUDITOR].get(later)
    assert second.json()["items"] == first.json()["items"]
    tag = second.headers["etag"]
    for _ in range(3):
        again = await town[Role.AUDITOR].get(later, If_None_Match=tag)
        assert again.status_code == 304


async def test_what_was_read_is_no_project(town: Town) -> None:
    await town[Role.AUDITOR].get(f"{town.home}/wishes")
    path = f"{town.home}/projects/{log_reads_id(town.code)}"
    for address in (path, f"{path}/events", f"{path}/events/1", f"{path}/timeline"):
        assert (await town.official.get(address)).status_code == 404


async def test_what_was_read_is_internal(town: Town) -> None:
    await town[Role.AUDITOR].get(f"{town.home}/obstacles")
    listed = (await town.anyone.get(f"{town.home}/projects")).text
    assert "LogRead" not in listed
