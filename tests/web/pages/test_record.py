"""Steps recorded by forms: every kind of step, as the API would record it, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx
import msgspec
import pytest
from litestar import Litestar
from tests.api.conftest import Town, found_town
from tests.api.test_steps import BEFOREHAND
from tests.web.filling import Pairs, filled_in, in_page

from cocreate.api.examples import STEP_EXAMPLES
from cocreate.api.parts import Parts
from cocreate.domain.steps import STEPS
from cocreate.domain.steps.base import Step
from cocreate.domain.vocabulary import Role
from cocreate.log.live import Sender
from cocreate.web.forms.catalogue import form_fields
from cocreate.web.forms.entries import entries_of

APART = {"projects", "stops", "erasures", "publications", "approval-conclusions"}
"""Steps that are no part of the story, or nobody takes by hand."""
IMPORTED = Sender(actor="import", actor_role="official")


class Desk:
    """Someone who is signed in and fills in forms about a project."""

    def __init__(self, town: Town, role: Role, cookie: str) -> None:
        self.town = town
        self.role = role
        self.client = town.anyone.client
        self.cookie = cookie

    def at(self, project: str, *places: str) -> str:
        home = f"/nl/{self.town.code}"
        return "/".join((project.replace(self.town.home, home), *places))

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path, headers={"Cookie": self.cookie})

    async def send(self, path: str, pairs: Pairs, do: str) -> httpx.Response:
        headers = {
            "Cookie": self.cookie,
            "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urlencode([*pairs, ("do", do)])
        return await self.client.post(path, content=body, headers=headers)

    async def fill_in(self, path: str, typed: Pairs, query: str = "") -> httpx.Response:
        """Fill in the form at an address, and have it checked."""
        form = await self.get(path + query)
        assert form.status_code == 200, form.text
        return await self.send(path, filled_in(in_page(form.text), typed), "preview")

    async def record(self, path: str, typed: Pairs, query: str = "") -> httpx.Response:
        """Fill in the form, look at what it will come to, and record that."""
        preview = await self.fill_in(path, typed, query)
        assert preview.status_code == 200, preview.text
        assert "Dit wordt vastgelegd" in preview.text
        return await self.send(path, in_page(preview.text), "record")


async def sit_down(town: Town, role: Role) -> Desk:
    answer = await town.anyone.client.post(
        f"/nl/{town.code}/sign-in",
        data={"key": town[role].key},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 303, answer.text
    cookies = (each.split(";")[0] for each in answer.headers.get_list("set-cookie"))
    return Desk(town, role, "; ".join(cookies))


@pytest.fixture(scope="module")
async def town(client: httpx.AsyncClient) -> Town:
    return await found_town(client)


@pytest.fixture
async def project(town: Town) -> str:
    return await town.start()


@pytest.fixture(scope="module")
async def official(town: Town) -> Desk:
    return await sit_down(town, Role.OFFICIAL)


def typed_for(noun: str, body: Mapping[str, Any]) -> Pairs:
    """Give what someone types for the body of a step, with what they have no field for."""
    return [*entries_of(form_fields(noun), body).pairs()]


async def last_event(town: Town, project: str) -> dict[str, Any]:
    page = await town[Role.AUDITOR].get(f"{project}/events?limit=1000")
    event: dict[str, Any] = page.json()["events"][-1]
    return event


def told(event: Mapping[str, Any]) -> dict[str, Any]:
    return {name: event[name] for name in ("type", "version", "occurredOn", "visibility", "data")}


async def test_every_step_of_the_story_is_recorded_by_its_form_as_by_the_api(
    app: Litestar, town: Town, official: Desk
) -> None:
    parts: Parts = app.state["parts"]
    by_api, by_form = await town.start(), await town.start()
    taken = set()
    for noun, example in STEP_EXAMPLES.items():
        if noun in APART:
            continue
        for before, said in BEFOREHAND.get(noun, ()):
            for project in (by_api, by_form):
                await town.take(project, before, **said)
        if noun == "deviation-motivations":
            for project in (by_api, by_form):
                await _imported(parts, town, project)
        answer = await town.official.post(f"{by_api}/{noun}", example)
        assert answer.status_code == 201, (noun, answer.text)
        query = f"?step={example['step']}" if noun == "corrections" else ""
        typed = (
            [("changes.title", example["changes"]["title"]), ("reason", example["reason"])]
            if noun == "corrections"
            else typed_for(noun, example)
        )
        typed = [*typed, ("occurredOn", example["occurredOn"])]
        sent = await official.record(official.at(by_form, "record", noun), typed, query)
        assert sent.status_code == 303, (noun, sent.text)
        expected, found = await last_event(town, by_api), await last_event(town, by_form)
        assert told(found) == told(expected)
        assert found["actorRole"] == "official"
        shown = await official.get(sent.headers["location"])
        assert shown.status_code == 200, (noun, shown.text)
        assert f"Vastgelegd als stap {found['position']}" in shown.text
        taken.add(noun)
    assert taken | APART == set(STEPS)


async def _imported(parts: Parts, town: Town, project: str) -> None:
    """Have an import bring a decision that says not why: what the example motivates."""
    said = {
        "occurredOn": "2025-02-03",
        "decision": "uit-bron",
        "body": "college",
        "title": "Overgenomen uit de bron",
        "outcomes": [
            {"subject": "bron-wens", "outcome": "rejected", "deviationId": "afwijking-bron"}
        ],
        "sourceStatesNoMotivation": True,
    }
    await town.take(project, "wishes", wish="bron-wens", title="Uit de bron")
    step: Step = msgspec.convert(said, STEPS["decisions"])
    of = UUID(project.rsplit("/", 1)[1])
    await parts.service.live.take(town.code, of, [step], IMPORTED, importing=True)
