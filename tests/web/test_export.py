"""The export that auditors take away, from a page."""

from __future__ import annotations

import io
from zipfile import ZipFile

import httpx
import pytest
from litestar import Litestar
from tests.api.conftest import Town, found_town
from tests.web.conftest import Visitor

from cocreate.api.parts import Parts
from cocreate.domain.vocabulary import Role


@pytest.fixture(scope="module")
async def town(client: httpx.AsyncClient) -> Town:
    return await found_town(client)


@pytest.fixture(scope="module")
async def project(town: Town) -> str:
    """The id of a project with a wish that waits, and an internal step."""
    path = await town.start()
    await town.take(path, "wishes", title="Licht in de tunnel")
    taken = await town.take(
        path, "obstacles", title="Geen geld", category="money", visibility="internal"
    )
    known = await town.anyone.get(f"{path}?minPosition={taken['position']}")
    assert known.status_code == 200
    return path.rpartition("/")[2]


async def signed_in(town: Town, client: httpx.AsyncClient, role: Role) -> Visitor:
    visitor = Visitor(client)
    key = town[role].key
    assert key is not None
    await visitor.sign_in(town.code, key)
    return visitor


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.TENANT_ADMINISTRATOR])
async def test_the_page_gives_the_file_that_the_api_gives(
    town: Town, client: httpx.AsyncClient, project: str, role: Role
) -> None:
    visitor = await signed_in(town, client, role)
    page = await visitor.get(f"/nl/{town.code}/projects/{project}/export")
    assert page.status_code == 200
    assert "cocreate audit verify" in page.text
    assert f'action="/nl/{town.code}/projects/{project}/export/file"' in page.text
    for sight, events in (("internal", 3), ("public", 2)):
        path = f"/projects/{project}/export"
        here = await visitor.get(f"/nl/{town.code}{path}/file?sight={sight}")
        there = await town[role].get(f"{town.home}{path}?sight={sight}")
        assert here.status_code == there.status_code == 200
        assert here.headers["content-type"] == "application/zip"
        assert "attachment" in here.headers["content-disposition"]
        assert _events(here.content) == _events(there.content)
        assert _events(here.content).count(b"\n") == events


def _events(content: bytes) -> bytes:
    with ZipFile(io.BytesIO(content)) as bag:
        [name] = [each for each in bag.namelist() if each.endswith("events.jsonl")]
        return bag.read(name)


async def test_each_download_is_on_record(
    town: Town, client: httpx.AsyncClient, app: Litestar, project: str
) -> None:
    parts = app.state["parts"]
    assert isinstance(parts, Parts)

    async def on_record() -> list[str]:
        log = await parts.service.reader.log(town.code)
        return [each.actor_role for each in log if b"/export/file" in each.data]

    before = await on_record()
    auditor = await signed_in(town, client, Role.AUDITOR)
    for _ in range(2):
        await auditor.get(f"/nl/{town.code}/projects/{project}/export/file")
    assert await on_record() == [*before, "auditor", "auditor"]


@pytest.mark.parametrize("place", ["export", "export/file"])
async def test_others_are_refused(
    town: Town, client: httpx.AsyncClient, project: str, place: str
) -> None:
    path = f"/nl/{town.code}/projects/{project}/{place}"
    assert (await client.get(path)).status_code == 401
    for role in (Role.OFFICIAL, Role.CLERK, Role.READER):
        visitor = await signed_in(town, client, role)
        assert (await visitor.get(path)).status_code == 403


async def test_only_those_who_may_are_led_to_it(
    town: Town, client: httpx.AsyncClient, project: str
) -> None:
    history = f"/nl/{town.code}/projects/{project}/history"
    link = f'href="/nl/{town.code}/projects/{project}/export"'
    assert link not in (await client.get(history)).text
    assert link not in (await (await signed_in(town, client, Role.OFFICIAL)).get(history)).text
    assert link in (await (await signed_in(town, client, Role.AUDITOR)).get(history)).text
