"""Every page, for every role: there or not there for them, well built, small, and told apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from urllib.parse import urldefrag, urljoin

import pytest
from litestar import Litestar
from tests.web.conftest import SIGNED_IN, Demonstration, Visitor, filled, page_templates
from tests.web.reading import Element, read, wrong_with

from cocreate.domain.vocabulary import Role

GAPS = {"nl": ("()", '""', ": .", "None"), "en": ("()", '""', ": .")}
"""What a sentence has that was not given all it names; in English, "None" is a word."""
REFUSED = {401, 403, 404}
NOT_HERE = ("/sign-in/issuer", "/sign-in/done", "/logo")
"""How addresses end that lead to another server, or are there for some municipalities only."""
BY_THEMSELVES = ("/embed/", "/report")
"""What is in the addresses of pages around which nothing stands."""


def pages(app: Litestar, demonstration: Demonstration) -> list[str]:
    return [
        path
        for template in page_templates(app)
        if not template.endswith(NOT_HERE)
        for path in filled(template, demonstration)
    ]


Pages = dict[str, Element]
Read = Callable[[Role | None], Awaitable[Pages]]


@pytest.fixture(scope="module")
def read_as(app: Litestar, demonstration: Demonstration) -> Read:
    """Gives all pages that there are for a role, read once."""
    kept: dict[Role | None, Pages] = {}

    async def give(role: Role | None) -> Pages:
        if role not in kept:
            kept[role] = await read_all(await demonstration.visitor(role), app, demonstration)
        return kept[role]

    return give


async def read_all(
    visitor: Visitor, app: Litestar, demonstration: Demonstration, language: str = "nl"
) -> Pages:
    """Read every page that there is for a visitor; those that are refused must be whole as well."""
    found = {}
    wrong: dict[str, list[str]] = {}
    for dutch in pages(app, demonstration):
        path = f"/{language}{dutch[3:]}"
        answer = await visitor.get(path)
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        page = read(answer)
        wrong[path] = wrong_with(page)
        if any(gap in page.root.one("body").text for gap in GAPS[language]):
            wrong[path].append("a sentence was not given all that it names")
        if answer.status_code == 200:
            found[path] = page.root
        elif answer.status_code not in REFUSED:
            wrong[path].append(f"status {answer.status_code}")
    assert {path: each for path, each in wrong.items() if each} == {}
    return found


@pytest.mark.parametrize("role", [None, *SIGNED_IN])
async def test_pages_are_well_built_and_told_apart_by_their_titles(
    read_as: Read, role: Role | None
) -> None:
    found = await read_as(role)
    assert len(found) > 30
    titled = defaultdict(list)
    for path, page in found.items():
        titled[page.one("title").text.strip()].append(path)
    assert "" not in titled
    same = [paths for paths in titled.values() if len(paths) > 1]
    assert [paths for paths in same if not any("/embed/" in path for path in paths)] == []


async def test_so_are_they_in_english(app: Litestar, demonstration: Demonstration) -> None:
    official = await demonstration.visitor(Role.OFFICIAL)
    assert await read_all(official, app, demonstration, "en")


async def test_every_page_is_there_for_someone(app: Litestar, demonstration: Demonstration) -> None:
    left = pages(app, demonstration)
    for role in (None, *SIGNED_IN):
        visitor = await demonstration.visitor(role)
        left = [path for path in left if (await visitor.get(path)).status_code in REFUSED]
    assert left == []


@pytest.mark.parametrize("role", [None, Role.OFFICIAL])
async def test_every_link_leads_somewhere(
    demonstration: Demonstration, read_as: Read, role: Role | None
) -> None:
    visitor = await demonstration.visitor(role)
    read_already = await read_as(role)
    linked = {
        urldefrag(urljoin(path, each["href"])).url: path
        for path, page in read_already.items()
        for each in page.all("a", "link")
        if each["href"]
    }
    assert len(linked) > 100
    dead = {}
    for address, stood_on in linked.items():
        if address.startswith("/") and address not in read_already:
            status = (await visitor.get(address)).status_code
            if status not in (200, 303):
                dead[address] = (status, stood_on)
    assert dead == {}


async def test_a_page_leads_to_itself_in_the_other_language(read_as: Read) -> None:
    for path, page in (await read_as(None)).items():
        if not any(each in path for each in BY_THEMSELVES):
            led = [each["href"] for each in page.all("a") if each["hreflang"] == "en"]
            assert led == [f"/en{path[3:]}"], path
