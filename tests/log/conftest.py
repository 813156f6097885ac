"""Databases of their own for the tests of the log, and what stands for processes on them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime
from itertools import count
from typing import cast
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import pytest
from tests.databases import OVER_CITUS, temporary_database

from cocreate.domain.municipality import RegisterMunicipality
from cocreate.domain.steps.course import StartProject
from cocreate.domain.steps.wishes import ExpressWish
from cocreate.domain.vocabulary import Initiative, Sector
from cocreate.log.append import Appended, Appender, Command
from cocreate.log.codec import Codec, Stored
from cocreate.log.connection import Pool, open_pool
from cocreate.log.keys import Keys
from cocreate.log.live import LiveProjects, Sender
from cocreate.log.master import KeyManagement, MasterKey
from cocreate.log.migrate import migrate
from cocreate.log.sealing import Sealing
from cocreate.log.subscriptions import Subscriptions
from cocreate.log.tokens import new_key

DAY = date(2025, 1, 6)
MASTER = MasterKey(new_key())

_codes = count(1)


class Log:
    """A migrated database, and ways to work with it."""

    def __init__(self, dsn: str, admin: asyncpg.Connection, pool: Pool) -> None:
        self.dsn = dsn
        self.admin = admin
        """A connection of the superuser, whom row-level security does not hold back."""
        self.pool = pool
        """Connections as the application has them."""

    async def tenant(self) -> str:
        """Give a fresh municipality with an empty log."""
        code = f"GM{next(_codes):04}"
        await self.pool.execute("select cocreate.register_municipality($1, $2)", code, "Test")
        return code

    def appender(self, appended: Appended | None = None) -> Appender:
        return Appender(self.pool, appended)

    def process(
        self,
        pool: Pool | Tap | None = None,
        *,
        codec: Codec | None = None,
        master: KeyManagement | None = None,
        max_live_steps: int = 1_000_000,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> LiveProjects:
        """Give what another process of the application would work with."""
        given = cast("Pool", pool or self.pool)
        keys = Keys(given, MASTER if master is None else master)
        return LiveProjects(
            given,
            Appender(given, seal=Sealing(keys)),
            keys,
            codec=codec,
            max_live_steps=max_live_steps,
            clock=clock,
        )

    def subscriptions(
        self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> Subscriptions:
        """Give what another process of the operator would work with."""
        return Subscriptions(self.pool, Appender(self.pool), clock=clock)

    async def project(self, live: LiveProjects, *wishes: str) -> tuple[str, UUID]:
        """Register a municipality and start a project in it, with wishes."""
        code = f"GM{next(_codes):04}"
        registration = RegisterMunicipality(occurred_on=DAY, code=code, name="Test")
        await self.subscriptions().register(registration, SENDER)
        receipt = await live.start(code, START, SENDER)
        if wishes:
            steps = [ExpressWish(occurred_on=DAY, wish=wish, title=wish) for wish in wishes]
            await live.take(code, receipt.project, steps, SENDER)
        return code, receipt.project

    async def events(self, tenant: str) -> list[asyncpg.Record]:
        """Give all events of a municipality in order, seen past every restriction."""
        return await self.admin.fetch(
            "select * from cocreate.event where tenant_id = $1 order by position", tenant
        )

    async def waiting_for_lock(self) -> int:
        """Wait until a connection waits for a lock, and give its process id."""
        if OVER_CITUS:
            pytest.skip("On a cluster whoever waits does so on another node")
        while True:
            # Within a transaction, what is shown would otherwise stay as it was first seen.
            await self.admin.execute("select pg_stat_clear_snapshot()")
            pid: int | None = await self.admin.fetchval(
                "select pid from pg_stat_activity"
                " where datname = current_database() and wait_event_type = 'Lock' limit 1"
            )
            if pid is not None:
                return pid


SENDER = Sender(actor="tester", actor_role="official")
START = StartProject(
    occurred_on=DAY,
    title="Lampen in de tunnel",
    sector=Sector.SAFETY,
    initiative=Initiative.RESIDENTS,
    department="Openbare ruimte",
)


def stored(text: str = "{}") -> Stored:
    """Give an event as the log takes it; the log does not look into its data."""
    return Stored("Noted", 1, DAY, True, text.encode())


def command(
    stream: UUID,
    expected: int = 0,
    *events: Stored,
    key: str | None = None,
    fingerprint: bytes = b"",
    ids: bytes = b"[]",
    actor: str = "tester",
) -> Command:
    """Give a command with one event, unless others are given."""
    return Command(
        stream_id=stream,
        expected=expected,
        events=events or (stored(),),
        actor=actor,
        actor_role="official",
        key=key,
        fingerprint=fingerprint,
        ids=ids,
    )


@pytest.fixture(scope="session")
async def template(postgres_dsn: str) -> AsyncIterator[str]:
    """The name of a migrated database that nobody is connected to."""
    async with temporary_database(postgres_dsn) as dsn:
        connection = await asyncpg.connect(dsn)
        await migrate(connection, over_citus=OVER_CITUS)
        await connection.close()
        yield urlsplit(dsn).path.removeprefix("/")


@pytest.fixture(scope="module")
async def log(postgres_dsn: str, template: str) -> AsyncIterator[Log]:
    async with temporary_database(postgres_dsn, template) as dsn:
        admin = await asyncpg.connect(dsn)
        pool = await open_pool(dsn, "cocreate_app", size=8)
        try:
            yield Log(dsn, admin, pool)
        finally:
            await pool.close()
            await admin.close()


class Tap:
    """A pool that lets a test stand between the application and the database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.asked: list[str] = []
        self.events_read = 0
        self.before: Callable[[str], Awaitable[None]] = _let_pass
        self.after: Callable[[str], Awaitable[None]] = _let_pass

    async def fetch(self, query: str, *given: object) -> list[asyncpg.Record]:
        self.asked.append(query)
        await self.before(query)
        rows: list[asyncpg.Record] = await self._pool.fetch(query, *given)
        if "read_history" in query:
            self.events_read += sum(row["type"] is not None for row in rows)
        await self.after(query)
        return rows

    async def fetchval(self, query: str, *given: object) -> object:
        rows = await self.fetch(query, *given)
        return rows[0][0] if rows else None

    def acquire(self) -> object:
        return self._pool.acquire()


async def _let_pass(_query: str) -> None:
    return


@pytest.fixture
def tap(log: Log) -> Tap:
    return Tap(log.pool)


Given = Callable[..., dict[str, str]]


@pytest.fixture(scope="module")
def given(log: Log) -> Given:
    """Gives the environment of a library's application; the log is its own unless one is named."""

    def environment(**changes: str) -> dict[str, str]:
        settings = {
            "database_url": log.dsn,
            "municipality": f"GM{next(_codes):04}",
            "recorder_takes": "anything",
            **changes,
        }
        named = {f"COCREATE_{name.upper()}": value for name, value in settings.items()}
        return {"PERSISTENCE_MODULE": "cocreate.log.recorder", **named}

    return environment
