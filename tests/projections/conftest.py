"""A database of its own for each module of tests of the read models."""

from collections.abc import AsyncIterator

import pytest
from tests.projections.world import World, new_world


@pytest.fixture(scope="module")
async def world(postgres_dsn: str) -> AsyncIterator[World]:
    async with new_world(postgres_dsn) as made:
        yield made
