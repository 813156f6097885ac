import os
from collections.abc import Iterator

import pytest

from cocreate.postgres import temporary_server


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    """The address of a database whose user may create roles and databases."""
    given = os.environ.get("COCREATE_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with temporary_server() as server:
        yield server.dsn("postgres")
