"""Who reads the pages of a municipality: anyone, and those with a role who signed in."""

from __future__ import annotations

import httpx
import pytest
from litestar import Litestar
from tests.api.conftest import Town
from tests.web.conftest import Visitor
from tests.web.reading import Page, read

from cocreate.api.parts import Parts
from cocreate.domain.vocabulary import Role
from cocreate.projections.model import read_models
from cocreate.service import Service


class Guest:
    """Someone who reads the pages of a municipality, with all that was recorded in them."""

    def __init__(self, visitor: Visitor, service: Service, town: Town) -> None:
        self.visitor = visitor
        self.service = service
        self.town = town

    def at(self, *places: str) -> str:
        """Give the address of a page below that of the municipality, in Dutch."""
        return "/".join((f"/nl/{self.town.code}", *places))

    async def get(self, path: str, language: str = "nl") -> Page:
        """Read a page, by its address or what comes after that of the municipality."""
        head = await self.service.reader.head(self.town.code) or 0
        for name in read_models():
            await self.service.answers.reach(name, self.town.code, head, within=60)
        address = path if path.startswith("/nl/") else f"/{language}/{self.town.code}{path}"
        return read(await self.visitor.get(address))

    async def signed_in(self, key: str | None) -> Guest:
        """Give who is signed in with a key."""
        assert key is not None
        visitor = Visitor(self.visitor.client)
        await visitor.sign_in(self.town.code, key)
        return Guest(visitor, self.service, self.town)


@pytest.fixture(scope="module")
async def anyone(app: Litestar, client: httpx.AsyncClient, town: Town) -> Guest:
    parts = app.state["parts"]
    assert isinstance(parts, Parts)
    return Guest(Visitor(client), parts.service, town)


@pytest.fixture(scope="module")
async def official(anyone: Guest) -> Guest:
    return await anyone.signed_in(anyone.town[Role.OFFICIAL].key)


@pytest.fixture(scope="module")
async def clerk(anyone: Guest) -> Guest:
    return await anyone.signed_in(anyone.town[Role.CLERK].key)


@pytest.fixture(scope="module")
async def auditor(anyone: Guest) -> Guest:
    return await anyone.signed_in(anyone.town[Role.AUDITOR].key)


@pytest.fixture(scope="module")
async def reader(anyone: Guest) -> Guest:
    return await anyone.signed_in(anyone.town[Role.READER].key)
