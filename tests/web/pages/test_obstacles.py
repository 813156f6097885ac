"""What stands in the way: the longest first by category, what helped, and who solved the like."""

from __future__ import annotations

import pytest
from tests.api.conftest import Town
from tests.web.pages.conftest import Guest
from tests.web.reading import Page, require_readable

from cocreate.domain.vocabulary import InterventionKind
from cocreate.projections.landscape import Helped, MapTerm, Shown
from cocreate.web.pages.obstacles import what_helped

PILOT, MEDIATION = InterventionKind.PILOT, InterventionKind.MEDIATION


@pytest.fixture(scope="module")
async def standing(town: Town) -> dict[str, str]:
    """Projects with obstacles, and one in which the like of it was resolved."""
    stuck = await town.start(title="Lampen in de tunnel")
    for name, category, on, visibility in (
        ("young", "money", "2024-09-12", "public"),
        ("old", "money", "2024-09-02", "public"),
        ("oldest", "technical", "2024-09-01", "public"),
        ("inside", "money", "2024-09-03", "internal"),
    ):
        await town.take(
            stuck,
            "obstacles",
            obstacle=name,
            category=category,
            title=f"Hobbel {name}",
            visibility=visibility,
            occurredOn=on,
        )
    await town.take(
        stuck,
        "interventions",
        intervention="praten",
        kind="mediation",
        title="Een goed gesprek",
        obstacles=["old"],
    )
    solved = await town.start(title="Speeltuin")
    await town.take(
        solved, "obstacles", obstacle="geld", category="money", title="Geen geld voor de wip"
    )
    await town.take(
        solved,
        "interventions",
        intervention="fonds",
        kind="coalition-built",
        title="Een fonds erbij",
        obstacles=["geld"],
    )
    await town.take(
        solved,
        "obstacle-resolutions",
        obstacle="geld",
        text="Er is geld",
        interventions=["fonds"],
        occurredOn="2024-09-20",
    )
    return {"stuck": stuck.rsplit("/", 1)[1], "solved": solved.rsplit("/", 1)[1]}


def obstacles(page: Page) -> dict[str, list[str]]:
    """Give the obstacles of each category."""
    return {
        section["aria-labelledby"]: [
            card.one("h3").text for card in section.all("li", class_="card")
        ]
        for section in page.main.all("section")
        if section["aria-labelledby"] != "lonely"
    }


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_the_longest_standing_comes_first_category_by_category(
    anyone: Guest, standing: dict[str, str], language: str
) -> None:
    page = await anyone.get("/obstacles", language)
    require_readable(page)
    assert list(obstacles(page).items()) == [
        ("technical", ["Hobbel oldest"]),
        ("money", ["Hobbel old", "Hobbel young"]),
    ]
    code = anyone.town.code
    assert f"/{language}/{code}/projects/{standing['stuck']}/subjects/old" in page.links


async def test_it_tells_what_was_tried_and_leads_to_who_solved_the_like(
    anyone: Guest, standing: dict[str, str]
) -> None:
    page = await anyone.get("/obstacles?category=money")
    old, young = page.main.all("li", class_="card")
    assert "Een goed gesprek" in old.text
    assert "nog niets tegen geprobeerd" in young.text
    helped = page.main.one("div", class_="helped")
    there = anyone.at("projects", standing["solved"])
    assert {each["href"] for each in helped.all("a")} == {there, f"{there}/subjects/fonds"}
    rows = [each.text for each in helped.one("tbody").all("tr")]
    assert "1 keer geprobeerd, 1 keer opgelost." in rows[0]
    assert "1 keer geprobeerd, 0 keer opgelost." in rows[1]


@pytest.mark.usefixtures("standing")
async def test_the_public_sees_no_internal_obstacle_nor_who_stands_alone(
    anyone: Guest, official: Guest
) -> None:
    inside = await official.get("/obstacles")
    assert obstacles(inside)["money"] == ["Hobbel old", "Hobbel inside", "Hobbel young"]
    assert list(inside.main.all("h2", id="lonely"))
    page = await anyone.get("/obstacles")
    assert "Hobbel inside" not in page.text
    assert not list(page.main.all("h2", id="lonely"))


def shown(*helped: Helped) -> Shown:
    return Shown(1, 1, [], helped)


def test_what_resolved_most_here_and_elsewhere_comes_first() -> None:
    own = shown(Helped(PILOT, 5, 1, 10.0))
    others = shown(Helped(MEDIATION, 4, 3, 20.0), Helped(PILOT, 9, 1, 30.0))
    term = MapTerm("obstacle-category", "money", "geld", "money", "", "", own, others)
    first, second = what_helped(term)
    assert (first.kind, first.own, first.others) == (MEDIATION, None, others.helped[0])
    assert (second.kind, second.own, second.others) == (PILOT, own.helped[0], others.helped[1])
