"""What every command works with: the terminal, the database, and how a command ends."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any
from uuid import UUID

import asyncpg
import click
import uvloop
from rich.console import Console

from cocreate.domain.errors import RuleBroken
from cocreate.domain.vocabulary import Role
from cocreate.exchange.source import SourceUnusable
from cocreate.log.citus import CitusMissing
from cocreate.log.errors import (
    NotSubscribed,
    UnknownMunicipality,
    UnknownProject,
    VersionConflict,
)
from cocreate.log.live import Sender
from cocreate.log.migrate import ChangedMigration
from cocreate.log.reads import Reading
from cocreate.log.signing import SigningKeys
from cocreate.postgres import EmbeddedServer, EmbeddedServerError
from cocreate.service import Service, open_service, prepare_database
from cocreate.settings import Settings
from cocreate.telemetry import logs, traces

OPERATOR = Sender(actor="cli", actor_role=Role.OPERATOR)
CODE = click.argument("code", metavar="GMxxxx")

console = Console()
errors = Console(stderr=True)


@contextlib.asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[str]:
    """Give the address of a database of this release: one's own, or the embedded one."""
    if settings.database_url is not None:
        await prepare_database(settings.database_url)
        yield settings.database_url
        return
    server = EmbeddedServer(settings.data_folder)
    await asyncio.to_thread(server.start)
    try:
        await prepare_database(server.dsn())
        SigningKeys.read_or_make(settings.made_signing_keys_file)
        errors.print(
            f"PostgreSQL: data in {server.data_folder}, socket in {server.socket_folder},"
            f" log in {server.log_file}",
            style="dim",
            soft_wrap=True,
        )
        yield server.dsn()
    finally:
        await asyncio.to_thread(server.stop)


@contextlib.asynccontextmanager
async def empty_database(settings: Settings) -> AsyncIterator[str]:
    """Give the address of a database that nothing is made in: one's own, or the embedded one."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    server = EmbeddedServer(settings.data_folder)
    await asyncio.to_thread(server.start)
    try:
        yield server.dsn()
    finally:
        await asyncio.to_thread(server.stop)


def reading(code: str, what: str, project: UUID | None) -> Reading:
    """Give what someone at the terminal reads of a municipality, to be put on record."""
    return Reading(
        tenant=code,
        actor=OPERATOR.actor,
        actor_role=OPERATOR.actor_role,
        what=what,
        project=project,
    )


@contextlib.asynccontextmanager
async def service(*, project: bool = True) -> AsyncIterator[Service]:
    """Give the parts of cocreate on the database of the settings."""
    settings = Settings.from_environment()
    async with (
        database(settings) as dsn,
        open_service(
            dsn, master=settings.master(), pool_size=settings.pool_size, project=project
        ) as opened,
    ):
        yield opened


@contextlib.contextmanager
def observed(settings: Settings) -> Iterator[None]:
    """Log and trace as the settings and the environment of a process that keeps on running say."""
    logs.configure(settings.log_format, settings.log_level)
    logs.report_to_log(asyncio.get_running_loop())
    traces.start()
    try:
        yield
    finally:
        traces.stop()


async def until_stopped() -> None:
    """Wait until the process is told to stop, so that what it runs is ended in good order.

    An exception in the place of a signal would be lost in whatever happens to run by then.
    """
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, told.set)
    await told.wait()


def run(work: Coroutine[Any, Any, None], *, interrupted: int = 130) -> None:
    """Run a command, and say what went wrong in one line rather than in a trace.

    ``interrupted`` is what to exit with after Ctrl-C: for a server, that is how it ends.
    """
    # A service manager's way to end a process, too, stops the embedded database first.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        uvloop.run(work)
    except (
        EmbeddedServerError,
        ChangedMigration,
        CitusMissing,
        SourceUnusable,
        RuleBroken,
        NotSubscribed,
        VersionConflict,
        OSError,
        asyncpg.PostgresError,
    ) as problem:
        errors.print(str(problem), style="red", soft_wrap=True)
        sys.exit(1)
    except UnknownProject as unknown:
        errors.print(f"There is no project {unknown} here", style="red")
        sys.exit(1)
    except UnknownMunicipality as unknown:
        errors.print(f"There is no municipality {unknown} here", style="red")
        sys.exit(1)
    except KeyboardInterrupt:
        errors.print("Stopped", style="dim")
        sys.exit(interrupted)
