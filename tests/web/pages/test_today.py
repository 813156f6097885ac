"""The list of today: what is owed, by when, and the forms that do it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.api.conftest import Town
from tests.web.pages.conftest import Guest
from tests.web.reading import Page, require_readable

from cocreate.domain.calendar import amsterdam_date
from cocreate.domain.vocabulary import Role


def in_days(days: int) -> str:
    return (amsterdam_date(datetime.now(UTC)) + timedelta(days)).isoformat()


@pytest.fixture(scope="module")
async def owed(town: Town) -> str:
    """A project on which much is owed, beside another."""
    path = await town.start(title="Lampen in de tunnel", department="Ruimte")
    on = in_days(-40)
    await town.take(path, "wishes", wish="lamp", title="Meer lampen", occurredOn=on)
    for name, due, visibility in (
        ("late", -3, "public"),
        ("soon", 5, "public"),
        ("later", 90, "public"),
        ("undated", None, "public"),
        ("inside", -2, "internal"),
    ):
        await town.take(
            path,
            "commitments",
            commitment=name,
            title=f"Belofte {name}",
            by="Wethouder",
            to="Bewoners",
            dueOn=None if due is None else in_days(due),
            visibility=visibility,
            occurredOn=on,
        )
    other = await town.start(title="Speeltuin", department="Groen")
    await town.take(other, "wishes", wish="wip", title="Een wip", occurredOn=in_days(-39))
    return path.rsplit("/", 1)[1]


def listed(page: Page) -> dict[str, list[str]]:
    """Give the titles in each part of the list."""
    return {
        section["aria-labelledby"]: [each.text for each in section.all("h3")]
        for section in page.main.all("section")
    }


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_what_is_late_comes_first_and_what_has_no_day_last(
    official: Guest, owed: str, language: str
) -> None:
    page = await official.get("/today", language)
    require_readable(page)
    assert listed(page) == {
        "overdue": ["Belofte late", "Belofte inside"],
        "soon": ["Belofte soon"],
        "undated": ["Meer lampen", "Belofte undated", "Een wip"],
    }
    assert f"/{language}/{official.town.code}/projects/{owed}/subjects/late" in page.links


async def test_the_list_is_narrowed_by_department_project_and_time(
    official: Guest, owed: str
) -> None:
    page = await official.get("/today?department=Groen&project=")
    assert listed(page) == {"undated": ["Een wip"]}
    page = await official.get(f"/today?project={owed}")
    assert "Een wip" not in listed(page)["undated"]
    page = await official.get("/today?when=later")
    require_readable(page)
    assert listed(page) == {"later": ["Belofte later"]}
    page = await official.get("/today?when=later&department=Groen")
    assert listed(page) == {}


async def test_each_leads_to_the_forms_that_the_reader_may_fill_in(
    official: Guest, clerk: Guest, auditor: Guest, owed: str
) -> None:
    form = official.at("projects", owed, "record")
    for visitor in (official, clerk):
        assert {
            f"{form}/feedback?about=lamp",
            f"{form}/commitment-fulfilments?about=late",
            f"{form}/commitment-changes?about=undated",
        } <= (await visitor.get("/today")).links
    assert not any("/record/" in each for each in (await auditor.get("/today")).links)


async def test_a_form_is_for_those_who_may_take_its_step(
    official: Guest, clerk: Guest, town: Town
) -> None:
    path = await town.start(title="Brug", department="Bruggen")
    await town.take(path, "wishes", wish="leuning", title="Een leuning")
    await town.take(path, "wish-realisations", wish="leuning", text="Klaar")
    await town.take(path, "realisation-judgements", wish="leuning", word="disputed")
    form = official.at("projects", path.rsplit("/", 1)[1], "record")
    asked = "/today?department=Bruggen"
    assert f"{form}/wish-realisations?about=leuning" in (await official.get(asked)).links
    page = await clerk.get(asked)
    assert listed(page) == {"undated": ["Een leuning"]}
    assert not any("/record/" in each for each in page.links)


@pytest.mark.usefixtures("owed")
async def test_those_who_do_not_work_here_are_not_shown_it(
    anyone: Guest, reader: Guest, official: Guest
) -> None:
    page = await anyone.get("/today")
    assert page.status == 401
    assert anyone.at("sign-in") in page.links
    assert "Meer lampen" not in page.text
    page = await reader.get("/today")
    assert page.status == 403
    assert "Meer lampen" not in page.text
    for visitor, expected in ((anyone, False), (reader, False), (official, True)):
        navigation = (await visitor.get("")).root.one("nav", **{"aria-label": "Hoofdmenu"})
        assert any(each["href"] == anyone.at("today") for each in navigation.all("a")) is expected


async def test_who_works_on_one_project_sees_what_is_public_and_is_led_there(
    anyone: Guest, town: Town, owed: str
) -> None:
    made = await town[Role.TENANT_ADMINISTRATOR].post(
        f"{town.home}/keys", {"role": "official", "label": "Een traject", "projects": [owed]}
    )
    visitor = await anyone.signed_in(made.json()["secret"])
    page = await visitor.get("/today")
    assert listed(page)["overdue"] == ["Belofte late"]
    assert visitor.at("projects", owed) in page.links
    assert visitor.at("projects", owed, "record", "feedback?about=lamp") in page.links
    assert not any("/record/" in each and owed not in each for each in page.links)


async def test_a_page_of_one_time_goes_on_where_the_one_before_ended(
    official: Guest, town: Town
) -> None:
    path = await town.start(title="Veel wensen", department="Veel")
    for number in range(43):
        await town.take(path, "wishes", wish=f"w{number}", title=f"Wens {number}")
    first = await official.get("/today?when=undated&department=Veel")
    second = await official.get(first.root.one("a", rel="next")["href"])
    titles = [*listed(first)["undated"], *listed(second)["undated"]]
    assert sorted(titles) == sorted(f"Wens {number}" for number in range(43))
