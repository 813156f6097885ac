"""Personal data on pages and in what leaves them: opened where it may be seen, sealed nowhere."""

from __future__ import annotations

from urllib.parse import parse_qs, quote

import pytest
from litestar import Litestar
from tests.api.conftest import Town
from tests.api.test_privacy import NAME, WORDS, erase, told
from tests.web.conftest import page_templates
from tests.web.pages.conftest import Guest
from tests.web.reading import Page

from cocreate.log.tokens import ERASED, MARK
from cocreate.web.pages.dashboards import DASHBOARDS
from cocreate.web.pages.registers import REGISTERS

SUBJECTS = ("sanne", "licht")


@pytest.fixture
async def named(town: Town) -> str:
    """The number of a project in which anyone may see who a resident is."""
    project = await told(town, visibility="public")
    await town.take(
        project, "commitments", title="Licht", by="wethouder", to="Sanne", dueOn="2099-03-01"
    )
    return project.rpartition("/")[2]


def pages(app: Litestar, town: Town, project: str) -> list[str]:
    """Give the address of everything that anyone is shown of a project and its municipality."""
    found = []
    for template in page_templates(app):
        names = REGISTERS if "/registers/" in template else DASHBOARDS
        for subject in SUBJECTS if "{subject}" in template else ("",):
            for name in names if "{name}" in template else ("",):
                path = template.replace("{code}", town.code).replace("{project}", project)
                path = path.replace("{subject}", subject).replace("{name}", name)
                found.append(path.replace("{position}", "2"))
    return [each for each in found if "{" not in each and "sign-in" not in each]


def mailed(page: Page) -> str:
    """Give the subject of the mail by which a page is passed on."""
    [address] = [each for each in page.links if each.startswith("mailto:")]
    [subject] = parse_qs(address.removeprefix("mailto:?"))["subject"]
    return subject


async def test_nothing_that_is_sealed_leaves_a_page_a_feed_or_a_calendar(
    app: Litestar, town: Town, anyone: Guest, official: Guest, named: str
) -> None:
    kinds = set()
    for guest in (anyone, official):
        head = await guest.service.reader.head(town.code)
        for path in pages(app, town, named):
            answer = await guest.visitor.get(f"{path}?minPosition={head}")
            if answer.status_code == 400:  # what says nothing of the log
                answer = await guest.visitor.get(path)
            assert answer.status_code < 500, path
            for sealed in (MARK, quote(MARK), quote(MARK).lower()):
                assert sealed not in answer.text.replace("\r\n ", ""), path
            if answer.status_code == 200:
                kinds.add(answer.headers["content-type"].partition(";")[0])
    assert kinds >= {"text/html", "application/atom+xml", "text/calendar", "text/csv"}


async def test_anyone_is_shown_and_passes_on_what_anyone_may_see(
    town: Town, anyone: Guest, named: str
) -> None:
    party = await anyone.get(f"/projects/{named}/subjects/sanne")
    assert party.main.one("h1").text == NAME
    assert mailed(party) == NAME
    wish = await anyone.get(f"/projects/{named}/subjects/licht")
    assert WORDS in wish.text
    await erase(town, f"{town.home}/projects/{named}")
    erased = await anyone.get(f"/projects/{named}/subjects/sanne")
    assert erased.main.one("h1").text == ERASED
    assert mailed(erased) == ERASED
    assert WORDS not in (await anyone.get(f"/projects/{named}/subjects/licht")).text
