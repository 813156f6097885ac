"""How pages are answered: kept by anyone who has them, and by nobody where they name a reader."""

from __future__ import annotations

import pytest
from litestar import Litestar
from tests.api.conftest import Town
from tests.web.conftest import Visitor
from tests.web.reading import read

from cocreate.domain.vocabulary import Role
from cocreate.web.rendering import asset, engine


@pytest.fixture
async def position(town: Town, project: str) -> int:
    """The position of a wish in the project, which pages know of by now."""
    taken = await town.take(project, "wishes", wish="bankje", title="Een bankje")
    position: int = taken["position"]
    answer = await town.anyone.get(f"{project}?minPosition={position}")
    assert answer.status_code == 200, answer.text
    return position


@pytest.fixture
def page(town: Town, project: str, position: int) -> str:
    del position
    return f"/nl/{town.code}/projects/{project.rpartition('/')[2]}"


@pytest.fixture
async def official(town: Town) -> Visitor:
    visitor = Visitor(town.anyone.client)
    await visitor.sign_in(town.code, str(town.official.key))
    return visitor


async def test_anyone_who_has_a_page_is_told_that_it_is_the_same(town: Town, page: str) -> None:
    anyone = Visitor(town.anyone.client)
    first = await anyone.get(page)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    assert {"cookie", "accept-encoding"} <= {
        each.strip().lower() for each in first.headers["vary"].split(",")
    }
    again = await anyone.get(page, If_None_Match=tag)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    # What a browser has goes on under the headers of the last answer.
    for name in ("content-security-policy", "cross-origin-resource-policy", "x-frame-options"):
        assert again.headers[name] == first.headers[name]
    assert (await anyone.get(page.replace("/nl/", "/en/"))).headers["etag"] != tag


async def test_a_page_that_became_another_is_sent_anew(town: Town, project: str, page: str) -> None:
    anyone = Visitor(town.anyone.client)
    tag = (await anyone.get(page)).headers["etag"]
    taken = await town.take(project, "wishes", title="Een bankje bij de tunnel")
    answer = await anyone.get(f"{page}?minPosition={taken['position']}", If_None_Match=tag)
    assert answer.status_code == 200
    assert "Een bankje bij de tunnel" in answer.text
    assert answer.headers["etag"] != tag


async def test_what_the_signed_in_are_shown_is_kept_nowhere(
    town: Town, page: str, official: Visitor
) -> None:
    tag = (await Visitor(town.anyone.client).get(page)).headers["etag"]
    answer = await official.get(page, If_None_Match=tag)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


async def test_what_people_wrote_is_text_wherever_it_stands(town: Town, project: str) -> None:
    written = "<script>alert(1)</script> \" onfocus=x '&amp;"
    taken = await town.take(project, "wishes", wish="eng", title=written, text=written)
    home = f"/nl/{town.code}/projects/{project.rpartition('/')[2]}"
    for path in (home, f"{home}/subjects/eng", f"{home}/subjects?kind=wish"):
        separator = "&" if "?" in path else "?"
        address = f"{path}{separator}minPosition={taken['position']}"
        answer = await Visitor(town.anyone.client).get(address)
        shown = read(answer).root
        assert written in shown.one("main").text
        assert all(each["src"] for each in shown.all("script"))
        assert not any("onfocus" in each.attributes for each in shown.all())


async def test_what_was_searched_for_is_text_as_well(town: Town) -> None:
    asked = "\"><script>alert('q')</script>"
    answer = await town.anyone.client.get(f"/nl/{town.code}", params={"q": asked})
    shown = read(answer).root
    [search] = [each for each in shown.all("input") if each["name"] == "q"]
    assert search["value"] == asked
    assert all(each["src"] for each in shown.all("script"))


async def test_a_page_as_known_earlier_says_so_and_leads_to_now(
    town: Town, page: str, position: int
) -> None:
    answer = await Visitor(town.anyone.client).get(f"{page}?asOf={position}")
    shown = read(answer).root
    [told] = [each for each in shown.all("div") if "as-of" in each["class"].split()]
    assert [each["href"] for each in told.all("a")] == [page]


async def test_a_project_of_another_municipality_or_of_none_is_not_there(
    town: Town, other_town: Town, page: str, official: Visitor
) -> None:
    elsewhere = page.replace(town.code, other_town.code)
    for visitor in (Visitor(town.anyone.client), official):
        for path in (elsewhere, f"{elsewhere}/subjects", "/nl/GM9999", "/nl/zo-maar-iets"):
            answer = await visitor.get(path)
            assert answer.status_code == 404, path
            assert read(answer).root.one("h1").text


async def test_assets_are_kept_for_good_and_those_of_another_release_are_not_there(
    town: Town,
) -> None:
    client = town.anyone.client
    answer = await client.get(asset("cocreate.css"))
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    other = asset("cocreate.css").replace("/static/", "/static/0")
    for path in (other, asset("../session.py"), asset("nothing.css"), asset("README.md")):
        assert (await client.get(path)).status_code == 404, path


async def test_the_language_that_a_reader_prefers_is_where_one_begins(town: Town) -> None:
    for preferred, language in (("en, nl;q=0.8", "en"), ("nl", "nl"), ("fr", "nl")):
        answer = await town.anyone.client.get("/", headers={"Accept-Language": preferred})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/{language}")
        assert "accept-language" in answer.headers["vary"].lower()


async def test_only_municipalities_with_a_public_portal_are_listed(
    town: Town, other_town: Town
) -> None:
    closed = {"occurredOn": "2024-09-17", "publicPortal": False}
    changed = await other_town[Role.TENANT_ADMINISTRATOR].post(
        f"{other_town.home}/settings", closed
    )
    assert changed.status_code in (200, 201), changed.text
    listed = read(await town.anyone.client.get("/nl")).root.one("main").text
    assert f"Gemeente {town.code}" in listed
    assert f"Gemeente {other_town.code}" not in listed
    assert (await town.anyone.client.get(f"/nl/{other_town.code}")).status_code in (401, 404)


async def test_pages_are_written_by_the_templates_of_the_application(app: Litestar) -> None:
    # What is kept is written before there is an answer; so it has to be by the same.
    assert app.template_engine is engine()
