"""The norms: every number leads to as many checks, and every verdict says why."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlencode

import pytest
from tests.api.conftest import Town
from tests.web.pages.conftest import Guest
from tests.web.reading import Page, require_readable

from cocreate.domain.vocabulary import Verdict
from cocreate.projections.norm_check import CheckedSubject
from cocreate.web.pages.norms import Reason, reason

TODAY = date(2026, 6, 1)
BEFORE, AFTER = date(2026, 5, 1), date(2026, 7, 1)


@pytest.fixture(scope="module")
async def checked(town: Town) -> str:
    """A project with wishes, of which one was answered, and an internal one."""
    path = await town.start(title="Lampen in de fietstunnel")
    for name, visibility in (("a", "public"), ("b", "public"), ("inside", "internal")):
        await town.take(path, "wishes", wish=name, title=f"Wens {name}", visibility=visibility)
    await town.take(path, "feedback", text="Dat doen we", channel="letter", about=["a"])
    return path.rsplit("/", 1)[1]


@pytest.fixture(scope="module")
async def other(town: Town) -> str:
    path = await town.start(title="Speeltuin", sector="education")
    await town.take(path, "wishes", wish="c", title="Wens c")
    return path.rsplit("/", 1)[1]


def counted(page: Page) -> dict[str, int]:
    """Give the numbers of the totals by where they lead."""
    table = next(page.main.all("table"))
    return {each["href"]: int(each.text) for each in table.all("a")}


@pytest.mark.usefixtures("checked", "other")
@pytest.mark.parametrize("narrow", [{}, {"sector": "education"}, {"year": 2024}])
async def test_each_number_leads_to_as_many_checks(
    anyone: Guest, narrow: dict[str, object]
) -> None:
    page = await anyone.get(f"/norms?{urlencode(narrow)}")
    require_readable(page)
    found = counted(page)
    assert len(found) > 3
    for href, number in found.items():
        checks = await anyone.get(href)
        require_readable(checks)
        assert len(list(checks.main.one("ul", class_="plain").all("li"))) == number


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_a_project_is_told_each_norm_with_its_source_its_verdict_and_why(
    anyone: Guest, checked: str, language: str
) -> None:
    page = await anyone.get(f"/projects/{checked}/norms", language)
    require_readable(page)
    section = page.main.one("section", **{"aria-labelledby": "contributions-answered"})
    assert "Nationale ombudsman 2009/180" in section.text
    rows = [" ".join(each.text.split()) for each in section.all("li")]
    why = {"nl": "Nog niet gedaan.", "en": "Not done yet."}
    assert [re.search(r"Wens (\w+)", each)[1] for each in rows] == ["b", "a"]  # type: ignore[index]
    assert why[language] in rows[0]
    code = anyone.town.code
    events = f"/{language}/{code}/projects/{checked}/history?position="
    assert any(each.startswith(events) for each in page.links)


async def test_the_public_check_says_that_it_rests_on_public_steps_alone(
    anyone: Guest, official: Guest, checked: str
) -> None:
    page = await anyone.get(f"/projects/{checked}/norms")
    assert "alleen naar stappen die openbaar zijn" in page.text
    assert "Wens inside" not in page.text
    page = await official.get(f"/projects/{checked}/norms")
    assert "ook naar stappen die niet openbaar zijn" in page.text
    assert "Wens inside" in page.text


async def test_a_project_that_is_not_there_has_no_norms(anyone: Guest) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    assert (await anyone.get(f"/projects/{nobody}/norms")).status == 404


@pytest.mark.parametrize(
    ("verdict", "due_on", "done_on", "told"),
    [
        (Verdict.MET, AFTER, BEFORE, Reason("done", BEFORE)),
        (Verdict.NOT_YET, None, None, Reason("open", None)),
        (Verdict.NOT_YET, AFTER, None, Reason("until", AFTER)),
        (Verdict.NOT_MET, BEFORE, AFTER, Reason("late", AFTER)),
        (Verdict.NOT_MET, BEFORE, None, Reason("missed", BEFORE)),
        (Verdict.NOT_MET, AFTER, None, Reason("never", None)),
        (Verdict.NOT_MET, None, None, Reason("never", None)),
    ],
)
def test_a_verdict_says_why(
    verdict: Verdict, due_on: date | None, done_on: date | None, told: Reason
) -> None:
    check = CheckedSubject("a", "Wens", verdict, BEFORE, due_on, done_on)
    assert reason(check, TODAY) == told
