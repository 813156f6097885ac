"""A database server for all tests, migrated databases on it, and the API served over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
import uvicorn
from hypothesis import settings as hypothesis_settings
from litestar import Litestar
from tests.databases import CITUS_URL, NOT_OVER_CITUS, OVER_CITUS, temporary_database

from cocreate.api.event_stream import cut_short
from cocreate.app import create_app
from cocreate.log.signing import SigningKeys
from cocreate.log.tree.keys import SignatureType, SigningKey
from cocreate.postgres import temporary_server
from cocreate.service import prepare_database
from cocreate.settings import Settings

# How fast something is, benchmarks tell: no test fails because a machine is busy.
hypothesis_settings.register_profile("untimed", hypothesis_settings(), deadline=None)
hypothesis_settings.load_profile("untimed")

CHECKOUT = Path(__file__).resolve().parents[1]
WITNESS = SigningKey.generate("witness.test", SignatureType.COSIGNATURE)
"""A witness whose cosignatures the API takes."""
MASTER_KEY = b64encode(secrets.token_bytes(32)).decode()
OPERATOR_KEY = f"cck_OP_{secrets.token_urlsafe(32)}"


LONGEST = ("tests/web/browser/", "tests/audit/", "tests/test_", "tests/projections/")
"""Where the files are that take longest, in that order."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, or all else waits for it; and leave out what says nothing of a
    cluster.
    """
    items.sort(key=lambda item: [not item.nodeid.startswith(each) for each in LONGEST])
    for item in items if OVER_CITUS else ():
        for part, reason in NOT_OVER_CITUS.items():
            if part in item.nodeid:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    """The address of a database whose user may create roles and databases."""
    given = CITUS_URL or os.environ.get("COCREATE_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with temporary_server() as server:
        yield server.dsn("postgres")


class Template(NamedTuple):
    """A database of this release that is copied: preparing one takes ten times as long."""

    admin_dsn: str
    name: str


@pytest.fixture(scope="session")
async def prepared(postgres_dsn: str) -> AsyncIterator[Template]:
    """The database that each database of this release is a copy of."""
    async with temporary_database(postgres_dsn) as dsn:
        await prepare_database(dsn, over_citus=OVER_CITUS)
        yield Template(postgres_dsn, urlsplit(dsn).path.removeprefix("/"))


@contextlib.asynccontextmanager
async def prepared_database(prepared: Template) -> AsyncIterator[str]:
    """Make a database of this release, give its address, and drop it."""
    async with temporary_database(prepared.admin_dsn, prepared.name) as dsn:
        await _renew(dsn)
        yield dsn


async def _renew(dsn: str) -> None:
    """Let the builds of a copy be as young as it is: those that nobody holds are dropped by age."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("update cocreate.read_model_build set made_at = now()")
    await connection.close()


@pytest.fixture(scope="module")
async def database(prepared: Template) -> AsyncIterator[str]:
    """The address of a database of this release, for the tests of one module."""
    async with prepared_database(prepared) as dsn:
        yield dsn


@pytest.fixture(scope="module")
def settings(database: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    signing_keys = tmp_path_factory.mktemp("keys") / "signing-keys"
    SigningKeys.generate().write(signing_keys)
    return Settings(
        signing_keys_file=signing_keys,
        witnesses=(str(WITNESS.verifier),),
        database_url=database,
        operator_key=OPERATOR_KEY,
        master_key=MASTER_KEY,
        public_url="https://cocreate.test",
        max_body_bytes=2_000_000,
        pool_size=8,
    )


def free_port() -> int:
    """Find a port of loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class _Server(uvicorn.Server):
    """A server within the tests: it leaves signals to pytest."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        cut_short(self)
        await super().shutdown(sockets)


@contextlib.asynccontextmanager
async def served(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """Serve an application on a loopback port, and give a client of it."""
    # Said to be TCP in so many words, or asyncio leaves Nagle's algorithm on: 40 ms an answer.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app, http="httptools", lifespan="on", log_level="warning", access_log=False
        )
        server = _Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:
            if running.done():
                await running
            await asyncio.sleep(0.01)
        host, port = listening.getsockname()
        limits = httpx.Limits(max_connections=200)
        async with httpx.AsyncClient(
            base_url=f"http://{host}:{port}", timeout=30, limits=limits
        ) as client:
            try:
                yield client
            finally:
                server.should_exit = True
                await running


@pytest.fixture(scope="module")
async def app(settings: Settings) -> Litestar:
    return create_app(settings)


@pytest.fixture(scope="module")
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the API, without a key."""
    async with served(app) as client:
        yield client


@pytest.fixture
def real_file() -> Callable[[str], Path]:
    """Finds one of the real files, in COCREATE_DATA or beside the checkout."""

    def find(name: str) -> Path:
        given = os.environ.get("COCREATE_DATA")
        folder = Path(given) if given else CHECKOUT.parent / "shared" / "data"
        if not (folder / name).is_file():
            pytest.skip(f"{name} is not in {folder}; set COCREATE_DATA to the folder that has it")
        return folder / name

    return find
