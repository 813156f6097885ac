"""A database of its own for each module of tests of the read models."""

from collections.abc import AsyncIterator

import pytest
from tests.conftest import Template
from tests.projections.world import World, new_world


@pytest.fixture(scope="module")
async def world(prepared: Template) -> AsyncIterator[World]:
    async with new_world(prepared) as made:
        yield made
