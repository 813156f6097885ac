"""Every page in a real browser: accessible, whole, by itself, and of a size that loads anywhere.

Chromium and axe-core are installed by ``.ci/run``. Pictures of the pages are left in
``.cache/screenshots``, to be looked at.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
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
NO_PAGES = (
    "/csv",
    "/feed",
    "/calendar",
    "/theme.css",
    "/logo",
    "/receipt",
    "/export/file",
    "/sign-in/issuer",
    "/sign-in/done",
)
"""How addresses end that give something else."""
MOVING = """() => [...document.querySelectorAll("*")]
    .filter(each => getComputedStyle(each).transitionDuration != "0s"
        || getComputedStyle(each).animationName != "none")
    .map(each => each.outerHTML.slice(0, 80))"""
SPACED = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
        word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }`);
    document.adoptedStyleSheets = [sheet];
}"""
"""How readers may space text, without anything being lost (WCAG 2.2, 1.4.12)."""
VANISHED = """() => {
    const ground = ["none", getComputedStyle(document.body).backgroundColor];
    const drawn = [...document.querySelectorAll(
        "main svg :is(path, rect, circle, line, polyline, text)")]
        .filter(each => !each.matches(".branches__tick") && !each.closest("defs"));
    const seen = each => ["stroke", "fill"]
        .some(name => !ground.includes(getComputedStyle(each)[name]));
    return [drawn.length, drawn.filter(each => !seen(each)).map(each => each.outerHTML)];
}"""
"""What is drawn, and what of it has the colour of the ground; a tick stands on a filled node."""

ALL_DIFFER = ("{subject}", "/dashboards/{name}")
"""Places whose pages are each built otherwise; those of all others are alike but for their data."""
FEW, MANY = 1, 8

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
async def inside(
    browser: Browser, demonstration: Demonstration, official: BrowserContext
) -> AsyncIterator[Mapping[str, BrowserContext]]:
    """The browsers of those inside, first of who may see most."""
    auditor = await signed_in(browser, demonstration, Role.AUDITOR)
    clerk = await signed_in(browser, demonstration, Role.CLERK)
    administrator = await signed_in(browser, demonstration, Role.TENANT_ADMINISTRATOR)
    yield {
        "auditor": auditor,
        "official": official,
        "clerk": clerk,
        "administrator": administrator,
    }
    for context in (auditor, clerk, administrator):
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
    """Looks at one page after another, and says what is wrong with each."""

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
        self.wrong = []
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
        if moving := await page.evaluate(MOVING):
            self.wrong.append(f"moves where less motion is asked for: {moving}")
        await page.evaluate(AXE.read_text(encoding="utf-8"))
        asked = {"runOnly": RULES, "resultTypes": ["violations"]}
        found = await page.evaluate("asked => axe.run(document, asked)", asked)
        self.wrong += [
            f"{each['id']}: {each['help']}: {[node['html'][:200] for node in each['nodes'][:3]]}"
            for each in found["violations"]
        ]
        await self._check_width("")
        await page.evaluate(SPACED)
        await self._check_width(" with its text spaced")

    async def _check_width(self, how: str) -> None:
        wide = await self.page.evaluate("document.documentElement.scrollWidth")
        if wide > NARROW["width"]:
            self.wrong.append(f"{wide} pixels wide at {NARROW['width']}{how}")


async def looked_at(
    context: BrowserContext, demonstration: Demonstration, paths: Sequence[str], who: str
) -> Sequence[str]:
    """Look at pages, leave a picture of the first, and give those that are not there."""
    page = await context.new_page()
    looking = Looking(page, demonstration.origin)
    titles: dict[str, str] = {}
    wrong: dict[str, list[str]] = {}
    try:
        for path in paths:
            title = await looking.look(path)
            if looking.wrong:
                wrong[path] = looking.wrong
            if title is None:
                break  # so are all others of its route
            titles[path] = title
            if len(titles) == 1:
                await _pictured(page, path, who)
    finally:
        await page.close()
    assert not wrong
    assert all(titles.values())
    assert len({*titles.values()}) == len(titles) or "/embed/" in paths[0], titles
    return [path for path in paths if path not in titles]


async def _pictured(page: Page, path: str, who: str) -> None:
    parts = urlsplit(path)
    told = re.sub(r"[0-9a-f]{8}(-[0-9a-f]+){4}", "one", parts.path.lower()) + parts.query
    name = re.sub(r"[^a-z0-9]+", "-", told)
    await page.evaluate("document.adoptedStyleSheets = []")
    await page.set_viewport_size(WIDE)
    await page.screenshot(
        path=SCREENSHOTS / f"{who}{name}.jpg", full_page=True, type="jpeg", quality=70
    )
    await page.set_viewport_size(NARROW)


@pytest.mark.parametrize("template", TEMPLATES)
async def test_pages_for_anyone(
    outside: BrowserContext, demonstration: Demonstration, template: str
) -> None:
    most = MANY if any(each in template for each in ALL_DIFFER) else FEW
    await looked_at(outside, demonstration, filled(template, demonstration)[:most], "anyone")


@pytest.mark.parametrize("template", TEMPLATES)
async def test_pages_for_those_inside_in_english(
    inside: Mapping[str, BrowserContext], demonstration: Demonstration, template: str
) -> None:
    # One of a kind says what many would: they differ in their data, and those were looked at above.
    left: Sequence[str] = [f"/en{path[3:]}" for path in filled(template, demonstration)[:1]]
    for who, context in inside.items():
        if left:
            left = await looked_at(context, demonstration, left, who)
    assert not left, "nobody finds anything there"


@pytest.mark.parametrize(
    "place",
    ["projects/{project}", "dashboards/obstacles", "dashboards/lead-times", "dashboards/trends"],
)
async def test_no_picture_vanishes_where_colours_are_forced(
    browser: Browser, demonstration: Demonstration, place: str
) -> None:
    context = await browser.new_context(viewport=WIDE, forced_colors="active")
    page = await context.new_page()
    at = place.format(project=demonstration.told.tunnel)
    await page.goto(f"{demonstration.origin}/nl/{HOME}/{at}")
    drawn, vanished = await page.evaluate(VANISHED)
    await context.close()
    assert drawn > 10
    assert vanished == []


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


@pytest.mark.parametrize("place", ["", "/sign-in", "/dashboards/obstacles", "/projects/{project}"])
async def test_the_keyboard_reaches_all_there_is_and_shows_where_it_is(
    outside: BrowserContext, demonstration: Demonstration, place: str
) -> None:
    page = await outside.new_page()
    await page.set_viewport_size(WIDE)
    at_place = place.format(project=demonstration.told.tunnel)
    await page.goto(f"{demonstration.origin}/nl/{HOME}{at_place}")
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
    await page.keyboard.press("Shift+Tab")
    assert await page.evaluate("Number(document.activeElement.dataset.at)") == there[-2]
    for _ in range(2):
        await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.dataset.at") != str(there[-1])
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
