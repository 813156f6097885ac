"""Every page in a real browser: accessible, whole, by itself, and of a size that loads anywhere.

Chromium and axe-core are installed by ``.ci/run``. Pictures of the pages are left in
``.cache/screenshots``, to be looked at.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from litestar.handlers import HTTPRouteHandler
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    ViewportSize,
    async_playwright,
)
from tests.web.conftest import Demonstration, filled

from cocreate.demo.seeding import HOME
from cocreate.domain.vocabulary import Role
from cocreate.web.site import PAGES

AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
CHROMIUM = shutil.which("chromium")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCREENSHOTS = Path(".cache/screenshots")
NARROW = ViewportSize(width=320, height=640)
"""What 1280 pixels are at 400 percent (WCAG 2.2, 1.4.10)."""
WIDE = ViewportSize(width=1100, height=900)
MOST_BYTES = 50_000
NO_PAGES = ("/csv", "/theme.css", "/logo", "/receipt", "/sign-in/issuer", "/sign-in/done")
"""How addresses end that give something else."""

pytestmark = pytest.mark.skipif(
    CHROMIUM is None or not AXE.is_file(),
    reason="chromium or axe-core is not installed; see .ci/run",
)

TEMPLATES = sorted(
    f"/nl{'' if path == '/' else re.sub(r':[a-z]+}', '}', path)}"
    for handler in PAGES
    if isinstance(handler, HTTPRouteHandler) and "GET" in handler.http_methods
    for path in handler.paths
    if not path.endswith(NO_PAGES)
)


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield opened
        await opened.close()


async def signed_in(
    browser: Browser, demonstration: Demonstration, role: Role | None
) -> BrowserContext:
    context = await browser.new_context(viewport=NARROW, reduced_motion="reduce")
    if role is not None:
        page = await context.new_page()
        await page.goto(f"{demonstration.origin}/nl/{HOME}/sign-in")
        await page.fill("#key", demonstration.told.keys[role])
        await page.click("main button[type=submit]")
        await page.wait_for_url(f"**/nl/{HOME}")
        await page.close()
    return context


@pytest.fixture(scope="module")
async def inside(browser: Browser, demonstration: Demonstration) -> AsyncIterator[BrowserContext]:
    """The browser of an auditor, who sees all there is to see."""
    context = await signed_in(browser, demonstration, Role.AUDITOR)
    yield context
    await context.close()


@pytest.fixture(scope="module")
async def official(browser: Browser, demonstration: Demonstration) -> AsyncIterator[BrowserContext]:
    context = await signed_in(browser, demonstration, Role.OFFICIAL)
    yield context
    await context.close()


@pytest.fixture(scope="module")
async def outside(browser: Browser, demonstration: Demonstration) -> AsyncIterator[BrowserContext]:
    context = await signed_in(browser, demonstration, None)
    yield context
    await context.close()


class Looking:
    """Looks at a page as it opens, and says what is wrong with it."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self.origin = origin
        self.wrong: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda raised: self.wrong.append(f"script: {raised}"))
        page.on("request", lambda asked: self._asked(asked.url))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"console: {message.text}")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.origin, "data:")):
            self.wrong.append(f"asked another server: {url}")

    async def look(self, path: str) -> str | None:
        """Look at a page; give its title, or None where there is none for this visitor."""
        answer = await self.page.goto(self.origin + path)
        assert answer is not None
        refused = answer.status in (401, 403, 404)
        if refused:
            self.wrong = [each for each in self.wrong if "status of 40" not in each]
        elif answer.status != 200:
            self.wrong.append(f"status {answer.status}")
        size = len(await answer.body())
        if size > MOST_BYTES:
            self.wrong.append(f"{size} bytes of HTML")
        await self._check(path)
        return None if refused else await self.page.title()

    async def _check(self, path: str) -> None:
        page = self.page
        if await page.evaluate("document.documentElement.lang") != path.split("/")[1]:
            self.wrong.append("the language is not said")
        if await page.locator("h1").count() != 1:
            self.wrong.append("not one h1")
        wide = await page.evaluate("document.documentElement.scrollWidth")
        if wide > NARROW["width"]:
            self.wrong.append(f"{wide} pixels wide at {NARROW['width']}")
        await page.evaluate(AXE.read_text(encoding="utf-8"))
        asked = {"runOnly": RULES, "resultTypes": ["violations"]}
        found = await page.evaluate("asked => axe.run(document, asked)", asked)
        self.wrong += [
            f"{each['id']}: {each['help']}: {[node['html'][:200] for node in each['nodes'][:3]]}"
            for each in found["violations"]
        ]


async def looked_at(
    context: BrowserContext,
    demonstration: Demonstration,
    template: str,
    language: str,
    who: str,
    most: int | None = None,
) -> None:
    """Look at the pages of a route, and leave pictures of them."""
    page = await context.new_page()
    titles: dict[str, str] = {}
    wrong: dict[str, list[str]] = {}
    try:
        for dutch in filled(template, demonstration)[:most]:
            path = f"/{language}{dutch[3:]}"
            looking = Looking(page, demonstration.origin)
            title = await looking.look(path)
            if looking.wrong:
                wrong[path] = looking.wrong
            if title is not None:
                titles[path] = title
                await _pictured(page, path, who)
            page.remove_listener("console", looking._said)
    finally:
        await page.close()
    assert not wrong
    assert all(titles.values())
    assert len({*titles.values()}) == len(titles) or "/embed/" in template, titles


