"""The comparison and the co-creation map over HTTP: who sees whose figures, and their tags."""

from __future__ import annotations

import httpx
import pytest
from litestar import Litestar
from tests.api.conftest import Town, found_town
from tests.conftest import served

from cocreate.api.examples import COMPARISON_EXAMPLE
from cocreate.app import create_app
from cocreate.domain.vocabulary import Role
from cocreate.projections.model import read_models
from cocreate.service import Service
from cocreate.settings import Settings


@pytest.fixture(autouse=True)
def gathered_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cocreate.projections.others.KEPT_SECONDS", 0.0)


@pytest.fixture(scope="module")
async def towns(app: Litestar, client: httpx.AsyncClient) -> list[Town]:
    """Three municipalities that take part, and a fourth that does not; two projects in each."""
    service: Service = app.state["parts"].service
    found = []
    for number in range(4):
        town = await found_town(client)
        for _ in range(2):
            project = await town.start()
            await town.take(project, "wishes", title="Licht")
        if number < 3:
            answer = await town[Role.TENANT_ADMINISTRATOR].post(
                f"{town.home}/comparison-decisions", COMPARISON_EXAMPLE
            )
            assert answer.status_code == 201, answer.text
        head = await service.reader.head(town.code) or 0
        await service.answers.reach(tuple(read_models()), town.code, head, within=30)
        found.append(town)
    return found


async def test_own_figures_are_shown_to_the_municipality_and_the_operator(
    towns: list[Town],
) -> None:
    mine, other, *_ = towns
    address = f"/v1/comparison?own={mine.code}"
    for role in (Role.OFFICIAL, Role.READER, Role.OPERATOR):
        answer = await mine[role].get(address)
        assert answer.status_code == 200, answer.text
        [group] = [
            each
            for each in answer.json()["groups"]
            if (each["sector"], each["year"]) == (None, None)
        ]
        assert group["answeredShare"]["own"] == 0.0
    nobody = await mine.anyone.get(address)
    assert (nobody.status_code, nobody.json()["code"]) == (401, "unauthenticated")
    stranger = await other.official.get(address)
    assert (stranger.status_code, stranger.json()["code"]) == (403, "another-municipality")
    assert (await mine.anyone.get("/v1/comparison")).status_code == 200


async def test_of_three_municipalities_no_quartiles_are_told(towns: list[Town]) -> None:
    answer = (await towns[0].anyone.get("/v1/comparison?sector=safety")).json()
    assert answer["municipalities"] == 3
    for group in answer["groups"]:
        share = group["answeredShare"]
        assert (share["municipalities"], share["projects"]) == (3, 6)
        assert (share["lowerQuartile"], share["median"], share["upperQuartile"]) == (None, 0, None)
        assert group["leadDays"] is None


async def test_the_comparison_has_a_tag(towns: list[Town]) -> None:
    town = towns[0]
    tags = set()
    questions = ("", "?sector=safety", f"?own={town.code}")
    for question in questions:
        answer = await town.official.get(f"/v1/comparison{question}")
        tag = answer.headers["etag"]
        again = await town.official.get(f"/v1/comparison{question}", If_None_Match=tag)
        assert (again.status_code, again.content) == (304, b"")
        tags.add(tag)
    assert len(tags) == len(questions)


async def test_tags_are_the_same_in_every_process_until_the_answer_is_another(
    towns: list[Town], app: Litestar, settings: Settings
) -> None:
    town = towns[0]
    addresses = ("/v1/comparison", f"{town.home}/co-creation-map")
    async with served(create_app(settings)) as other:
        tags = []
        for address in addresses:
            here, there = await town.anyone.get(address), await other.get(address)
            assert here.content == there.content
            assert here.headers["etag"] == there.headers["etag"]
            tags.append(here.headers["etag"])
        elsewhere = towns[1]
        project = await elsewhere.start()
        await elsewhere.take(project, "obstacles", title="Regels", category="rule-pressure")
        service: Service = app.state["parts"].service
        head = await service.reader.head(elsewhere.code) or 0
        await service.answers.reach(tuple(read_models()), elsewhere.code, head, within=30)
        for address, tag in zip(addresses, tags, strict=True):
            answer = await town.anyone.get(address, If_None_Match=tag)
            assert answer.status_code == 200, address
