"""The form of every step in a real browser: it opens, keeps what is typed, and shows its step."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

import pytest
from litestar import Litestar
from playwright.async_api import Browser, ConsoleMessage, Page, ViewportSize, async_playwright
from tests.api.conftest import Town
from tests.api.test_steps import BEFOREHAND
from tests.web.filling import Pairs
from tests.web.pages.test_record import imported, typed_for

from cocreate.api.examples import STEP_EXAMPLES
from cocreate.api.parts import Parts
from cocreate.domain.vocabulary import Role

CHROMIUM = shutil.which("chromium")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
NARROW = ViewportSize(width=320, height=640)
TO_COME = "2999-01-01"
"""A day on which nothing has happened yet: no step is taken on it."""
ANYWHERE = ("projects", "approval-conclusions")
"""Steps that ask for nothing that the story tells."""
LAST = "completions"
"""The step after which a project takes no others."""
REFUSED = {"approval-conclusions"}
"""Steps that only an import takes, without saying how it ended."""

KINDS = """() => {
    for (const each of document.querySelectorAll("#step-form details")) each.open = true;
    const fields = [...document.querySelectorAll("#step-form [name]")];
    return Object.fromEntries(fields.map(each => [each.name, each.type]));
}"""
"""What kinds of fields a form has, all of which is unfolded."""
SAID = "[...new FormData(document.querySelector('#step-form'))].filter(([name]) => name != 'do')"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed; see .ci/run")


class Story:
    """A project whose story is told by the examples of the steps, as far as it is needed."""

    def __init__(self, parts: Parts, town: Town, project: str) -> None:
        self.parts = parts
        self.town = town
        self.project = project
        nouns = [*STEP_EXAMPLES]
        self._left = [each for each in nouns[: nouns.index(LAST)] if each not in ANYWHERE]
        self._prepared: set[str] = set()

    async def begin(self) -> None:
        """Have what the steps are about that no example brings: version 2 is internal."""
        hidden = {"title": "Stil", "visibility": "internal"}
        await self._take("wishes", {"occurredOn": "2024-09-17", **hidden})
        asked = {**STEP_EXAMPLES["approvals"], "approval": "oud", "neededFor": []}
        await self._take("approvals", asked)

    def typed_for(self, noun: str) -> Pairs:
        """Give what someone types for a step: its example, but for what is about other steps."""
        match noun:
            case "corrections":
                return [("changes.title", "Stiller"), ("reason", "Zo heet het.")]
            case "publications":
                return [("steps", "2")]
            case "approval-conclusions":
                return [("approval", "oud")]
        return typed_for(noun, STEP_EXAMPLES[noun])

    async def come_to(self, noun: str) -> None:
        """Tell all that comes before a step."""
        while self._left and self._left[0] != noun and noun not in ANYWHERE:
            before = self._left[0]
            await self._prepare(before)
            await self._take(before, STEP_EXAMPLES[before])
            del self._left[0]
        await self._prepare(noun)

    async def _prepare(self, noun: str) -> None:
        if noun in self._prepared:
            return
        self._prepared.add(noun)
        for before, said in BEFOREHAND.get(noun, ()):
            await self._take(before, {"occurredOn": "2024-09-17", **said})
        if noun == "deviation-motivations":
            await imported(self.parts, self.town, self.project)

    async def _take(self, noun: str, said: Mapping[str, Any]) -> None:
        answer = await self.town.official.post(f"{self.project}/{noun}", said)
        assert answer.status_code == 201, (noun, answer.text)


@pytest.fixture(scope="module")
async def story(app: Litestar, town: Town) -> Story:
    story = Story(app.state["parts"], town, await town.start())
    await story.begin()
    return story


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        await opened.close()


@pytest.fixture(scope="module")
async def official(browser: Browser, town: Town) -> Page:
    return await signed_in(browser, town, Role.OFFICIAL)


@pytest.fixture(scope="module")
async def administrator(browser: Browser, town: Town) -> Page:
    return await signed_in(browser, town, Role.TENANT_ADMINISTRATOR)


async def signed_in(browser: Browser, town: Town, role: Role) -> Page:
    page = await browser.new_page(
        viewport=NARROW, base_url=str(town.anyone.client.base_url), reduced_motion="reduce"
    )
    page.set_default_timeout(10_000)
    await page.goto(f"/nl/{town.code}/sign-in")
    await page.fill("#key", str(town[role].key))
    await page.click("main button[type=submit]")
    await page.wait_for_url(f"**/nl/{town.code}")
    return page


async def type_in(page: Page, typed: Pairs) -> None:
    """Fill in the form as it stands, with more parts where they are needed."""
    kinds = await page.evaluate(KINDS)
    for name, value in typed:
        fields = page.locator(f'#step-form [name="{name}"]')
        while name not in kinds:
            of, row, _ = name.rsplit(".", 2)
            assert row.isdecimal(), f"no field for {name}"
            await page.click(f'button[name=do][value="more:{of}"]')
            await fields.first.wait_for(state="attached")
            kinds = await page.evaluate(KINDS)
        if kinds[name] in ("radio", "checkbox"):
            await page.check(f'#step-form [name="{name}"][value="{value}"]')
        elif kinds[name].startswith("select"):
            await fields.select_option(value)
        else:
            await fields.fill(value)


async def press(page: Page, do: str) -> None:
    async with page.expect_navigation():
        await page.locator(f'button[name=do][value="{do}"]').last.click()


@pytest.mark.parametrize("noun", [*STEP_EXAMPLES])
async def test_a_form_is_filled_in_checked_and_gone_back_to(
    story: Story, official: Page, administrator: Page, noun: str
) -> None:
    await story.come_to(noun)
    page = administrator if noun == "erasures" else official
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # That a form is refused, the console says as well.
        if message.type in ("error", "warning") and "status of 422" not in message.text:
            said.append(message.text)

    page.on("console", note)
    town, project = story.town, story.project.rpartition("/")[2]
    at = "record" if noun == "projects" else f"projects/{project}/record"
    query = "?step=2" if noun == "corrections" else ""
    await page.goto(f"/nl/{town.code}/{at}/{noun}{query}")
    typed = story.typed_for(noun)
    await type_in(page, typed)
    day = page.locator('#step-form [name="occurredOn"]')
    today = await day.input_value()
    await day.fill(TO_COME)
    before = await page.evaluate(SAID)
    assert {*typed} - {("occurredOn", today)} <= {(name, value) for name, value in before}
    await press(page, "preview")
    await page.wait_for_function("document.activeElement.id == 'errors'")
    assert noun in REFUSED or await page.locator('#errors a[href="#f.occurredOn"]').count() == 1
    assert await page.evaluate(SAID) == before
    assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    await page.evaluate(KINDS)
    await day.fill(today)
    right = await page.evaluate(SAID)
    await press(page, "preview")
    if noun in REFUSED:
        assert await page.evaluate(SAID) == right
    else:
        assert await page.locator("h1").inner_text() == "Dit wordt vastgelegd"
        # Browsers send lines with both ends that a line may have.
        kept = (await page.locator("input[name=form]").input_value()).replace("%0D%0A", "%0A")
        assert set(parse_qsl(kept)) == {(name, value) for name, value in right if value}
    assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    page.remove_listener("console", note)
    assert said == []
