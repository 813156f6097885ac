"""The parts of a running cocreate, put together: log, read models, and the ties between them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import msgspec

from cocreate.domain.calendar import amsterdam_date
from cocreate.domain.subscription import OPERATOR_LOG
from cocreate.log.append import Appender
from cocreate.log.connection import AnyConnection, Pool, open_pool
from cocreate.log.followers import Followers
from cocreate.log.keys import Keys
from cocreate.log.live import LiveProjects
from cocreate.log.master import KeyManagement
from cocreate.log.migrate import migrate
from cocreate.log.notary import Notary, OriginOf
from cocreate.log.people import People
from cocreate.log.read import Reader
from cocreate.log.reads import LogReads
from cocreate.log.sealing import Sealing
from cocreate.log.signals import Signals
from cocreate.log.signing import SigningKeys
from cocreate.log.standings import Standings
from cocreate.log.subscriptions import CHANGED, CLOSED, Subscriptions
from cocreate.log.tree.errors import Unsound
from cocreate.log.tree.keys import VerifierKey
from cocreate.log.trees import GROWN, Trees
from cocreate.projections.answers import BUILDS, MOVED, Answers
from cocreate.projections.builds import Builds, hold_builds, install
from cocreate.projections.engine import Engine
from cocreate.projections.others import Others
from cocreate.settings import Settings, SettingsWrong
from cocreate.telemetry import traces
from cocreate.webhooks.secrets import WebhookSecrets


class Signing(msgspec.Struct, frozen=True):
    """What it takes to sign for the trees of the logs."""

    keys: SigningKeys
    origin_of: OriginOf
    file: Path | None = None
    """Where the keys are kept."""


class Service:
    """What handlers and commands work with. Made by :func:`open_service`."""

    def __init__(
        self,
        dsn: str,
        pool: Pool,
        builds: Builds,
        signals: Signals,
        engine: Engine | None,
        keys: Keys,
    ) -> None:
        self.pool = pool
        self.pools: dict[str, Pool] = {"cocreate_app": pool}
        """The connections of this process, by their role."""
        self.keys = keys
        self.signals = signals
        self.engine = engine
        """The projection engine, where this process runs one."""
        self.appender = Appender(pool, self._appended, seal=Sealing(keys))
        self.live = LiveProjects(pool, self.appender, keys)
        self.subscriptions = Subscriptions(
            pool, self.appender, changed=lambda code: signals.tell(CHANGED, code)
        )
        self.standings = Standings(pool, signals, self.live.municipality)
        self.reader = Reader(pool)
        self.reads = LogReads(self.appender, self.reader)
        self.trees = Trees(pool, signals)
        self.people = People(self.live, self.appender, self.reader, keys, dsn)
        self.followers = Followers(pool, keys)
        self.webhook_secrets = WebhookSecrets(pool, keys)
        self.builds = builds
        self.answers = Answers(pool, builds, signals)
        self.others = Others(pool, self.answers, lambda: amsterdam_date(datetime.now(UTC)))
        signals.hear(self._hear)

    def _hear(self, topic: str, tenant: str) -> None:
        if topic == CLOSED:
            self.live.forget(tenant)
            self.keys.forget(tenant)
            self.others.forget(tenant)

    def _appended(self, tenant: str, position: int) -> None:
        # First, so that whoever is woken by the other knows of it.
        traced = traces.told(tenant, position)
        if traced is not None:
            self.signals.tell(traces.TOPIC, traced)
        self.signals.tell("log", tenant)


async def prepare_database(dsn: str, *, over_citus: bool = False) -> list[str]:
    """Bring a database to the schema and the read models of this release; safe to run at any time.

    Gives the names of the migrations and read models that were applied, and with ``over_citus`` of
    the tables that were spread over a cluster. Many processes may do so at once.

    Raises :class:`~cocreate.log.citus.CitusMissing`.
    """
    connection = await asyncpg.connect(dsn)
    try:
        applied = await migrate(connection, over_citus=over_citus)
        return [*applied, *await install(connection)]
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def open_service(
    dsn: str,
    *,
    master: KeyManagement | None = None,
    pool_size: int = 10,
    project: bool = True,
    signing: Signing | None = None,
) -> AsyncIterator[Service]:
    """Open the parts, and close them in good order: what was sent to the log gets its outcome.

    Without ``master`` no personal data can be recorded or opened.

    ``project`` says whether this process keeps the read models, and ``signing`` with which keys it
    signs for the trees; several may, and share the work.
    """
    async with contextlib.AsyncExitStack() as stack:
        pool = await open_pool(dsn, "cocreate_app", size=pool_size)
        stack.push_async_callback(pool.close)
        builds = Builds()
        await builds.load(pool)

        async def hold(connection: AnyConnection) -> None:
            await builds.load(connection)
            await hold_builds(connection, builds.numbers)

        def hear_of_builds(topic: str, _tenant: str) -> None:
            if topic == BUILDS:
                signals.renew()

        signals = Signals(dsn, pool, listening=hold)
        engine = None
        pools: dict[str, Pool] = {}
        if project:
            projecting = await open_pool(dsn, "cocreate_projector", size=6)
            stack.push_async_callback(projecting.close)
            pools["cocreate_projector"] = projecting
            engine = Engine(
                projecting, builds, moved=lambda tenant, _position: signals.tell(MOVED, tenant)
            )
        service = Service(dsn, pool, builds, signals, engine, Keys(pool, master))
        service.pools.update(pools)
        stack.push_async_callback(signals.close)
        stack.push_async_callback(service.live.close)
        signals.hear(hear_of_builds)
        background = [asyncio.create_task(signals.run())]
        if signing is not None:
            signing_pool = await open_pool(dsn, "cocreate_notary", size=2)
            stack.push_async_callback(signing_pool.close)
            service.pools["cocreate_notary"] = signing_pool
            notary = Notary(
                signing_pool,
                signing.keys,
                signing.origin_of,
                grown=lambda tenant, _size: signals.tell(GROWN, tenant),
            )
            signals.hear(notary.hear)
            background.append(asyncio.create_task(notary.run(lambda: signals.connected)))
        if engine is not None:
            signals.hear(engine.hear)
            background.append(asyncio.create_task(engine.run(lambda: signals.connected)))
        stack.push_async_callback(_cancel, background)
        yield service


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def signing_of(settings: Settings) -> Signing | None:
    """Give with what to sign for the trees of the logs; None where no keys are set.

    Raises :class:`~cocreate.log.signing.SigningKeysWrong`.
    """
    if settings.signing_keys_file is None:
        return None
    prefix = settings.public_url.partition("://")[2]

    def origin_of(tenant: str) -> str:
        if tenant == OPERATOR_LOG:
            return f"{prefix}/v1/operator/tree"
        return f"{prefix}/v1/municipalities/{tenant}/tree"

    return Signing(
        SigningKeys.read(settings.signing_keys_file), origin_of, settings.signing_keys_file
    )


def witnesses_of(settings: Settings) -> Sequence[VerifierKey]:
    """Give the keys of witnesses whose cosignatures are taken; raises :class:`SettingsWrong`."""
    try:
        return [VerifierKey.parse(key) for key in settings.witnesses]
    except Unsound as problem:
        message = f"COCREATE_WITNESSES cannot be used: {problem}"
        raise SettingsWrong(message) from None
