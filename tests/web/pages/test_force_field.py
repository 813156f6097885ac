"""The force field: who carries, who could help, who solved the like; inside and for the public."""

from __future__ import annotations

import pytest
from tests.api.conftest import Town
from tests.web.pages.conftest import Guest
from tests.web.reading import require_readable


async def join(town: Town, project: str, name: str, position: str, **said: object) -> None:
    await town.take(
        project,
        "parties",
        party=name,
        kind="department" if position == "internal" else "group",
        position=position,
        name=f"Partij {name}",
        **said,
    )


@pytest.fixture(scope="module")
async def field(town: Town) -> dict[str, str]:
    """A project that one carries, and another whose people know how."""
    lonely = await town.start(title="Lampen in de tunnel", department="Ruimte")
    await join(town, lonely, "alleen", "internal", carries=True, department="Ruimte")
    await join(town, lonely, "beheer", "internal", department="Beheer")
    await join(
        town, lonely, "buurt", "external", carries=True, visibility="public", role="vraagt licht"
    )
    await town.take(
        lonely, "obstacles", obstacle="stroom", category="technical", title="Geen stroom"
    )
    shared = await town.start(title="Lampen op het plein", department="Werken")
    for name, department in (("een", "Werken"), ("twee", "Stroom")):
        await join(town, shared, name, "internal", carries=True, department=department)
    await town.take(shared, "obstacles", obstacle="kabel", category="technical", title="Geen kabel")
    await town.take(
        shared,
        "interventions",
        intervention="graven",
        kind="expertise-brought-in",
        title="Een graver erbij",
        obstacles=["kabel"],
    )
    await town.take(
        shared,
        "obstacle-resolutions",
        obstacle="kabel",
        text="Hij ligt er",
        interventions=["graven"],
        occurredOn="2024-09-20",
    )
    return {"lonely": lonely.rsplit("/", 1)[1], "shared": shared.rsplit("/", 1)[1]}


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_it_tells_that_one_carries_who_could_help_and_who_solved_the_like(
    official: Guest, field: dict[str, str], language: str
) -> None:
    page = await official.get(f"/projects/{field['lonely']}/force-field", language)
    require_readable(page)
    home = f"/{language}/{official.town.code}/projects"
    assert f"{home}/{field['shared']}/force-field" in page.links
    assert f"{home}/{field['shared']}/subjects/graven" in page.links
    if language == "nl":
        assert "1 mens binnen de gemeente draagt dit traject." in page.text
        assert "Dat is kwetsbaar" in page.text
        assert "Partij beheer: doet mee, en draagt nog niets." in page.text
        assert "Afdeling Stroom: draagt zulke trajecten (1), met 1 mens." in page.text
        assert "Afdeling Ruimte" not in page.text


async def test_the_drawing_has_a_number_for_each_row_of_the_table(
    official: Guest, field: dict[str, str]
) -> None:
    page = await official.get(f"/projects/{field['lonely']}/force-field")
    drawn = [each.text for each in page.main.all("text", class_="forces__number")]
    rows = [next(each.all("td")).text for each in page.main.one("tbody").all("tr")]
    assert sorted(drawn) == sorted(rows) == ["1", "2", "3"]
    assert len(list(page.main.all("circle", class_="forces__party--inside"))) == 2


async def test_the_public_sees_the_parties_that_are_public_and_nothing_of_who_carries(
    anyone: Guest, field: dict[str, str]
) -> None:
    page = await anyone.get(f"/projects/{field['lonely']}/force-field")
    require_readable(page)
    assert "Partij buurt" in page.text
    assert "Partij alleen" not in page.text
    assert "Partij beheer" not in page.text
    assert "mens binnen de gemeente" not in page.text
    assert "procent" not in page.text
    assert "kwetsbaar" not in page.text
