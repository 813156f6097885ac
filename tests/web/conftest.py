"""The demonstration, served; who is signed in to its pages; and every page that there is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import NamedTuple

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from tests.api.conftest import other_town, project, town  # noqa: F401 - fixtures here as well
from tests.conftest import served

from cocreate.api.parts import Parts
from cocreate.demo.seeding import HOME, Seeded, catch_up, seed
from cocreate.domain.vocabulary import Role
from cocreate.settings import Settings
from cocreate.web.pages.dashboards import DASHBOARDS
from cocreate.web.pages.registers import REGISTERS

SIGNED_IN = (Role.READER, Role.OFFICIAL, Role.CLERK, Role.AUDITOR, Role.TENANT_ADMINISTRATOR)
KINDS = (
    "wish",
    "proposal",
    "decision",
    "deviation",
    "approval",
    "obstacle",
    "commitment",
    "session",
)
FORMS = ("decisions", "corrections", "publications", "reflections", "sessions")
"""Forms that together have every kind of field."""


class Visitor:
    """Someone with a browser that keeps the session, which httpx sends over https alone."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.origin = str(client.base_url).rstrip("/")
        self.cookies: dict[str, str] = {}

    @property
    def cookie(self) -> str:
        """What it sends to be known by."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    async def get(self, path: str, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.send("GET", path, headers=named)

    async def post(self, path: str, form: Mapping[str, str]) -> httpx.Response:
        return await self.send("POST", path, form, {"Origin": self.origin})

    async def send(
        self,
        method: str,
        path: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        sent = dict(headers or {})
        if self.cookies:
            sent["Cookie"] = self.cookie
        answer = await self.client.request(method, path, data=form, headers=sent)
        for cookie in answer.headers.get_list("set-cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    async def sign_in(self, code: str, key: str) -> None:
        answer = await self.post(f"/nl/{code}/sign-in", {"key": key})
        assert answer.status_code == 303, answer.text


class Demonstration(NamedTuple):
    """The demonstration's municipalities, served."""

    app: Litestar
    client: httpx.AsyncClient
    told: Seeded
    subjects: Mapping[str, str]
    """A subject of the tunnel of each kind."""
    token: str
    """What somebody who follows the tunnel answers letters with."""
    position: int
    """A position of the tunnel that anyone may see."""

    @property
    def origin(self) -> str:
        return str(self.client.base_url).rstrip("/")

    async def visitor(self, role: Role | None) -> Visitor:
        visitor = Visitor(self.client)
        if role is not None:
            await visitor.sign_in(HOME, self.told.keys[role])
        return visitor


@pytest.fixture(scope="module")
def settings(settings: Settings) -> Settings:
    """With a relay, so that following by e-mail is offered; nobody listens there."""
    return msgspec.structs.replace(settings, smtp_url="smtp://127.0.0.1:9")


@pytest.fixture(scope="module")
async def demonstration(app: Litestar) -> AsyncIterator[Demonstration]:
    async with served(app) as client:
        parts: Parts = app.state["parts"]
        told = await seed(parts.service)
        await catch_up(parts.service)
        project = f"/v1/municipalities/{HOME}/projects/{told.tunnel}"
        subjects = {}
        for kind in KINDS:
            found = (await client.get(f"{project}/subjects?kind={kind}")).json()["items"]
            subjects[kind] = found[0]["id"]
        followers = parts.service.followers
        await followers.ask(HOME, told.tunnel, None, "volger@post.example", "nl")
        [following] = await followers.of_address(HOME, "volger@post.example")
        token = await followers.token(HOME, following.follower)
        timeline = (await client.get(f"{project}/timeline")).json()
        position = timeline["entries"][0]["position"]
        yield Demonstration(app, client, told, subjects, token, position)


def page_templates(app: Litestar) -> Iterator[str]:
    """Give the addresses of pages, in Dutch, as their routes have them."""
    for route in app.routes:
        if isinstance(route, HTTPRoute) and "GET" in route.methods:
            path = route.path_format
            if path == "/nl" or path.startswith("/nl/"):
                yield path


def filled(template: str, demonstration: Demonstration) -> Sequence[str]:
    """Give the pages at the address of a route, on the data of the demonstration.

    A place in an address that is not known here is one that is new: say what to fill in.
    """
    choices: dict[str, Sequence[object]] = {
        "{code}": [HOME],
        "{project}": [demonstration.told.tunnel],
        "{subject}": list(demonstration.subjects.values()),
        "{position}": [demonstration.position],
        "{token}": [demonstration.token],
        "{noun}": FORMS,
        "{name}": list(REGISTERS if "/registers/" in template else DASHBOARDS),
    }
    paths = [template]
    for place, values in choices.items():
        paths = [
            path.replace(place, str(value))
            for path in paths
            for value in (values if place in path else [""])
        ]
    if template.endswith("/subjects"):
        paths = [f"{path}?kind={kind}" for path in paths for kind in KINDS]
    assert not any("{" in path for path in paths), f"what is to be filled in at {template}?"
    return paths
