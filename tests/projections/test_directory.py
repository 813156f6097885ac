"""The project directory: what is searched for is found, and nothing else is."""

from __future__ import annotations

import pytest
from tests.projections.world import DAY, INTERNAL, World, day

from cocreate.domain.steps.record import CorrectStep
from cocreate.domain.steps.wishes import ExpressWish
from cocreate.domain.vocabulary import Initiative, Sector
from cocreate.projections.known import Audience

TITLES = {
    "tunnel": "Lampen in de tunnel",
    "bath": "Lampen bij het zwembad",
    "cafe": "Café De Brug blijft",
    "playground": "Een speelplek in het Wilhelminapark",
}


@pytest.fixture(scope="module")
async def town(world: World) -> str:
    """A municipality with four projects, two of them with a wish."""
    code = await world.municipality()
    projects = {name: await world.start(code, title=title) for name, title in TITLES.items()}
    await world.take(
        code,
        projects["playground"],
        ExpressWish(occurred_on=DAY, wish="w", title="Een wipkip van hout"),
        ExpressWish(occurred_on=DAY, wish="x", title="Een geheime glijbaan", visibility=INTERNAL),
    )
    await world.take(
        code, projects["cafe"], ExpressWish(occurred_on=DAY, wish="w", title="Verlichting")
    )
    return code


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ("lampen", {"tunnel", "bath"}),
        ("lampen tunnel", {"tunnel"}),
        ("lampen zwembad", {"bath"}),
        ("lampen speelplek", set()),
        ("lampen -tunnel", {"bath"}),
        ("-lampen", {"cafe", "playground"}),
        ('"in de tunnel"', {"tunnel"}),
        ('"lampen tunnel"', set()),
        ("zwembad or speelplek", {"bath", "playground"}),
        ("lamp", {"tunnel", "bath"}),
        ("TUNNELS", {"tunnel"}),
        ("cafe", {"cafe"}),
        ("tunel", {"tunnel"}),
        ("lampen in de tunel", {"tunnel"}),
        ("lampen in de zwembat", {"bath"}),
        ("wipkip", {"playground"}),
        ("wipkip speelplek", {"playground"}),
        ("wipkip lampen", set()),
        ("wipkip -speelplek", set()),
        ("verlichting brug", {"cafe"}),
        ("raket", set()),
        ("de", {"tunnel", "cafe"}),
        ("-", set()),
        ('"', set()),
        ("'; drop table cocreate.event --", set()),
    ],
)
async def test_a_search_finds_what_holds_it(
    world: World, town: str, sought: str, found: set[str]
) -> None:
    rows = await world.register("projects", town, q=sought)
    assert {row["title"] for row in rows} == {TITLES[name] for name in found}
    facets = await world.dashboard("project-facets", town, q=sought)
    assert facets["total"] == len(found)


async def test_the_best_fit_comes_first(world: World) -> None:
    code = await world.municipality()
    await world.start(code, title="Een bankje", summary="Naast de fontein", department="Beheer")
    await world.start(code, title="De fontein", department="Fontein en water")
    project = await world.start(code, title="Het plein", department="Beheer")
    await world.take(
        code, project, ExpressWish(occurred_on=DAY, wish="w", title="Een fontein graag")
    )
    rows = await world.register("projects", code, q="fontein")
    assert [row["title"] for row in rows] == ["De fontein", "Een bankje", "Het plein"]


async def test_the_public_finds_nothing_by_what_is_internal(world: World, town: str) -> None:
    assert len(await world.register("projects", town, q="glijbaan")) == 1
    assert await world.register("projects", town, Audience.PUBLIC, q="glijbaan") == []
    assert len(await world.register("projects", town, Audience.PUBLIC, q="wipkip")) == 1


async def test_a_search_is_answered_as_known_at_a_position(world: World) -> None:
    code, project = await world.project(title="Een roeiboot")
    before = await world.reader.head(code)
    await world.take(
        code,
        project,
        CorrectStep(occurred_on=day(1), step=1, changes={"title": "Een zeilboot"}, reason="Fout"),
        ExpressWish(occurred_on=day(1), wish="w", title="Een ankerplaats"),
    )
    for sought, now, then in (("roeiboot", 0, 1), ("zeilboot", 1, 0), ("ankerplaats", 1, 0)):
        assert len(await world.register("projects", code, q=sought)) == now, sought
        assert len(await world.register("projects", code, position=before, q=sought)) == then


async def test_each_facet_counts_what_its_other_values_would_give(world: World) -> None:
    code = await world.municipality()
    for sector, initiative in (
        (Sector.SAFETY, Initiative.RESIDENTS),
        (Sector.SAFETY, Initiative.MUNICIPALITY),
        (Sector.HOUSING, Initiative.RESIDENTS),
    ):
        await world.start(code, sector=sector, initiative=initiative)
    facets = await world.dashboard("project-facets", code, sector=Sector.SAFETY)
    assert facets["total"] == 2
    assert facets["sector"] == [{"value": "safety", "count": 2}, {"value": "housing", "count": 1}]
    assert facets["initiative"] == [
        {"value": "municipality", "count": 1},
        {"value": "residents", "count": 1},
    ]
