"""The report of a period: what happened on its days, what is owed, and nothing else."""

from __future__ import annotations

import pytest
from tests.api.conftest import Town
from tests.web.pages.conftest import Guest
from tests.web.reading import Page, require_readable

OCTOBER = "/council/report?from=2024-10-01&until=2024-10-31"


@pytest.fixture(scope="module")
async def told(town: Town) -> str:
    path = await town.start(title="Lampen in de fietstunnel")
    for name, on, visibility in (
        ("before", "2024-09-30", "public"),
        ("first", "2024-10-01", "public"),
        ("last", "2024-10-31", "public"),
        ("after", "2024-11-01", "public"),
        ("inside", "2024-10-15", "internal"),
    ):
        await town.take(
            path,
            "wishes",
            wish=name,
            title=f"Wens {name}",
            occurredOn=on,
            visibility=visibility,
        )
    await town.take(
        path,
        "commitments",
        commitment="belofte",
        title="Een belofte",
        by="Wethouder",
        to="De raad",
        dueOn="2024-12-01",
        occurredOn="2024-10-20",
    )
    return path


def wishes(page: Page) -> list[str]:
    section = page.main.one("section", **{"aria-labelledby": "asked"})
    return [each.text for each in section.all("a")]


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("language", ["nl", "en"])
async def test_it_has_what_happened_from_the_first_day_to_the_last(
    clerk: Guest, language: str
) -> None:
    page = await clerk.get(OCTOBER, language)
    require_readable(page)
    named = [each for each in wishes(page) if each.startswith("Wens")]
    assert sorted(named) == ["Wens first", "Wens inside", "Wens last"]
    promised = page.main.one("section", **{"aria-labelledby": "promised"})
    assert "Een belofte" in promised.text
    owed = page.main.one("section", **{"aria-labelledby": "owed"})
    assert "Een belofte" in owed.text


@pytest.mark.usefixtures("told")
async def test_one_for_the_public_has_nothing_internal_and_says_so(clerk: Guest) -> None:
    page = await clerk.get(OCTOBER)
    assert "bevat ook wat niet openbaar is" in page.text
    [public] = [each for each in page.links if "public=true" in each]
    page = await clerk.get(public)
    assert "alleen wat openbaar is" in page.text
    assert "Wens inside" not in page.text
    assert "Wens first" in page.text


@pytest.mark.usefixtures("told")
async def test_it_leads_to_all_changes_of_the_period(clerk: Guest, town: Town) -> None:
    page = await clerk.get(OCTOBER)
    [changes] = [each for each in page.links if each.startswith("/v1/")]
    answer = await town.official.get(changes)
    assert answer.status_code == 200
    assert "items" in answer.json()


async def test_it_is_for_those_who_work_here(anyone: Guest, reader: Guest) -> None:
    assert (await anyone.get(OCTOBER)).status == 401
    assert (await reader.get(OCTOBER)).status == 403
