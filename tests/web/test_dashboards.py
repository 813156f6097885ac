"""Dashboards and registers as pages: every number is the API's, and leads to what it counts."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape

import httpx
import pytest
from litestar import Litestar
from msgspec.structs import replace
from tests.api.conftest import As, Town, found_town
from tests.web.conftest import Visitor

from cocreate.api.parts import Parts
from cocreate.demo.seeding import tell_story
from cocreate.demo.stories import stories
from cocreate.domain.calendar import amsterdam_date
from cocreate.projections.model import read_models
from cocreate.web.pages.dashboards import DASHBOARDS
from cocreate.web.pages.registers import REGISTERS

LINKED = re.compile(r'<a class="utrecht-link" href="(/nl/[^"]+/registers/[^"]+)">(\d+)</a>')


@pytest.fixture(scope="module")
async def told(app: Litestar, client: httpx.AsyncClient) -> Town:
    """A municipality in which the stories of Delft were told."""
    town = await found_town(client)
    service = (parts := app.state["parts"]).service
    assert isinstance(parts, Parts)
    for story in stories(amsterdam_date(datetime.now(UTC))):
        if story.municipality == "GM0503":
            await tell_story(service.live, replace(story, municipality=town.code))
    head = await service.reader.head(town.code) or 0
    for name in read_models():
        await service.answers.reach(name, town.code, head, within=60)
    return town


async def shown(someone: As, path: str) -> str:
    answer = await someone.client.get(path)
    assert answer.status_code == 200, (path, answer.text)
    return answer.text


def numbers(page: str) -> Iterator[tuple[str, int]]:
    for href, number in LINKED.findall(page):
        yield unescape(href), int(number)


@pytest.mark.parametrize("name", [name for name in DASHBOARDS if name != "trends"])
async def test_each_number_leads_to_as_many_rows(told: Town, name: str) -> None:
    page = await shown(told.anyone, f"/nl/{told.code}/dashboards/{name}")
    led = list(numbers(page))
    assert len(led) > 5
    for href, number in led:
        assert "<table" in await shown(told.anyone, href) or not number
        rows = href.replace(f"/nl/{told.code}/registers", told.home)
        found = (await told.anyone.get(rows + ("&" if "?" in rows else "?") + "limit=500")).json()
        assert len(found["items"]) == number, href


async def test_a_number_leads_to_rows_of_the_same_filter(told: Town) -> None:
    page = await shown(told.anyone, f"/nl/{told.code}/dashboards/obstacles?sector=public-space")
    led = list(numbers(page))
    assert led
    assert all("sector=public-space" in href for href, _ in led)


async def test_the_csv_tells_what_the_api_tells(told: Town) -> None:
    text = await shown(told.anyone, f"/en/{told.code}/dashboards/deviations/csv")
    lines = list(csv.DictReader(text.splitlines()))
    api = (await told.anyone.get(f"{told.home}/deviation-overview")).json()
    totals = {line["column"]: line["value"] for line in lines if line["figure"] == "Together"}
    assert totals["Deviations"] == str(api["total"])
    assert totals["Not told yet"] == str(api["feedbackOwed"])
    by_ground = [line for line in lines if line["figure"] == "On which ground"]
    counted = [int(line["value"]) for line in by_ground if line["column"] == "Deviations"]
    assert counted == [each["total"] for each in api["byGround"]]


async def test_courses_of_sectors_come_to_that_of_all(told: Town) -> None:
    text = await shown(told.anyone, f"/nl/{told.code}/dashboards/obstacles/csv")
    courses: dict[str, dict[str, float]] = {}
    for line in csv.DictReader(text.splitlines()):
        if line["figure"] == "Open hobbels per onderwerp, per maand":
            courses.setdefault(line["row"], {})[line["column"]] = float(line["value"])
    together = courses.pop("Alles samen")
    assert len(together) > 12
    for month, number in together.items():
        assert number == sum(course[month] for course in courses.values())


async def test_only_the_figures_by_themselves_may_stand_in_other_sites(told: Town) -> None:
    own = await told.anyone.client.get(f"/nl/{told.code}/dashboards/obstacles")
    embedded = await told.anyone.client.get(f"/nl/{told.code}/embed/dashboards/obstacles")
    assert own.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in own.headers["content-security-policy"]
    assert "x-frame-options" not in embedded.headers
    assert "frame-ancestors *" in embedded.headers["content-security-policy"]
    assert "<form" not in embedded.text
    assert list(numbers(own.text)) == list(numbers(embedded.text))


async def test_those_inside_see_what_is_internal_counted(told: Town) -> None:
    project = await told.start()
    hidden = await told.take(
        project, "obstacles", title="Geen geld", category="money", visibility="internal"
    )
    seen = f"{told.home}/obstacle-dashboard?minPosition={hidden['position']}"
    opened = (await told.official.get(seen)).json()["open"]
    visitor = Visitor(told.anyone.client)
    await visitor.sign_in(told.code, str(told.official.key))
    inside = await visitor.get(f"/nl/{told.code}/dashboards/obstacles/csv")
    outside = await shown(told.anyone, f"/nl/{told.code}/dashboards/obstacles/csv")
    assert inside.status_code == 200
    assert f"Samen,,Open,{opened}\r" in inside.text
    assert f"Samen,,Open,{opened - 1}\n" in outside.replace("\r", "")


@pytest.mark.parametrize("name", REGISTERS)
async def test_a_register_shows_what_the_api_lists(told: Town, name: str) -> None:
    listed = (await told.anyone.get(f"{told.home}/{name}?limit=500")).json()["items"]
    titles: list[str] = []
    path: str | None = f"/nl/{told.code}/registers/{name}"
    while path is not None:
        page = await shown(told.anyone, path)
        body = page.partition("<tbody")[2]
        titles += map(unescape, re.findall(r'<th scope="row"[^>]*><a[^>]*>([^<]*)</a>', body))
        more = re.search(r'rel="next" href="([^"]+)"', page)
        path = unescape(more[1]) if more else None
    assert titles == [each["title"] for each in listed]
    assert titles


async def test_a_filter_that_is_none_is_refused_in_words(told: Town) -> None:
    answer = await told.anyone.client.get(f"/nl/{told.code}/dashboards/obstacles?sector=nergens")
    assert answer.status_code == 400
    assert "<code>sector</code>" in answer.text
    unknown = await told.anyone.client.get(f"/nl/{told.code}/dashboards/geheim")
    assert unknown.status_code == 404
    assert "<h1" in unknown.text