async def _pictured(page: Page, path: str, who: str) -> None:
    parts = urlsplit(path)
    told = re.sub(r"[0-9a-f]{8}(-[0-9a-f]+){4}", "one", parts.path.lower()) + parts.query
    name = re.sub(r"[^a-z0-9]+", "-", told)
    await page.set_viewport_size(WIDE)
    await page.screenshot(path=SCREENSHOTS / f"{who}{name}.png", full_page=True)
    await page.set_viewport_size(NARROW)


@pytest.mark.parametrize("template", TEMPLATES)
async def test_pages_for_anyone(
    outside: BrowserContext, demonstration: Demonstration, template: str
) -> None:
    await looked_at(outside, demonstration, template, "nl", "anyone")


@pytest.mark.parametrize("template", TEMPLATES)
async def test_pages_for_those_inside_in_english(
    inside: BrowserContext, demonstration: Demonstration, template: str
) -> None:
    # Two of a kind say what many would: they differ in their data, and those were looked at above.
    await looked_at(inside, demonstration, template, "en", "auditor", most=2)


async def test_the_picture_does_not_vanish_where_colours_are_forced(
    browser: Browser, demonstration: Demonstration
) -> None:
    context = await browser.new_context(viewport=WIDE, forced_colors="active")
    page = await context.new_page()
    await page.goto(f"{demonstration.origin}/nl/{HOME}/projects/{demonstration.told.tunnel}")
    drawn = await page.evaluate(
        """() => [...document.querySelectorAll(
            ".branches__lanes path:not(.branches__tick), .branches__node")].map(
            each => getComputedStyle(each).stroke)"""
    )
    ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    await context.close()
    assert len(drawn) > 20
    assert not {"none", ground} & {*drawn}


async def test_a_project_can_be_printed(
    outside: BrowserContext, demonstration: Demonstration
) -> None:
    page = await outside.new_page()
    await page.goto(f"{demonstration.origin}/nl/{HOME}/projects/{demonstration.told.tunnel}")
    await page.emulate_media(media="print")
    assert not await page.locator(".site-nav").is_visible()
    assert await page.locator(".branches").is_visible()
    assert (await page.pdf(format="A4")).startswith(b"%PDF")
    await page.close()


@pytest.mark.parametrize("place", ["", "/sign-in", "/dashboards/obstacles"])
async def test_the_keyboard_reaches_all_there_is_and_shows_where_it_is(
    outside: BrowserContext, demonstration: Demonstration, place: str
) -> None:
    page = await outside.new_page()
    await page.set_viewport_size(WIDE)
    await page.goto(f"{demonstration.origin}/nl/{HOME}{place}")
    there = await page.evaluate(
        """() => [...document.querySelectorAll(
            "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
            .filter(each => each.checkVisibility({visibilityProperty: true})
                && !(each.closest("details:not([open])") && each.tagName != "SUMMARY"))
            .map((each, at) => (each.dataset.at = at, at))"""
    )
    reached: list[int] = []
    for _ in there:
        await page.keyboard.press("Tab")
        at, outline = await page.evaluate(
            """() => [Number(document.activeElement.dataset.at),
                getComputedStyle(document.activeElement).outlineStyle]"""
        )
        assert outline != "none", at
        reached.append(at)
    assert reached == there
    await page.close()


async def test_the_first_that_the_keyboard_reaches_leads_past_the_head(
    outside: BrowserContext, demonstration: Demonstration
) -> None:
    page = await outside.new_page()
    await page.goto(f"{demonstration.origin}/nl/{HOME}")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "main"
    await page.close()


async def test_a_search_is_made_without_leaving_the_page_and_can_be_gone_back_from(
    outside: BrowserContext, demonstration: Demonstration
) -> None:
    page = await outside.new_page()
    await page.goto(f"{demonstration.origin}/nl/{HOME}")
    before = await page.locator("#found-heading").inner_text()
    await page.fill("#q", "tunnel")
    await page.keyboard.press("Enter")
    await page.wait_for_function(
        "said => document.querySelector('#found-heading').innerText != said", arg=before
    )
    assert "q=tunnel" in page.url
    assert await page.locator(".card h3").all_inner_texts() == [
        "Lampen in de fietstunnel Reigerspad"
    ]
    await page.go_back()
    await page.wait_for_function(
        "said => document.querySelector('#found-heading').innerText == said", arg=before
    )
    await page.close()


async def test_a_search_is_made_without_scripts_as_well(
    browser: Browser, demonstration: Demonstration
) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{demonstration.origin}/nl/{HOME}")
    await page.fill("#q", "tunnel")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**q=tunnel**")
    assert "Lampen in de fietstunnel" in await page.content()
    await context.close()


async def test_an_official_is_shown_what_is_internal_and_nobody_after_signing_out(
    official: BrowserContext, demonstration: Demonstration
) -> None:
    project = f"projects/{demonstration.told.tunnel}"
    hidden = await demonstration.client.post(
        f"/v1/municipalities/{HOME}/{project}/wishes",
        json={"occurredOn": "2026-01-05", "title": "Alleen binnen", "visibility": "internal"},
        headers={"Authorization": f"Bearer {demonstration.told.keys[Role.OFFICIAL]}"},
    )
    assert hidden.status_code == 201, hidden.text
    shown = f"{demonstration.origin}/nl/{HOME}/{project}?minPosition={hidden.json()['position']}"
    page = await official.new_page()
    await page.goto(shown)
    assert "Alleen binnen" in await page.locator("main").inner_text()
    await page.click("footer button[type=submit]")
    await page.wait_for_url(f"**/nl/{HOME}")
    await page.goto(shown)
    assert "Alleen binnen" not in await page.content()
    await page.close()
