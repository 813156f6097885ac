"""The type of a problem leads to a page that explains it."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx

from cocreate.api.problem_pages import explained
from cocreate.domain.errors import RuleBroken


async def test_every_problem_is_explained_where_its_type_points(
    client: httpx.AsyncClient,
) -> None:
    refused = await client.get("/v1/nergens")
    page = await client.get(urlsplit(refused.json()["type"]).path)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "Niet gevonden" in page.text
    assert "Not found" in page.text
    for code in explained():
        assert (await client.get(f"/problems/{code}")).status_code == 200


def test_every_rule_of_the_domain_is_among_them() -> None:
    assert {rule.code for rule in RuleBroken.__subclasses__()} <= set(explained())


async def test_a_problem_that_is_not_there_is_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.get("/problems/geen")).status_code == 404
