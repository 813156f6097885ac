"""Replay and export over HTTP: for auditors and administrators, and on record each time."""

from __future__ import annotations

import io
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
from litestar import Litestar
from tests.api.conftest import As, Town, found_town

from cocreate.audit.found import Verified
from cocreate.audit.verify import verify
from cocreate.domain.log_reads import LogRead, log_reads_id
from cocreate.domain.vocabulary import Role
from cocreate.log.tree.keys import VerifierKey

MAY = {Role.AUDITOR, Role.TENANT_ADMINISTRATOR}


@pytest.fixture(scope="module")
async def told(town: Town) -> str:
    """A project with a few steps, one of them internal."""
    project = await town.start()
    await town.take(project, "wishes", title="Licht", wish="licht")
    await town.take(project, "wishes", title="Geheim", visibility="internal")
    for number in range(5):
        await town.take(project, "wish-supports", wish="licht", supporters=number + 1)
    return project


async def export(someone: As, project: str, query: str = "") -> bytes:
    answer = await someone.get(f"{project}/export{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["content-disposition"].endswith('.zip"')
    assert "content-encoding" not in answer.headers
    return answer.content


async def verified(town: Town, content: bytes) -> Verified:
    told = (await town.anyone.get(f"{town.home}/tree/verifier-keys")).json()
    keys = [VerifierKey.parse(key) for key in told["keys"]]
    return verify(io.BytesIO(content), keys=keys)


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("what", ["replay", "export"])
async def test_auditors_and_administrators_only(
    town: Town, told: str, role: Role | None, what: str
) -> None:
    answer = await town[role].get(f"{told}/{what}")
    assert answer.status_code == (200 if role in MAY else 401 if role is None else 403)


@pytest.mark.parametrize("what", ["replay", "export"])
async def test_what_is_no_project_here_is_not_found(
    client: httpx.AsyncClient, town: Town, told: str, what: str
) -> None:
    other = await found_town(client)
    elsewhere = told.replace(town.code, other.code)
    for path in (elsewhere, f"{town.home}/projects/{log_reads_id(town.code)}"):
        someone = other if path == elsewhere else town
        assert (await someone[Role.AUDITOR].get(f"{path}/{what}")).status_code == 404
    assert (await other[Role.AUDITOR].get(f"{told}/{what}")).status_code == 404


# -- replay ---------------------------------------------------------------------------------------


async def test_a_project_is_replayed_in_pages(town: Town, told: str) -> None:
    auditor = town[Role.AUDITOR]
    whole = (await auditor.get(f"{told}/replay")).json()
    assert [step["version"] for step in whole["steps"]] == list(range(1, 9))
    assert whole["next"] is None
    steps: list[dict[str, Any]] = []
    path: str | None = f"{told}/replay?limit=3"
    position = None
    while path is not None:
        page = (await auditor.get(path)).json()
        assert position in (None, page["position"])  # all as known at one position
        position, path = page["position"], page["next"]
        steps += page["steps"]
    assert steps == whole["steps"]


async def test_each_step_tells_the_key_and_the_change(town: Town, told: str) -> None:
    page = (await town[Role.AUDITOR].get(f"{told}/replay")).json()
    last = page["steps"][-1]
    assert last["actor"].startswith("key-")
    assert last["actorRole"] == "official"
    assert last["changes"] == [
        {
            "id": "licht",
            "kind": "wish",
            "fields": [{"field": "supporters", "before": 10, "after": 15}],
        }
    ]


async def test_it_is_narrowed_and_as_known_at(town: Town, told: str) -> None:
    auditor = town[Role.AUDITOR]
    page = (await auditor.get(f"{told}/replay?kind=WishExpressed&limit=1")).json()
    assert [step["version"] for step in page["steps"]] == [2]
    assert "kind=WishExpressed" in page["next"]
    page = (await auditor.get(page["next"])).json()
    assert [step["version"] for step in page["steps"]] == [3]
    early = page["steps"][0]["position"]
    page = (await auditor.get(f"{told}/replay?asOf={early}")).json()
    assert [step["version"] for step in page["steps"]] == [1, 2, 3]
    assert page["position"] == early
    assert not (await auditor.get(f"{told}/replay?actor=key-x")).json()["steps"]


@pytest.mark.parametrize("query", ["limit=0", "after=-1", "asOf=gisteren", "more=1", "limit=501"])
async def test_a_wrong_question_is_refused(town: Town, told: str, query: str) -> None:
    answer = await town[Role.AUDITOR].get(f"{told}/replay?{query}")
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid-input"


# -- export ---------------------------------------------------------------------------------------


async def test_an_export_is_verified_without_the_server(town: Town, told: str) -> None:
    found = await verified(town, await export(town[Role.AUDITOR], told))
    assert found.trusted
    assert found.events == 8
    assert found.description.name == f"Gemeente {town.code}"


async def test_a_public_export_shows_what_everyone_may_see(town: Town, told: str) -> None:
    content = await export(town[Role.AUDITOR], told, "?sight=public")
    found = await verified(town, content)
    assert found.events == 7
    assert found.description.sight == "public"


async def test_an_export_says_how_the_archive_is_to_value_it(town: Town, told: str) -> None:
    query = "?appraisal=destroy&retention=P20Y"
    found = await verified(town, await export(town[Role.TENANT_ADMINISTRATOR], told, query))
    assert found.description.appraisal == "destroy"
    assert found.description.retention == "P20Y"
    for wrong in ("?appraisal=x", "?retention=20", "?retention=P", "?sight=all", "?x=1"):
        answer = await town[Role.AUDITOR].get(f"{told}/export{wrong}")
        assert answer.status_code == 400, wrong


async def test_a_public_export_of_an_internal_project_is_not_found(town: Town) -> None:
    project = await town.start(visibility="internal")
    answer = await town[Role.AUDITOR].get(f"{project}/export?sight=public")
    assert answer.status_code == 404


async def test_each_export_is_on_record_and_a_replay_once_a_day(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    town = await found_town(client)
    project = await town.start()
    reader = app.state["parts"].service.reader
    for someone in (town[Role.AUDITOR], town[Role.TENANT_ADMINISTRATOR]):
        for _ in range(2):
            await someone.get(f"{project}/replay")
            await export(someone, project)
    recorded = await reader.stream(town.code, log_reads_id(town.code))
    events = [reader.event(each) for each in recorded]
    assert all(isinstance(event, LogRead) for event in events)
    by_role: dict[str, list[str]] = {}
    for each, event in zip(recorded, events, strict=True):
        by_role.setdefault(each.actor_role, []).append(event.what.rpartition("/")[2])
        assert event.known_at == each.position - 1
    assert by_role == {role: ["replay", "export", "export"] for role in map(str, MAY)}


async def test_an_export_holds_what_was_known_before_its_own_record(
    town: Town, told: str, app: Litestar
) -> None:
    reader = app.state["parts"].service.reader
    before = await reader.head(town.code)
    found = await verified(town, await export(town[Role.AUDITOR], told))
    assert found.description.size == before
    assert await reader.head(town.code) == before + 1


async def test_an_export_holds_personal_data_sealed_and_its_report_says_so(town: Town) -> None:
    project = await town.start()
    await town.take(
        project, "parties", party="p", kind="resident", position="external", name="Planta Geheim"
    )
    content = await export(town[Role.AUDITOR], project)
    verify(io.BytesIO(content))
    with ZipFile(io.BytesIO(content)) as bag:
        files = {name.rpartition("/")[2]: bag.read(name) for name in bag.namelist()}
    assert all(b"Planta" not in content for content in files.values())
    assert b"name: [verzegelde persoonsgegevens]" in files["report.nl.html"]
    assert b"name: [sealed personal data]" in files["report.en.html"]
    assert b"sealed:1" not in files["report.nl.html"]
