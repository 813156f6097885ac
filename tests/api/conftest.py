"""Municipalities with a key for every role, and projects in them, made through the API."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from tests.conftest import OPERATOR_KEY

from cocreate.api.examples import STEP_EXAMPLES
from cocreate.domain.vocabulary import Role

_codes = count(1)

CLOSED = (
    "/projection-lags",
    "/personal-data",
    "/replay",
    "/export",
    "/identity",
    "/subscription",
    "/subscriptions",
    "/subscriptions/{subscriber}",
    "/plans",
)
"""How addresses end at which nobody reads without a key, beside those of keys and webhooks."""
ROLES = (Role.TENANT_ADMINISTRATOR, Role.OFFICIAL, Role.CLERK, Role.AUDITOR, Role.READER)


def is_closed(path: str) -> bool:
    """Tell whether nobody reads at a path without a key."""
    return "/keys" in path or "/webhooks" in path or path.endswith(CLOSED)


def api_routes(app: Litestar) -> list[HTTPRoute]:
    """Give the routes of the API; those of pages know their readers otherwise."""
    return [
        route
        for route in app.routes
        if isinstance(route, HTTPRoute) and route.path.startswith("/v1/")
    ]


class As:
    """A client with a key."""

    def __init__(self, client: httpx.AsyncClient, key: str | None) -> None:
        self.client = client
        self.key = key

    async def send(
        self, method: str, path: str, json: object = None, **headers: str
    ) -> httpx.Response:
        # One id for all, so that what two are answered can be compared.
        sent = {"X-Request-Id": "asked"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key is not None:
            sent["Authorization"] = f"Bearer {self.key}"
        return await self.client.request(method, path, json=json, headers=sent)

    async def post(self, path: str, json: object, **headers: str) -> httpx.Response:
        return await self.send("POST", path, json, **headers)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.send("GET", path, **headers)

    async def delete(self, path: str) -> httpx.Response:
        return await self.send("DELETE", path)


class Town:
    """A municipality, and those who work with it."""

    def __init__(self, code: str, people: Mapping[Role | None, As]) -> None:
        self.code = code
        self.people = people
        self.home = f"/v1/municipalities/{code}"

    def __getitem__(self, role: Role | None) -> As:
        return self.people[role]

    @property
    def official(self) -> As:
        return self.people[Role.OFFICIAL]

    @property
    def anyone(self) -> As:
        return self.people[None]

    async def start(self, **changes: object) -> str:
        """Start a project, and give its path."""
        body = {**STEP_EXAMPLES["projects"], **changes}
        answer = await self.official.post(f"{self.home}/projects", body)
        assert answer.status_code == 201, answer.text
        return answer.headers["location"]

    async def take(self, project: str, noun: str, **said: Any) -> dict[str, Any]:
        """Have the official take a step."""
        body = {"occurredOn": "2024-09-17", **said}
        answer = await self.official.post(f"{project}/{noun}", body)
        assert answer.status_code == 201, answer.text
        taken: dict[str, Any] = answer.json()
        return taken


async def found_town(client: httpx.AsyncClient) -> Town:
    code = f"GM{next(_codes):04}"
    operator = As(client, OPERATOR_KEY)
    registration = {"occurredOn": "2024-01-02", "code": code, "name": f"Gemeente {code}"}
    answer = await operator.post("/v1/municipalities", registration)
    assert answer.status_code == 201, answer.text
    keys = f"/v1/municipalities/{code}/keys"
    first = await operator.post(keys, {"role": "tenant-administrator", "label": "Eerste"})
    assert first.status_code == 201, first.text
    administrator = As(client, first.json()["secret"])
    people: dict[Role | None, As] = {
        None: As(client, None),
        Role.OPERATOR: operator,
        Role.TENANT_ADMINISTRATOR: administrator,
    }
    for role in ROLES[1:]:
        made = await administrator.post(keys, {"role": role, "label": f"Sleutel {role}"})
        assert made.status_code == 201, made.text
        people[role] = As(client, made.json()["secret"])
    return Town(code, people)


@pytest.fixture(scope="module")
async def town(client: httpx.AsyncClient) -> Town:
    return await found_town(client)


@pytest.fixture(scope="module")
async def other_town(client: httpx.AsyncClient) -> Town:
    return await found_town(client)


@pytest.fixture
async def project(town: Town) -> str:
    """The path of a project that was just started."""
    return await town.start()
