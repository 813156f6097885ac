"""The headers that every answer carries."""

from __future__ import annotations

import httpx
import pytest
from tests.api.conftest import Town

from cocreate.api.headers import API_VERSION

PATHS = [
    ("GET", "/v1/health/live"),
    ("GET", "/v1/glossary"),
    ("GET", "/v1/openapi.json"),
    ("GET", "/v1/docs"),
    ("GET", "/v1/docs/style.css"),
    ("GET", "/v1/municipalities"),
    ("GET", "/v1/nergens"),
    ("DELETE", "/v1/glossary"),
    ("POST", "/v1/municipalities"),
    ("OPTIONS", "/v1/municipalities"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_every_answer_is_safe(client: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await client.request(method, path)
    assert answer.headers["api-version"] == API_VERSION
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in answer.headers["permissions-policy"]
    assert answer.headers["cache-control"]
    assert answer.headers["x-request-id"]
    assert answer.status_code == 204 or answer.headers["content-type"]
    for name in ("api-version", "cache-control", "content-security-policy", "x-request-id"):
        assert len(answer.headers.get_list(name)) == 1


async def test_nothing_is_kept_unless_meant_to_be(town: Town) -> None:
    for path in ("/v1/municipalities", town.home, "/v1/health/live"):
        assert (await town.anyone.get(path)).headers["cache-control"] == "no-store"
    kept = await town.anyone.get("/v1/glossary")
    assert kept.headers["cache-control"] == "public, max-age=3600"
    wrong = await town.anyone.get("/v1/glossary?vocabulary=x")
    assert wrong.headers["cache-control"] == "no-store"


async def test_writes_carry_them_too(town: Town, project: str) -> None:
    answer = await town.official.post(
        f"{project}/wishes", {"occurredOn": "2024-09-17", "title": "Licht"}
    )
    assert answer.headers["api-version"] == API_VERSION
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"


async def test_a_request_id_is_taken_over_or_made(client: httpx.AsyncClient) -> None:
    given = await client.get("/v1/health/live", headers={"X-Request-Id": "abc-123.x_y"})
    assert given.headers["x-request-id"] == "abc-123.x_y"
    made = [(await client.get("/v1/health/live")).headers["x-request-id"] for _ in range(3)]
    assert len(set(made)) == 3


@pytest.mark.parametrize("given", ["x" * 101, "a b", "<script>", "a;b"])
async def test_an_odd_request_id_is_replaced(client: httpx.AsyncClient, given: str) -> None:
    answer = await client.get("/v1/health/live", headers={"X-Request-Id": given})
    assert answer.headers["x-request-id"] != given


async def test_only_the_document_is_for_every_origin(client: httpx.AsyncClient) -> None:
    headers = {"Origin": "https://elders.example"}
    document = await client.get("/v1/openapi.json", headers=headers)
    assert document.headers["access-control-allow-origin"] == "*"
    other = await client.get("/v1/municipalities", headers=headers)
    assert "access-control-allow-origin" not in other.headers


async def test_an_address_with_a_slash_at_its_end_is_not_found(town: Town, project: str) -> None:
    for path in (f"{project}/events/", f"{town.home}/", "/v1/openapi.json/"):
        assert (await town.anyone.get(path)).status_code == 404
    wish = {"occurredOn": "2024-09-17", "title": "Licht"}
    assert (await town.official.post(f"{project}/wishes/", wish)).status_code == 404
