import pytest
from tests.domain.project.told import Told


@pytest.fixture
def told() -> Told:
    """A project that was just started: its start is at position 1."""
    return Told()
