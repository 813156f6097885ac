"""The command that does what is not answering requests."""

from __future__ import annotations

import contextlib

import click

from cocreate.commands.running import database, observed, run, until_stopped
from cocreate.jobs import policy_of, working
from cocreate.sampling import metrics_of
from cocreate.service import open_service, signing_of
from cocreate.settings import Settings
from cocreate.webhooks.sending import Sender
from cocreate.work import kinds_of_work


@click.command()
def work() -> None:
    """Keep the read models, sign for trees, send to webhooks, write to followers.

    Until stopped; several processes share it. `serve` does so as well, unless it is told --no-work.
    """

    async def go_on() -> None:
        settings = Settings.from_environment()
        with observed(settings):
            async with database(settings) as dsn:
                await work_until_stopped(settings.on(dsn), dsn)

    run(go_on(), interrupted=0)


async def work_until_stopped(settings: Settings, dsn: str) -> None:
    """Do all of it on a database until the process is told to stop."""
    mailer = settings.mailer()
    async with (
        contextlib.aclosing(Sender(policy_of(settings))) as sender,
        open_service(
            dsn,
            master=settings.master(),
            pool_size=settings.pool_size,
            signing=signing_of(settings),
        ) as opened,
        working(dsn, opened, *kinds_of_work(settings, sender, mailer)),
        metrics_of(opened, settings),
    ):
        await until_stopped()
