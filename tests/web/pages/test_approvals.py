"""The board of approvals: who has to answer, and how the clock stands, for whoever asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.api.conftest import Town
from tests.web.pages.conftest import Guest
from tests.web.reading import Page, require_readable

from cocreate.domain.calendar import amsterdam_date


def in_days(days: int) -> str:
    return (amsterdam_date(datetime.now(UTC)) + timedelta(days)).isoformat()


@pytest.fixture(scope="module")
async def asked(town: Town) -> str:
    """A project that waits for permission of several authorities."""
    path = await town.start(title="Lampen in de tunnel")
    for name, days, authority, visibility in (
        ("late", -200, "Provincie", "public"),
        ("inside", -190, "Provincie", "internal"),
        ("running", -10, "ProRail", "public"),
        ("still", -10, "ProRail", "public"),
        ("granted", -30, "ProRail", "public"),
    ):
        await town.take(
            path,
            "approvals",
            approval=name,
            kind="permit",
            title=f"Vergunning {name}",
            authority=authority,
            procedure="omgevingswet-regular",
            visibility=visibility,
            occurredOn=in_days(days),
        )
    await town.take(
        path,
        "approval-suspensions",
        approval="still",
        ground="incomplete-application",
        reason="Een tekening ontbreekt",
        occurredOn=in_days(-5),
    )
    await town.take(path, "approval-grants", approval="granted", occurredOn=in_days(-1))
    return path.rsplit("/", 1)[1]


def clocks(page: Page) -> dict[str, str]:
    """Give what the clock of each says, in the order of the page."""
    return {
        each.one("h3").text: " ".join(each.one("p", class_="clock").text.split())
        for each in page.main.all("li", class_="duty--clock")
    }


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_what_is_late_comes_first_and_every_clock_is_told_in_words(
    anyone: Guest, asked: str, language: str
) -> None:
    page = await anyone.get("/approvals", language)
    require_readable(page)
    told = clocks(page)
    assert list(told) == ["Vergunning late", "Vergunning running", "Vergunning still"]
    late, running, still = told.values()
    if language == "nl":
        assert "dagen te laat. Dit duurt nu 200 dagen." in late
        assert "dagen. Dit duurt nu 10 dagen." in running
        assert still == "De klok staat stil. Er zijn 10 dagen voorbij."
    code = anyone.town.code
    assert f"/{language}/{code}/projects/{asked}/subjects/late#days" in page.links


@pytest.mark.usefixtures("asked")
async def test_the_public_sees_no_internal_approval(anyone: Guest, official: Guest) -> None:
    inside = "Vergunning inside"
    assert inside in clocks(await official.get("/approvals"))
    page = await anyone.get("/approvals")
    assert inside not in page.text
    assert [each.text for each in page.main.all("strong", class_="tile__number")] == [
        "1",
        "2",
        "1",
        "1",
    ]


@pytest.mark.usefixtures("asked")
async def test_the_board_is_narrowed_to_an_authority_and_to_what_is_late(anyone: Guest) -> None:
    page = await anyone.get("/approvals")
    [prorail] = [each for each in page.main.one("table").all("a") if each.text == "ProRail"]
    page = await anyone.get(prorail["href"])
    assert list(clocks(page)) == ["Vergunning running", "Vergunning still"]
    page = await anyone.get("/approvals?overdue=true&authority=")
    assert list(clocks(page)) == ["Vergunning late"]


async def test_a_page_ends_where_only_answered_ones_are_left(anyone: Guest, town: Town) -> None:
    path = await town.start(title="Veel vergunningen")
    for number in range(33):
        await town.take(
            path,
            "approvals",
            approval=f"a{number}",
            kind="safety",
            title=f"Toets {number}",
            authority="Veel",
            procedure="omgevingswet-regular",
            occurredOn=in_days(-3),
        )
        if number < 2:
            await town.take(path, "approval-grants", approval=f"a{number}", occurredOn=in_days(-1))
    first = await anyone.get("/approvals?authority=Veel")
    require_readable(first)
    second = await anyone.get(first.root.one("a", rel="next")["href"])
    assert len(clocks(first)) == 30
    assert len(clocks(second)) == 1
    assert not list(second.root.all("a", rel="next"))
