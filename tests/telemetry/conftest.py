"""A municipality and a project of it, for those who look at what is told of them."""

from __future__ import annotations

import httpx
import pytest
from tests.api.conftest import Town, found_town


@pytest.fixture(scope="module")
async def town(client: httpx.AsyncClient) -> Town:
    return await found_town(client)


@pytest.fixture
async def project(town: Town) -> str:
    """The path of a project that was just started."""
    return await town.start()
