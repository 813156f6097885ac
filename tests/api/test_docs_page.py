"""The page that shows the API asks nothing of another server."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import httpx

from cocreate.domain.steps import STEPS


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "link"):
            self.open.append(tag)
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        self.links += [str(given[name]) for name in ("href", "src") if given.get(name)]
        assert not any(name == "style" or name.startswith("on") for name in given)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


async def test_the_page_shows_every_operation_and_schema(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/docs")
    document = (await client.get("/v1/openapi.json")).json()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = _Page()
    page.feed(answer.text)
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["operationId"] in page.ids
    assert {f"schema-{name}" for name in document["components"]["schemas"]} <= set(page.ids)
    for noun in STEPS:
        assert f"/{noun}</code>" in answer.text


async def test_nothing_comes_from_elsewhere(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/docs")
    page = _Page()
    page.feed(answer.text)
    assert not {"script", "style", "img", "iframe"} & set(page.tags)
    for link in page.links:
        assert re.match(r"#|/v1/", link)
        if link.startswith("#"):
            assert link[1:] in page.ids, link
        else:
            assert (await client.get(link)).status_code == 200
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'")
    assert "unsafe" not in policy


async def test_the_style_is_a_sheet_of_its_own(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/docs/style.css")
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "url(" not in answer.text
