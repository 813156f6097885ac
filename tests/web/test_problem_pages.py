"""Problems as pages: in words, in the language of the address, and telling nothing of inside."""

from __future__ import annotations

from uuid import uuid4

import pytest
from litestar import Litestar, get
from litestar.testing import AsyncTestClient
from tests.api.conftest import Town
from tests.web.conftest import Visitor
from tests.web.elements import read, wrong_with

from cocreate.app import create_app
from cocreate.settings import Settings

INSIDE = "wat alleen binnen bekend is"


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_what_is_not_there_is_said_in_the_language_of_the_address(
    town: Town, language: str
) -> None:
    other = "en" if language == "nl" else "nl"
    for path in ("projects", f"projects/{uuid4()}", "projects/geen-uuid", "zo/maar/iets"):
        answer = await Visitor(town.anyone.client).get(
            f"/{language}/{town.code}/{path}", Accept_Language=other
        )
        assert answer.status_code == 404, path
        page = read(answer.text)
        assert wrong_with(page, language) == []
        assert page.one("title").text.strip() == page.one("h1").text.strip()
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["cache-control"] == "no-store"
        assert "content-language" in answer.headers


async def test_a_question_that_cannot_be_read_names_what_is_wrong_with_it(town: Town) -> None:
    client = town.anyone.client
    answer = await client.get(f"/nl/{town.code}", params={"sector": "<b>nergens</b>", "wat": "x"})
    assert answer.status_code == 400
    page = read(answer.text)
    assert {each.text for each in page.all("code")} == {"sector", "wat"}
    assert list(page.all("b")) == []


async def test_what_is_left_empty_in_a_form_is_not_asked(town: Town) -> None:
    client = town.anyone.client
    fields = dict.fromkeys(("q", "sector", "status", "phase", "level", "year", "sort"), "")
    answer = await client.get(f"/nl/{town.code}", params=fields)
    assert answer.status_code == 200, answer.text


async def test_the_api_still_answers_in_json(town: Town) -> None:
    answer = await town.anyone.client.get(f"/v1/municipalities/{town.code}/zo-maar-iets")
    assert answer.headers["content-type"].startswith("application/problem+json")
    beside = await town.anyone.client.get("/nlx")
    assert beside.headers["content-type"].startswith("application/problem+json")


async def test_a_failure_of_ours_tells_nothing_of_it(settings: Settings) -> None:
    @get("/nl/kapot")
    async def broken() -> str:
        raise RuntimeError(INSIDE)

    app: Litestar = create_app(settings, project=False)
    app.register(broken)
    async with AsyncTestClient(app, raise_server_exceptions=False) as client:
        answer = await client.get("/nl/kapot")
    assert answer.status_code == 500
    assert INSIDE not in answer.text
    assert "Traceback" not in answer.text
    assert "RuntimeError" not in answer.text
    assert answer.headers["x-request-id"] in read(answer.text).one("main").text
