"""The navigation: it leads those with a role in some projects where they find something."""

from __future__ import annotations

import pytest
from tests.api.conftest import Town
from tests.web.pages.conftest import Guest

from cocreate.domain.vocabulary import Role


async def limited(town: Town, anyone: Guest, role: Role, *projects: str) -> Guest:
    """Give who is signed in with a key that has a role in some projects only."""
    numbers = [each.rpartition("/")[2] for each in projects]
    made = await town[Role.TENANT_ADMINISTRATOR].post(
        f"{town.home}/keys", {"role": role, "label": "Beperkt", "projects": numbers}
    )
    assert made.status_code == 201, made.text
    return await anyone.signed_in(made.json()["secret"])


async def led_to(guest: Guest, path: str) -> list[str]:
    """Give where the navigation of a page leads in its own language."""
    page = await guest.get(path)
    assert page.status == 200, page.response.text
    home = f"/nl/{guest.town.code}"
    return [
        each["href"]
        for each in page.root.one("nav", **{"aria-label": "Hoofdmenu"}).all("a")
        if each["href"].startswith(home)
    ]


@pytest.mark.parametrize("role", [Role.OFFICIAL, Role.CLERK, Role.AUDITOR])
async def test_who_works_in_some_projects_is_led_to_all_that_is_open_to_them(
    town: Town, anyone: Guest, role: Role
) -> None:
    own, other = await town.start(), await town.start()
    guest = await limited(town, anyone, role, own)
    pages = ["", "/obstacles", *(f"/projects/{each.rpartition('/')[2]}" for each in (own, other))]
    places: list[str] = []
    for page in pages:
        places = await led_to(guest, page)
        assert {guest.at("today"), guest.at("council")} <= {*places}, page
        assert not {anyone.at("today"), anyone.at("council")} & {*await led_to(anyone, page)}, page
    for place in places:
        assert (await guest.visitor.get(place)).status_code == 200, place


async def test_who_only_reads_in_some_projects_is_not_led_to_where_nothing_is_theirs(
    town: Town, anyone: Guest
) -> None:
    guest = await limited(town, anyone, Role.READER, await town.start())
    assert await led_to(guest, "") == await led_to(anyone, "")


async def test_a_role_in_a_project_lets_nobody_record_in_another(town: Town, anyone: Guest) -> None:
    own, other = await town.start(), await town.start()
    guest = await limited(town, anyone, Role.OFFICIAL, own)
    for project, may in ((own, True), (other, False)):
        number = project.rpartition("/")[2]
        page = await guest.get(f"/projects/{number}")
        assert (guest.at("projects", number, "record") in page.links) is may
