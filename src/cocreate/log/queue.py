"""The queue of jobs that processes share: that of pgqueuer, in a schema of its own.

A job says which webhook of which municipality is due, and nothing of what is sent. Its tables are
made by pgqueuer itself, in any release, and only the role that sends gets at them.
"""

from __future__ import annotations

from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import Channel
from pgqueuer.ports.driver import Driver

from cocreate.log import citus
from cocreate.log.connection import AnyConnection, Pool

SCHEMA = "cocreate_queue"
CHANNEL = Channel("cocreate_queue")
KEPT_DAYS = 1
"""For how many days it is on record what became of jobs."""


async def install_queue(connection: AnyConnection) -> None:
    """Make the tables of the queue, or bring them to the release of its library."""
    queries = _queries(AsyncpgDriver(connection))  # type: ignore[arg-type] # it uses only what both have
    if await queries.schema_is_installed():
        await queries.upgrade()
        return
    async with connection.transaction():
        await citus.keep_here(connection)
        await queries.install(create_schema=False)


def queue_on(pool: Pool) -> Queries:
    """Give the queue, for connections of the role that sends."""
    return _queries(AsyncpgPoolDriver(pool))


async def forget_old_jobs(pool: Pool) -> None:
    """Delete what is on record of jobs that ended long ago."""
    await pool.execute(
        f"delete from {SCHEMA}.pgqueuer_log where created < now() - make_interval(days => $1)",  # noqa: S608
        KEPT_DAYS,
    )


def _queries(driver: Driver) -> Queries:
    # Every name is given, or the library would look for it in the environment.
    settings = DBSettings(
        prefix="",
        db_schema=SCHEMA,
        channel=CHANNEL,
        function="fn_pgqueuer_changed",
        statistics_table="pgqueuer_statistics",
        queue_status_type="pgqueuer_status",
        queue_table="pgqueuer",
        queue_table_log="pgqueuer_log",
        trigger="tg_pgqueuer_changed",
        schedules_table="pgqueuer_schedules",
    )
    return Queries(
        driver,
        qbe=QueryBuilderEnvironment(settings),
        qbq=QueryQueueBuilder(settings),
        qbs=QuerySchedulerBuilder(settings),
    )
